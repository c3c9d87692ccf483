package sim

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// How many seeds the test runs, and the first of them; make sim sets both.
const (
	seedsEnv   = "SIPEDGE_SIM_SEEDS"
	firstEnv   = "SIPEDGE_SIM_FIRST"
	lossEnv    = "SIPEDGE_SIM_LOSS" // percent
	doubleEnv  = "SIPEDGE_SIM_DOUBLE"
	usualSeeds = 2000
	fewSeeds   = 50 // with -short and under the race detector
)

// TestCallsUnderLoss runs calls of many seeds over a bad network: no rule is
// broken, nothing is left behind (RFC 3261 §16, §17; RFC 6026; RFC 4320).
func TestCallsUnderLoss(t *testing.T) {
	seeds := fromEnv(t, seedsEnv, usualSeeds)
	if (testing.Short() || raceEnabled) && os.Getenv(seedsEnv) == "" {
		seeds = fewSeeds
	}
	first := fromEnv(t, firstEnv, 0)
	var sum total
	sum.each(first, seeds, func(seed int) bool {
		r, err := Run(uint64(seed), network(t))
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			return false
		}
		sum.add(r)
		if len(r.Faults) > 0 {
			t.Errorf("%v\n  again: make sim SEED=%d", r, seed)
		}
		return sum.bad.Load() < 5
	})
	t.Log(&sum)
	fmt.Printf("PROOF sim: %s\n", &sum)
	for what, n := range sum.classes() {
		if n == 0 && seeds > 10 {
			t.Errorf("no run had any %s", what)
		}
	}
}

// TestASeedReplays: the same seed gives the same run, another seed another one.
func TestASeedReplays(t *testing.T) {
	run := func(seed uint64) string {
		r, err := Run(seed, Options{Calls: 40})
		if err != nil {
			t.Fatal(err)
		}
		return r.String()
	}
	if a, b := run(7), run(7); a != b {
		t.Errorf("seed 7 gave\n%s\nand\n%s", a, b)
	}
	if a, b := run(7), run(8); a == b {
		t.Error("seeds 7 and 8 gave the same run")
	}
}

// network is how bad the network is.
func network(t *testing.T) Options {
	return Options{Loss: float64(fromEnv(t, lossEnv, 0)) / 100, Duplicate: float64(fromEnv(t, doubleEnv, 0)) / 100}
}

func fromEnv(t *testing.T, name string, otherwise int) int {
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// total is the sum of many runs.
type total struct {
	mu                                       sync.Mutex
	runs, calls, answered, cancelled, forked int
	branches, cancelledBranches, waited      int
	again, theirs, reloads, failedOver       int
	sent, lost, doubled, reordered, delayed  uint64
	faults                                   int
	bad                                      atomic.Int64
}

// each runs seeds on all CPUs until one says that it is enough.
func (s *total) each(first, seeds int, run func(seed int) bool) {
	next := atomic.Int64{}
	next.Store(int64(first))
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !stop.Load() {
				seed := int(next.Add(1)) - 1
				if seed >= first+seeds {
					return
				}
				if !run(seed) {
					stop.Store(true)
				}
			}
		})
	}
	wg.Wait()
}

func (s *total) add(r *Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs++
	s.calls += r.Calls
	s.answered += r.Answered
	s.cancelled += r.Cancelled
	s.forked += r.Forked
	s.branches += r.Branches
	s.cancelledBranches += r.CancelledBranches
	s.waited += r.Waited
	s.again += r.Again
	s.theirs += r.Theirs
	s.reloads += r.Reloads
	s.failedOver += r.FailedOver
	s.sent += r.Net.Sent
	s.lost += r.Net.Lost
	s.doubled += r.Net.Duplicated
	s.reordered += r.Net.Reordered
	s.delayed += r.Net.Delayed
	s.faults += len(r.Faults)
	if len(r.Faults) > 0 {
		s.bad.Add(1)
	}
}

// classes are the kinds of trouble, of which a proof needs each.
func (s *total) classes() map[string]uint64 {
	return map[string]uint64{
		"datagram lost": s.lost, "datagram doubled": s.doubled, "datagram overtaken": s.reordered, "datagram delayed": s.delayed,
		"call cancelled": uint64(s.cancelled), "branch cancelled": uint64(s.cancelledBranches), "call forked": uint64(s.forked), "script that waited": uint64(s.waited),
		"re-INVITE": uint64(s.again), "BYE of a phone": uint64(s.theirs), "reload": uint64(s.reloads), "further address": uint64(s.failedOver),
	}
}

// String is the sum in one line.
func (s *total) String() string {
	return fmt.Sprintf("%d seeds, %d calls, %d answered, %d cancelled, %d forked, %d branches, %d of them cancelled, %d waits, %d re-INVITEs, %d BYEs of phones, %d reloads, %d failovers; %d datagrams, %d lost, %d doubled, %d overtaken, %d delayed; %d faults",
		s.runs, s.calls, s.answered, s.cancelled, s.forked, s.branches, s.cancelledBranches, s.waited, s.again, s.theirs, s.reloads, s.failedOver, s.sent, s.lost, s.doubled, s.reordered, s.delayed, s.faults)
}
