package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/diag"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// block compiles a block: t is the first free temporary, next what follows,
// brk where break goes (nil outside of while and switch).
func (c *compiler) block(b *ast.Block, t int, next, brk rt.Op) rt.Op {
	if b == nil {
		return next
	}
	return c.stmts(b.Stmts, t, next, brk)
}

func (c *compiler) stmts(ss []ast.Stmt, t int, next, brk rt.Op) rt.Op {
	for i := len(ss) - 1; i >= 0; i-- {
		next = c.stmt(ss[i], t, next, brk)
	}
	return next
}

func (c *compiler) stmt(s ast.Stmt, t int, next, brk rt.Op) rt.Op {
	switch s := s.(type) {
	case *ast.Block:
		return c.block(s, t, next, brk)
	case *ast.If:
		no := next
		if s.Else != nil {
			no = c.stmt(s.Else, t, next, brk)
		}
		yes := c.block(s.Then, t, next, brk)
		return c.ifOp(s, t, yes, no)
	case *ast.While:
		return c.while(s, t, next)
	case *ast.Switch:
		return c.switchOp(s, t, next)
	case *ast.Assign:
		return c.assign(s, t, next)
	case *ast.Jump:
		return c.jump(s, t, brk)
	case *ast.ExprStmt:
		return c.exprStmt(s.X, t, next)
	case *ast.RouteCall:
		return c.routeOp(s, t, next, func(*rt.Ctx) rt.Op { return next })
	}
	return next
}

// ifOp decides where an if goes on: the usual condition, one without calls, in
// one operation.
func (c *compiler) ifOp(s *ast.If, t int, yes, no rt.Op) rt.Op {
	if c.fold(s.Cond).Known() || c.impure(s.Cond) || c.canFail(s.Cond) {
		return at(s, c.branch(s.Cond, t, positive, yes, no, no))
	}
	x, pos := c.cond(s.Cond, positive), int32(s.Pos)
	return func(c *rt.Ctx) rt.Op {
		c.Pos = pos
		if x(c) {
			return yes
		}
		return no
	}
}

// at notes a statement's position before op.
func at(s ast.Stmt, op rt.Op) rt.Op {
	pos := int32(s.Position())
	return func(c *rt.Ctx) rt.Op {
		c.Pos = pos
		return op(c)
	}
}

// exprStmt is an expression as a statement: a call, or calls joined by && and ||.
func (c *compiler) exprStmt(e ast.Expr, t int, next rt.Op) rt.Op {
	switch e := check.Strip(e).(type) {
	case *ast.Call:
		return c.callStmt(e, t, next)
	case *ast.RouteCall:
		return c.routeOp(e, t, next, func(*rt.Ctx) rt.Op { return next })
	}
	if !c.impure(e) {
		return next // reported by the checker
	}
	return c.branch(e, t, nonzero, next, next, next)
}

func (c *compiler) callStmt(e *ast.Call, t int, next rt.Op) rt.Op {
	return c.callOp(e, t, next, func(c *rt.Ctx) rt.Op {
		if c.Ret() == 0 {
			return c.Finish(false)
		}
		return next
	})
}

// while compiles a loop. Its rounds are counted in a temporary, so that they
// survive suspension; at max_while_loops the loop ends with an error in the log
// and the script goes on behind it.
func (c *compiler) while(s *ast.While, t int, next rt.Op) rt.Op {
	var test rt.Op
	again := func(c *rt.Ctx) rt.Op {
		c.LoopRound()
		return test
	}
	body := c.block(s.Body, t+1, again, next)
	pos := int32(s.Pos)
	enter := func(c *rt.Ctx) rt.Op {
		n := c.Temp(t).Int()
		if limit := int64(c.Env.WhileLimit()); limit > 0 && n >= limit {
			c.Pos = pos
			c.LogError("while ended after max_while_loops rounds", nil)
			return next
		}
		c.Push(t, value.FromInt(n+1))
		return body
	}
	test = c.branch(s.Cond, t+1, nonzero, enter, next, next)
	return func(c *rt.Ctx) rt.Op {
		c.Pos = pos
		c.Push(t, value.FromInt(0))
		return test
	}
}

// jump compiles return, exit, drop and break.
func (c *compiler) jump(s *ast.Jump, t int, brk rt.Op) rt.Op {
	switch s.Kind {
	case ast.Break:
		if brk == nil {
			return func(c *rt.Ctx) rt.Op { return c.Return(0) } // as the reference: it leaves the route
		}
		return brk
	case ast.Exit, ast.Drop:
		dropped := s.Kind == ast.Drop
		end := func(c *rt.Ctx) rt.Op { return c.Finish(dropped) }
		if s.Value == nil {
			return end
		}
		return at(s, c.result(s.Value, t, end))
	}
	if s.Value == nil {
		return opReturn1
	}
	return at(s, c.result(s.Value, t, func(c *rt.Ctx) rt.Op { return c.Return(c.Ret()) }))
}

// result computes a return code and goes on.
func (c *compiler) result(e ast.Expr, t int, next rt.Op) rt.Op {
	fail := func(c *rt.Ctx) rt.Op {
		c.SetRet(-1)
		return next
	}
	return c.lower(e, t, fail, func(e ast.Expr, _ int) rt.Op {
		n := c.intExpr(e)
		return c.checked(e, func(c *rt.Ctx) rt.Op {
			c.SetRet(rt.Ret32(n(c)))
			return next
		}, fail)
	})
}

// assign compiles an assignment. A call alone on the right gives its return
// code; as a part of an expression it counts as 1 or 0.
func (c *compiler) assign(s *ast.Assign, t int, next rt.Op) rt.Op {
	target, ok := s.Target.(*ast.PV)
	if !ok {
		return next // reported by the checker
	}
	v := c.pv(target)
	if v.Set == nil {
		if !v.Broken() {
			c.errorf(diag.ReadOnly, target.Pos, "", "%s cannot be assigned to", written(target.Spec))
		}
		return next
	}
	pos := int32(s.Pos)
	if call := c.soleCall(s.Value); call != nil {
		set := c.setOp(v, target, pos, func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.Ret())) }, next)
		if r, ok := call.(*ast.RouteCall); ok {
			return c.routeOp(r, t, next, set)
		}
		return c.callOp(call.(*ast.Call), t, next, func(c *rt.Ctx) rt.Op {
			if c.Ret() == 0 {
				return c.Finish(false)
			}
			return set(c)
		})
	}
	return c.lower(s.Value, t, next, func(e ast.Expr, _ int) rt.Op {
		x := c.expr(e)
		if !c.canFail(e) {
			if slot, ok := v.Slot(); ok {
				return c.setSlot(slot, pos, e, next)
			}
			return c.setOp(v, target, pos, x, next)
		}
		refused := refusal(target)
		return func(c *rt.Ctx) rt.Op {
			c.Pos = pos
			w := x(c)
			if !c.TakeFault() && !v.Set(c, w) {
				c.LogError(refused, c.Bytes(w))
			}
			return next
		}
	})
}

// soleCall is the call that an expression consists of, nil for others.
func (c *compiler) soleCall(e ast.Expr) ast.Expr {
	e = check.Strip(e)
	for {
		b, ok := e.(*ast.Binary)
		if !ok {
			break
		}
		u, ok := c.simplify(b).(*ast.Unary) // call && 1
		if !ok {
			return nil
		}
		e = check.Strip(u.X)
	}
	switch e.(type) {
	case *ast.Call, *ast.RouteCall:
		return e
	}
	return nil
}

// setSlot assigns an expression that cannot fail to a script variable.
func (c *compiler) setSlot(slot int, pos int32, e ast.Expr, next rt.Op) rt.Op {
	if k := c.fold(e); k.Known() {
		v := c.value(k)
		return func(c *rt.Ctx) rt.Op {
			c.Vars[slot] = v
			return next
		}
	}
	if c.kindOf(e) == value.Int {
		n := c.intExpr(e)
		return func(c *rt.Ctx) rt.Op {
			c.Vars[slot] = value.FromInt(n(c))
			return next
		}
	}
	x := c.expr(e)
	return func(c *rt.Ctx) rt.Op {
		c.Pos = pos
		c.Vars[slot] = x(c)
		return next
	}
}

// refusal is what the log says when a variable does not take a value; a text
// follows it.
func refusal(target *ast.PV) string {
	return written(target.Spec) + " keeps its value: it does not take this one"
}

// setOp assigns what x computes to v, which the script calls target.
func (c *compiler) setOp(v *registry.Var, target *ast.PV, pos int32, x rt.Expr, next rt.Op) rt.Op {
	if slot, ok := v.Slot(); ok {
		return func(c *rt.Ctx) rt.Op {
			c.Pos = pos
			c.Vars[slot] = x(c)
			return next
		}
	}
	set, refused := v.Set, refusal(target)
	return func(c *rt.Ctx) rt.Op {
		c.Pos = pos
		w := x(c)
		if !set(c, w) {
			c.LogError(refused, c.Bytes(w))
		}
		return next
	}
}
