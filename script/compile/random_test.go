package compile_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"sipedge/script/ast"
	"sipedge/script/compile"
	"sipedge/script/diag"
	"sipedge/script/rt"
)

// gen makes random programs. route is the number of the block that is made: it
// calls only higher ones, so that every program ends.
type gen struct {
	r     *rand.Rand
	route int
	loops int
	room  int // statements left
}

var someVars = []string{"var(a)", "var(b)", "var(c)", "avp(x)", "avp(x)[1]", "ru", "num", "rc", "undef", "null"}
var someTargets = []string{"var(a)", "var(b)", "var(c)", "avp(x)", "avp(x)[*]"}
var someTexts = []string{"", "abc", "5", "-3", "0x10", "42", "12abc", "0"}
var someInts = []int64{0, 1, 2, 5, -1, -7, 42, 2147483647, 33}
var someOps = []string{"+", "+", "-", "*", "|", "&", "^", "<<", ">>", "==", "!=", "eq", "ne", "ieq", "ine", "<", ">", "<=", ">=", "&&", "||", "&&", "||", "/", "mod"}

const routeCount = 4

func (g *gen) expr(depth int, calls, faults bool) ast.Expr {
	if depth == 0 || g.r.IntN(5) == 0 {
		switch g.r.IntN(4) {
		case 0:
			return &ast.IntLit{Value: someInts[g.r.IntN(len(someInts))]}
		case 1:
			return &ast.StringLit{Value: someTexts[g.r.IntN(len(someTexts))]}
		}
		return &ast.PV{Spec: someVars[g.r.IntN(len(someVars))]}
	}
	switch n := g.r.IntN(10); {
	case n == 0:
		op := []string{"!", "~", "-", "defined", "(int)", "(str)", "strlen", "strempty"}[g.r.IntN(8)]
		return &ast.Unary{Op: op, X: g.expr(depth-1, calls, faults)}
	case n == 1:
		return &ast.Paren{X: g.expr(depth-1, calls, faults)}
	case n < 4 && calls:
		if g.r.IntN(3) == 0 && g.route < routeCount {
			return g.routeCall()
		}
		return g.call(depth - 1)
	}
	op := someOps[g.r.IntN(len(someOps))]
	for !faults && (op == "/" || op == "mod") {
		op = someOps[g.r.IntN(len(someOps))]
	}
	l, r := g.expr(depth-1, calls, faults), g.expr(depth-1, calls, faults)
	if _, lit := r.(*ast.IntLit); lit && (op == "/" || op == "mod") {
		r = &ast.PV{Spec: "var(a)"} // a constant 0 is an error of the checker
	}
	if op == "/" || op == "mod" {
		r = &ast.Binary{Op: "-", L: &ast.PV{Spec: "var(b)"}, R: r}
	}
	return &ast.Binary{Op: op, L: l, R: r}
}

func (g *gen) call(depth int) ast.Expr {
	if g.r.IntN(2) == 0 {
		return &ast.Call{Name: "f", Args: []ast.Expr{g.expr(depth, true, false)}}
	}
	return &ast.Call{Name: "g", Args: []ast.Expr{g.expr(depth, true, false), g.expr(depth, true, false)}}
}

func (g *gen) routeCall() *ast.RouteCall {
	n := g.route + 1 + g.r.IntN(routeCount-g.route)
	if g.r.IntN(3) == 0 {
		return &ast.RouteCall{Target: &ast.Binary{Op: "+", L: &ast.StringLit{Value: "R"}, R: &ast.Unary{Op: "(int)", X: &ast.IntLit{Value: int64(n)}}}}
	}
	return &ast.RouteCall{Target: &ast.StringLit{Value: fmt.Sprintf("R%d", n)}}
}

func (g *gen) block(depth int) *ast.Block {
	b := &ast.Block{}
	for range 1 + g.r.IntN(4) {
		if g.room--; g.room < 0 {
			break
		}
		s := g.stmt(depth)
		b.Stmts = append(b.Stmts, s)
		if _, jump := s.(*ast.Jump); jump {
			break // what follows could never run, an error of the checker
		}
	}
	return b
}

func (g *gen) stmt(depth int) ast.Stmt {
	n := g.r.IntN(20)
	if depth == 0 && n >= 8 && n < 15 {
		n = 0
	}
	switch {
	case n < 5:
		return &ast.Assign{Target: &ast.PV{Spec: someTargets[g.r.IntN(len(someTargets))]}, Value: g.expr(3, true, true)}
	case n < 7:
		return &ast.ExprStmt{X: g.call(2)}
	case n == 7:
		if g.route < routeCount {
			return g.routeCall()
		}
		return &ast.ExprStmt{X: g.call(1)}
	case n < 12:
		s := &ast.If{Cond: g.expr(3, true, true), Then: g.block(depth - 1)}
		if g.r.IntN(2) == 0 {
			s.Else = g.block(depth - 1)
		}
		return s
	case n == 12:
		g.loops++
		s := &ast.While{Cond: g.expr(2, true, true), Body: g.block(depth - 1)}
		g.loops--
		return s
	case n < 15:
		return g.switchStmt(depth)
	case n == 15 && g.r.IntN(3) == 0:
		return &ast.Jump{Kind: ast.Exit}
	case n == 16 && g.r.IntN(3) == 0:
		return &ast.Jump{Kind: ast.Drop}
	case n == 17:
		return &ast.Jump{Kind: ast.Return, Value: g.expr(2, true, true)}
	case n == 18:
		return &ast.Jump{Kind: ast.Break}
	}
	return &ast.ExprStmt{X: g.call(1)}
}

func (g *gen) switchStmt(depth int) ast.Stmt {
	s := &ast.Switch{Value: g.expr(2, true, true)}
	ints := g.r.IntN(2) == 0
	def := g.r.IntN(4)
	for i := range g.r.IntN(10) {
		c := &ast.Case{Stmts: g.block(depth - 1).Stmts}
		switch {
		case i == def:
			c.Default = true
		case ints:
			c.Value = &ast.IntLit{Value: int64(i*7%11 - 1)}
		default:
			c.Value = &ast.StringLit{Value: fmt.Sprint(someTexts[i%len(someTexts)], strings.Repeat("x", i/len(someTexts)))}
		}
		if _, jump := last(c.Stmts).(*ast.Jump); !jump && g.r.IntN(2) == 0 {
			c.Stmts = append(c.Stmts, &ast.Jump{Kind: ast.Break})
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

func last(ss []ast.Stmt) ast.Stmt {
	if len(ss) == 0 {
		return nil
	}
	return ss[len(ss)-1]
}

// program makes the blocks of a random program.
func program(seed uint64) *ast.Config {
	r := rand.New(rand.NewPCG(seed, 7))
	cfg := &ast.Config{Files: diag.NewSet()}
	for i := range routeCount + 1 {
		g := &gen{r: r, route: i, room: 14}
		b := &ast.RouteBlock{Body: g.block(3)}
		if i > 0 {
			b.Name = fmt.Sprintf("R%d", i)
		}
		cfg.Routes = append(cfg.Routes, b)
	}
	return cfg
}

// answers is a deterministic world: results depend on the call alone.
func answers(seed uint64) func(name, arg string, call int) int32 {
	return func(name, arg string, call int) int32 {
		h := fnv.New64a()
		fmt.Fprint(h, seed, name, arg, call)
		return []int32{1, 1, 1, 2, 7, -1, -1, -3, 1, 1, 0, -2, 5, 1, -1, 1, 1, 1, -1, 3}[h.Sum64()%20]
	}
}

// tooLong is the panic of an evaluation that makes too many calls.
const tooLong = "too long"

func checkSeed(t *testing.T, seed uint64) {
	const limit = 5
	cfg := program(seed)
	want := &world{answer: answers(seed)}
	e := &evaluator{w: want, vars: map[string]val{}, avps: map[string][]val{}, routes: map[string]*ast.Block{}, limit: limit}
	for _, b := range cfg.Routes {
		e.routes[b.Name] = b.Body
	}
	const most = 20_000
	short := want.answer
	want.answer = func(name, arg string, call int) int32 {
		if call > most {
			panic(tooLong)
		}
		return short(name, arg, call)
	}
	dropped, ended := false, false
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(tooLong) {
				panic(r)
			}
		}()
		dropped = e.main(cfg.Routes[0].Body)
		ended = true
	}()
	if !ended {
		return
	}

	waits := rand.New(rand.NewPCG(seed, 99))
	got := &world{answer: answers(seed), env: &testEnv{limit: limit},
		suspend: func(int) bool { return waits.IntN(3) == 0 }}
	diags := list(cfg.Files)
	p := compile.Compile(cfg, table(t, got), nil, nil, diags)
	if p == nil {
		t.Fatalf("seed %d: %s", seed, render(diags))
	}
	c := &rt.Ctx{}
	st, err := got.run(t, c, p, p.Request)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if (st == rt.Dropped) != dropped {
		t.Errorf("seed %d: dropped %v, want %v", seed, st == rt.Dropped, dropped)
	}
	for i := range max(len(got.trace), len(want.trace)) {
		a, b := "(nothing)", "(nothing)"
		if i < len(got.trace) {
			a = got.trace[i]
		}
		if i < len(want.trace) {
			b = want.trace[i]
		}
		if a != b {
			t.Fatalf("seed %d: call %d is %s, want %s", seed, i+1, a, b)
		}
	}
	for i, name := range p.VarNames {
		v, w := c.Vars[i], e.vars["var("+name+")"]
		if string(c.Text(v)) != w.text() {
			t.Errorf("seed %d: $var(%s) is %q, want %q", seed, name, c.Text(v), w.text())
		}
	}
}

func TestCompiledGraphAgreesWithTheEvaluator(t *testing.T) {
	n := uint64(3000)
	if testing.Short() {
		n = 300
	}
	for seed := range n {
		checkSeed(t, seed)
		if t.Failed() {
			return
		}
	}
}

func FuzzCompiledGraphAgreesWithTheEvaluator(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkSeed)
}
