package configs

import (
	"strings"
	"testing"
)

func TestWithReplacesTheLineOfAKnownParameter(t *testing.T) {
	got := string(Forward.With(Listen(1234)))
	if !strings.Contains(got, "\nlisten=udp:127.0.0.1:1234\n") {
		t.Errorf("listen line not set:\n%s", got)
	}
	if strings.Contains(got, "5060") {
		t.Error("the old listen line is still there")
	}
}

func TestWithAddsANewParameterAheadOfTheModules(t *testing.T) {
	got := string(Options.With(Setting{"home", "always"}))
	home, module := strings.Index(got, "\nhome=always\n"), strings.Index(got, "loadmodule")
	if home < 0 || home > module {
		t.Errorf("home at %d, first module at %d", home, module)
	}
}

func TestWithLeavesStatementsAlone(t *testing.T) {
	got := string(Script("children=2\nroute {\n\tchildren=7;\n}").With(Setting{"children", "4"}))
	if want := "children=4\nroute {\n\tchildren=7;\n}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWithServesAScriptWithoutParameters(t *testing.T) {
	if got := string(Script("route {}").With(Setting{"children", "4"})); got != "route {}\nchildren=4" {
		t.Errorf("got %q", got)
	}
}
