package core

import (
	"net/netip"

	"sipedge/engine/dns"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// With the parameters dns and rev_dns, name servers are asked whether the name in a
// request's top Via is the host that sent it; if so, no received parameter is added
// (cookbook "dns", "rev_dns"; without them a name always gets one, RFC 3261 §18.2.1). The
// question is settled before the script runs, so that whatever answers or forwards the
// request finds it settled; a request whose name is not in the cache waits as a
// script does, and retransmissions of it are absorbed meanwhile.

// viaCheck is how far a request's check has come.
type viaCheck uint8

const (
	viaUnchecked   viaCheck = iota
	viaNameAsked            // parameter dns: the addresses of the name
	viaSourceAsked          // parameter rev_dns: the names of the source address
)

// viaPolicies are for look-ups of a Via's name, for sources of IPv4 and of IPv6: all
// addresses of the source's family.
func viaPolicies() (p [2]*dns.Policy) {
	for i := range p {
		p[i] = &dns.Policy{Failover: true, TryIPv6: i == 1, No4: i == 1, No6: i == 0}
	}
	return p
}

// checkVia goes on with the check; true: the request waits for name servers.
func (p *Proc) checkVia() (waits bool) {
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK || via.HostKind != sipparse.HostName || p.viaIsSource {
		return false
	}
	host, src := via.Host.Of(p.Msg), p.Src.Addr().Unmap()
	names := p.loop.hostNames()
	if names == nil {
		return false
	}
	if p.viaCheck == viaUnchecked && p.snap.core.DNSVia {
		p.viaCheck = viaNameAsked
		// A port, so that only the name's own addresses are looked for.
		p.query = dns.Query{Host: host, Port: 5060, Proto: rt.ProtoUDP}
		policy := p.snap.viaDNS[0]
		if src.Is6() {
			policy = p.snap.viaDNS[1]
		}
		switch names.Inline(&p.query, policy, p.loop.dnsWork, &p.loop.dnsOut) {
		case nil:
			p.viaIsSource = leadsTo(&p.loop.dnsOut, src)
		case dns.ErrMiss:
			return p.waitForVia(func(done func(any)) error {
				return names.Resolve(&p.query, policy, func(t *dns.Targets, _ error) { done(t) })
			})
		}
	}
	if p.viaCheck < viaSourceAsked && p.snap.core.RevDNSVia && !p.viaIsSource {
		p.viaCheck = viaSourceAsked
		switch names.InlineNames(src, &p.loop.dnsNames) {
		case nil:
			p.viaIsSource = hasName(&p.loop.dnsNames, host)
		case dns.ErrMiss:
			return p.waitForVia(func(done func(any)) error {
				return names.ResolveNames(src, func(a *dns.Answer, _ error) { done(a) })
			})
		}
	}
	return false
}

// waitForVia has the request wait for what ask asks for; where it cannot, the check
// goes on without the answer.
func (p *Proc) waitForVia(ask func(done func(any)) error) (waits bool) {
	return p.waitBeside((*Proc).viaAnswered, ask) || p.checkVia()
}

// viaAnswered takes what name servers have said and goes on: with the check, then with
// the request's script.
func (p *Proc) viaAnswered(ref any) (waits bool) {
	if via, e := p.Index.TopVia(p.Msg); e == sipparse.OK {
		switch v := ref.(type) {
		case *dns.Targets:
			p.viaIsSource = v != nil && leadsTo(v, p.Src.Addr().Unmap())
		case *dns.Answer:
			p.viaIsSource = v != nil && hasName(v, via.Host.Of(p.Msg))
		}
	}
	return p.checkVia() || p.loop.runRequest(p)
}

// leadsTo reports whether an address is among a name's.
func leadsTo(t *dns.Targets, ip netip.Addr) bool {
	for i := range t.Len() {
		if t.At(i).Addr.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}

// hasName reports whether a host is among the names of an address.
func hasName(a *dns.Answer, host []byte) bool {
	if n := len(host); n > 1 && host[n-1] == '.' {
		host = host[:n-1]
	}
	for name, off := a.NextText(0); off >= 0; name, off = a.NextText(off) {
		if foldedEqual(name, host) {
			return true
		}
	}
	return false
}
