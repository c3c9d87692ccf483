package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/trunk"
)

const (
	// trunkRate and trunkTurn are the load of each turn of tcp-trunk, trunkRounds the turns of each server.
	trunkRate   = 2000 // calls per second
	trunkTurn   = 3 * time.Second
	trunkRounds = 7
	// minWork and maxWork are the part of the messages of one connection that each of two loops deals with.
	minWork = 0.40
	maxWork = 0.60
	// maxHandOver is what the CPU time per call may be with two loops, in that with one.
	maxHandOver = 1.25
)

// claimsStreams are the claims about connections (TCP) and the peers at their other ends.
func claimsStreams(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "tcp-sipp-t1", Text: "calls from TCP to UDP and from UDP to TCP, one connection for each SIPp process",
			Bar: "no more failures than SIPp alone over TCP, none the server's", Check: s.loads(runs.TCPToUDP, runs.UDPToTCP),
		},
		{
			ID: "tcp-sipp-tn", Text: "the same with one connection for each call",
			Bar: "no more failures than SIPp alone over TCP, none the server's; a connection per call accepted", Check: s.loads(runs.TCPToUDPPerCall, runs.UDPToTCPPerCall),
		},
		{
			ID: "tcp-trunk", Text: fmt.Sprintf("one connection with %d calls/s of different Call-IDs through t_relay() uses both loops", trunkRate),
			Bar: fmt.Sprintf("each loop %.0f–%.0f %% of the messages, no call lost or out of order, CPU time per call ≤ %g × that with one loop, medians of %d turns",
				100*minWork, 100*maxWork, maxHandOver, trunkRounds),
			Check: claim.Func(s.trunk),
		},
	}
}

// loads checks several shapes of traffic as one claim.
func (s *settings) loads(shapes ...runs.Shape) claim.Check {
	return claim.Func(func(ctx context.Context) claim.Outcome {
		all := claim.Outcome{State: claim.Held}
		var figures []string
		for _, shape := range shapes {
			o := s.load(shape).Check(ctx)
			figures = append(figures, shape.Name+": "+o.Figure)
			all.Table += o.Table + "\n"
			all.Detail += o.Detail
			if o.State != claim.Held {
				all.State = o.State
			}
		}
		all.Figure = strings.Join(figures, "; ")
		return all
	})
}

// trunk measures what it costs to spread the calls of one connection.
func (s *settings) trunk(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := trunk.Measure(ctx, trunk.Plan{Sipedge: program, Calls: int(trunkRate * trunkTurn.Seconds()), Rate: trunkRate, Rounds: trunkRounds})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	held := r.Ratio() <= maxHandOver
	lost, disorder, least, most := 0, 0, 1.0, 0.0
	for _, t := range r.Two {
		lost += t.Made - t.Done
		disorder += t.Disorder
		held = held && t.Broken == nil && len(t.Shares) == 2
		for _, share := range t.Shares {
			least, most = min(least, share), max(most, share)
		}
	}
	o := claim.Outcome{Figure: fmt.Sprintf("each loop %.0f–%.0f %%; %d calls lost, %d messages out of order; %v per call, with one loop %v: %.2f ×; p99 %v",
		100*least, 100*most, lost, disorder, trunk.CPU(r.Two), trunk.CPU(r.One), r.Ratio(), trunk.P99(r.Two).Round(10*time.Microsecond))}
	if held && lost == 0 && disorder == 0 && least >= minWork && most <= maxWork {
		o.State = claim.Held
	}
	if o.State != claim.Held {
		for i := range r.Two {
			o.Detail += fmt.Sprintf("turn %d: %+v\n  with one loop: %+v\n", i, r.Two[i], r.One[i])
		}
	}
	return o
}
