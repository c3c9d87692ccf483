package parse

import (
	"strings"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/lex"
)

// precedence of the binary operators, the loosest 1 (decisions: Kamailio 3.1's
// grammar; | & ^ bind looser than comparisons, as in C, and so do the shifts).
var precedence = map[string]int{
	"||": 1, "or": 1,
	"&&": 2, "and": 2,
	"|":  3,
	"&":  4,
	"^":  5,
	"<<": 6, ">>": 6,
	"==": 7, "!=": 7, "=~": 7, "!~": 7, "eq": 7, "ne": 7, "ieq": 7, "ine": 7,
	">": 8, "<": 8, ">=": 8, "<=": 8,
	"+": 9, "-": 9,
	"*": 10, "/": 10, "mod": 10,
}

// binaryOp is the operator that the current token is, "" for none.
func (p *parser) binaryOp() (op string, prec int) {
	t := p.cur()
	if t.Kind != lex.Op && t.Kind != lex.Ident {
		return "", 0
	}
	if t.Kind == lex.Op && t.Text == "%" {
		p.diags.Errorf(diag.Operator, t.Pos, "there is no operator %%; use mod")
		return "mod", precedence["mod"]
	}
	prec, ok := precedence[t.Text]
	if !ok {
		return "", 0
	}
	if p.cfg.Without["precedence"] {
		prec = 1
	}
	switch t.Text {
	case "or":
		return "||", prec
	case "and":
		return "&&", prec
	}
	return t.Text, prec
}

// expr reads an expression of operators that bind tighter than min; all are
// left-associative.
func (p *parser) expr(min int) ast.Expr {
	p.enter(p.cur().Pos)
	defer p.leave()
	if p.nested == 0 {
		p.counted = 0
	}
	p.nested++
	defer func() { p.nested-- }()
	return p.operators(p.unary(), min)
}

// operators reads on behind an operand.
func (p *parser) operators(l ast.Expr, min int) ast.Expr {
	for {
		op, prec := p.binaryOp()
		if op == "" || prec <= min {
			return l
		}
		t := p.next()
		if p.counted++; p.counted > maxOperators {
			p.failAt(diag.Limit, t.Pos, "an expression of more than %d operators", maxOperators)
		}
		l = &ast.Binary{Pos: t.Pos, Op: op, L: l, R: p.expr(prec)}
	}
}

// unary reads an operand with the operators before it.
func (p *parser) unary() ast.Expr {
	t := p.cur()
	p.enter(t.Pos)
	defer p.leave()
	switch {
	case tokenIs(t, "!"), tokenIs(t, "not"):
		p.next()
		return &ast.Unary{Pos: t.Pos, Op: "!", X: p.negated()}
	case tokenIs(t, "!~"): // where a value is expected these are two operators
		p.next()
		return &ast.Unary{Pos: t.Pos, Op: "!", X: &ast.Unary{Pos: t.Pos + 1, Op: "~", X: p.unary()}}
	case tokenIs(t, "~"), tokenIs(t, "-"):
		p.next()
		x := p.unary()
		if n, ok := x.(*ast.IntLit); ok && t.Text == "-" {
			return &ast.IntLit{Pos: t.Pos, Value: -n.Value}
		}
		return &ast.Unary{Pos: t.Pos, Op: t.Text, X: x}
	case tokenIs(t, "defined"):
		p.next()
		return &ast.Unary{Pos: t.Pos, Op: "defined", X: p.unary()}
	case tokenIs(t, "("):
		if k := p.peek(1); k.Kind == lex.Ident && (k.Text == "int" || k.Text == "str") && tokenIs(p.peek(2), ")") {
			p.i += 3
			return &ast.Unary{Pos: t.Pos, Op: "(" + k.Text + ")", X: p.unary()}
		}
		p.next()
		x := p.expr(0)
		p.expect(")", "behind the expression")
		return &ast.Paren{Pos: t.Pos, X: x}
	case tokenIs(t, "["):
		p.next()
		x := p.expr(0)
		p.expect("]", "behind the expression")
		return &ast.Paren{Pos: t.Pos, X: x}
	}
	return p.operand()
}

// negated reads what stands behind !. A keyword is no value of its own in the
// reference's grammar, only its comparison is one: !src_ip==10.0.0.1 and
// !uri==myself negate the comparison, while !$x==1 compares !$x.
func (p *parser) negated() ast.Expr {
	x := p.unary()
	if _, word := x.(*ast.Ident); !word {
		return x
	}
	op, prec := p.binaryOp()
	if prec != precedence["=="] && prec != precedence["<"] {
		return x
	}
	t := p.next()
	return &ast.Binary{Pos: t.Pos, Op: op, L: x, R: p.expr(prec)}
}

func (p *parser) operand() ast.Expr {
	t := p.cur()
	switch t.Kind {
	case lex.Int:
		p.next()
		return &ast.IntLit{Pos: t.Pos, Value: t.Int}
	case lex.String:
		return p.str()
	case lex.PV:
		p.next()
		return &ast.PV{Pos: t.Pos, Spec: t.Text}
	case lex.Select:
		p.next()
		return &ast.Select{Pos: t.Pos, Path: t.Text}
	case lex.Addr:
		p.next()
		return &ast.AddrLit{Pos: t.Pos, Text: t.Text}
	case lex.Ident:
		if !statementWords[t.Text] && t.Text != "mod" && !p.endsInside() {
			p.next()
			return p.word(t)
		}
	}
	p.failAt(diag.Syntax, p.missingAt(), "expected a value, found %s", describe(t))
	return nil
}

// str reads a string and its neighbours, which are joined.
func (p *parser) str() *ast.StringLit {
	t := p.next()
	s := &ast.StringLit{Pos: t.Pos, Value: t.Text, Raw: t.Raw, Exact: t.Exact}
	if p.cur().Kind != lex.String {
		return s
	}
	var all strings.Builder
	all.WriteString(t.Text)
	for p.cur().Kind == lex.String {
		all.WriteString(p.next().Text)
	}
	s.Value, s.Exact = all.String(), false
	return s
}

// word reads what begins with an identifier: a call, a boolean, strlen and
// strempty, or the word alone.
func (p *parser) word(t *lex.Token) ast.Expr {
	if b, ok := booleans[strings.ToLower(t.Text)]; ok && !p.is("(") {
		return &ast.IntLit{Pos: t.Pos, Value: b}
	}
	if t.Text == "max_len" {
		p.diags.Errorf(diag.Removed, t.Pos, "max_len was removed; compare msg:len with a number")
	}
	if !p.is("(") {
		return &ast.Ident{Pos: t.Pos, Name: t.Text}
	}
	p.next()
	switch t.Text {
	case "strlen", "strempty":
		x := p.expr(0)
		p.expect(")", "behind the argument of "+t.Text)
		return &ast.Unary{Pos: t.Pos, Op: t.Text, X: x}
	case "route":
		x := p.routeTarget()
		p.expect(")", "behind the route's name")
		return &ast.RouteCall{Pos: t.Pos, Target: x}
	}
	return &ast.Call{Pos: t.Pos, Name: t.Text, Args: p.args(t)}
}

// routeTarget reads route's argument: a word and a number are names.
func (p *parser) routeTarget() ast.Expr {
	t := p.cur()
	if tokenIs(p.peek(1), ")") && (t.Kind == lex.Ident || t.Kind == lex.Int) {
		p.next()
		name := t.Text
		if t.Kind == lex.Int {
			name = itoa(int(t.Int))
		}
		return &ast.StringLit{Pos: t.Pos, Value: name}
	}
	return p.expr(0)
}

// args reads the arguments of a call up to its closing parenthesis.
func (p *parser) args(t *lex.Token) (args []ast.Expr) {
	if p.accept(")") {
		return nil
	}
	for {
		args = append(args, p.expr(0))
		if p.accept(")") {
			return args
		}
		if p.accept(",") {
			continue
		}
		c := p.cur()
		if c.First || c.Kind == lex.EOF || tokenIs(c, ";") || tokenIs(c, "{") {
			p.failAt(diag.MissingParenthesis, p.endOfPrev(), "\")\" is missing behind the arguments of %s()", t.Text)
		}
		p.failAt(diag.MissingParenthesis, c.Pos, "expected \",\" or \")\" in the arguments of %s(), found %s", t.Text, describe(c))
	}
}
