package runs

import (
	"strings"
	"testing"

	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/sippload"
)

func row(server string, made int, failures []sippload.Failure, loops ...servers.Loop) Row {
	r := Row{Shape: Ports16, Server: server}
	r.Result.Spec.Callers, r.Result.SourcePorts = 16, 16
	r.Result.Spec.Calls, r.Result.Caller.Created, r.Result.Failures = 100, made, failures
	if loops != nil {
		r.Counters = &servers.Counters{Loops: loops}
	}
	return r
}

func TestHeld(t *testing.T) {
	sipp, server, unknown := sippload.Failure{Culprit: sippload.SIPp}, sippload.Failure{Culprit: sippload.Server}, sippload.Failure{Culprit: sippload.Unknown}
	even := []servers.Loop{{In: 50}, {In: 50}}
	for _, test := range []struct {
		name     string
		baseline []sippload.Failure
		row      Row
		held     bool
	}{
		{"all well", nil, row("s", 100, nil, even...), true},
		{"calls not made", nil, row("s", 99, nil, even...), false},
		{"fewer source ports", nil, func() Row { r := row("s", 100, nil, even...); r.Result.SourcePorts = 15; return r }(), false},
		{"as many failures as the baseline", []sippload.Failure{sipp}, row("s", 100, []sippload.Failure{sipp}, even...), true},
		{"more failures than the baseline", nil, row("s", 100, []sippload.Failure{sipp}, even...), false},
		{"a failure of the server", []sippload.Failure{sipp}, row("s", 100, []sippload.Failure{server}, even...), false},
		{"a failure that nobody can place", []sippload.Failure{sipp}, row("s", 100, []sippload.Failure{unknown}, even...), false},
		{"one loop does it all", nil, row("s", 100, nil, servers.Loop{In: 99}, servers.Loop{In: 1}), false},
		{"hand-over evens it out", nil, row("s", 100, nil, servers.Loop{In: 100, HandedOver: 50}, servers.Loop{TakenOver: 50}), true},
		{"one loop alone", nil, row("s", 100, nil, servers.Loop{In: 9}), true},
		{"no message counted", nil, row("s", 100, nil, servers.Loop{}, servers.Loop{}), false},
		{"a server without counters", nil, row("s", 100, nil), true},
	} {
		if figure, held := test.row.Held(row("", 100, test.baseline)); held != test.held {
			t.Errorf("%s: held %v (%s)", test.name, held, figure)
		}
	}
}

func TestTableNamesBaselineAndShares(t *testing.T) {
	text := Table([]Row{row("", 100, nil), row("sipedge", 100, []sippload.Failure{{Culprit: sippload.Unknown}}, servers.Loop{In: 3, HandedOver: 2}, servers.Loop{In: 1, TakenOver: 2})})
	for _, want := range []string{"nothing (SIPp to SIPp)", "| 25 %, 75 %", "| sipedge ", "| 2 "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestFailuresAreShownUpToALimit(t *testing.T) {
	r := row("s", 100, []sippload.Failure{{CallID: "a", What: "x"}, {CallID: "b"}, {CallID: "c"}})
	if got := r.Failures(1); got != "a (server): x\n… and 2 more\n" {
		t.Errorf("got %q", got)
	}
}
