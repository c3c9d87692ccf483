package dns

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
)

func answerA(ips ...string) *Answer {
	a := &Answer{}
	a.Reset(TypeA)
	for _, ip := range ips {
		a.AddAddr(netip.MustParseAddr(ip))
	}
	return a
}

func newCache(change func(*CacheConfig)) *Cache {
	c := CacheConfig{Limit: 500 << 10, StaleMax: 60_000, Refresh: true}
	if change != nil {
		change(&c)
	}
	k := NewCache(c)
	k.SetNow(1)
	return k
}

// TestTimesOfAnswers: an answer is good for its TTL, within the least and the
// largest that the parameters allow.
func TestTimesOfAnswers(t *testing.T) {
	for _, c := range []struct {
		what   string
		config func(*CacheConfig)
		ttl    int64
		kept   int64 // ms
	}{
		{"its own", nil, 10_000, 10_000},
		{"0 is not kept", nil, 0, 0},
		{"min_ttl", func(c *CacheConfig) { c.MinTTL = 30_000 }, 10_000, 30_000},
		{"min_ttl of 0", func(c *CacheConfig) { c.MinTTL = 30_000 }, 0, 30_000},
		{"max_ttl", func(c *CacheConfig) { c.MaxTTL = 5_000 }, 10_000, 5_000},
		{"2^31 s", nil, 1 << 31 * 1000, 1 << 31 * 1000},
		{"2^31 s with max_ttl", func(c *CacheConfig) { c.MaxTTL = 5_000 }, 1 << 31 * 1000, 5_000},
	} {
		k := newCache(c.config)
		k.Put([]byte("a.test"), answerA("192.0.2.1"), c.ttl)
		var a Answer
		if c.kept == 0 {
			if k.Get([]byte("a.test"), TypeA, &a) != Miss {
				t.Errorf("%s: kept", c.what)
			}
			continue
		}
		k.SetNow(c.kept)
		if k.Get([]byte("A.TEST."), TypeA, &a) != HitFresh || a.TTL != 1 || a.Len() != 1 || a.Stale {
			t.Errorf("%s: gone before its time, or %+v", c.what, a)
		}
		k.SetNow(c.kept + 1)
		if k.Get([]byte("a.test"), TypeA, &a) != Miss {
			t.Errorf("%s: used after its time", c.what)
		}
	}
}

// TestNamesInUseAreRefreshed before their time is over, once; the answer is used
// meanwhile, and beyond its time when the servers fail, until the age that the
// parameters allow.
func TestNamesInUseAreRefreshed(t *testing.T) {
	k := newCache(nil)
	var a Answer
	get := func(at int64) string {
		k.SetNow(at)
		h := k.Get([]byte("hot.test"), TypeA, &a)
		s := [...]string{"miss", "fresh", "refresh"}[h]
		if h != Miss && a.Stale {
			s = "stale " + s
		}
		return s
	}
	k.Put([]byte("hot.test"), answerA("192.0.2.1"), 100_000)
	k.Put([]byte("cold.test"), answerA("192.0.2.1"), 100_000)
	for i, c := range []struct {
		at   int64
		want string
	}{{1000, "fresh"}, {50_000, "fresh"}, {89_000, "fresh"}, {90_002, "refresh"}, {90_003, "fresh"}, {95_000, "fresh"}} {
		if got := get(c.at); got != c.want {
			t.Errorf("step %d: %s", i, got)
		}
	}
	failed := answerA()
	failed.Status = Failed
	k.Put([]byte("hot.test"), failed, 5000)
	for i, c := range []struct {
		at   int64
		want string
	}{{95_001, "fresh"}, {100_002, "stale refresh"}, {100_003, "stale fresh"}, {108_100, "stale refresh"}, {160_000, "stale fresh"}, {160_001, "miss"}} {
		if c.at == 160_000 { // the refresh of 108.1 s failed too
			k.Put([]byte("hot.test"), failed, 5000)
			k.SetNow(159_000)
			k.Get([]byte("hot.test"), TypeA, &a)
		}
		if got := get(c.at); got != c.want {
			t.Errorf("after the failure, step %d: %s, want %s", i, got, c.want)
		}
	}
	if k.SetNow(100_001); k.Get([]byte("cold.test"), TypeA, &a) != Miss {
		t.Error("a name that nobody asked for is used beyond its time without an attempt to renew it")
	}
	k.Put([]byte("hot.test"), answerA("192.0.2.2"), 1000)
	if got := get(160_500); got != "fresh" || a.Addr(0).String() != "192.0.2.2" {
		t.Errorf("after a good answer: %s, %v", got, a.Addr(0))
	}
	none := answerA()
	none.Status = NoName
	k.Put([]byte("hot.test"), none, 1000)
	if got := get(160_600); got != "fresh" || a.Status != NoName {
		t.Errorf("a name that is gone: %s, %v", got, a.Status)
	}
}

// TestManualEntries: what was entered by hand is not replaced by servers' answers,
// grows by further commands, and stays through delete_all when it is permanent.
func TestManualEntries(t *testing.T) {
	k := newCache(nil)
	var a Answer
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	ok(k.AddA("gw.test", time.Second, netip.MustParseAddr("192.0.2.1"), true))
	ok(k.AddA("gw.test", time.Second, netip.MustParseAddr("192.0.2.2"), true))
	ok(k.AddA("gw.test", time.Second, netip.MustParseAddr("2001:db8::1"), false))
	ok(k.AddSRV("_sip._udp.gw.test", time.Second, 1, 2, 5070, "gw.test", true))
	ok(k.AddNAPTR("gw.test", time.Second, 1, 2, "s", "SIP+D2U", "", "_sip._udp.gw.test", true))
	ok(k.AddText("gw.test", TypeTXT, time.Second, "hello", true))
	if k.Put([]byte("gw.test"), answerA("192.0.2.66"), 1000) {
		t.Error("a server's answer replaced a manual entry")
	}
	k.SetNow(10_000)
	if k.Get([]byte("gw.test"), TypeA, &a) != HitFresh || a.Len() != 2 || !a.Permanent || a.Stale {
		t.Errorf("permanent: %+v", a)
	}
	if k.Get([]byte("gw.test"), TypeAAAA, &a) != Miss {
		t.Error("an entry that was not permanent is used after its time")
	}
	if !k.Put([]byte("gw.test"), func() *Answer { b := &Answer{}; b.Reset(TypeAAAA); b.AddAddr(netip.IPv6LinkLocalAllNodes()); return b }(), 1000) {
		t.Error("an answer does not replace a manual entry that is over")
	}
	for _, err := range []error{
		k.AddA("not a name", 0, netip.MustParseAddr("192.0.2.1"), true),
		k.AddSRV("gw.test", 0, 1, 1, 1, "bad target", true),
		k.AddNAPTR("gw.test", 0, 1, 1, strings.Repeat("x", 256), "", "", ".", true),
	} {
		if err == nil {
			t.Error("nonsense was taken")
		}
	}
	seen := map[string]bool{}
	k.View(func(e *Entry) bool { seen[e.Name+" "+e.Answer.Type.String()] = true; return true })
	if len(seen) != 5 || !seen["gw.test NAPTR"] || !seen["_sip._udp.gw.test SRV"] {
		t.Errorf("view: %v", seen)
	}
	k.Put([]byte("other.test"), answerA("192.0.2.1"), 1000)
	if n := k.DeleteAll(false); n != 2 { // other.test, gw.test AAAA
		t.Errorf("delete_all removed %d", n)
	}
	if !k.Lookup("gw.test", TypeTXT, &a) || !k.Delete("gw.test", TypeTXT) || k.Delete("gw.test", TypeTXT) || k.Lookup("gw.test", TypeTXT, &a) {
		t.Error("lookup and delete of gw.test TXT")
	}
	if n := k.DeleteAll(true); n != 3 || k.MemInfo().Entries != 0 {
		t.Errorf("delete_all_force removed %d, %d are left", n, k.MemInfo().Entries)
	}
}

// TestPreferenceOfAnswers: dns_cache_rec_pref.
func TestPreferenceOfAnswers(t *testing.T) {
	for pref, want := range []string{"192.0.2.2", "192.0.2.1", "192.0.2.2", "192.0.2.1"} {
		k := newCache(func(c *CacheConfig) { c.Preference = pref })
		k.Put([]byte("a.test"), answerA("192.0.2.1"), 100_000)
		k.Put([]byte("a.test"), answerA("192.0.2.2"), 50_000)
		var a Answer
		if k.Get([]byte("a.test"), TypeA, &a); a.Addr(0).String() != want {
			t.Errorf("%d: %v", pref, a.Addr(0))
		}
	}
}

// TestFullCache: without dns_cache_del_nonexp new names are not kept while the old
// ones are good; with it, the least recently used go, permanent ones never.
func TestFullCache(t *testing.T) {
	name := func(i int) []byte { return fmt.Appendf(nil, "host%d.test", i) }
	var a Answer
	for _, del := range []bool{false, true} {
		k := newCache(func(c *CacheConfig) { c.DelNonexp = del; c.Limit = 64 << 10 })
		for i := range 20 {
			if err := k.AddA(fmt.Sprintf("fixed%d.test", i), 0, netip.MustParseAddr("192.0.2.1"), true); err != nil {
				t.Fatal(err)
			}
		}
		refused := 0
		for i := range 5000 {
			if !k.Put(name(i), answerA("192.0.2.1"), 20_000) {
				refused++
			}
			k.SetNow(1 + int64(i))
			k.Get(name(0), TypeA, &a) // in use
		}
		if del != (refused == 0) || del != (k.Get(name(4999), TypeA, &a) != Miss) || k.Get(name(0), TypeA, &a) == Miss || del != (k.Get(name(1), TypeA, &a) == Miss) {
			t.Errorf("del_nonexp %v: %d of 5000 refused, or the wrong ones kept", del, refused)
		}
		for i := range 20 {
			if k.Get(fmt.Appendf(nil, "fixed%d.test", i), TypeA, &a) == Miss {
				t.Errorf("del_nonexp %v: a permanent entry was dropped", del)
			}
		}
		k.SetNow(30_000)
		if !k.Put(name(7000), answerA("192.0.2.1"), 10_000) {
			t.Errorf("del_nonexp %v: names past their time are not dropped", del)
		}
		k.SetNow(100_000)
		if n := k.Collect(); n == 0 || k.MemInfo().Entries != 20 {
			t.Errorf("del_nonexp %v: %d collected, %d left", del, n, k.MemInfo().Entries)
		}
	}
}

// TestMemoryIsHeld: a million names with all kinds of records stay within the
// limit, by the cache's own account and the collector's.
func TestMemoryIsHeld(t *testing.T) {
	const limit = 16 << 20
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	k := newCache(func(c *CacheConfig) { c.DelNonexp = true; c.Limit = limit })
	rnd := rand.New(rand.NewPCG(1, 2))
	a, srv := answerA("192.0.2.1"), &Answer{}
	srv.Reset(TypeSRV)
	for i := range 40 {
		srv.AddSRV(1, 1, 5060, fmt.Sprintf("target%d.of-a-rather-long-name.example.org", i))
	}
	var buf []byte
	most := 0
	for i := range 1_000_000 {
		buf = fmt.Appendf(buf[:0], "%s%d.some-zone.example.org", "longnamelongnamelongname"[:rnd.IntN(24)], i)
		x := a
		if i%50 == 0 {
			x = srv
		}
		if !k.Put(buf, x, 1_000_000) {
			t.Fatalf("name %d found no room", i)
		}
		if i%100_000 == 0 {
			most = max(most, k.MemInfo().Used)
		}
	}
	m := k.MemInfo()
	used := heap() - before
	t.Logf("%d entries in %d of %d bytes, heap %d", m.Entries, m.Used, m.Limit, used)
	if max(most, m.Used) > limit || used > limit*105/100 || m.Entries < limit/300 {
		t.Errorf("limit %d: account %d, heap %d, %d entries", limit, m.Used, used, m.Entries)
	}
	var got Answer
	if k.Get(buf, TypeA, &got) == Miss {
		t.Error("the last name is not there")
	}
	// A smaller limit keeps what was used last.
	k.Configure(CacheConfig{Limit: 1 << 20, DelNonexp: true})
	if m := k.MemInfo(); m.Used > 1<<20 || m.Entries < 3000 || k.Get(buf, TypeA, &got) == Miss {
		t.Errorf("after the limit was lowered: %+v", m)
	}
	runtime.KeepAlive(k)
}

// TestEntriesSurviveEachOther puts and removes names of all lengths and sizes at
// random and compares with a map.
func TestEntriesSurviveEachOther(t *testing.T) {
	k := newCache(func(c *CacheConfig) { c.Limit = 4 << 20 })
	rnd := rand.New(rand.NewPCG(3, 4))
	want := map[string]*Answer{}
	name := func(i int) string {
		return fmt.Sprintf("n%d.%s.test", i, strings.TrimSuffix(strings.Repeat("abcdefghi.", i%22), "."))
	}
	var got Answer
	for range 20_000 {
		n := strings.ReplaceAll(name(rnd.IntN(500)), "..", ".")
		switch rnd.IntN(3) {
		case 0:
			a := &Answer{}
			a.Reset(TypeTXT)
			for range rnd.IntN(6) {
				a.AddText(strings.Repeat("x", rnd.IntN(200)))
			}
			a.Status = Found
			if !k.Put([]byte(n), a, 1000) {
				t.Fatalf("no room for %q", n)
			}
			want[n] = a
		case 1:
			if k.Delete(n, TypeTXT) != (want[n] != nil) {
				t.Fatalf("delete of %q", n)
			}
			delete(want, n)
		default:
			hit := k.Get([]byte(n), TypeTXT, &got) != Miss
			if w := want[n]; hit != (w != nil) || hit && (string(got.data) != string(w.data) || got.n != w.n) {
				t.Fatalf("%q: %v, want %v", n, got, w)
			}
		}
	}
	if n := k.MemInfo().Entries; n != len(want) {
		t.Errorf("%d entries, want %d", n, len(want))
	}
}

// TestHitAllocatesNothing, nor does a miss or a whole destination from the cache.
func TestHitAllocatesNothing(t *testing.T) {
	r := New(Config{Settings: DefaultSettings(), System: &System{}, ManualClock: true})
	defer r.Close()
	k := r.Cache()
	k.Put([]byte("gw.example.org"), answerA("192.0.2.1"), 100_000)
	srv := &Answer{}
	srv.Reset(TypeSRV)
	srv.AddSRV(1, 10, 5060, "gw.example.org")
	srv.AddSRV(1, 20, 5060, "gw.example.org")
	k.Put([]byte("_sip._udp.example.org"), srv, 100_000)
	var a Answer
	w, out := NewWork(1, 2), new(Targets)
	p := testPolicy(func(p *Policy) { p.TryNAPTR, p.SRVLB = false, true })
	name, miss := []byte("GW.example.org"), []byte("other.example.org")
	q, literal := Query{Host: []byte("example.org")}, Query{Host: []byte("[2001:db8::1]")}
	for what, f := range map[string]func(){
		"hit":  func() { k.Get(name, TypeA, &a) },
		"miss": func() { k.Get(miss, TypeA, &a) },
		"destination": func() {
			if err := r.Inline(&q, p, w, out); err != nil {
				t.Fatal(err)
			}
		},
		"literal": func() { _ = r.Inline(&literal, p, w, out) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
	if err := r.Inline(&Query{Host: miss}, p, w, out); !errors.Is(err, ErrMiss) {
		t.Errorf("what is not in the cache: %v", err)
	}
}

func BenchmarkCacheHit(b *testing.B) {
	k := newCache(func(c *CacheConfig) { c.Limit = 64 << 20 })
	k.SetNow(1)
	var names [4096][]byte
	for i := range names {
		names[i] = fmt.Appendf(nil, "gw%d.example.org", i)
		k.Put(names[i], answerA("192.0.2.1", "192.0.2.2"), 1_000_000)
	}
	var a Answer
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if k.Get(names[i&4095], TypeA, &a) == Miss {
			b.Fatal("miss")
		}
	}
}

func BenchmarkInlineDestination(b *testing.B) {
	r := New(Config{Settings: DefaultSettings(), System: &System{}, ManualClock: true})
	defer r.Close()
	r.Cache().Put([]byte("gw.example.org"), answerA("192.0.2.1"), 1_000_000)
	srv := &Answer{}
	srv.Reset(TypeSRV)
	srv.AddSRV(1, 10, 5060, "gw.example.org")
	r.Cache().Put([]byte("_sip._udp.example.org"), srv, 1_000_000)
	w, out := NewWork(1, 2), new(Targets)
	p := testPolicy(func(p *Policy) { p.TryNAPTR = false })
	q := Query{Host: []byte("example.org")}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Inline(&q, p, w, out); err != nil {
			b.Fatal(err)
		}
	}
}

// TestManualEntrySurvivesWhatFindsNoRoom: a record that cannot be added by hand does not cost
// those that are there.
func TestManualEntrySurvivesWhatFindsNoRoom(t *testing.T) {
	k := newCache(func(c *CacheConfig) { c.Limit = 16 << 10 })
	ip := netip.MustParseAddr("192.0.2.1")
	if err := k.AddA("gw.test", time.Hour, ip, true); err != nil {
		t.Fatal(err)
	}
	full := false
	for i := 0; i < 10_000 && !full; i++ {
		full = errors.Is(k.AddA(fmt.Sprintf("filler%d.test", i), time.Hour, ip, true), ErrFull)
	}
	for i := range 30 {
		err := k.AddA("gw.test", time.Hour, netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 2)}), true)
		var a Answer
		if k.Get([]byte("gw.test"), TypeA, &a) != HitFresh || !a.Permanent || a.Addr(0) != ip {
			t.Fatalf("after %v: %+v", err, a)
		}
		if err != nil {
			full = false
		}
	}
	if full {
		t.Error("all found room: nothing was tested")
	}
	_ = k.AddA("filler0.test", 0, ip, false)
	if _, ok := k.Entry("filler0.test", TypeA); !ok {
		t.Error("a record of no time removed the name")
	}
}
