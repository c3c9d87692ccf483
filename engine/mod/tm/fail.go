package tm

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// branchFailed goes on when a branch has ended with a failure; p is the reply,
// which it ends, nil for one that timed out.
func (m *layer) branchFailed(i int32, t *tx, bi int32, b *branch, p *core.Proc) {
	if b.status >= 600 && t.flags&fNo6xx == 0 {
		t.flags |= fSixth
		m.cancelPending(i, t, int(b.status))
	}
	if op := m.block(t, t.onBranchFailure); op != nil && t.status < 200 && t.flags&(fLocal|fReplicate) == 0 && m.runBranchFailure(i, t, bi, b, p, op) {
		return
	}
	m.decideFailure(i, t, b, p)
}

// decideFailure is what becomes of a branch's failure: when no branch is left the
// best one is chosen (RFC 3261 §16.7 step 6), after the failure_route.
func (m *layer) decideFailure(i int32, t *tx, b *branch, p *core.Proc) {
	last := t.pending == 0 && t.status < 200
	if last && t.flags&fCanceled != 0 {
		t.flags &^= fSuspended // there is nothing left to decide
	}
	direct := last && p != nil && t.flags&fSuspended == 0 && t.onFailure == 0 && t.cbMask&Failure == 0 && t.first == t.last && t.flags&(fLocal|fReplicate) == 0 && !m.silent(t, b)
	if direct {
		m.relayUp(i, t, b, p, int(b.status))
		m.loop.Put(p)
		m.settle(i, t)
		return
	}
	if p != nil {
		if t.flags&fLocal != 0 {
			events := LocalResponse
			if t.pending == 0 {
				events |= LocalCompleted
				t.status = b.status
			}
			m.tell(i, t, events, int(b.num), p, int(b.status), false)
		} else if t.status < 200 {
			m.keepReply(b, p)
		}
		m.loop.Put(p)
	} else if t.flags&fLocal != 0 && t.pending == 0 {
		t.status = b.status
		m.tell(i, t, LocalResponse|LocalCompleted, int(b.num), nil, int(b.status), true)
	}
	if !last || t.flags&(fLocal|fReplicate) != 0 {
		m.settle(i, t)
		return
	}
	if t.flags&fSuspended != 0 { // the script has not ended: whatever t_continue() runs decides
		m.armLife(i, t)
		return
	}
	m.failed(i, t)
}

// keepReply keeps a failure reply, with what onreply_route has made of it.
func (m *layer) keepReply(b *branch, p *core.Proc) {
	n := p.EditedSize()
	ref, buf, ok := m.arena.Alloc(n)
	if !ok {
		m.stats.noMemory.Add(1)
		b.flags |= bFaked // it is answered for with its code alone
		return
	}
	p.AppendEdited(buf[:0])
	b.reply, b.replyLen = ref, uint16(n)
	b.replyStream = p.StreamFlags()
}

// failed: every branch has failed. The failure_route may send the request
// elsewhere or answer it; else the best failure goes upstream.
func (m *layer) failed(i int32, t *tx) {
	w := m.pick(t)
	if w == 0 {
		m.finish(i, t)
		return
	}
	b := m.brs.At(w - 1)
	t.winner, t.best = w, b.status
	op := m.block(t, t.onFailure)
	if op == nil && t.cbMask&Failure == 0 {
		m.finish(i, t)
		return
	}
	p := m.revive(i, t)
	if p == nil {
		m.finish(i, t)
		return
	}
	p.TxnBranch = int32(b.num)
	p.BranchFlags = b.bflags
	p.BranchesClosed = t.flags&fSixth != 0
	p.UseURI() // the URI has had its branch: only a new one, or append_branch(), makes another
	m.tell(i, t, Failure, int(b.num), p, int(b.status), b.flags&bFaked != 0)
	t.onFailure = 0 // a failure_route acts once; it arms the next itself
	if op == nil {
		m.loop.Put(p)
		m.finish(i, t)
		return
	}
	p.Task = core.Task{A: uint64(m.handle(i))}
	t.busy++
	m.run(p, rt.FailureRoute, op, endFailure)
}

// endFailure goes on when a failure_route is over.
func endFailure(p *core.Proc, _ rt.State, _ error) {
	m := layerOf(p)
	h := Handle(p.Task.A) // p is put back, and used again, below
	t := m.get(h)
	if t == nil {
		m.stats.broken.Add(1)
		m.loop.Put(p)
		return
	}
	i := h.slot()
	t.busy--
	if t.status < 200 {
		m.shareBack(i, t, p) // what else it has made of the request was for its own branches, as in Kamailio
	}
	m.loop.Put(p)
	if t.pending == 0 && t.status < 200 && t.flags&fSuspended == 0 {
		m.finish(i, t)
	}
	if t.flags&fSuspended != 0 && t.pending == 0 && t.status < 200 {
		m.armLife(i, t)
	}
	if t = m.get(h); t != nil {
		m.drain(i, t)
	}
}

// finish sends the best failure upstream; nothing where RFC 4320 §4.2 forbids it.
func (m *layer) finish(i int32, t *tx) {
	if t.status >= 200 {
		m.settle(i, t)
		return
	}
	w := m.pick(t)
	if w == 0 {
		m.replyIfIdle(i, t, 500, "Server Internal Error")
		return
	}
	b := m.brs.At(w - 1)
	switch {
	case m.silent(t, b):
		t.flags |= fSilent
	case b.reply == 0:
		code, reason := int(b.status), reasonOf(int(b.status))
		if t.flags&fCanceled != 0 {
			code, reason = 487, reasonOf(487)
		} else if code == 503 && m.cfg(t).Remap503 {
			code, reason = 500, reasonOf(500)
		}
		m.replyIfIdle(i, t, code, reason)
		return
	default:
		m.relayKept(i, t, b)
	}
	m.settle(i, t)
}

// silent reports whether the failure is one that must not go upstream: a 408 to a
// request that is no INVITE, which would come too late (RFC 4320 §4.2).
func (m *layer) silent(t *tx, b *branch) bool {
	return b.status == 408 && t.method != sipparse.MethodInvite && t.flags&fLocal == 0
}

// relayKept relays a failure that was kept, with the challenges of the others.
func (m *layer) relayKept(i int32, t *tx, b *branch) {
	p, ok := m.loop.Revive(m.loop.HeldSnapshot(t.snap), m.arena.Bytes(b.reply)[:b.replyLen], &t.meta)
	if !ok {
		m.stats.broken.Add(1)
		m.replyIfIdle(i, t, int(b.status), reasonOf(int(b.status)))
		return
	}
	p.Received = false
	p.SetStreamFlags(b.replyStream)
	if (b.status == 401 || b.status == 407) && m.cfg(t).AggregateChallenges {
		m.addChallenges(t, b, p)
	}
	m.relayUp(i, t, b, p, int(b.status))
	m.loop.Put(p)
}

// addChallenges adds the challenges of the other branches that were challenged
// (RFC 3261 §16.7 step 7).
func (m *layer) addChallenges(t *tx, best *branch, p *core.Proc) {
	x := &m.scratch
	for n := t.first; n != 0; {
		o := m.brs.At(n - 1)
		n = o.next
		if o == best || o.reply == 0 || o.status != 401 && o.status != 407 || o.flags&bDropped != 0 {
			continue
		}
		b := m.arena.Bytes(o.reply)[:o.replyLen]
		if sipparse.Parse(b, x) != sipparse.OK {
			continue
		}
		for _, h := range [...]sipparse.HeaderType{sipparse.HdrWWWAuthenticate, sipparse.HdrProxyAuthenticate} {
			for k := x.First(h); k >= 0; k = x.Next(k) {
				from, to := x.Line(k)
				p.AppendHeader(p.NewString(b[from:to]))
			}
		}
	}
}

// pick chooses the best failure (RFC 3261 §16.7 step 6): a 6xx before all, then
// the lowest class; of the 4xx those that tell the caller how to do better, of
// the rest those that came from somebody. index + 1; 0 where there is none.
func (m *layer) pick(t *tx) int32 {
	best, rank := int32(0), 0
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		if b.state == brFinal && b.flags&bDropped == 0 && b.status >= 300 {
			if r := m.rank(t, b); best == 0 || r < rank {
				best, rank = n, r
			}
		}
		n = b.next
	}
	return best
}

func (m *layer) rank(t *tx, b *branch) int {
	code := int(b.status)
	r := 0
	switch {
	case code >= 600:
		r = 1000 + code%100
		if t.flags&fNo6xx != 0 {
			r = 14000 + code%100
		}
	case code == 503:
		r = 13900
	case code >= 500:
		r = 13000 + code%100
	case code == 401 || code == 407 || code == 415 || code == 420 || code == 484:
		r = 11000 + code%100
	case code >= 400:
		r = 12000 + code%100
	default:
		r = 10000 + code%100
	}
	if b.flags&bFaked != 0 {
		r += int(m.cfg(t).FakedReplyPrio)
	}
	if m.silent(t, b) { // whatever can be sent is better than silence
		r += unsendable
	}
	return r
}

// unsendable is added to the rank of a failure that must not go upstream.
const unsendable = 40_000

// reasonOf is the reason phrase of replies that nobody has worded.
func reasonOf(code int) string {
	switch code {
	case 100:
		return "Trying"
	case 408:
		return "Request Timeout"
	case 477:
		return "Send failed"
	case 487:
		return "Request Terminated"
	case 500:
		return "Server Internal Error"
	case 503:
		return "Service Unavailable"
	}
	return "Request Failed"
}

// Lost implements core.LoopHook: a script of the transaction was lost to a panic.
// The transaction goes on as if it had ended.
func (m *layer) Lost(p *core.Proc) {
	h := Handle(p.Txn)
	if p.Task.A != 0 {
		h = Handle(p.Task.A)
	}
	t := m.get(h)
	if t == nil {
		return
	}
	i := h.slot()
	m.stats.lost.Add(1)
	if f, ok := p.Pending.(*forwarding); ok && f.entry != 0 {
		m.sent(f, ErrGone)
	}
	if p.Notes[noteOwner]&owns == 0 && p.Task.A == 0 {
		return
	}
	if t.busy > 0 {
		t.busy--
	}
	if bi := int32(uint32(p.Task.B)); p.Task.B != 0 {
		b := m.brs.Get(bi, uint32(p.Task.B>>32))
		switch {
		case b == nil:
		case p.Notes[noteOwner]&ofBranch != 0:
			m.decideFailure(i, t, b, nil)
		case b.state != brFinal && b.flags&bHasFinal != 0:
			b.flags |= bFaked
			m.endBranch(i, t, b, 500)
			m.branchFailed(i, t, bi, b, nil)
		}
	} else if t.pending == 0 && t.status < 200 {
		m.replyIfIdle(i, t, 500, "Server Internal Error")
	}
	if t = m.get(h); t != nil {
		m.drain(i, t)
	}
}
