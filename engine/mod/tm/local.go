package tm

import (
	"sipedge/engine/core"
	"sipedge/sipparse"
)

// localReply answers the request here: t_reply() and what the layer says by
// itself. p is the request. A final one ends the branches that are left.
func (m *layer) localReply(i int32, t *tx, p *core.Proc, code int, reason string) error {
	if code < 100 || code > 699 {
		return core.ErrBadCode
	}
	if t.flags&fLocal != 0 {
		return core.ErrFromNetwork
	}
	if t.status >= 200 {
		return ErrFinal
	}
	mem := m.replyRoom(t, p.ReplySize(reason))
	b := p.AppendReply(mem[:0], code, reason)
	if len(b) > len(mem) {
		return core.ErrTooLong
	}
	if t.reply != 0 {
		t.replyLen = uint16(len(b))
	}
	t.respTo, _ = p.ReplyTo()
	t.ignore = p.IgnoredFailures(true)
	t.stream |= p.StreamFlags()
	m.sendUp(t, t.stream, b)
	m.stats.replied.Add(1)
	p.LastReply = uint16(code)
	if code >= 200 {
		t.flags |= fLocalFinal
	}
	if code >= 200 && t.flags&fReplicate == 0 { // the branches of a replica go on
		if t.method == sipparse.MethodInvite {
			m.cancelPending(i, t, code)
		} else {
			m.abandonPending(i, t)
		}
	}
	m.sentUp(i, t, code, -1, p, true)
	m.settle(i, t)
	return nil
}

// abandonPending ends the branches of a request that is no INVITE and has its
// answer: nothing can cancel them, and nobody waits for them.
func (m *layer) abandonPending(i int32, t *tx) {
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		if b.state != brFinal {
			b.flags |= bFaked
			m.endBranch(i, t, b, 408)
		}
		n = b.next
	}
}

// replyRevived is localReply with a context made anew.
func (m *layer) replyRevived(i int32, t *tx, code int, reason string) error {
	p := m.revive(i, t)
	if p == nil {
		return ErrGone
	}
	err := m.localReply(i, t, p, code, reason)
	m.loop.Put(p)
	return err
}

// replyIfIdle is replyRevived for what the layer says by itself. What cannot be
// said must not keep the transaction.
func (m *layer) replyIfIdle(i int32, t *tx, code int, reason string) {
	if err := m.replyRevived(i, t, code, reason); err != nil && code >= 200 {
		t.flags |= fSilent
		m.settle(i, t)
	}
}

// trying tells the caller of an INVITE that it is being dealt with (RFC 3261
// §16.2, auto_inv_100).
func (m *layer) trying(i int32, t *tx, p *core.Proc) {
	if err := m.localReply(i, t, p, 100, m.cfg(t).AutoInv100Reason); err != nil {
		m.stats.sendErrors.Add(1)
	}
}
