package tm

import (
	"unsafe"

	"sipedge/engine/core"
	"sipedge/sipparse"
)

// newtran is t_newtran(): it makes the transaction of the request. 1: made, or
// there already for this message; 0: a retransmission or an ACK, which has been
// dealt with, so that the script ends; -1: not possible, or an ACK of nobody.
func (m *layer) newtran(p *core.Proc) int32 {
	if p.Txn != 0 {
		if p.Notes[noteOwner]&(owns|fromRoute) != 0 && m.get(Handle(p.Txn)) != nil {
			return 1
		}
		p.Txn = 0
	}
	if !p.Index.IsRequest() {
		return p.Refuse(core.ErrNotRequest)
	}
	if i, t := m.find(p, false); t != nil {
		if p.Index.Method() == sipparse.MethodAck {
			return m.acknowledge(i, t, p)
		}
		m.retransmission(i, t, p)
		return 0
	}
	if p.Index.Method() == sipparse.MethodAck {
		return p.Refuse(core.ErrIsAck)
	}
	i, t, err := m.create(p)
	if err != nil {
		p.Logf(levelErr, "tm: %v", err)
		return p.Refuse(err)
	}
	if m.cancelledBefore(p) {
		t.flags |= fCanceled
	}
	p.Txn = uint64(m.handle(i))
	p.Notes[noteOwner] |= owns
	t.busy++
	for _, id := range *m.api.global.Load() {
		m.call(id, Args{Event: RequestIn, T: Handle(p.Txn), Branch: -1, Proc: p})
	}
	return 1
}

// retransmission answers the copy of a request with the last reply (RFC 3261
// §17.2.1, §17.2.2); without one it is absorbed.
func (m *layer) retransmission(i int32, t *tx, p *core.Proc) {
	m.stats.absorbed.Add(1)
	m.tell(i, t, RetransmissionIn, -1, p, int(t.status), false)
	m.again(t)
	m.waitOn(i, t)
}

// again sends the last reply once more. After a 2xx to an INVITE there is
// nothing to send: the UAS behind us repeats it (RFC 6026 §7.1).
func (m *layer) again(t *tx) {
	if t.reply == 0 || t.method == sipparse.MethodInvite && t.status >= 200 && t.status < 300 && t.flags&fLocalFinal == 0 {
		return
	}
	m.stats.replyAgain.Add(1)
	m.sendUp(t, t.stream, m.arena.Bytes(t.reply)[:t.replyLen])
}

// sendUp sends a reply to where the request came from. f are what the script has said
// of connections for it.
func (m *layer) sendUp(t *tx, f core.StreamFlags, b []byte) {
	if m.loop.SendReply(&t.meta, t.respTo, f.Reply(), t.ignore, b) != nil {
		m.stats.sendErrors.Add(1)
	}
}

// acknowledge takes the ACK of a failure: the reply is not repeated any more
// (RFC 3261 §17.2.1, Confirmed). The result is t_newtran()'s.
func (m *layer) acknowledge(i int32, t *tx, p *core.Proc) int32 {
	if t.status < 300 {
		return p.Refuse(core.ErrIsAck) // of a 2xx, by its branch; it goes on to the UAS
	}
	m.verify(t)
	if t.flags&fAcked != 0 {
		return 0
	}
	t.flags |= fAcked
	m.stats.acks.Add(1)
	m.tell(i, t, Ack, -1, p, int(t.status), false)
	m.stopTimer(t)
	m.settle(i, t)
	return 0
}

// Acknowledged implements core.LoopHook: the ACK of a failure reply that was made
// here.
func (m *layer) Acknowledged(p *core.Proc) {
	if i, t := m.find(p, false); t != nil {
		m.acknowledge(i, t, p)
	}
}

// release is t_release(): the transaction ends with the script, whatever has
// come of it.
func (m *layer) release(p *core.Proc) int32 {
	if m.get(Handle(p.Txn)) == nil || p.Notes[noteOwner]&owns == 0 {
		return p.Refuse(ErrGone)
	}
	p.Notes[noteOwner] |= released
	return 1
}

// Ended implements core.LoopHook: the script of the request that began the
// transaction is over.
func (m *layer) Ended(p *core.Proc, _ bool) {
	t := m.get(Handle(p.Txn))
	if t == nil || p.Notes[noteOwner]&owns == 0 {
		return
	}
	i := Handle(p.Txn).slot()
	p.Notes[noteOwner] &^= owns
	t.busy--
	t.respTo, _ = p.ReplyTo() // force_rport() may have come behind t_newtran()
	if t.pending == 0 && t.status < 200 && t.flags&(fSuspended|fSilent) == 0 {
		if m.pick(t) != 0 && p.LastReply < 200 && p.Notes[noteOwner]&released == 0 {
			// Its branches have failed while it waited for t_continue().
			m.save(t, p)
			m.failed(i, t)
			if t = m.get(Handle(p.Txn)); t != nil {
				m.drain(i, t)
			}
			return
		}
		m.leftAlone(i, t, p)
		return
	}
	if t.flags&(fWaiting|fLumpsSaved) == 0 {
		m.save(t, p)
	}
	if t.flags&fSuspended != 0 && t.pending == 0 && t.status < 200 {
		m.armLife(i, t)
	}
	m.drain(i, t)
}

// leftAlone is a transaction whose script has neither sent the request on nor
// answered it. After a failed t_relay() the request is answered for the script;
// a script that answered statelessly, or wanted no answer, has its way.
func (m *layer) leftAlone(i int32, t *tx, p *core.Proc) {
	switch {
	case p.LastReply >= 200:
		// answered statelessly, by sl_send_reply()
	case t.flags&fCanceled != 0:
		if m.localReply(i, t, p, 487, "Request Terminated") == nil {
			m.drain(i, t)
			return
		}
	case p.Notes[noteOwner]&relayFailed != 0 && p.Notes[noteOwner]&released == 0:
		code, reason := whyFailed(p.Notes[noteOwner] >> 16)
		if m.localReply(i, t, p, code, reason) == nil {
			m.drain(i, t)
			return
		}
	case p.Notes[noteOwner]&released == 0:
		p.Logf(levelWarn, "tm: the script has neither relayed nor answered the request, nor released its transaction; it is dropped")
	}
	m.destroy(i, t)
}

// Absorbed implements core.LoopHook.
func (m *layer) Absorbed(p *core.Proc) {
	if t := m.get(Handle(p.Txn)); t != nil && p.Notes[noteOwner]&(owns|fromRoute) != 0 {
		m.again(t)
	}
}

// ReplyWith implements core.LoopHook: send_reply() of a request with a transaction.
func (m *layer) ReplyWith(p *core.Proc, code int, reason []byte) error {
	t := m.get(Handle(p.Txn))
	if t == nil {
		return ErrGone
	}
	if p.Notes[noteOwner]&(owns|fromRoute) == 0 {
		if p.Index.IsRequest() { // of another transaction, which it was only looked up for
			return p.Reply(code, reason)
		}
		return m.replyRevived(Handle(p.Txn).slot(), t, code, string(reason))
	}
	return m.localReply(Handle(p.Txn).slot(), t, p, code, unsafe.String(unsafe.SliceData(reason), len(reason)))
}
