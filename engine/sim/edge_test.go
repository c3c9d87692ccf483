package sim

import (
	"sync/atomic"
	"testing"
)

// TestModulesUnderLoss is TestCallsUnderLoss with the modules that an edge has around
// tm: dialog, acc, uac and tmx.
func TestModulesUnderLoss(t *testing.T) {
	seeds := fromEnv(t, seedsEnv, usualSeeds) / 20
	if testing.Short() || raceEnabled {
		seeds = min(seeds, fewSeeds/5)
	}
	first := fromEnv(t, firstEnv, 0)
	var sum total
	var records atomic.Int64
	sum.each(first, max(seeds, 1), func(seed int) bool {
		o := network(t)
		o.Modules = true
		r, err := Run(uint64(seed), o)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			return false
		}
		sum.add(r)
		records.Add(int64(r.Records))
		if len(r.Faults) > 0 {
			t.Errorf("%v", r)
		}
		return sum.bad.Load() < 5
	})
	t.Logf("%v; %d records of answers and failures", &sum, records.Load())
	if records.Load() == 0 {
		t.Error("nothing was accounted, so it shows nothing")
	}
}
