package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// truth is how a value counts as a condition.
type truth bool

const (
	nonzero  truth = false // as an operand of && || ! and in while
	positive truth = true  // in if
)

func (t truth) of(k check.Constant) bool {
	if t == positive {
		return k.Int() > 0
	}
	return k.Truth()
}

// cond compiles an expression without calls as a condition.
func (c *compiler) cond(e ast.Expr, t truth) rt.Cond {
	if k := c.fold(e); k.Known() {
		b := t.of(k)
		return func(*rt.Ctx) bool { return b }
	}
	e = c.simplify(e)
	switch e := e.(type) {
	case *ast.Binary:
		switch {
		case e.Op == "&&":
			l, r := c.cond(e.L, nonzero), c.cond(e.R, nonzero)
			return func(c *rt.Ctx) bool { return l(c) && r(c) }
		case e.Op == "||":
			l, r := c.cond(e.L, nonzero), c.cond(e.R, nonzero)
			return func(c *rt.Ctx) bool { return l(c) || r(c) }
		case check.IsBool(e.Op):
			return c.compare(e)
		}
	case *ast.Unary:
		switch e.Op {
		case "!":
			return not(c.cond(e.X, nonzero))
		case "defined":
			return c.definedCond(e.X)
		case "strempty":
			x := c.expr(e.X)
			return func(c *rt.Ctx) bool { return empty(x(c)) }
		}
	}
	if b, plus := e.(*ast.Binary); c.kindOf(e) == value.Int || plus && b.Op == "+" {
		n := c.intExpr(e)
		if t == positive {
			return func(c *rt.Ctx) bool { return n(c) > 0 }
		}
		return func(c *rt.Ctx) bool { return n(c) != 0 }
	}
	x := c.expr(e)
	if t == positive {
		return func(c *rt.Ctx) bool { return c.True(x(c)) }
	}
	return func(c *rt.Ctx) bool { return c.Truth(x(c)) }
}

func not(x rt.Cond) rt.Cond { return func(c *rt.Ctx) bool { return !x(c) } }

// empty reports whether a value's text is "".
func empty(v value.Value) bool { return v.Kind() != value.Int && v.Len() == 0 }

// definedCond is defined X: only a variable on its own can be undefined.
func (c *compiler) definedCond(e ast.Expr) rt.Cond {
	e = check.Strip(e)
	switch e.(type) {
	case *ast.PV, *ast.Ident, *tempRef:
		x := c.expr(e)
		return func(c *rt.Ctx) bool { return !x(c).IsUndef() }
	}
	return func(*rt.Ctx) bool { return true }
}

// canFail reports whether evaluating an expression without calls may fail at
// run time: a divisor that may be 0, a pattern that may not compile.
func (c *compiler) canFail(e ast.Expr) bool {
	if c.fold(e).Known() {
		return false
	}
	switch e := c.simplify(e).(type) {
	case *ast.Unary:
		return c.canFail(e.X)
	case *ast.Binary:
		r := c.fold(e.R)
		switch e.Op {
		case "/", "mod":
			if r.Int() == 0 {
				return true
			}
		case "=~", "!~":
			if !r.Known() {
				return true
			}
		}
		return c.canFail(e.L) || c.canFail(e.R)
	}
	return false
}
