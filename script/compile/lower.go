package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// tempRef is a temporary of the running route as an expression: what a call
// returned, or a value computed before a call.
type tempRef struct {
	pos   diag.Pos
	index int
	kind  value.Kind
}

// Position implements ast.Expr.
func (t *tempRef) Position() diag.Pos { return t.pos }

// impure reports whether an expression contains a call, which may suspend.
func (c *compiler) impure(e ast.Expr) bool {
	if c.fold(e).Known() {
		return false
	}
	switch e := c.simplify(e).(type) {
	case *ast.Call, *ast.RouteCall:
		return true
	case *ast.Unary:
		return c.impure(e.X)
	case *ast.Binary:
		if b, ok := c.impures[e]; ok {
			return b
		}
		b := c.impure(e.L) || c.impure(e.R)
		c.impures[e] = b
		return b
	}
	return false
}

// pushOp computes an expression without calls into temporary t.
func pushOp(x rt.Expr, t int, next rt.Op) rt.Op {
	return func(c *rt.Ctx) rt.Op {
		c.Push(t, x(c))
		return next
	}
}

// lower makes the operations that run all calls in e, in order, and then what k
// makes of the rest: an expression without calls that reads temporaries. t is
// the first free temporary; k gets the first that is free after e. fail is
// where an operator goes that fails on the way.
func (c *compiler) lower(e ast.Expr, t int, fail rt.Op, k func(e ast.Expr, t int) rt.Op) rt.Op {
	if !c.impure(e) {
		return k(e, t)
	}
	switch e := c.simplify(e).(type) {
	case *ast.Unary:
		if e.Op == "!" {
			return c.lowerBool(e, t, fail, k)
		}
		return c.lower(e.X, t, fail, func(x ast.Expr, t int) rt.Op {
			return k(&ast.Unary{Pos: e.Pos, Op: e.Op, X: x}, t)
		})
	case *ast.Binary:
		if e.Op == "&&" || e.Op == "||" {
			return c.lowerBool(e, t, fail, k)
		}
		return c.lowerList([]ast.Expr{e.L, e.R}, t, fail, func(xs []ast.Expr, t int) rt.Op {
			return k(&ast.Binary{Pos: e.Pos, Op: e.Op, L: xs[0], R: xs[1]}, t)
		})
	case *ast.Call:
		return c.lowerCall(e, t, fail, k)
	case *ast.RouteCall:
		next := k(&tempRef{e.Pos, t, value.Int}, t+1)
		return c.routeOp(e, t, fail, func(c *rt.Ctx) rt.Op {
			c.Push(t, value.FromBool(c.Ret() > 0))
			return next
		})
	}
	return k(e, t)
}

// lowerCall runs a call; as an operand its result counts as 1 or 0.
func (c *compiler) lowerCall(e *ast.Call, t int, fail rt.Op, k func(e ast.Expr, t int) rt.Op) rt.Op {
	next := k(&tempRef{e.Pos, t, value.Int}, t+1)
	return c.callOp(e, t, fail, func(c *rt.Ctx) rt.Op {
		r := c.Ret()
		if r == 0 {
			return c.Finish(false)
		}
		c.Push(t, value.FromBool(r > 0))
		return next
	})
}

// lowerBool runs a logical expression with calls in it and leaves 1 or 0.
func (c *compiler) lowerBool(e ast.Expr, t int, fail rt.Op, k func(e ast.Expr, t int) rt.Op) rt.Op {
	next := k(&tempRef{e.Position(), t, value.Int}, t+1)
	set := func(b bool) rt.Op {
		v := value.FromBool(b)
		return func(c *rt.Ctx) rt.Op {
			c.Push(t, v)
			return next
		}
	}
	return c.branch(e, t, nonzero, set(true), set(false), fail)
}

// lowerList is lower for several expressions that are evaluated from left to
// right. What one leaves to be computed is put away in a temporary when a later
// one contains a call, which might change it.
func (c *compiler) lowerList(es []ast.Expr, t int, fail rt.Op, k func(es []ast.Expr, t int) rt.Op) rt.Op {
	last := -1
	for i, e := range es {
		if e != nil && c.impure(e) {
			last = i
		}
	}
	out := make([]ast.Expr, len(es))
	copy(out, es)
	var step func(i, t int) rt.Op
	step = func(i, t int) rt.Op {
		if i > last {
			return k(out, t)
		}
		if es[i] == nil {
			return step(i+1, t)
		}
		return c.lower(es[i], t, fail, func(x ast.Expr, free int) rt.Op {
			if i == last || c.settled(x) {
				out[i] = x
				return step(i+1, free)
			}
			out[i] = &tempRef{x.Position(), t, c.kindOf(x)} // x reads temporaries from t on before it is put there
			next := step(i+1, t+1)
			return c.checked(x, pushOp(c.expr(x), t, next), fail)
		})
	}
	return step(0, t)
}

// settled reports whether later calls cannot change an expression's value.
func (c *compiler) settled(e ast.Expr) bool {
	if _, ok := check.Strip(e).(*tempRef); ok {
		return true
	}
	return c.fold(e).Known()
}

// checked runs op, which evaluates e, and goes on at fail when an operator in e failed.
func (c *compiler) checked(e ast.Expr, op, fail rt.Op) rt.Op {
	if !c.canFail(e) {
		return op
	}
	return func(c *rt.Ctx) rt.Op {
		next := op(c)
		if c.TakeFault() {
			return fail
		}
		return next
	}
}

// branch makes the operations that evaluate e as a condition and go on at yes
// or no; at fail, when an operator in it fails.
func (c *compiler) branch(e ast.Expr, t int, how truth, yes, no, fail rt.Op) rt.Op {
	if k := c.fold(e); k.Known() {
		if how.of(k) {
			return yes
		}
		return no
	}
	if !c.impure(e) {
		x := c.cond(e, how)
		return c.checked(e, func(c *rt.Ctx) rt.Op {
			if x(c) {
				return yes
			}
			return no
		}, fail)
	}
	switch e := c.simplify(e).(type) {
	case *ast.Unary:
		switch e.Op {
		case "!":
			return c.branch(e.X, t, nonzero, no, yes, fail)
		case "(int)": // a condition looks at the integer anyway
			return c.branch(e.X, t, how, yes, no, fail)
		}
	case *ast.Binary:
		switch e.Op {
		case "&&":
			return c.branch(e.L, t, nonzero, c.branch(e.R, t, nonzero, yes, no, fail), no, fail)
		case "||":
			return c.branch(e.L, t, nonzero, yes, c.branch(e.R, t, nonzero, yes, no, fail), fail)
		}
	case *ast.Call:
		return c.callBranch(e, t, yes, no, fail)
	case *ast.RouteCall:
		return c.routeOp(e, t, fail, func(c *rt.Ctx) rt.Op {
			if c.Ret() > 0 {
				return yes
			}
			return no
		})
	}
	return c.lower(e, t, fail, func(x ast.Expr, t int) rt.Op {
		return c.branch(x, t, how, yes, no, fail)
	})
}

// callBranch runs a call as a condition: positive is true, negative false, 0
// ends the script.
func (c *compiler) callBranch(e *ast.Call, t int, yes, no, fail rt.Op) rt.Op {
	return c.callOp(e, t, fail, func(c *rt.Ctx) rt.Op {
		switch r := c.Ret(); {
		case r > 0:
			return yes
		case r < 0:
			return no
		}
		return c.Finish(false)
	})
}
