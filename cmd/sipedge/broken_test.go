package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

// wrongLines are the lines that a script of testdata/broken says itself to be
// wrong: its first line is "# wrong: 10 14".
func wrongLines(t *testing.T, text []byte) (lines []int) {
	t.Helper()
	first, _, _ := bytes.Cut(text, []byte("\n"))
	list, ok := bytes.CutPrefix(first, []byte("# wrong: "))
	if !ok {
		t.Fatalf("the first line does not say what is wrong: %q", first)
	}
	for _, f := range strings.Fields(string(list)) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, n)
	}
	return lines
}

// brokenScripts are the scripts of testdata/broken, by path.
func brokenScripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/broken/*.cfg")
	if err != nil || len(files) < 27 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	return files
}

// Scripts with the modules of the program, each with one or several mistakes:
// the lines that are named are those of the mistakes, all of them and no other,
// in one run; the text is the golden one.
func TestBrokenScriptsAreNamedAtTheirLines(t *testing.T) {
	lines := 0
	for _, file := range brokenScripts(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		status, r := jsonReport(t, "", "-f", file)
		var named []int
		for _, d := range r.Diagnostics {
			if d.Severity == "error" && !slices.Contains(named, d.Line) {
				named = append(named, d.Line)
			}
		}
		if want := wrongLines(t, text); status != 255 || !slices.Equal(named, want) {
			t.Errorf("%s: status %d, lines %v, want %v", file, status, named, want)
		}
		_, _, errs := outcome(t, "", "-c", "-f", file)
		golden := strings.TrimSuffix(file, ".cfg") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(errs), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		lines += len(wrongLines(t, text))
		if want, err := os.ReadFile(golden); err != nil || errs != string(want) {
			t.Errorf("%s: %v, got\n%s", file, err, errs)
		}
	}
	t.Logf("PROOF broken-scripts-kamailio: %d wrong lines named in %d scripts", lines, len(brokenScripts(t)))
}

// Kamailio is asked about the same scripts, where it is installed. What it finds
// there is no promise of ours; that it refuses no line which is right is a check
// of the scripts.
func TestBrokenScriptsBesideKamailio(t *testing.T) {
	kamailio, err := exec.LookPath("kamailio")
	if err != nil {
		t.Skip("kamailio is not installed")
	}
	place := regexp.MustCompile(`line (\d+), column|from line (\d+)`)
	all, silent := 0, 0
	for _, file := range brokenScripts(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(kamailio, "-c", "-f", file)
		c.WaitDelay = time.Second
		out, err := c.CombinedOutput()
		var named []int
		for _, m := range place.FindAllSubmatch(out, -1) {
			n, _ := strconv.Atoi(string(m[1]) + string(m[2]))
			if !slices.Contains(named, n) {
				named = append(named, n)
			}
		}
		slices.Sort(named)
		want := wrongLines(t, text)
		switch {
		case slices.Equal(named, want):
			all++
		case err == nil:
			silent++
			t.Logf("%s: wrong in %v, kamailio -c says the file is ok", filepath.Base(file), want)
		default:
			t.Logf("%s: wrong in %v, kamailio names %v", filepath.Base(file), want, named)
		}
	}
	t.Logf("PROOF broken-scripts-kamailio: of %d broken scripts kamailio names exactly the wrong lines of %d and accepts %d", len(brokenScripts(t)), all, silent)
}
