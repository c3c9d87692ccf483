package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"

	"sipedge/script/diag"
	"sipedge/script/lex"
)

// printScript is --cfg-print: the script as the parser sees it, with includes,
// defines, substitutions and conditional regions worked in and comments left
// out. Line breaks and indentation are those of the source; a comment says where
// another file begins.
func printScript(o *options, src *source, stdout, stderr io.Writer) int {
	set := diag.NewSet()
	diags := diag.NewList(set)
	tokens, _ := lex.Tokens(set, src.path, src.text, lex.Options{ReadFile: src.readFile, Defines: o.defines}, diags)
	w := bufio.NewWriter(stdout)
	var file *diag.File
	last := diag.Position{}
	for i, t := range tokens {
		if t.Kind == lex.EOF {
			break
		}
		at := set.Position(t.Pos)
		f := set.File(t.Pos)
		switch {
		case f != file:
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "# %s:%d\n", at.File, at.Line)
			w.Write(indentation(f, at.Line))
		case at.Line != last.Line:
			fmt.Fprintln(w)
			w.Write(indentation(f, at.Line))
		case t.Pos > tokens[i-1].End || t.Pos == tokens[i-1].Pos:
			fmt.Fprint(w, " ")
		}
		file, last = f, set.Position(max(t.End-1, t.Pos))
		fmt.Fprint(w, spelling(t))
	}
	fmt.Fprintln(w)
	if err := w.Flush(); err != nil {
		return fail(stderr, err)
	}
	printDiagnostics(stderr, diags, false)
	if diags.HasErrors() {
		return exitError
	}
	return 0
}

// indentation is the white space at the beginning of a line.
func indentation(f *diag.File, line int) []byte {
	text := f.Line(line)
	return text[:len(text)-len(strings.TrimLeft(string(text), " \t"))]
}

// plainPV is a variable that needs no $( ) around it.
var plainPV = regexp.MustCompile(`^(\w[\w.]*|\?)(\([^()]*\))?$`)

// spelling writes a token as a script does.
func spelling(t lex.Token) string {
	switch t.Kind {
	case lex.String:
		return quote(t.Text)
	case lex.PV:
		if plainPV.MatchString(t.Text) {
			return "$" + t.Text
		}
		return "$(" + t.Text + ")"
	case lex.Select:
		return "@" + t.Text
	case lex.Int:
		return fmt.Sprint(t.Int)
	}
	return t.Text
}
