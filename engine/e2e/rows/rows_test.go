package rows

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sipedge/engine/mod"
	"sipedge/script/feature"
	"sipedge/script/registry"
)

// index is the cookbook's index; a copy lies with the parameters, which are
// compared with it too.
const index = "../../params/testdata/cookbook-index.csv"

// decided are rows without a case, each with the decision why. There is none.
var decided = map[string]string{}

// row is a row of the index.
type row struct{ id, category, name, aliases string }

// areas are the areas whose rows have cases in testdata/rows.
var areas = []string{"language", "transactions"}

// rowsOf are the rows of an area, of which there must be some.
func rowsOf(t *testing.T, area string) (rows []row) {
	t.Helper()
	f, err := os.Open(index)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		if l[2] == area {
			rows = append(rows, row{l[0], l[1], l[3], l[4]})
		}
	}
	if len(rows) == 0 {
		t.Fatalf("the index has no area %q", area)
	}
	return rows
}

// Every row of the language does what its case says, and does not when the row's
// feature is left out.
func TestEveryRowOfTheLanguage(t *testing.T) { showRows(t, "language") }

// The same for the rows that wait for transactions.
func TestEveryRowOfTheTransactions(t *testing.T) { showRows(t, "transactions") }

// showRows runs the cases of an area's rows and counts those that hold.
func showRows(t *testing.T, area string) {
	rows := rowsOf(t, area)
	byRow := map[string][]rowCase{}
	for _, c := range readCases(t, "testdata/rows") {
		byRow[c.row] = append(byRow[c.row], c)
	}
	covered, open := 0, []string{}
	for _, r := range rows {
		cases := byRow[r.id]
		if m := missing(cases); m != "" {
			open = append(open, fmt.Sprintf("%s %s: there is no %s", r.id, r.name, m))
			cases = slices.DeleteFunc(cases, func(c rowCase) bool { return missing([]rowCase{c}) != "" })
			for _, c := range cases {
				t.Run(c.file, func(t *testing.T) { c.show(t) })
			}
			continue
		}
		if len(cases) == 0 {
			if decided[r.id] == "" {
				open = append(open, r.id+" "+r.name)
				t.Errorf("%s (%s %s): no case", r.id, r.category, r.name)
			}
			continue
		}
		ok := true
		for _, c := range cases {
			ok = t.Run(c.file, func(t *testing.T) { c.show(t) }) && ok
		}
		if ok {
			covered++
		} else {
			open = append(open, r.id+" "+r.name)
		}
	}
	slices.Sort(open)
	fmt.Printf("rows covered / rows in all: %d / %d\n", covered, len(rows))
	for _, o := range open {
		fmt.Printf("not covered: %s\n", o)
	}
	for id, why := range decided {
		fmt.Printf("decided: %s: %s\n", id, why)
	}
}

// A case whose row is in none of the areas would never run.
func TestEveryCaseBelongsToARow(t *testing.T) {
	known := map[string]bool{}
	for _, a := range areas {
		for _, r := range rowsOf(t, a) {
			known[r.id] = true
		}
	}
	for _, c := range readCases(t, "testdata/rows") {
		if !known[c.row] {
			t.Errorf("testdata/rows/%s.txt: %s is no row of %s", c.file, c.row, strings.Join(areas, ", "))
		}
	}
}

// missing is a module or function that a case needs and the server does not have.
func missing(cases []rowCase) string {
	for _, c := range cases {
		for _, n := range c.needs {
			name, isFunction := strings.CutSuffix(n, "()")
			if isFunction && !slices.ContainsFunc(mod.Core().Functions, func(f registry.Function) bool { return f.Name == name }) ||
				!isFunction && !slices.ContainsFunc(mod.All(), func(m *registry.Module) bool { return m.Name == n }) {
				return n
			}
		}
	}
	return ""
}

// show runs the case, and once more for each feature that it names, without it.
func (c *rowCase) show(t *testing.T) {
	if wrong := c.run(t, stock()); len(wrong) > 0 {
		s, _ := c.script()
		t.Fatalf("%s%s\n%s", c.shows, strings.Join(wrong, "\n"), s)
	}
	for _, f := range c.without {
		opts, err := leaveOut(f)
		if err != nil {
			t.Error(err)
			continue
		}
		wrong := c.run(t, opts)
		if len(wrong) == 0 {
			t.Errorf("%sholds without %q too, so it does not show it", c.shows, f)
		}
		if testing.Verbose() {
			t.Logf("without %q: %s", f, strings.Join(wrong, "\n"))
		}
	}
}

// The other names of a row stand in its cases too.
func TestEveryAliasIsShown(t *testing.T) {
	text := map[string]string{}
	for _, c := range readCases(t, "testdata/rows") {
		for _, p := range c.parts {
			text[c.row] += p.text
		}
	}
	var rows []row
	for _, a := range areas {
		rows = append(rows, rowsOf(t, a)...)
	}
	for _, r := range rows {
		for _, a := range strings.FieldsFunc(r.aliases, func(c rune) bool { return c == ',' || c == ' ' }) {
			a, _, _ = strings.Cut(a, ":") // $avp(s:name) is a form, not a name
			if !strings.Contains(text[r.id], a) {
				t.Errorf("%s %s: no case has %s", r.id, r.name, a)
			}
		}
	}
}

// A feature that no case leaves out would be a switch for nothing.
func TestEveryFeatureIsLeftOutByACase(t *testing.T) {
	left := map[string]bool{}
	for _, c := range readCases(t, "testdata/rows") {
		for _, f := range c.without {
			left[f] = true
		}
	}
	for _, f := range feature.All() {
		if !left[f.Name] {
			t.Errorf("no case leaves out %q", f.Name)
		}
	}
}
