package manual

import (
	"math"
	"strings"
	"testing"

	"sipedge/script/registry"
	"sipedge/script/rt"
)

func testManual(t *testing.T) *Manual {
	t.Helper()
	table, err := registry.NewTable(registry.Core{
		Params: []registry.Param{
			{Name: "depth", Aliases: []string{"deep"}, Type: registry.ParamInt, Min: 1, Max: math.MaxInt64, Default: "4", Reloadable: true,
				Doc: "how deep", Source: "here", Note: "less than elsewhere"},
			{Name: "names", Type: registry.ParamList, Doc: "names", Source: "here"},
		},
		Functions: []registry.Function{{
			Name: "tell", Aliases: []string{"say"}, Routes: rt.RequestRoute | rt.FailureRoute,
			Args: []registry.Arg{{Name: "what", Kind: registry.ArgFormat}, {Name: "how_often", Kind: registry.ArgInt, Min: 1, Max: 9, Optional: true}},
			Doc:  "Tells something. And a long second sentence that goes on and on so that it has to be put into more than one line.", Source: "here",
		}},
		PVs: []registry.PV{{Name: "depth", Doc: "the depth", Source: "here"}},
	}, &registry.Module{
		Name: "box", Doc: "Holds things.", Events: []string{"box:full"}, EventDocs: map[string]string{"box:full": "when it is full"},
		Params: []registry.Param{{Name: "depth", Type: registry.ParamBool, Default: "no", Doc: "whether it is deep", Source: "there"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(table, nil)
}

func TestEntryOfAFunction(t *testing.T) {
	m := testManual(t)
	e, others := m.Lookup("", "say()")
	if e == nil || len(others) != 0 {
		t.Fatalf("%v, %d others", e, len(others))
	}
	var b strings.Builder
	m.WriteEntry(&b, e)
	want := `tell(what[, how_often])                                                 function

    Tells something. And a long second sentence that goes on and on so that it
    has to be put into more than one line.

    what         a text, in which pseudo-variables are replaced, or an
                 expression
    how_often    a number or an expression, from 1 to 9; may be left out
    allowed in   route, failure_route
    also called  say
    source       here
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestEntryOfAParameter(t *testing.T) {
	m := testManual(t)
	e, _ := m.Lookup("", "deep")
	var b strings.Builder
	m.WriteEntry(&b, e)
	for _, want := range []string{"How deep.", "number, from 1\n", "default      4\n", "reloadable   yes", "also called  deep\n", "here         less than elsewhere\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
}

// depth is a parameter, a variable and a module's parameter: no guess is made.
func TestNameOfSeveralThingsIsListed(t *testing.T) {
	m := testManual(t)
	e, found := m.Lookup("", "depth")
	if e != nil || len(found) != 3 {
		t.Fatalf("%v, %d", e, len(found))
	}
	var b strings.Builder
	m.WriteMatches(&b, "depth", found)
	for _, want := range []string{"sipedge doc parameter depth", "sipedge doc box.depth", "sipedge doc variable '$depth'"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	if e, _ := m.Lookup("", "box.depth"); e == nil || !e.Param {
		t.Errorf("box.depth is %v", e)
	}
	if e, _ := m.Lookup("variable", "depth"); e == nil || e.Name != "$depth" {
		t.Errorf("the variable is %v", e)
	}
}

func TestEventIsDescribedByItsModule(t *testing.T) {
	e, _ := testManual(t).Lookup("", "event_route[box:full]")
	if e == nil || e.Doc != "When it is full." || e.Module != "box" {
		t.Errorf("%+v", e)
	}
}

func TestPagesHaveNoRawMarkup(t *testing.T) {
	for _, s := range []string{"a|b", "<x>", "a*b*", "[x](y)"} {
		if e := escape(s); e == s {
			t.Errorf("%q stays", s)
		}
	}
	if n := len(testManual(t).Pages()); n < 5 {
		t.Errorf("%d pages", n)
	}
}

// TestNamesAreNotCapitalised: a sentence begins with a capital letter, a name of
// the language stays as scripts write it.
func TestNamesAreNotCapitalised(t *testing.T) {
	for doc, want := range map[string]string{
		"relays the request": "Relays the request",
		"as {s.len}.":        "As {s.len}.",
		"t_relay() for one":  "t_relay() for one",
		"uas.status: a code": "uas.status: a code",
		"select,index: both": "select,index: both",
		"":                   "",
	} {
		if got := capital(doc); got != want {
			t.Errorf("%q: got %q, want %q", doc, got, want)
		}
	}
}
