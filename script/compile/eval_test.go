package compile_test

import (
	"regexp"
	"strconv"
	"strings"

	"sipedge/script/ast"
)

// A plain evaluator of the language, by the cookbook's words: it walks the tree,
// knows no closures and no suspension, and is compared with the compiled graph.

type kind int

const (
	undef kind = iota
	num
	str
)

type val struct {
	k kind
	n int32
	s string
}

func vInt(n int64) val { return val{k: num, n: int32(n)} }
func vBool(b bool) val {
	if b {
		return vInt(1)
	}
	return vInt(0)
}
func vStr(s string) val { return val{k: str, s: s} }

func (v val) int() int64 {
	if v.k != str {
		return int64(v.n)
	}
	n, _ := number(v.s)
	return n
}

// number is the number that a text is: decimal, or hexadecimal with 0x.
func number(s string) (n int64, ok bool) {
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return n, true
	}
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		if n, err := strconv.ParseUint(s[2:], 16, 32); err == nil {
			return int64(int32(n)), true
		}
	}
	return 0, false
}

func (v val) text() string {
	switch v.k {
	case num:
		return strconv.Itoa(int(v.n))
	case str:
		return v.s
	}
	return ""
}

// What ends an evaluation early.
type (
	faulted  struct{}
	finished struct{ dropped bool }
	returned struct{ code int32 }
	broken   struct{}
)

type evaluator struct {
	w      *world
	vars   map[string]val
	avps   map[string][]val // newest first
	xavps  []*xval          // newest first
	routes map[string]*ast.Block
	rc     int32
	limit  int
	made   int // $xavp that were set
}

// main runs a block as the main one and tells whether it was dropped.
func (e *evaluator) main(b *ast.Block) (dropped bool) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case finished:
			dropped = x.dropped
		default:
			panic(x)
		}
	}()
	e.route(b)
	return false
}

// route runs a block as a called one and returns its result.
func (e *evaluator) route(b *ast.Block) (code int32) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case returned:
			code = x.code
		case broken:
			code = 0
		default:
			panic(x)
		}
		e.rc = code
	}()
	e.block(b)
	return 1
}

func (e *evaluator) block(b *ast.Block) {
	for _, s := range b.Stmts {
		e.stmt(s)
	}
}

// try evaluates x; ok is false when an operator failed.
func (e *evaluator) try(x func()) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, f := r.(faulted); !f {
				panic(r)
			}
		}
	}()
	x()
	return true
}

// breakable runs x and stops a break.
func breakable(x func()) (broke bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, b := r.(broken); !b {
				panic(r)
			}
			broke = true
		}
	}()
	x()
	return false
}

func (e *evaluator) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Block:
		e.block(s)
	case *ast.If:
		yes := false
		e.try(func() { yes = e.ifTrue(s.Cond) })
		if yes {
			e.block(s.Then)
		} else if s.Else != nil {
			e.stmt(s.Else)
		}
	case *ast.While:
		for n := 0; ; n++ {
			go_ := false
			e.try(func() { go_ = e.number(s.Cond) != 0 })
			if !go_ || n >= e.limit {
				return
			}
			if breakable(func() { e.block(s.Body) }) {
				return
			}
		}
	case *ast.Switch:
		e.choose(s)
	case *ast.Assign:
		var v val
		if !e.try(func() { v = e.raw(s.Value) }) {
			return
		}
		e.set(s.Target.(*ast.PV).Spec, v)
	case *ast.ExprStmt:
		e.try(func() { e.raw(s.X) })
	case *ast.RouteCall:
		e.try(func() { e.raw(s) })
	case *ast.Jump:
		code := int32(1)
		if s.Value != nil {
			code = -1
			e.try(func() { code = int32(e.number(s.Value)) })
		}
		switch s.Kind {
		case ast.Return:
			panic(returned{code})
		case ast.Exit, ast.Drop:
			if s.Value != nil {
				e.rc = code
			}
			panic(finished{s.Kind == ast.Drop})
		}
		panic(broken{})
	}
}

// ifTrue is the condition of an if: above 0, except for what && || ! and the
// comparisons make, which is 1 or 0 anyway.
func (e *evaluator) ifTrue(x ast.Expr) bool { return e.number(x) > 0 }

func (e *evaluator) choose(s *ast.Switch) {
	ints := true
	for _, c := range s.Cases {
		if lit, is := c.Value.(*ast.StringLit); is && lit != nil {
			ints = false // those with patterns as well
		}
	}
	var v val
	ok := e.try(func() {
		if ints {
			v = vInt(e.number(s.Value))
		} else {
			v = e.eval(s.Value)
		}
	})
	at := -1
	for i, c := range s.Cases {
		if c.Default || !ok {
			continue
		}
		k := e.eval(c.Value)
		if c.Regex {
			if matches(k.s, v.text(), false) {
				at = i
				break
			}
			continue
		}
		if ints && k.int() == v.int() || !ints && k.text() == v.text() {
			at = i
			break
		}
	}
	if at < 0 {
		for i, c := range s.Cases {
			if c.Default {
				at = i
			}
		}
	}
	if at < 0 {
		return
	}
	breakable(func() {
		for _, c := range s.Cases[at:] {
			for _, st := range c.Stmts {
				e.stmt(st)
			}
		}
	})
}

// raw is an expression whose call, where it is nothing else, gives its code.
func (e *evaluator) raw(x ast.Expr) val {
	y := bare(x)
	for {
		u, ok := e.simple(y).(*ast.Unary)
		if b, logical := y.(*ast.Binary); !ok || !logical || b == nil {
			break
		}
		y = bare(u.X)
	}
	switch y := y.(type) {
	case *ast.Call:
		return vInt(int64(e.call(y)))
	case *ast.RouteCall:
		return vInt(int64(e.callRoute(y)))
	}
	return e.eval(x)
}

// known is the value of an expression made of literals only.
func (e *evaluator) known(x ast.Expr) (v val, ok bool) {
	switch x := x.(type) {
	case *ast.IntLit, *ast.StringLit:
		return e.plain(x), true
	case *ast.Paren:
		return e.known(x.X)
	case *ast.Unary:
		if _, ok := e.known(x.X); !ok {
			return val{}, false
		}
	case *ast.Binary:
		if _, keyword := bare(x.L).(*ast.Ident); keyword || x.Op == "=~" || x.Op == "!~" {
			return val{}, false
		}
		if e.vanishes(x) {
			return vInt(0), true
		}
		if r, ok := e.known(x.R); ok && !hasCall(x.L) && (x.Op == "&&" && r.int() == 0 || x.Op == "||" && r.int() != 0) {
			return vBool(x.Op == "||"), true
		}
		l, lok := e.known(x.L)
		if lok && (x.Op == "&&" && l.int() == 0 || x.Op == "||" && l.int() != 0) {
			return vBool(x.Op == "||"), true
		}
		if _, rok := e.known(x.R); !lok || !rok {
			return val{}, false
		}
	default:
		return val{}, false
	}
	if !e.try(func() { v = e.plain(x) }) {
		return val{}, false
	}
	return v, true
}

// simple leaves out what cannot matter: x && 1 is (int)x, x || 0 is (int)x.
func (e *evaluator) simple(x ast.Expr) ast.Expr {
	switch b := x.(type) {
	case *ast.Paren:
		return e.simple(b.X)
	case *ast.Binary:
		if b.Op != "&&" && b.Op != "||" {
			return x
		}
		l, lok := e.known(b.L)
		r, rok := e.known(b.R)
		neutral := vBool(b.Op == "&&")
		if lok && !rok && l == neutral {
			return &ast.Unary{Op: "(int)", X: b.R}
		}
		if rok && !lok && r == neutral {
			return &ast.Unary{Op: "(int)", X: b.L}
		}
	}
	return x
}

func (e *evaluator) eval(x ast.Expr) val {
	if v, ok := e.known(x); ok {
		return v
	}
	return e.plain(e.simple(x))
}

// number is an expression where an integer is wanted: + adds integers then.
func (e *evaluator) number(x ast.Expr) int64 {
	if _, ok := e.known(x); !ok {
		if b, ok := e.simple(x).(*ast.Binary); ok && b.Op == "+" && !e.isStr(b.L) {
			return int64(int32(e.number(b.L) + e.number(b.R)))
		}
	}
	return e.eval(x).int()
}

// isStr tells the expressions that are strings whatever happens.
func (e *evaluator) isStr(x ast.Expr) bool {
	if v, ok := e.known(x); ok {
		return v.k == str
	}
	switch x := e.simple(x).(type) {
	case *ast.Unary:
		return x.Op == "(str)"
	case *ast.Binary:
		return x.Op == "+" && e.isStr(x.L)
	}
	return false
}

func (e *evaluator) plain(x ast.Expr) val {
	switch x := x.(type) {
	case *ast.IntLit:
		return vInt(x.Value)
	case *ast.StringLit:
		return vStr(x.Value)
	case *ast.Paren:
		return e.eval(x.X)
	case *ast.PV:
		return e.get(x.Spec)
	case *ast.Select:
		return e.get(x.Path)
	case *ast.Ident:
		return e.get(x.Name)
	case *ast.Call:
		return vBool(e.call(x) > 0)
	case *ast.RouteCall:
		return vBool(e.callRoute(x) > 0)
	case *ast.Unary:
		return e.unary(x)
	case *ast.Binary:
		return e.binary(x)
	}
	panic("what is this?")
}

func (e *evaluator) unary(x *ast.Unary) val {
	if x.Op == "defined" {
		if pv, ok := bare(x.X).(*ast.PV); ok {
			return vBool(e.get(pv.Spec).k != undef)
		}
		if _, sel := bare(x.X).(*ast.Select); !sel {
			e.runCalls(x.X)
		}
		return vInt(1)
	}
	switch x.Op {
	case "!":
		return vBool(e.number(x.X) == 0)
	case "~":
		return vInt(^e.number(x.X))
	case "-":
		return vInt(-e.number(x.X))
	case "(int)":
		return vInt(e.number(x.X))
	}
	v := e.eval(x.X)
	switch x.Op {
	case "(str)":
		return vStr(v.text())
	case "strlen":
		return vInt(int64(len(v.text())))
	}
	return vBool(v.text() == "")
}

// isInt tells the expressions that are integers whatever happens.
func (e *evaluator) isInt(x ast.Expr) bool {
	switch x := e.simple(x).(type) {
	case *ast.IntLit, *ast.Call, *ast.RouteCall:
		return true
	case *ast.Unary:
		return x.Op != "(str)"
	case *ast.Binary:
		return x.Op != "+" || e.isInt(x.L)
	}
	return false
}

// runCalls runs the calls in an expression whose value is of no interest: the
// calls, what is computed before a later call, and what && || ! decide.
func (e *evaluator) runCalls(x ast.Expr) {
	if !hasCall(x) {
		return
	}
	switch y := e.simple(bare(x)).(type) {
	case *ast.Unary:
		if y.Op != "!" {
			e.runCalls(y.X)
			return
		}
	case *ast.Binary:
		if y.Op != "&&" && y.Op != "||" {
			if hasCall(y.R) {
				e.eval(y.L)
			} else {
				e.runCalls(y.L)
			}
			e.runCalls(y.R)
			return
		}
	}
	e.eval(x)
}

func (e *evaluator) binary(x *ast.Binary) val {
	if id, ok := bare(x.L).(*ast.Ident); ok {
		for i := range someKeywords {
			if k := &someKeywords[i]; k.L.(*ast.Ident).Name == id.Name && k.Op == x.Op && sameLiteral(k.R, x.R) {
				return vBool(keywordResult[i])
			}
		}
	}
	switch x.Op {
	case "=~", "!~":
		return vBool(e.match(x) == (x.Op == "=~"))
	}
	switch x.Op {
	case "&&":
		return vBool(e.number(x.L) != 0 && e.number(x.R) != 0)
	case "||":
		return vBool(e.number(x.L) != 0 || e.number(x.R) != 0)
	case "==", "!=":
		return vBool(e.same(x) == (x.Op == "=="))
	}
	if pv, ok := bare(x.R).(*ast.PV); ok && pv.Spec == "null" {
		switch x.Op {
		case "eq", "ieq":
			return e.unary(&ast.Unary{Op: "!", X: &ast.Unary{Op: "defined", X: x.L}})
		case "ne", "ine":
			return e.unary(&ast.Unary{Op: "defined", X: x.L})
		}
	}
	switch x.Op {
	case "+":
		if e.isInt(x.L) {
			l := e.number(x.L)
			return vInt(l + e.number(x.R))
		}
		l := e.eval(x.L)
		r := e.eval(x.R)
		if l.k == num {
			return vInt(l.int() + r.int())
		}
		return vStr(l.text() + r.text())
	case "eq", "ne":
		l := e.eval(x.L)
		r := e.eval(x.R)
		return vBool((l.text() == r.text()) == (x.Op == "eq"))
	}
	a := e.number(x.L)
	b := e.number(x.R)
	switch x.Op {
	case "-":
		return vInt(a - b)
	case "*":
		return vInt(a * b)
	case "/", "mod":
		if b == 0 {
			panic(faulted{})
		}
		if x.Op == "/" {
			return vInt(a / b)
		}
		return vInt(a % b)
	case "|":
		return vInt(a | b)
	case "&":
		return vInt(a & b)
	case "^":
		return vInt(a ^ b)
	case "<<":
		return vInt(int64(int32(a) << (uint(b) % 32)))
	case ">>":
		return vInt(a >> (uint(b) % 32))
	case "ieq":
		return vBool(a == b)
	case "ine":
		return vBool(a != b)
	case "<":
		return vBool(a < b)
	case ">":
		return vBool(a > b)
	case "<=":
		return vBool(a <= b)
	}
	return vBool(a >= b)
}

// vanishes tells what is 0 whatever the other operand is: 0 / x, x * 0, x & 0.
func (e *evaluator) vanishes(x *ast.Binary) bool {
	_, known := e.known(x.R)
	switch x.Op {
	case "/", "mod":
		return isZero(e, x.L) && !known && !hasCall(x.R)
	case "*", "&":
		return isZero(e, x.L) && !hasCall(x.R) || isZero(e, x.R) && !hasCall(x.L)
	}
	return false
}

// isZero tells the literal number 0.
func isZero(e *evaluator, x ast.Expr) bool {
	v, ok := e.known(x)
	return ok && v == vInt(0)
}

// same is ==.
func (e *evaluator) same(x *ast.Binary) bool {
	if pv, ok := bare(x.R).(*ast.PV); ok && pv.Spec == "null" {
		return e.unary(&ast.Unary{Op: "defined", X: x.L}).n == 0
	}
	if e.isInt(x.L) {
		l := e.number(x.L)
		return l == e.number(x.R)
	}
	l := e.eval(x.L)
	c, literal := e.known(x.R)
	if literal && c.k == str && c.s == "" && x.Op == "==" {
		return l.text() == ""
	}
	r := e.eval(x.R)
	switch {
	case l.k == num, l.k == undef && r.k == num:
		return l.int() == r.int()
	}
	return l.text() == r.text()
}

// match is =~: without regard to case, an undefined text or pattern is empty, but
// $null matches nothing.
func (e *evaluator) match(x *ast.Binary) bool {
	if pv, ok := bare(x.R).(*ast.PV); ok && pv.Spec == "null" {
		if left, ok := bare(x.L).(*ast.PV); ok {
			return e.get(left.Spec).k == undef
		}
		e.runCalls(x.L)
		return false
	}
	l := e.eval(x.L)
	r := e.eval(x.R)
	return matches(r.text(), l.text(), true)
}

// matches is a search with Go's expressions, which agree with POSIX's in the
// patterns that the generator makes. Those that are none fail the expression.
func matches(pattern, text string, fold bool) bool {
	if strings.Contains(pattern, badPattern) {
		panic(faulted{})
	}
	if len(pattern) > 300 {
		panic(tooLong) // bounds are another test's business
	}
	if fold {
		pattern = "(?i)" + pattern
	}
	return regexp.MustCompile("(?s)" + pattern).MatchString(text)
}

// sameLiteral compares the right sides of comparisons with keywords.
func sameLiteral(a, b ast.Expr) bool {
	switch a := a.(type) {
	case *ast.Ident:
		b, ok := b.(*ast.Ident)
		return ok && a.Name == b.Name
	case *ast.StringLit:
		b, ok := b.(*ast.StringLit)
		return ok && a.Value == b.Value
	case *ast.AddrLit:
		b, ok := b.(*ast.AddrLit)
		return ok && a.Text == b.Text
	}
	return false
}

// bare takes the parentheses off.
func bare(x ast.Expr) ast.Expr {
	for {
		p, ok := x.(*ast.Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}

func hasCall(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Call, *ast.RouteCall:
		return true
	case *ast.Paren:
		return hasCall(x.X)
	case *ast.Unary:
		return hasCall(x.X)
	case *ast.Binary:
		return hasCall(x.L) || hasCall(x.R)
	}
	return false
}
