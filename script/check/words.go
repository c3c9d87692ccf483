package check

import (
	"sipedge/script/ast"
	"sipedge/script/registry"
)

// The grammar cannot tell a bare word from a function that may be called
// without parentheses: settle does, once, by the table's rows. After it an
// ast.Ident is a word and a bare ast.Call is a function, or a statement that
// was meant to be one.
func settle(cfg *ast.Config, table *registry.Table) {
	s := settler{table}
	for _, b := range cfg.Routes {
		walk(b.Body, func(n any) { s.node(n) })
	}
}

type settler struct{ table *registry.Table }

// node settles the expressions that a node holds directly.
func (s settler) node(n any) {
	switch n := n.(type) {
	case *ast.If:
		n.Cond = s.expr(n.Cond)
	case *ast.While:
		n.Cond = s.expr(n.Cond)
	case *ast.Switch:
		n.Value = s.expr(n.Value)
	case *ast.Case:
		n.Value = s.expr(n.Value)
	case *ast.Assign:
		n.Value = s.expr(n.Value)
	case *ast.ExprStmt:
		if c, ok := n.X.(*ast.Call); !ok || !c.Bare {
			n.X = s.expr(n.X)
		}
	case *ast.Jump:
		n.Value = s.expr(n.Value)
	case *ast.RouteCall:
		if name, ok := bareWord(n.Target); ok { // a block may be called like a function
			n.Target = &ast.StringLit{Pos: n.Target.Position(), Value: name}
		} else {
			n.Target = s.expr(n.Target)
		}
	case *ast.Unary:
		n.X = s.expr(n.X)
	case *ast.Binary:
		n.L, n.R = s.expr(n.L), s.expr(n.R)
	case *ast.Paren:
		n.X = s.expr(n.X)
	case *ast.Call:
		for i := range n.Args {
			n.Args[i] = s.expr(n.Args[i])
		}
	}
}

func bareWord(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name, true
	case *ast.Call:
		return e.Name, e.Bare
	}
	return "", false
}

func (s settler) expr(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Call:
		if e.Bare && (s.table.Keywords[e.Name] != nil || s.table.Functions[e.Name] == nil) {
			return &ast.Ident{Pos: e.Pos, Name: e.Name}
		}
	case *ast.Ident:
		if f := s.table.Functions[e.Name]; f != nil && f.Bare && s.table.Keywords[e.Name] == nil {
			return &ast.Call{Pos: e.Pos, Name: e.Name, Bare: true}
		}
	}
	return e
}
