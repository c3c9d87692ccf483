package tm

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
)

// event_route[tm:branch-failure:name] runs for each branch that fails, before it
// is asked whether any is left: it may add another branch at once, for instance the
// next flow of a phone (RFC 5626), while the others go on.

// branchFailure begins the names of these blocks.
const branchFailure = "tm:branch-failure:"

// runBranchFailure runs the block for a branch. p is the failure, which it ends,
// nil for one that nobody has sent. false: it cannot run, and p is the caller's.
func (m *layer) runBranchFailure(i int32, t *tx, bi int32, b *branch, p *core.Proc, op rt.Op) bool {
	q := m.revive(i, t)
	if q == nil {
		return false
	}
	if p != nil {
		m.keepReply(b, p)
		m.loop.Put(p)
	}
	q.TxnBranch, q.BranchFlags = int32(b.num), b.bflags
	q.BranchesClosed = t.flags&fSixth != 0
	q.UseURI() // the URI has had its branch
	q.Notes[noteOwner] |= ofBranch
	q.Task = core.Task{A: uint64(m.handle(i)), B: timerArg(bi, m.brs.Gen(bi))}
	t.busy++
	m.run(q, rt.EventRoute, op, endBranchFailure)
	return true
}

// endBranchFailure goes on with the failure when the block is over.
func endBranchFailure(p *core.Proc, _ rt.State, _ error) {
	m := layerOf(p)
	h := Handle(p.Task.A) // p is put back, and used again, below
	bi := int32(uint32(p.Task.B))
	t, b := m.get(h), m.brs.Get(bi, uint32(p.Task.B>>32))
	if t == nil || b == nil { // a bug: a busy transaction does not go
		m.stats.broken.Add(1)
		m.loop.Put(p)
		return
	}
	i := h.slot()
	t.busy--
	if t.status < 200 {
		m.shareBack(i, t, p)
	}
	m.loop.Put(p)
	m.decideFailure(i, t, b, nil)
	if t = m.get(h); t != nil {
		m.drain(i, t)
	}
}
