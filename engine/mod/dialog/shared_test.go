package dialog

import (
	"fmt"
	"hash/maphash"
	"sync"
	"testing"
)

// Loops count in the same profiles at the same time; values that nobody has any
// more leave nothing.
func TestProfilesAreSharedBetweenLoops(t *testing.T) {
	v := &live{byName: map[string]int{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	v.profiles.Store(&[]*profile{})
	p := v.profile(v.profileNumber("p", true))
	if v.profile(v.profileNumber("p", true)) != p || v.profile(v.profileNumber("p", false)) == p {
		t.Error("a profile is known by its name and by whether it has values")
	}
	const loops, rounds, values = 4, 2000, 50
	var wg sync.WaitGroup
	for range loops {
		wg.Go(func() {
			for i := range rounds {
				value := []byte(fmt.Sprint("user", i%values))
				v.add(p, value, 1)
				v.size(p, value, false)
				if i >= values {
					v.add(p, value, -1)
				}
			}
		})
	}
	wg.Wait()
	if n := v.size(p, nil, true); n != loops*values {
		t.Errorf("%d entries, want %d", n, loops*values)
	}
	for i := range values {
		if n := v.size(p, []byte(fmt.Sprint("user", i)), false); n != loops {
			t.Errorf("user%d has %d, want %d", i, n, loops)
		}
		for range loops {
			v.add(p, []byte(fmt.Sprint("user", i)), -1)
		}
	}
	for i := range p.shards {
		if n := len(p.shards[i].counts); n != 0 {
			t.Errorf("shard %d keeps %d values", i, n)
		}
	}
}
