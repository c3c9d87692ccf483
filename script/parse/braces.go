package parse

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/lex"
)

// openBlock is a block whose closing brace has not been seen.
type openBlock struct {
	brace  *lex.Token
	column int // of the first token of the line on which the block was opened
	// suspect is a block inside this one that its brace closed although the
	// brace's column says that it belongs to this one: probably the block whose
	// brace is missing.
	suspect *lex.Token
	// bare is the last if or while without braces, in this block.
	bare       *lex.Token
	bareColumn int
}

// column is the column of a token.
func (p *parser) column(t *lex.Token) int { return p.set.Position(t.Pos).Column }

// lineColumn is the column of the first token on t's line.
func (p *parser) lineColumn(i int) int {
	for i > 0 && !p.tokens[i].First {
		i--
	}
	return p.column(&p.tokens[i])
}

// block reads "{ … }". owner is the keyword before it, nil for a block alone.
func (p *parser) block(owner *lex.Token) *ast.Block {
	b := &ast.Block{Pos: p.cur().Pos}
	if !p.is("{") {
		what := "a block"
		if owner != nil {
			what = "the block of " + owner.Text
		}
		p.failAt(diag.MissingBrace, p.missingAt(), "expected \"{\" to open %s, found %s", what, describe(p.cur()))
	}
	p.enter(b.Pos)
	defer p.leave()
	brace := p.cur()
	p.blocks = append(p.blocks, openBlock{brace: brace, column: p.lineColumn(p.i)})
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
			b.End = t.Pos
			p.blocks = p.blocks[:len(p.blocks)-1]
			return b
		case p.endsInside():
			p.unclosedBlock()
			b.End = p.prev().Pos
			return b
		}
		if s := p.stmt(); s != nil {
			b.Stmts = append(b.Stmts, s)
		}
	}
}

// endsInside tells whether an open block can have nothing more in it: the file
// ends here, or another routing block begins.
func (p *parser) endsInside() bool {
	t := p.cur()
	return t.Kind == lex.EOF || t.First && p.beginsBlock()
}

// beginsBlock tells whether a routing block begins here, which cannot be inside
// of another.
func (p *parser) beginsBlock() bool {
	t := p.cur()
	if t.Kind != lex.Ident {
		return false
	}
	if _, ok := blockKinds[t.Text]; ok {
		return p.beginsItem()
	}
	return (t.Text == "loadmodule" || t.Text == "modparam") && p.beginsItem()
}

// foreignBrace looks at a closing brace that is the first of its line. One that
// stands under an if without braces, in a block whose own line begins elsewhere,
// closes nothing: the opening brace is missing. One that stands under an outer
// block closes the inner one all the same, which is remembered.
func (p *parser) foreignBrace(t *lex.Token) bool {
	n := len(p.blocks) - 1
	in := &p.blocks[n]
	if !t.First {
		return false
	}
	col := p.column(t)
	if col == in.column {
		return false
	}
	if in.bare != nil && in.bareColumn == col && col > in.column {
		p.diags.Errorf(diag.ExtraBrace, t.Pos, "\"}\" without \"{\": the %s at line %d has none", in.bare.Text, p.set.Position(in.bare.Pos).Line)
		in.bare = nil
		return true
	}
	for k := n - 1; k >= 0; k-- {
		if p.blocks[k].column == col {
			p.blocks[n-1].suspect = in.brace
			if in.suspect != nil {
				p.blocks[n-1].suspect = in.suspect
			}
			break
		}
	}
	return false
}

// unclosedBlock leaves the innermost block, whose end has not come, and reports
// once the block whose brace is missing.
func (p *parser) unclosedBlock() {
	defer func() { p.blocks = p.blocks[:len(p.blocks)-1] }()
	if p.unclosed {
		return
	}
	p.unclosed = true
	if p.cur().Kind == lex.EOF && p.diags.Has(diag.UnclosedComment) {
		return // the brace stands in the comment
	}
	at := p.blocks[len(p.blocks)-1].brace
	for _, b := range p.blocks {
		if b.suspect != nil {
			at = b.suspect
		}
	}
	d := p.diags.Errorf(diag.MissingBrace, at.Pos, "the block that begins here is not closed: \"}\" is missing")
	if t := p.cur(); t.Kind != lex.EOF {
		d.Message += " before line " + lineText(p.set, t.Pos)
	}
}

func (p *parser) surplusBrace(t *lex.Token) {
	p.diags.Errorf(diag.ExtraBrace, t.Pos, "\"}\" without \"{\": every block before it is closed")
}

func lineText(set *diag.Set, pos diag.Pos) string {
	return itoa(set.Position(pos).Line)
}
