package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/sippload"
	"sipedge/benchmarks/slowpeers"
	"sipedge/benchmarks/tcpload"
	"sipedge/benchmarks/udpload"
	"sipedge/reactor"
)

// claimID is what IDs look like, so that -only finds them.
var claimID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestEveryClaimCanBeReportedAndChosen(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range all(&settings{calls: 1, rate: 1, rounds: 1, fuzzTime: 1}) {
		if !claimID.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("id %q is malformed or taken", c.ID)
		}
		seen[c.ID] = true
		if c.Text == "" || c.Bar == "" || c.Check == nil {
			t.Errorf("%s lacks text, bar or check", c.ID)
		}
	}
}

// A claim may not rest on a test that was renamed: each one that is named is in the package that is named.
func TestEveryTestThatAClaimNamesIsThere(t *testing.T) {
	for _, c := range all(&settings{}) {
		for _, g := range goTests(c.Check) {
			files, err := filepath.Glob(filepath.Join("..", "..", g.Package, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				text.Write(b)
			}
			for _, name := range g.Tests {
				if !strings.Contains(text.String(), "func "+name+"(") {
					t.Errorf("%s: no %s in %s", c.ID, name, g.Package)
				}
			}
		}
	}
}

func goTests(c claim.Check) []claim.GoTest {
	switch c := c.(type) {
	case claim.GoTest:
		return []claim.GoTest{c}
	case claim.All:
		var list []claim.GoTest
		for _, part := range c {
			list = append(list, goTests(part)...)
		}
		return list
	}
	return nil
}

func TestJudgeNeedsABaseline(t *testing.T) {
	baseline, through := runs.Row{Shape: runs.Ports16}, runs.Row{Shape: runs.Ports16, Server: "s"}
	if o := judge([]runs.Row{through, through}); o.State != claim.NotHeld {
		t.Error("held without a baseline")
	}
	if o := judge([]runs.Row{baseline}); o.State != claim.NotHeld {
		t.Error("held with nothing but the baseline")
	}
	if o := judge([]runs.Row{baseline, through}); o.State != claim.Held || o.Table == "" {
		t.Errorf("got %+v", o)
	}
	through.Result.Failures = []sippload.Failure{{CallID: "x", Culprit: sippload.Server, What: "lost"}}
	if o := judge([]runs.Row{baseline, through}); o.State != claim.NotHeld || !strings.Contains(o.Detail, "lost") {
		t.Errorf("with a failure: %+v", o)
	}
}

func TestCommandIsALineOfTheReadme(t *testing.T) {
	readme := "text with sipsak -x\n\n    make run\n    sipsak -s sip:a\n"
	if got, err := command(readme, "sipsak "); err != nil || got != "sipsak -s sip:a" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := command(readme, "sipp "); err == nil {
		t.Errorf("found %q", got)
	}
}

func TestReadmeHasTheCommandsThatTheProofRuns(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"sipsak ", "sipp -sn uas ", "sipp -sn uac "} {
		if _, err := command(string(text), prefix); err != nil {
			t.Error(err)
		}
	}
}

func TestEachBarOfSlowPeersCounts(t *testing.T) {
	good := slowpeers.Good{Name: "x", UDP: udpload.Result{Sent: 10, Arrived: 10, P99: time.Millisecond},
		TCP: tcpload.AskResult{Asked: 10, Answered: 10}, Fresh: tcpload.AskResult{Asked: 10, Answered: 10}}
	held := slowpeers.Result{
		Idle: good, Stuck: good, Drip: good, Opened: [3]int{1000, 100, 1000}, PerIdle: 900, StuckMost: 24 << 10, StuckAll: 3 << 20,
		StuckFor: 10 * time.Second, FromOne: 490, FromOneAsked: 600,
		Counters: reactor.Stats{SilentClosed: 1000, SlowClosed: 1000, SendTimeouts: 100, ShareRefused: 110},
	}
	if o := judgeSlow(held, 1000, 100); o.State != claim.Held {
		t.Fatalf("not held: %s", o.Figure)
	}
	for what, spoil := range map[string]func(*slowpeers.Result){
		"late":           func(r *slowpeers.Result) { r.Drip.UDP.P99 = 20 * time.Millisecond },
		"lost":           func(r *slowpeers.Result) { r.Stuck.TCP.Answered-- },
		"not served":     func(r *slowpeers.Result) { r.Idle.Fresh.Answered-- },
		"memory of":      func(r *slowpeers.Result) { r.PerIdle = 17 << 10 },
		"not given back": func(r *slowpeers.Result) { r.Kept = 10 << 20 },
		"queue of":       func(r *slowpeers.Result) { r.StuckMost = 40 << 10 },
		"queues of":      func(r *slowpeers.Result) { r.QueuedAll = 64 << 20 },
		"dropped":        func(r *slowpeers.Result) { r.StuckFor = 20 * time.Second },
		"first message":  func(r *slowpeers.Result) { r.Counters.SilentClosed = 0 },
		"whole message":  func(r *slowpeers.Result) { r.Counters.SlowClosed = 0 },
		"sending":        func(r *slowpeers.Result) { r.Counters.SendTimeouts = 0 },
		"share":          func(r *slowpeers.Result) { r.FromOne = 600 },
	} {
		r := held
		spoil(&r)
		if o := judgeSlow(r, 1000, 100); o.State == claim.Held || !strings.Contains(o.Figure, what) {
			t.Errorf("%s: %v, %s", what, o.State, o.Figure)
		}
	}
}
