package tm

import (
	"errors"
	"fmt"

	"sipedge/engine/core"
	"sipedge/pool"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Errors of the transaction layer. They are values, so that a failure on the
// message path allocates nothing.
var (
	ErrGone       = errors.New("the transaction is over")
	ErrFull       = fmt.Errorf("%w: the loop's table of transactions or branches is full", core.ErrOverload)
	ErrMemory     = fmt.Errorf("%w: the memory for the messages of transactions is at its bound", core.ErrOverload)
	ErrFinal      = errors.New("the request has had its final reply")
	ErrNoBranch   = errors.New("there is no destination to send the request to")
	ErrCanceled   = errors.New("the request has been cancelled")
	ErrSixth      = errors.New("a branch was answered with 6xx; no new one may be added (RFC 3261 §16.7)")
	ErrBranches   = errors.New("the transaction has as many branches as it may have (max_branches)")
	ErrBreadth    = errors.New("the request's Max-Breadth is less than the branches that it is to have (RFC 5393 §5)")
	ErrDropBranch = errors.New("branch_route has dropped the branch")
)

// layer is the transactions of one event loop. It belongs to that loop's
// goroutine; only stats are read by others.
type layer struct {
	api  *API
	loop *core.Loop

	txs   slab[tx]
	brs   slab[branch]
	evs   slab[event]
	cbs   slab[callback]
	arena *pool.Arena

	// Hash tables of one length (table.go); index + 1.
	heads    []int32 // by tx.key
	calls    []int32 // INVITEs by tx.call
	accepted []int32 // INVITEs with a 2xx by tx.call
	cancels  int     // transactions of CANCELs
	views    []view  // by the number of the held snapshot

	waiting     []*core.Proc // messages of events that wait
	freeWaiting []int32
	freeArgs    []*Args

	bounds   bounds
	verified [verifiedSlots]uint64
	scratch  sipparse.Index // for bytes of ours that are read again
	out      []byte         // where CANCELs and ACKs are built
	stats    stats
}

// view is what the layer reads of a snapshot.
type view struct {
	snap      *core.Snapshot
	cfg       *Config
	blocks    []rt.Op
	continued []string // names of the blocks behind cfg.blocks, that t_continue() has run
}

func newLayer(a *API, l *core.Loop) *layer {
	return &layer{api: a, loop: l, bounds: usualBounds, heads: make([]int32, firstBuckets), calls: make([]int32, firstBuckets), accepted: make([]int32, firstBuckets), arena: pool.NewArena(pool.ArenaConfig{Limit: usualBounds.arena})}
}

// layerOf is the layer of the message's loop.
func layerOf(p *core.Proc) *layer { return p.Server().HookOf(p.LoopID()).(*layer) }

// view is a held snapshot as the layer reads it.
func (m *layer) view(t *tx) *view {
	for int(t.snap) >= len(m.views) {
		m.views = append(m.views, view{})
	}
	v := &m.views[t.snap]
	if s := m.loop.HeldSnapshot(t.snap); v.snap != s {
		cfg, _ := s.Config("tm").(*Config)
		*v = view{snap: s, cfg: cfg}
		if cfg == nil { // a configuration without tm: a request of our own, made by the old one's callbacks
			v.cfg = newConfig().(*Config)
		}
		for _, b := range v.cfg.blocks {
			v.blocks = append(v.blocks, s.Block(b.kind, b.name))
		}
	}
	return v
}

func (m *layer) cfg(t *tx) *Config { return m.view(t).cfg }

// block is an armed block; nil for none.
func (m *layer) block(t *tx, armed uint16) rt.Op {
	if armed == 0 {
		return nil
	}
	return m.view(t).blocks[armed-1]
}

// get is the transaction of a handle, nil when it is over.
func (m *layer) get(h Handle) *tx {
	if h == 0 {
		return nil
	}
	return m.txs.get(h.slot(), h.gen())
}

func (m *layer) handle(i int32) Handle { return makeHandle(m.loop.ID(), i, m.txs.gen(i)) }

// timerArg names an entry of a slab for a timer.
func timerArg(i int32, gen uint32) uint64 { return uint64(gen)<<32 | uint64(uint32(i)) }

// store copies b into the arena.
func (m *layer) store(b []byte) (pool.Ref, bool) {
	ref, buf, ok := m.arena.Alloc(len(b))
	if !ok {
		m.stats.noMemory.Add(1)
		return 0, false
	}
	copy(buf, b)
	return ref, true
}

func (m *layer) requestBytes(t *tx) []byte {
	n := int(t.msgLen)
	return m.arena.Bytes(t.msg)[:n:n]
}

// create makes the transaction of a request.
func (m *layer) create(p *core.Proc) (int32, *tx, error) {
	i, t, ok := m.txs.alloc(m.bounds.transactions)
	if !ok {
		m.stats.full.Add(1)
		return 0, nil, ErrFull
	}
	ref, ok := m.store(p.Msg)
	if !ok {
		m.txs.release(i)
		return 0, nil, ErrMemory
	}
	t.msg, t.msgLen = ref, uint16(len(p.Msg))
	x := &p.Index
	t.method = x.Method()
	if via, e := x.TopVia(p.Msg); e == sipparse.OK {
		t.via, t.viaHost, t.viaBranch, t.viaPort = via.Whole, via.Host, via.Branch, via.PortNum
	}
	if cs, e := x.CSeq(p.Msg); e == sipparse.OK {
		t.cseq = cs.Number
	}
	if f, e := x.From(p.Msg); e == sipparse.OK {
		t.fromTag = f.Tag
	}
	t.callID, t.ruri = x.CallID(p.Msg), x.URISpan()
	t.snap = m.loop.HoldSnapshot(p.Snapshot())
	t.meta = p.Meta
	t.respTo, _ = p.ReplyTo()
	t.born = m.loop.Now()
	m.settings(t, &p.Notes)
	m.enter(i, t, p.Hash())
	m.stats.created.Add(1)
	return i, t, nil
}

// settings takes what the script has asked for before there was a transaction,
// else what the parameters say.
func (m *layer) settings(t *tx, n *[core.NumNotes]uint32) {
	c := m.cfg(t)
	t.onFailure, t.onReply, t.onBranch = uint16(n[noteFailure]), uint16(n[noteReply]), uint16(n[noteBranch])
	t.onBranchFailure = uint16(n[noteBranchFailure])
	t.fr, t.frInv = or(n[noteFR], uint32(c.FR)), or(n[noteFRInv], uint32(c.FRInv))
	t.retr1, t.retr2 = or(n[noteRetr1], uint32(c.Retr1)), or(n[noteRetr2], uint32(c.Retr2))
	life := or(n[noteMaxNonInv], uint32(c.MaxNonInv))
	if t.method == sipparse.MethodInvite {
		life = or(n[noteMaxInv], uint32(c.MaxInv))
	}
	t.lifeEnd = t.born + int64(life)*ms
	t.flags |= txFlags(n[noteFlags])
	if !c.AutoInv100 && n[noteFlags]&uint32(fNo100) == 0 && n[noteYes100] == 0 {
		t.flags |= fNo100
	}
	if c.Disable6xx {
		t.flags |= fNo6xx
	}
}

const ms = 1_000_000

func or(v, other uint32) uint32 {
	if v != 0 {
		return v
	}
	return other
}

// The notes on a message before it has a transaction (Proc.Notes).
const (
	noteFailure = iota
	noteReply
	noteBranch
	noteFR
	noteFRInv
	noteRetr1
	noteRetr2
	noteMaxInv
	noteMaxNonInv
	noteFlags
	noteOwner  // what the message is to the transaction, and why it failed
	noteYes100 // t_set_auto_inv_100("1")
	noteEntry  // the branch whose branch_route runs, index + 1
	noteBranchFailure
)

// Bits of noteOwner.
const (
	owns        uint32 = 1 << iota // the transaction was made for this message, whose script runs
	relayFailed                    // t_relay() could not send; the code stands in the upper half
	released                       // t_release()
	fromRoute                      // the message stands for the transaction's in a later route
	looked                         // a transaction was looked for and not found
	ofBranch                       // the block is about the failure of one branch
)

// destroy ends a transaction and gives back all that it holds.
func (m *layer) destroy(i int32, t *tx) {
	m.tell(i, t, Destroyed, -1, nil, int(t.status), false)
	if t.timer != 0 {
		m.loop.Cancel(t.timer)
	}
	for b := t.first; b != 0; {
		br := m.brs.at(b - 1)
		next := br.next
		m.stopBranch(br)
		m.arena.Free(br.req)
		m.arena.Free(br.cancel)
		m.arena.Free(br.reply)
		m.arena.Free(br.targets)
		m.brs.release(b - 1)
		b = next
	}
	m.dropEvents(t)
	for c := t.callbacks; c != 0; {
		next := m.cbs.at(c - 1).next
		m.cbs.release(c - 1)
		c = next
	}
	m.unhash(i, t)
	m.arena.Free(t.msg)
	m.arena.Free(t.ctx)
	m.arena.Free(t.reply)
	m.arena.Free(t.reason)
	m.loop.DropSnapshot(t.snap)
	m.txs.release(i)
	m.stats.destroyed.Add(1)
}

// stopBranch disarms a branch's timers.
func (m *layer) stopBranch(b *branch) {
	if b.retr != 0 {
		m.loop.Cancel(b.retr)
		b.retr = 0
	}
	if b.fr != 0 {
		m.loop.Cancel(b.fr)
		b.fr = 0
	}
}

// branchNumber is a transaction's branch by its number, nil for none.
func (m *layer) branchNumber(t *tx, n int) *branch {
	for b := t.first; b != 0; {
		br := m.brs.at(b - 1)
		if int(br.num) == n {
			return br
		}
		b = br.next
	}
	return nil
}

// save keeps what the script has made of the request for the later routes of the
// transaction.
func (m *layer) save(t *tx, p *core.Proc) {
	t.stream |= p.StreamFlags()
	n := p.SaveSize()
	if t.ctx != 0 && len(m.arena.Bytes(t.ctx)) < n {
		m.arena.Free(t.ctx)
		t.ctx = 0
	}
	if t.ctx == 0 {
		ref, _, ok := m.arena.Alloc(n)
		if !ok {
			m.stats.noMemory.Add(1)
			p.Logf(levelErr, "tm: no room for what the script has made of the request (%d bytes); later routes of the transaction see it as received", n)
			t.ctxLen = 0
			return
		}
		t.ctx = ref
	}
	p.Save(m.arena.Bytes(t.ctx)[:n])
	t.ctxLen = uint32(n)
}

// revive makes a context of the transaction's request as its script has left it.
// The caller puts it back. nil: not possible, counted.
func (m *layer) revive(i int32, t *tx) *core.Proc {
	again := m.loop.Revive
	if t.flags&fLocal != 0 { // it has no Via
		again = m.loop.ReviveOwn
	}
	p, ok := again(m.loop.HeldSnapshot(t.snap), m.requestBytes(t), &t.meta)
	if !ok {
		m.stats.broken.Add(1)
		return nil
	}
	if t.ctxLen != 0 {
		p.Load(m.arena.Bytes(t.ctx)[:t.ctxLen])
	}
	p.Txn = uint64(m.handle(i))
	p.Notes[noteOwner] = fromRoute
	if t.flags&fLocal != 0 {
		p.Received = false
	}
	return p
}

// levelErr and levelWarn are Kamailio's L_ERR and L_WARN.
const (
	levelErr  = -1
	levelWarn = 0
)
