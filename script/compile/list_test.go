package compile_test

import (
	"sipedge/script/ast"
	"sipedge/script/diag"
	"sipedge/script/parse"
)

func render(l *diag.List) string { return l.String() }

// parseText parses a script text.
func parseText(text string) (*ast.Config, *diag.List) {
	return parse.File("x.cfg", []byte(text), parse.Options{})
}
