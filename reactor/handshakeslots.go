//go:build unix

package reactor

import (
	"container/list"
	"sync"
)

// slots decides whose handshake has the processor next. A step is the work between
// two waits for the peer; a bounded number of goroutines run steps, and a handshake
// that waits has none of them.
//
// Source addresses take turns, so that one which sends many ClientHellos delays its
// own. A handshake that was begun costs memory until it is over: the number of these
// is bounded, and each address has its share of it; ClientHellos beyond that wait as
// they came. The last of the room is for addresses that have begun none.
type slots struct {
	mu     sync.Mutex
	limit  int // goroutines at most
	busy   int // goroutines now
	begun  int // handshakes that were begun and are not over
	askers map[Addr]*asker
	// Whose turn it is: addresses with something to go on with, and with something
	// to begin. An address that has used its share is in neither for the latter.
	going, fresh list.List
	goingNext    bool
}

// asker is a source address with handshakes that are not over.
type asker struct {
	addr         Addr
	ours         bool // connections opened from here, which have no share
	live, begun  int
	going, fresh list.List     // of *handshake, that wait for a slot
	inGoing      *list.Element // its place in the lines of slots
	inFresh      *list.Element
}

// ready has the next step of h run when it is its turn.
func (r *Reactor) ready(h *handshake) {
	q := &r.slots
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.asker == nil {
		h.asker = q.asker(h)
	}
	a := h.asker
	if h.begun {
		h.waits = a.going.PushBack(h)
	} else {
		h.waits = a.fresh.PushBack(h)
	}
	q.line(a)
	r.hire()
}

// hire starts a goroutine if there is work for one and room.
func (r *Reactor) hire() {
	q := &r.slots
	if q.busy < q.limit && q.going.Len()+q.fresh.Len() > 0 {
		q.busy++
		go r.work()
	}
}

// work runs steps until none waits.
func (r *Reactor) work() {
	for {
		h := r.nextStep()
		if h == nil {
			return
		}
		h.step()
		if r.stepEnded(h) {
			h.loop.order(func(l *loop) { l.stepped(h) })
		} else {
			h.abandon()
		}
	}
}

// stepEnded gives a handshake back to its loop; false: its connection is gone.
func (r *Reactor) stepEnded(h *handshake) bool {
	q := &r.slots
	q.mu.Lock()
	defer q.mu.Unlock()
	h.stepping = false
	if h.out {
		return false
	}
	if h.ended {
		r.release(h)
	}
	return true
}

// nextStep takes the handshake whose turn it is, nil for none: then its goroutine
// is no longer counted.
func (r *Reactor) nextStep() *handshake {
	q, s := &r.slots, r.streams.Load()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.goingNext = !q.goingNext
	var h *handshake
	if q.goingNext {
		if h = q.goOn(); h == nil {
			h = q.begin(s)
		}
	} else if h = q.begin(s); h == nil {
		h = q.goOn()
	}
	if h == nil {
		q.busy--
	} else {
		h.stepping = true
	}
	return h
}

// goOn takes one that was begun.
func (q *slots) goOn() *handshake {
	e := q.going.Front()
	if e == nil {
		return nil
	}
	a := q.going.Remove(e).(*asker)
	a.inGoing = nil
	h := a.going.Front().Value.(*handshake)
	a.unwait(h)
	q.line(a)
	return h
}

// begin takes one that was not, within the bounds.
func (q *slots) begin(s *Streams) *handshake {
	if q.begun >= s.MaxHandshakes {
		return nil
	}
	for range q.fresh.Len() {
		a := q.fresh.Remove(q.fresh.Front()).(*asker)
		a.inFresh = nil
		switch {
		case !a.ours && a.begun >= s.handshakeShare():
			continue // back in line when one of its own is over
		case !a.ours && a.begun > 0 && q.begun >= s.MaxHandshakes-s.MaxHandshakes/handshakeReserve:
			q.line(a)
			continue
		}
		h := a.fresh.Front().Value.(*handshake)
		a.unwait(h)
		h.begun = true
		q.begun++
		a.begun++
		q.line(a)
		return h
	}
	return nil
}

// giveUp ends a handshake whose connection is gone.
func (r *Reactor) giveUp(h *handshake) {
	q := &r.slots
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.asker == nil || h.out {
		return
	}
	r.release(h)
	if h.begun && !h.stepping {
		go h.abandon() // how crypto/tls finds its way out is not for the loop
	}
}

// release: the handshake has ended or was given up, and another may begin. The caller
// holds the lock.
func (r *Reactor) release(h *handshake) {
	q, a := &r.slots, h.asker
	h.out = true
	a.unwait(h)
	if h.begun {
		q.begun--
		a.begun--
	}
	if a.live--; a.live == 0 {
		delete(q.askers, a.addr)
	}
	q.line(a)
	r.hire()
}

// asker finds the address of a handshake. All that are our own are one.
func (q *slots) asker(h *handshake) *asker {
	addr := origin(h.remote)
	if h.outbound {
		addr = Addr{}
	}
	a := q.askers[addr]
	if a == nil {
		a = &asker{addr: addr, ours: h.outbound}
		if q.askers == nil {
			q.askers = map[Addr]*asker{}
		}
		q.askers[addr] = a
	}
	a.live++
	return a
}

// unwait takes h from among those that wait for a slot, if it is there.
func (a *asker) unwait(h *handshake) {
	if h.waits == nil {
		return
	}
	if h.begun {
		a.going.Remove(h.waits)
	} else {
		a.fresh.Remove(h.waits)
	}
	h.waits = nil
}

// line gives an address its places, as it needs them.
func (q *slots) line(a *asker) {
	place := func(e **list.Element, l *list.List, waiting int) {
		switch {
		case waiting > 0 && *e == nil:
			*e = l.PushBack(a)
		case waiting == 0 && *e != nil:
			l.Remove(*e)
			*e = nil
		}
	}
	place(&a.inGoing, &q.going, a.going.Len())
	place(&a.inFresh, &q.fresh, a.fresh.Len())
}

// tlsRoom is what a reactor with TLS needs of GOMAXPROCS beside runtimeRoom:
// handshakes are work for a processor, not waiting.
func (r *Reactor) tlsRoom() int {
	if r.cfg.ServerTLS == nil {
		return 0
	}
	return r.slots.limit
}
