package parse

import (
	"strings"

	"sipedge/script/ast"
)

// Rules of the language that a test leaves out (script/feature): the tree gets the
// meaning that it would have without the rule.

// treeRules give a script the meaning that it would have without a rule.
var treeRules = map[string]func(cfg *ast.Config){
	"rule implicit drop": func(cfg *ast.Config) {
		ends(cfg, ast.RequestRoute, true, func(b *ast.Block) ast.Stmt {
			return &ast.ExprStmt{Pos: b.End, X: &ast.Call{Pos: b.End, Name: "forward"}}
		})
	},
	"rule implicit branch": func(cfg *ast.Config) { ends(cfg, ast.BranchRoute, false, jumpAtEnd(ast.Drop, nil)) },
	"rule implicit relay":  func(cfg *ast.Config) { ends(cfg, ast.ReplyRoute, true, jumpAtEnd(ast.Drop, nil)) },
	"rule default return": func(cfg *ast.Config) {
		ends(cfg, ast.RequestRoute, false, jumpAtEnd(ast.Return, &ast.IntLit{}))
		eachJump(cfg, func(_ bool, j *ast.Jump) {
			if j.Kind == ast.Return && j.Value == nil {
				j.Value = &ast.IntLit{Pos: j.Pos}
			}
		})
	},
	"rule exit is not drop": func(cfg *ast.Config) {
		eachJump(cfg, func(_ bool, j *ast.Jump) {
			if j.Kind == ast.Exit {
				j.Kind = ast.Drop
			}
		})
	},
	"rule return(0)": func(cfg *ast.Config) {
		eachJump(cfg, func(_ bool, j *ast.Jump) {
			if n, ok := unparen(j.Value).(*ast.IntLit); ok && n.Value == 0 && j.Kind == ast.Return {
				j.Kind = ast.Exit
			}
		})
	},
	"rule return ends the main route": func(cfg *ast.Config) {
		eachBlock(cfg, func(main bool, ss []ast.Stmt) []ast.Stmt {
			return each(ss, func(s ast.Stmt) []ast.Stmt {
				if j, ok := s.(*ast.Jump); ok && main && j.Kind == ast.Return {
					return nil
				}
				return []ast.Stmt{s}
			})
		})
	},
	"rule route truth": func(cfg *ast.Config) {
		eachBlock(cfg, func(_ bool, ss []ast.Stmt) []ast.Stmt {
			return each(ss, func(s ast.Stmt) []ast.Stmt {
				if i, ok := s.(*ast.If); ok {
					if call, ok := i.Cond.(*ast.RouteCall); ok {
						i.Cond = &ast.Binary{Pos: i.Pos, Op: "!=", L: &ast.PV{Pos: i.Pos, Spec: "rc"}, R: &ast.IntLit{Pos: i.Pos}}
						return []ast.Stmt{call, i}
					}
				}
				return []ast.Stmt{s}
			})
		})
	},
	"rule right operand is converted": func(cfg *ast.Config) {
		eachBinary(cfg, func(b *ast.Binary) {
			switch b.Op {
			case "==":
				b.Op = "eq"
			case "!=":
				b.Op = "ne"
			case "+":
				b.L = &ast.Unary{Pos: b.Pos, Op: "(str)", X: b.L}
			}
		})
	},
	"rule undef + x": func(cfg *ast.Config) {
		eachBinary(cfg, func(b *ast.Binary) {
			if _, ok := b.L.(*ast.PV); ok && b.Op == "+" {
				b.L = &ast.Unary{Pos: b.Pos, Op: "(int)", X: b.L}
			}
		})
	},
	"rule undef == x": func(cfg *ast.Config) {
		eachBinary(cfg, func(b *ast.Binary) {
			if _, ok := b.L.(*ast.PV); ok && b.Op == "==" {
				b.Op = "eq"
			}
		})
	},
	"rule eq is not ==":  func(cfg *ast.Config) { operator(cfg, "eq", "==") },
	"rule ieq is not ==": func(cfg *ast.Config) { operator(cfg, "ieq", "==") },
	"rule avp appends": func(cfg *ast.Config) {
		assigned(cfg, func(spec string) string { return spec + "[*]" })
	},
	"rule [*]": func(cfg *ast.Config) {
		assigned(cfg, func(spec string) string { return strings.TrimSuffix(spec, "[*]") })
	},
	"rule flags 0 to 31": func(cfg *ast.Config) {
		eachExpr(cfg, func(e ast.Expr) {
			if c, ok := e.(*ast.Call); ok && strings.HasSuffix(c.Name, "setflag") || ok && c.Name == "isflagset" {
				for _, a := range c.Args {
					if n, ok := a.(*ast.IntLit); ok {
						n.Value &= 31
					}
				}
			}
		})
	},
}

func switchRulesOff(cfg *ast.Config) {
	for name, off := range treeRules {
		if cfg.Without[name] {
			off(cfg)
		}
	}
}

// ends puts a statement at the end of every block of a kind: the main ones or the
// named ones.
func ends(cfg *ast.Config, kind ast.BlockKind, main bool, s func(*ast.Block) ast.Stmt) {
	for _, r := range cfg.Routes {
		if r.Kind != kind || (r.Name == "") != main || r.Body == nil {
			continue
		}
		if n := len(r.Body.Stmts); n > 0 {
			if _, jumps := r.Body.Stmts[n-1].(*ast.Jump); jumps {
				continue
			}
		}
		r.Body.Stmts = append(r.Body.Stmts, s(r.Body))
	}
}

func jumpAtEnd(kind ast.JumpKind, v ast.Expr) func(*ast.Block) ast.Stmt {
	return func(b *ast.Block) ast.Stmt { return &ast.Jump{Pos: b.End, Kind: kind, Value: v} }
}

func each(ss []ast.Stmt, f func(ast.Stmt) []ast.Stmt) (out []ast.Stmt) {
	for _, s := range ss {
		out = append(out, f(s)...)
	}
	return out
}

// eachBlock lets f change the statements of every block, inner ones first. main
// tells those of the main route.
func eachBlock(cfg *ast.Config, f func(main bool, ss []ast.Stmt) []ast.Stmt) {
	for _, r := range cfg.Routes {
		main := r.Kind == ast.RequestRoute && r.Name == ""
		var block func(b *ast.Block)
		var stmt func(s ast.Stmt)
		block = func(b *ast.Block) {
			if b != nil {
				for _, s := range b.Stmts {
					stmt(s)
				}
				b.Stmts = f(main, b.Stmts)
			}
		}
		stmt = func(s ast.Stmt) {
			switch s := s.(type) {
			case *ast.Block:
				block(s)
			case *ast.If:
				block(s.Then)
				stmt(s.Else)
			case *ast.While:
				block(s.Body)
			case *ast.Switch:
				for _, c := range s.Cases {
					for _, s := range c.Stmts {
						stmt(s)
					}
					c.Stmts = f(main, c.Stmts)
				}
			}
		}
		block(r.Body)
	}
}

func eachStmt(cfg *ast.Config, f func(main bool, s ast.Stmt)) {
	eachBlock(cfg, func(main bool, ss []ast.Stmt) []ast.Stmt {
		for _, s := range ss {
			f(main, s)
		}
		return ss
	})
}

func eachJump(cfg *ast.Config, f func(main bool, j *ast.Jump)) {
	eachStmt(cfg, func(main bool, s ast.Stmt) {
		if j, ok := s.(*ast.Jump); ok {
			f(main, j)
		}
	})
}

// eachExpr shows f every expression, inner ones first.
func eachExpr(cfg *ast.Config, f func(ast.Expr)) {
	var expr func(e ast.Expr)
	expr = func(e ast.Expr) {
		switch n := e.(type) {
		case nil:
			return
		case *ast.Unary:
			expr(n.X)
		case *ast.Paren:
			expr(n.X)
		case *ast.Binary:
			expr(n.L)
			expr(n.R)
		case *ast.Call:
			for _, a := range n.Args {
				expr(a)
			}
		case *ast.RouteCall:
			expr(n.Target)
		}
		f(e)
	}
	eachStmt(cfg, func(_ bool, s ast.Stmt) {
		switch s := s.(type) {
		case *ast.If:
			expr(s.Cond)
		case *ast.While:
			expr(s.Cond)
		case *ast.Switch:
			expr(s.Value)
		case *ast.Assign:
			expr(s.Value)
		case *ast.ExprStmt:
			expr(s.X)
		case *ast.Jump:
			expr(s.Value)
		case *ast.RouteCall:
			expr(s.Target)
		}
	})
}

func eachBinary(cfg *ast.Config, f func(*ast.Binary)) {
	eachExpr(cfg, func(e ast.Expr) {
		if b, ok := e.(*ast.Binary); ok {
			f(b)
		}
	})
}

func operator(cfg *ast.Config, from, to string) {
	eachBinary(cfg, func(b *ast.Binary) {
		if b.Op == from {
			b.Op = to
		}
	})
}

// assigned changes the name of every AVP that is assigned to.
func assigned(cfg *ast.Config, f func(spec string) string) {
	eachStmt(cfg, func(_ bool, s ast.Stmt) {
		if a, ok := s.(*ast.Assign); ok {
			if p, ok := a.Target.(*ast.PV); ok && strings.HasPrefix(p.Spec, "avp(") {
				p.Spec = f(p.Spec)
			}
		}
	})
}
