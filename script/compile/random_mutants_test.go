package compile_test

import (
	"slices"
	"strings"
	"testing"

	"sipedge/script/ast"
)

// The comparison of random programs is worth something if it notices when the
// compiler does another thing than it should. Each mutant is a compiler that
// takes one thing for another; some random program must tell it from the right
// one.

// mutant changes the nodes of a program before it is compiled.
type mutant struct {
	name string
	stmt func(s ast.Stmt)
	expr func(x ast.Expr)
}

func operatorMutant(from, to string) mutant {
	return mutant{name: from + " as " + to, expr: func(x ast.Expr) {
		if b, ok := x.(*ast.Binary); ok && b.Op == from {
			b.Op = to
		}
	}}
}

func unaryMutant(from, to string) mutant {
	return mutant{name: from + " as " + to, expr: func(x ast.Expr) {
		if u, ok := x.(*ast.Unary); ok && u.Op == from {
			u.Op = to
		}
	}}
}

func jumpMutant(from, to ast.JumpKind) mutant {
	return mutant{name: from.String() + " as " + to.String(), stmt: func(s ast.Stmt) {
		if j, ok := s.(*ast.Jump); ok && j.Kind == from {
			j.Kind = to
		}
	}}
}

func specMutant(from, to string) mutant {
	return mutant{name: "$" + from + " as $" + to, expr: func(x ast.Expr) {
		if p, ok := x.(*ast.PV); ok {
			p.Spec = strings.ReplaceAll(p.Spec, from, to)
		}
	}}
}

func mutants() []mutant {
	ms := []mutant{
		{name: "a + b as b + a", expr: swap("+")}, {name: "a - b as b - a", expr: swap("-")}, {name: "a == b as b == a", expr: swap("==")},
		{name: "b && a for a && b", expr: swap("&&")}, {name: "b || a for a || b", expr: swap("||")},
		{name: "patterns that regard another letter", expr: func(x ast.Expr) {
			if b, ok := x.(*ast.Binary); ok && b.Op == "=~" {
				if l, ok := b.R.(*ast.StringLit); ok {
					l.Value = strings.ReplaceAll(l.Value, "^a", "^b")
				}
			}
		}},
		{name: "else of if left out", stmt: func(s ast.Stmt) {
			if i, ok := s.(*ast.If); ok {
				i.Else = nil
			}
		}},
		{name: "while as if", stmt: func(s ast.Stmt) {
			if w, ok := s.(*ast.While); ok && len(w.Body.Stmts) > 0 && !isJump(w.Body.Stmts[len(w.Body.Stmts)-1]) {
				w.Body.Stmts = append(w.Body.Stmts, &ast.Jump{Kind: ast.Break})
			}
		}},
		{name: "no fall-through", stmt: func(s ast.Stmt) {
			if w, ok := s.(*ast.Switch); ok {
				for _, c := range w.Cases {
					if len(c.Stmts) == 0 || !isJump(c.Stmts[len(c.Stmts)-1]) {
						c.Stmts = append(c.Stmts, &ast.Jump{Kind: ast.Break})
					}
				}
			}
		}},
		{name: "labels from the last to the first", stmt: func(s ast.Stmt) {
			if w, ok := s.(*ast.Switch); ok {
				slices.Reverse(w.Cases)
			}
		}},
		{name: "patterns of labels as texts", stmt: func(s ast.Stmt) {
			if w, ok := s.(*ast.Switch); ok {
				for _, c := range w.Cases {
					c.Regex = false
				}
			}
		}},
		{name: "return without its value", stmt: func(s ast.Stmt) {
			if j, ok := s.(*ast.Jump); ok && j.Kind == ast.Return {
				j.Value = nil
			}
		}},
		{name: "exit without its value", stmt: func(s ast.Stmt) {
			if j, ok := s.(*ast.Jump); ok && j.Kind == ast.Exit {
				j.Value = nil
			}
		}},
		{name: "another route", expr: func(x ast.Expr) {
			if r, ok := x.(*ast.RouteCall); ok {
				if l, ok := r.Target.(*ast.StringLit); ok && l.Value == "alice3" {
					l.Value = "alice4"
				}
			}
		}},
		{name: "keywords unequal", expr: func(x ast.Expr) {
			if b, ok := x.(*ast.Binary); ok {
				if _, ok := b.L.(*ast.Ident); ok && b.Op == "==" {
					b.Op = "!="
				}
			}
		}},
		{name: "texts with another variable", expr: func(x ast.Expr) {
			if l, ok := x.(*ast.StringLit); ok {
				l.Value = strings.ReplaceAll(l.Value, "$var(a)", "$var(b)")
			}
		}},
	}
	for _, p := range [][2]string{{"+", "-"}, {"-", "+"}, {"*", "+"}, {"/", "mod"}, {"mod", "/"}, {"|", "^"}, {"&", "|"}, {"^", "|"}, {"<<", ">>"}, {">>", "<<"},
		{"==", "eq"}, {"==", "ieq"}, {"!=", "ne"}, {"eq", "=="}, {"eq", "ieq"}, {"ne", "ine"}, {"ieq", "=="}, {"ine", "!="}, {"<", "<="}, {">", ">="}, {"<=", "<"}, {">=", ">"},
		{"&&", "||"}, {"||", "&&"}, {"&&", "&"}, {"||", "|"}, {"=~", "!~"}, {"!~", "=~"}} {
		ms = append(ms, operatorMutant(p[0], p[1]))
	}
	for _, p := range [][2]string{{"!", "(int)"}, {"~", "-"}, {"-", "~"}, {"defined", "strempty"}, {"(int)", "strlen"}, {"(str)", "(int)"}, {"strlen", "(int)"}, {"strempty", "!"}} {
		ms = append(ms, unaryMutant(p[0], p[1]))
	}
	for _, p := range [][2]ast.JumpKind{{ast.Return, ast.Exit}, {ast.Exit, ast.Drop}, {ast.Drop, ast.Exit}, {ast.Exit, ast.Return}} {
		ms = append(ms, jumpMutant(p[0], p[1]))
	}
	for _, p := range [][2]string{{"avp(x)[1]", "avp(x)"}, {"avp(x)[-1]", "avp(x)[1]"}, {"avp(x)[*]", "avp(x)"}, {"avp(x)[$var(i)]", "avp(x)"}, {"avp(i:5)", "avp(5)"},
		{"avp(s:x)", "avp(sx)"}, {"f.t", "t.t"}, {"xavp(x=>f)", "xavp(x[0]=>f)"}, {"xavp(x[0]=>f[0])", "xavp(x[0]=>f)"}, {"xavp(x[1]", "xavp(x[0]"}, {"undef", "num"}, {"null", "undef"}, {"rc", "num"},
		{"s.toupper", "s.tolower"}, {"s.tolower", "s.toupper"}, {"s.len", "s.int"}, {"s.int", "s.len"}, {"s.substr,1,2", "s.substr,1,3"}, {"s.substr,-2,0", "s.substr,-1,0"},
		{"s.select,1,e", "s.select,0,e"}, {"s.select,-1,a", "s.select,0,a"}, {"s.md5", "s.sha1"}, {"s.encode.hexa", "s.md5"}, {"var(a)", "var(b)"}} {
		ms = append(ms, specMutant(p[0], p[1]))
	}
	return ms
}

func isJump(s ast.Stmt) bool { _, ok := s.(*ast.Jump); return ok }

func swap(op string) func(x ast.Expr) {
	return func(x ast.Expr) {
		if b, ok := x.(*ast.Binary); ok && b.Op == op {
			if _, keyword := b.L.(*ast.Ident); !keyword {
				b.L, b.R = b.R, b.L
			}
		}
	}
}

// apply changes a whole program.
func (m *mutant) apply(cfg *ast.Config) {
	for _, b := range cfg.Routes {
		m.block(b.Body)
	}
}

func (m *mutant) block(b *ast.Block) {
	for _, s := range b.Stmts {
		m.statement(s)
	}
}

func (m *mutant) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Block:
		m.block(s)
	case *ast.If:
		m.expression(s.Cond)
		m.block(s.Then)
		if s.Else != nil {
			m.statement(s.Else)
		}
	case *ast.While:
		m.expression(s.Cond)
		m.block(s.Body)
	case *ast.Switch:
		m.expression(s.Value)
		for _, c := range s.Cases {
			m.block(&ast.Block{Stmts: c.Stmts})
		}
	case *ast.Assign:
		m.expression(s.Target)
		m.expression(s.Value)
	case *ast.ExprStmt:
		m.expression(s.X)
	case *ast.RouteCall:
		m.expression(s)
	case *ast.Jump:
		if s.Value != nil {
			m.expression(s.Value)
		}
	}
	if m.stmt != nil {
		m.stmt(s)
	}
}

func (m *mutant) expression(x ast.Expr) {
	switch x := x.(type) {
	case *ast.Paren:
		m.expression(x.X)
	case *ast.Unary:
		m.expression(x.X)
	case *ast.Binary:
		m.expression(x.L)
		m.expression(x.R)
	case *ast.Call:
		for _, a := range x.Args {
			m.expression(a)
		}
	case *ast.RouteCall:
		m.expression(x.Target)
	}
	if m.expr != nil {
		m.expr(x)
	}
}

func TestEveryMutantOfTheCompilerIsNoticed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const most = 6000
	ms := mutants()
	hardest, name := uint64(0), ""
	type result struct {
		outcome
		ok   bool
		text string
	}
	var known []result // of the right compiler, by seed
	for _, m := range ms {
		noticed := false
		for seed := range uint64(most) {
			if seed == uint64(len(known)) {
				o, ok := evaluate(program(seed), seed)
				known = append(known, result{o, ok, print(program(seed), seed)})
			}
			want := known[seed]
			if !want.ok {
				continue
			}
			cfg := program(seed)
			m.apply(cfg)
			if print(cfg, seed) == want.text {
				continue // it has nothing that the mutant would take for something else
			}
			got, refused, ok := execute(t, cfg, seed)
			if !ok || refused != "" || got.diff(want.outcome) == "" {
				continue // a mutant that is refused is not one that computes something else
			}
			noticed = true
			if seed > hardest {
				hardest, name = seed, m.name
			}
			break
		}
		if !noticed {
			t.Errorf("%s: none of %d programs notices", m.name, most)
		}
	}
	t.Logf("PROOF script-random: %d of %d mutants noticed, the hardest (%s) by program %d", len(ms), len(ms), name, hardest+1)
}
