package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// codesInUse are the names of the code constants that the program's source
// mentions outside of this package, with a place for each.
func codesInUse(t *testing.T, names map[string]bool) map[string]string {
	t.Helper()
	used := map[string]string{}
	set := token.NewFileSet()
	for _, dir := range []string{"..", "../../engine", "../../cmd"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "../diag" {
				return err
			}
			f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "diag" && names[s.Sel.Name] {
						used[s.Sel.Name] = set.Position(s.Pos()).String()
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return used
}

// codeConstants are the constants of codes.go, by name.
func codeConstants(t *testing.T) map[string]Code {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]Code{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				codes[v.Names[0].Name] = Code(strings.Trim(lit.Value, `"`))
			}
		}
		return true
	})
	return codes
}

func TestEachCodeIsUsedAndDocumented(t *testing.T) {
	constants := codeConstants(t)
	if len(constants) < 50 {
		t.Fatalf("only %d codes found", len(constants))
	}
	names, doc := map[string]bool{}, map[Code]string{}
	for n := range constants {
		names[n] = true
	}
	for _, row := range Codes {
		if doc[row.Code] != "" {
			t.Errorf("%s has two rows", row.Code)
		}
		doc[row.Code] = row.Doc
	}
	used := codesInUse(t, names)
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[Code]string{}
	for name, code := range constants {
		switch {
		case doc[code] == "":
			t.Errorf("%s (%s) has no text in Codes", name, code)
		case used[name] == "":
			t.Errorf("%s (%s) is never reported", name, code)
		case !form.MatchString(string(code)):
			t.Errorf("%q is not made of small words with hyphens", code)
		case seen[code] != "":
			t.Errorf("%s and %s have the same code", name, seen[code])
		}
		seen[code] = name
	}
	if len(doc) != len(constants) {
		t.Errorf("%d rows, %d constants", len(doc), len(constants))
	}
}
