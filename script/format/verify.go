package format

import (
	"strings"

	"sipedge/script/diag"
	"sipedge/script/lex"
)

// changed compares a script before and after: the pieces, which include both
// sides of every region, and the tokens that the parser sees. It returns the
// place of the first difference, 0 for none.
func changed(name string, before []lex.Piece, text, out []byte, inside bool) diag.Pos {
	set := diag.NewSet()
	diags := diag.NewList(set)
	after := lex.Pieces(set, name, out, inside, diags)
	for i := range before {
		if i >= len(after) || !samePiece(&before[i], &after[i]) {
			return place(before, i)
		}
	}
	if len(after) > len(before) || diags.HasErrors() {
		return place(before, len(before)-1)
	}
	if !sameTokens(tokens(name, text), tokens(name, out)) {
		return place(before, 0)
	}
	return 0
}

// place is where piece i stands, or the token before it; at least 1, which is
// the beginning.
func place(pieces []lex.Piece, i int) diag.Pos {
	for ; i >= 0; i-- {
		if p := pieces[i].Token.Pos; p != 0 {
			return p
		}
	}
	return 1
}

// samePiece compares two pieces; within a block comment and a directive, white
// space at the ends of the lines does not count.
func samePiece(a, b *lex.Piece) bool {
	if a.Kind != b.Kind || a.Token.Kind != b.Token.Kind {
		return false
	}
	if a.Kind == lex.TokenPiece {
		return a.Text == b.Text
	}
	return a.Text == b.Text || bare(a.Text) == bare(b.Text)
}

func bare(comment string) string {
	lines := strings.Split(comment, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, "\n")
}

func tokens(name string, text []byte) []lex.Token {
	set := diag.NewSet()
	ts, _ := lex.Tokens(set, name, nonNil(text), alone, diag.NewList(set))
	return ts
}

func sameTokens(a, b []lex.Token) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if x, y := &a[i], &b[i]; x.Kind != y.Kind || x.Text != y.Text || x.Int != y.Int || x.Raw != y.Raw {
			return false
		}
	}
	return true
}
