package dnstest

import "time"

// Named is a behaviour with a label of a domain name, for tests that meet all of them.
type Named struct {
	Label string // the name is Label + "." + the test's domain
	Behaviour
	// Status is what a request to the name ends with: 200 where the name leads to an
	// address, 478 where name servers say that it leads nowhere, 500 where they say nothing
	// that can be used.
	Status int
	// SRV: the name has SRV records, so a request has to name it without a port.
	SRV bool
	// Fresh: the behaviour is that of all names below the name, for requests that never
	// name the same one twice.
	Fresh bool
}

// Zoo are the behaviours of servers on the Internet and of attackers. What leads to an
// address leads to 127.0.0.1.
func Zoo() []Named {
	const a = "@ 300 IN A 127.0.0.1"
	many := Typed(map[string]Behaviour{"A": ManyA(1500)})
	many.Label = "1,500 A records"
	return []Named{
		{Label: "fast", Behaviour: Fast(a), Status: 200},
		{Label: "ms200", Behaviour: Slow(200*time.Millisecond, a), Status: 200},
		{Label: "s3", Behaviour: Slow(3*time.Second, a), Status: 200},
		{Label: "silent", Behaviour: Silent(), Status: 500},
		{Label: "servfail", Behaviour: ServFail(), Status: 478},
		{Label: "nxdomain", Behaviour: NXDomain(), Status: 478},
		{Label: "refused", Behaviour: Refused(), Status: 478},
		{Label: "empty", Behaviour: Empty(), Status: 478},
		{Label: "trunc", Behaviour: Truncated(a), Status: 200},
		{Label: "notcp", Behaviour: TCPRefused(), Status: 500},
		{Label: "chain8", Behaviour: CNAMEChain(8, a), Status: 200},
		{Label: "loop", Behaviour: CNAMELoop(), Status: 478},
		{Label: "a1500", Behaviour: many, Status: 200},
		{Label: "srv60", Behaviour: Empty(), Status: 478, SRV: true},
		{Label: "corrupt", Behaviour: Corrupt(), Status: 500},
		{Label: "wrongid", Behaviour: WrongID(), Status: 500},
		{Label: "wrongq", Behaviour: WrongQuestion(), Status: 500},
		{Label: "ptrloop", Behaviour: CompressionLoop(), Status: 500},
		{Label: "ttl0", Behaviour: TTL(0), Status: 200},
		{Label: "ttlmax", Behaviour: TTL(1 << 31), Status: 200},
		{Label: "mixed", Behaviour: Mixed(), Status: 200},
		{Label: "noedns", Behaviour: NoEDNS(a), Status: 200},
		{Label: "fresh", Behaviour: Silent(), Status: 500, Fresh: true},
	}
}

// DeadTargets is the domain of the SRV targets of a name of the zoo; none of them exists.
const DeadTargets = "dead.test"

// HandleNamed has the server behave so for the name below domain.
func (s *Server) HandleNamed(n Named, domain string) {
	name := n.Label + "." + domain
	if n.Fresh {
		s.Handle("*."+name, n.Behaviour)
		return
	}
	s.Handle(name, n.Behaviour)
	if n.SRV {
		s.Handle("_sip._udp."+name, DeadSRV(60, DeadTargets))
	} else {
		s.Handle("_sip._udp."+name, Empty())
	}
}
