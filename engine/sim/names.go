package sim

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"sipedge/engine/dns"
	"sipedge/reactor/reactortest"
)

// gateways is a name whose first address is a closed port; behind it come the phones
// that a call can reach, in their order.
const gateways = "gateways.example.net"

var closedAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, 19}), 5060)

// names are the name servers of a run: sometimes the cache knows, and sometimes they take
// their time. They are a core.Names.
type names struct {
	net *reactortest.Net
	rng *rand.Rand
}

// source has the records of the gateways.
type source struct{}

func (source) Lookup(name []byte, t dns.Type, a *dns.Answer) error {
	a.Reset(t)
	if t != dns.TypeA || string(name) != gateways {
		a.Status = dns.NoName
		return a.Status.Err()
	}
	a.AddAddr(closedAddr.Addr())
	for i := range targets {
		a.AddAddr(phoneAddr(i).Addr())
	}
	a.Status = dns.Found
	return nil
}

func (source) Want([]byte, dns.Type) {}
func (source) Usable()               {}

// Inline implements core.Names.
func (n *names) Inline(q *dns.Query, p *dns.Policy, w *dns.Work, out *dns.Targets) error {
	if n.rng.IntN(4) == 0 {
		return dns.ErrMiss
	}
	return dns.Choose(q, p, source{}, w, out)
}

// Resolve implements core.Names.
func (n *names) Resolve(q *dns.Query, p *dns.Policy, done func(*dns.Targets, error)) error {
	k := *q
	k.Host = append([]byte(nil), q.Host...)
	n.net.After(time.Duration(n.rng.Int64N(int64(maxWork))), func() {
		out := new(dns.Targets)
		done(out, dns.Choose(&k, p, source{}, dns.NewWork(1, 2), out))
	})
	return nil
}

// InlineNames implements core.Names.
func (n *names) InlineNames(netip.Addr, *dns.Answer) error { return dns.ErrNoName }

// ResolveNames implements core.Names.
func (n *names) ResolveNames(_ netip.Addr, done func(*dns.Answer, error)) error {
	done(nil, dns.ErrNoName)
	return nil
}
