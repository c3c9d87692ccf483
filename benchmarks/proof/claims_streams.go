package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/deadpeers"
	"sipedge/benchmarks/descriptors"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/slowpeers"
	"sipedge/benchmarks/trunk"
)

const (
	// trunkRate and trunkTurn are the load of each turn of tcp-trunk, trunkRounds the undisturbed turns of each server, of at most trunkMost.
	trunkRate   = 2000 // calls per second
	trunkTurn   = 2 * time.Second
	trunkRounds = 5
	trunkMost   = 16
	// minWork and maxWork are the part of the messages of one connection that each of two loops deals with.
	minWork = 0.40
	maxWork = 0.60
	// maxHandOver is what the CPU time per call may be with two loops, in that with one.
	maxHandOver = 1.25

	// crowd is how many idle and how many dripping connections there are, stuck how many that never read, besideFor how long the good
	// traffic beside each goes on.
	crowd, stuck = 10_000, 1_000
	besideFor    = 6 * time.Second
	// firstTimeout is tcp_first_timeout in seconds, shorter than by default for the sake of whoever waits for the result.
	firstTimeout = 35
	// calmP99 is how late the good traffic may be, or calmTimes as late as at a server without the crowd; minServed the part of new connections that
	// is served.
	calmP99   = 10 * time.Millisecond
	calmTimes = 3.0
	minServed = 0.999
	// maxIdleBytes is the memory of an idle connection, maxKept what may stay of one that is gone.
	maxIdleBytes, maxKept = 16 << 10, 1 << 10
	// maxStuckBytes and maxStuckAll bound what waits for one peer that never reads and for all, maxStuck how long it lives from its first question
	// on.
	maxStuckBytes, maxStuckAll = 64 << 10, 64 << 20
	maxStuck                   = 12 * time.Second
	// deadCalls go to each kind of next hop that fails, otherCalls is the rate of the calls beside them.
	deadCalls      = 50
	otherCalls     = 300
	connectTimeout = 3 // seconds
	atOnce         = 500 * time.Millisecond
	// descriptorLimit is the server's limit on descriptors, maxBusy the part of a CPU that it may use while connections wait, maxResume how
	// long they may wait once descriptors have returned.
	descriptorLimit = 400
	maxBusy         = 0.05
	maxResume       = time.Second
	// connQueue is tcp_conn_wq_max, maxDescriptors the most that a table can hold here.
	connQueue      = 32 << 10
	maxDescriptors = 20_000
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
			Bar: fmt.Sprintf("each loop %.0f–%.0f %% of the messages, no call lost or out of order, CPU time per call ≤ %g × that with one loop, medians of %d turns in which nothing else held up the server",
				100*minWork, 100*maxWork, maxHandOver, trunkRounds),
			Check: claim.Func(s.trunk),
		},
		{
			ID: "tcp-slow", Text: fmt.Sprintf("%d connections that say nothing, %d that send a byte a second, %d that never read cost the others nothing", crowd, crowd, stuck),
			Bar: fmt.Sprintf("beside each: p99 ≤ %v, or %g × that of a server without them at the same time, 0 of 400 OPTIONS/s lost, ≥ %.1f %% of new connections served; ≤ %d KB for each idle one, given back; never-readers ≤ 64 KB each, ≤ 64 MB in all, dropped ≤ %v; one address ≤ 25 %%; each limit counted",
				calmP99, calmTimes, 100*minServed, maxIdleBytes>>10, maxStuck),
			Check: claim.Func(s.slow),
		},
		{
			ID: "tcp-dead", Text: fmt.Sprintf("%d calls each to next hops on TCP that are dead, refuse, or reset the connection", deadCalls),
			Bar:   fmt.Sprintf("408 with the connect timeout of %d s, 477 or 408 at once (≤ %v); other calls: none lost, p99 ≤ %v, or %g × that of a server without these at the same time", connectTimeout, atOnce, calmP99, calmTimes),
			Check: claim.Func(s.dead),
		},
		{
			ID: "tcp-emfile", Text: fmt.Sprintf("with all %d descriptors in use connections work on, and accepting goes on when some return", descriptorLimit),
			Bar:   fmt.Sprintf("no question lost; ≤ %.0f %% of a CPU while connections wait; those are accepted ≤ %v after descriptors returned", 100*maxBusy, maxResume),
			Check: claim.Func(s.descriptors),
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
	r, err := trunk.Measure(ctx, trunk.Plan{Sipedge: program, Calls: int(trunkRate * trunkTurn.Seconds()), Rate: trunkRate, Rounds: trunkRounds, Most: trunkMost})
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
	o := claim.Outcome{Figure: fmt.Sprintf("each loop %.0f–%.0f %%; %d calls lost, %d messages out of order; %v per call, with one loop %v: %.2f ×; p99 %v; %d of %d turns undisturbed",
		100*least, 100*most, lost, disorder, trunk.CPU(r.Two), trunk.CPU(r.One), r.Ratio(), trunk.P99(r.Two).Round(10*time.Microsecond), r.Calm(), len(r.Two))}
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

// slow measures what slow and stuck peers cost the others.
func (s *settings) slow(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := slowpeers.Measure(ctx, slowpeers.Plan{Sipedge: program, Idle: crowd, Drip: crowd, Stuck: stuck, Beside: besideFor, FirstTimeout: firstTimeout})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	return judgeSlow(r, crowd, stuck)
}

// judgeSlow holds what was measured against the bars. Each one that is missed is named.
func judgeSlow(r slowpeers.Result, crowd, stuck int) claim.Outcome {
	var missed []string
	must := func(ok bool, what string) {
		if !ok {
			missed = append(missed, what)
		}
	}
	var lines []string
	for _, g := range []slowpeers.Good{r.Idle, r.Stuck, r.Drip} {
		lines = append(lines, g.String())
		must(g.Lost() == 0, g.Name+": answers lost")
		must(g.Served() >= minServed, g.Name+": new connections not served")
		must(g.P99() <= max(calmP99, time.Duration(calmTimes*float64(g.Control))), g.Name+": late")
	}
	c := r.Counters
	must(r.Opened == [3]int{crowd, stuck, crowd}, fmt.Sprintf("%v idle, stuck and dripping connections", r.Opened))
	must(r.PerIdle > 0 && r.PerIdle <= maxIdleBytes, "memory of an idle connection")
	must(r.Kept <= int64(crowd*maxKept) && r.Again <= int64(crowd*maxKept), "memory not given back")
	must(r.StuckMost+connQueue <= maxStuckBytes, "queue of a peer that never reads")
	must(r.StuckAll+r.QueuedAll <= maxStuckAll, "queues of all peers that never read")
	must(r.StuckFor <= maxStuck, "time until they are dropped")
	must(c.SilentClosed >= uint64(crowd), "deadline of the first message")
	must(c.SlowClosed >= uint64(crowd), "deadline of a whole message")
	must(c.SendTimeouts+c.QueueFull >= uint64(stuck), "deadline of sending")
	must(r.FromOne > 0 && r.FromOne <= maxDescriptors/4 && r.FromOne < r.FromOneAsked && c.ShareRefused == uint64(r.FromOneAsked-r.FromOne), "share of an address")
	o := claim.Outcome{State: claim.Held, Figure: fmt.Sprintf("%s; %.0f bytes for each idle one, %.0f kept; never-readers: %d KB in the kernel for one, %.1f MB for all, %.1f MB in the server, dropped in %v; one address got %d of %d; closed: %d silent, %d slow, %d stuck",
		strings.Join(lines, "; "), r.PerIdle, float64(r.Again)/float64(crowd), r.StuckMost>>10, float64(r.StuckAll)/(1<<20), float64(r.QueuedAll)/(1<<20),
		r.StuckFor.Round(100*time.Millisecond), r.FromOne, r.FromOneAsked, c.SilentClosed, c.SlowClosed, c.SendTimeouts+c.QueueFull)}
	if len(missed) > 0 {
		o.State = claim.NotHeld
		o.Figure += "; missed: " + strings.Join(missed, ", ")
	}
	return o
}

// dead measures what becomes of calls to dead ends.
func (s *settings) dead(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := deadpeers.Measure(ctx, deadpeers.Plan{Kind: servers.Sipedge(program), Calls: deadCalls, ConnectTimeout: connectTimeout, Rate: otherCalls})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{Figure: fmt.Sprintf("%v; %v; %v; other calls: %d of %d lost, p99 %v (%v at a server without these); %d connects timed out, %d failed", r.Dead, r.Refused, r.Reset,
		r.Beside.Made-r.Beside.Done, r.Beside.Made, r.Beside.P99.Round(10*time.Microsecond), r.Control.P99.Round(10*time.Microsecond), r.ConnectTimeouts, r.ConnectFailed)}
	timeout := connectTimeout * time.Second
	ended := func(k deadpeers.Kind, statuses ...int) bool {
		n := 0
		for _, s := range statuses {
			n += k.Statuses[s]
		}
		return n == deadCalls
	}
	if ended(r.Dead, 408) && r.Dead.Max >= timeout*9/10 && r.Dead.Max <= timeout+time.Second &&
		ended(r.Refused, 408, 477) && r.Refused.Max <= atOnce && ended(r.Reset, 408, 477) && r.Reset.Max <= atOnce &&
		r.Beside.Done == r.Beside.Made && r.Beside.Broken == nil && r.Beside.P99 <= max(calmP99, time.Duration(calmTimes*float64(r.Control.P99))) &&
		r.ConnectTimeouts > 0 && r.ConnectFailed > r.ConnectTimeouts {
		o.State = claim.Held
	}
	return o
}

// descriptors measures a server without descriptors.
func (s *settings) descriptors(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := descriptors.Measure(ctx, descriptors.Plan{Sipedge: program, Limit: descriptorLimit, For: 3 * time.Second})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	lost := r.Kept.Lost() + r.UDP.Sent - r.UDP.Arrived + r.Again.Lost()
	o := claim.Outcome{Figure: fmt.Sprintf("%d connections accepted, %d waited; %d of %d questions lost; %.1f %% of a CPU meanwhile, %d pauses; accepted %v after descriptors returned",
		r.Accepted, r.Waiting, lost, r.Kept.Asked+r.UDP.Sent+r.Again.Asked, 100*r.Busy, r.Pauses, r.Resumed.Round(time.Millisecond))}
	if r.Waiting > 0 && r.Pauses > 0 && lost == 0 && r.Busy <= maxBusy && r.Resumed <= maxResume {
		o.State = claim.Held
	}
	return o
}
