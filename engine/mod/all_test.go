package mod_test

import (
	"slices"
	"strings"
	"testing"

	"sipedge/engine/mod"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func TestNoNameIsDefinedTwice(t *testing.T) {
	if _, err := registry.NewTable(mod.Core(), mod.All()...); err != nil {
		t.Error(err)
	}
}

func TestModulesAreListedByName(t *testing.T) {
	var names []string
	for _, m := range mod.All() {
		names = append(names, m.Name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}

// TestEveryRowIsDocumented: the manual is printed from the rows.
func TestEveryRowIsDocumented(t *testing.T) {
	check := func(owner string, fs []registry.Function) {
		for _, f := range fs {
			if f.Doc == "" || !strings.HasSuffix(f.Doc, ".") || f.Source == "" || f.Routes == 0 || f.Routes&^rt.AnyRoute != 0 || f.Compile == nil {
				t.Errorf("%s: the row of %s is not complete", owner, f.Name)
			}
			optional := false
			for _, a := range f.Args {
				if a.Name == "" || optional && !a.Optional {
					t.Errorf("%s: the arguments of %s are not in order", owner, f.Name)
				}
				optional = a.Optional
			}
		}
	}
	check("core", mod.Core().Functions)
	for _, m := range mod.All() {
		check(m.Name, m.Functions)
		if m.Doc == "" {
			t.Errorf("module %s has no Doc", m.Name)
		}
		for _, p := range m.Params {
			if p.Doc == "" || p.Source == "" || p.Field == nil {
				t.Errorf("the row of %s.%s is not complete", m.Name, p.Name)
			}
		}
	}
}
