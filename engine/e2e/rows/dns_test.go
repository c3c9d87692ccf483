package rows

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

// dnsCase shows a row of area "dns" through a running server and a name server of the test.
// run is called with what the row is about (set), and once more with something else in its
// place (instead): the first time it must find nothing wrong, the second time something.
type dnsCase struct {
	row, shows   string
	set, instead string
	run          func(e *dnsEdge, set string)
}

// dnsCases are the cases; further files of this package add theirs by addDNSCases.
var dnsCases []dnsCase

func addDNSCases(c ...dnsCase) { dnsCases = append(dnsCases, c...) }

// dnsRows are the rows of area "dns".
func dnsRows(t *testing.T) (rows []row) {
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
		if l[2] == "dns" {
			rows = append(rows, row{l[0], l[1], l[3], l[4]})
		}
	}
	return rows
}

// Every row of area dns does what its cases say, and does not without it.
func TestEveryRowOfDNS(t *testing.T) {
	rows := dnsRows(t)
	byRow := map[string][]dnsCase{}
	for _, c := range dnsCases {
		byRow[c.row] = append(byRow[c.row], c)
	}
	var mu sync.Mutex
	failed := map[string]bool{}
	t.Run("rows", func(t *testing.T) {
		for _, r := range rows {
			if len(byRow[r.id]) == 0 {
				t.Errorf("%s (%s %s): no case", r.id, r.category, r.name)
			}
			for n, c := range byRow[r.id] {
				t.Run(fmt.Sprintf("%s %s %d", r.id, r.name, n+1), func(t *testing.T) {
					t.Parallel()
					t.Cleanup(func() {
						mu.Lock()
						defer mu.Unlock()
						failed[r.id] = failed[r.id] || t.Failed()
					})
					c.show(t)
				})
			}
		}
	})
	covered, open := 0, []string{}
	for _, r := range rows {
		switch {
		case len(byRow[r.id]) > 0 && !failed[r.id]:
			covered++
		default:
			open = append(open, r.id+" "+r.name)
		}
		delete(byRow, r.id)
	}
	for id := range byRow {
		t.Errorf("%s is no row of area dns", id)
	}
	fmt.Printf("rows of dns covered / in all: %d / %d\n", covered, len(rows))
	for _, o := range open {
		fmt.Printf("not covered: %s\n", o)
	}
}

// show runs the case with its row and without it.
func (c *dnsCase) show(t *testing.T) {
	if wrong := c.find(t, c.set); len(wrong) > 0 {
		t.Fatalf("%s\n%s", c.shows, strings.Join(wrong, "\n"))
	}
	wrong := c.find(t, c.instead)
	if len(wrong) == 0 {
		t.Errorf("%s\nholds with %q in the place of %q too, so it does not show it", c.shows, c.instead, c.set)
	}
	if testing.Verbose() {
		t.Logf("with %q in its place: %s", c.instead, strings.Join(wrong, "\n"))
	}
}

// find runs the case and says what was wrong.
func (c *dnsCase) find(t *testing.T, set string) []string {
	e := newDNSEdge(t)
	defer e.halt()
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(dnsOver) {
				panic(p)
			}
		}()
		c.run(e, set)
	}()
	return e.wrong
}

// The other names of a row stand in its cases too.
func TestEveryAliasOfDNSIsShown(t *testing.T) {
	text := map[string]string{}
	for _, c := range dnsCases {
		text[c.row] += c.set + " " + c.shows + " "
	}
	for _, r := range dnsRows(t) {
		for _, a := range strings.FieldsFunc(r.aliases, func(c rune) bool { return c == ',' || c == ' ' }) {
			if text[r.id] != "" && !strings.Contains(text[r.id], a) {
				t.Errorf("%s %s: no case has %s", r.id, r.name, a)
			}
		}
	}
}
