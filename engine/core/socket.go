package core

import (
	"net"
	"net/netip"
	"strconv"

	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// Socket is one listen address of a snapshot.
type Socket struct {
	ID    reactor.SocketID
	Proto rt.Proto
	// Addr is the bound address, with the port that was really bound.
	Addr netip.AddrPort
	// Advertise is "host[:port]" to be shown instead of Addr in Via,
	// Record-Route and the like; empty for none.
	Advertise string

	more    []netip.Addr // further addresses of a multihomed SCTP socket
	name    []byte       // "udp:127.0.0.1:5060", for force_send_socket and logs
	sentBy  []byte       // "127.0.0.1:5060", for Via and URIs; IPv6 in brackets
	host    []byte       // the host part of sentBy, without brackets
	port    uint16
	haproxy bool // its connections must begin with a PROXY header
	former  bool // not in the current snapshot any more: nothing new is opened from it
	// hostName is the name by which the listen line calls the address; it counts as
	// myself. Empty where the line gives an address or an interface.
	hostName string
	// everyAddr: bound to a wildcard, and nothing else is advertised.
	everyAddr bool
}

// ViaTransport is the transport as a Via has it: "UDP", "TCP", "TLS", "SCTP", "WS" or "WSS".
func (s *Socket) ViaTransport() string { return viaTransport(s.Proto) }

// NewSocket makes a listen address of a snapshot. advertise is "host[:port]" or
// empty. It is for those that Attach a server to a network of their own.
func NewSocket(id reactor.SocketID, proto rt.Proto, addr netip.AddrPort, advertise string) *Socket {
	s := &Socket{ID: id, Proto: proto, Addr: addr, Advertise: advertise, port: addr.Port()}
	s.name = []byte(proto.String() + ":" + addr.String())
	s.host = []byte(addr.Addr().String())
	s.sentBy = []byte(addr.String())
	if s.everyAddr = addr.Addr().IsUnspecified() && advertise == ""; s.everyAddr {
		s.sentBy = []byte(netip.AddrPortFrom(reachable(addr.Addr()), addr.Port()).String())
	}
	if advertise != "" {
		host, port, err := params.SplitHostPort(advertise)
		if err != nil { // refused when the parameter was checked
			host, port = advertise, params.NoPort
		}
		if port > 0 {
			s.port = uint16(port)
		}
		s.host = []byte(host)
		s.sentBy = []byte(net.JoinHostPort(host, strconv.Itoa(int(s.port))))
	}
	return s
}

// SentBy is "host:port" as it stands in our Via and Record-Route headers. The
// slice is shared and must not be written to.
func (s *Socket) SentBy() []byte { return s.sentBy }

// Name is "proto:address:port". The slice is shared.
func (s *Socket) Name() []byte { return s.name }

// sendable reports whether a message may be sent to the address at all:
// broadcast and unspecified addresses are never a SIP element (RFC 4475 §3.3.10).
func sendable(a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255}) && !a.IsMulticast()
}

// AppendSentBy adds "host:port" of a listen address as others reach it from this
// message's side to the arena: of one bound to a wildcard, the address that the
// message was sent to.
func (p *Proc) AppendSentBy(s *Socket) {
	if local := p.Meta.Local; s.everyAddr && s.ID == p.Meta.Socket && !local.IsUnspecified() && !p.Meta.Proxied {
		var buf [56]byte
		p.Append(netip.AddrPortFrom(local.AddrPort().Addr(), s.port).AppendTo(buf[:0]))
		return
	}
	p.Append(s.sentBy)
}

// boundTo is the address that we listen on for a message that a load balancer has
// passed on; with a wildcard, of our own side only the port is known.
func (p *Proc) boundTo() netip.AddrPort {
	s := p.InSocket()
	switch {
	case s == nil:
		return netip.AddrPort{}
	case s.Addr.Addr().IsUnspecified():
		return netip.AddrPortFrom(p.Dst.Addr(), s.Addr.Port())
	}
	return s.Addr
}

// sourceFor is the address that a message to to leaves from: by a socket bound to
// a wildcard, the one that the received message was sent to, which is the one
// that our Via names. An address of the machine's own inside cannot be a source
// towards the outside.
func (p *Proc) sourceFor(out *Socket, to reactor.Addr) reactor.Addr {
	if !out.everyAddr || out.ID != p.Meta.Socket {
		return reactor.Addr{}
	}
	if p.Meta.Local.AddrPort().Addr().IsLoopback() && !to.AddrPort().Addr().IsLoopback() {
		return reactor.Addr{}
	}
	return p.Meta.Local
}

// reachable is an address of this machine of the family of the wildcard a, the
// wildcard itself where there is none: one of the network before a loopback one.
func reachable(a netip.Addr) netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return a
	}
	best := a
	for _, n := range all {
		p, err := netip.ParsePrefix(n.String())
		if err != nil || p.Addr().Is4() != a.Is4() || p.Addr().IsLinkLocalUnicast() {
			continue
		}
		if !p.Addr().IsLoopback() {
			return p.Addr()
		}
		best = p.Addr()
	}
	return best
}
