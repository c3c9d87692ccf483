// Package trunk measures what it costs to spread the calls of one TCP connection over all loops: two servers run beside each
// other, one with two loops and one with one, and get the same calls in turns, each over one connection.
//
// Start at Measure.
package trunk

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"slices"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tcpload"
	"sipedge/reactor"
)

// Plan says how much to measure.
type Plan struct {
	Sipedge string // path of the program
	Calls   int    // of each turn
	Rate    float64
	Rounds  int  // undisturbed turns of each server that are wanted
	Most    int  // turns of each server at most
	UDP     bool // the callee is reached by UDP, not by TCP
}

// Turn is what one turn of one server showed.
type Turn struct {
	tcpload.TrunkResult
	CPU    time.Duration // of the server, per call
	Shares []float64     // of the messages that each loop dealt with
	Handed uint64        // messages from one loop to another
	Wakes  uint64        // of sleeping loops by others
	// Slow is how often the server was held up for 5 ms and more: on this load by whoever else wants the CPUs. Disturbed says that this was
	// so, or shortly before, when loops that have been held up keep apart.
	Slow      uint64
	Disturbed bool
	// Sockets is what the server's connections saw until the end of the turn.
	Sockets reactor.Stats
}

// Result is what was measured.
type Result struct {
	Two, One []Turn // of the servers with two loops and with one
}

// warmUp is how many calls come ahead of the first turn.
const warmUp = 2000

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) (Result, error) {
	dir, err := os.MkdirTemp("", "sipedge-trunk-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(2)
	if err != nil {
		return Result{}, err
	}
	var r Result
	var running [2]*servers.Server
	for i, children := range []string{"2", "1"} {
		s, err := servers.Start(ctx, servers.Sipedge(plan.Sipedge), dir, ports[i], configs.Relay,
			configs.ListenStreams(ports[i]), configs.Setting{Name: "children", Value: children})
		if err != nil {
			return Result{}, err
		}
		defer s.Stop()
		running[i] = s
		if _, err := turn(ctx, s, plan, warmUp); err != nil {
			return Result{}, err
		}
	}
	for range plan.Most {
		for i, turns := range []*[]Turn{&r.Two, &r.One} {
			t, err := turn(ctx, running[i], plan, plan.Calls)
			if err != nil {
				return Result{}, err
			}
			n := len(*turns)
			t.Disturbed = t.Slow > 0 || n > 0 && (*turns)[n-1].Slow > 0 || n > 1 && (*turns)[n-2].Slow > 0
			*turns = append(*turns, t)
		}
		if min(calm(r.Two), calm(r.One)) >= plan.Rounds {
			break
		}
	}
	return r, nil
}

func turn(ctx context.Context, s *servers.Server, plan Plan, calls int) (t Turn, err error) {
	to, err := netip.ParseAddrPort(s.Addr())
	if err != nil {
		return t, err
	}
	before, err := s.Counters(ctx)
	if err != nil {
		return t, err
	}
	cpu, err := s.CPU()
	if err != nil {
		return t, err
	}
	if t.TrunkResult, err = tcpload.Trunk(ctx, tcpload.TrunkLoad{Server: to, Calls: calls, Rate: plan.Rate, UDP: plan.UDP}); err != nil {
		return t, err
	}
	used, err := s.CPU()
	if err != nil {
		return t, err
	}
	after, err := s.Counters(ctx)
	if err != nil {
		return t, err
	}
	if !s.Alive() {
		return t, errors.New("the server ended during the run")
	}
	diff, err := after.Sub(before)
	if err != nil {
		return t, err
	}
	t.CPU = used.Sub(cpu).Total() / time.Duration(max(1, t.Done))
	t.Shares, t.Handed = diff.Shares(), diff.HandedOver()
	t.Sockets = after.Sockets()
	t.Wakes = t.Sockets.Wakes - before.Sockets().Wakes
	t.Slow = t.Sockets.Slow - before.Sockets().Slow
	return t, nil
}

// calm counts the turns that were not disturbed.
func calm(turns []Turn) (n int) {
	for _, t := range turns {
		if !t.Disturbed {
			n++
		}
	}
	return n
}

// Calm is how many turns of both servers were not disturbed.
func (r Result) Calm() int { return min(calm(r.Two), calm(r.One)) }

// CPU is the median CPU time per call of the turns that were not disturbed, of all where there is none.
func CPU(turns []Turn) time.Duration {
	return median(turns, func(t Turn) time.Duration { return t.CPU })
}

// P99 is the median of the turns' 99th percentiles from INVITE to 200.
func P99(turns []Turn) time.Duration {
	return median(turns, func(t Turn) time.Duration { return t.P99 })
}

func median(turns []Turn, of func(Turn) time.Duration) time.Duration {
	if len(turns) == 0 {
		return 0
	}
	all := calm(turns) == 0
	var d []time.Duration
	for _, t := range turns {
		if all || !t.Disturbed {
			d = append(d, of(t))
		}
	}
	slices.Sort(d)
	return d[len(d)/2]
}

// Ratio is the CPU time per call with two loops, in that with one.
func (r Result) Ratio() float64 { return CPU(r.Two).Seconds() / CPU(r.One).Seconds() }
