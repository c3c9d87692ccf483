package params

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sipedge/engine/dns/dnstest"
	"sipedge/script/rt"
)

// stubResolver is a resolver of functions.
type stubResolver struct {
	host func(host string) ([]netip.Addr, error)
	addr func(ip string) ([]string, error)
}

func (r stubResolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return r.host(host)
}

func (r stubResolver) LookupAddr(_ context.Context, ip string) ([]string, error) { return r.addr(ip) }

// lookUp replaces the system's resolver for a test.
func lookUp(t *testing.T, r interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}) {
	old := system
	system = r
	t.Cleanup(func() { system = old })
}

// askServer is the system's resolver with another name server.
func askServer(s *dnstest.Server) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, s.Addr().String())
	}}
}

// TestListenOnNames: each is looked up, by the system's resolver; the address remembers its name.
func TestListenOnNames(t *testing.T) {
	s := dnstest.Start(t)
	s.Handle("edge.test", dnstest.Fast("@ 60 IN A 127.0.0.2", "@ 60 IN AAAA ::1"))
	s.Handle("six.test", dnstest.Fast("@ 60 IN AAAA ::1"))
	lookUp(t, askServer(s))
	c := New()
	c.DisableTCP = true
	c.Listen = []string{"udp:edge.test.:5070", "six.test.:5071", "127.0.0.1:5072"}
	on, err := c.ListenOn(t.Context())
	if err != nil || len(on) != 3 {
		t.Fatal(on, err)
	}
	for i, want := range []struct{ addr, host string }{{"127.0.0.2:5070", "edge.test."}, {"[::1]:5071", "six.test."}, {"127.0.0.1:5072", ""}} {
		if on[i].Addr.String() != want.addr || on[i].Host != want.host {
			t.Errorf("%d: %+v, want %v", i, on[i], want)
		}
	}
}

// TestEveryLineThatLeadsNowhereIsNamed, all in one run.
func TestEveryLineThatLeadsNowhereIsNamed(t *testing.T) {
	s := dnstest.Start(t) // no name exists
	lookUp(t, askServer(s))
	c := New()
	c.Listen = []string{"udp:one.test.:5070", "127.0.0.1:5070", "two.test.:5071"}
	_, err := c.ListenOn(t.Context())
	lines := ListenErrors(err)
	if len(lines) != 2 || lines[0].Text != c.Listen[0] || lines[1].Text != c.Listen[2] || !strings.Contains(err.Error(), "no interface") {
		t.Errorf("%v: %v", lines, err)
	}
}

// TestNamesAreLookedUpAtOnce, each once: with ten names each of which takes 200 ms.
func TestNamesAreLookedUpAtOnce(t *testing.T) {
	var now, most, all atomic.Int32
	meet := make(chan struct{})
	lookUp(t, stubResolver{host: func(string) ([]netip.Addr, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		if all.Add(1) == 10 {
			close(meet)
		}
		<-meet // all of them have to be under way
		now.Add(-1)
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	c := New()
	for i := range 10 {
		line := string(rune('a'+i)) + ".test:5070"
		c.Listen = append(c.Listen, line, line)
	}
	if _, err := c.ListenOn(t.Context()); err != nil || all.Load() != 10 {
		t.Errorf("%d look-ups, %d at once, %v", all.Load(), most.Load(), err)
	}
}

// TestASilentNameServerDelaysTheStartByItsBoundAlone: listen lines with names end in an
// error that names them, aliases are left out, and neither takes longer than one bound
// however many there are.
func TestASilentNameServerDelaysTheStartByItsBoundAlone(t *testing.T) {
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	lookUp(t, askServer(s))
	c := New()
	var on []Resolved
	for i := range 40 {
		ip := netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
		on = append(on, Resolved{Proto: rt.ProtoUDP, Addr: netip.AddrPortFrom(ip, 5060)})
		c.Listen = append(c.Listen, ip.String(), "silent.test.:"+ip.String()[len("192.0.2."):])
	}
	began := time.Now()
	if got := c.AutoAliasesFor(t.Context(), on); len(got) != 0 {
		t.Errorf("aliases: %v", got)
	}
	if d := time.Since(began); d < autoAliasTimeout || d > 3*autoAliasTimeout {
		t.Errorf("aliases took %v", d)
	}
	// The whole bound is too long for a test; a caller's own ends it as well.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	began = time.Now()
	_, err := c.ListenOn(ctx)
	if n := len(ListenErrors(err)); n != 40 || time.Since(began) > 3*time.Second {
		t.Errorf("%d lines in error after %v: %v", n, time.Since(began), err)
	}
}

// TestAResolverThatHeedsNobodyDoesNotHoldTheStart.
func TestAResolverThatHeedsNobodyDoesNotHoldTheStart(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	lookUp(t, stubResolver{host: func(string) ([]netip.Addr, error) { <-release; return nil, errors.New("late") }})
	c := New()
	c.Listen = []string{"stuck.test:5070"}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.ListenOn(ctx); len(ListenErrors(err)) != 1 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
