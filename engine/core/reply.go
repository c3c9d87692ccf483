package core

import (
	"bytes"
	"hash/maphash"
	"unsafe"

	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Reply answers the request statelessly (RFC 3261 §8.2.6, §8.2.7): code 100 to
// 699, reason without line ends. The reply goes where the top Via says (§18.2.2,
// RFC 3581) from the socket on which the request came in. A To without a tag gets
// one that is the same for every retransmission. An ACK is never answered.
func (p *Proc) Reply(code int, reason []byte) error {
	if code < 100 || code > 699 {
		return ErrBadCode
	}
	for _, c := range reason {
		if c < ' ' && c != '\t' || c == 0x7f {
			return ErrBadReason
		}
	}
	return p.sendReply(code, unsafe.String(unsafe.SliceData(reason), len(reason)), true)
}

// sendReply is Reply for the core's own reasons too. lumps tells whether the
// headers that the script has added for replies go in.
func (p *Proc) sendReply(code int, reason string, lumps bool) error {
	if !p.Index.IsRequest() {
		return ErrNotRequest
	}
	if p.Index.Method() == sipparse.MethodAck {
		return ErrIsAck
	}
	if !p.Received {
		return ErrFromNetwork
	}
	p.settleVia()
	if !p.respOK {
		p.respTo = p.Meta.Remote
	}
	if !sendable(p.respTo.AddrPort().Addr()) || p.respTo.Port == 0 {
		return ErrBadTarget
	}
	size := p.replySize(reason)
	if size > maxDatagram {
		return ErrTooLong
	}
	buf := p.loop.room(p.Proto, size)
	if buf == nil {
		p.loop.stats.sendFull.Add(1)
		return ErrSendFull
	}
	b := p.appendReply(buf[:0], code, reason, lumps, false)
	if p.Proto == rt.ProtoUDP && len(b) > p.reflectable() {
		if b = p.appendReply(buf[:0], code, reason, lumps, true); !lumps && len(b) > p.reflectable() {
			p.loop.stats.repliesWithheld.Add(1)
			return ErrReflection
		}
	}
	if len(b) > size {
		p.loop.stats.sendFull.Add(1)
		return ErrSendFull
	}
	if p.Proto != rt.ProtoUDP {
		if err := p.commitReply(len(b)); err != nil {
			return err
		}
	} else if p.loop.rl.CommitFrom(p.Meta.Socket, p.Meta.Local, p.respTo, len(b)) != nil {
		p.loop.stats.sendFull.Add(1)
		return ErrSendFull
	}
	p.loop.stats.sent.Add(1)
	p.loop.stats.replied.Add(1)
	p.LastReply = uint16(code)
	return nil
}

// reflectable is how long a reply to a datagram may be that nobody has asked for
// in the script: whoever forges a source address must not gain by us. A longer
// one goes without what it can do without, and one of the server's own that is
// too long even so is not sent.
func (p *Proc) reflectable() int { return len(p.Msg) + len(p.Msg)/2 }

// replySize bounds the reply's length: what may be copied (a line that ended in a
// bare LF grows by one byte), and what is added.
func (p *Proc) replySize(reason string) int {
	n := p.Index.HeadersEnd() + p.Index.Len() + len(reason) + len(p.snap.serverHeader) + replyOverhead
	if in := p.InSocket(); in != nil {
		n += len(in.sentBy)
	}
	for i := 0; i < p.nrHdrs; i++ {
		n += p.rHdrs[i].Len()
	}
	return n + p.rBody.Len() + p.rType.Len()
}

// replyOverhead is the status line, To tag, received, rport, Content-Length and
// the empty line, generously.
const replyOverhead = 320

// appendReply writes the reply; short: without Server, Warning and Content-Length,
// which a datagram needs none of (RFC 3261 §18.3).
func (p *Proc) appendReply(b []byte, code int, reason string, lumps, short bool) []byte {
	x, msg := &p.Index, p.Msg
	b = append(b, "SIP/2.0 "...)
	b = append(b, byte('0'+code/100), byte('0'+code/10%10), byte('0'+code%10), ' ')
	b = append(b, reason...)
	b = append(b, '\r', '\n')
	topVia := x.First(sipparse.HdrVia)
	for i, n := 0, x.Len(); i < n; i++ {
		off, end := x.Line(i)
		if !lumps { // the index leaves out lines that are no headers; so must the reply
			end = off + headerLen(msg[off:end])
		}
		switch x.Type(i) {
		case sipparse.HdrVia:
			if i == topVia {
				b = p.appendTopVia(b, off, end)
				continue
			}
		case sipparse.HdrTo:
			if i != x.First(sipparse.HdrTo) {
				continue
			}
			body := x.Body(i)
			if to, e := x.To(msg); code > 100 && e == sipparse.OK && to.Tag.Len == 0 {
				b = append(b, bytes.TrimRight(msg[off:min(body.End(), end)], " \t\r\n")...)
				b = append(b, ";tag="...)
				b = appendHex(b, p.localTag(), 16)
				b = append(b, '\r', '\n')
				continue
			}
		case sipparse.HdrFrom, sipparse.HdrCallID, sipparse.HdrCSeq:
			if i != x.First(x.Type(i)) {
				continue
			}
		case sipparse.HdrRecordRoute:
			if code < 180 || code >= 300 { // dialogs are made by these alone (RFC 3261 §12.1.1)
				continue
			}
		case sipparse.HdrTimestamp:
			if code != 100 { // RFC 3261 §8.2.6.1
				continue
			}
		default:
			continue
		}
		b = appendLine(b, msg[off:end])
	}
	if lumps {
		for i := 0; i < p.nrHdrs; i++ {
			b = append(b, p.Bytes(p.rHdrs[i])...)
		}
	}
	body := lumps && code > 100 && p.rBody.Len() > 0
	if short && !body {
		return append(b, '\r', '\n')
	}
	if p.snap.cfg.ServerSignature && !short {
		b = append(b, p.snap.serverHeader...)
	}
	if p.snap.cfg.SIPWarning && !short {
		b = p.appendWarning(b)
	}
	if body {
		b = append(b, "Content-Type: "...)
		b = append(b, p.Bytes(p.rType)...)
		b = append(b, "\r\nContent-Length: "...)
		b = value.AppendInt(b, int64(p.rBody.Len()))
		b = append(b, "\r\n\r\n"...)
		return append(b, p.Bytes(p.rBody)...)
	}
	return append(b, "Content-Length: 0\r\n\r\n"...)
}

// appendWarning tells where the request came from and what it asked for
// (cookbook "sip_warning"; 392 is what Kamailio uses). Room for it is in
// replyOverhead and, for the URI, in the headers' own size.
func (p *Proc) appendWarning(b []byte) []byte {
	in := p.InSocket()
	if in == nil {
		return b
	}
	b = append(b, "Warning: 392 "...)
	b = append(b, in.sentBy...)
	b = append(b, " \"req_src="...)
	b = p.Src.AppendTo(b)
	b = append(b, " in_uri="...)
	for _, c := range p.Index.URISpan().Of(p.Msg) {
		if c == '"' || c == '\\' {
			c = '_'
		}
		b = append(b, c)
	}
	return append(b, "\"\r\n"...)
}

// headerLen is the length of the header at the beginning of b, its folds with it.
func headerLen(b []byte) int {
	for i := 0; i < len(b); i++ {
		if b[i] == '\n' && (i+1 == len(b) || b[i+1] != ' ' && b[i+1] != '\t') {
			return i + 1
		}
	}
	return len(b)
}

// appendLine copies a header line; one that ends in a bare LF gets its CR.
func appendLine(b, line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	b = append(b, line[:n]...)
	return append(b, '\r', '\n')
}

// appendTopVia copies the first Via line with received and rport noted in it.
func (p *Proc) appendTopVia(b []byte, off, end int) []byte {
	at, arena := off, p.Arena()
	for i := 0; i < p.nViaEdits; i++ {
		e := &p.viaEdits[i]
		if int(e.off+e.cut) > end {
			break
		}
		b = append(b, p.Msg[at:e.off]...)
		b = append(b, arena[e.data:e.data+e.n]...)
		at = int(e.off + e.cut)
	}
	return appendLine(b, p.Msg[at:end])
}

// localTag is the tag that this server puts into the To of its stateless
// replies to a request: the same for each retransmission and for the ACK of a
// failed INVITE, which has the INVITE's branch.
func (p *Proc) localTag() uint64 {
	return p.transactionHash(p.loop.srv.seed)*mix ^ maphash.Bytes(p.loop.srv.seed, p.Index.CallID(p.Msg).Of(p.Msg))
}

// ackOfOurReply reports whether an ACK acknowledges a failure reply that was
// sent statelessly from here: its To tag is the one that we made.
func (l *loop) ackOfOurReply(p *Proc) bool {
	to, e := p.Index.To(p.Msg)
	if e != sipparse.OK || to.Tag.Len != 16 {
		return false
	}
	var buf [16]byte
	return string(appendHex(buf[:0], p.localTag(), 16)) == string(to.Tag.Of(p.Msg))
}
