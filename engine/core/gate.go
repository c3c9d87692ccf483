package core

import (
	"sync/atomic"

	"sipedge/reactor"
)

// gate keeps the network's messages waiting while the event routes that prepare
// the server (event_route[htable:mod-init]) have not ended. It is closed at start
// only, and only when there is such a block; after it has been opened it stays so.
type gate struct {
	pending atomic.Int32 // EventRuns that traffic waits for
	begun   atomic.Bool  // the loops run: nothing more enters
}

// enter counts a run that traffic waits for; false when traffic runs already.
func (g *gate) enter() bool {
	if g.begun.Load() {
		return false
	}
	g.pending.Add(1)
	return true
}

// cancel takes back an enter before the loops run.
func (g *gate) cancel() { g.pending.Add(-1) }

// startEvents lets the modules start their event routes for a snapshot that has
// become current. first: the server starts, its loops do not run yet.
func (s *Server) startEvents(snap *Snapshot, first bool) {
	for _, m := range snap.modules {
		if m.Started != nil {
			m.Started(s, snap.configs[m.Name])
		}
	}
	if !first {
		return
	}
	s.gate.begun.Store(true)
	if s.gate.pending.Load() > 0 {
		for _, l := range s.perLoop {
			l.holding = true
		}
	}
}

// leaveGate ends the waiting for a run, and all waiting after the last one.
func (l *loop) leaveGate(e *EventRun) {
	if !e.gated {
		return
	}
	e.gated = false
	if l.srv.gate.pending.Add(-1) == 0 {
		l.openGate()
	}
}

// openGate lets every loop process what it holds.
func (l *loop) openGate() {
	for i := range l.srv.perLoop {
		l.openLoop(i)
	}
}

// openLoop tells one loop; a full mailbox is tried again.
func (l *loop) openLoop(i int) {
	open := func(loop int) { l.srv.perLoop[loop].releaseHeld() }
	if err := l.srv.Post(i, open); err != nil && delivered(err) == err {
		_ = l.after(gateRetry, func(int) { l.openLoop(i) })
	}
}

// armGate bounds the waiting: a block that never ends must not keep calls out.
func (l *loop) armGate() {
	_ = l.after(gateLimit, func(int) {
		if l.srv.gate.pending.Load() > 0 {
			l.srv.Log().Printf(levelErr, "an event_route that prepares the server has not ended after %v; traffic is served now", gateLimit)
			l.openGate()
		}
	})
}

// heldMessage is a message that waits for the gate.
type heldMessage struct {
	data []byte
	meta reactor.Meta
	http bool
}

// hold copies a batch; what is beyond the bounds is lost, as in a full socket buffer.
func (l *loop) hold(batch []reactor.Message) {
	for i := range batch {
		m := &batch[i]
		http := m.Frame == reactor.FrameTurn
		if m.Frame != reactor.FrameMessage && !http {
			l.frame(m)
			continue
		}
		if len(l.held) == maxHeld || l.heldBytes+len(m.Data) > maxHeldBytes {
			l.stats.startLost.Add(1)
			if http { // what follows waits for its end
				_ = l.rl.CloseConn(m.Meta.Conn, reactor.CloseNow)
			}
			continue
		}
		l.stats.startHeld.Add(1)
		l.heldBytes += len(m.Data)
		l.held = append(l.held, heldMessage{append([]byte(nil), m.Data...), m.Meta, http})
	}
}

// releaseHeld processes what was held, in its order, and ends the holding.
func (l *loop) releaseHeld() {
	held := l.held
	l.holding, l.held, l.heldBytes = false, nil, 0
	for i := range held {
		if m := &held[i]; m.http {
			l.httpRequest(m.data, &m.meta)
			_ = l.rl.Reframe(m.meta.Conn)
		} else {
			l.receive(m.data, &m.meta, false)
		}
	}
}
