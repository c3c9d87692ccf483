package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/script/format"
)

var fences = regexp.MustCompile("(?ms)^```kamailio\n(.*?)^```$")

// readmeScripts are the scripts that README.md shows.
func readmeScripts(t *testing.T) (scripts []string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fences.FindAllStringSubmatch(string(text), -1) {
		scripts = append(scripts, m[1])
	}
	return scripts
}

func TestScriptsInTheReadmeCompile(t *testing.T) {
	scripts := readmeScripts(t)
	if len(scripts) < 2 {
		t.Fatalf("only %d scripts found", len(scripts))
	}
	for _, s := range scripts {
		if srv, diags := core.New("README.md", []byte(s), core.Options{Core: mod.Core(), Modules: mod.All()}); srv == nil {
			t.Errorf("a script of the README is refused:\n%s\n%s", diags, s)
		}
	}
}

func TestReadmeOpensWithTheTwoCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	run, test := strings.Index(string(text), "make run"), strings.Index(string(text), "make test")
	if run < 0 || test < run || test > 200 {
		t.Error("make run and make test do not stand at the top")
	}
}

// Every option that the README's table names is in the program's own table.
func TestReadmesOptionsExist(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, row := range optionTable() {
		have["-"+string(row.short)], have["--"+row.long] = true, true
	}
	cell := regexp.MustCompile("(?m)^\\| (`-[^|]*) \\|")
	name := regexp.MustCompile("`(--?[A-Za-z-]+)")
	for _, m := range cell.FindAllStringSubmatch(string(text), -1) {
		for _, n := range name.FindAllStringSubmatch(m[1], -1) {
			if o := n[1]; !have[o] && !have[o[:2]] {
				t.Errorf("%s is no option", o)
			}
		}
	}
}

// The scripts that we show are in the form that sipedge fmt gives them, and so is
// the built-in one.
func TestShownScriptsAreFormatted(t *testing.T) {
	for _, s := range append(readmeScripts(t), string(builtin)) {
		if out, diags := format.Source("README.md", []byte(s)); string(out) != s {
			t.Errorf("%s%s\nis in another form:\n%s", diags, s, out)
		}
	}
}

// The commands of the README that need no server and no other terminal do work.
func TestCommandsInTheReadmeWork(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	call := readmeScripts(t)[0]
	t.Chdir(t.TempDir())
	if err := os.WriteFile("call.cfg", []byte(call), 0o600); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^    bin/sipedge ((?:doc|fmt|-c --json)[^#\n]*)`)
	seen := map[string]int{}
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		args := strings.Fields(strings.ReplaceAll(m[1], "'", ""))
		if status, _, errs := outcome(t, "", args...); status != 0 || errs != "" {
			t.Errorf("%q: status %d, %s", args, status, errs)
		}
		seen[args[0]]++
	}
	if seen["doc"] < 5 || seen["fmt"] < 4 || seen["-c"] < 1 {
		t.Errorf("commands found: %v", seen)
	}
}
