package tm

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Reply implements core.LoopHook: a reply that may belong to a branch of ours.
// One that belongs to none is left to the core, which relays it statelessly
// (RFC 3261 §16.7).
func (m *layer) Reply(p *core.Proc) bool {
	bi, isCancel, ok := m.findBranch(p)
	if !ok {
		return m.strayReply(p)
	}
	b := m.brs.At(bi)
	if isCancel {
		m.cancelAnswered(b, p.Index.Status())
		m.loop.Put(p)
		return true
	}
	i := b.tx
	t := m.txs.At(i)
	p.Txn, p.TxnBranch = uint64(m.handle(i)), int32(b.num)
	if t.busy > 0 {
		code := p.Index.Status()
		if !p.Keep() || !m.enqueue(i, t, event{kind: evReply, branch: bi, gen: m.brs.Gen(bi), proc: m.wait(p)}) {
			m.loop.Put(p) // as if the network had lost it; the request is repeated
			return true
		}
		m.quiet(t, b, code)
		return true
	}
	m.onReply(i, t, bi, b, p)
	return true
}

// quiet stops the repetition of a request that has been answered, also where the
// answer itself has to wait for a script.
func (m *layer) quiet(t *tx, b *branch, code int) {
	if b.retr != 0 && b.flags&bCanceled == 0 && (t.method == sipparse.MethodInvite || code >= 200) {
		m.loop.Cancel(b.retr)
		b.retr = 0
	}
}

// strayReply is a reply with a branch of this loop that matches no transaction.
// One whose CSeq names a method that we have not sent is nobody's, and nobody may
// get one whose transaction is over (RFC 6026 §8.9): the caller has had another.
// A 2xx to an INVITE is left to the core, which relays it, since the call that it
// makes has to be acknowledged and ended by the caller.
func (m *layer) strayReply(p *core.Proc) bool {
	via, e := p.Index.TopVia(p.Msg)
	if e != sipparse.OK {
		return false
	}
	tok, own := m.loop.OwnBranch(via.Branch.Of(p.Msg))
	if !own || len(tok) != tokenLen {
		return false
	}
	slot, ok1 := core.ParseHex(tok[:tokenSlot])
	gen, ok2 := core.ParseHex(tok[tokenSlot : tokenSlot+tokenGen])
	if ok1 && ok2 && slot <= 1<<30 && m.txs.Get(int32(slot), uint32(gen)) != nil {
		m.loop.Put(p)
		return true
	}
	if cs, e := p.Index.CSeq(p.Msg); !ok1 || !ok2 || e == sipparse.OK && cs.Method == sipparse.MethodInvite && p.Index.Status()/100 == 2 {
		return false
	}
	m.stats.lateReplies.Add(1)
	m.loop.Put(p)
	return true
}

// onReply is RFC 3261 §16.7 for one reply: timers first, so that nothing is lost
// while the onreply_route waits, then the route, then what becomes of it.
func (m *layer) onReply(i int32, t *tx, bi int32, b *branch, p *core.Proc) {
	code := p.Index.Status()
	invite := t.method == sipparse.MethodInvite
	if b.state == brFinal {
		m.lateReply(i, t, bi, b, p, code)
		return
	}
	b.flags |= bReplied
	t.flags |= fAnyReplied
	if code < 200 {
		rising := b.state == brCalling || code > int(b.status)
		b.state = brProceeding
		if rising {
			b.status = uint16(code)
		}
		if invite {
			m.quiet(t, b, code)
			if b.flags&bCancelWait != 0 {
				m.sendCancel(i, t, bi, b, int(b.cause))
			} else if b.flags&bCanceled == 0 && (rising || m.cfg(t).RestartFR) {
				m.armFR(bi, t, b, t.frInv)
			}
		}
	} else {
		m.stopBranch(b)
		if invite && code >= 300 {
			m.sendAck(t, b, p)
		}
		b.flags |= bHasFinal
	}
	m.tell(i, t, ResponseIn, int(b.num), p, code, false)
	op := m.block(t, or16(b.onReply, t.onReply))
	if op == nil {
		m.replied(i, t, bi, b, p, false)
		return
	}
	if t.ctxLen != 0 {
		p.LoadShared(core.SharedState(m.arena.Bytes(t.ctx)[:t.ctxLen]), m.requestBytes(t))
	}
	p.BranchFlags = b.bflags
	p.Task = core.Task{A: uint64(m.handle(i)), B: timerArg(bi, m.brs.Gen(bi))}
	t.busy++
	m.run(p, rt.TMReplyRoute, op, endOnReply)
}

func or16(a, b uint16) uint16 {
	if a != 0 {
		return a
	}
	return b
}

// run runs a block on a message of the transaction; a panic costs that message
// alone (Lost).
func (m *layer) run(p *core.Proc, kind rt.RouteKind, op rt.Op, end core.BlockEnd) {
	defer m.loop.Boundary(p)
	p.RunBlock(kind, op, end)
}

// endOnReply goes on with a reply when its onreply_route is over.
func endOnReply(p *core.Proc, st rt.State, _ error) {
	m := layerOf(p)
	h := Handle(p.Task.A) // p is put back, and used again, below
	i := h.slot()
	t := m.get(h)
	bi := int32(uint32(p.Task.B))
	if t == nil || m.brs.Get(bi, uint32(p.Task.B>>32)) == nil {
		m.loop.Put(p) // a bug: a busy transaction does not go
		m.stats.broken.Add(1)
		return
	}
	t.busy--
	b := m.brs.At(bi)
	b.bflags = p.BranchFlags
	if p.SharedChanged() {
		m.shareBack(i, t, p)
	}
	m.replied(i, t, bi, b, p, st == rt.Dropped)
	if t = m.get(h); t != nil {
		m.drain(i, t)
	}
}

// shareBack keeps the flags and AVPs that a reply's route or a failure_route has changed for
// the later routes of the transaction.
func (m *layer) shareBack(i int32, t *tx, p *core.Proc) {
	if q := m.revive(i, t); q != nil {
		q.TakeShared(&p.Ctx)
		m.save(t, q)
		m.loop.Put(q)
	}
}

// replied goes on with a reply once its route is over, and ends p.
func (m *layer) replied(i int32, t *tx, bi int32, b *branch, p *core.Proc, dropped bool) {
	code := p.Index.Status()
	switch {
	case code < 200:
		if !dropped {
			m.provisional(i, t, b, p, code)
		}
		m.loop.Put(p)
	case code < 300:
		m.endBranch(i, t, b, code)
		m.success(i, t, b, p, code)
		m.loop.Put(p)
		m.settle(i, t)
	default:
		if code == 503 && b.state != brFinal {
			m.unavailable(i, t, b, p)
		}
		m.endBranch(i, t, b, code)
		m.branchFailed(i, t, bi, b, p)
	}
}

// provisional relays a provisional reply: not 100 (RFC 3261 §16.7 step 5), and
// none to a request that is no INVITE (RFC 4320 §4.1).
func (m *layer) provisional(i int32, t *tx, b *branch, p *core.Proc, code int) {
	if code == 100 && !m.cfg(t).Relay100 || t.status >= 200 || t.flags&(fReplicate) != 0 {
		return
	}
	if t.flags&fLocal != 0 {
		if m.cfg(t).PassProvisional {
			m.tell(i, t, LocalResponse, int(b.num), p, code, false)
		}
		return
	}
	if t.method != sipparse.MethodInvite {
		return
	}
	m.relayUp(i, t, b, p, code)
}

// success relays a 2xx at once, whatever was sent before (RFC 3261 §16.7 step 5,
// §16.7 step 10; RFC 6026), and cancels the other branches.
func (m *layer) success(i int32, t *tx, b *branch, p *core.Proc, code int) {
	invite := t.method == sipparse.MethodInvite
	if invite {
		b.tag = m.toTag(p)
		m.cancelPending(i, t, 200)
	}
	switch {
	case t.flags&fLocal != 0:
		t.status = uint16(code)
		if invite {
			m.ackOwn(t, b, p)
		}
		m.tell(i, t, LocalResponse|LocalCompleted, int(b.num), p, code, false)
	case t.flags&fReplicate != 0:
	case invite || t.status < 200:
		m.relayUp(i, t, b, p, code)
		if invite {
			m.enterAccepted(i, t)
		}
	default:
		m.stats.lateReplies.Add(1)
	}
}

func (m *layer) toTag(p *core.Proc) uint64 {
	if to, e := p.Index.To(p.Msg); e == sipparse.OK && to.Tag.Len > 0 {
		return m.loop.Server().HashBytes(to.Tag.Of(p.Msg)) | 1
	}
	return 0
}

// lateReply is a final reply to a branch that has had one: a failure is
// acknowledged again, a 2xx to an INVITE goes on to the caller, who acknowledges
// it (RFC 6026 §7.2), anything else is absorbed.
func (m *layer) lateReply(i int32, t *tx, bi int32, b *branch, p *core.Proc, code int) {
	defer m.loop.Put(p)
	if code < 200 {
		if t.method == sipparse.MethodInvite && b.flags&(bHasFinal|bCanceled) == 0 {
			// It was given up without any reply, when nothing could be cancelled
			// (RFC 3261 §9.1), and rings for nobody.
			m.sendCancel(i, t, bi, b, 0)
		}
		return
	}
	if t.method != sipparse.MethodInvite {
		m.stats.lateReplies.Add(1)
		return
	}
	if code >= 300 {
		m.stats.lateReplies.Add(1)
		if b.retr != 0 && b.flags&bCanceled != 0 {
			m.stopBranch(b)
		}
		m.sendAck(t, b, p)
		return
	}
	if t.flags&fLocal != 0 || t.flags&fReplicate != 0 {
		m.stats.lateReplies.Add(1)
		if t.flags&fLocal != 0 {
			m.ackOwn(t, b, p)
		}
		m.tell(i, t, LocalResponse, int(b.num), p, code, false)
		return
	}
	m.stopBranch(b)
	b.tag = m.toTag(p)
	if b.status >= 300 { // it has answered after all
		b.status = uint16(code)
		m.cancelPending(i, t, 200)
	}
	m.relayUp(i, t, b, p, code)
	m.enterAccepted(i, t)
	m.settle(i, t)
}

// endBranch notes a branch's end.
func (m *layer) endBranch(_ int32, t *tx, b *branch, code int) {
	if b.state == brFinal {
		return
	}
	if again := b.retr; b.flags&bCanceled != 0 && b.flags&bTimedOut != 0 {
		// The phone may ring on: its CANCEL has 64*T1 to come through (RFC 3261
		// §9.1), however short fr_timer is.
		b.retr = 0
		m.stopBranch(b)
		b.retr = again
	} else {
		m.stopBranch(b)
	}
	b.state, b.status = brFinal, uint16(code)
	t.pending--
}

// relayUp sends a branch's reply on to the caller and keeps it: a provisional
// one or a failure, to answer retransmissions with.
func (m *layer) relayUp(i int32, t *tx, b *branch, p *core.Proc, code int) {
	m.tell(i, t, ResponseForward, int(b.num), p, code, false)
	if err := p.StripVia(); err != nil {
		p.Logf(levelErr, "tm: reply not relayed: %v", err)
		m.notRelayed(i, t, code)
		return
	}
	if code == 503 && m.cfg(t).Remap503 { // RFC 3261 §16.7 step 6: it is our knowledge of the next hop
		code = 500
		if !m.changeCode(p) {
			m.notRelayed(i, t, code)
			return
		}
	}
	n := p.EditedSize()
	buf := p.AppendEdited(m.replyRoom(t, n)[:0])
	if t.reply != 0 {
		t.replyLen = uint16(n)
	}
	t.ignore = p.IgnoredFailures(false)
	m.sendUp(t, t.stream|p.StreamFlags(), buf)
	m.stats.relayed.Add(1)
	m.sentUp(i, t, code, int(b.num), p, false)
}

// notRelayed answers for a final reply that cannot be relayed, so that the caller
// does not wait for it.
func (m *layer) notRelayed(i int32, t *tx, code int) {
	m.stats.sendErrors.Add(1)
	if code >= 200 && t.status < 200 {
		m.replyIfIdle(i, t, 502, "Bad Gateway")
	}
}

// changeCode makes a 503 a 500.
func (m *layer) changeCode(p *core.Proc) bool {
	line := p.Index.StartLine()
	mk := p.Mark()
	p.AppendString("SIP/2.0 500 Server Internal Error\r\n")
	return p.Replace(int(line.Off), int(line.Len), p.FromMark(mk))
}

// replyRoom is room for n bytes of a reply, of which the transaction keeps the
// last one to answer retransmissions with. Where there is no memory the reply goes
// out unkept: a caller who gets it once is better off than one who waits.
func (m *layer) replyRoom(t *tx, n int) []byte {
	if t.reply != 0 && len(m.arena.Bytes(t.reply)) >= n {
		return m.arena.Bytes(t.reply)
	}
	ref, buf, ok := m.arena.Alloc(n)
	m.arena.Free(t.reply)
	t.reply = ref
	if ok {
		return buf
	}
	m.stats.noMemory.Add(1)
	t.reply, t.replyLen = 0, 0
	if cap(m.out) < n {
		m.out = make([]byte, n)
	}
	return m.out[:n]
}

// sentUp notes the reply that has been sent upstream and arms what follows.
func (m *layer) sentUp(i int32, t *tx, code, branch int, p *core.Proc, local bool) {
	first, event := t.status < 200, ResponseOut
	if t.status >= 200 && t.status < 300 {
		event = ResponseAgain
	}
	if code < 200 && t.status >= 200 {
		return
	}
	if t.status < 200 || code < 300 {
		t.status = uint16(code)
	}
	if code >= 200 && t.timerKind == txTrying {
		m.stopTimer(t)
	}
	if code >= 300 && first && t.method == sipparse.MethodInvite {
		repeat := true
		if local && !m.isVerified(t) {
			repeat = false
			m.stats.unverified.Add(1)
		}
		m.awaitAck(i, t, repeat)
	} else if code >= 200 && code < 300 && t.timerKind == txAgain {
		m.stopTimer(t) // a 2xx after a failure: the caller may have both
		t.flags |= fAcked
	}
	m.tell(i, t, event, branch, p, code, local)
}
