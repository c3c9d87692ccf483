package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/rt"
	"sipedge/script/value"
)

type intExpr = func(*rt.Ctx) int64

// simplify strips parentheses and drops an operand of && and || that cannot
// matter, as the reference does when it loads a script: x && 1 and x || 0 (not
// another true number) are (int)x.
func (c *compiler) simplify(e ast.Expr) ast.Expr {
	e = check.Strip(e)
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != "&&" && b.Op != "||" {
		return e
	}
	if s := c.simplified[b]; s != nil {
		return s
	}
	neutral := int64(0)
	if b.Op == "&&" {
		neutral = 1
	}
	var s ast.Expr = e
	l, r := c.fold(b.L), c.fold(b.R)
	switch {
	case l.Known() == r.Known():
	case l.Kind == value.Int && l.Num == neutral:
		s = &ast.Unary{Pos: b.Pos, Op: "(int)", X: b.R}
	case r.Kind == value.Int && r.Num == neutral:
		s = &ast.Unary{Pos: b.Pos, Op: "(int)", X: b.L}
	}
	c.simplified[b] = s
	return s
}

// kindOf is the type that an expression always has, Undef where that is known
// only at run time (a pseudo-variable).
func (c *compiler) kindOf(e ast.Expr) value.Kind {
	if k := c.fold(e); k.Known() {
		return k.Kind
	}
	if c.cfg.Without["rule operators are specialised"] {
		return value.Undef
	}
	switch e := c.simplify(e).(type) {
	case *ast.Unary:
		if e.Op == "(str)" {
			return value.Str
		}
		return value.Int
	case *ast.Binary:
		if e.Op != "+" {
			return value.Int
		}
		return c.kindOf(e.L) // an undefined left side may become either
	case *ast.Call, *ast.RouteCall:
		return value.Int
	case *tempRef:
		return e.kind
	}
	return value.Undef
}

// expr compiles an expression without calls.
func (c *compiler) expr(e ast.Expr) rt.Expr {
	if k := c.fold(e); k.Known() {
		v := c.value(k)
		return func(*rt.Ctx) value.Value { return v }
	}
	e = c.simplify(e)
	switch e := e.(type) {
	case *ast.PV:
		return c.pv(e).Get
	case *ast.Select:
		return c.selectExpr(e)
	case *ast.Ident:
		return c.identExpr(e.Name)
	case *tempRef:
		i := e.index
		return func(c *rt.Ctx) value.Value { return c.Temp(i) }
	case *ast.AddrLit:
		v := c.Const(e.Text)
		return func(*rt.Ctx) value.Value { return v }
	case *ast.Unary:
		if e.Op == "(str)" {
			x := c.expr(e.X)
			return func(c *rt.Ctx) value.Value { return c.Str(x(c)) }
		}
		if e.Op == "!" || e.Op == "defined" || e.Op == "strempty" {
			return boolExpr(c.cond(e, nonzero))
		}
		n := c.intExpr(e)
		return func(c *rt.Ctx) value.Value { return value.FromInt(n(c)) }
	case *ast.Binary:
		switch {
		case check.IsBool(e.Op):
			return boolExpr(c.cond(e, nonzero))
		case e.Op == "+" && c.kindOf(e.L) != value.Int:
			return c.chain(e)
		}
		n := c.intExpr(e)
		return func(c *rt.Ctx) value.Value { return value.FromInt(n(c)) }
	}
	return undefined
}

func undefined(*rt.Ctx) value.Value { return value.Value{} }

func boolExpr(x rt.Cond) rt.Expr {
	return func(c *rt.Ctx) value.Value { return value.FromBool(x(c)) }
}

// intExpr compiles an expression whose integer is wanted.
func (c *compiler) intExpr(e ast.Expr) intExpr {
	if k := c.fold(e); k.Known() {
		n := k.Int()
		return func(*rt.Ctx) int64 { return n }
	}
	e = c.simplify(e)
	switch e := e.(type) {
	case *ast.Unary:
		switch e.Op {
		case "~":
			x := c.intExpr(e.X)
			return func(c *rt.Ctx) int64 { return rt.Wrap(^x(c)) }
		case "-":
			x := c.intExpr(e.X)
			return func(c *rt.Ctx) int64 { return rt.Wrap(-x(c)) }
		case "(int)":
			return c.intExpr(e.X)
		case "strlen":
			x := c.expr(e.X)
			return func(c *rt.Ctx) int64 { return c.TextLen(x(c)) }
		}
	case *ast.Binary:
		// Where an integer is wanted, + adds integers, whatever its operands are.
		if !check.IsBool(e.Op) && (e.Op != "+" || c.kindOf(e.L) != value.Str) {
			return c.arith(e)
		}
	}
	if slot, ok := c.slot(e); ok {
		return func(c *rt.Ctx) int64 {
			v := c.Vars[slot]
			if v.Kind() != value.Str {
				return v.Int()
			}
			return c.Int(v)
		}
	}
	x := c.expr(e)
	return func(c *rt.Ctx) int64 {
		v := x(c)
		if v.Kind() == value.Int {
			return v.Int()
		}
		return c.Int(v)
	}
}

// slot is the place of the script variable that an expression is; reading it
// there saves a call.
func (c *compiler) slot(e ast.Expr) (int, bool) {
	if p, ok := e.(*ast.PV); ok {
		return c.pv(p).Slot()
	}
	return 0, false
}

// arith compiles an integer operator.
func (c *compiler) arith(e *ast.Binary) intExpr {
	l, r := c.intExpr(e.L), c.intExpr(e.R)
	if k := c.fold(e.R); k.Known() {
		n := k.Int()
		switch e.Op {
		case "+":
			return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) + n) }
		case "-":
			return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) - n) }
		case "&":
			return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) & n) }
		}
	}
	switch e.Op {
	case "+":
		return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) + r(c)) }
	case "-":
		return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) - r(c)) }
	case "*":
		return func(c *rt.Ctx) int64 { return rt.Wrap(rt.Wrap(l(c)) * rt.Wrap(r(c))) }
	case "/":
		return func(c *rt.Ctx) int64 { a := l(c); return c.Divide(a, r(c), false) }
	case "mod":
		return func(c *rt.Ctx) int64 { a := l(c); return c.Divide(a, r(c), true) }
	case "|":
		return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) | r(c)) }
	case "&":
		return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) & r(c)) }
	case "^":
		return func(c *rt.Ctx) int64 { return rt.Wrap(l(c) ^ r(c)) }
	case "<<":
		return func(c *rt.Ctx) int64 { a := l(c); return rt.Shift(a, r(c), true) }
	}
	return func(c *rt.Ctx) int64 { a := l(c); return rt.Shift(a, r(c), false) }
}

// operands flattens a + b + c, which groups from the left.
func operands(e ast.Expr, to []ast.Expr) []ast.Expr {
	if b, ok := check.Strip(e).(*ast.Binary); ok && b.Op == "+" {
		return append(operands(b.L, to), b.R)
	}
	return append(to, e)
}

// chain compiles a + b + … whose left end is not known to be an integer: while
// the sum is an integer at run time it goes on as one, from the first string or
// undefined value on the texts are put together in the arena in one go.
func (c *compiler) chain(e *ast.Binary) rt.Expr {
	var xs []rt.Expr
	pending := ""
	stringy := false // the sum is a string from here on, so constants may be joined
	flush := func() {
		if pending != "" || stringy && len(xs) == 0 {
			v := c.Const(pending)
			xs = append(xs, func(*rt.Ctx) value.Value { return v })
			pending = ""
		}
	}
	for i, o := range operands(e, nil) {
		k := c.fold(o)
		if i == 0 && k.Kind == value.Str || i > 0 && stringy && k.Known() {
			stringy = true
			pending += k.Text()
			continue
		}
		flush()
		xs = append(xs, c.expr(o))
		stringy = stringy || i == 0 && c.kindOf(o) == value.Str
	}
	flush()
	return concat(xs)
}

// concat adds up to maxParts values from left to right; longer chains are cut
// into a chain of chains.
func concat(xs []rt.Expr) rt.Expr {
	switch n := len(xs); {
	case n > maxParts:
		head := concat(xs[:maxParts])
		return concat(append([]rt.Expr{head}, xs[maxParts:]...))
	case n > fewParts:
		return func(c *rt.Ctx) value.Value {
			var vs [maxParts]value.Value
			for i, x := range xs {
				vs[i] = x(c)
			}
			return sum(c, vs[:len(xs)])
		}
	}
	return func(c *rt.Ctx) value.Value {
		var vs [fewParts]value.Value
		for i, x := range xs {
			vs[i] = x(c)
		}
		return sum(c, vs[:len(xs)])
	}
}

// sum is the values added from left to right.
func sum(c *rt.Ctx, vs []value.Value) value.Value {
	acc, i := vs[0], 1
	if acc.Kind() == value.Int {
		for ; i < len(vs); i++ { // an integer on the left stays one
			acc = value.FromInt(rt.Wrap(acc.Int() + c.Int(vs[i])))
		}
		return acc
	}
	m := c.Mark()
	for i := range vs {
		c.AppendValue(vs[i])
	}
	return c.FromMark(m)
}
