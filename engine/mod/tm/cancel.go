package tm

import (
	"math"
	"strings"

	"sipedge/engine/core"
	"sipedge/sipparse"
)

// relayCancel is t_relay() of a CANCEL: the INVITE's transaction is cancelled and
// the CANCEL answered (RFC 3261 §16.10). Without one the parameter
// unmatched_cancel decides; false: it gets a transaction of its own.
func (m *layer) relayCancel(p *core.Proc, to core.Target) (r int32, done bool) {
	if i, t := m.find(p, true); t != nil {
		m.cancel(i, t, p)
		return 1, true
	}
	if p.Notes[noteOwner]&(owns|fromRoute) != 0 {
		return 0, false // t_newtran() has made one
	}
	mode := p.Config("tm").(*Config).UnmatchedCancel
	if _, t := m.find(p, false); t == nil {
		m.stats.cancelsNobody.Add(1)
	} else if mode != cancelDrop {
		return 0, false // it has come before
	}
	switch mode {
	case cancelDrop:
		return 1, true
	case cancelStateless: // RFC 3261 §16.10
		if err := p.Forward(to); err != nil {
			return p.Refuse(err), true
		}
		return 1, true
	}
	return 0, false
}

// What becomes of a CANCEL of nobody (unmatched_cancel), and how a branch without a
// provisional reply is cancelled (cancel_b_method).
const (
	cancelStateless = 1
	cancelDrop      = 2

	cancelEndAtOnce = 0
	cancelEarly     = 2
)

// cancelledBefore reports whether the CANCEL of a new INVITE has overtaken it: it
// was relayed by a transaction of its own, which is still there.
func (m *layer) cancelledBefore(p *core.Proc) bool {
	if m.cancels == 0 || p.Index.Method() != sipparse.MethodInvite {
		return false
	}
	_, t := m.findOf(p, sipparse.MethodCancel)
	return t != nil
}

// cancel takes a CANCEL for a transaction: it is answered at once, and again when
// it comes again, and acts once.
func (m *layer) cancel(i int32, t *tx, p *core.Proc) {
	m.stats.cancels.Add(1)
	if err := p.Reply(200, []byte(cancelingText)); err != nil {
		p.Logf(levelErr, "tm: the CANCEL is not answered: %v", err)
	}
	if t.flags&fCanceled != 0 || t.status >= 200 {
		return
	}
	t.flags |= fCanceled
	if t.flags&fNoReason == 0 && m.cfg(t).E2ECancelReason {
		m.keepReasons(t, p)
	}
	m.tell(i, t, CancelIn, -1, p, 0, false)
	if t.busy > 0 {
		if !m.enqueue(i, t, event{kind: evCancel}) {
			m.cancelPending(i, t, 0)
		}
		return
	}
	m.cancelNow(i, t)
}

// keepReasons keeps the Reason headers of a CANCEL for those that we send (RFC 3326).
func (m *layer) keepReasons(t *tx, p *core.Proc) {
	x, n := &p.Index, 0
	for k := x.First(sipparse.HdrReason); k >= 0; k = x.Next(k) {
		from, to := x.Line(k)
		n += to - from
	}
	if n == 0 {
		return
	}
	ref, buf, ok := m.arena.Alloc(n)
	if !ok {
		m.stats.noMemory.Add(1)
		return
	}
	buf = buf[:0]
	for k := x.First(sipparse.HdrReason); k >= 0; k = x.Next(k) {
		from, to := x.Line(k)
		buf = append(buf, p.Msg[from:to]...)
	}
	m.arena.Free(t.reason)
	t.reason, t.reasonLen = ref, uint16(n)
}

// cancelNow cancels the branches; without any the request is answered with 487.
func (m *layer) cancelNow(i int32, t *tx) {
	if t.status >= 200 {
		return
	}
	m.cancelPending(i, t, 0)
	if m.cfg(t).CancelBMethod == cancelEndAtOnce && t.pending > 0 {
		m.endUnreplied(i, t)
		return
	}
	if t.pending == 0 {
		t.flags &^= fSuspended
		m.replyIfIdle(i, t, 487, reasonOf(487))
	}
}

// cancelPending cancels the branches of an INVITE that have no final reply: at
// once those that have sent a provisional one, the others when they do (RFC 3261
// §9.1), unless cancel_b_method is 2. cause is why, for the Reason header: 0 the caller's CANCEL, a code of
// ours, -1 for none.
func (m *layer) cancelPending(i int32, t *tx, cause int) {
	if t.method != sipparse.MethodInvite {
		return
	}
	early := m.cfg(t).CancelBMethod == cancelEarly
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		next := b.next
		if b.state != brFinal && b.flags&(bCanceled|bHasFinal) == 0 {
			if b.state == brProceeding || early {
				m.sendCancel(i, t, n-1, b, cause)
			} else {
				b.cancelLater(cause)
			}
		}
		n = next
	}
}

// cancelLater has the branch cancelled when it sends a provisional reply. What decided
// first is the cause.
func (b *branch) cancelLater(cause int) {
	if b.flags&bCancelWait == 0 {
		b.flags |= bCancelWait
		b.cause = int16(cause)
	}
}

// endUnreplied is cancel_b_method=0: a branch that has sent nothing ends at once,
// as with a 487. A 2xx that comes after all is relayed as any.
func (m *layer) endUnreplied(i int32, t *tx) {
	gen := m.txs.Gen(i)
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		next := b.next
		if b.state == brCalling && b.flags&bCancelWait != 0 {
			b.flags |= bFaked
			m.endBranch(i, t, b, 487)
			m.branchFailed(i, t, n-1, b, nil)
			if m.txs.Get(i, gen) == nil {
				return
			}
		}
		n = next
	}
}

// cancelT1s is Timer F, in T1: how long a CANCEL is repeated.
const cancelT1s = 64

// sendCancel sends the CANCEL of a branch and gives it the time of any request to
// end (RFC 3261 §9.1: 64*T1; fr_timer).
func (m *layer) sendCancel(_ int32, t *tx, bi int32, b *branch, cause int) {
	if b.flags&bCanceled != 0 {
		return
	}
	mem := m.arena.Bytes(b.req)[:b.reqLen]
	out := m.hopByHop(t, mem, "CANCEL", nil, nil, cause)
	if out == nil {
		return
	}
	b.flags = b.flags&^bCancelWait | bCanceled
	ref, kept := m.store(out) // without memory it is sent once
	if kept {
		b.cancel, b.cancelLen = ref, uint16(len(out))
	}
	m.stats.cancelsMade.Add(1)
	if m.loop.SendOn(b.sock, b.from, b.to, b.name, b.stream, out) != nil {
		m.stats.sendErrors.Add(1)
	}
	b.cancelLeft = uint32(min(cancelT1s*uint64(t.retr1), math.MaxUint32))
	if m.armRetr(bi, t, b); !kept && b.retr != 0 {
		m.loop.Cancel(b.retr)
		b.retr = 0
	}
	if b.state != brFinal {
		m.armFR(bi, t, b, t.fr)
	}
}

// cancelAnswered stops the repetition of a branch's CANCEL.
func (m *layer) cancelAnswered(b *branch, code int) {
	if code >= 200 && b.retr != 0 && b.flags&bCanceled != 0 {
		m.loop.Cancel(b.retr)
		b.retr = 0
	}
}

// sendAck acknowledges a failure hop by hop (RFC 3261 §17.1.1.3): Request-URI,
// top Via, Route and CSeq number of the request, To of the reply.
func (m *layer) sendAck(t *tx, b *branch, p *core.Proc) {
	to := p.Index.First(sipparse.HdrTo)
	if to < 0 || b.req == 0 {
		return
	}
	from, end := p.Index.Line(to)
	out := m.hopByHop(t, m.arena.Bytes(b.req)[:b.reqLen], "ACK", p.Msg[from:end], nil, -1)
	if out == nil {
		return
	}
	m.stats.acksMade.Add(1)
	if m.loop.SendOn(b.sock, b.from, b.to, b.name, b.stream, out) != nil {
		m.stats.sendErrors.Add(1)
	}
}

// hopByHop builds the CANCEL or ACK that belongs to a request as it was sent. The
// result is good until the next call. to replaces the To line; cause is why a
// request is cancelled.
func (m *layer) hopByHop(t *tx, req []byte, method string, to, extra []byte, cause int) []byte {
	x := &m.scratch
	if sipparse.Parse(req, x) != sipparse.OK {
		m.stats.broken.Add(1)
		return nil
	}
	b := m.out[:0]
	b = append(append(b, method...), ' ')
	b = append(b, x.URISpan().Of(req)...)
	b = append(b, " SIP/2.0\r\n"...)
	topVia := x.First(sipparse.HdrVia)
	for k := range x.Len() {
		from, end := x.Line(k)
		switch x.Type(k) {
		case sipparse.HdrVia:
			if k != topVia {
				continue
			}
			if v, e := x.TopVia(req); e == sipparse.OK && v.Next {
				b = append(b, "Via: "...)
				b = append(b, v.Whole.Of(req)...)
				b = append(b, '\r', '\n')
				continue
			}
		case sipparse.HdrTo:
			if to != nil {
				b = appendLine(b, to)
				continue
			}
		case sipparse.HdrCSeq:
			if c, e := x.CSeq(req); e == sipparse.OK {
				b = append(b, "CSeq: "...)
				b = append(b, c.NumberSpan.Of(req)...)
				b = append(append(append(b, ' '), method...), '\r', '\n')
			}
			continue
		case sipparse.HdrFrom, sipparse.HdrCallID, sipparse.HdrRoute:
		default:
			if prefix := m.cfg(t).ACExtraHdrs; prefix == "" || !hasPrefixFold(x.Name(k).Of(req), prefix) {
				continue
			}
		}
		b = appendLine(b, req[from:end])
	}
	b = append(b, "Max-Forwards: 70\r\n"...)
	if method == "CANCEL" {
		b = m.appendReason(b, t, cause)
	}
	b = append(b, extra...)
	b = append(b, "Content-Length: 0\r\n\r\n"...)
	m.out = b[:0]
	return b
}

// appendReason tells the callee why (RFC 3326): the caller's own reasons, or that
// another branch has decided.
func (m *layer) appendReason(b []byte, t *tx, cause int) []byte {
	switch {
	case cause == 0 && t.reasonLen > 0:
		return append(b, m.arena.Bytes(t.reason)[:t.reasonLen]...)
	case cause >= 200 && m.cfg(t).LocalCancelReason:
		b = append(b, "Reason: SIP;cause="...)
		b = append(b, byte('0'+cause/100), byte('0'+cause/10%10), byte('0'+cause%10))
		if cause < 300 {
			b = append(b, `;text="Call completed elsewhere"`...)
		}
		return append(b, '\r', '\n')
	}
	return b
}

// appendLine copies a header line; one that ends in a bare LF gets its CR.
func appendLine(b, line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	return append(append(b, line[:n]...), '\r', '\n')
}

// hasPrefixFold reports whether a header's name begins with a prefix in any case.
func hasPrefixFold(name []byte, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(string(name[:len(prefix)]), prefix)
}
