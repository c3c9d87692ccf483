//go:build collector

package tm_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
)

// With half a million transactions alive the collector has nothing to do with
// them: its share of the CPU at 10,000 messages a second is at most 2 %, and the
// slowest of a thousand messages takes at most twice what it takes with an empty
// table, in the median of five interleaved runs.
func TestHalfAMillionTransactionsCostTheCollectorNothing(t *testing.T) {
	const alive, perRun, runs = 500_000, 8_000, 5
	script := loads + `modparam("tm", "fr_timer", 100000000)
modparam("tm", "max_noninv_lifetime", 100000000)
modparam("tm", "retr_timer1", 50000000)
modparam("tm", "retr_timer2", 50000000)
route { t_relay(); }`
	empty, full := modtest.New(t, script), modtest.New(t, script)
	fill := full.Peer("192.0.2.10:5060")
	full.Quiet(true)
	for i := range alive {
		fill.Send(request("MESSAGE", fmt.Sprint("fill", i)).String())
	}
	full.Quiet(false)
	if s := tm.LoopStats(full.Server, 0); s.Alive != alive {
		t.Fatalf("%d transactions are alive, want %d", s.Alive, alive)
	}
	msgs := make([]string, perRun)
	for i := range msgs {
		msgs[i] = request("OPTIONS", fmt.Sprint("load", i)).String()
	}
	var ratios, shares []float64
	for range runs {
		e, _ := measure(empty, msgs)
		f, gc := measure(full, msgs)
		ratios = append(ratios, float64(f)/float64(e))
		shares = append(shares, gc)
	}
	slices.Sort(ratios)
	slices.Sort(shares)
	ratio, share := ratios[runs/2], shares[runs/2]
	t.Logf("PROOF tm-collector: collector %.2f %% of the CPU, p99.9 is %.2f times that of an empty table", 100*share, ratio)
	if share > 0.02 {
		t.Errorf("the collector takes %.1f %% of the CPU", 100*share)
	}
	if ratio > 2 {
		t.Errorf("p99.9 is %.1f times that of an empty table", ratio)
	}
}

// measure sends requests at 10,000 a second, with one collection in that time. It
// returns p99.9 of a message's time in the server and the part of the CPU that the
// collector took.
func measure(n *coretest.Net, msgs []string) (p999 time.Duration, share float64) {
	p := n.Peer("192.0.2.10:5060")
	n.Quiet(true)
	defer n.Quiet(false)
	times := make([]time.Duration, len(msgs))
	runtime.GC()
	before, begin := collectorCPU(), time.Now()
	for i, m := range msgs {
		if i == len(msgs)/2 {
			go runtime.GC()
		}
		for due := begin.Add(time.Duration(i) * time.Second / 10_000); time.Now().Before(due); {
		}
		start := time.Now()
		p.Send(m)
		times[i] = time.Since(start)
	}
	wall := time.Since(begin)
	runtime.GC() // the metric is brought up to date by a collection
	used := collectorCPU() - before
	slices.Sort(times)
	return times[len(times)*999/1000], used.Seconds() / (wall.Seconds() * float64(runtime.GOMAXPROCS(0)))
}

// collectorCPU is the CPU time that the collector has taken so far, without idle
// time that it has used.
func collectorCPU() time.Duration {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	metrics.Read(s)
	return time.Duration((s[0].Value.Float64() - s[1].Value.Float64()) * float64(time.Second))
}
