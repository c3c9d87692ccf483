package core

import (
	"net/netip"
	"unsafe"

	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// viaEdit is a change to the top Via: cut bytes at off give way to n bytes of the arena.
type viaEdit struct{ off, cut, data, n int32 }

// settleVia finds out, once per request, what has to be noted in its top Via
// and where replies go. Noted are received, where the sent-by host is not the
// source address or rport was asked for, and the source port as rport's value
// (RFC 3261 §18.2.1, RFC 3581 §4; force_rport() notes an rport that was not
// asked for).
func (p *Proc) settleVia() {
	if p.viaSettled {
		return
	}
	p.viaSettled = true
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return
	}
	rport := via.HasRPort || p.ForceRport || p.snap.cfg.ForceRport
	p.settleReplyTarget(via, rport)
	if !rport && via.ReceivedParam.Len == 0 && p.sentByIsSource(via) {
		return
	}
	// rport and received parameters that are there give way, whatever the client
	// wrote into them; a new one goes behind the last parameter.
	first, second := via.RPortParam, via.ReceivedParam
	if second.Len > 0 && (first.Len == 0 || second.Off < first.Off) {
		first, second = second, first
	}
	for _, sp := range [...]sipparse.Span{first, second} {
		if sp.Len > 0 {
			m := p.Mark()
			if sp == via.RPortParam {
				p.appendRport()
			} else {
				p.appendReceived()
			}
			p.addViaEdit(int(sp.Off), int(sp.Len), m)
		}
	}
	m := p.Mark()
	if rport && !via.HasRPort {
		p.AppendString(";")
		p.appendRport()
	}
	if via.ReceivedParam.Len == 0 {
		p.AppendString(";")
		p.appendReceived()
	}
	if p.Mark() > m {
		p.addViaEdit(via.Whole.End(), 0, m)
	}
}

// SetForceRport is force_rport(): replies go to the source port, also where a
// function has asked before where they go.
func (p *Proc) SetForceRport() {
	p.ForceRport = true
	p.viaSettled, p.nViaEdits = false, 0
}

func (p *Proc) addViaEdit(off, cut, mark int) {
	p.viaEdits[p.nViaEdits] = viaEdit{int32(off), int32(cut), int32(mark), int32(p.Mark() - mark)}
	p.nViaEdits++
}

func (p *Proc) appendRport() {
	p.AppendString("rport=")
	p.AppendValue(value.FromInt(int64(p.Meta.Remote.Port)))
}

func (p *Proc) appendReceived() {
	p.AppendString("received=")
	p.appendAddr(p.Src.Addr().Unmap())
}

// editTopVia puts settleVia's changes among the edits of the outgoing request.
func (p *Proc) editTopVia() bool {
	p.settleVia()
	for i := 0; i < p.nViaEdits; i++ {
		e := &p.viaEdits[i]
		ok := false
		if e.cut == 0 {
			ok = p.Edits.InsertAt(int(e.off), int(e.data), int(e.n), false)
		} else {
			ok = p.Edits.Replace(int(e.off), int(e.cut), int(e.data), int(e.n))
		}
		if !p.edited(ok) {
			return false
		}
	}
	return true
}

// appendAddr writes an address as received shows it: IPv6 without brackets
// (RFC 5118 §4.5).
func (p *Proc) appendAddr(a netip.Addr) {
	var buf [48]byte
	p.Append(a.AppendTo(buf[:0]))
}

// sentByIsSource reports whether the top Via's sent-by host is the address that
// the request came from; a name is where name servers are asked about it (viacheck.go).
func (p *Proc) sentByIsSource(via *sipparse.Via) bool {
	if via.HostKind == sipparse.HostName {
		return p.viaIsSource
	}
	a, ok := parseIP(via.Host.Of(p.Msg))
	return ok && a.Unmap() == p.Src.Addr().Unmap()
}

// settleReplyTarget finds where replies to the request go (RFC 3261 §18.2.2,
// RFC 3581 §4): to the source address; to the source port with rport, else to
// the port of the sent-by, else to the transport's default.
func (p *Proc) settleReplyTarget(via *sipparse.Via, rport bool) {
	p.respTo = p.Meta.Remote
	p.respOK = true
	if rport {
		return
	}
	p.respTo.Port = via.PortNum
	if via.PortNum == 0 {
		p.respTo.Port = defaultPort(p.Proto)
	}
}

// viaTarget is where a reply with this Via on top goes: received and rport if
// we or an earlier hop noted them, else the sent-by.
func viaTarget(b []byte, via *sipparse.Via) (reactor.Addr, error) {
	host := via.Host.Of(b)
	if via.MAddr.Len > 0 {
		host = via.MAddr.Of(b)
	}
	if via.Received.Len > 0 {
		host = via.Received.Of(b)
	}
	a, ok := parseIP(host)
	if !ok {
		return reactor.Addr{}, &NameError{Name: string(host)}
	}
	if !sendable(a) {
		return reactor.Addr{}, ErrBadTarget
	}
	port := via.PortNum
	if via.RPortNum != 0 {
		port = via.RPortNum
	}
	if port == 0 {
		port = 5060
		if via.TransportKind == sipparse.TransportTLS || via.TransportKind == sipparse.TransportWSS {
			port = 5061
		}
	}
	return reactor.FromAddrPort(netip.AddrPortFrom(a.Unmap(), port)), nil
}

// insertVia puts our Via on top of a request that leaves by out.
func (p *Proc) insertVia(out *Socket, uri, branch []byte) bool {
	off := p.Index.StartLine().End() // of a request of our own, which has no Via yet
	if i := p.Index.First(sipparse.HdrVia); i >= 0 {
		off, _ = p.Index.Line(i)
	}
	m := p.Mark()
	p.writeVia(out, uri, branch)
	return p.edited(p.Edits.InsertAt(off, m, p.Mark()-m, true))
}

// writeVia writes our Via into the arena; branch nil is that of a stateless copy.
func (p *Proc) writeVia(out *Socket, uri, branch []byte) {
	p.AppendString("Via: SIP/2.0/")
	p.AppendString(viaTransport(out.Proto))
	p.AppendString(" ")
	p.AppendSentBy(out)
	p.AppendString(";branch=")
	var buf [64]byte
	if branch != nil {
		p.Append(branch)
	} else {
		p.Append(p.appendBranch(buf[:0], uri))
	}
	if p.LocalRport || p.snap.cfg.LocalRport {
		p.AppendString(";rport")
	}
	if p.Meta.Conn != 0 {
		p.AppendString(";i=")
		p.Append(appendHex(buf[:0], uint64(p.Meta.Conn), 16))
	}
	p.AppendString("\r\n")
}

func defaultPort(proto rt.Proto) uint16 {
	if proto == rt.ProtoTLS || proto == rt.ProtoWSS {
		return 5061
	}
	return 5060
}

// parseIP reads an address as it stands in messages, IPv6 with or without
// brackets, without allocating for an address or a host name.
func parseIP(b []byte) (netip.Addr, bool) {
	if len(b) > 1 && b[0] == '[' && b[len(b)-1] == ']' {
		b = b[1 : len(b)-1]
	}
	if len(b) < 2 || len(b) > 45 {
		return netip.Addr{}, false
	}
	for _, c := range b {
		if !(c >= '0' && c <= '9' || c == '.' || c == ':' || c|0x20 >= 'a' && c|0x20 <= 'f') {
			return netip.Addr{}, false
		}
	}
	a, err := netip.ParseAddr(unsafe.String(&b[0], len(b))) // b outlives the call; no zone is accepted above
	return a, err == nil
}
