// Package held measures what a full table of transactions costs a stateful proxy: two servers of one kind run beside each
// other, one with hundreds of thousands of calls that ring, one with none, and get the same load in turns. It reads how late
// answers come, what part of the CPU time is the garbage collector's, and how much memory a waiting transaction takes.
//
// Start at Measure.
package held

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/udpload"
)

// Plan says how much to measure.
type Plan struct {
	Sipedge      string // path of the program
	Transactions int    // that wait in the full table
	Rate         float64
	Rounds       int // turns of each server
}

// Result is what was measured.
type Result struct {
	Waiting        int             // transactions that wait
	BytesEach      float64         // of the process's memory in RAM, per waiting transaction
	Empty, Full    []time.Duration // p99.9 of each turn
	GC             []float64       // the collector's part of the full server's CPU time in each turn
	Lost, Messages int
}

const (
	// fillRate is how many calls a second are begun to fill the table.
	fillRate = 8000
	// patience is how long the calls may ring, in milliseconds: longer than everything here takes.
	patience = "1200000"
	sources  = 16
	// turnFor is the length of a turn.
	turnFor = 4 * time.Second
	// messagesPerRequest is how many messages a relayed request brings to the server: itself and its answer.
	messagesPerRequest = 2
	warmUpRequests     = 5000
)

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) (Result, error) {
	dir, err := os.MkdirTemp("", "sipedge-held-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(2)
	if err != nil {
		return Result{}, err
	}
	script := configs.Relay.ModParam("tm", "fr_inv_timer", patience).ModParam("tm", "max_inv_lifetime", patience)
	var running [2]*servers.Server
	for i := range running {
		s, err := servers.Start(ctx, servers.Sipedge(plan.Sipedge), dir, ports[i], script, configs.Setting{Name: "children", Value: "2"})
		if err != nil {
			return Result{}, err
		}
		defer s.Stop()
		running[i] = s
		if _, err := send(ctx, s, udpload.Ask, warmUpRequests, plan.Rate/messagesPerRequest); err != nil {
			return Result{}, err
		}
	}
	empty, full := running[0], running[1]
	var r Result
	before, err := full.Resident()
	if err != nil {
		return Result{}, err
	}
	filled, err := send(ctx, full, udpload.Ring, plan.Transactions, fillRate)
	if err != nil {
		return Result{}, err
	}
	after, err := full.Resident()
	if err != nil {
		return Result{}, err
	}
	r.Waiting = filled.Arrived
	r.BytesEach = float64(after-before) / float64(max(1, r.Waiting))
	requests := int(plan.Rate / messagesPerRequest * turnFor.Seconds())
	for range plan.Rounds {
		got, err := send(ctx, empty, udpload.Ask, requests, plan.Rate/messagesPerRequest)
		if err != nil {
			return Result{}, err
		}
		r.Empty = append(r.Empty, got.P999)
		r.count(got)
		share, got, err := watched(ctx, full, requests, plan.Rate/messagesPerRequest)
		if err != nil {
			return Result{}, err
		}
		r.Full, r.GC = append(r.Full, got.P999), append(r.GC, share)
		r.count(got)
	}
	if !empty.Alive() || !full.Alive() {
		return Result{}, fmt.Errorf("a server ended during the run")
	}
	return r, nil
}

func (r *Result) count(got udpload.Result) {
	r.Messages += got.Sent
	r.Lost += got.Sent - got.Arrived
}

// watched is a turn of the full server with the collector's part of its CPU time.
func watched(ctx context.Context, s *servers.Server, requests int, rate float64) (share float64, got udpload.Result, err error) {
	before, err := reading(ctx, s)
	if err != nil {
		return 0, got, err
	}
	if got, err = send(ctx, s, udpload.Ask, requests, rate); err != nil {
		return 0, got, err
	}
	after, err := reading(ctx, s)
	if err != nil {
		return 0, got, err
	}
	cpu := (after.cpu - before.cpu).Seconds()
	if cpu <= 0 {
		return 0, got, fmt.Errorf("the server used no measurable CPU time")
	}
	return (after.gc - before.gc) / cpu, got, nil
}

type measured struct {
	cpu time.Duration
	gc  float64
}

func reading(ctx context.Context, s *servers.Server) (measured, error) {
	c, err := s.Counters(ctx)
	if err != nil {
		return measured{}, err
	}
	cpu, err := s.CPU()
	return measured{cpu.Total(), c.Runtime.GCSeconds}, err
}

func send(ctx context.Context, s *servers.Server, m udpload.Method, messages int, rate float64) (udpload.Result, error) {
	to, err := netip.ParseAddrPort(s.Addr())
	if err != nil {
		return udpload.Result{}, err
	}
	return udpload.Run(ctx, udpload.Load{Method: m, Server: to, Sockets: sources, Messages: messages, Rate: rate})
}

// Late is the median p99.9 of the empty and of the full server.
func (r Result) Late() (empty, full time.Duration) { return middle(r.Empty), middle(r.Full) }

// Collector is the median of the collector's part of the CPU time, 0 to 1.
func (r Result) Collector() float64 { return middle(r.GC) }

// middle is the median of an odd number of values, or the upper one of the two in the middle.
func middle[T time.Duration | float64](v []T) T {
	if len(v) == 0 {
		return 0
	}
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
