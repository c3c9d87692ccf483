// Package modtest puts all stock modules on coretest's wire, for the modules'
// tests.
package modtest

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
)

// Options are what every stock server has.
func Options() core.Options { return core.Options{Core: mod.Core(), Modules: mod.All()} }

// New runs a script with all stock modules to be loaded.
func New(t testing.TB, script string) *coretest.Net {
	t.Helper()
	return coretest.New(t, script, Options())
}

// NewFile runs the script in a file, of a module's testdata.
func NewFile(t testing.TB, name string) *coretest.Net {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return New(t, string(text))
}

// WantRefused demands that a script is refused with an error that says want.
func WantRefused(t testing.TB, script, want string) {
	t.Helper()
	if got := coretest.Refused(t, script, Options()); !strings.Contains(got, want) {
		t.Errorf("%s\nrefused with:\n%s\nwant: %s", script, got, want)
	}
}

var fence = regexp.MustCompile("(?s)```\n(.*?)```")

// CheckReadme compiles every configuration in the README.md of the module whose
// test runs, and demands one.
func CheckReadme(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := fence.FindAllStringSubmatch(string(text), -1)
	if len(all) == 0 {
		t.Error("README.md shows no configuration")
	}
	for _, m := range all {
		New(t, m[1])
	}
}
