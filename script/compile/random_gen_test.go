package compile_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
)

// gen makes random programs. route is the number of the block that is made: it
// calls only higher ones, so that every program ends.
type gen struct {
	r     *rand.Rand
	route int
	loops int
	room  int // statements left
}

var (
	someVars = []string{"var(a)", "var(b)", "var(c)", "var(i)", "avp(x)", "avp(s:x)", "avp(x)[1]", "avp(x)[-1]", "avp(x)[$var(i)]", "avp(x)[*]",
		"avp(i:5)", "f.t", "xavp(x)", "xavp(x[1])", "xavp(x=>f)", "xavp(x[0]=>f[1])", "xavp(x[$var(i)]=>f)", "sel(user)", "ru", "num", "rc", "undef", "null"}
	someTargets = []string{"var(a)", "var(b)", "var(c)", "var(i)", "avp(x)", "avp(s:x)", "avp(x)[*]", "avp(i:5)", "f.t",
		"xavp(x)", "xavp(x[0])", "xavp(x[1])", "xavp(x=>f)", "xavp(x[0]=>f)", "xavp(x[0]=>f[0])", "xavp(x[1]=>f)"}
	someTransformations = []string{"s.len", "s.int", "s.toupper", "s.tolower", "s.substr,1,2", "s.substr,-2,0", "s.substr,0,$var(i)", "s.select,1,e", "s.select,-1,a",
		"s.select,$var(i),a", "s.encode.hexa", "s.md5"}
	someTexts    = []string{"", "abc", "5", "-3", "0x10", "42", "12abc", "0", "aBCabc"}
	badPattern   = "(["
	someInts     = []int64{0, 1, 2, 5, -1, -7, 42, 2147483647, 33}
	someOps      = []string{"+", "+", "-", "*", "|", "&", "^", "<<", ">>", "==", "!=", "eq", "ne", "ieq", "ine", "<", ">", "<=", ">=", "&&", "||", "&&", "||", "/", "mod", "=~", "!~"}
	somePatterns = []string{"^a", "b+c?$", "^(ab|a)(c|bcd)$", "[0-9]{2}", "^$", "x*y", "12|42", "^-?[0-9]+$", "C$", "^SIP:[a-z]+@", "(a|b)*c[^b]"}
	// someKeywords are comparisons with rules of their own.
	someKeywords = []ast.Binary{
		{Op: "==", L: &ast.Ident{Name: "method"}, R: &ast.Ident{Name: "INVITE"}}, {Op: "!=", L: &ast.Ident{Name: "method"}, R: &ast.StringLit{Value: "bye"}},
		{Op: "==", L: &ast.Ident{Name: "uri"}, R: &ast.StringLit{Value: "SIP:ALICE@example.com"}}, {Op: "==", L: &ast.Ident{Name: "uri"}, R: &ast.Ident{Name: "myself"}},
		{Op: "!=", L: &ast.Ident{Name: "uri"}, R: &ast.Ident{Name: "myself"}}, {Op: "=~", L: &ast.Ident{Name: "uri"}, R: &ast.StringLit{Value: "^sip:.*@example"}},
		{Op: "==", L: &ast.Ident{Name: "src_ip"}, R: &ast.AddrLit{Text: "10.0.0.0/8"}}, {Op: "!=", L: &ast.Ident{Name: "src_ip"}, R: &ast.AddrLit{Text: "10.1.2.3"}},
		{Op: "==", L: &ast.Ident{Name: "src_ip"}, R: &ast.AddrLit{Text: "192.0.2.0/24"}}, {Op: "==", L: &ast.Ident{Name: "proto"}, R: &ast.Ident{Name: "UDP"}},
		{Op: "!=", L: &ast.Ident{Name: "af"}, R: &ast.Ident{Name: "INET6"}},
	}
	// someFormats are texts with variables in them.
	someFormats = []string{"$var(a)", "a=$var(b);$$ $avp(x).", "$(avp(x)[*]) $(var(c){s.len})", "[$undef]$ru", "$rc", "x$(xavp(x=>f))$var(a)$var(a)$num$var(b)$var(c)$avp(i:5)$f.t$ru$num$rc!"}
)

// keywordResult is what each of someKeywords is for the message of these tests.
var keywordResult = []bool{true, true, true, true, false, true, true, false, false, true, true}

const routeCount = 4

func (g *gen) expr(depth int, calls, faults bool) ast.Expr {
	if depth == 0 || g.r.IntN(5) == 0 {
		return g.leaf()
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
	if op == "=~" || op == "!~" {
		return &ast.Binary{Op: op, L: g.expr(depth-1, calls, faults), R: g.pattern(depth-1, calls, faults)}
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

func (g *gen) leaf() ast.Expr {
	switch g.r.IntN(12) {
	case 0, 1, 2:
		return &ast.IntLit{Value: pick(g, someInts)}
	case 3, 4, 5:
		return &ast.StringLit{Value: pick(g, someTexts)}
	case 6:
		return &ast.PV{Spec: pick(g, append(someVars[:10:10], "ru", "ru", "xavp(x)")) + "{" + pick(g, someTransformations) + "}"}
	case 7:
		switch g.r.IntN(4) {
		case 0:
			return &ast.Ident{Name: "src_port"}
		case 1:
			return &ast.Select{Path: "user"}
		case 2:
			return &ast.PV{Spec: "var(a){" + pick(g, someTransformations) + "}{" + pick(g, someTransformations) + "}"}
		}
		k := pick(g, someKeywords)
		return &k
	}
	return &ast.PV{Spec: pick(g, someVars)}
}

func pick[T any](g *gen, from []T) T { return from[g.r.IntN(len(from))] }

// pattern is the right side of =~.
func (g *gen) pattern(depth int, calls, faults bool) ast.Expr {
	switch n := g.r.IntN(8); {
	case n < 5 || !faults:
		return &ast.StringLit{Value: pick(g, somePatterns)}
	case n == 5:
		return &ast.PV{Spec: "null"}
	case n == 6:
		return &ast.Binary{Op: "+", L: &ast.StringLit{Value: pick(g, []string{"", "^", badPattern})}, R: &ast.PV{Spec: pick(g, someVars[:3])}}
	}
	return g.expr(depth, calls, faults)
}

func (g *gen) call(depth int) ast.Expr {
	switch g.r.IntN(5) {
	case 0:
		return &ast.Call{Name: "say", Args: []ast.Expr{&ast.StringLit{Value: pick(g, someFormats)}}}
	case 1, 2:
		return &ast.Call{Name: "f", Args: []ast.Expr{g.expr(depth, true, false)}}
	}
	return &ast.Call{Name: "g", Args: []ast.Expr{g.expr(depth, true, false), g.expr(depth, true, false)}}
}

func (g *gen) routeCall() *ast.RouteCall {
	n := int64(g.route + 1 + g.r.IntN(routeCount-g.route))
	switch g.r.IntN(8) {
	case 0:
		return &ast.RouteCall{Target: &ast.Binary{Op: "+", L: &ast.StringLit{Value: "alice"}, R: &ast.Unary{Op: "(int)", X: &ast.IntLit{Value: n}}}}
	case 1:
		return &ast.RouteCall{Target: &ast.Binary{Op: "+", L: &ast.Select{Path: "user"}, R: &ast.StringLit{Value: fmt.Sprint(n)}}}
	case 2:
		return &ast.RouteCall{Target: &ast.Binary{Op: "+", L: &ast.PV{Spec: "sel(user)"}, R: &ast.IntLit{Value: n}}}
	case 3: // of which there is none
		return &ast.RouteCall{Target: &ast.Binary{Op: "+", L: &ast.Select{Path: "user"}, R: &ast.PV{Spec: "ru"}}}
	}
	return &ast.RouteCall{Target: &ast.StringLit{Value: fmt.Sprintf("alice%d", n)}}
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
		return &ast.Assign{Target: &ast.PV{Spec: pick(g, someTargets)}, Value: g.expr(3, true, true)}
	case n < 7:
		return &ast.ExprStmt{X: g.call(2)}
	case n == 7:
		if g.route < routeCount {
			return g.routeCall()
		}
		return &ast.ExprStmt{X: g.call(1)}
	case n < 12:
		s := &ast.If{Cond: g.expr(3, true, true), Then: g.block(depth - 1)}
		switch g.r.IntN(4) {
		case 0:
			s.Else = &ast.If{Cond: g.expr(2, true, true), Then: g.block(depth - 1)}
		case 1:
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
		if g.r.IntN(2) == 0 {
			return &ast.Jump{Kind: ast.Exit, Value: g.expr(1, true, true)}
		}
		return &ast.Jump{Kind: ast.Exit}
	case n == 16 && g.r.IntN(3) == 0:
		return &ast.Jump{Kind: ast.Drop}
	case n == 17 && g.r.IntN(4) == 0:
		return &ast.Jump{Kind: ast.Return}
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
		case g.r.IntN(4) == 0 && i < len(somePatterns):
			c.Regex, c.Value = true, &ast.StringLit{Value: somePatterns[i]}
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
			b.Name = fmt.Sprintf("alice%d", i)
		}
		cfg.Routes = append(cfg.Routes, b)
	}
	return cfg
}
