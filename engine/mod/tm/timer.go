package tm

import (
	"time"

	"sipedge/engine/blacklist"
	"sipedge/reactor"
	"sipedge/sipparse"
)

// Kinds of timers.
const (
	timerRetr uint32 = iota // a branch's request, or its CANCEL, is repeated (Timers A, E)
	timerFR                 // a branch has had its time (Timers B, C, F)
	timerTx                 // the server transaction's; tx.timerKind says which
)

// Kinds of the server transaction's timer; there is one at a time.
const (
	txNone   uint8 = iota
	txAgain        // the failure is repeated until its ACK comes (Timers G, H)
	txWait         // the transaction goes (Timers I, J, K, L)
	txLife         // one that waits for t_continue() has had its time
	txTrying       // a request that is no INVITE gets its 100 (RFC 4320 §4.1)
)

func (m *layer) after(d uint32, kind uint32, arg uint64) reactor.TimerID {
	id := m.loop.After(time.Duration(d)*time.Millisecond, kind, arg)
	if id == 0 {
		m.stats.timersFull.Add(1)
	}
	return id
}

// Timer implements core.LoopHook.
func (m *layer) Timer(kind uint32, arg uint64) {
	i, gen := int32(uint32(arg)), uint32(arg>>32)
	switch kind {
	case timerRetr:
		if b := m.brs.Get(i, gen); b != nil {
			b.retr = 0
			m.onRetr(i, b)
		}
	case timerFR:
		if b := m.brs.Get(i, gen); b != nil {
			b.fr = 0
			m.onFR(i, b)
		}
	case timerTx:
		if t := m.txs.Get(i, gen); t != nil {
			t.timer = 0
			m.onTxTimer(i, t)
		}
	}
}

// armRetr arms the repetition of a branch's request, or of its CANCEL: Timer A of
// an INVITE, Timer E of others (RFC 3261 §17.1.1.2, §17.1.2.2). What a reliable
// transport has taken is not repeated.
func (m *layer) armRetr(bi int32, t *tx, b *branch) {
	if b.retr != 0 {
		m.loop.Cancel(b.retr)
		b.retr = 0
	}
	if b.flags&bReliable != 0 {
		return
	}
	b.retrDelay = t.retr1
	b.retr = m.after(b.retrDelay, timerRetr, timerArg(bi, m.brs.Gen(bi)))
}

// armFR arms the time that a branch has for its final reply, within the time that
// the transaction has (max_inv_lifetime, max_noninv_lifetime): Timers B, C and F.
func (m *layer) armFR(bi int32, t *tx, b *branch, d uint32) {
	if b.fr != 0 {
		m.loop.Cancel(b.fr)
	}
	if left := (t.lifeEnd - m.loop.Now()) / ms; int64(d) > left {
		d = uint32(max(left, 1))
	}
	b.fr = m.after(d, timerFR, timerArg(bi, m.brs.Gen(bi)))
}

// onRetr repeats a request: an INVITE with the time doubled each time (Timer A has
// no bound but Timer B), others up to T2 and with T2 from a provisional reply on.
func (m *layer) onRetr(bi int32, b *branch) {
	t := m.txs.At(b.tx)
	ref, n := b.req, b.reqLen
	if b.flags&bCanceled != 0 {
		ref, n = b.cancel, b.cancelLen
		if b.cancelLeft <= b.retrDelay {
			b.retr = 0
			return
		}
		b.cancelLeft -= b.retrDelay
	} else if b.state == brFinal {
		return
	}
	m.stats.retransmits.Add(1)
	if m.loop.SendOn(b.sock, b.from, b.to, b.name, b.stream, m.arena.Bytes(ref)[:n]) != nil {
		m.stats.sendErrors.Add(1)
	}
	b.retrDelay *= 2
	if (t.method != sipparse.MethodInvite || b.flags&bCanceled != 0) && (b.retrDelay > t.retr2 || b.state == brProceeding && b.flags&bCanceled == 0) {
		b.retrDelay = t.retr2
	}
	b.retr = m.after(b.retrDelay, timerRetr, timerArg(bi, m.brs.Gen(bi)))
}

// onFR ends a branch that has had its time.
func (m *layer) onFR(bi int32, b *branch) {
	i := b.tx
	t := m.txs.At(i)
	if b.state == brFinal {
		return
	}
	if t.busy > 0 {
		if !m.enqueue(i, t, event{kind: evFR, branch: bi, gen: m.brs.Gen(bi)}) {
			b.fr = m.after(t.retr2, timerFR, timerArg(bi, m.brs.Gen(bi))) // it must not be forgotten
		}
		return
	}
	m.timedOut(i, t, bi, b)
}

// timedOut gives a branch the 408 that nobody has sent (RFC 3261 §16.8, Timer C;
// §17.1.1.2, Timer B; §17.1.2.2, Timer F), or 487 where the request was cancelled.
func (m *layer) timedOut(i int32, t *tx, bi int32, b *branch) {
	m.stats.timeouts.Add(1)
	proceeding := b.state == brProceeding
	code := 408
	if b.state == brCalling && b.flags&bReplied == 0 {
		if b.flags&bLost != 0 {
			code = int(b.lost)
		} else if blacklist.Timeout&^b.ignore != 0 && m.cfg(t).BlstAdd&methodBit(t.method) != 0 {
			m.loop.Failed(b.sock, b.to, blacklist.Timeout)
		}
		if !m.backToUDP(i, t, b) {
			m.failOver(i, t, b)
		}
	}
	b.flags |= bFaked | bTimedOut
	t.flags |= fAnyTimeout
	if t.flags&fCanceled != 0 || b.flags&bCanceled != 0 {
		m.endBranch(i, t, b, 487)
	} else {
		m.endBranch(i, t, b, code)
		if proceeding && t.method == sipparse.MethodInvite {
			m.sendCancel(i, t, bi, b, 0)
		}
	}
	m.branchFailed(i, t, bi, b, nil)
}

// setTimer arms the server transaction's timer in place of the one before.
func (m *layer) setTimer(i int32, t *tx, kind uint8, d uint32) {
	m.stopTimer(t)
	t.timerKind = kind
	t.timer = m.after(d, timerTx, timerArg(i, m.txs.Gen(i)))
	if t.timer != 0 {
		return
	}
	t.timerKind = txNone
	switch kind { // better gone early than never
	case txWait:
		m.destroy(i, t)
	case txAgain:
		t.flags |= fAcked
		m.settle(i, t)
	case txLife:
		m.endOfLife(i, t)
	}
}

func (m *layer) stopTimer(t *tx) {
	if t.timer != 0 {
		m.loop.Cancel(t.timer)
		t.timer = 0
	}
	t.timerKind = txNone
}

// armLife bounds a transaction that waits for something outside.
func (m *layer) armLife(i int32, t *tx) {
	m.setTimer(i, t, txLife, uint32(max((t.lifeEnd-m.loop.Now())/ms, 1)))
}

func (m *layer) onTxTimer(i int32, t *tx) {
	kind := t.timerKind
	t.timerKind = txNone
	switch kind {
	case txWait:
		m.destroy(i, t)
	case txAgain:
		m.onAgain(i, t)
	case txTrying:
		if t.status == 0 {
			m.replyIfIdle(i, t, 100, "Trying")
		}
	case txLife:
		if t.busy > 0 {
			m.setTimer(i, t, txLife, t.retr2)
			return
		}
		m.endOfLife(i, t)
	}
}

// onAgain repeats a failure until its ACK comes (Timer G) or its time is over
// (Timer H).
func (m *layer) onAgain(i int32, t *tx) {
	now := m.loop.Now()
	if now >= t.ackBy {
		t.flags |= fAcked // nobody will send it
		m.settle(i, t)
		return
	}
	if t.retrDelay != 0 {
		m.again(t)
		t.retrDelay = min(2*t.retrDelay, t.retr2)
		m.setTimer(i, t, txAgain, min(t.retrDelay, uint32((t.ackBy-now)/ms)+1))
	}
}

// awaitAck begins the time in which the ACK of a failure has to come: Timer H is
// 64*T1, also where the script has made fr_timer short to try the next
// destination soon.
func (m *layer) awaitAck(i int32, t *tx, repeat bool) {
	d := max(t.fr, 64*t.retr1)
	t.ackBy = m.loop.Now() + int64(d)*ms
	repeat = repeat && !isReliable(t.meta.Transport)
	t.retrDelay = 0
	if repeat {
		t.retrDelay = t.retr1
		d = t.retr1
	}
	m.setTimer(i, t, txAgain, d)
}

// settle moves a transaction that has had its final reply, and whose branches
// have all ended, into the wait state, where it absorbs what comes late.
func (m *layer) settle(i int32, t *tx) {
	if t.busy > 0 || t.pending > 0 || t.flags&fWaiting != 0 {
		return
	}
	if t.status < 200 && t.flags&(fSilent|fReplicate|fLocal) == 0 {
		return
	}
	if t.status >= 300 && t.method == sipparse.MethodInvite && t.flags&(fAcked|fLocal) == 0 {
		return
	}
	t.flags |= fWaiting
	t.ackBy = m.loop.Now() + 64*int64(t.retr1)*ms
	m.tell(i, t, Completed, -1, nil, int(t.status), false)
	m.armWait(i, t)
}

func (m *layer) armWait(i int32, t *tx) {
	m.setTimer(i, t, txWait, m.together(uint32(max(m.cfg(t).Wait, 1))))
}

// waitOn begins the wait state anew, since a retransmission has shown that the
// caller has not heard the end: wt_timer is shorter than Timers J and L (RFC 3261
// §17.2.2, RFC 6026 §7.1), and a request that comes again when its transaction is
// gone would be taken for a new one. 64*T1 after the end nothing comes any more.
func (m *layer) waitOn(i int32, t *tx) {
	if t.flags&fWaiting != 0 && t.timerKind == txWait && m.loop.Now() < t.ackBy {
		m.armWait(i, t)
	}
}

// isReliable reports whether a transport repeats for us.
func isReliable(tr reactor.Transport) bool { return tr > reactor.UDP }

// together lengthens a time so that it ends with those of others: nobody waits for
// the end of a wait state, and a loop that wakes for each of them would spend more
// on that than on the transaction.
func (m *layer) together(d uint32) uint32 {
	end := m.loop.Now()/ms + int64(d)
	return d + uint32((waitGrain-end%waitGrain)%waitGrain)
}

// verified sources. A UDP source can be forged; only one that has completed an
// exchange gets failures repeated that we made ourselves.

func (m *layer) sourceHash(t *tx) uint64 {
	a := &t.meta.Remote
	h := uint64(fnvOffset)
	for _, c := range a.IP {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return (h^uint64(a.Port))*fnvPrime | 1
}

func (m *layer) verify(t *tx) {
	h := m.sourceHash(t)
	m.verified[h>>8&(verifiedSlots-1)] = h
}

func (m *layer) isVerified(t *tx) bool {
	h := m.sourceHash(t)
	return m.verified[h>>8&(verifiedSlots-1)] == h
}
