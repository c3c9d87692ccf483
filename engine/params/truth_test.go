package params

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// fieldNames gives the name of each field of c by its address.
func fieldNames(c *Core) map[any]string {
	names := map[any]string{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		group := v.Field(i)
		for j := range group.NumField() {
			names[group.Field(j).Addr().Interface()] = group.Type().Field(j).Name
		}
	}
	return names
}

// readFields are the names that the server's sources select from something:
// those of this package outside the tables, and those of all others.
func readFields(t *testing.T) (here, elsewhere map[string]bool) {
	here, elsewhere = map[string]bool{}, map[string]bool{}
	for _, root := range []string{"../../engine", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			names := elsewhere
			if filepath.Base(filepath.Dir(path)) == "params" {
				names = here
			}
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && strings.HasSuffix(f.Name.Name, "Rows") {
					continue
				}
				ast.Inspect(decl, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok {
						names[s.Sel.Name] = true
					}
					return true
				})
			}
			return nil
		})
		if err != nil {
			t.Skipf("the sources of the server are not there: %v", err)
		}
	}
	return here, elsewhere
}

// A script's author must be able to trust the notes: a parameter that nothing
// reads says so, and one that says so is read by nothing.
func TestNotesOnEffectAreTrue(t *testing.T) {
	here, elsewhere := readFields(t)
	c := New()
	names := fieldNames(c)
	for _, p := range Rows() {
		name := names[p.Field(c)]
		switch silent := Silent(&p); {
		case name == "":
			t.Errorf("%s: its field is in no group", p.Name)
		case silent && elsewhere[name]:
			t.Errorf("%s: the note says that it has no effect, but %s is read", p.Name, name)
		case !silent && !elsewhere[name] && !here[name]:
			t.Errorf("%s: nothing reads %s, and no note says so", p.Name, name)
		}
	}
}
