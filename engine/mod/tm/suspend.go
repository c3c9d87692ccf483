package tm

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
)

// A transaction can wait for something outside without a script of its own that
// waits: t_suspend() and t_continue() of Kamailio's API. What the script has made
// of the request is kept; route[name] goes on with it.

func (m *layer) suspend(p *core.Proc) Handle {
	if m.newtran(p) <= 0 {
		return 0
	}
	t := m.get(Handle(p.Txn))
	t.flags |= fSuspended
	return Handle(p.Txn)
}

// goOn lets a suspended transaction go on with route[name].
func (m *layer) goOn(h Handle, name string) {
	t := m.get(h)
	if t == nil || t.flags&fSuspended == 0 {
		return
	}
	var block uint64
	if name != "" {
		block = uint64(m.routeNumber(t, name))
	}
	if t.busy > 0 {
		// Not an event: where there is no room for one it would be lost for good.
		if t.flags&fGoesOn == 0 {
			t.flags |= fGoesOn
			t.goesOn = uint32(block)
		}
		return
	}
	m.continued(h.slot(), t, block)
}

// routeNumber is the number of route[name] in the view of the transaction's
// snapshot; 0 where there is none.
func (m *layer) routeNumber(t *tx, name string) int {
	v := m.view(t)
	op := v.snap.Block(rt.RequestRoute, name)
	if op == nil {
		return 0
	}
	// Functions cannot be compared; names are few and asked for seldom.
	for i, n := range v.continued {
		if n == name {
			return len(v.cfg.blocks) + i + 1
		}
	}
	v.continued = append(v.continued, name)
	v.blocks = append(v.blocks, op)
	return len(v.blocks)
}

// continued runs the block of a t_continue().
func (m *layer) continued(i int32, t *tx, block uint64) {
	if t.flags&fSuspended == 0 {
		return
	}
	t.flags &^= fSuspended
	if t.timerKind == txLife {
		m.stopTimer(t)
	}
	if t.status >= 200 {
		m.settle(i, t)
		return
	}
	if block == 0 {
		m.replyIfIdle(i, t, 500, "Server Internal Error")
		return
	}
	p := m.revive(i, t)
	if p == nil {
		m.replyIfIdle(i, t, 500, "Server Internal Error")
		return
	}
	p.Notes[noteOwner] = owns
	p.Task = core.Task{A: uint64(m.handle(i))}
	t.busy++
	m.run(p, rt.RequestRoute, m.view(t).blocks[block-1], endContinue)
}

// endContinue is Ended for a script that t_continue() has begun.
func endContinue(p *core.Proc, st rt.State, _ error) {
	m := layerOf(p)
	m.Ended(p, st == rt.Dropped)
	m.loop.Put(p)
}

// endOfLife ends a transaction that nobody has gone on with.
func (m *layer) endOfLife(i int32, t *tx) {
	t.flags &^= fSuspended
	for n := t.first; n != 0; { // a branch whose own timer could not be armed
		b := m.brs.At(n - 1)
		if b.state != brFinal {
			b.flags |= bFaked | bTimedOut
			m.endBranch(i, t, b, 408)
		}
		n = b.next
	}
	if t.status < 200 {
		code := 408
		if t.flags&fCanceled != 0 {
			code = 487
		}
		m.replyIfIdle(i, t, code, reasonOf(code))
		return
	}
	m.settle(i, t)
}
