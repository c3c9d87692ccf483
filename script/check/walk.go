package check

import "sipedge/script/ast"

// walk calls f for every statement and expression below n, n included, parents
// before children, in the order of the text.
func walk(n any, f func(n any)) {
	switch n := n.(type) {
	case nil:
		return
	case *ast.Block:
		if n == nil {
			return
		}
		f(n)
		for _, s := range n.Stmts {
			walk(s, f)
		}
		return
	}
	f(n)
	switch n := n.(type) {
	case *ast.If:
		walk(n.Cond, f)
		walk(n.Then, f)
		walk(n.Else, f)
	case *ast.While:
		walk(n.Cond, f)
		walk(n.Body, f)
	case *ast.Switch:
		walk(n.Value, f)
		for _, c := range n.Cases {
			f(c)
			walk(c.Value, f)
			for _, s := range c.Stmts {
				walk(s, f)
			}
		}
	case *ast.Assign:
		walk(n.Target, f)
		walk(n.Value, f)
	case *ast.ExprStmt:
		walk(n.X, f)
	case *ast.Jump:
		walk(n.Value, f)
	case *ast.RouteCall:
		walk(n.Target, f)
	case *ast.Unary:
		walk(n.X, f)
	case *ast.Binary:
		walk(n.L, f)
		walk(n.R, f)
	case *ast.Paren:
		walk(n.X, f)
	case *ast.Call:
		for _, a := range n.Args {
			walk(a, f)
		}
	}
}
