package parse

import (
	"strconv"

	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/lex"
)

func itoa(n int) string { return strconv.Itoa(n) }

// stmt reads one statement; nil for an empty one, and after an error, behind
// which it goes on.
func (p *parser) stmt() (s ast.Stmt) {
	open, depth, start := len(p.blocks), p.depth, p.i
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(syntaxError); !ok {
				panic(e)
			}
			p.blocks, p.depth, s = p.blocks[:open], depth, nil
			if p.endsInside() {
				p.unclosed = true
				return
			}
			p.syncStmt(start)
		}
	}()
	t := p.cur()
	if p.accept(";") {
		return nil
	}
	if t.Kind == lex.Ident {
		switch t.Text {
		case "if":
			return p.ifStmt()
		case "while":
			return p.whileStmt()
		case "switch":
			return p.switchStmt()
		case "return", "exit", "drop", "break":
			return p.jump()
		case "else":
			p.failAt(diag.MisplacedWord, t.Pos, "\"else\" without \"if\"")
		case "case", "default":
			p.failAt(diag.MisplacedWord, t.Pos, "%q outside of a switch", t.Text)
		}
	}
	if p.is("{") {
		return p.block(nil)
	}
	return p.simple()
}

// syncStmt skips to where the next statement probably begins: behind a
// semicolon, before a closing brace, or at the first token of a line.
func (p *parser) syncStmt(start int) {
	braces := 0
	for p.cur().Kind != lex.EOF {
		t := p.cur()
		if braces == 0 && p.i > start && t.First && (t.Kind == lex.Ident || t.Kind == lex.PV) {
			return
		}
		switch {
		case tokenIs(t, "{"):
			braces++
		case tokenIs(t, "}"):
			if braces == 0 {
				return
			}
			braces--
		case tokenIs(t, ";") && braces == 0:
			p.next()
			return
		}
		p.next()
	}
}

// simple reads an assignment, a call or a route call, with its semicolon.
func (p *parser) simple() ast.Stmt {
	t := p.cur()
	x := p.expr(0)
	if p.is("{") && t.Kind == lex.Ident {
		p.misspelt(t)
	}
	var s ast.Stmt
	if p.is("=") {
		p.next()
		s = &ast.Assign{Pos: t.Pos, Target: x, Value: p.expr(0)}
		switch x.(type) {
		case *ast.PV, *ast.Select:
		default:
			p.diags.Errorf(diag.ReadOnly, x.Position(), "only a pseudo-variable can be assigned to")
		}
	} else {
		switch y := unparen(x).(type) {
		case *ast.Call:
			s = &ast.ExprStmt{Pos: t.Pos, X: y}
		case *ast.RouteCall:
			s = y
		case *ast.Ident:
			s = &ast.ExprStmt{Pos: t.Pos, X: &ast.Call{Pos: y.Pos, Name: y.Name, Bare: true}}
		default:
			s = &ast.ExprStmt{Pos: t.Pos, X: x}
			p.diags.Errorf(diag.NoEffect, t.Pos, "this is no statement: it computes a value and does nothing with it")
		}
	}
	p.semicolon()
	return s
}

// misspelt reports a word before a block that is near a keyword which takes one.
func (p *parser) misspelt(t *lex.Token) {
	if near := diag.Suggest(t.Text, []string{"if", "else", "while", "switch"}); near != "" {
		p.diags.Errorf(diag.MisplacedWord, t.Pos, "%q is no keyword", t.Text).Suggestion = near
		panic(syntaxError{})
	}
}

func unparen(x ast.Expr) ast.Expr {
	for {
		q, ok := x.(*ast.Paren)
		if !ok {
			return x
		}
		x = q.X
	}
}

// semicolon takes the end of a statement. One that is missing at the end of a
// line is reported there, and reading goes on.
func (p *parser) semicolon() {
	if p.accept(";") {
		return
	}
	t := p.cur()
	if t.First || t.Kind == lex.EOF || tokenIs(t, "}") {
		p.diags.Errorf(diag.MissingSemicolon, p.endOfPrev(), "\";\" is missing behind the statement")
		return
	}
	p.failAt(diag.MissingSemicolon, t.Pos, "expected \";\" behind the statement, found %s", describe(t))
}

func (p *parser) condition(what *lex.Token) ast.Expr {
	p.expect("(", "behind "+what.Text)
	x := p.expr(0)
	if p.is("=") {
		p.failAt(diag.AssignInCondition, p.cur().Pos, "\"=\" assigns; a comparison is written \"==\"")
	}
	p.expect(")", "behind the condition")
	return x
}

// body reads the block of an if or while; one statement may stand without braces.
func (p *parser) body(owner *lex.Token, at int) *ast.Block {
	if p.is("{") {
		return p.block(owner)
	}
	if t := p.cur(); t.Kind == lex.EOF || tokenIs(t, "}") {
		p.failAt(diag.Syntax, p.missingAt(), "a statement is missing behind %s", owner.Text)
	}
	b := &ast.Block{Pos: p.cur().Pos}
	p.enter(b.Pos)
	defer p.leave()
	if s := p.stmt(); s != nil {
		b.Stmts = append(b.Stmts, s)
	}
	b.End = p.prev().Pos
	if n := len(p.blocks); n > 0 {
		in := &p.blocks[n-1]
		in.bare, in.bareColumn = owner, p.lineColumn(at)
	}
	return b
}

func (p *parser) ifStmt() ast.Stmt {
	at := p.i
	t := p.next()
	n := &ast.If{Pos: t.Pos, Cond: p.condition(t)}
	n.Then = p.body(t, at)
	// "};" before else is common in old scripts (cookbook examples)
	if k := p.i; p.accept(";") && !p.is("else") {
		p.i = k
	}
	if p.is("else") {
		e := p.next()
		if p.is("if") {
			p.enter(e.Pos)
			n.Else = p.ifStmt()
			p.leave()
		} else {
			n.Else = p.body(e, p.i-1)
		}
	}
	return n
}

func (p *parser) whileStmt() ast.Stmt {
	at := p.i
	t := p.next()
	n := &ast.While{Pos: t.Pos, Cond: p.condition(t)}
	n.Body = p.body(t, at)
	return n
}

func (p *parser) switchStmt() ast.Stmt {
	t := p.next()
	n := &ast.Switch{Pos: t.Pos, Value: p.condition(t)}
	if !p.is("{") {
		p.failAt(diag.MissingBrace, p.missingAt(), "expected \"{\" to open the block of switch, found %s", describe(p.cur()))
	}
	p.enter(t.Pos)
	defer p.leave()
	p.blocks = append(p.blocks, openBlock{brace: p.cur(), column: p.lineColumn(p.i)})
	p.next()
	for {
		t := p.cur()
		switch {
		case tokenIs(t, "}"):
			if p.foreignBrace(t) {
				p.next()
				continue
			}
			p.next()
			p.blocks = p.blocks[:len(p.blocks)-1]
			return n
		case p.endsInside():
			p.unclosedBlock()
			return n
		case tokenIs(t, "case"), tokenIs(t, "default"):
			n.Cases = append(n.Cases, p.caseLabel())
		case p.accept(";"):
		case len(n.Cases) == 0:
			p.failAt(diag.Syntax, t.Pos, "expected \"case\" or \"default\" in the switch, found %s", describe(t))
		default:
			c := n.Cases[len(n.Cases)-1]
			if s := p.stmt(); s != nil {
				c.Stmts = append(c.Stmts, s)
			}
		}
	}
}

func (p *parser) caseLabel() *ast.Case {
	t := p.next()
	c := &ast.Case{Pos: t.Pos, Default: t.Text == "default"}
	if !c.Default {
		c.Regex = p.accept("/")
		c.Value = p.expr(0)
		if _, str := c.Value.(*ast.StringLit); c.Regex && !str {
			p.diags.Errorf(diag.Label, c.Value.Position(), "a regular expression stands in quotes behind the /")
		}
	}
	p.expect(":", "behind the label")
	return c
}

// jump reads return, exit, drop and break: bare, with () or with a value.
func (p *parser) jump() ast.Stmt {
	t := p.next()
	n := &ast.Jump{Pos: t.Pos, Kind: map[string]ast.JumpKind{"return": ast.Return, "exit": ast.Exit, "drop": ast.Drop, "break": ast.Break}[t.Text]}
	switch {
	case p.is("(") && tokenIs(p.peek(1), ")"):
		p.next()
		p.next()
	case !p.is(";") && !p.is("}") && !p.cur().First && p.cur().Kind != lex.EOF:
		n.Value = p.expr(0)
		if n.Kind == ast.Break {
			p.diags.Errorf(diag.Syntax, n.Value.Position(), "break takes no value")
			n.Value = nil
		}
	}
	p.semicolon()
	return n
}
