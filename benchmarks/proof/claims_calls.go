package main

import (
	"context"
	"fmt"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/cost"
	"sipedge/benchmarks/held"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/servers"
)

const (
	// heldTransactions, heldRate and heldRounds are the full table, and the load beside it.
	heldTransactions = 500_000
	heldRate         = 10_000 // messages per second
	heldRounds       = 5
	// maxCollector is the part of the CPU time that the collector may take with a full table.
	maxCollector = 0.02
	// maxLater is how many times as late as with an empty table the p99.9 may be.
	maxLater = 2.0
	// wantedRatio is the wanted CPU time per relayed call, in Kamailio's.
	wantedRatio = 0.6
)

// claimsCalls are the claims about calls relayed statefully between real programs.
func claimsCalls(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "sim", Text: "hundreds of calls over a network that loses, doubles, reorders and delays, with cancels, forks and scripts that wait",
			Bar:   "2,000 seeds of ten minutes and 200 calls: no rule broken, nothing left behind",
			Check: claim.GoTest{Package: "./engine/sim", Tests: []string{"TestCallsUnderLoss", "TestASeedReplays"}, Timeout: 10 * time.Minute},
		},
		{
			ID: "mutants", Text: "mistakes put into module tm are noticed, and each function of it that does nothing",
			Bar:   "all of them",
			Check: claim.GoTest{Package: "./engine/sim", Tests: []string{"TestMutantsAreNoticed"}, Timeout: 10 * time.Minute},
		},
		{
			ID: "relay-sipp", Text: "calls from 16 source ports through a stateful record-routing proxy, two loops",
			Bar: "no more failures than SIPp alone, none the server's; 25–75 % per loop", Check: s.load(runs.Relay16),
		},
		{
			ID: "relay-loss", Text: "the same with 2 % of the datagrams lost on either side of the proxy",
			Bar: "no more failures than SIPp alone with that loss, none the server's", Check: s.load(runs.RelayLoss),
		},
		{
			ID: "relay-fork", Text: "calls forked to three: one answers, one is busy, one rings until it is cancelled",
			Bar: "0 failed; every losing branch ended as it should", Check: s.load(runs.RelayFork),
		},
		{
			ID: "relay-held", Text: fmt.Sprintf("%d transactions alive cost the other messages nothing", heldTransactions),
			Bar:   fmt.Sprintf("collector ≤ %.0f %% of the CPU time, p99.9 ≤ %g × that of an empty table, medians of %d turns", 100*maxCollector, maxLater, heldRounds),
			Check: claim.Func(s.held),
		},
		{
			ID: "relay-cpu", Text: "CPU time per relayed call, beside Kamailio with one and two workers",
			Bar:   fmt.Sprintf("figures and ratios, each server's better number of workers; below 1, ≤ %g wanted where they are busy", wantedRatio),
			Check: claim.Func(s.callCost),
		},
	}
}

// held fills a table of transactions and looks what that costs.
func (s *settings) held(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := held.Measure(ctx, held.Plan{Sipedge: program, Transactions: heldTransactions, Rate: heldRate, Rounds: heldRounds})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	empty, full := r.Late()
	o := claim.Outcome{Figure: fmt.Sprintf("%d transactions of %.0f bytes each; p99.9 %v full, %v empty; collector %.1f %% of the CPU time; %d of %d requests lost",
		r.Waiting, r.BytesEach, full.Round(time.Microsecond), empty.Round(time.Microsecond), 100*r.Collector(), r.Lost, r.Messages)}
	if r.Waiting == heldTransactions && r.Lost == 0 && r.Collector() <= maxCollector && full.Seconds() <= maxLater*empty.Seconds() {
		o.State = claim.Held
	}
	return o
}

// callCost measures CPU time per call, at a light load and at a heavy one. Without Kamailio there are figures and nothing to hold
// them against.
func (s *settings) callCost(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	tasks := []string{cost.CallRelayed, cost.CallRelayedBusy}
	figures, err := cost.Compare(ctx, cost.Plan{Rounds: s.rounds, Messages: cpuMessages, Rate: cpuRate, Sipedge: program, Only: tasks})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{Figure: cost.Summary(figures), Table: cost.Table(figures), State: claim.Held}
	for _, task := range tasks {
		ours, theirs := cost.Best(figures, task)
		switch {
		case ours == 0:
			o.State = claim.NotHeld
			o.Figure += "; " + task + ": calls were lost"
		case theirs == 0:
			o.State = claim.NotHere
			o.Figure += "; " + servers.ErrNoKamailio.Error()
		default:
			o.Figure += fmt.Sprintf("; %s: ratio %.2f", task, float64(ours)/float64(theirs))
			if ours >= theirs {
				o.State = claim.NotHeld
			}
		}
	}
	if ours, theirs := cost.Best(figures, cost.CallRelayedBusy); o.State == claim.Held && ours.Seconds() > wantedRatio*theirs.Seconds() {
		o.Figure += fmt.Sprintf("; the %g that is wanted is not reached", wantedRatio)
	}
	return o
}
