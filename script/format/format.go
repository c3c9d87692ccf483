package format

import (
	"sipedge/script/diag"
	"sipedge/script/lex"
	"sipedge/script/parse"
)

// Source is the formatted text of the script called name. A script with syntax
// errors is not formatted: they are in the list then, and the text is nil. text
// may also be the inside of a routing block, as included files are. Nothing is
// read but text: includes are left alone.
func Source(name string, text []byte) ([]byte, *diag.List) {
	inside, diags := readable(name, text)
	if diags.HasErrors() {
		return nil, diags
	}
	set := diag.NewSet()
	diags = diag.NewList(set)
	pieces := lex.Pieces(set, name, text, inside, diags)
	if diags.HasErrors() {
		return nil, diags
	}
	out := layOut(pieces, inside)
	if p := changed(name, pieces, text, out, inside); p != 0 {
		diags.Errorf(diag.Internal, p, "the formatter would change the script here; it is left as it is")
		return nil, diags
	}
	return out, diags
}

// readable parses the script, as a whole or as the inside of a block.
func readable(name string, text []byte) (inside bool, diags *diag.List) {
	_, diags = parse.File(name, nonNil(text), alone)
	if !diags.HasErrors() || onlyEmpty(diags) {
		return false, diag.NewList(diags.Set)
	}
	block := append(append([]byte("request_route {\n"), text...), "\n}\n"...)
	if _, d := parse.File(name, block, alone); !d.HasErrors() {
		return true, diag.NewList(d.Set)
	}
	return false, diags
}

// onlyEmpty tells that nothing is wrong but that nothing is there: a file of
// comments.
func onlyEmpty(diags *diag.List) bool {
	for _, d := range diags.Items {
		if d.Severity == diag.Error && d.Code != diag.Empty {
			return false
		}
	}
	return true
}

// alone are the options under which a script is read without its surroundings:
// every include is there and empty, every variable of the environment is set.
var alone = parse.Options{
	ReadFile: func(string) ([]byte, error) { return []byte{}, nil },
	Getenv:   func(string) (string, bool) { return "", true },
}

// nonNil keeps an empty text from being read as a file's name.
func nonNil(text []byte) []byte {
	if text == nil {
		return []byte{}
	}
	return text
}
