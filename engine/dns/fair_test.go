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
		"10.2.0.192.in-addr.arpa": "0.192.in-addr.arpa", "x.abc.de": "x.abc.de",
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
	if taken != 64/zoneShare || refused != 200-taken {
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
