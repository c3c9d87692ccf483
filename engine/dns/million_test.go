package dns

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	wire "github.com/miekg/dns"
)

// TestMemoryIsHeldWhileNamesAreAskedFor, as many as a million: each is looked up by the resolver, answered by
// a server, read and kept; the cache stays within its limit all the while, and nothing
// else of the resolver grows.
func TestMemoryIsHeldWhileNamesAreAskedFor(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("many look-ups")
	}
	const names, limit = askedNames, 4 << 20
	set := DefaultSettings()
	set.Cache.Limit, set.Cache.DelNonexp = limit, true
	r := New(Config{Settings: set, System: &System{}, ManualClock: true})
	t.Cleanup(r.Close)
	r.exchange = func(_ context.Context, _ *serverState, q question) (*wire.Msg, error) {
		m := new(wire.Msg)
		m.SetQuestion(q.name+".", uint16(q.typ))
		m.Response = true
		h := wire.RR_Header{Name: m.Question[0].Name, Rrtype: wire.TypeA, Class: wire.ClassINET, Ttl: 3600}
		for range 1 + len(q.name)%3 {
			m.Answer = append(m.Answer, &wire.A{Hdr: h, A: []byte{192, 0, 2, 1}})
		}
		return m, nil
	}
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	var next, most, failed atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var a Answer
			for i := next.Add(1); i <= names; i = next.Add(1) {
				name := fmt.Sprintf("host%d.customer%d.zone%d.example", i, i%977, i%91)
				if r.Lookup(context.Background(), name, TypeA, &a) != nil || a.Addr(0) != netip.MustParseAddr("192.0.2.1") {
					failed.Add(1)
				}
				if i%10_000 == 0 {
					for used := int64(r.Cache().MemInfo().Used); used > most.Load(); {
						most.Store(used)
					}
				}
			}
		})
	}
	wg.Wait()
	m, grown := r.Cache().MemInfo(), heap()-before
	r.mu.Lock()
	left := len(r.lookups) + len(r.perName) + len(r.zones)
	r.mu.Unlock()
	if failed.Load() != 0 || most.Load() > limit || m.Used > limit || m.Evicted == 0 || left != 0 {
		t.Errorf("%d look-ups failed; at most %d of %d bytes; %d entries went; %d things are left", failed.Load(), most.Load(), limit, m.Evicted, left)
	}
	if grown > limit*105/100+1<<20 {
		t.Errorf("the heap has grown by %d bytes, the limit is %d", grown, limit)
	}
	fmt.Printf("PROOF dns-memory: %d names asked for; at most %d of %d bytes by the cache's account, the heap grew by %d; %d entries kept\n",
		names, most.Load(), limit, grown, m.Entries)
	runtime.KeepAlive(r)
}
