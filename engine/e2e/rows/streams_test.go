package rows

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// streamCase shows a row of area "streams" through a running server. run is called with
// what the row is about in the script, and once more with something else in its place: the
// first time it must find nothing wrong, the second time something.
type streamCase struct {
	row   string
	shows string
	// set is the parameter or the statement of the row; instead stands in its place when
	// the case has to fail.
	set, instead string
	run          func(e *edge, set string)
}

// streamCases are the cases; the files of a transport add theirs.
var streamCases []streamCase

func addStreamCases(c ...streamCase) { streamCases = append(streamCases, c...) }

// ofSCTP are the rows of SCTP, which are shown where a kernel has it: in the virtual machine
// of benchmarks/sctpvm, each with its parameter or statement and with another in its place.
// Where there is no such machine, the kept log of its last run says which of them held.
var ofSCTP = []string{"SC", "FN012", "SP031"}

const sctpLog = "../../../benchmarks/results/SCTP.log"

func isSCTP(id string) bool {
	return slices.ContainsFunc(ofSCTP, func(p string) bool { return strings.HasPrefix(id, p) })
}

// shownOverSCTP are the rows that the kept run over SCTP has shown.
func shownOverSCTP(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(sctpLog)
	if err != nil {
		t.Errorf("there is no log of a run over SCTP (make test-sctp): %v", err)
	}
	held, failed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		switch f := strings.Fields(line); {
		case len(f) < 2:
		case f[0] == "ok":
			held[f[1]] = true
		default:
			failed[f[1]] = true
		}
	}
	for id := range failed {
		delete(held, id)
	}
	return held
}

// Every row of the streams does what its cases say, and does not without it.
func TestEveryRowOfTheStreams(t *testing.T) {
	byRow := map[string][]streamCase{}
	for _, c := range append(sctpCases(t), streamCases...) {
		byRow[c.row] = append(byRow[c.row], c)
	}
	rows, overSCTP := rowsOf(t, "streams"), shownOverSCTP(t)
	failed := map[string]bool{}
	t.Run("rows", func(t *testing.T) {
		for _, r := range rows {
			if len(byRow[r.id]) == 0 && !isSCTP(r.id) {
				t.Errorf("%s (%s %s): no case", r.id, r.category, r.name)
			}
			if isSCTP(r.id) && len(byRow[r.id]) == 0 && !overSCTP[r.id] {
				t.Errorf("%s (%s %s): not shown by the run over SCTP", r.id, r.category, r.name)
			}
			for n, c := range byRow[r.id] {
				name := r.id + " " + r.name
				if n > 0 {
					name += fmt.Sprint(" ", n+1)
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					t.Cleanup(func() {
						if t.Failed() {
							failedRow(failed, r.id)
						}
					})
					c.show(t)
				})
			}
		}
	})
	here, there, open := 0, 0, []string{}
	for _, r := range rows {
		switch {
		case len(byRow[r.id]) > 0 && !failed[r.id]:
			here++
		case isSCTP(r.id) && overSCTP[r.id]:
			there++
		default:
			open = append(open, r.id+" "+r.name)
		}
		delete(byRow, r.id)
	}
	for id := range byRow {
		t.Errorf("%s is no row of the streams", id)
	}
	fmt.Printf("rows of the streams covered / in all: %d / %d (%d here, %d by the kept run over SCTP)\n", here+there, len(rows), here, there)
	for _, o := range open {
		fmt.Printf("not covered: %s\n", o)
	}
}

var failing sync.Mutex

// failedRow notes a row whose case has failed; cases run at the same time.
func failedRow(failed map[string]bool, id string) {
	failing.Lock()
	defer failing.Unlock()
	failed[id] = true
}

// show runs the case with its row and without it.
func (c *streamCase) show(t *testing.T) {
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
func (c *streamCase) find(t *testing.T, set string) (wrong []string) {
	e := &edge{t: t}
	defer func() {
		e.halt()
		if p := recover(); p != nil {
			if _, ok := p.(stop); !ok {
				panic(p)
			}
		}
		wrong = e.wrong
	}()
	c.run(e, set)
	return e.wrong
}

// The other names of a row stand in its cases too.
func TestEveryAliasOfTheStreamsIsShown(t *testing.T) {
	text := map[string]string{}
	for _, c := range streamCases {
		text[c.row] += c.set + " " + c.shows + " "
	}
	for _, r := range rowsOf(t, "streams") {
		if text[r.id] == "" {
			continue // without a case, which the other test tells
		}
		for _, a := range strings.FieldsFunc(r.aliases, func(c rune) bool { return c == ',' || c == ' ' }) {
			if !strings.Contains(text[r.id], a) {
				t.Errorf("%s %s: no case has %s", r.id, r.name, a)
			}
		}
	}
}
