package core

import (
	"net/netip"
	"unsafe"

	"sipedge/reactor"
	"sipedge/script/rt"
)

// How scripts see the listen addresses: Proc implements rt.SocketEnv.

var _ rt.SocketEnv = (*Proc)(nil)

// info is what a script can learn about the socket.
func (s *Socket) info() rt.SocketInfo {
	i := rt.SocketInfo{ID: int32(s.ID) + 1, Proto: s.Proto, Addr: s.Addr}
	if s.Advertise != "" {
		i.AdvertiseHost, i.AdvertisePort = unsafe.String(unsafe.SliceData(s.host), len(s.host)), s.port
	}
	return i
}

// SocketByName is the listen address at host and port: an address, or a name
// that is advertised. ProtoNone and port 0 match any; UDP is preferred where
// several fit. A socket bound to a wildcard stands for every address of its
// family, after those bound to the very address. nil: there is none.
func (s *Snapshot) SocketByName(proto rt.Proto, host []byte, port uint16) *Socket {
	ip, isIP := parseIP(host)
	ip = ip.Unmap()
	var found *Socket
	best := 0
	for _, k := range s.byProto {
		if proto != rt.ProtoNone && k.Proto != proto {
			continue
		}
		score := k.matches(ip, isIP, host, port)
		if score > 0 && k.Proto == rt.ProtoUDP {
			score++
		}
		if score > best {
			found, best = k, score
		}
	}
	return found
}

// matches says how well host and port name the socket: 0 not at all, 2 as one
// address of a wildcard, 4 exactly.
func (k *Socket) matches(ip netip.Addr, isIP bool, host []byte, port uint16) int {
	if (foldedEqual(k.host, host) || k.hostName != "" && foldedEqual([]byte(k.hostName), host)) && (port == 0 || port == k.port || port == k.Addr.Port()) {
		return 4
	}
	if !isIP || port != 0 && port != k.Addr.Port() {
		return 0
	}
	a := k.Addr.Addr().Unmap()
	switch {
	case a == ip:
		return 4
	case a.IsUnspecified() && a.Is4() == ip.Is4():
		return 2
	}
	return 0
}

// foldedEqual compares host names without regard to the case of ASCII letters.
func foldedEqual(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x >= 'A' && x <= 'Z' {
			x |= 0x20
		}
		if y >= 'A' && y <= 'Z' {
			y |= 0x20
		}
		if x != y {
			return false
		}
	}
	return true
}

// FindSocket implements rt.SocketEnv; see SocketByName.
func (p *Proc) FindSocket(proto rt.Proto, host []byte, port uint16) (rt.SocketInfo, bool) {
	return infoOf(p.snap.SocketByName(proto, host, port))
}

// NamedSocket implements rt.SocketEnv: the name of a listen address is what
// Socket.Name shows, "proto:address:port".
func (p *Proc) NamedSocket(name []byte) (rt.SocketInfo, bool) {
	for _, k := range p.snap.byProto {
		if string(k.name) == string(name) {
			return k.info(), true
		}
	}
	return rt.SocketInfo{}, false
}

// Socket implements rt.SocketEnv.
func (p *Proc) Socket(id int32) (rt.SocketInfo, bool) {
	return infoOf(p.snap.socket(reactor.SocketID(id - 1)))
}

// ReceiveSocket implements rt.SocketEnv.
func (p *Proc) ReceiveSocket(rt.Proto, netip.AddrPort) (rt.SocketInfo, bool) {
	return infoOf(p.InSocket())
}

func infoOf(s *Socket) (rt.SocketInfo, bool) {
	if s == nil {
		return rt.SocketInfo{}, false
	}
	return s.info(), true
}

// Refuse notes why a script function failed, for Err and sl_reply_error(), and
// returns a script's false.
func (p *Proc) Refuse(err error) int32 { return p.failed(err) }

// SetReceiveSocket goes on as if the message had arrived on the listen address with
// that number (rt.SocketInfo.ID): replies leave from it, and so do requests for
// which no other is chosen. False where there is none, or it is of another transport.
func (p *Proc) SetReceiveSocket(id int32) bool {
	s := p.snap.socket(reactor.SocketID(id - 1))
	if s == nil || s.Proto != p.Proto {
		return false
	}
	at := s.Addr
	if at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(p.Dst.Addr(), at.Port())
	}
	p.Meta.Socket, p.Meta.Local, p.Dst, p.Listen = s.ID, reactor.FromAddrPort(at), at, netip.AddrPort{}
	return true
}
