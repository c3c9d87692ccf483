package dialog

import (
	"sipedge/engine/mod/tm"
	"sipedge/sipparse"
)

// armPing begins the OPTIONS to the sides that are to be asked (dlg_set_property).
func (m *layer) armPing(i int32, d *dlg, c *Config) {
	if d.flags&(fKACaller|fKACallee) == 0 || d.state != Confirmed || d.kaTimer != 0 {
		return
	}
	if d.kaTimer = m.loop.AfterKind(seconds(c.KAInterval), m.live.pingKind, m.timerArg(i)); d.kaTimer == 0 {
		m.stats.timersFull.Add(1)
	}
}

// ping asks the sides. The CSeq is the last one of the side whose name the OPTIONS
// bears, so that the side's own next request is still a new one (RFC 3261 §12.2.2).
func (m *layer) ping(slot int32, gen uint32) {
	d := m.dlgs.Get(slot, gen)
	if d == nil {
		return
	}
	d.kaTimer = 0
	for side, flag := range [...]dlgFlags{caller: fKACaller, callee: fKACallee} {
		if d.flags&flag == 0 || d.state != Confirmed {
			continue
		}
		r, err := m.within(d, side, "OPTIONS", max(d.legs[1-side].cseq, 1))
		if err != nil {
			continue
		}
		r.OnReply, r.Param = m.live.onPing, uint64(m.ref(slot))
		if _, err := m.live.tm.Send(m.id, r); err == nil {
			m.stats.pings.Add(1)
		}
	}
	m.armPing(slot, d, m.current())
}

// pingAnswered is the reply to an OPTIONS: 481 says that the call is over there,
// 408 that the side is gone, once ka_failed_limit of them have come in a row.
func (v *live) pingAnswered(a *tm.Args) {
	if a.Event != tm.LocalCompleted {
		return
	}
	m := v.layers[a.T.Loop()]
	r := Ref(a.Param)
	d := m.get(r)
	if d == nil || d.state != Confirmed {
		return
	}
	side := callee
	if req := v.tm.RequestBytes(a.T); req != nil && m.toCaller(d, req) {
		side = caller
	}
	l := &d.legs[side]
	switch {
	case a.Code == 481:
	case a.Code == 408:
		if l.kaFailed++; int64(l.kaFailed) < m.current().KAFailedLimit {
			return
		}
	default:
		l.kaFailed = 0
		return
	}
	m.stats.pingsFailed.Add(1)
	if !m.byeBoth(r.slot(), d) {
		m.end(r.slot(), d, nil, "dialog:end")
	}
}

// toCaller reports whether a request of ours went to the caller.
func (m *layer) toCaller(d *dlg, req []byte) bool {
	if sipparse.Parse(req, &m.scratch) != sipparse.OK {
		return false
	}
	to, e := m.scratch.To(req)
	return e == sipparse.OK && string(to.Tag.Of(req)) == string(m.tag(d, caller))
}
