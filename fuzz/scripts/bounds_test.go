package scripts

import (
	"strconv"
	"strings"
	"testing"
)

// Where a bound is passed the script is refused, with a line that says which.
func TestBoundsSayWhatIsTooMuch(t *testing.T) {
	for _, tt := range []struct{ kind, want string }{
		{"nested parentheses", "nested more than 200 deep"},
		{"nested blocks", "nested more than 200 deep"},
		{"else if", "\"else if\" is nested more than 1024 deep"},
		{"a sum", "an expression of more than 1024 operators"},
		{"many laughs", "put in where they are named, are longer than"},
		{"a define that names itself", "the value of A names A itself"},
		{"includes of each other", "includes are nested more than 10 deep"},
		{"includes of nothing", "includes read more than 4096 files"},
		{"growing substitutions", "substitutions make the strings grow"},
		{"many substitutions", "more than 256 substitutions"},
		{"growing expressions of defines", "a text of more than 4096 bytes"},
		{"parentheses in #!ifexp", "too many parentheses"},
		{"open regions", "regions are nested more than 256 deep"},
		{"selects", "a select of more than 32 names and indexes"},
		{"transformations", "more than 64 transformations"},
		{"repeated repetitions", "the pattern is longer than 16384 bytes"},
		{"digits", "is not a number"},
		{"NULs", "unexpected character"},
	} {
		found := false
		for _, h := range hostile {
			if h.name != tt.kind {
				continue
			}
			found = true
			text := h.make(128 << 10)
			p, diags := newFront(t, hostileFiles(text)).compile(text)
			if p != nil || !strings.Contains(diags.String(), tt.want) {
				t.Errorf("%s: %.300s", tt.kind, diags)
			}
		}
		if !found {
			t.Errorf("there is no kind %q", tt.kind)
		}
	}
}

// Large but sane scripts are not refused.
func TestLargeScriptsAreTaken(t *testing.T) {
	for name, text := range map[string]string{
		"1000 times else if":    "route {" + strings.Repeat("if ($rU == \"a\") drop; else ", 1000) + "exit; }",
		"1000 operators":        "route { $var(x) = $rU" + strings.Repeat(" + \"a\"", 1000) + "; }",
		"a switch of 20,000":    "route { switch ($rU) {" + labels(20000) + "exit; } }",
		"2000 routes":           routes(2000),
		"a format of 2000":      "loadmodule \"xlog\"\nroute { xlog(\"" + strings.Repeat("$ru ", 2000) + "\"); }",
		"nested transformation": "route { $var(x) = $(ru{s.select,$(rU{s.len}),a}{s.substr,0,$(fU{s.len})}); }",
		"a megabyte of script":  "route {\n" + strings.Repeat("\t$var(x) = $var(x) + 1; # and so on\n", 28000) + "}\n",
	} {
		c := bounded(t, func() int {
			if p, diags := newFront(t, nil).compile(text); p == nil {
				t.Errorf("%s: %.300s", name, diags)
			}
			return len(text)
		})
		t.Logf("%s: %v", name, c.time)
	}
}

func labels(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("case " + strconv.Itoa(i) + ": ")
	}
	return b.String()
}

func routes(n int) string {
	var b strings.Builder
	b.WriteString("route { route(R0); }\n")
	for i := range n {
		b.WriteString("route[R" + strconv.Itoa(i) + "] { if ($rU == \"x\") route(R" + strconv.Itoa((i+1)%n) + "); }\n")
	}
	return b.String()
}

// A mistake inside of a variable is shown in its text, one inside of a variable
// out of a define where the define is named.
func TestMistakesInVariablesOutOfDefinesHaveTheirPlace(t *testing.T) {
	text := "#!define X $(ru{s.nix})\nroute {\n\t$var(a) = $(ru{s.nix});\n\t$var(b) = X;\n}"
	_, diags := newFront(t, nil).compile(text)
	var places []string
	diags.Sort()
	for _, d := range diags.Items {
		p := diags.Set.Position(d.Pos)
		places = append(places, strconv.Itoa(p.Line)+":"+strconv.Itoa(p.Column))
	}
	if got := strings.Join(places, " "); got != "3:17 4:12" {
		t.Errorf("%s\n%s", got, diags)
	}
}

// Of a long line the part around the place is shown.
func TestLongLinesAreShownInPart(t *testing.T) {
	text := "route { " + strings.Repeat("setflag(1); ", 2000) + "setflug(1);" + strings.Repeat(" setflag(1);", 2000) + " }"
	_, diags := newFront(t, nil).compile(text)
	lines := strings.Split(diags.String(), "\n")
	if len(lines) < 3 || len(lines[1]) > 300 || !strings.Contains(lines[1], "setflug(1)") || strings.Index(lines[1], "setflug") != strings.Index(lines[2], "^") {
		t.Errorf("%.600s", diags)
	}
}
