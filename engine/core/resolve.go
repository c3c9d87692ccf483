package core

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"sipedge/engine/dns"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// A destination that is a name is found in the DNS cache, inline. What the cache
// does not know is ErrUnresolved: the function that was about to send says
// AwaitName, which asks the name servers while the script waits, and does its work
// again when they have answered or the time for it is over.

// Errors of destinations that are names.
var (
	ErrUnresolved   = errors.New("the destination is a name that the DNS cache does not know yet")
	ErrUnresolvable = errors.New("the destination is a name that leads to no address")
	ErrNoNameAnswer = errors.New("the destination is a name for which no name server answered in time")
)

// Names finds destinations that are host names; *dns.Resolver does. Inline is called
// on loops and does not wait: dns.ErrMiss sends the message to Resolve, which calls done
// once, from any goroutine.
type Names interface {
	Inline(q *dns.Query, p *dns.Policy, w *dns.Work, out *dns.Targets) error
	Resolve(q *dns.Query, p *dns.Policy, done func(*dns.Targets, error)) error
	// InlineNames and ResolveNames are the same for the names of an address.
	InlineNames(ip netip.Addr, a *dns.Answer) error
	ResolveNames(ip netip.Addr, done func(*dns.Answer, error)) error
}

// resolverState is a server's resolver, which is started when a message first
// names a host: a server that is only given addresses has none.
type resolverState struct {
	mu     sync.Mutex
	r      *dns.Resolver
	closed bool
}

// Resolver is the server's own resolver, also where Options.Names stands in for it;
// it lives through reloads. After Stop it is nil where no name has been needed before.
func (s *Server) Resolver() *dns.Resolver {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	if s.names.r == nil && !s.names.closed {
		s.names.r = dns.New(dns.Config{Settings: dnsSettings(s.snap.Load().core), Path: s.snap.Load().core.DNSResolvConf})
	}
	return s.names.r
}

// configureResolver gives a running resolver the parameters of a new configuration.
func (s *Server) configureResolver(c *params.Core) {
	s.names.mu.Lock()
	defer s.names.mu.Unlock()
	if s.names.r != nil {
		s.names.r.Configure(dnsSettings(c))
	}
}

func (s *Server) closeResolver() {
	s.names.mu.Lock()
	r := s.names.r
	s.names.closed = true
	s.names.mu.Unlock()
	if r != nil {
		r.Close()
	}
}

func dnsSettings(c *params.Core) dns.Settings {
	return dns.Settings{
		Cache: dns.CacheConfig{
			Limit: int(c.DNSCacheMem) << 10, DelNonexp: c.DNSCacheDelNonexp, Preference: int(c.DNSCacheRecPref),
			MinTTL: c.DNSCacheMinTTL * 1000, MaxTTL: max(c.DNSCacheMaxTTL*1000, 1),
			StaleMax: c.DNSCacheStaleMax * 1000, Refresh: c.DNSCacheRefresh,
		},
		UseCache: c.UseDNSCache && c.DNSCacheInit,
		Retries:  int(c.DNSRetrNo), RetryTime: time.Duration(c.DNSRetrTime) * time.Second, Servers: int(c.DNSServersNo),
		UseSearchList: c.DNSUseSearchList, SearchFullMatch: c.DNSSearchFullMatch,
		NegativeTTL: time.Duration(c.DNSCacheNegativeTTL) * time.Second,
		Deadline:    time.Duration(c.DNSDeadline) * time.Second,
		GCInterval:  time.Duration(c.DNSCacheGCInterval) * time.Second,
	}
}

// dnsPolicy is what the parameters and the listen addresses say about
// destinations that are names.
func dnsPolicy(c *params.Core, sockets []*Socket) *dns.Policy {
	p := &dns.Policy{
		TryNAPTR: c.DNSTryNAPTR, NAPTRIgnoreRFC: c.DNSNAPTRIgnoreRFC, SRVLB: c.DNSSrvLB, TryIPv6: c.DNSTryIPv6,
		IPv4Only: c.DNSCacheFlags&1 != 0, IPv6Only: c.DNSCacheFlags&2 != 0, PreferIPv6: c.DNSCacheFlags&4 != 0,
		Failover: c.UseDNSFailover || c.UseDstBlacklist, // the addresses behind the first are of use
		No4:      true, No6: true,
	}
	p.Preference[rt.ProtoUDP], p.Preference[rt.ProtoTCP] = c.DNSUDPPref, c.DNSTCPPref
	p.Preference[rt.ProtoTLS], p.Preference[rt.ProtoSCTP] = c.DNSTLSPref, c.DNSSCTPPref
	for _, s := range sockets {
		p.Served[s.Proto] = true
		if s.Addr.Addr().Is4() {
			p.No4 = false
		} else {
			p.No6 = false
		}
	}
	if p.No4 && p.No6 { // no socket at all, in tests
		p.No4 = false
	}
	return p
}

// resolvedName is what name servers have said for a message that waited for
// them: its script goes on with that, whatever the cache has kept of it.
type resolvedName struct {
	host   string
	port   uint16
	proto  rt.Proto
	secure bool
	target Target
	others []Target // behind target
	err    error
}

func (n *resolvedName) is(q *dns.Query) bool {
	return n.host == string(q.Host) && n.port == q.Port && n.proto == q.Proto && n.secure == q.Secure
}

// HostTarget makes a target from a host, an address or a name, and a port (0: as
// DNS says, else the protocol's default). ErrUnresolved: the name has to be asked
// for, see AwaitName; ErrUnresolvable, ErrNoNameAnswer: it was, in vain.
func (p *Proc) HostTarget(host []byte, port uint16, proto rt.Proto) (Target, error) {
	p.query = dns.Query{Host: host, Port: port, Proto: proto}
	return p.target(&p.query)
}

// URITarget is HostTarget for what a SIP URI says (RFC 3263 §4).
func (p *Proc) URITarget(buf []byte, u *sipparse.URI) (Target, error) {
	return p.uriTarget(buf, u, rt.ProtoNone)
}

// uriTarget is URITarget with a transport that replaces the URI's, if it is one.
func (p *Proc) uriTarget(buf []byte, u *sipparse.URI, proto rt.Proto) (Target, error) {
	q := &p.query
	*q = dns.Query{Port: u.PortNum, Proto: rt.Proto(u.TransportKind), Secure: u.Scheme == sipparse.SchemeSIPS}
	if u.Scheme != sipparse.SchemeSIP && !q.Secure {
		return Target{}, ErrBadURI
	}
	if proto != rt.ProtoNone { // what the script asks for counts, for sips URIs too
		q.Proto, q.Secure = proto, false
	}
	host := u.Host
	if u.MAddr.Len > 0 {
		host = u.MAddr
	}
	q.Host = host.Of(buf)
	return p.target(q)
}

func (p *Proc) target(q *dns.Query) (Target, error) {
	p.nOthers = 0
	if a, ok := parseIP(q.Host); ok {
		if !p.snap.core.DNSTryIPv6 && a.Unmap().Is6() {
			return Target{}, ErrUnresolvable
		}
		proto := q.Proto
		if q.Secure {
			var err error
			if proto, err = secureProto(proto); err != nil {
				return Target{}, err
			}
		}
		return HostTarget(q.Host, q.Port, proto)
	}
	for i := range p.resolved {
		if n := &p.resolved[i]; n.is(q) {
			p.otherOf, p.nOthers = n.target, copy(p.others[:], n.others)
			return n.target, n.err
		}
	}
	l := p.loop
	if l.hostNames() == nil {
		return Target{}, ErrNoNameAnswer
	}
	err := l.names.Inline(q, p.snap.dns, l.dnsWork, &l.dnsOut)
	switch {
	case err == nil:
		return p.firstTarget(&l.dnsOut, q.Host)
	case err == dns.ErrMiss:
		p.asked = *q
		p.askedHost = append(p.askedHost[:0], q.Host...)
		p.asked.Host = p.askedHost
		return Target{}, ErrUnresolved
	}
	return Target{}, p.unresolved(q.Host, err)
}

// named is a target of a name with that name, where its peer has to prove it.
func (p *Proc) named(t Target, host []byte) Target {
	if t.Proto == rt.ProtoTLS {
		t.Name = p.loop.srv.tlsNames.Of(host)
	}
	return t
}

// firstTarget is the first target of a host that has not failed lately, else the first.
// With use_dns_failover the next ones are kept (Others).
func (p *Proc) firstTarget(t *dns.Targets, host []byte) (Target, error) {
	first := 0
	for i := range t.Len() {
		if sendable(t.At(i).Addr.Addr()) && !p.listed(asTarget(t.At(i))) {
			first = i
			break
		}
	}
	if !sendable(t.At(first).Addr.Addr()) {
		return Target{}, ErrBadTarget
	}
	p.keepOthers(t, first, host)
	return p.otherOf, nil
}

func asTarget(x dns.Target) Target {
	return Target{Addr: reactor.FromAddrPort(netip.AddrPortFrom(x.Addr.Addr().Unmap(), x.Addr.Port())), Proto: x.Proto}
}

// viaName is where a reply goes whose Via names a host and notes no source (RFC
// 3263 §5). ErrUnresolved: the reply has to wait, see AwaitName and awaitReplyName. err is
// why the Via is no address.
func (p *Proc) viaName(via *sipparse.Via, err error) (Target, error) {
	var name *NameError
	if !errors.As(err, &name) {
		return Target{}, err
	}
	return p.HostTarget([]byte(name.Name), via.PortNum, rt.Proto(via.TransportKind))
}

// unresolved tells the log why a name leads nowhere and gives the error that
// decides how the request is answered (decisions: 478, or 500 where no name server
// answered).
func (p *Proc) unresolved(host []byte, err error) error {
	switch {
	case errors.Is(err, dns.ErrTransport):
		return ErrBadURI
	case dns.NoAnswer(err):
		p.Logf(levelWarn, "destination %.80q: %v", host, err)
		return ErrNoNameAnswer
	}
	p.Logf(levelWarn, "destination %.80q: %v", host, err)
	return ErrUnresolvable
}

// AwaitName asks for the name that the last ErrUnresolved was about, while the
// script waits, and calls again when the outcome is there; again does what could not be
// done, and its result is the script function's. The calling function returns what
// AwaitName returns. Where nothing more can wait it is -1, and Err tells.
func (p *Proc) AwaitName(again func(p *Proc) int32) int32 {
	q := p.asked
	if len(p.resolved) >= maxNamesPerMessage {
		return p.failed(ErrUnresolvable)
	}
	policy := p.snap.dns
	h, err := p.suspend(func(p *Proc, _ int64, ref any, _ error) int32 {
		p.resolved = append(p.resolved, p.settle(ref.(*nameOutcome)))
		return again(p)
	})
	if err != nil {
		return p.failed(err)
	}
	out := &nameOutcome{query: resolvedName{host: string(q.Host), port: q.Port, proto: q.Proto, secure: q.Secure}}
	poster := p.loop.rl.Poster()
	err = p.loop.names.Resolve(&q, policy, func(t *dns.Targets, err error) {
		out.targets, out.err = t, err
		deliver(poster, h, out)
	})
	if err != nil {
		p.abandon()
		return p.failed(p.unresolved(q.Host, err))
	}
	return rt.Pending
}

// AwaitNameAlone is AwaitName for a message that runs no script and stays the caller's until
// this returns nil: then again gets it once, later, and it is put back behind that.
func (p *Proc) AwaitNameAlone(again func(p *Proc)) error {
	if !p.Keep() {
		return ErrSuspendFull
	}
	if p.AwaitName(func(p *Proc) int32 { again(p); return 1 }) != rt.Pending {
		return p.fail
	}
	p.loop.park(p) // it is kept already, and has its handle
	return nil
}

// nameOutcome is what a resolution ended with, on its way to the loop.
type nameOutcome struct {
	query   resolvedName
	targets *dns.Targets
	err     error
}

// settle makes of an outcome what the message goes on with. With load balancing by SRV
// records each message that waited takes its own pick.
func (p *Proc) settle(o *nameOutcome) resolvedName {
	n := o.query
	if o.err != nil {
		n.err = p.unresolved([]byte(n.host), o.err)
		return n
	}
	q := dns.Query{Secure: n.secure, Host: []byte(n.host), Port: n.port, Proto: n.proto}
	if l := p.loop; l.names.Inline(&q, p.snap.dns, l.dnsWork, &l.dnsOut) == nil {
		n.target, n.err = p.firstTarget(&l.dnsOut, q.Host)
	} else {
		n.target, n.err = p.firstTarget(o.targets, q.Host)
	}
	n.others = slices.Clone(p.Others(n.target))
	return n
}

// deliver posts what a message waits for; a full mailbox is tried again from a
// goroutine of its own.
func deliver(poster reactor.Poster, h Handle, ref any) {
	post := func() bool {
		m := reactor.Mail{Kind: mailResume, Arg: uint64(h), Ref: completion{ref, nil}}
		err := poster.Post(&m)
		return err == nil || errors.Is(err, reactor.ErrClosed) || errors.Is(err, reactor.ErrNoLoop)
	}
	if post() {
		return
	}
	go func() {
		for pause := time.Millisecond; !post(); pause = min(2*pause, 100*time.Millisecond) {
			time.Sleep(pause)
		}
	}()
}

// RouteKnown reports whether t, or what t leaves open, and the branches that were
// added can be sent to without waiting for name servers. ErrUnresolved: see AwaitName. Whatever
// else is wrong with them is found when they are sent to.
func (p *Proc) RouteKnown(t Target) error {
	if t.Addr != (reactor.Addr{}) { // where all branches go
		return nil
	}
	if _, err := p.nextHop(t.Proto); err == ErrUnresolved {
		return err
	}
	for _, b := range p.Branches() {
		v := b.DstURI
		if v.IsUndef() {
			v = b.URI
		}
		var u sipparse.URI
		text := p.Bytes(v)
		if sipparse.ParseURI(text, 0, len(text), &u) != sipparse.OK {
			continue
		}
		if _, err := p.uriTarget(text, &u, t.Proto); err == ErrUnresolved {
			return err
		}
	}
	return nil
}
