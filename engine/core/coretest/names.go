package coretest

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"sipedge/engine/dns"
)

// Names knows hosts by what a test tells it; every other name does not exist. Nobody
// is asked, and nothing happens on another goroutine: what the cache does not know is
// answered when the message has been parked.
type Names struct {
	t        testing.TB
	resolver *dns.Resolver
	later    map[string]netip.Addr
	names    map[netip.Addr]string
	fail     error
	holds    bool
	held     []func()

	// Asked are the hosts that messages have waited for.
	Asked []string
}

func newNames(t testing.TB) *Names {
	return &Names{t: t, later: map[string]netip.Addr{}, names: map[netip.Addr]string{}, fail: dns.ErrNoName}
}

func (n *Names) dns() *dns.Resolver {
	if n.resolver == nil {
		n.resolver = dns.New(dns.Config{Settings: dns.DefaultSettings(), System: &dns.System{}, ManualClock: true})
		n.t.Cleanup(n.resolver.Close)
	}
	return n.resolver
}

// Know enters a host into the cache, with no SRV records.
func (n *Names) Know(host, ip string) {
	n.t.Helper()
	c := n.dns().Cache()
	if err := c.AddA(host, time.Hour, netip.MustParseAddr(ip), true); err != nil {
		n.t.Fatal(err)
	}
	for _, prefix := range []string{"_sip._udp.", "_sip._tcp.", "_sips._tcp.", "_sip._sctp."} {
		var a dns.Answer
		a.Reset(dns.TypeSRV)
		a.Status = dns.NoName
		c.Put([]byte(prefix+host), &a, time.Hour.Milliseconds())
	}
}

// Later is the address of a host that the cache does not keep: each message waits for it.
func (n *Names) Later(host, ip string) { n.later[host] = netip.MustParseAddr(ip) }

// Hold keeps all answers back; Release gives those that were kept, and ends that. What
// comes of them is seen after Net.Settle.
func (n *Names) Hold() { n.holds = true }

// Release: see Hold.
func (n *Names) Release() {
	n.holds = false
	for _, f := range n.held {
		f()
	}
	n.held = nil
}

// NameLater is the name of an address, which the cache does not keep.
func (n *Names) NameLater(ip, name string) { n.names[netip.MustParseAddr(ip)] = name }

// FailWith is the outcome for all other names; it is dns.ErrNoName to begin with.
func (n *Names) FailWith(err error) { n.fail = err }

// Inline implements core.Names.
func (n *Names) Inline(q *dns.Query, p *dns.Policy, w *dns.Work, out *dns.Targets) error {
	return n.dns().Inline(q, p, w, out)
}

// Resolve implements core.Names.
func (n *Names) Resolve(q *dns.Query, p *dns.Policy, done func(*dns.Targets, error)) error {
	n.Asked = append(n.Asked, string(q.Host))
	if n.holds {
		k := *q
		k.Host = bytes.Clone(q.Host)
		n.held = append(n.held, func() { n.answer(&k, p, done) })
		return nil
	}
	n.answer(q, p, done)
	return nil
}

func (n *Names) answer(q *dns.Query, p *dns.Policy, done func(*dns.Targets, error)) {
	ip, ok := n.later[string(q.Host)]
	if !ok {
		done(nil, n.fail)
		return
	}
	out := new(dns.Targets)
	literal := *q
	literal.Host = []byte(ip.String())
	err := dns.Choose(&literal, p, nil, dns.NewWork(1, 2), out)
	done(out, err)
}

// KnowSRV enters the SRV records of a service, "_sip._udp.example.org", into the cache.
func (n *Names) KnowSRV(service string, records ...dns.SRV) {
	n.t.Helper()
	var a dns.Answer
	a.Reset(dns.TypeSRV)
	for _, r := range records {
		if !a.AddSRV(r.Priority, r.Weight, r.Port, string(r.Target)) {
			n.t.Fatalf("no SRV record: %+v", r)
		}
	}
	a.Status = dns.Found
	n.dns().Cache().Put([]byte(service), &a, time.Hour.Milliseconds())
}

// InlineNames implements core.Names.
func (n *Names) InlineNames(ip netip.Addr, a *dns.Answer) error { return n.dns().InlineNames(ip, a) }

// ResolveNames implements core.Names.
func (n *Names) ResolveNames(ip netip.Addr, done func(*dns.Answer, error)) error {
	n.Asked = append(n.Asked, dns.ReverseName(ip))
	name, ok := n.names[ip]
	if !ok {
		done(nil, n.fail)
		return nil
	}
	a := new(dns.Answer)
	a.Reset(dns.TypePTR)
	a.AddText(name)
	done(a, nil)
	return nil
}
