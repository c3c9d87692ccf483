package lex

import (
	"fmt"
	"strings"
	"testing"

	"sipedge/script/diag"
)

// A formatter sees what stands there: both sides of a region, names of defines
// and not their values, comments and directives.
func TestPiecesAreTheScriptAsItStands(t *testing.T) {
	text := "#!define X 1 \\\n  2\nlisten=a-b.example:5060 # c\n\n#!ifdef X\nroute {\n#!else\nroute {\n#!endif\n\tf(X, \"a\nb\"); /* d */ // no comment here\n}\n"
	set := diag.NewSet()
	diags := diag.NewList(set)
	var got strings.Builder
	for _, p := range Pieces(set, "x.cfg", []byte(strings.Replace(text, " // no comment here", "", 1)), false, diags) {
		fmt.Fprintf(&got, "%d %d %v %q\n", p.Kind, p.Lines, p.Space, p.Text)
	}
	want := `3 0 false "#!define X 1 \\\n  2"
0 1 true "listen"
0 0 false "="
0 0 false "a-b.example:5060"
1 0 true "# c"
3 2 true "#!ifdef X"
0 1 true "route"
0 0 true "{"
3 1 true "#!else"
0 1 true "route"
0 0 true "{"
3 1 true "#!endif"
0 1 true "f"
0 0 false "("
0 0 false "X"
0 0 false ","
0 0 true "\"a\nb\""
0 0 false ")"
0 0 false ";"
2 0 true "/* d */"
0 1 true "}"
`
	if got.String() != want || diags.HasErrors() {
		t.Errorf("%s\ngot\n%s", diags, got.String())
	}
}

// The tokens among the pieces are those of the parser where there is nothing to
// preprocess.
func TestPiecesHaveTheTokensOfTheParser(t *testing.T) {
	text := []byte("debug=3\nlisten=udp:[::1]:5060\nroute[A] {\n\tif ($rU =~ \"^a\" && src_ip == 10.0.0.0/8) { f(uri:host, -1); }\n}\n")
	set := diag.NewSet()
	diags := diag.NewList(set)
	tokens, _ := Tokens(set, "x.cfg", text, Options{}, diags)
	pieces := Pieces(set, "x.cfg", text, false, diags)
	if len(pieces) != len(tokens)-1 || diags.HasErrors() {
		t.Fatalf("%d pieces, %d tokens, %s", len(pieces), len(tokens), diags)
	}
	for i, p := range pieces {
		if p.Token.Kind != tokens[i].Kind || p.Token.Text != tokens[i].Text {
			t.Errorf("%v, want %v", p.Token, tokens[i])
		}
	}
}
