package sippload

import (
	"strings"
	"testing"
	"time"
)

const statsHead = "StartTime;TotalCallCreated;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);FailedMaxUDPRetrans(C);" +
	"FailedUnexpectedMessage(C);Retransmissions(C);OutOfCallMsgs(C);\n"

func TestParseStatsTakesTheLastWholeRow(t *testing.T) {
	got, err := parseStats(statsHead + "t;5;5;5;0;0;0;0;0;\nt;10;2;7;3;1;2;4;6;\nt;11;")
	want := Stats{Created: 10, Succeeded: 7, Failed: 3, TimedOut: 1, Unexpected: 2, Retransmissions: 4, OutOfCall: 6}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if sum := got.add(want); sum.Created != 20 || sum.OutOfCall != 12 || sum.Retransmissions != 8 {
		t.Errorf("sum %+v", sum)
	}
}

func TestParseStatsRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, text := range []string{
		"", statsHead, "a;b;\n1;2;\n", statsHead + "t;5;\n", statsHead + "t;x;5;5;0;0;0;0;0;\n",
	} {
		if got, err := parseStats(text); err == nil {
			t.Errorf("%q gave %+v", text, got)
		}
	}
}

func TestPercentiles(t *testing.T) {
	var d []time.Duration
	for i := 100; i > 0; i-- {
		d = append(d, time.Duration(i))
	}
	if got, want := percentiles(d), (Percentiles{P50: 50, P95: 95, P99: 99, Max: 100, Count: 100}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := percentiles([]time.Duration{7}), (Percentiles{7, 7, 7, 7, 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := percentiles(nil); got != (Percentiles{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestTraceLinesBecomeEvents(t *testing.T) {
	text := "2026-01-02\t10:00:00.000000\t100.000000\tS\t1-7@h\tCSeq:1 INVITE\tINVITE sip:a@b SIP/2.0\n" +
		"2026-01-02\t10:00:00.002000\t100.002000\tR\t1-7@h\tCSeq:1 INVITE\tSIP/2.0 200 OK\n" +
		"2026-01-02\t10:00:00.003000\t100.003000\tX\t1-7@h\tCSeq:1 INVITE\tSIP/2.0 200 OK\n" + // no direction
		"2026-01-02\t10:00:00.003000\tnow\tR\t1-7@h\tCSeq:1 INVITE\tSIP/2.0 200 OK\n" + // no time
		"2026-01-02\t10:00:00.003000\t100.0\tR\t1-7@h\tINVITE\tSIP/2.0 200 OK\n" + // no CSeq
		"2026-01-02\t10:00:00.003000\t100.0\tR\t1-7@h\tCSeq:1 INVITE\tSIP/2.0 OK\n" + // no status
		"2026-01-02\t10:00:00.004" // cut short
	traced := make(trace)
	if err := traced.read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	events := traced["1-7@h"]
	if len(traced) != 1 || len(events) != 2 {
		t.Fatalf("got %+v", traced)
	}
	if e := events[0]; !e.sent || e.key != (key{0, "INVITE", 1}) || e.String() != "INVITE" {
		t.Errorf("first %+v", e)
	}
	if e := events[1]; e.sent || e.key != (key{200, "INVITE", 1}) || e.String() != "200 to INVITE" {
		t.Errorf("second %+v", e)
	}
	if got := sequence(events); got != ">INVITE <200/INVITE" {
		t.Errorf("sequence %q", got)
	}
	if got := traced.span(); got != 2*time.Millisecond {
		t.Errorf("span %v", got)
	}
	if got := traced.responses(Invite); len(got) != 1 || got[0] != 2*time.Millisecond {
		t.Errorf("responses %v", got)
	}
}

func TestRunsThatCannotWorkAreRefused(t *testing.T) {
	good := Spec{Scenario: Invite, Calls: 10, Rate: 10, Callers: 1, Callees: 1}
	if err := good.check(); err != nil {
		t.Errorf("good one: %v", err)
	}
	for name, spoil := range map[string]func(*Spec){
		"no calls":            func(s *Spec) { s.Calls = 0 },
		"too many calls":      func(s *Spec) { s.Calls = maxCalls + 1 },
		"no rate":             func(s *Spec) { s.Rate = 0 },
		"no callers":          func(s *Spec) { s.Callers = 0 },
		"more callers":        func(s *Spec) { s.Callers = 11 },
		"no callees":          func(s *Spec) { s.Callees = 0 },
		"answers with callee": func(s *Spec) { s.Answers, s.Server = true, "127.0.0.1:1" },
		"answers, no address": func(s *Spec) { s.Answers, s.Callees = true, 0 },
		"too many processes":  func(s *Spec) { s.Calls, s.Callers, s.Callees = 1000, maxProcesses, 1 },
	} {
		s := good
		spoil(&s)
		if s.check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestDropsAreCountedFromTheStartAndKeptAfterTheSocket(t *testing.T) {
	w := &dropWatch{start: map[int]uint64{5060: 10}, drops: make(map[int]uint64)}
	ports := []int{5060, 5070, 5080}
	w.note(ports, map[int]uint64{5060: 12, 5070: 3})
	w.note(ports, map[int]uint64{5060: 15, 53: 99}) // 5070 has ended
	all := map[int]bool{5060: true, 5070: true, 5080: true}
	if got := w.sum(all); got != 8 {
		t.Errorf("%d drops, want 5 + 3", got)
	}
	if got := w.seen(all); got != 2 {
		t.Errorf("%d ports seen, want 2", got)
	}
}
