package core

import (
	"net"
	"net/netip"

	"sipedge/script/rt"
)

// names are the hosts that count as ourselves: listen addresses, what they
// advertise, aliases.
type names map[string][]nameEntry

type nameEntry struct {
	port  uint16 // 0: any
	proto rt.Proto
}

func (n names) add(host string, port uint16, proto rt.Proto) {
	var buf [maxHostName]byte
	if key, ok := hostKey(buf[:0], []byte(host)); ok {
		n[string(key)] = append(n[string(key)], nameEntry{port, proto})
	}
}

// addSocket adds a listen address; one bound to a wildcard stands for every
// address of the machine.
func (n names) addSocket(s *Socket) {
	n.add(string(s.host), s.port, s.Proto)
	if s.hostName != "" {
		n.add(s.hostName, s.Addr.Port(), s.Proto)
	}
	if !s.Addr.Addr().IsUnspecified() {
		n.add(s.Addr.Addr().String(), s.Addr.Port(), s.Proto)
		return
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			n.add(p.Addr().String(), s.Addr.Port(), s.Proto)
		}
	}
}

// has reports whether host is one of ours. A port or protocol that is not given
// (0) matches any; an entry without port matches every port.
func (n names) has(host []byte, port uint16, proto rt.Proto) bool {
	var buf [maxHostName]byte
	key, ok := hostKey(buf[:0], host)
	if !ok {
		return false
	}
	for _, e := range n[string(key)] {
		if (port == 0 || e.port == 0 || e.port == port) && (proto == rt.ProtoNone || e.proto == rt.ProtoNone || e.proto == proto) {
			return true
		}
	}
	return false
}

// hostKey is the one spelling of a host that the table knows: lower case, an
// IPv6 address in its canonical form without brackets.
func hostKey(dst, host []byte) ([]byte, bool) {
	if len(host) == 0 || len(host) > maxHostName {
		return nil, false
	}
	if a, ok := parseIP(host); ok {
		return a.Unmap().AppendTo(dst), true
	}
	for _, c := range host {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	if dst[len(dst)-1] == '.' && len(dst) > 1 {
		dst = dst[:len(dst)-1]
	}
	return dst, true
}

// IsMyself implements rt.Env.
func (p *Proc) IsMyself(host []byte, port uint16, proto rt.Proto) bool {
	return p.snap.names.has(host, port, proto)
}
