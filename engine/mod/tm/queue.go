package tm

import "sipedge/engine/core"

// While a script of the transaction runs or waits, what happens to the
// transaction waits too, and is dealt with in its order when the script is over:
// replies, the end of a branch's time, a CANCEL, and then t_continue(). Repetitions of requests go on meanwhile.

type event struct {
	kind   uint8
	branch int32
	gen    uint32
	proc   int32 // of a reply: place in layer.waiting
	next   int32
}

const (
	evReply uint8 = iota + 1
	evFR
	evCancel
)

// wait keeps a message for an event.
func (m *layer) wait(p *core.Proc) int32 {
	if n := len(m.freeWaiting); n > 0 {
		i := m.freeWaiting[n-1]
		m.freeWaiting = m.freeWaiting[:n-1]
		m.waiting[i] = p
		return i
	}
	m.waiting = append(m.waiting, p)
	return int32(len(m.waiting) - 1)
}

func (m *layer) unwait(i int32) *core.Proc {
	p := m.waiting[i]
	m.waiting[i] = nil
	m.freeWaiting = append(m.freeWaiting, i)
	return p
}

// enqueue puts an event behind those that wait. false: there is no room; the
// event's message is still the caller's.
func (m *layer) enqueue(_ int32, t *tx, e event) bool {
	// Replies are bounded, since the network sends them; the rest is few by nature.
	full := e.kind == evReply && t.queued >= maxEvents
	var k int32
	var v *event
	ok := !full
	if ok {
		k, v, ok = m.evs.Alloc(m.bounds.events)
	}
	if !ok {
		m.stats.queueFull.Add(1)
		if e.kind == evReply {
			m.unwait(e.proc)
		}
		return false
	}
	*v = e
	v.next = 0
	if t.qTail != 0 {
		m.evs.At(t.qTail - 1).next = k + 1
	} else {
		t.qHead = k + 1
	}
	t.qTail = k + 1
	t.queued++
	m.stats.queued.Add(1)
	return true
}

// drain deals with the events that wait, until one of them begins a script that
// waits itself, and then with the transaction's end.
func (m *layer) drain(i int32, t *tx) {
	gen := m.txs.Gen(i)
	for t.busy == 0 && (t.qHead != 0 || t.flags&fGoesOn != 0) {
		if t.qHead == 0 {
			t.flags &^= fGoesOn
			m.continued(i, t, uint64(t.goesOn))
			if t = m.txs.Get(i, gen); t == nil {
				return
			}
			continue
		}
		k := t.qHead - 1
		e := *m.evs.At(k)
		t.qHead = e.next
		if t.qHead == 0 {
			t.qTail = 0
		}
		t.queued--
		m.evs.Release(k)
		m.happen(i, t, &e)
		if t = m.txs.Get(i, gen); t == nil {
			return
		}
	}
	m.settle(i, t)
}

func (m *layer) happen(i int32, t *tx, e *event) {
	switch e.kind {
	case evCancel:
		m.cancelNow(i, t)
	case evFR:
		if b := m.brs.Get(e.branch, e.gen); b != nil && b.state != brFinal && b.flags&bHasFinal == 0 && b.fr == 0 {
			m.timedOut(i, t, e.branch, b)
		}
	case evReply:
		p := m.unwait(e.proc)
		b := m.brs.Get(e.branch, e.gen)
		if b == nil {
			m.loop.Put(p)
			return
		}
		m.onReply(i, t, e.branch, b, p)
	}
}

// dropEvents gives up the events of a transaction that ends.
func (m *layer) dropEvents(t *tx) {
	for k := t.qHead; k != 0; {
		e := *m.evs.At(k - 1)
		if e.kind == evReply {
			m.loop.Put(m.unwait(e.proc))
		}
		m.evs.Release(k - 1)
		k = e.next
	}
	t.qHead, t.qTail, t.queued = 0, 0, 0
}

// Stop implements core.LoopHook: messages that wait are given up.
func (m *layer) Stop() {
	for i, p := range m.waiting {
		if p != nil {
			m.waiting[i] = nil
			m.loop.Put(p)
		}
	}
}
