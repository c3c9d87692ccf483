package tm

import "sipedge/engine/core"

// callback is a function that a module wants called for events of one
// transaction.
type callback struct {
	events Event
	id     CallbackID
	param  uint64
	next   int32 // index + 1
}

func (m *layer) register(t *tx, events Event, id CallbackID, param uint64) bool {
	k, c, ok := m.cbs.Alloc(m.bounds.callbacks)
	if !ok {
		m.stats.full.Add(1)
		return false
	}
	*c = callback{events: events, id: id, param: param}
	t.cbMask |= events
	// behind the others: they are called in the order of their registration
	at := &t.callbacks
	for *at != 0 {
		at = &m.cbs.At(*at - 1).next
	}
	*at = k + 1
	return true
}

// tell calls the callbacks that want an event.
func (m *layer) tell(i int32, t *tx, e Event, branch int, p *core.Proc, code int, local bool) {
	if t.cbMask&e == 0 {
		return
	}
	m.tellAll(i, t, e, branch, p, code, local)
}

func (m *layer) tellAll(i int32, t *tx, e Event, branch int, p *core.Proc, code int, local bool) {
	h := m.handle(i)
	for k := t.callbacks; k != 0; {
		c := *m.cbs.At(k - 1)
		for one := Event(1); one <= e; one <<= 1 {
			if c.events&e&one != 0 {
				m.call(c.id, Args{Event: one, T: h, Branch: branch, Proc: p, Code: code, Local: local, Param: c.param})
			}
		}
		if m.get(h) == nil {
			return
		}
		k = c.next
	}
}

// call calls a callback. The arguments are lent; calls may nest.
func (m *layer) call(id CallbackID, a Args) {
	lent := m.takeArgs()
	*lent = a
	(*m.api.callbacks.Load())[id-1](lent)
	lent.Proc = nil
	m.freeArgs = append(m.freeArgs, lent)
}

func (m *layer) takeArgs() *Args {
	if n := len(m.freeArgs); n > 0 {
		a := m.freeArgs[n-1]
		m.freeArgs = m.freeArgs[:n-1]
		return a
	}
	return new(Args)
}
