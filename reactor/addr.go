package reactor

import (
	"net"
	"net/netip"
	"strconv"
)

// Transport is a transport protocol.
type Transport uint8

// The transports. Their numbers are those of Kamailio's $proto.
const (
	None Transport = iota
	UDP
	TCP
	TLS
	SCTP
	WS
	WSS
)

var transportNames = [...]string{"none", "udp", "tcp", "tls", "sctp", "ws", "wss"}

// String is the lower-case name as in URIs and listen lines.
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return "transport(" + strconv.Itoa(int(t)) + ")"
}

// Addr is an address and port. It holds no pointer and is comparable, so it can
// lie in slabs and be a map key. An IPv4 address stands in the first four bytes
// of IP. The zero Addr is "no address".
type Addr struct {
	IP   [16]byte
	Port uint16
	// Is4 tells that the address is IPv4 and stands in IP[:4].
	Is4 bool
	// Zone is the scope of a link-local IPv6 address, as interface index; 0 for none.
	Zone uint32
}

// FromAddrPort converts a netip.AddrPort. An IPv4-mapped IPv6 address becomes
// IPv4. A zone that is neither a number nor the name of an interface is dropped.
func FromAddrPort(ap netip.AddrPort) Addr {
	var a Addr
	ip := ap.Addr()
	a.Port = ap.Port()
	if !ip.IsValid() {
		return a
	}
	if ip.Is4() || ip.Is4In6() {
		v4 := ip.Unmap().As4()
		copy(a.IP[:4], v4[:])
		a.Is4 = true
		return a
	}
	a.IP = ip.As16()
	if z := ip.Zone(); z != "" {
		a.Zone = zoneIndex(z)
	}
	return a
}

func zoneIndex(z string) uint32 {
	if n, err := strconv.ParseUint(z, 10, 32); err == nil {
		return uint32(n)
	}
	if ifi, err := net.InterfaceByName(z); err == nil {
		return uint32(ifi.Index)
	}
	return 0
}

// AddrPort converts back. The zero Addr gives the zero AddrPort. It allocates
// only for an address with a zone.
func (a Addr) AddrPort() netip.AddrPort {
	if a.Is4 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(a.IP[:4])), a.Port)
	}
	if a == (Addr{}) {
		return netip.AddrPort{}
	}
	ip := netip.AddrFrom16(a.IP)
	if a.Zone != 0 {
		ip = ip.WithZone(strconv.FormatUint(uint64(a.Zone), 10))
	}
	return netip.AddrPortFrom(ip, a.Port)
}

// IsZero tells whether a is no address at all.
func (a Addr) IsZero() bool { return a == Addr{} }

// IsUnspecified tells whether the IP is a wildcard: 0.0.0.0, :: or none.
func (a Addr) IsUnspecified() bool { return a.IP == [16]byte{} }

// canSend tells whether datagrams can leave from the IP: it is neither a wildcard
// nor a multicast group (RFC 1112 section 4, RFC 4291 section 2.7).
func (a *Addr) canSend() bool {
	if a.Is4 {
		return !a.IsUnspecified() && a.IP[0]&0xf0 != 0xe0
	}
	return !a.IsUnspecified() && a.IP[0] != 0xff
}

// String is "192.0.2.1:5060" or "[2001:db8::1]:5060".
func (a Addr) String() string {
	if a.IsZero() {
		return "-"
	}
	return a.AddrPort().String()
}
