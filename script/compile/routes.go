package compile

import (
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/rt"
)

// routeOp makes the operations of route(…). done decides by Ctx.Ret where the
// script goes on after the route has returned.
func (c *compiler) routeOp(e *ast.RouteCall, t int, fail, done rt.Op) rt.Op {
	pos := int32(e.Pos)
	if name, ok := check.RouteName(e.Target); ok {
		to := c.entries[rt.RouteKey{Kind: rt.RequestRoute, Name: name}]
		if to == nil {
			return done // reported by the checker
		}
		return func(c *rt.Ctx) rt.Op {
			c.Pos = pos
			return c.Call(done, t, to.op)
		}
	}
	return c.lower(e.Target, t, fail, func(x ast.Expr, _ int) rt.Op {
		name := c.expr(x)
		return c.checked(x, func(c *rt.Ctx) rt.Op {
			c.Pos = pos
			b := c.Text(name(c))
			if string(b) == "0" {
				b = nil
			}
			to := c.Program().Route(b)
			if to == nil {
				c.LogError("route() found no block of this name", b)
				before := c.Ret()
				c.SetRet(-1)
				op := done(c)
				c.SetRet(before) // nothing has returned
				return op
			}
			return c.Call(done, t, to)
		}, fail)
	})
}
