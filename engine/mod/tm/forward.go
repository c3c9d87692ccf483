package tm

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// forwarding is a t_relay() under way: one branch for the current URI unless it
// has been used already, one for each that was appended. It goes branch by branch,
// so that a branch_route may wait.
type forwarding struct {
	to      core.Target
	flags   int64
	next    int // the branch that is made: -1 the current URI, else its place among the appended ones
	count   int // appended ones
	made    int
	earlier uint8 // branches that there were before
	err     error
	outer   hopState
	// share is the Max-Breadth of each branch, and one more for the first rest of
	// them; 0 for no bound.
	share, rest int64
	// The branch that is made: its entry (index + 1, 0 for none yet), and the
	// message as it was before the branch's own changes.
	entry int32
	own   hopState
	edits sipparse.Edits
}

// hopState is what of a message belongs to one branch.
type hopState struct {
	uri, dst value.Value
	sock     int32
	flags    uint32
	stream   core.StreamFlags
}

func stateOf(p *core.Proc) hopState {
	return hopState{p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags, p.StreamFlags()}
}

func (s *hopState) restore(p *core.Proc) {
	p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags = s.uri, s.dst, s.sock, s.flags
	p.ResetStreamFlags(s.stream)
}

// begin looks at what there is to send.
func (m *layer) begin(t *tx, p *core.Proc, to core.Target) forwarding {
	f := forwarding{to: to, next: -1, count: len(p.Branches()), earlier: t.branches}
	t.stream |= p.StreamFlags()
	switch {
	case t.flags&fCanceled != 0:
		f.err = ErrCanceled
	case t.flags&fSixth != 0:
		f.err = ErrSixth
	}
	if f.err != nil {
		f.next, f.count = 0, 0
		return f
	}
	f.outer = stateOf(p)
	if p.URIUsed() && (to == (core.Target{}) || f.count > 0) {
		f.next = 0
	}
	if f.share, f.rest, f.err = m.breadth(t, p, f.count-f.next); f.err != nil {
		f.next, f.count = 0, 0
	}
	return f
}

// advance makes the branches; false: a branch_route waits, and forwardOn goes on.
func (m *layer) advance(i int32, t *tx, p *core.Proc, f *forwarding) bool {
	for f.next < f.count {
		if f.next >= 0 {
			b := &p.Branches()[f.next]
			p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags, p.TxnPath = b.URI, b.DstURI, b.Socket, b.Flags, b.Path
		}
		err, waits := m.addBranch(i, t, p, f)
		if waits {
			return false
		}
		f.note(err)
	}
	if f.earlier != t.branches || f.err == nil || f.made > 0 || f.count > 0 {
		if f.count > 0 {
			p.TxnPath = value.Value{}
			f.outer.restore(p)
			p.ClearBranches()
		}
		p.UseURI()
	}
	return true
}

// note counts what has become of a branch and goes to the next.
func (f *forwarding) note(err error) {
	f.next++
	if err == nil {
		f.made++
	} else if f.err == nil || f.err == ErrDropBranch {
		f.err = err
	}
}

// end is the outcome: nil when a branch has been sent.
func (f *forwarding) end(m *layer, t *tx, kind rt.RouteKind) error {
	if f.made > 0 {
		if f.earlier > 0 && kind == rt.FailureRoute {
			m.dropEarlier(t, f.earlier)
		}
		return nil
	}
	if f.err == nil {
		return ErrNoBranch
	}
	return f.err
}

// forwardOn goes on with a t_relay() when the branch_route that waited is over.
func forwardOn(c *rt.Ctx, st rt.State, err error) int32 {
	p := core.Of(c)
	m := layerOf(p)
	f := p.Pending.(*forwarding)
	t := m.get(Handle(p.Txn))
	if t == nil { // a bug: a busy transaction does not go
		m.stats.broken.Add(1)
		return p.Refuse(ErrGone)
	}
	i := Handle(p.Txn).slot()
	p.TxnBranch = -1
	err, waits := m.routed(i, t, p, f, st, err)
	if waits {
		return rt.Pending
	}
	return m.onward(i, t, p, f, err)
}

// onward makes the next branches after one that has waited, whose outcome is err.
func (m *layer) onward(i int32, t *tx, p *core.Proc, f *forwarding, err error) int32 {
	f.note(err)
	if !m.advance(i, t, p, f) {
		return rt.Pending
	}
	p.Pending = nil
	return m.relayed(i, t, p, f)
}

// named goes on with a t_relay() when the name servers have answered for the name to
// which a branch_route has sent its branch.
func named(p *core.Proc) int32 {
	m := layerOf(p)
	f := p.Pending.(*forwarding)
	t := m.get(Handle(p.Txn))
	if t == nil { // a bug: a busy transaction does not go
		m.stats.broken.Add(1)
		return p.Refuse(ErrGone)
	}
	i := Handle(p.Txn).slot()
	if t.flags&fCanceled != 0 {
		return m.onward(i, t, p, f, m.undo(p, f, ErrCanceled))
	}
	err, waits := m.sendOwn(i, t, p, f)
	if waits {
		return rt.Pending
	}
	return m.onward(i, t, p, f, err)
}

// addBranch makes one branch, runs the branch_route on it and sends it. waits: the
// branch_route waits, or the branch for name servers.
func (m *layer) addBranch(i int32, t *tx, p *core.Proc, f *forwarding) (err error, waits bool) {
	if int64(t.pending) >= p.MaxBranches() || t.branches >= maxBranchesHard {
		m.stats.branchesFull.Add(1)
		return ErrBranches, false
	}
	bi, b, ok := m.brs.Alloc(m.bounds.branches)
	if !ok {
		m.stats.full.Add(1)
		return ErrFull, false
	}
	f.entry = bi + 1
	b.tx, b.num, b.bflags = i, t.branches, p.BranchFlags
	op := m.block(t, t.onBranch)
	if op == nil && t.cbMask&RequestOut == 0 && p.TxnPath.IsUndef() && f.share == 0 {
		err = m.sendBranch(i, t, bi, b, p, f.to)
		if err != core.ErrUnresolved {
			return m.sent(f, err), false
		}
		f.edits, f.own = p.Edits, stateOf(p) // its time in the cache has ended just now
		return m.awaitName(t, p, f)
	}
	// What path, branch_route and callbacks make of the message is this branch's
	// alone.
	b.flags |= bOwnEdits
	f.edits, f.own = p.Edits, stateOf(p)
	if !p.TxnPath.IsUndef() && !p.InsertRoute(p.TxnPath) {
		return m.undo(p, f, core.ErrEdits), false
	}
	if f.share > 0 {
		n := f.share
		if f.rest > 0 {
			n++
			f.rest--
		}
		if b.breadth = uint16(n); !setBreadth(p, n) {
			return m.undo(p, f, core.ErrEdits), false
		}
	}
	if op == nil {
		return m.routed(i, t, p, f, rt.Exited, nil)
	}
	p.Notes[noteEntry] = uint32(f.entry)
	before := p.TxnBranch
	p.TxnBranch = int32(b.num)
	st, rerr := p.RunInner(rt.BranchRoute, op, forwardOn)
	if st == rt.Suspended {
		return nil, true
	}
	p.TxnBranch = before
	return m.routed(i, t, p, f, st, rerr)
}

// routed sends a branch whose branch_route is over, unless that dropped it.
func (m *layer) routed(i int32, t *tx, p *core.Proc, f *forwarding, st rt.State, err error) (_ error, waits bool) {
	bi := f.entry - 1
	b := m.brs.At(bi)
	p.Notes[noteEntry] = 0
	if err != nil {
		p.Logf(levelErr, "branch_route: %v; the branch is dropped", err)
	}
	if err != nil || st == rt.Dropped {
		return m.undo(p, f, ErrDropBranch), false
	}
	b.bflags = p.BranchFlags
	m.tell(i, t, RequestOut, int(b.num), p, 0, false)
	return m.sendOwn(i, t, p, f)
}

// sendOwn sends a branch that has a message of its own, once the name is known that it
// goes to: the branch_route may have chosen another.
func (m *layer) sendOwn(i int32, t *tx, p *core.Proc, f *forwarding) (_ error, waits bool) {
	bi := f.entry - 1
	if err := m.sendBranch(i, t, bi, m.brs.At(bi), p, f.to); err != core.ErrUnresolved {
		return m.undo(p, f, err), false
	}
	return m.awaitName(t, p, f)
}

// awaitName has the branch that is made wait for name servers, which named ends.
func (m *layer) awaitName(t *tx, p *core.Proc, f *forwarding) (_ error, waits bool) {
	if t.flags&fLocal != 0 { // nobody's script could wait
		return m.undo(p, f, core.ErrUnresolved), false
	}
	if p.AwaitName(named) == rt.Pending {
		return nil, true
	}
	return m.undo(p, f, p.Err()), false
}

// undo takes back what one branch has made of the message.
func (m *layer) undo(p *core.Proc, f *forwarding, err error) error {
	p.Edits = f.edits
	f.own.restore(p)
	return m.sent(f, err)
}

// sent frees the entry of a branch that was not sent.
func (m *layer) sent(f *forwarding, err error) error {
	if err != nil {
		b := m.brs.At(f.entry - 1)
		m.stopBranch(b)
		m.arena.Free(b.req)
		m.brs.Release(f.entry - 1)
	}
	f.entry = 0
	return err
}
