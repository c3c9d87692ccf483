package rows

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/script/diag"
)

// cookbook is the text of the Kamailio 3.1 core cookbook. It is no part of this
// tree; without it the test of its examples is skipped, and only those of
// testdata/examples run.
const cookbook = "../../../../shared/spec/core-cookbook-3.1.txt"

// example is a script example of the cookbook.
type example struct {
	from, to int // its lines
	// frame is where it stands: "" at the top level, "route" among the statements of
	// the main route, "open" in one that is closed behind it.
	frame string
	// lines stand in place of the cookbook's, by their number: words between two
	// pieces of code, and names that only stand for something.
	lines map[int]string
	// also is what stands behind it: routes that it calls.
	also string
	// refused are the lines that have to be refused; the example is broken there.
	refused []int
}

// normal undoes what the extraction of the text did to the code, and takes out the
// dots that stand for the rest of a script.
var normal = strings.NewReplacer("“", `"`, "”", `"`, "⇐", "<=", "«", "<<", "»", ">>", "™", "(TM)", "???", "", "\u00a0", " ")

var dots = regexp.MustCompile(`^\s*\.{3,4}\s*$`)

// script is the example in its frame. Its line n is the cookbook's line from+n-1.
func (x *example) script(book []string, load string) string {
	var out []string
	for n := x.from; n <= x.to; n++ {
		l, other := x.lines[n]
		if !other {
			l = normal.Replace(book[n-1])
		}
		if dots.MatchString(l) {
			l = ""
		}
		out = append(out, l)
	}
	before, behind := load, ""
	switch x.frame {
	case "route":
		before, behind = load+" route { ", "\n}"
	case "open":
		behind = "\n}"
	}
	return before + strings.Join(out, "\n") + behind + "\n" + x.also + "\n"
}

// Every script example of the cookbook compiles; the ones that are broken there are
// refused, with the right line.
func TestEveryExampleOfTheCookbook(t *testing.T) {
	text, err := os.ReadFile(cookbook)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the cookbook's text is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	book := strings.Split(string(text), "\n")
	opts := withStandIns()
	// Files that examples include.
	opts.ReadFile = func(name string) ([]byte, error) {
		if name == "/sr/checks.cfg" {
			return []byte(normal.Replace(strings.Join(book[28:33], "\n"))), nil
		}
		return nil, fs.ErrNotExist
	}
	broken := 0
	for _, x := range examples {
		t.Run(fmt.Sprintf("lines %d to %d", x.from, x.to), func(t *testing.T) {
			script := x.script(book, loadAll(t, opts))
			got := refusedLines(t, script, opts)
			for i := range got {
				got[i].line += x.from - 1
			}
			compareLines(t, got, x.refused, script)
		})
		if len(x.refused) > 0 {
			broken++
		}
	}
	fmt.Printf("examples of the cookbook: %d, of which %d are broken and refused\n", len(examples), broken)
}

// Scripts in the manner of the cookbook's examples: the lines marked as broken are
// refused, and no others.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("testdata/examples/*.cfg")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	opts := stock()
	opts.ReadFile = func(name string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata/examples", name)) }
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var want []int
			for i, l := range strings.Split(string(text), "\n") {
				if strings.HasSuffix(l, "# refused") {
					want = append(want, i+1)
				}
			}
			compareLines(t, refusedLines(t, string(text), opts), want, string(text))
		})
	}
}

// finding is an error by its line.
type finding struct {
	line int
	text string
}

// refusedLines are the errors of a script, none for one that is taken.
func refusedLines(t *testing.T, script string, opts core.Options) (got []finding) {
	t.Helper()
	n, diags := coretest.Try(t, script, opts)
	diags.Sort()
	for _, d := range diags.Items {
		if d.Severity == diag.Error {
			got = append(got, finding{diags.Set.Position(d.Pos).Line, diags.Line(d)})
		}
	}
	if (n == nil) != (len(got) > 0) {
		t.Errorf("refused: %v, with %d errors", n == nil, len(got))
	}
	return got
}

func compareLines(t *testing.T, got []finding, want []int, script string) {
	t.Helper()
	var lines []int
	for _, f := range got {
		if lines = append(lines, f.line); !slices.Contains(want, f.line) {
			t.Errorf("line %d is refused: %s", f.line, f.text)
		}
	}
	for _, l := range want {
		if !slices.Contains(lines, l) {
			t.Errorf("line %d is not refused", l)
		}
	}
	if t.Failed() {
		t.Log(script)
	}
}

// code is a line that looks like a script.
var code = regexp.MustCompile(`[;{}]\s*$|^#!\w|^\s*[a-z_0-9]+\s*=\s*("[^"]*"|[\w:.\[\]/]+)\s*(#.*)?$|^\s*(loadmodule|modparam|include_file) ?\("?`)

// prototype is a parameter with a word for its value.
var prototype = regexp.MustCompile(`=\s*(number|seconds|milliseconds|yes/no)\s*$`)

// No line of the cookbook that looks like a script is left out.
func TestNoExampleIsLeftOut(t *testing.T) {
	text, err := os.ReadFile(cookbook)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the cookbook's text is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(string(text), "\n") {
		n := i + 1
		in := slices.ContainsFunc(examples, func(x example) bool { return n >= x.from && n <= x.to })
		if !in && others[n] == "" && !prototype.MatchString(l) && code.MatchString(normal.Replace(l)) {
			t.Errorf("line %d: %s", n, l)
		}
	}
}
