package claim

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
)

func says(o Outcome) Check { return Func(func(context.Context) Outcome { return o }) }

func TestReportShowsAClaimThatIsNotHeldWithItsOutput(t *testing.T) {
	claims := []Claim{
		{ID: "good", Text: "is so", Bar: "1", Check: says(Outcome{State: Held, Figure: "2", Table: "| a |\n"})},
		{ID: "bad", Text: "is not so", Bar: "3", Check: says(Outcome{Figure: "1", Detail: "line one\nline two\n"})},
		{ID: "away", Text: "is not here", Bar: "4", Check: says(Outcome{State: NotHere, Figure: "absent"})},
		{ID: "empty", Text: "has no check"},
	}
	results := Prove(t.Context(), claims, nil, nil)
	report := Report(results)
	for _, want := range []string{
		"| good  | is so        | 2", "| NOT HELD |", "| skipped  |", "nothing checks this claim",
		"\n## good: is so\n\n| a |\n", "\n## bad is not held\n\n    line one\n    line two\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	if AllHeld(results) {
		t.Error("all held with one that is not")
	}
	if !AllHeld([]Result{results[0], results[2]}) {
		t.Error("a claim that cannot be checked here failed the proof")
	}
	if AllHeld(nil) {
		t.Error("nothing proved counts as held")
	}
}

func TestOnlyChoosesByIDAndText(t *testing.T) {
	claims := []Claim{{ID: "one", Text: "first"}, {ID: "two", Text: "second"}, {ID: "three", Text: "one more"}}
	var seen []string
	Prove(t.Context(), claims, regexp.MustCompile("one"), func(r Result) { seen = append(seen, r.Claim.ID) })
	if strings.Join(seen, " ") != "one three" {
		t.Errorf("chose %v", seen)
	}
}

func TestPanickingCheckIsNotHeld(t *testing.T) {
	c := Claim{ID: "p", Check: Func(func(context.Context) Outcome { panic("oops") })}
	if r := Prove(t.Context(), []Claim{c}, nil, nil); r[0].Outcome.State != NotHeld || !strings.Contains(r[0].Outcome.Figure, "oops") {
		t.Errorf("got %+v", r[0].Outcome)
	}
}

func TestAllIsHeldOnlyWhenEveryPartIs(t *testing.T) {
	held, not, away := says(Outcome{State: Held, Figure: "h"}), says(Outcome{Figure: "n"}), says(Outcome{State: NotHere, Figure: "a"})
	for _, test := range []struct {
		all  All
		want State
		line string
	}{
		{All{held, held}, Held, "h; h"},
		{All{held, away}, NotHere, "h; a"},
		{All{away, not, held}, NotHeld, "a; n; h"},
		{All{not, away}, NotHeld, "n; a"},
	} {
		if o := test.all.Check(t.Context()); o.State != test.want || o.Figure != test.line {
			t.Errorf("got %v %q, want %v %q", o.State, o.Figure, test.want, test.line)
		}
	}
}

func TestJudgeDemandsThatTheNamedTestsRanAndPassed(t *testing.T) {
	events := `{"Action":"run","Test":"TestA"}
{"Action":"output","Test":"TestA","Output":"PROOF a: 7 of 7\n"}
{"Action":"output","Test":"TestA","Output":"PROOF a: 7 of 7\n"}
{"Action":"pass","Test":"TestA/x"}
{"Action":"skip","Test":"TestA/y"}
{"Action":"pass","Test":"TestA"}
{"Action":"skip","Test":"TestB"}
{"Action":"fail","Test":"TestC"}
{"Action":"skip","Test":"TestD/x"}
{"Action":"pass","Test":"TestD"}
{"Action":"pass","Test":"TestE"}
not an event
{"Action":"pass"}
`
	for _, test := range []struct {
		want   []string
		state  State
		figure string
	}{
		{[]string{"TestA"}, Held, "7 of 7 (1 cases skipped)"},
		{[]string{"TestA", "TestB"}, NotHeld, "TestB was skipped"},
		{[]string{"TestC"}, NotHeld, "TestC failed"},
		{[]string{"TestD"}, NotHeld, "TestD was skipped in every case"},
		{[]string{"TestNone"}, NotHeld, "TestNone did not run"},
		{nil, NotHeld, "no test is named"},
	} {
		o := judge(readEvents(bytes.NewBufferString(events)), test.want)
		if o.State != test.state || o.Figure != test.figure {
			t.Errorf("%v: got %v %q, want %v %q", test.want, o.State, o.Figure, test.state, test.figure)
		}
	}
}

func TestFigureOfSilentTestsIsTheirNumber(t *testing.T) {
	r := readEvents(bytes.NewBufferString(`{"Action":"pass","Test":"TestE"}` + "\n"))
	if o := judge(r, []string{"TestE"}); o.Figure != "1 test passed" {
		t.Errorf("got %q", o.Figure)
	}
}

func TestGoTestOfATestThatIsNotThereIsNotHeld(t *testing.T) {
	o := GoTest{Package: "sipedge/benchmarks/markdown", Tests: []string{"TestNobodyWroteThis"}}.Check(t.Context())
	if o.State != NotHeld || !strings.Contains(o.Figure, "did not run") {
		t.Errorf("got %+v", o)
	}
}

func TestGoTestRunsWhatItNames(t *testing.T) {
	o := GoTest{Package: "sipedge/benchmarks/markdown", Tests: []string{"TestTablePadsItsColumns"}}.Check(t.Context())
	if o.State != Held || o.Figure != "1 test passed" {
		t.Errorf("got %+v", o)
	}
}

func TestGoTestWithoutWhatItNeedsIsSkipped(t *testing.T) {
	o := GoTest{Package: "./x", Tests: []string{"TestX"}, Needs: "no/such/place", NeedsName: "the place"}.Check(t.Context())
	if o.State != NotHere || o.Figure != "the place absent" {
		t.Errorf("got %+v", o)
	}
}

func TestCommandIsJudgedByExitStatusAndOutput(t *testing.T) {
	for _, test := range []struct {
		name  string
		c     Command
		state State
		part  string
	}{
		{"status as expected", Command{Args: []string{"sh", "-c", "exit 3"}, Exit: 3}, Held, "exit 3"},
		{"another status", Command{Args: []string{"sh", "-c", "exit 3"}}, NotHeld, "exit 3"},
		{"prints it", Command{Args: []string{"echo", "abc"}, Prints: "b"}, Held, "exit 0"},
		{"does not print it", Command{Args: []string{"echo", "abc"}, Prints: "x"}, NotHeld, `without "x"`},
		{"one line", Command{Args: []string{"echo", "abc"}, OneLine: true}, Held, "abc"},
		{"two lines", Command{Args: []string{"printf", `a\nb\n`}, OneLine: true}, NotHeld, "2 lines"},
		{"a table", Command{Name: "t", Args: []string{"printf", `| h |\n| --- |\n| 1 |\n| 2 |\n`}, Table: true}, Held, "t: exit 0, 2 rows"},
		{"a table with a bad row", Command{Name: "t", Args: []string{"printf", `| h | of | r |\n|---|---|---|\n| a | b | held |\n| c | d | MISSED |\n`}, Table: true, Exit: 0}, Held, "2 rows, not held: c d"},
		{"no such program", Command{Args: []string{"/no/such/program"}}, NotHeld, "no such file"},
	} {
		if o := test.c.Check(t.Context()); o.State != test.state || !strings.Contains(o.Figure, test.part) {
			t.Errorf("%s: got %v %q", test.name, o.State, o.Figure)
		}
	}
}

func TestExecutionsAreTheLastCount(t *testing.T) {
	out := "fuzz: elapsed: 0s, execs: 0 (0/sec)\nfuzz: elapsed: 3s, execs: 120 (40/sec), new interesting: 1\nPASS\n"
	if got := executions(out); got != "120 executions" {
		t.Errorf("got %q", got)
	}
	if got := executions("PASS"); got != "(executions unknown)" {
		t.Errorf("got %q", got)
	}
}

func TestPackageWithoutFuzzTargetsProvesNothing(t *testing.T) {
	o := Fuzz{Package: "sipedge/benchmarks/markdown", Time: 1}.Check(t.Context())
	if o.State != NotHeld || !strings.Contains(o.Figure, "no fuzz target") {
		t.Errorf("got %+v", o)
	}
}
