package dns

import (
	"math/rand/v2"
	"net/netip"
	"unsafe"

	"sipedge/script/rt"
)

// Query is what a URI, or a Via, says about where a message is to go.
type Query struct {
	Secure bool     // sips
	Host   []byte   // maddr if there is one, else the host; an IPv6 address with or without brackets
	Port   uint16   // 0: none
	Proto  rt.Proto // ProtoNone: no transport parameter
}

// Policy is what the parameters say about destinations. It is not changed once in use.
type Policy struct {
	TryNAPTR       bool // dns_try_naptr
	NAPTRIgnoreRFC bool // dns_naptr_ignore_rfc: our preferences count more than the records' order
	SRVLB          bool // dns_srv_lb
	TryIPv6        bool // dns_try_ipv6
	Failover       bool // all addresses are wanted, not the first that can be used
	IPv4Only       bool // dns_cache_flags 1
	IPv6Only       bool // dns_cache_flags 2
	PreferIPv6     bool // dns_cache_flags 4
	No4, No6       bool // there is no listen address of the family
	// Preference of each transport (dns_udp_pref …): the largest first, negative never.
	Preference [rt.ProtoWSS + 1]int64
	// Served says which transports a request can leave by.
	Served [rt.ProtoWSS + 1]bool
}

// Target is one address that a request can be sent to.
type Target struct {
	Proto rt.Proto
	Addr  netip.AddrPort
}

// Targets are the addresses of a destination in the order in which they are to be tried.
type Targets struct {
	n    int
	list [MaxTargets]Target
}

// Len is their number.
func (t *Targets) Len() int { return t.n }

// At is number i of them.
func (t *Targets) At(i int) Target { return t.list[i] }

// add adds an address unless it is there already; false: no more are wanted.
func (t *Targets) add(x Target) bool {
	for _, k := range t.list[:t.n] {
		if k == x {
			return true
		}
	}
	if t.n == len(t.list) {
		return false
	}
	t.list[t.n] = x
	t.n++
	return true
}

// Source answers the questions of Choose.
type Source interface {
	// Lookup finds the records of a name; the error is as Answer.Status says, or
	// ErrMiss.
	Lookup(name []byte, t Type, a *Answer) error
	// Want says that a question will probably be asked soon.
	Want(name []byte, t Type)
	// Usable says that there is an address: further ones are worth less time.
	Usable()
}

// Work is what Choose needs besides: chance, and memory that it uses again. Each
// goroutine has its own.
type Work struct {
	Rand *rand.Rand

	naptr, srv, addr Answer
	records          [MaxRecords]srvRecord
	services         [MaxRecords]naptrService
	name             [MaxName + 1]byte
	targets          int  // of SRV records, that may still be looked up
	late             bool // a name on the way was not answered for in time
	service          [MaxName + 1 + len("_sips._tcp.")]byte
}

// NewWork makes the memory for Choose with a source of chance of its own.
func NewWork(seed1, seed2 uint64) *Work {
	return &Work{Rand: rand.New(rand.NewPCG(seed1, seed2))}
}

// DefaultPort is the port of a transport (RFC 3261 §19.1.2, RFC 7118 §5).
func DefaultPort(p rt.Proto) uint16 {
	switch p {
	case rt.ProtoTLS:
		return 5061
	case rt.ProtoWS:
		return 80
	case rt.ProtoWSS:
		return 443
	}
	return 5060
}

// transport is the transport that a query fixes, ProtoNone if DNS is to say.
func (q *Query) transport() (rt.Proto, error) {
	if !q.Secure {
		return q.Proto, nil
	}
	switch q.Proto {
	case rt.ProtoNone:
		return rt.ProtoNone, nil
	case rt.ProtoTCP, rt.ProtoTLS: // RFC 3261 §26.2.2: sips over TCP is TLS
		return rt.ProtoTLS, nil
	case rt.ProtoWS, rt.ProtoWSS:
		return rt.ProtoWSS, nil
	}
	return rt.ProtoNone, ErrTransport
}

// plain is the transport where neither URI nor DNS names one (RFC 3263 §4.1).
func (q *Query) plain(p rt.Proto) rt.Proto {
	switch {
	case p != rt.ProtoNone:
		return p
	case q.Secure:
		return rt.ProtoTLS
	}
	return rt.ProtoUDP
}

// Choose finds the addresses that a request is to be sent to, in order (RFC 3263
// §4). out has at least one after nil. As Kamailio does, it asks for SRV records
// of the other transports only with dns_try_naptr, tries AAAA records only where
// there are no A records (or the other way round), and turns to the address records of
// the host when its SRV records lead nowhere.
func Choose(q *Query, p *Policy, src Source, w *Work, out *Targets) error {
	out.n, w.late, w.targets = 0, false, MaxSRVTargets
	proto, err := q.transport()
	if err != nil {
		return err
	}
	if ip, ok := literal(q.Host); ok {
		if !p.allows(ip) {
			return ErrFamily
		}
		proto = q.plain(proto)
		out.add(Target{proto, netip.AddrPortFrom(ip, portOr(q.Port, proto))})
		return nil
	}
	name, ok := appendName(w.name[:0], q.Host)
	if !ok {
		return ErrName
	}
	if absoluteName := q.Host[len(q.Host)-1] == '.'; absoluteName {
		name = append(name, '.')
	}
	p.wantAddrs(name, src)
	if q.Port != 0 || proto == rt.ProtoWS || proto == rt.ProtoWSS {
		proto = q.plain(proto)
		return p.addrs(name, proto, portOr(q.Port, proto), src, w, out)
	}
	denied := false // "." says that there is no such service
	if proto == rt.ProtoNone && p.TryNAPTR {
		if err := p.byNAPTR(q, name, src, w, out); err != errNext {
			return err
		}
	}
	for _, t := range p.srvOrder(q, proto) {
		if t == rt.ProtoNone {
			break
		}
		service := append(append(w.service[:0], srvPrefix(t)...), name...)
		switch err := p.bySRV(service, t, src, w, out); err {
		case errDenied:
			denied = true
		case errNext:
		default:
			return err
		}
	}
	proto = q.plain(proto)
	err = ErrNoRecord
	if !denied {
		err = p.addrs(name, proto, DefaultPort(proto), src, w, out)
	}
	if err != nil && err != ErrMiss && w.late {
		return ErrNoAnswer
	}
	return err
}

func portOr(port uint16, proto rt.Proto) uint16 {
	if port == 0 {
		return DefaultPort(proto)
	}
	return port
}

// literal reads an IP address.
func literal(host []byte) (netip.Addr, bool) {
	if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	if len(host) == 0 || len(host) > 45 || !addressBytes(host) {
		return netip.Addr{}, false
	}
	// The bytes outlive the call, and nothing is kept of them: there is no zone in them.
	ip, err := netip.ParseAddr(unsafe.String(&host[0], len(host)))
	return ip.Unmap(), err == nil
}

// addressBytes tells what may be an address from names.
func addressBytes(host []byte) bool {
	dots, colons, letters := 0, 0, 0
	for _, c := range host {
		switch {
		case c == ':':
			colons++
		case c == '.':
			dots++
		case c >= '0' && c <= '9':
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			letters++
		default:
			return false
		}
	}
	return colons > 1 || letters == 0 && dots == 3
}

// families are the address families in the order in which they are asked for.
func (p *Policy) families() (list [2]Type, n int) {
	four := !p.No4 && !(p.IPv6Only && p.TryIPv6 && !p.No6)
	six := p.TryIPv6 && !p.No6 && !p.IPv4Only
	switch {
	case four && six && p.PreferIPv6:
		return [2]Type{TypeAAAA, TypeA}, 2
	case four && six:
		return [2]Type{TypeA, TypeAAAA}, 2
	case six:
		return [2]Type{TypeAAAA}, 1
	}
	return [2]Type{TypeA}, 1
}

func (p *Policy) allows(ip netip.Addr) bool { return ip.Is4() || p.TryIPv6 }

func (p *Policy) wantAddrs(name []byte, src Source) {
	list, n := p.families()
	for _, t := range list[:n] {
		src.Want(name, t)
	}
}

// addrs adds the addresses of a host to those that are there.
func (p *Policy) addrs(name []byte, proto rt.Proto, port uint16, src Source, w *Work, out *Targets) error {
	list, n := p.families()
	var first error
	for _, t := range list[:n] {
		err := src.Lookup(name, t, &w.addr)
		if err == ErrMiss {
			return err
		}
		if err != nil {
			w.late = w.late || NoAnswer(err)
			if first == nil || NoAnswer(err) {
				first = err
			}
			continue
		}
		found := false
		for i := range w.addr.Len() {
			ip := w.addr.Addr(i)
			if !usable(ip) {
				continue
			}
			found = true
			if !out.add(Target{proto, netip.AddrPortFrom(ip.Unmap(), port)}) || !p.Failover {
				break
			}
		}
		if found {
			src.Usable()
			return nil
		}
		first = ErrNoRecord
	}
	if first == nil {
		first = ErrNoRecord
	}
	return first
}

// usable keeps addresses out that no request can be meant for.
func usable(ip netip.Addr) bool {
	return ip.IsValid() && !ip.IsUnspecified() && !ip.IsMulticast() && ip != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
