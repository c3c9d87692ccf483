package tm

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// timerFunctions set the times of one transaction, in milliseconds.
func timerFunctions() []registry.Function {
	return []registry.Function{
		times("t_set_fr", "fr_inv_timeout", "fr_timeout", noteFRInv, noteFR, true,
			"Sets fr_inv_timer and fr_timer for the transaction, in ms; 0 leaves one as it is."),
		times("t_set_retr", "retr_t1", "retr_t2", noteRetr1, noteRetr2, false,
			"Sets retr_timer1 and retr_timer2 for the transaction, in ms; 0 leaves one as it is."),
		times("t_set_max_lifetime", "inv_lifetime", "noninv_lifetime", noteMaxInv, noteMaxNonInv, false,
			"Sets max_inv_lifetime and max_noninv_lifetime for the transaction, in ms; 0 leaves one as it is."),
		reset("t_reset_fr", noteFRInv, noteFR),
		reset("t_reset_retr", noteRetr1, noteRetr2),
		reset("t_reset_max_lifetime", noteMaxInv, noteMaxNonInv),
	}
}

const timerRoutes = rt.RequestRoute | rt.FailureRoute | rt.TMReplyRoute | rt.BranchRoute | rt.EventRoute

// maxTime is the longest time that a script may set, ms: 24 days.
const maxTime = 1<<31 - 1

func times(name, first, second string, n1, n2 int, optional bool, doc string) registry.Function {
	return registry.Function{
		Name: name, Routes: timerRoutes, Stateful: true, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: first, Kind: registry.ArgFormat}, {Name: second, Kind: registry.ArgFormat, Optional: optional}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			a, err := arg.NewNumber(args, 0, name+": "+first, 0, maxTime)
			if err != nil {
				return nil, err
			}
			b := arg.Fixed(0)
			if arg.Given(args, 1) {
				if b, err = arg.NewNumber(args, 1, name+": "+second, 0, maxTime); err != nil {
					return nil, err
				}
			}
			return func(c *rt.Ctx) int32 {
				v1, ok1 := a.Get(c)
				v2, ok2 := b.Get(c)
				if !ok1 || !ok2 {
					return -1
				}
				p := core.Of(c)
				if v1 > 0 {
					setNote(p, n1, uint32(v1))
				}
				if v2 > 0 {
					setNote(p, n2, uint32(v2))
				}
				return 1
			}, nil
		},
	}
}

func reset(name string, n1, n2 int) registry.Function {
	return simple(name, timerRoutes, "Goes back to the parameters' times.", func(m *layer, p *core.Proc) int32 {
		c := p.Config("tm").(*Config)
		for _, n := range [...]int{n1, n2} {
			p.Notes[n] = 0
			if m.get(Handle(p.Txn)) != nil {
				setNote(p, n, defaultOf(c, n))
				p.Notes[n] = 0
			}
		}
		return 1
	})
}

func defaultOf(c *Config, note int) uint32 {
	switch note {
	case noteFR:
		return uint32(c.FR)
	case noteFRInv:
		return uint32(c.FRInv)
	case noteRetr1:
		return uint32(c.Retr1)
	case noteRetr2:
		return uint32(c.Retr2)
	case noteMaxInv:
		return uint32(c.MaxInv)
	}
	return uint32(c.MaxNonInv)
}

// setNote notes a time on the message, and on its transaction where there is one:
// branches that run get the new time from now on.
func setNote(p *core.Proc, note int, v uint32) {
	p.Notes[note] = v
	m := layerOf(p)
	t := m.get(Handle(p.Txn))
	if t == nil {
		return
	}
	invite := t.method == sipparse.MethodInvite
	switch note {
	case noteFR:
		t.fr = v
		m.rearm(t, false, v)
	case noteFRInv:
		t.frInv = v
		m.rearm(t, true, v)
	case noteRetr1:
		t.retr1 = v
	case noteRetr2:
		t.retr2 = v
	case noteMaxInv, noteMaxNonInv:
		if invite == (note == noteMaxInv) {
			t.lifeEnd = t.born + int64(v)*ms
			m.rearm(t, true, t.frInv)
			m.rearm(t, false, t.fr)
		}
	}
}

// rearm gives the branches that have, or have not, had a provisional reply to
// their INVITE another time.
func (m *layer) rearm(t *tx, proceeding bool, d uint32) {
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		rings := b.state == brProceeding && t.method == sipparse.MethodInvite
		if b.state != brFinal && b.fr != 0 && rings == proceeding && b.flags&bCanceled == 0 {
			m.armFR(n-1, t, b, d)
		}
		n = b.next
	}
}
