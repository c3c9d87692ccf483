package parse

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/lex"
)

// Options are the lexer's: how files are read, and what the command line defines.
type Options = lex.Options

// maxDepth bounds the nesting of blocks and of parentheses; ours.
const maxDepth = 200

// File parses a configuration: text, or the file at path where it is nil. The
// tree is complete as far as the text could be understood; with an error in the
// list it is good for further checks only. It is nil where there was no text.
func File(path string, text []byte, opts Options) (*ast.Config, *diag.List) {
	set := diag.NewSet()
	diags := diag.NewList(set)
	tokens, defines := lex.Tokens(set, path, text, opts, diags)
	if len(tokens) == 1 && diags.HasErrors() {
		return nil, diags
	}
	if opts.Without != nil {
		switchTokensOff(tokens, opts.Without)
	}
	p := &parser{tokens: tokens, set: set, diags: diags, cfg: &ast.Config{Files: set, Defines: defines, Without: opts.Without}}
	p.config()
	if opts.Without != nil {
		switchRulesOff(p.cfg)
	}
	if len(tokens) == 1 && !diags.HasErrors() {
		diags.Errorf(diag.Empty, tokens[0].Pos, "the configuration is empty")
	}
	return p.cfg, diags
}

// parser reads tokens one after another. It looks ahead freely: all tokens are
// there.
type parser struct {
	tokens []lex.Token
	i      int
	set    *diag.Set
	diags  *diag.List
	cfg    *ast.Config
	depth  int
	blocks []openBlock // the blocks that are open
	// unclosed: a brace is missing and has been reported; the blocks around it end
	// where it was noticed, with all that is in them.
	unclosed bool
}

// syntaxError is the panic by which the parser leaves a statement that it cannot
// understand; it is reported already.
type syntaxError struct{}

func (p *parser) cur() *lex.Token { return &p.tokens[p.i] }

func (p *parser) prev() *lex.Token { return &p.tokens[max(p.i-1, 0)] }

func (p *parser) peek(n int) *lex.Token { return &p.tokens[min(p.i+n, len(p.tokens)-1)] }

func (p *parser) next() *lex.Token {
	t := &p.tokens[p.i]
	if t.Kind != lex.EOF {
		p.i++
	}
	return t
}

// is tells whether the current token is this operator or word.
func (p *parser) is(text string) bool { return tokenIs(p.cur(), text) }

func tokenIs(t *lex.Token, text string) bool {
	return (t.Kind == lex.Op || t.Kind == lex.Ident) && t.Text == text
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.i++
		return true
	}
	return false
}

// expect takes an operator. Its absence is reported where it should have stood:
// behind the token before.
func (p *parser) expect(text, where string) {
	if p.accept(text) {
		return
	}
	p.failAt(missing(text), p.missingAt(), "expected %q %s, found %s", text, where, describe(p.cur()))
}

// missing is the code for an operator that is not there.
func missing(op string) diag.Code {
	switch op {
	case "(", ")":
		return diag.MissingParenthesis
	}
	return diag.Syntax
}

// missingAt is the place for something that is missing: behind the last token
// where a new line follows, else at the token that stands there instead.
func (p *parser) missingAt() diag.Pos {
	if t := p.cur(); t.First || t.Kind == lex.EOF {
		return p.endOfPrev()
	}
	return p.cur().Pos
}

func (p *parser) endOfPrev() diag.Pos {
	if p.i == 0 {
		return p.cur().Pos
	}
	return p.prev().End
}

func (p *parser) failAt(code diag.Code, pos diag.Pos, format string, args ...any) {
	p.diags.Errorf(code, pos, format, args...)
	panic(syntaxError{})
}

// describe names a token for an error message.
func describe(t *lex.Token) string {
	switch t.Kind {
	case lex.EOF:
		return "the end of the file"
	case lex.String:
		return "a string"
	case lex.PV:
		return "$" + t.Text
	case lex.Select:
		return "@" + t.Text
	}
	return "\"" + t.Text + "\""
}

func (p *parser) enter(pos diag.Pos) {
	if p.depth++; p.depth > maxDepth {
		p.failAt(diag.Limit, pos, "nested more than %d deep", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }
