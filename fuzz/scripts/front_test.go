package scripts

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"sipedge/engine/mod"
	"sipedge/engine/params"
	"sipedge/script/ast"
	"sipedge/script/check"
	"sipedge/script/compile"
	"sipedge/script/diag"
	"sipedge/script/lex"
	"sipedge/script/parse"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// front is the front end with the rows of the whole server.
type front struct {
	t     testing.TB
	files map[string]string // what includes find
	read  int               // bytes that they have read
	table *registry.Table
}

// rows are built once: they do not change.
var rows = func() *registry.Table {
	t, err := registry.NewTable(mod.Core(), mod.All()...)
	if err != nil {
		panic(err)
	}
	return t
}()

func newFront(t testing.TB, files map[string]string) *front {
	return &front{t: t, files: files, table: rows}
}

func (f *front) options() lex.Options {
	return lex.Options{
		ReadFile: func(name string) ([]byte, error) {
			text, ok := f.files[name]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			}
			f.read += len(text)
			return []byte(text), nil
		},
		Getenv: func(name string) (string, bool) { return "value of " + name, len(name)%2 == 0 },
	}
}

func (f *front) lex(text string) *diag.List {
	set := diag.NewSet()
	diags := diag.NewList(set)
	tokens, _ := lex.Tokens(set, "main.cfg", []byte(text), f.options(), diags)
	if tokens[len(tokens)-1].Kind != lex.EOF {
		f.t.Fatal("the last token is not the end")
	}
	for i, k := range tokens {
		if why := badPlace(set, k.Pos); why != "" {
			f.t.Fatalf("token %d (%.20q): %s", i, k.Text, why)
		}
		if k.End < k.Pos {
			f.t.Fatalf("token %d (%.20q) ends before it begins", i, k.Text)
		}
	}
	return diags
}

func (f *front) parse(text string) (*ast.Config, *diag.List) {
	return parse.File("main.cfg", []byte(text), f.options())
}

func (f *front) check(text string) *diag.List {
	cfg, diags := f.parse(text)
	if cfg == nil {
		return diags
	}
	table, _ := f.apply(cfg, diags)
	check.Check(cfg, table, diags)
	return diags
}

func (f *front) apply(cfg *ast.Config, diags *diag.List) (*registry.Table, map[string]any) {
	table := check.Modules(cfg, f.table, diags)
	configs := table.NewConfigs()
	check.Apply(cfg, table, configs, diags)
	if _, ok := configs[""].(*params.Core); !ok {
		f.t.Fatal("the core has no configuration")
	}
	return table, configs
}

func (f *front) compile(text string) (*rt.Program, *diag.List) {
	cfg, diags := f.parse(text)
	if cfg == nil {
		return nil, diags
	}
	table, configs := f.apply(cfg, diags)
	p := compile.Compile(cfg, table, configs, nil, diags)
	if (p == nil) != diags.HasErrors() {
		f.t.Fatalf("a program: %v, errors: %v\n%s", p != nil, diags.HasErrors(), diags)
	}
	return p, diags
}

// placed asserts that every finding names a place that exists, and that it can
// be shown.
func placed(t testing.TB, l *diag.List) {
	t.Helper()
	for _, d := range l.Items {
		if d.Pos == 0 && d.Severity == diag.Error && !strings.HasPrefix(d.Message, "cannot read") && !strings.HasPrefix(d.Message, "-A") {
			t.Fatalf("no place: %s", d.Message)
		}
		if d.Pos == 0 {
			continue
		}
		if why := badPlace(l.Set, d.Pos); why != "" {
			t.Fatalf("%s: %s", d.Message, why)
		}
	}
	_ = l.String()
}

// badPlace says what is wrong with a position, "" where it is a byte of a line
// or the end of one.
func badPlace(set *diag.Set, pos diag.Pos) string {
	file := set.File(pos)
	if file == nil {
		return fmt.Sprintf("the position %d is in no file", pos)
	}
	p := set.Position(pos)
	lines := strings.Count(string(file.Text), "\n") + 1
	if p.Line < 1 || p.Line > lines || p.Column < 1 || pos > file.Pos(len(file.Text)) {
		return fmt.Sprintf("%s:%d:%d is outside of the file's %d lines", p.File, p.Line, p.Column, lines)
	}
	if n := len(file.Line(p.Line)); p.Column > n+2 { // a carriage return and the line's end
		return fmt.Sprintf("%s:%d:%d is behind the line's %d bytes", p.File, p.Line, p.Column, n)
	}
	return ""
}
