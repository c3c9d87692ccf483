package parse

import (
	"strings"

	"sipedge/script/ast"
	"sipedge/script/feature"
	"sipedge/script/lex"
)

// Parts of the grammar that a test leaves out (script/feature): their tokens
// become ones that no rule knows.

// tokens is a token in its place.
type tokens struct {
	all   []lex.Token
	i     int
	depth int // of braces
}

func (t tokens) at(n int) *lex.Token {
	if n += t.i; n >= 0 && n < len(t.all) {
		return &t.all[n]
	}
	return &lex.Token{}
}

func (t tokens) is(n int, text string) bool { return tokenIs(t.at(n), text) }

// startsOperand tells whether an operand may begin here: behind an operator or an
// opening parenthesis.
func (t tokens) startsOperand() bool {
	p := t.at(-1)
	return p.Kind == lex.Op && !strings.Contains(")];}{", p.Text) || p.Kind == lex.Ident && precedence[p.Text] > 0
}

// tokenFeatures tell the tokens of the features whose text alone does not say it.
var tokenFeatures = map[string]func(t tokens) bool{
	"operator [ ]":   func(t tokens) bool { return t.is(0, "[") && t.startsOperand() },
	"operator ( )":   func(t tokens) bool { return t.is(0, "(") && t.startsOperand() && !t.cast("int") && !t.cast("str") },
	"operator =":     func(t tokens) bool { return t.is(0, "=") && t.depth > 0 },
	"operator (int)": func(t tokens) bool { return t.cast("int") },
	"operator (str)": func(t tokens) bool { return t.cast("str") },

	"statement ;":       func(t tokens) bool { return t.is(0, ";") && t.is(-1, "}") },
	"statement route()": func(t tokens) bool { return t.is(0, "route") && t.is(1, "(") },
	"label /regex":      func(t tokens) bool { return t.is(0, "/") && t.is(-1, "case") },

	"block route":               func(t tokens) bool { return (t.is(0, "route") || t.is(0, "request_route")) && t.mainBlock() },
	"block route[name]":         func(t tokens) bool { return t.is(0, "route") && t.is(1, "[") && !t.mainBlock() },
	"block onreply_route":       func(t tokens) bool { return (t.is(0, "onreply_route") || t.is(0, "reply_route")) && t.mainBlock() },
	"block onreply_route[name]": func(t tokens) bool { return t.is(0, "onreply_route") && t.is(1, "[") && !t.mainBlock() },

	"declaration group.name": func(t tokens) bool {
		return t.depth == 0 && t.at(0).Kind == lex.Ident && strings.Contains(t.at(0).Text, ".") && t.is(1, "=")
	},

	"number 0x": func(t tokens) bool { return t.number(strings.HasPrefix(strings.ToLower(t.at(0).Text), "0x")) },
	"number b": func(t tokens) bool {
		return t.number(strings.HasSuffix(t.at(0).Text, "b") && !strings.Contains(t.at(0).Text, "x"))
	},
	"number octal": func(t tokens) bool {
		s := t.at(0).Text
		return t.number(len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9')
	},
	"string '…'":        func(t tokens) bool { return t.at(0).Kind == lex.String && t.at(0).Raw },
	"string neighbours": func(t tokens) bool { return t.at(0).Kind == lex.String && t.at(-1).Kind == lex.String },
	"route names by number": func(t tokens) bool {
		return t.at(0).Kind == lex.Int && t.is(-1, "(") && t.is(-2, "route")
	},
}

func (t tokens) number(form bool) bool { return t.at(0).Kind == lex.Int && form }

func (t tokens) cast(to string) bool { return t.is(0, "(") && t.is(1, to) && t.is(2, ")") }

// mainBlock tells whether a block without a name, or with the name 0, begins here.
func (t tokens) mainBlock() bool {
	return t.is(1, "{") || t.is(1, "[") && t.at(2).Kind == lex.Int && t.at(2).Int == 0
}

// tokenOf is how the token of a feature is told; nil for a feature that is no token.
func tokenOf(name string) func(t tokens) bool {
	if f := tokenFeatures[name]; f != nil {
		return f
	}
	kind, text, _ := strings.Cut(name, " ")
	switch kind {
	case "operator", "word":
		return func(t tokens) bool { return t.is(0, text) }
	case "statement", "block":
		return func(t tokens) bool { return t.is(0, text) && (kind == "block") == (t.depth == 0) }
	case "declaration":
		return func(t tokens) bool { return t.is(0, text) && t.depth == 0 }
	}
	return nil
}

// switchTokensOff leaves the tokens of the features out of the language.
func switchTokensOff(all []lex.Token, without feature.Set) {
	for name := range without {
		off := tokenOf(name)
		if off == nil {
			continue
		}
		t := tokens{all: all}
		for t.i = range all {
			switch {
			case t.is(0, "{"):
				t.depth++
			case t.is(0, "}"):
				t.depth--
			}
			if off(t) {
				all[t.i].Kind = lex.Off
			}
		}
	}
}

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
