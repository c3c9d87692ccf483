package core

import (
	"net/netip"
	"sync/atomic"

	"sipedge/engine/blacklist"
	"sipedge/engine/dns"
	"sipedge/engine/log"
	"sipedge/engine/ws"
	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// loop is what one event loop knows: everything in it is touched by that loop's
// goroutine alone, except stats.
type loop struct {
	srv *Server
	id  int
	rl  reactor.Loop
	log *log.Writer

	free []*Proc // contexts that no message uses

	// The table of suspended messages (suspend.go).
	slots      []suspension
	freeSlot   int32
	nSuspended int
	keys       map[uint64]int32
	buffers    *pool.Arena // parked messages' bytes

	// Functions that modules run later (after.go).
	delayed     []func(loop int)
	freeDelayed []int

	// Messages that wait until the server is prepared (gate.go).
	holding   bool
	held      []heldMessage
	heldBytes int
	// What modules keep here (hook.go, saved.go).
	hook  atomic.Pointer[LoopHook]
	hooks []SendHook
	kept  []heldSnapshot

	dialled  map[reactor.ConnID]dialled // connections opened from here (failed.go)
	collects bool                       // the list of failed destinations will be cleaned up
	ignore   blacklist.Cause            // failures of the connection that is opened next that do not count

	// Names as destinations (resolve.go); nil until one is needed.
	names    Names
	dnsWork  *dns.Work
	dnsOut   dns.Targets
	dnsNames dns.Answer

	tlsServerID string // of the next connection (tls.go)

	messages uint64 // numbered so far, for $mi

	mail reactor.Mail // for posts to other loops
	dial reactor.Dial // for connections to others

	// Connections that speak WebSocket, by their slots; what is put together of their
	// frames; the message that is being built for one, with room for its header.
	webSockets []WebSocket
	fragments  *ws.Memory
	framed     []byte

	stats loopStats
}

func newLoop(s *Server, id int) *loop {
	return &loop{
		srv: s, id: id, log: s.logger.Loop(id), keys: make(map[uint64]int32),
		buffers: pool.NewArena(pool.ArenaConfig{Limit: parkedBytes}), fragments: ws.NewMemory(fragmentBytes, fragmentShare),
		dialled: make(map[reactor.ConnID]dialled),
	}
}

// Start implements reactor.Handler.
func (l *loop) Start(rl reactor.Loop) {
	l.rl = rl
	if l.holding && l.id == 0 {
		l.armGate()
	}
}

// Timer implements reactor.Handler.
func (l *loop) Timer(_ reactor.Loop, kind uint32, arg uint64) {
	switch kind {
	case timerResume:
		l.resume(Handle(arg), 1, nil, nil)
	case timerCall:
		l.takeDelayed(int(arg))(l.id)
	default:
		if kind >= moduleTimers {
			l.moduleTimer(kind-moduleTimers, arg)
			return
		}
		if h := l.theHook(); h != nil && kind >= hookTimers {
			h.Timer(kind-hookTimers, arg)
		}
	}
}

// CycleEnd implements reactor.Handler.
func (l *loop) CycleEnd(reactor.Loop) {}

// Stop implements reactor.Handler: scripts that still wait are given up.
func (l *loop) Stop(reactor.Loop) {
	if h := l.theHook(); h != nil {
		h.Stop()
	}
	l.EachWebSocket(func(w *WebSocket) { l.sendClose(w, ws.StatusGoingAway, "Going away") })
	for i := range l.slots {
		if p := l.slots[i].p; p != nil {
			l.stats.abandoned.Add(1)
			l.put(p)
		}
	}
}

// take gets a context for a message.
func (l *loop) take(data []byte, meta *reactor.Meta) *Proc {
	return l.takeWith(l.srv.snap.Load(), data, meta)
}

// takeWith is take for a message that runs with a certain configuration.
func (l *loop) takeWith(snap *Snapshot, data []byte, meta *reactor.Meta) *Proc {
	var p *Proc
	if n := len(l.free); n > 0 {
		p = l.free[n-1]
		l.free = l.free[:n-1]
	} else {
		p = &Proc{loop: l}
		p.Owner = p
		p.Env = p
	}
	p.snap = snap
	p.Reset(p.snap.prog, data)
	p.Meta = *meta
	p.Src, p.Dst = meta.Remote.AddrPort(), meta.Local.AddrPort()
	p.Listen = netip.AddrPort{}
	if meta.Proxied {
		p.Listen = p.boundTo()
	}
	p.Proto = protoOf(meta.Transport)
	p.Received = true
	l.messages++
	p.MsgID = l.messages*uint64(l.srv.loops) + uint64(l.id)
	p.self = 0
	p.nrHdrs, p.nHooks, p.nEnds, p.nViaEdits = 0, 0, 0, 0
	p.rBody, p.rType = value.Value{}, value.Value{}
	p.viaSettled, p.respOK, p.maxForwardsSet = false, false, false
	p.viaIsSource, p.viaCheck, p.beside = false, viaUnchecked, nil
	p.http, p.httpDone = false, false
	p.fail, p.editsLost = nil, false
	p.streamFlags, p.replyConn, p.largeProto = 0, 0, rt.ProtoNone
	p.nOthers, p.passList = 0, false
	p.ignore, p.replyIgnore = 0, 0
	if len(p.resolved) > 0 {
		clear(p.resolved)
		p.resolved = p.resolved[:0]
	}
	p.Txn, p.TxnBranch, p.Task, p.end = 0, -1, Task{}, nil
	p.Notes, p.TxnPath = [NumNotes]uint32{}, value.Value{}
	return p
}

// put gives a context back when its message is done.
func (l *loop) put(p *Proc) {
	l.dispose(p)
	if len(l.free) < maxFreeProcs {
		p.TrimArena(keptArena)
		l.free = append(l.free, p)
	}
}

// dispose lets go of what a message has held; a handle that a function took and
// did not wait for is one of these things.
func (l *loop) dispose(p *Proc) {
	p.runEndHooks()
	p.abandon()
	if p.event != nil { // it did not come to its end
		l.endEvent(p, rt.Dropped, ErrEventLost)
		p.abandon() // what Done may have asked for
	}
	if p.parked {
		p.parked = false
		l.buffers.Free(p.owned)
		p.snap.refs.Add(-1)
	}
	p.Msg = nil
	p.snap = nil
	p.Pending = nil
}

// discard gives up a context whose message panicked: it may be in any state.
func (l *loop) discard(p *Proc) {
	if p.snap == nil {
		return // the message was done already
	}
	if h := l.theHook(); h != nil && (p.Txn != 0 || p.end != nil) {
		h.Lost(p)
	}
	l.dispose(p)
}
