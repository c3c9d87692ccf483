package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sipedge/engine/dns/dnstest"
	"sipedge/script/rt"
)

type outcome struct {
	targets string
	err     error
	took    time.Duration
}

// resolve asks for a destination as a loop does and waits for the outcome.
func resolve(t *testing.T, r *Resolver, q Query, p *Policy) outcome {
	t.Helper()
	began := time.Now()
	got := make(chan outcome, 1)
	err := r.Resolve(&q, p, func(out *Targets, err error) {
		o := outcome{err: err, took: time.Since(began)}
		if err == nil {
			o.targets = show(out)
		}
		got <- o
	})
	if err != nil {
		return outcome{err: err}
	}
	return <-got
}

// TestDestinationFromTheNetwork goes the whole way NAPTR, SRV, A over the wire; the
// second time the cache knows it all.
func TestDestinationFromTheNetwork(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("h.test", dnstest.Fast(`@ 60 IN NAPTR 1 1 "s" "SIP+D2T" "" _sip._tcp.other.test.`))
	s.Handle("_sip._tcp.other.test", dnstest.Fast("@ 60 IN SRV 1 1 5071 gw1.test.", "@ 60 IN SRV 2 1 5072 gw2.test."))
	s.Handle("gw1.test", dnstest.Fast("@ 60 IN A 192.0.2.1", "@ 60 IN A 192.0.2.2"))
	s.Handle("gw2.test", dnstest.CNAMEChain(2, "@ 60 IN A 192.0.2.3"))
	r := newResolver(t, settings(), s)
	p, q := testPolicy(nil), Query{Host: []byte("h.test")}
	w, out := NewWork(1, 2), new(Targets)
	if err := r.Inline(&q, p, w, out); !errors.Is(err, ErrMiss) {
		t.Fatalf("before: %v", err)
	}
	const want = "tcp:192.0.2.1:5071 tcp:192.0.2.2:5071 tcp:192.0.2.3:5072"
	if o := resolve(t, r, q, p); o.err != nil || o.targets != want {
		t.Errorf("%+v", o)
	}
	if err := r.Inline(&q, p, w, out); err != nil || show(out) != want {
		t.Errorf("afterwards: %v, %s", err, show(out))
	}
}

// TestDeadDestinationsEndInTime: sixty targets of which none answers, or none
// exists, cost the one who asked the deadline at most, and eight look-ups.
func TestDeadDestinationsEndInTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target dnstest.Behaviour
		want   error
	}{{dnstest.Silent(), ErrNoAnswer}, {dnstest.NXDomain(), ErrNoRecord}, {dnstest.ServFail(), ErrNoRecord}} {
		s := dnstest.Start(t)
		s.Handle("_sip._udp.h.test", dnstest.DeadSRV(60, "dead.test"))
		s.Handle("h.test", dnstest.Empty())
		s.Handle("*.dead.test", c.target)
		set := settings()
		set.RetryTime = time.Minute // only the deadline ends it
		r := newResolver(t, set, s)
		o := resolve(t, r, Query{Host: []byte("h.test"), Proto: rt.ProtoUDP}, testPolicy(nil))
		if !NoAnswer(o.err) != (c.want == ErrNoRecord) || o.took > 2*set.Deadline {
			t.Errorf("%s: %+v", c.target.Label, o)
		}
		names := map[string]bool{}
		for _, q := range s.Queries("") {
			names[q.Name] = true
			if n := s.MostOutstanding(q.Name); n > maxPerName {
				t.Errorf("%s: %d queries outstanding for %s", c.target.Label, n, q.Name)
			}
		}
		if n := len(names) - 2; n > MaxSRVTargets {
			t.Errorf("%s: %d targets were looked up", c.target.Label, n)
		}
	}
}

// TestOneDeadTargetDoesNotHoldUpTheOthers for longer than a second.
func TestOneDeadTargetDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("_sip._udp.h.test", dnstest.Fast("@ 60 IN SRV 1 1 5060 good.test.", "@ 60 IN SRV 2 1 5060 dead.test."))
	s.Handle("good.test", dnstest.Fast("@ 60 IN A 192.0.2.1"))
	s.Handle("dead.test", dnstest.Silent())
	set := settings()
	set.RetryTime, set.Deadline = time.Minute, 20*time.Second
	o := resolve(t, newResolver(t, set, s), Query{Host: []byte("h.test"), Proto: rt.ProtoUDP}, testPolicy(nil))
	if o.err != nil || o.targets != "udp:192.0.2.1:5060" || o.took > 5*time.Second {
		t.Errorf("%+v", o)
	}
}

// TestSlowServersAreAskedForAllAtOnce: SRV, A and AAAA records that each take 700 ms are
// not waited for one after the other.
func TestSlowServersAreAskedForAllAtOnce(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("h.test", dnstest.Slow(700*time.Millisecond, "@ 60 IN AAAA 2001:db8::1"))
	s.Handle("_sip._udp.h.test", dnstest.Slow(700*time.Millisecond))
	set := settings()
	set.RetryTime, set.Deadline = 10*time.Second, 10*time.Second
	o := resolve(t, newResolver(t, set, s), Query{Host: []byte("h.test"), Proto: rt.ProtoUDP}, testPolicy(nil))
	if o.err != nil || o.targets != "udp:[2001:db8::1]:5060" || o.took > 1900*time.Millisecond {
		t.Errorf("%+v", o)
	}
}

// TestManyWaitForOneDestination: it is resolved once, all hear of it.
func TestManyWaitForOneDestination(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("h.test", dnstest.Slow(100*time.Millisecond, "@ 0 IN A 192.0.2.1"))
	r := newResolver(t, settings(), s)
	p := testPolicy(nil)
	var wg sync.WaitGroup
	var good atomic.Int32
	for range 100 {
		wg.Add(1)
		err := r.Resolve(&Query{Host: []byte("h.test"), Port: 5060}, p, func(out *Targets, err error) {
			defer wg.Done()
			if err == nil && show(out) == "udp:192.0.2.1:5060" {
				good.Add(1)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if good.Load() != 100 || s.Count("h.test", "A") != 1 {
		t.Errorf("%d of 100, %d queries", good.Load(), s.Count("h.test", "A"))
	}
}

// TestResolutionsAreBounded: beyond the bound a new destination is refused at once.
func TestResolutionsAreBounded(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	r := New(Config{Settings: settings(), System: &System{Servers: []netip.AddrPort{s.Addr()}}, Resolutions: 2})
	defer r.Close()
	p := testPolicy(nil)
	for i, want := range []error{nil, nil, ErrBusy} {
		if err := r.Resolve(&Query{Host: fmt.Appendf(nil, "h%d.test", i)}, p, func(*Targets, error) {}); !errors.Is(err, want) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := r.Resolve(&Query{Host: []byte("h1.test")}, p, func(*Targets, error) {}); err != nil {
		t.Errorf("one that is waited for: %v", err)
	}
}

// TestHotNameIsNeverMissed: a name of two seconds that is asked for all the time
// is refreshed beside its use.
func TestHotNameIsNeverMissed(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("hot.test", dnstest.Slow(30*time.Millisecond, "@ 2 IN A 192.0.2.1"))
	r := newResolver(t, settings(), s)
	if _, err := lookupA(t, r, "hot.test"); err != nil {
		t.Fatal(err)
	}
	var a Answer
	for ms := int64(1); ms < 10_000; ms += 10 { // ten seconds of the cache's time
		r.Cache().SetNow(ms)
		if err := r.Cached([]byte("hot.test"), TypeA, &a); err != nil || a.Stale {
			t.Fatalf("at %d ms: %v, stale %v", ms, err, a.Stale)
		}
		for end := time.Now().Add(5 * time.Second); a.TTL < 500; time.Sleep(time.Millisecond) { // the refresh has real time, the cache not
			if r.Cache().Lookup("hot.test", TypeA, &a); time.Now().After(end) {
				t.Fatalf("at %d ms: not refreshed, %d queries", ms, s.Count("hot.test", ""))
			}
		}
	}
	if n := s.Count("hot.test", ""); n < 5 || n > 12 {
		t.Errorf("%d queries in ten seconds", n)
	}
}

// TestLastGoodAnswerWhileServersAreDead: it keeps calls going for the time that
// the parameters say, and no longer; who asks does not wait for the dead servers.
func TestLastGoodAnswerWhileServersAreDead(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("gw.test", dnstest.Fast("@ 10 IN A 192.0.2.1"))
	set := settings()
	set.Cache.StaleMax = 60_000
	r := newResolver(t, set, s)
	if _, err := lookupA(t, r, "gw.test"); err != nil {
		t.Fatal(err)
	}
	s.SetDead(true)
	for ms := int64(10_002); ms < 70_000; ms += 5000 {
		r.Cache().SetNow(ms)
		began := time.Now()
		list, err := lookupA(t, r, "gw.test")
		if err != nil || len(list) != 1 || time.Since(began) > time.Second {
			t.Fatalf("at %d ms: %v %v after %v", ms, list, err, time.Since(began))
		}
	}
	r.Cache().SetNow(70_100)
	if _, err := lookupA(t, r, "gw.test"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("beyond the largest age: %v", err)
	}
	s.SetDead(false)
	r.Cache().SetNow(80_000) // the failure is forgotten
	if _, err := lookupA(t, r, "gw.test"); err != nil {
		t.Errorf("the servers are back: %v", err)
	}
}

// TestFailuresAreRemembered for the times that the parameters say: a dead name
// costs one look-up in that time.
func TestFailuresAreRemembered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		b    dnstest.Behaviour
		neg  time.Duration
		keep int64 // ms
	}{
		{dnstest.NXDomain(), 60 * time.Second, 60_000},
		{dnstest.NXDomain(), 0, 0},
		{dnstest.Empty(), time.Hour, 300_000}, // the SOA record says 300 s
		{dnstest.ServFail(), 60 * time.Second, 5_000},
		{dnstest.Silent(), 60 * time.Second, 5_000},
	} {
		s := dnstest.Start(t)
		s.Handle("*", c.b)
		set := settings()
		set.NegativeTTL, set.Retries, set.RetryTime = c.neg, 0, 50*time.Millisecond
		r := newResolver(t, set, s)
		_, first := lookupA(t, r, "x.test")
		if c.keep > 0 {
			r.Cache().SetNow(c.keep)
			if _, err := lookupA(t, r, "x.test"); !errors.Is(err, first) || s.Count("", "") != 1 {
				t.Errorf("%s: asked again, or %v", c.b.Label, err)
			}
		}
		r.Cache().SetNow(c.keep + 1)
		if _, _ = lookupA(t, r, "x.test"); s.Count("", "") != 2 {
			t.Errorf("%s: %d queries", c.b.Label, s.Count("", ""))
		}
	}
}

// TestManualAliasIsFollowed: dns.add_cname.
func TestManualAliasIsFollowed(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("real.test", dnstest.Fast("@ 60 IN A 192.0.2.1"))
	r := newResolver(t, settings(), s)
	if err := r.Cache().AddText("alias.test", TypeCNAME, time.Hour, "real.test", true); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if list, err := lookupA(t, r, "alias.test"); err != nil || len(list) != 1 {
			t.Errorf("%v %v", list, err)
		}
	}
	if s.Count("alias.test", "") != 0 || s.Count("real.test", "") != 1 {
		t.Error("the servers were asked for the alias, or twice")
	}
}

// TestHotNameBehindAManualAliasIsRefreshed: under its own name, not what has come into its
// place in memory.
func TestHotNameBehindAManualAliasIsRefreshed(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("real.test", dnstest.Fast("@ 10 IN A 192.0.2.1"))
	r := newResolver(t, settings(), s)
	if err := r.Cache().AddText("alias.test", TypeCNAME, time.Hour, "real.test", true); err != nil {
		t.Fatal(err)
	}
	for _, now := range []int64{1, 2, 3, 9900} { // the last within the window of a refresh
		r.Cache().SetNow(now)
		if _, err := lookupA(t, r, "alias.test"); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(5 * time.Second); s.Count("real.test", "") < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the name was not refreshed")
		}
	}
}
