package compile

import (
	"strconv"

	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// compare compiles one of == != =~ !~ eq ne ieq ine < > <= >=.
func (c *compiler) compare(e *ast.Binary) rt.Cond {
	switch e.Op {
	case "==", "!=":
		return c.equal(e)
	case "=~":
		return c.match(e)
	case "!~":
		return not(c.match(e))
	case "eq", "ne", "ieq", "ine":
		if isNull(e.R) {
			return c.isUndefined(e.L, e.Op == "eq" || e.Op == "ieq")
		}
	}
	switch e.Op {
	case "eq":
		return c.equalText(e.L, e.R)
	case "ne":
		return not(c.equalText(e.L, e.R))
	}
	l, r := c.intExpr(e.L), c.intExpr(e.R)
	k := c.fold(e.R)
	n := k.Int()
	switch e.Op {
	case "ieq":
		if k.Known() {
			return func(c *rt.Ctx) bool { return l(c) == n }
		}
		return func(c *rt.Ctx) bool { return l(c) == r(c) }
	case "ine":
		return func(c *rt.Ctx) bool { return l(c) != r(c) }
	case "<":
		if k.Known() {
			return func(c *rt.Ctx) bool { return l(c) < n }
		}
		return func(c *rt.Ctx) bool { return l(c) < r(c) }
	case ">":
		if k.Known() {
			return func(c *rt.Ctx) bool { return l(c) > n }
		}
		return func(c *rt.Ctx) bool { return l(c) > r(c) }
	case "<=":
		return func(c *rt.Ctx) bool { return l(c) <= r(c) }
	}
	return func(c *rt.Ctx) bool { return l(c) >= r(c) }
}

// equal compiles == and !=. Their special forms: a keyword operand; x == $null
// asks whether x is undefined; x == "" is strempty(x) unless x is known to be
// an integer (cookbook "strempty"), which != "" is not.
func (c *compiler) equal(e *ast.Binary) rt.Cond {
	x := c.keywordCond(e)
	switch {
	case x != nil:
	case isNull(e.R):
		x = c.isUndefined(e.L, true)
	default:
		x = c.same(e)
	}
	if e.Op == "!=" {
		return not(x)
	}
	return x
}

// same compiles the comparison by the general rules. Where both types are known
// at start and the same, == is ieq or eq (cookbook "Operators").
func (c *compiler) same(e *ast.Binary) rt.Cond {
	l, r := c.fold(e.L), c.fold(e.R)
	kind := c.kindOf(e.L)
	if kind != c.kindOf(e.R) {
		kind = value.Undef
	}
	if kind != value.Undef {
		c.prog.Typed++
	}
	switch {
	case r.Kind == value.Str && c.kindOf(e.L) == value.Int:
		return c.equalInt(e.L, r.Int())
	case r.Kind == value.Str && r.Str == "" && e.Op == "==":
		x := c.expr(e.L)
		return func(c *rt.Ctx) bool { return empty(x(c)) }
	case r.Kind == value.Str:
		return c.equalStr(e.L, r.Str)
	case r.Kind == value.Int:
		return c.equalInt(e.L, r.Num)
	case l.Kind == value.Int:
		n, x := l.Num, c.intExpr(e.R)
		return func(c *rt.Ctx) bool { return x(c) == n }
	case l.Kind == value.Str:
		s, x := l.Str, c.expr(e.R)
		return func(c *rt.Ctx) bool { return string(c.Text(x(c))) == s }
	case kind == value.Str:
		return c.equalText(e.L, e.R)
	case c.kindOf(e.L) == value.Int:
		a, b := c.intExpr(e.L), c.intExpr(e.R)
		return func(c *rt.Ctx) bool { return a(c) == b(c) }
	}
	a, b := c.expr(e.L), c.expr(e.R)
	return func(c *rt.Ctx) bool { v := a(c); return c.Equal(v, b(c)) }
}

// isUndefined is e == $null, in any spelling of ==.
func (c *compiler) isUndefined(e ast.Expr, want bool) rt.Cond {
	if x := c.definedCond(e); want {
		return not(x)
	} else {
		return x
	}
}

// equalInt is e == n for a constant n.
func (c *compiler) equalInt(e ast.Expr, n int64) rt.Cond {
	if c.kindOf(e) == value.Int {
		x := c.intExpr(e)
		return func(c *rt.Ctx) bool { return x(c) == n }
	}
	s := strconv.FormatInt(n, 10)
	if slot, ok := c.slot(check.Strip(e)); ok {
		return func(c *rt.Ctx) bool {
			v := c.Vars[slot]
			if v.Kind() == value.Str {
				return v.Len() == len(s) && string(c.Bytes(v)) == s
			}
			return v.Int() == n
		}
	}
	x := c.expr(e)
	return func(c *rt.Ctx) bool {
		v := x(c)
		switch v.Kind() {
		case value.Int:
			return v.Int() == n
		case value.Str:
			return v.Len() == len(s) && string(c.Bytes(v)) == s
		}
		return n == 0
	}
}

// equalStr is e == s for a constant s.
func (c *compiler) equalStr(e ast.Expr, s string) rt.Cond {
	n := check.StrConst(s).Int()
	if slot, ok := c.slot(check.Strip(e)); ok {
		return func(c *rt.Ctx) bool {
			v := c.Vars[slot]
			if v.Kind() == value.Str {
				return v.Len() == len(s) && string(c.Bytes(v)) == s
			}
			return v.Int() == n
		}
	}
	x := c.expr(e)
	return func(c *rt.Ctx) bool {
		v := x(c)
		switch v.Kind() {
		case value.Str:
			return v.Len() == len(s) && string(c.Bytes(v)) == s
		case value.Int:
			return v.Int() == n
		}
		return s == ""
	}
}

// equalText compiles eq.
func (c *compiler) equalText(le, re ast.Expr) rt.Cond {
	if l := c.fold(le); l.Known() {
		le, re = re, le
	}
	l := c.expr(le)
	if r := c.fold(re); r.Known() {
		s := r.Text()
		return func(c *rt.Ctx) bool { return string(c.Text(l(c))) == s }
	}
	r := c.expr(re)
	return func(c *rt.Ctx) bool { v := l(c); return c.EqualText(v, r(c)) }
}

// match compiles =~: POSIX extended, case-insensitive, anywhere in the text.
func (c *compiler) match(e *ast.Binary) rt.Cond {
	if x := c.keywordCond(e); x != nil {
		return x
	}
	if isNull(e.R) {
		return c.isUndefined(e.L, true) // as the reference; any other undefined pattern is the empty one
	}
	x := c.expr(e.L)
	if k := c.fold(e.R); k.Known() {
		m, err := c.Regex(k.Text(), true)
		if err != nil {
			c.regexError(e.R, err)
			return never
		}
		return func(c *rt.Ctx) bool { return m.Match(c.Text(x(c))) }
	}
	y := c.expr(e.R)
	return func(c *rt.Ctx) bool {
		v := x(c)
		p := y(c)
		m, err := dynamicPatterns.Get(c.Text(p), true)
		if err != nil {
			c.Fault("bad regular expression: " + err.Error())
			return false
		}
		b := c.Text(v)
		if m.TooLong(len(b)) {
			c.Fault("the regular expression is too large for a text of this length")
			return false
		}
		return m.Match(b)
	}
}

func never(*rt.Ctx) bool { return false }

// isNull reports whether an expression is $null.
func isNull(e ast.Expr) bool {
	p, ok := check.Strip(e).(*ast.PV)
	return ok && p.Spec == "null"
}
