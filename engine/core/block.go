package core

import (
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Task is what a module notes on a message for which it runs a block, so that it
// finds its own state again when the block has ended.
type Task struct {
	A, B uint64
}

// BlockEnd is called when a block has ended, at once or after it waited.
type BlockEnd func(p *Proc, st rt.State, err error)

// RunBlock runs a routing block on the message: a failure_route, an
// onreply_route[name], an event_route. end is called when it is over, which may
// be long after RunBlock has returned; it owns p then. end must not be a closure
// made for the call; p.Task carries what it needs.
// It is nil for the block of an EventRun, which has a Done of its own.
func (p *Proc) RunBlock(kind rt.RouteKind, op rt.Op, end BlockEnd) {
	p.Route, p.end = kind, end
	st, err := p.Run(op)
	if st == rt.Suspended {
		p.loop.park(p)
		return
	}
	p.loop.finish(p, st, err)
}

// Keep makes the message independent of the receive buffer, so that it can be
// dealt with later. false: there is no memory; the message is as it was.
func (p *Proc) Keep() bool {
	if p.parked {
		return true
	}
	ref, buf, ok := p.loop.buffers.Alloc(p.ParkSize())
	if !ok {
		p.loop.stats.suspendFull.Add(1)
		return false
	}
	p.Park(buf)
	p.owned, p.parked = ref, true
	p.snap.refs.Add(1)
	return true
}

// Revive makes a context for a message that a module has kept, with the
// configuration that it began with. data must stay as it is until the context
// is put back. false: data is no message.
func (l *loop) Revive(snap *Snapshot, data []byte, meta *reactor.Meta) (*Proc, bool) {
	p := l.takeWith(snap, data, meta)
	if !p.parse() {
		l.put(p)
		return nil, false
	}
	return p, true
}

// Boundary is deferred around a hook's own processing of a message: a panic costs
// that message alone.
func (l *loop) Boundary(p *Proc) {
	if e := recover(); e != nil {
		l.caught(p, e)
	}
}

// ReviveOwn is Revive for a request of our own, which has no Via before it is sent.
func (l *loop) ReviveOwn(snap *Snapshot, data []byte, meta *reactor.Meta) (*Proc, bool) {
	p := l.takeWith(snap, data, meta)
	p.Received = false
	if sipparse.Parse(data, &p.Index) != sipparse.OK || !p.Index.IsRequest() {
		l.put(p)
		return nil, false
	}
	p.Index.MsgBody(data)
	return p, true
}
