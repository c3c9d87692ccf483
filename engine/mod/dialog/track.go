package dialog

import (
	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// begins reports whether a request can begin a dialog.
func begins(p *core.Proc) bool {
	if !p.Index.IsRequest() || p.Index.Method() != sipparse.MethodInvite {
		return false
	}
	to, e := p.Index.To(p.Msg)
	return e == sipparse.OK && to.Tag.Len == 0
}

// manage is dlg_manage(): the call of the message is tracked from here on.
func (m *layer) manage(p *core.Proc, c *Config) int32 {
	if to, e := p.Index.To(p.Msg); e == sipparse.OK && to.Tag.Len > 0 {
		m.sequential(p, nil, false, c)
		return 1
	}
	if !begins(p) {
		return -1
	}
	i, d, _ := m.ofMessage(p)
	if d != nil && !c.SpiralDetect && d.state != Tentative && uint64(d.invite) != p.Txn {
		d = nil
	}
	if d == nil {
		if i, d = m.create(p, c); d == nil {
			return -1
		}
	}
	m.promote(i, d, c)
	if p.Txn != 0 && !m.attach(i, d, p) {
		return -1
	}
	return 1
}

// promote makes a tentative dialog a real one.
func (m *layer) promote(i int32, d *dlg, c *Config) {
	if d.state != Tentative {
		return
	}
	m.setState(d, Unconfirmed)
	m.stats.processed.Add(1)
	m.arm(i, d, seconds(c.EarlyTimeout))
}

// create makes the entry of a call, tentative at first. It goes with the message
// unless a transaction carries it on.
func (m *layer) create(p *core.Proc, c *Config) (int32, *dlg) {
	x, b := &p.Index, p.Msg
	from, e1 := x.From(b)
	to, e2 := x.To(b)
	cseq, e3 := x.CSeq(b)
	if e1 != sipparse.OK || e2 != sipparse.OK || e3 != sipparse.OK || from.Tag.Len == 0 {
		p.Logf(levelErr, "dialog: the INVITE has no From tag; the call is not tracked")
		return -1, nil
	}
	i, d, ok := m.dlgs.Alloc(int(c.MaxDialogs))
	if !ok {
		m.stats.full.Add(1)
		p.Logf(levelErr, "dialog: the loop has %d dialogs (max_dialogs); the call is not tracked", c.MaxDialogs)
		return -1, nil
	}
	id := x.CallID(b)
	ruri := x.URISpan()
	texts := [...]sipparse.Span{id, from.URI, to.URI, ruri}
	n := 0
	for _, s := range texts {
		n += int(s.Len)
	}
	ref, buf, ok := m.arena.Alloc(n)
	if !ok {
		m.stats.noMemory.Add(1)
		m.dlgs.Release(i)
		return -1, nil
	}
	d.ident = ref
	at := 0
	for k, t := range [...]*piece{&d.callID, &d.fromURI, &d.toURI, &d.reqURI} {
		*t = piece{uint16(at), texts[k].Len}
		at += copy(buf[at:], texts[k].Of(b))
	}
	routes, count := m.routesDown(p)
	d.inviteRoutes = uint8(min(count, 255))
	d.legs[caller].cseq = cseq.Number
	d.legs[caller].sock, d.legs[caller].known = p.Meta.Socket, true
	if !m.setLeg(&d.legs[caller], from.Tag.Of(b), contactOf(x, b), routes) {
		p.Logf(levelErr, "dialog: no room for the texts of the call, which is not tracked")
		m.arena.Free(ref)
		m.dlgs.Release(i)
		return -1, nil
	}
	if c.SendBye {
		d.flags |= fTimeoutBye
	}
	if c.TimeoutNoReset {
		d.flags |= fNoReset
	}
	d.createdWall = m.loop.Wall()
	d.key = m.live.srv.HashBytes(id.Of(b))
	m.enter(i, d)
	p.AtEnd(m.live.endHook)
	m.arm(i, d, seconds(c.EarlyTimeout))
	return i, d
}

// messageDone takes away a dialog whose INVITE's script has ended without a
// transaction: it was answered, or sent on, without state.
func (v *live) messageDone(p *core.Proc) {
	if !begins(p) {
		return
	}
	m := v.layerOf(p)
	if i, d, _ := m.ofMessage(p); d != nil && d.invite == 0 && d.state <= Unconfirmed {
		m.setState(d, Ended)
		m.remove(i, d)
	}
}

// requestIn sees each new transaction: the INVITE of a call that is tracked, or to
// be tracked by its flag, and the requests that change a side's Contact.
func (v *live) requestIn(a *tm.Args) {
	p := a.Proc
	method := p.Index.Method()
	if method != sipparse.MethodInvite && method != sipparse.MethodUpdate {
		return
	}
	c := cfg(p)
	if c == nil {
		return
	}
	m := v.layerOf(p)
	if !begins(p) {
		if i, d, _ := m.ofMessage(p); d != nil && (d.state == Answered || d.state == Confirmed) {
			v.tm.On(a.T, tm.ResponseOut, v.onTarget, uint64(m.ref(i)))
		}
		return
	}
	flagged := c.DlgFlag >= 0 && p.Flags&(1<<uint(c.DlgFlag)) != 0
	i, d, _ := m.ofMessage(p)
	if d == nil && flagged {
		i, d = m.create(p, c)
	}
	if d == nil {
		return
	}
	if flagged {
		m.promote(i, d, c)
	}
	if d.state != Tentative {
		m.attach(i, d, p)
	}
}

// attach has the transaction of the INVITE tell what becomes of the call. false:
// it cannot, and the call is not tracked.
func (m *layer) attach(i int32, d *dlg, p *core.Proc) bool {
	h := m.live.tm.Transaction(p)
	if d.invite == h {
		return true
	}
	if d.invite != 0 {
		m.stats.spirals.Add(1)
		return true
	}
	events := tm.ResponseOut | tm.ResponseAgain | tm.Destroyed
	if c := cfg(p); len(c.timeoutVars) > 0 {
		events |= tm.RequestSent
	}
	if !m.live.tm.On(h, events, m.live.onCall, uint64(m.ref(i))) {
		p.Logf(levelErr, "dialog: no room for a callback of the transaction; the call is not tracked")
		m.setState(d, Ended)
		m.remove(i, d)
		return false
	}
	d.invite = h
	return true
}

// callEvent is what becomes of the INVITE that has begun a dialog.
func (v *live) callEvent(a *tm.Args) {
	m := v.layers[a.T.Loop()]
	r := Ref(a.Param)
	d := m.get(r)
	if d == nil {
		return
	}
	i := r.slot()
	switch {
	case a.Event == tm.RequestSent:
		m.readTimeout(d, a.Proc)
	case a.Event == tm.Destroyed:
		if d.state < Answered { // released, or lost
			m.fail(i, d, nil)
		}
	case a.Code > 100 && a.Code < 200:
		if d.state == Unconfirmed {
			m.setState(d, Early)
		}
	case a.Code >= 200 && a.Code < 300:
		m.answered(i, d, a.Proc, a.Local)
	case a.Code >= 300 && d.state < Answered:
		m.fail(i, d, a.Proc)
	}
}

// answered is the 2xx to the INVITE. Of several, by a fork, the first is the
// dialog's; the others go on untracked, as in Kamailio.
func (m *layer) answered(i int32, d *dlg, p *core.Proc, local bool) {
	if d.state >= Answered {
		to, e := p.Index.To(p.Msg)
		if d.state != Ended && e == sipparse.OK && string(to.Tag.Of(p.Msg)) != string(m.tag(d, callee)) {
			m.stats.otherAnswers.Add(1)
		}
		return
	}
	c := cfg(p)
	if c == nil {
		c = m.current()
	}
	var ok bool
	if local {
		ok = m.setLeg(&d.legs[callee], p.LocalTag(m.text[:0]), nil, nil)
	} else {
		to, _ := p.Index.To(p.Msg)
		d.legs[callee].sock, d.legs[callee].known = p.Meta.Socket, true
		ok = m.setLeg(&d.legs[callee], to.Tag.Of(p.Msg), contactOf(&p.Index, p.Msg), m.routesUp(p, int(d.inviteRoutes)))
	}
	if !ok {
		p.Logf(levelErr, "dialog: no room for the callee's texts; the call is not tracked any more")
		m.setState(d, Ended)
		m.remove(i, d)
		return
	}
	m.setState(d, Answered)
	d.startWall, d.startNow = m.loop.Wall(), m.loop.Now()
	m.arm(i, d, seconds(min(c.NoAckTimeout, m.lifetime(d, c))))
	m.run(p, eventRoute, "dialog:start")
}

// fail ends a call that nobody has answered. p is the last reply, or the INVITE
// where that was made here; nil for a timeout.
func (m *layer) fail(i int32, d *dlg, p *core.Proc) {
	if d.state == Ended {
		return
	}
	if d.state == Tentative {
		m.remove(i, d)
		return
	}
	m.stats.failed.Add(1)
	m.end(i, d, p, "dialog:failed")
}

// end is a dialog's end: its entry is kept for a while for what comes late.
func (m *layer) end(i int32, d *dlg, p *core.Proc, event string) {
	m.setState(d, Ended)
	m.leaveProfiles(d)
	m.stopTimers(d)
	m.arm(i, d, kept)
	if p != nil {
		m.run(p, eventRoute, event)
	} else if d.timer != 0 {
		m.runAlone(d, eventRoute, event)
	}
}

// routed is a request that loose_route() has routed by a Route header of ours.
func (c *Config) routed(p *core.Proc) {
	if to, e := p.Index.To(p.Msg); e == sipparse.OK && to.Tag.Len > 0 {
		c.live.layerOf(p).sequential(p, c.rr.RouteParam(p, c.RRParam), true, c)
	}
}

// sequential is a request within a dialog; the result is nil where it is in none.
// id is what our Route URI says of it, where the request had one (routed).
func (m *layer) sequential(p *core.Proc, id []byte, routed bool, c *Config) *dlg {
	n, ok := namesOf(p)
	if !ok {
		return nil
	}
	i, dir := int32(-1), downstream
	var d *dlg
	if id != nil && c.MatchMode != matchNoID {
		i, d, dir = m.ofParam(id, &n)
	}
	if d == nil && (!routed || c.MatchMode != matchID) {
		i, d, dir = m.find(&n)
	}
	if d == nil {
		m.stats.strange.Add(1)
		return nil
	}
	switch p.Index.Method() {
	case sipparse.MethodAck:
		if d.state == Answered && dir == downstream {
			m.setState(d, Confirmed)
			m.arm(i, d, seconds(m.lifetime(d, c)))
			m.armPing(i, d, c)
		}
	case sipparse.MethodCancel:
	case sipparse.MethodBye:
		if d.state == Answered || d.state == Confirmed {
			m.end(i, d, p, "dialog:end")
		}
	default:
		if d.state == Ended || d.state == Tentative {
			break
		}
		l := &d.legs[dir]
		if cs, e := p.Index.CSeq(p.Msg); e == sipparse.OK && cs.Number > l.cseq {
			l.cseq = cs.Number
		}
		l.sock, l.known = p.Meta.Socket, true
		m.readTimeout(d, p)
		if d.state == Confirmed && d.flags&fNoReset == 0 {
			m.arm(i, d, seconds(m.lifetime(d, c)))
		}
	}
	return d
}

// targetEvent is the reply to a request that changes the sides' Contacts (RFC 3261
// §12.2.1.2): a 2xx does, the routes stay.
func (v *live) targetEvent(a *tm.Args) {
	if a.Code < 200 || a.Code > 299 || a.Local {
		return
	}
	m := v.layers[a.T.Loop()]
	d := m.get(Ref(a.Param))
	n, ok := namesOf(a.Proc)
	if d == nil || !ok || d.state == Ended {
		return
	}
	dir, ok := m.matches(d, &n)
	if !ok {
		return
	}
	if req := v.tm.RequestBytes(a.T); req != nil && sipparse.Parse(req, &m.scratch) == sipparse.OK {
		m.setContact(&d.legs[dir], contactOf(&m.scratch, req))
	}
	m.setContact(&d.legs[1-dir], contactOf(&a.Proc.Index, a.Proc.Msg))
}

func (m *layer) setContact(l *leg, contact []byte) {
	if len(contact) == 0 || string(contact) == string(m.bytes(l.mem, l.contact)) {
		return
	}
	m.setLeg(l, m.bytes(l.mem, l.tag), contact, m.bytes(l.mem, l.routes))
}

// readTimeout takes the call's time from xavp_cfg and timeout_avp.
func (m *layer) readTimeout(d *dlg, p *core.Proc) {
	c := cfg(p)
	if c == nil {
		return
	}
	for _, v := range c.timeoutVars {
		if n, ok := secondsOf(p, v.Get(&p.Ctx)); ok {
			d.lifetime = n
			return
		}
	}
}

// secondsOf is a timeout that a script has written down; false for what is none.
func secondsOf(p *core.Proc, v value.Value) (uint32, bool) {
	n := v.Int()
	switch {
	case v.IsUndef():
		return 0, false
	case v.Kind() != value.Int:
		var ok bool
		if n, ok = value.ParseInt(p.Bytes(v)); !ok {
			return 0, false
		}
	}
	return uint32(n), n > 0 && n <= mostTimeout
}
