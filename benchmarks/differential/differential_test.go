package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/servers"
)

func accepted(lines ...string) observation {
	return observation{Verdict: verdict{Accepts: true}, Lines: lines}
}

func refused(why string) observation { return observation{Verdict: verdict{Why: why}} }

func TestEveryDifferenceIsUnexplainedUntilARowExpectsIt(t *testing.T) {
	c := Case{Name: "area/script", Body: "LOG(\"x\");\n"}
	for _, tt := range []struct {
		name              string
		sipedge, kamailio observation
		equal             bool
	}{
		{"the same lines", accepted("a", "returned 1"), accepted("a", "returned 1"), true},
		{"both refuse, in other words", refused("unknown function"), refused("syntax error"), true},
		{"another line", accepted("a", "returned 1"), accepted("b", "returned 1"), false},
		{"a line more", accepted("a", "b"), accepted("a"), false},
		{"a line less", accepted("a"), accepted("a", "b"), false},
		{"lines in another order", accepted("a", "b"), accepted("b", "a"), false},
		{"sipedge refuses", refused("unknown function"), accepted("a"), false},
		{"kamailio refuses", accepted("a"), refused("syntax error"), false},
		{"nothing at all", accepted(), accepted("nothing was logged"), false},
	} {
		found := judge([]pair{{Case: c, Sipedge: tt.sipedge, Kamailio: tt.kamailio}}, explanations)
		if found[0].Equal != tt.equal || found[0].By != nil {
			t.Errorf("%s: equal %v, explained by %v", tt.name, found[0].Equal, found[0].By)
		}
		want := counts{unexplained: 1}
		if tt.equal {
			want = counts{equal: 1}
		}
		if got := count(found); got != want {
			t.Errorf("%s: counted %+v", tt.name, got)
		}
	}
}

// An explanation holds for what it says of both servers, and not for a third result.
func TestAnExplanationExpectsOneResultAlone(t *testing.T) {
	c := Case{Name: "constants/0 + \"abc\"", Body: setUp + result(`0 + "abc"`)}
	twin := []string{"int 0", "false"}
	good := pair{Case: c, Twin: twin, Sipedge: accepted("int 0", "false", "returned 1"), Kamailio: refused("bad expression: type mismatch: str instead of int")}
	if j := judge([]pair{good}, explanations); j[0].By == nil {
		t.Fatal("what is asked for is unexplained")
	}
	for name, change := range map[string]func(*pair){
		"another result of sipedge":   func(p *pair) { p.Sipedge.Lines = []string{"int 1", "false", "returned 1"} },
		"another branch":              func(p *pair) { p.Sipedge.Lines = []string{"int 0", "true", "returned 1"} },
		"a script that ends early":    func(p *pair) { p.Sipedge.Lines = []string{"int 0", "false"} },
		"another reason of kamailio":  func(p *pair) { p.Kamailio.Verdict.Why = "syntax error" },
		"a twin that was not run":     func(p *pair) { p.Twin = nil },
		"kamailio accepts":            func(p *pair) { p.Kamailio = accepted("int 7", "true", "returned 1") },
		"sipedge refuses, not it":     func(p *pair) { p.Sipedge, p.Kamailio = refused("no"), accepted(twin...) },
		"a result with a wrong order": func(p *pair) { p.Sipedge.Lines = []string{"false", "int 0", "returned 1"} },
	} {
		bad := good
		change(&bad)
		if j := judge([]pair{bad}, explanations); j[0].Equal || j[0].By != nil {
			t.Errorf("%s is taken: equal %v, %+v", name, j[0].Equal, j[0].By)
		}
	}
}

func TestExplanationsQuoteLinesOfTheSpecification(t *testing.T) {
	if _, err := os.Stat("../../" + specification); err != nil {
		t.Skip("the specification is not here")
	}
	if err := citedIn("../../"+specification, explanations); err != nil {
		t.Error(err)
	}
	ids := make(map[string]bool)
	for _, e := range explanations {
		if ids[e.ID] || e.ID == "" || e.Why == "" {
			t.Errorf("%q: twice, or without its reason", e.ID)
		}
		ids[e.ID] = true
	}
}

func TestAWrongQuotationIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "d.md"), []byte("one line\nanother\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, ok := range map[string]bool{"one line": true, "two lines": false, "": false, "line\nanother": false} {
		if err := citedIn(dir, []Explanation{{ID: "x", Document: "d.md", Line: line}}); (err == nil) != ok {
			t.Errorf("%q: %v", line, err)
		}
	}
	if err := citedIn(dir, []Explanation{{ID: "x", Document: "none.md", Line: "x"}}); err == nil {
		t.Error("no error for a document that is not there")
	}
}

func TestAnExplanationThatNothingNeedsIsNamed(t *testing.T) {
	table := []Explanation{{ID: "used"}, {ID: "stale"}}
	if got := unused([]judged{{By: &table[0]}}, table); len(got) != 1 || got[0] != "stale" {
		t.Errorf("%q", got)
	}
}

func TestScriptsAreManyAndTheirNamesAreDifferent(t *testing.T) {
	cases := allCases()
	if len(cases) < 600 {
		t.Errorf("%d scripts", len(cases))
	}
	names := make(map[string]bool)
	for _, c := range cases {
		if names[c.Name] {
			t.Errorf("two scripts %q", c.Name)
		}
		names[c.Name] = true
	}
	for _, c := range cases {
		if c.Twin != nil && !names[c.Twin.Case] {
			t.Errorf("%s: no twin %q", c.Name, c.Twin.Case)
		}
	}
}

func TestLogIsTakenApartByScript(t *testing.T) {
	log := " 0(1) ERROR: <script>: <<C00001|one|>>\n 0(1) ERROR: <script>: <<C00002|two\nlines\x01|>>\n" +
		"x.cfg:1: LOG(\"<<C00001|not logged|>>\")\nERROR: <script>: <<C00001|returned 1|>>\nERROR: <script>: <<C00003|cut"
	got := logged(log)
	if strings.Join(got["C00001"], ",") != "one,returned 1" || strings.Join(got["C00002"], ",") != `two\nlines\x01` || len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestMessagesAreComparedWithoutWhatServersMayDoAsTheyLike(t *testing.T) {
	a := "INVITE sip:a@b SIP/2.0\r\nRecord-Route: <sip:r>\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKone\r\nVia: SIP/2.0/UDP c;received=1;branch=x\r\nTo: x\r\n\r\nbody"
	b := "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKtwo\r\nVia: SIP/2.0/UDP c;branch=x;received=1\r\nRecord-Route: <sip:r>\r\nTo: x\r\n\r\nbody"
	if comparable(a) != comparable(b) {
		t.Errorf("%q\n%q", comparable(a), comparable(b))
	}
	if comparable(a) == comparable(strings.Replace(b, "To: x", "To: y", 1)) {
		t.Error("another To is the same")
	}
}

// The whole way bites: a sipedge that logs one thing differently, and one that refuses a script, are found out.
func TestAServerThatDiffersIsFoundOut(t *testing.T) {
	kamailio, err := servers.Kamailio()
	if err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("sed"); err != nil {
		t.Skip(err)
	}
	binary, remove, err := build.Sipedge(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	cases := []Case{
		{Name: "self/equal", Body: "$var(a) = 2 + 3; LOG(\"$var(a)\");\n", number: 1},
		{Name: "self/mutated", Body: "$var(mutant) = 2 * 3; LOG(\"$var(mutant)\");\n", number: 2},
		{Name: "self/refused", Body: "$var(a) = 1; nosuchfunction();\n", number: 3},
	}
	judged := func(binary string) map[string]judged {
		found, err := compare(t.Context(), servers.Sipedge(binary), kamailio, cases)
		if err != nil {
			t.Fatal(err)
		}
		by := make(map[string]judged)
		for _, j := range judge(found, explanations) {
			by[j.Case.Name] = j
		}
		return by
	}
	for name, j := range judged(binary) {
		if !j.Equal {
			t.Errorf("%s is not equal:\n%s", name, difference(j.pair))
		}
	}
	// The mutant computes a sum where the script has a product.
	mutant := filepath.Join(t.TempDir(), "sipedge")
	script := "#!/bin/sh\nfor a; do case \"$a\" in *.cfg) sed -i 's/_mutant) = 2 \\* 3/_mutant) = 2 + 3/' \"$a\";; esac; done\nexec " + binary + " \"$@\"\n"
	if err := os.WriteFile(mutant, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	by := judged(mutant)
	if j := by["self/mutated"]; j.Equal || j.By != nil {
		t.Errorf("the mutant is not found out: %+v", j)
	}
	if !by["self/equal"].Equal || !by["self/refused"].Equal {
		t.Error("the mutant differs elsewhere, too")
	}
}
