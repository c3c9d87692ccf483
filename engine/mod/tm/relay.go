package tm

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Bits of t_relay()'s and t_relay_to()'s flags.
const (
	relayNo100      = 1 // no 100 Trying
	relayNoError    = 2 // no reply where nothing could be sent
	relayNoFailover = 4 // no DNS failover
	relayReplicate  = 8 // t_replicate(): replies go nowhere
)

// relay is t_relay(): RFC 3261 §16.6. to overrides the destination where it is
// set. 1: sent; 0: a retransmission, the script ends; negative: not sent.
func (m *layer) relay(p *core.Proc, to core.Target, flags int64) int32 {
	switch p.Index.Method() {
	case sipparse.MethodAck:
		return m.relayAck(p, to)
	case sipparse.MethodCancel:
		if r, done := m.relayCancel(p, to); done {
			return r
		}
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
	if flags&relayNoFailover != 0 {
		t.flags |= fNoFailover
	}
	if flags&relayReplicate != 0 {
		t.flags |= fReplicate
	}
	if t.status >= 200 {
		return p.Refuse(ErrFinal)
	}
	if code, reason := m.refuse(p, t); code != 0 {
		if (fresh || p.Notes[noteOwner]&owns != 0) && t.flags&fNoInternal == 0 {
			if err := m.localReply(i, t, p, code, reason); err != nil {
				return p.Refuse(err)
			}
			return p.Refuse(core.ErrRefused)
		}
		return p.Refuse(core.ErrRefused)
	}
	f := m.begin(t, p, to)
	f.flags = flags
	if !m.advance(i, t, p, &f) {
		kept := f // on the heap: a branch_route waits, or a branch for name servers
		p.Pending = &kept
		return rt.Pending
	}
	return m.relayed(i, t, p, &f)
}

// relayed is what t_relay() says, and does, when all branches have been made.
func (m *layer) relayed(i int32, t *tx, p *core.Proc, f *forwarding) int32 {
	if err := f.end(m, t, p.Route); err != nil {
		p.Refuse(err)
		if f.flags&relayNoError == 0 && t.flags&fNoInternal == 0 {
			p.Notes[noteOwner] |= relayFailed | errorNumber(err)<<16
		}
		if t.flags&fCanceled == 0 {
			p.Logf(levelWarn, "t_relay: %v", err)
		}
		return -1
	}
	p.Notes[noteOwner] &^= relayFailed
	if t.flags&(fLocal|fNo100|fReplicate) != 0 || t.status != 0 {
		return 1
	}
	if t.method == sipparse.MethodInvite {
		m.trying(i, t, p)
	} else if t.timerKind == txNone {
		m.setTimer(i, t, txTrying, timerEAtT2(t))
	}
	return 1
}

// timerEAtT2 is when the caller's Timer E has been set to T2 (RFC 4320 §4.1), ms.
func timerEAtT2(t *tx) uint32 {
	sum := uint32(0)
	for d := t.retr1; d < t.retr2; d *= 2 {
		sum += d
	}
	return max(sum, 1)
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
	for _, id := range *m.api.acks.Load() {
		m.call(id, Args{Event: AckOut, Branch: -1, Proc: p})
	}
	return 1
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
		b := m.brs.At(n - 1)
		if b.num < first && (drop == dropAll || drop == dropLast && b.num >= t.forkStart) {
			b.flags |= bDropped
		}
		n = b.next
	}
	t.forkStart, t.drop = first, dropDefault
}

// sendBranch builds a branch's request, sends it and arms its timers. Where its
// destination has several addresses, the next is tried when it cannot be sent to one.
func (m *layer) sendBranch(i int32, t *tx, bi int32, b *branch, p *core.Proc, to core.Target) error {
	m.mayPassList(t, p)
	target, out, err := p.RouteTo(to)
	others := p.Others(target)
	if t.flags&fNoFailover != 0 {
		others = nil
	}
	for {
		if err == nil {
			err = m.sendTo(i, t, bi, b, p, target, out)
		}
		if err == nil || len(others) == 0 || !core.TriesNext(err) {
			break
		}
		target, others = others[0], others[1:]
		m.stats.failovers.Add(1)
		_, out, err = p.RouteTo(target)
	}
	if err == nil {
		m.keepTargets(b, others)
	}
	return err
}

// sendTo sends a branch's request to one target.
func (m *layer) sendTo(i int32, t *tx, bi int32, b *branch, p *core.Proc, target core.Target, out *core.Socket) error {
	var buf [96]byte
	tok := m.appendToken(buf[:0], i, b.num, m.loopHash(p))
	proto := target.Proto
	if err := m.buildRequest(b, p, &target, &out, tok); err != nil {
		return err
	}
	if b.flags &^= bLarge; target.Proto != proto {
		b.flags |= bLarge
	}
	err := m.launch(t, bi, b, p, target, out)
	if err != nil {
		m.arena.Free(b.req)
		b.req, b.reqLen = 0, 0
	}
	return err
}

// buildRequest makes a branch's request of the message. One that is too large for its transport gets another target and
// another way out (udp_mtu_try_proto).
func (m *layer) buildRequest(b *branch, p *core.Proc, target *core.Target, out **core.Socket, tok []byte) error {
	flags := p.StreamFlags()
	n, err := p.BeginCopy(target, out, tok)
	b.stream |= p.StreamFlags()
	p.ResetStreamFlags(flags) // those of an onsend_route are this branch's
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
	return nil
}

// launch sends the request of a branch, and makes it one of the transaction's.
func (m *layer) launch(t *tx, bi int32, b *branch, p *core.Proc, target core.Target, out *core.Socket) error {
	b.sock, b.to, b.from, b.name = out.ID, target.Addr, p.SourceFor(out, target.Addr), target.Name
	b.ignore = p.IgnoredFailures(false)
	b.flags &^= bReliable
	if target.Proto != rt.ProtoUDP {
		b.flags |= bReliable
	}
	// A branch without an end would keep its transaction for ever: no timer, no branch.
	if m.armFR(bi, t, b, t.fr); b.fr == 0 {
		return core.ErrTimers
	}
	if err := m.loop.SendRequest(b.sock, b.from, b.to, b.name, b.stream, sendTag(bi, m.brs.Gen(bi)), b.ignore, m.arena.Bytes(b.req)[:b.reqLen]); err != nil {
		m.stats.sendErrors.Add(1)
		m.stopBranch(b)
		return err
	}
	t.branches++
	t.pending++
	if t.last != 0 {
		m.brs.At(t.last - 1).next = bi + 1
	} else {
		t.first = bi + 1
	}
	t.last = bi + 1
	m.stats.branches.Add(1)
	m.armRetr(bi, t, b)
	m.tell(b.tx, t, RequestSent, int(b.num), p, 0, false)
	return nil
}

// failures are the answers to a request that could not be sent; codes as
// Kamailio gives them. The last one stands for the rest.
var failures = []struct {
	err    error
	code   int
	reason string
}{
	{core.ErrBadTarget, 478, "Unresolvable destination"},
	{core.ErrUnresolvable, 478, "Unresolvable destination"},
	{core.ErrListed, 473, "Filtered destination"},
	{core.ErrUnresolved, 478, "Unresolvable destination"},
	{core.ErrNoNameAnswer, 500, "Name servers do not answer"},
	{core.ErrBadURI, 479, "Bad URI"},
	{core.ErrNoSocket, 477, "Next hop not reachable from here"},
	{core.ErrNotServed, 477, "Transport not served"},
	{core.ErrSendFull, 477, "Send failed"},
	{core.ErrNoConnect, 477, "No connection to the next hop"},
	{core.ErrTooLong, 513, "Message too large"},
	{core.ErrEdits, 513, "Message too large"},
	{core.ErrBlocked, 403, "Forbidden"},
	{ErrFull, 503, "Service unavailable"},
	{ErrMemory, 503, "Service unavailable"},
	{core.ErrTimers, 503, "Service unavailable"},
	{ErrBreadth, 440, "Max-Breadth Exceeded"},
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
