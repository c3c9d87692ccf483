package tm

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Bits of t_relay()'s and t_relay_to()'s flags.
const (
	relayNo100     = 1 // no 100 Trying
	relayNoError   = 2 // no reply where nothing could be sent
	relayNoDNS     = 4 // no DNS failover
	relayReplicate = 8 // t_replicate(): replies go nowhere
	relayForward   = 16
)

// relay is t_relay(): RFC 3261 §16.6. to overrides the destination where it is
// set. 1: sent; 0: a retransmission, the script ends; negative: not sent.
func (m *layer) relay(p *core.Proc, to core.Target, flags int64) int32 {
	switch p.Index.Method() {
	case sipparse.MethodAck:
		return m.relayAck(p, to)
	case sipparse.MethodCancel:
		return m.relayCancel(p, to)
	}
	if !p.Index.IsRequest() {
		return p.Refuse(core.ErrNotRequest)
	}
	fresh := p.Txn == 0
	if r := m.newtran(p); r <= 0 {
		return r
	}
	t := m.get(Handle(p.Txn))
	i := Handle(p.Txn).slot()
	if flags&relayNo100 != 0 {
		t.flags |= fNo100
	}
	if flags&relayReplicate != 0 {
		t.flags |= fReplicate
	}
	if t.status >= 200 {
		return p.Refuse(ErrFinal)
	}
	if code, reason := m.refuse(p, t); code != 0 {
		if fresh || p.Notes[noteOwner]&owns != 0 {
			if err := m.localReply(i, t, p, code, reason); err != nil {
				return p.Refuse(err)
			}
			return p.Refuse(core.ErrRefused)
		}
		return p.Refuse(core.ErrRefused)
	}
	err := m.forward(i, t, p, to)
	if err != nil {
		p.Refuse(err)
		if flags&relayNoError == 0 {
			p.Notes[noteOwner] |= relayFailed | errorNumber(err)<<16
		}
		if t.flags&fCanceled == 0 {
			p.Logf(levelWarn, "t_relay: %v", err)
		}
		return -1
	}
	p.Notes[noteOwner] &^= relayFailed
	if t.method == sipparse.MethodInvite && t.flags&(fNo100|fLocal) == 0 && t.status == 0 {
		m.trying(i, t, p)
	}
	return 1
}

// refuse is what has to be answered instead of sending the request on where the
// script has not decided: RFC 3261 §16.3, and loops (RFC 5393 §4.2).
func (m *layer) refuse(p *core.Proc, t *tx) (code int, reason string) {
	if t.branches > 0 {
		return 0, ""
	}
	if code, reason = p.RefuseForward(); code != 0 {
		return code, reason
	}
	if m.looped(p) {
		m.stats.loops.Add(1)
		return 482, "Loop Detected"
	}
	return 0, ""
}

// relayAck sends an ACK on statelessly (RFC 3261 §16.6: only the ACK of a 2xx is
// routed); the ACK of a failure ends here.
func (m *layer) relayAck(p *core.Proc, to core.Target) int32 {
	if i, t := m.find(p, false); t != nil && t.status >= 300 {
		m.acknowledge(i, t, p)
		return 1
	}
	if err := p.Forward(to); err != nil {
		return p.Refuse(err)
	}
	return 1
}

// forward makes the branches of the request and sends them: one for the current
// URI unless it has been used already, one for each that was appended.
func (m *layer) forward(i int32, t *tx, p *core.Proc, to core.Target) error {
	if t.flags&fCanceled != 0 {
		return ErrCanceled
	}
	if t.flags&fSixth != 0 {
		return ErrSixth
	}
	var err error
	made := 0
	earlier := t.branches
	defer func() {
		if made > 0 && earlier > 0 {
			m.dropEarlier(t, earlier)
		}
	}()
	keep := func(e error) {
		if e == nil {
			made++
		} else if err == nil || err == ErrDropBranch {
			err = e
		}
	}
	if !p.URIUsed() || to != (core.Target{}) && len(p.Branches()) == 0 {
		keep(m.addBranch(i, t, p, to))
		p.UseURI()
	}
	if n := len(p.Branches()); n > 0 {
		uri, dst, sock, flags := p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags
		for k := range n {
			b := p.Branches()[k]
			p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags = b.URI, b.DstURI, b.Socket, b.Flags
			p.TxnPath = b.Path
			keep(m.addBranch(i, t, p, to))
		}
		p.TxnPath = value.Value{}
		p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags = uri, dst, sock, flags
		p.UseURI()
		p.ClearBranches()
	}
	if made > 0 {
		return nil
	}
	if err == nil {
		err = ErrNoBranch
	}
	return err
}

// dropEarlier is failure_reply_mode and t_drop_replies(): failures of earlier
// forks are not chosen once there is a new one.
func (m *layer) dropEarlier(t *tx, first uint8) {
	drop := t.drop
	if drop == dropDefault {
		switch m.cfg(t).FailureReplyMode {
		case 1, 3:
			drop = dropAll
		case 2:
			drop = dropLast
		}
	}
	for n := t.first; n != 0; {
		b := m.brs.at(n - 1)
		if b.num < first && (drop == dropAll || drop == dropLast && b.num >= t.forkStart) {
			b.flags |= bDropped
		}
		n = b.next
	}
	t.forkStart, t.drop = first, dropDefault
}

// addBranch makes one branch of the current URI, runs the branch_route on it and
// sends it.
func (m *layer) addBranch(i int32, t *tx, p *core.Proc, to core.Target) error {
	if int64(t.pending) >= m.maxBranches(p) || t.branches >= maxBranchesHard {
		m.stats.branchesFull.Add(1)
		return ErrBranches
	}
	bi, b, ok := m.brs.alloc(maxTransactions * 2)
	if !ok {
		m.stats.full.Add(1)
		return ErrFull
	}
	b.tx, b.num, b.bflags = i, t.branches, p.BranchFlags
	edited := m.block(t, t.onBranch) != nil || t.cbMask&RequestOut != 0 || !p.TxnPath.IsUndef()
	var err error
	if edited {
		err = m.sendEditedBranch(i, t, bi, b, p, to)
	} else {
		err = m.sendBranch(i, t, bi, b, p, to)
	}
	if err != nil {
		m.arena.Free(b.req)
		m.brs.release(bi)
		return err
	}
	return nil
}

// sendEditedBranch is sendBranch for a branch that is changed on its own: what
// branch_route and callbacks make of the message is undone after it.
func (m *layer) sendEditedBranch(i int32, t *tx, bi int32, b *branch, p *core.Proc, to core.Target) error {
	edits, uri, dst, sock, flags := p.Edits, p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags
	defer func() { p.Edits, p.NewURI, p.DstURI, p.SendSocket, p.BranchFlags = edits, uri, dst, sock, flags }()
	if !p.TxnPath.IsUndef() && !p.InsertRoute(p.TxnPath) {
		return core.ErrEdits
	}
	if op := m.block(t, t.onBranch); op != nil {
		route, br := p.Route, p.TxnBranch
		p.Route, p.TxnBranch = rt.BranchRoute, int32(b.num)
		st, err := p.RunNested(op)
		p.Route, p.TxnBranch = route, br
		if err != nil {
			p.Logf(levelErr, "branch_route: %v; the branch is dropped", err)
			return ErrDropBranch
		}
		if st == rt.Dropped {
			return ErrDropBranch
		}
		b.bflags = p.BranchFlags
	}
	m.tell(i, t, RequestOut, int(b.num), p, 0, false)
	return m.sendBranch(i, t, bi, b, p, to)
}

// sendBranch builds a branch's request, sends it and arms its timers.
func (m *layer) sendBranch(i int32, t *tx, bi int32, b *branch, p *core.Proc, to core.Target) error {
	target, out, err := p.RouteTo(to)
	if err != nil {
		return err
	}
	var buf [96]byte
	tok := m.appendToken(buf[:0], i, b.num, loopHash(p))
	n, err := p.BeginCopy(target, out, tok)
	if err != nil {
		return err
	}
	ref, mem, ok := m.arena.Alloc(n)
	if !ok {
		m.stats.noMemory.Add(1)
		p.EndCopy(nil)
		return ErrMemory
	}
	p.EndCopy(mem[:0])
	b.req, b.reqLen = ref, uint16(n)
	b.sock, b.to, b.from = out.ID, target.Addr, p.SourceFor(out, target.Addr)
	if err := m.loop.SendBytes(b.sock, b.from, b.to, mem[:n]); err != nil {
		m.stats.sendErrors.Add(1)
		return err
	}
	t.branches++
	t.pending++
	if t.last != 0 {
		m.brs.at(t.last - 1).next = bi + 1
	} else {
		t.first = bi + 1
	}
	t.last = bi + 1
	m.stats.branches.Add(1)
	m.armBranch(bi, t, b)
	m.tell(i, t, RequestSent, int(b.num), p, 0, false)
	return nil
}

// maxBranches is the core's parameter max_branches.
func (m *layer) maxBranches(p *core.Proc) int64 { return p.MaxBranches() }

// failures are the answers to a request that could not be sent; codes as
// Kamailio gives them. The last one stands for the rest.
var failures = []struct {
	err    error
	code   int
	reason string
}{
	{core.ErrBadTarget, 478, "Unresolvable destination"},
	{core.ErrBadURI, 479, "Bad URI"},
	{core.ErrNoSocket, 477, "Next hop not reachable from here"},
	{core.ErrNotServed, 477, "Transport not served"},
	{core.ErrSendFull, 477, "Send failed"},
	{core.ErrTooLong, 513, "Message too large"},
	{core.ErrEdits, 513, "Message too large"},
	{core.ErrBlocked, 403, "Forbidden"},
	{ErrFull, 503, "Service unavailable"},
	{ErrMemory, 503, "Service unavailable"},
	{ErrCanceled, 487, "Request terminated"},
	{ErrDropBranch, 500, "No destination left"},
	{ErrNoBranch, 500, "No destination"},
	{nil, 500, "Server internal error"},
}

// nameFailure stands for a destination that is a name.
const nameFailure = 1000

// errorNumber is an error as it is noted on a message.
func errorNumber(err error) uint32 {
	var name *core.NameError
	if errors.As(err, &name) {
		return nameFailure
	}
	for n := range failures {
		if failures[n].err == err {
			return uint32(n)
		}
	}
	return uint32(len(failures) - 1)
}

func whyFailed(n uint32) (code int, reason string) {
	if n == nameFailure {
		return 478, "Unresolvable destination"
	}
	f := &failures[min(int(n), len(failures)-1)]
	return f.code, f.reason
}
