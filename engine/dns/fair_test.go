package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"sipedge/engine/dns/dnstest"
)

func TestZonesOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"a.b.example.org": "example.org", "example.org.": "example.org", "org": "org", "": "",
		"a.b.example.co.uk": "example.co.uk", "co.uk": "co.uk", "_sip._udp.example.org": "example.org",
		"10.2.0.192.in-addr.arpa": "0.192.in-addr.arpa", "x.abc.de": "abc.de", "y.x.abc.de": "abc.de",
		"one.blogspot.com": "blogspot.com", "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa": "d.0.1.0.0.2.ip6.arpa",
	} {
		if got := zoneOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestOneZoneDoesNotTakeAllLookups: ever new names below a domain whose servers are silent
// leave room for others, for look-ups and for destinations; and when they are over, the
// domain has its share back.
func TestOneZoneDoesNotTakeAllLookups(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*.flood.test", dnstest.Silent())
	s.Handle("gw.good.test", dnstest.Fast("@ 60 IN A 192.0.2.1"))
	r := New(Config{Settings: settings(), System: &System{Servers: []netip.AddrPort{s.Addr()}}, Lookups: 64, Resolutions: 64})
	t.Cleanup(r.Close)
	p := testPolicy(nil)
	taken, refused := 0, 0
	ended := make(chan error, 200)
	for i := range 200 {
		err := r.Resolve(&Query{Host: fmt.Appendf(nil, "n%d.%s.test", i, []string{"flood", "FLOOD", "Flood"}[i%3]), Port: 5060}, p, func(_ *Targets, err error) { ended <- err })
		switch {
		case err == nil:
			taken++
		case errors.Is(err, ErrBusy):
			refused++
		default:
			t.Fatal(err)
		}
	}
	if taken != 64/(zoneShare+1) || refused != 200-taken {
		t.Errorf("%d taken, %d refused", taken, refused)
	}
	if o := resolve(t, r, Query{Host: []byte("gw.good.test"), Port: 5060}, p); o.err != nil {
		t.Errorf("another name: %+v", o)
	}
	for range taken {
		if err := <-ended; !NoAnswer(err) {
			t.Errorf("a silent name: %v", err)
		}
	}
	s.Handle("*.flood.test", dnstest.Fast("@ 60 IN A 192.0.2.2"))
	if o := resolve(t, r, Query{Host: []byte("late.flood.test"), Port: 5060}, p); o.err != nil {
		t.Errorf("afterwards: %+v", o)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.zones)+len(r.destinations) > 2 { // good.test's and flood.test's last may still be ending
		t.Errorf("counted still: %v, %v", r.zones, r.destinations)
	}
}

// TestManySilentZonesLeaveRoom: the more domains are silent, the less each may hold, so that a
// few of them do not fill what may wait; it takes as many domains as there are places.
func TestManySilentZonesLeaveRoom(t *testing.T) {
	const bound = 1024
	for _, c := range []struct{ zones, least int }{{1, 768}, {4, 400}, {16, 150}, {100, 25}} {
		w, waiting := waitingByZone{}, 0
		for i := range 4 * bound {
			for z := range c.zones {
				if w.enter(fmt.Sprintf("n%d.z%d.test", i, z), waiting, bound) {
					waiting++
				}
			}
		}
		if free := bound - waiting; free < c.least {
			t.Errorf("%d silent domains leave %d places of %d", c.zones, free, bound)
		}
		if !w.enter("gw.good.test", waiting, bound) {
			t.Errorf("with %d silent domains another name finds no place", c.zones)
		}
	}
	w := waitingByZone{}
	for z := range bound {
		if !w.enter(fmt.Sprintf("gw.z%d.test", z), z, bound) {
			t.Fatalf("domain %d finds no place, where %d are free", z, bound-z)
		}
	}
	if w.enter("gw.good.test", bound, bound) {
		t.Error("the bound is not held")
	}
}

// TestWaitersForOneDestinationAreBounded: so that they leave room among what may wait.
func TestWaitersForOneDestinationAreBounded(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	r := newResolver(t, settings(), s)
	p := testPolicy(nil)
	busy := 0
	for range maxWaiters + 10 {
		if err := r.Resolve(&Query{Host: []byte("h.test"), Port: 5060}, p, func(*Targets, error) {}); errors.Is(err, ErrBusy) {
			busy++
		}
	}
	if busy != 10 {
		t.Errorf("%d refused", busy)
	}
}
