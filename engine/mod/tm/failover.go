package tm

import (
	"encoding/binary"

	"sipedge/engine/core"
	"sipedge/engine/transport"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// DNS failover (use_dns_failover; RFC 3263 §4.3). A branch whose destination is a
// name with several addresses keeps those that have not been tried. When its request
// cannot be sent, when nobody answers at all, or when a 503 comes, the request goes to
// the next one as a branch of its own, with the whole fr_timer; the branch that has
// failed stays among those of which the best failure is chosen at the end. Scripts see
// that only in the numbers of the branches: no block runs until the last address has
// failed too.

// targetSize is what one target takes in the arena.
const targetSize = 16 + 4 + 2 + 1 + 1 + 4

// keepTargets keeps the targets that a branch has left. Without memory there is no
// failover.
func (m *layer) keepTargets(b *branch, left []core.Target) {
	if len(left) == 0 {
		return
	}
	ref, mem, ok := m.arena.Alloc(len(left) * targetSize)
	if !ok {
		m.stats.noMemory.Add(1)
		return
	}
	mem = mem[:0]
	for i := range left {
		a := &left[i].Addr
		mem = append(mem, a.IP[:]...)
		mem = binary.NativeEndian.AppendUint32(mem, a.Zone)
		mem = binary.NativeEndian.AppendUint16(mem, a.Port)
		four := byte(0)
		if a.Is4 {
			four = 1
		}
		mem = append(mem, four, byte(left[i].Proto))
		mem = binary.NativeEndian.AppendUint32(mem, uint32(left[i].Name))
	}
	b.targets, b.targetsLeft = ref, uint8(len(left))
	b.targetsAt = 0
}

// nextTarget takes the next of a branch's targets.
func (m *layer) nextTarget(b *branch) core.Target {
	mem := m.arena.Bytes(b.targets)[int(b.targetsAt)*targetSize:][:targetSize]
	b.targetsAt++
	b.targetsLeft--
	return core.Target{
		Addr: reactor.Addr{
			IP: [16]byte(mem), Zone: binary.NativeEndian.Uint32(mem[16:]), Port: binary.NativeEndian.Uint16(mem[20:]), Is4: mem[22] != 0,
		},
		Proto: rt.Proto(mem[23]), Name: transport.Name(binary.NativeEndian.Uint32(mem[24:])),
	}
}

// failOver sends the request of a branch that is about to end to its next target.
// false: there is none, or it is not to be done.
func (m *layer) failOver(i int32, t *tx, b *branch) bool {
	if b.targetsLeft == 0 || t.flags&fNoFailover != 0 || !m.goesOn(t, b) {
		return false
	}
	p := m.revive(i, t)
	if p == nil {
		return false
	}
	defer m.loop.Put(p)
	m.mayPassList(t, p)
	for b.targetsLeft > 0 {
		if m.sendNext(i, t, b, p, m.nextTarget(b)) == nil {
			m.stats.failovers.Add(1)
			return true
		}
	}
	return false
}

// goesOn says that the request of a branch which ends may be sent once more.
func (m *layer) goesOn(t *tx, b *branch) bool {
	return t.flags&(fCanceled|fSixth) == 0 && b.flags&(bCanceled|bCancelWait) == 0 && t.status < 200 && m.loop.Now() < t.lifeEnd
}

// backToUDP sends the request of a branch over UDP whose connection was refused, and that
// would have left over UDP if it were not so large (RFC 3261 §18.1.1). The new branch has the
// targets that are left.
func (m *layer) backToUDP(i int32, t *tx, b *branch) bool {
	if b.flags&(bLarge|bRefused) != bLarge|bRefused || !m.goesOn(t, b) {
		return false
	}
	p := m.revive(i, t)
	if p == nil {
		return false
	}
	defer m.loop.Put(p)
	m.mayPassList(t, p)
	p.SetLargeProto(rt.ProtoUDP)
	return m.sendNext(i, t, b, p, core.Target{Addr: b.to, Proto: rt.ProtoUDP, Name: b.name}) == nil
}

// mayPassList leaves the list of failed destinations out for methods that are not to
// be looked up in it (blst_methods_lookup).
func (m *layer) mayPassList(t *tx, p *core.Proc) {
	p.IgnoreBlacklist(m.cfg(t).BlstLookup&methodBit(t.method) == 0)
}

// sendNext makes a branch of another one's request, to go to another target, and gives
// it the targets that are left.
func (m *layer) sendNext(i int32, t *tx, old *branch, p *core.Proc, to core.Target) error {
	if t.branches >= maxBranchesHard {
		m.stats.branchesFull.Add(1)
		return ErrBranches
	}
	out, err := p.RouteLike(to, old.sock)
	if err != nil {
		return err
	}
	bi, b, ok := m.brs.Alloc(m.bounds.branches)
	if !ok {
		m.stats.full.Add(1)
		return ErrFull
	}
	b.tx, b.num = i, t.branches
	b.bflags, b.breadth, b.onReply = old.bflags, old.breadth, old.onReply
	b.flags, b.stream = old.flags&bOwnEdits, old.stream
	proto := to.Proto
	if err = m.copyRequest(i, t, b, old, p, &to, &out); err == nil {
		if to.Proto != proto {
			b.flags |= bLarge
		}
		err = m.launch(t, bi, b, p, to, out)
	}
	if err != nil {
		m.stopBranch(b)
		m.arena.Free(b.req)
		m.brs.Release(bi)
		return err
	}
	b.targets, b.targetsAt, b.targetsLeft = old.targets, old.targetsAt, old.targetsLeft
	old.targets, old.targetsLeft = 0, 0
	return nil
}

// copyRequest builds the request of a branch by that of the branch before it. With
// reparse_on_dns_failover that is its copy, but for the Via; else it is made of the
// request as the script has left it, so that Record-Route and its kin name the socket by
// which it leaves, where the branch has nothing of its own that would be lost.
func (m *layer) copyRequest(i int32, t *tx, b, old *branch, p *core.Proc, to *core.Target, out **core.Socket) error {
	var buf [96]byte
	tok := m.appendToken(buf[:0], i, b.num, m.loopHash(p))
	sent := m.arena.Bytes(old.req)[:old.reqLen]
	if m.cfg(t).ReparseOnDNS || old.flags&bOwnEdits != 0 || t.flags&fLocal != 0 {
		text, err := p.AppendResent(m.out[:0], to, out, tok, sent)
		m.out = text[:0]
		if err != nil {
			return err
		}
		ref, ok := m.store(text)
		if !ok {
			return ErrMemory
		}
		b.req, b.reqLen = ref, uint16(len(text))
		return nil
	}
	if uri := requestURI(sent); !p.SetURI(p.NewString(uri)) {
		return core.ErrBadURI
	}
	return m.buildRequest(b, p, to, out, tok)
}

// requestURI is the Request-URI of a request that we have sent.
func requestURI(b []byte) []byte {
	from := 0
	for i, c := range b {
		switch {
		case c != ' ':
		case from == 0:
			from = i + 1
		default:
			return b[from:i]
		}
	}
	return nil
}
