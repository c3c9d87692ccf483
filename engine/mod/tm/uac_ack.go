package tm

import (
	"math/rand/v2"

	"sipedge/engine/core"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// ackOwn acknowledges the 2xx to an INVITE of our own (RFC 3261 §13.2.2.4): a
// request of its own, by the Contact and the Record-Route set of the reply; where
// local_ack_mode says so, to where the INVITE went. It has the INVITE's credentials. It
// is sent for each copy of the 2xx.
func (m *layer) ackOwn(t *tx, b *branch, p *core.Proc) {
	x, msg := &p.Index, p.Msg
	req := m.arena.Bytes(b.req)[:b.reqLen]
	out := m.loop.HeldSnapshot(t.snap).Socket(b.sock)
	var contact sipparse.NameAddr
	k := x.First(sipparse.HdrContact)
	if k < 0 || out == nil || sipparse.Parse(req, &m.scratch) != sipparse.OK {
		return
	}
	if body := x.Body(k); !parsed(msg, int(body.Off), body.End(), &contact) {
		return
	}
	// The route set is the reply's Record-Route set from the last to the first.
	var routes [maxRouteSet]sipparse.Span
	n, next := 0, contact.URI
	for i := x.First(sipparse.HdrRecordRoute); i >= 0; i = x.Next(i) {
		body := x.Body(i)
		for at := int(body.Off); at < body.End() && n < len(routes); {
			var na sipparse.NameAddr
			to, e := sipparse.ParseNameAddr(msg, at, body.End(), &na)
			if e != sipparse.OK || to <= at {
				break
			}
			routes[n] = na.Whole
			next = na.URI // the last one is the first hop
			n++
			at = skipComma(msg, to, body.End())
		}
	}
	strict := n > 0 && isStrict(next.Of(msg))
	target := contact.URI
	if strict { // RFC 3261 §12.2.1.1: it takes its own URI for the target's
		target = next
		n--
	}
	a := append(m.out[:0], "ACK "...)
	a = append(a, target.Of(msg)...)
	a = append(a, " SIP/2.0\r\nVia: SIP/2.0/"...)
	a = append(a, out.ViaTransport()...)
	a = append(append(a, ' '), out.SentBy()...)
	a = append(a, ";branch=z9hG4bK"...)
	a = core.AppendHex(a, rand.Uint64(), 16)
	a = append(a, "\r\n"...)
	for i := n - 1; i >= 0; i-- {
		a = append(append(append(a, "Route: "...), routes[i].Of(msg)...), "\r\n"...)
	}
	if strict {
		a = append(append(append(a, "Route: <"...), contact.URI.Of(msg)...), ">\r\n"...)
	}
	for i := range m.scratch.Len() {
		from, end := m.scratch.Line(i)
		switch m.scratch.Type(i) {
		case sipparse.HdrFrom, sipparse.HdrCallID, sipparse.HdrAuthorization, sipparse.HdrProxyAuthorization:
			a = appendLine(a, req[from:end])
		}
	}
	if i := x.First(sipparse.HdrTo); i >= 0 {
		from, end := x.Line(i)
		a = appendLine(a, msg[from:end])
	}
	if c, e := x.CSeq(msg); e == sipparse.OK {
		a = append(append(append(a, "CSeq: "...), c.NumberSpan.Of(msg)...), " ACK\r\n"...)
	}
	a = append(a, "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"...)
	m.out = a[:0]
	to, name := b.to, b.name
	if m.cfg(t).LocalACKMode == 0 {
		if hop, ok := hopOf(next.Of(msg)); ok {
			to, name = hop, 0
		}
	}
	m.stats.acksMade.Add(1)
	if m.loop.SendBytes(b.sock, b.from, to, name, a) != nil {
		m.stats.sendErrors.Add(1)
	}
}

// maxRouteSet bounds the Record-Route entries that an ACK of ours follows.
const maxRouteSet = 32

func parsed(b []byte, off, end int, na *sipparse.NameAddr) bool {
	_, e := sipparse.ParseNameAddr(b, off, end, na)
	return e == sipparse.OK && !na.Star
}

// isStrict says whether a URI of a route set is that of a proxy from before RFC 3261.
func isStrict(uri []byte) bool {
	var u sipparse.URI
	return sipparse.ParseURI(uri, 0, len(uri), &u) == sipparse.OK && !u.LR
}

// hopOf is the address that a URI names.
func hopOf(uri []byte) (reactor.Addr, bool) {
	var u sipparse.URI
	if sipparse.ParseURI(uri, 0, len(uri), &u) != sipparse.OK {
		return reactor.Addr{}, false
	}
	t, err := core.URITarget(uri, &u)
	return t.Addr, err == nil
}

func skipComma(b []byte, at, end int) int {
	for at < end && (b[at] == ',' || b[at] == ' ' || b[at] == '\t' || b[at] == '\r' || b[at] == '\n') {
		at++
	}
	return at
}
