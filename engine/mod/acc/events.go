package acc

import (
	"slices"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// accounts hear what becomes of transactions. There is one for each server.
type accounts struct {
	api   *tm.API
	event tm.CallbackID
	// answered are, by loop, the answered calls whose ACK is awaited and accounted
	// (report_ack), by callKey.
	answered []map[uint64]call
	aside    [][]avp          // by loop, for writeAs
	scratch  []sipparse.Index // by loop, for replies that are read again
}

// call is an answered call: the transaction of its INVITE and the code of the answer.
type call struct {
	t    tm.Handle
	code int
}

func newAccounts(s *core.Server) *accounts {
	a := &accounts{api: tm.Of(s), answered: make([]map[uint64]call, s.Loops()), aside: make([][]avp, s.Loops()), scratch: make([]sipparse.Index, s.Loops())}
	for i := range a.answered {
		a.answered[i] = map[uint64]call{}
	}
	a.event = a.api.NewCallback(a.happened)
	a.api.OnRequestIn(a.api.NewCallback(a.began))
	a.api.OnAckOut(a.api.NewCallback(a.acked))
	return a
}

// configOf is the module's configuration in a message's snapshot; nil where that
// does not load it.
func configOf(p *core.Proc) *Config {
	c, _ := p.Config("acc").(*Config)
	return c
}

func has(p *core.Proc, flag int64) bool { return flag >= 0 && p.Flags&(1<<uint(flag)) != 0 }

// began asks for a new transaction's events where it may have to be accounted.
func (a *accounts) began(e *tm.Args) {
	p := e.Proc
	c := configOf(p)
	if c == nil {
		return
	}
	invite := p.Index.Method() == sipparse.MethodInvite
	want := c.PrepareAlways || has(p, c.PrepareFlag) || has(p, c.LogFlag) || invite && has(p, c.LogMissedFlag)
	var events tm.Event
	if want {
		events = tm.ResponseOut
		if invite && c.LogMissedFlag >= 0 {
			events |= tm.Failure
		}
	}
	if invite && c.ReportCancels {
		events |= tm.CancelIn
	}
	if events == 0 {
		return
	}
	if !a.api.On(e.T, events, a.event, 0) {
		p.Logf(levelErr, "acc: the request will not be accounted: no room for its callbacks")
	}
}

// callKey names an answer to p, an INVITE, for its ACK (RFC 3261 §13.2.2.4: the same
// Call-ID, tags and CSeq number). Where a call has been forked before it came here,
// its INVITEs differ in nothing but their answers' To tag.
func callKey(p *core.Proc, toTag []byte) uint64 {
	s := p.Server()
	k := s.HashBytes(p.Index.CallID(p.Msg).Of(p.Msg))
	if f, e := p.Index.From(p.Msg); e == sipparse.OK {
		k = k*mix ^ s.HashBytes(f.Tag.Of(p.Msg))
	}
	if cs, e := p.Index.CSeq(p.Msg); e == sipparse.OK {
		k = k*mix ^ uint64(cs.Number)
	}
	return k*mix ^ s.HashBytes(toTag)
}

const mix = 0x9e3779b97f4a7c15

// happened is an event of a transaction that may have to be accounted.
func (a *accounts) happened(e *tm.Args) {
	switch e.Event {
	case tm.Failure:
		a.failed(e)
	case tm.ResponseOut:
		a.responded(e)
	case tm.CancelIn:
		a.canceled(e)
	case tm.Destroyed:
		delete(a.answered[e.T.Loop()], e.Param)
	}
}

// failed accounts a missed call when all branches have failed, and takes the flag
// off, so that the reply that follows is not accounted again. The request is as
// the failure_route will see it.
func (a *accounts) failed(e *tm.Args) {
	p := e.Proc
	c := configOf(p)
	if c == nil || !has(p, c.LogMissedFlag) {
		return
	}
	l := entry{text: missed, toTag: toTagOf(p), code: e.Code}
	x := &a.scratch[p.LoopID()]
	if b := a.api.ReplyBytes(e.T, e.Branch); b != nil && sipparse.Parse(b, x) == sipparse.OK {
		l.fromReply(c, x, b)
	}
	a.write(p, c, e, &l)
	p.Flags &^= 1 << uint(c.LogMissedFlag)
	a.api.Save(e.T, p)
}

// responded accounts a reply that has been sent upstream.
func (a *accounts) responded(e *tm.Args) {
	if e.Code == 100 {
		return
	}
	c := configOf(e.Proc)
	if c == nil || e.Code < 200 && (e.Local || !c.EarlyMedia) {
		return
	}
	// In a failure_route the flags are those from before it, as in Kamailio.
	p := e.Proc
	if !e.Local || p.Route == rt.FailureRoute {
		if p = a.api.Request(e.T); p == nil {
			return
		}
		defer a.api.Release(p)
	}
	invite := p.Index.Method() == sipparse.MethodInvite
	l := entry{toTag: toTagOf(p), code: e.Code}
	if !e.Local {
		if e.Code < 200 && e.Proc.Index.MsgBody(e.Proc.Msg).Len == 0 {
			return // no early media
		}
		l.fromReply(c, &e.Proc.Index, e.Proc.Msg)
	}
	if e.Code >= 300 && invite && has(p, c.LogMissedFlag) {
		l.text = missed
		a.write(p, c, e, &l)
		p.Flags &^= 1 << uint(c.LogMissedFlag)
	}
	if invite && c.ReportACK && e.Code >= 200 && e.Code < 300 && has(p, c.LogFlag) {
		if e.Local && len(l.toTag) == 0 {
			l.toTag = localTag(p)
		}
		key, calls := callKey(p, l.toTag), a.answered[e.T.Loop()]
		if len(calls) < maxAnswered && a.api.On(e.T, tm.Destroyed, a.event, key) {
			calls[key] = call{e.T, e.Code}
		}
	}
	if has(p, c.LogFlag) && (e.Code < 300 || has(p, c.FailedFlag) && !slices.Contains(c.filter, e.Code)) {
		l.text = answered
		a.write(p, c, e, &l)
	}
}

// write writes the line of a transaction's request p, with the URI that the
// branch was sent to.
func (a *accounts) write(p *core.Proc, c *Config, e *tm.Args, l *entry) {
	if len(l.toTag) == 0 && e.Local {
		l.toTag = localTag(p)
	}
	uri := p.NewURI
	if e.Branch >= 0 {
		if to := a.api.BranchURI(e.T, e.Branch); len(to) > 0 {
			p.NewURI = p.NewString(to)
		}
	}
	c.write(p, l)
	p.NewURI = uri
}

// localTag is the tag that replies made here have.
func localTag(p *core.Proc) []byte { return p.Bytes(p.NewString(p.LocalTag(p.Scratch()))) }

// fromReply takes To tag and reason from a reply.
func (l *entry) fromReply(c *Config, x *sipparse.Index, b []byte) {
	if to, e := x.To(b); e == sipparse.OK {
		l.toTag = to.Tag.Of(b)
	}
	if x.Status() == l.code {
		l.reason = x.ReasonSpan().Of(b)
	}
	if c.ReasonFromHF {
		if i := x.First(sipparse.HdrReason); i >= 0 {
			l.reason, l.header = x.Body(i).Of(b), true
		}
	}
}

// canceled accounts a CANCEL, which has been answered with 200.
func (a *accounts) canceled(e *tm.Args) {
	p := e.Proc
	c := configOf(p)
	if c == nil || !c.ReportCancels || !has(p, c.LogFlag) {
		return
	}
	l := entry{text: answered, toTag: toTagOf(p), code: 200}
	if len(l.toTag) == 0 {
		l.toTag = localTag(p)
	}
	c.write(p, &l)
}

// acked accounts the ACK of an answered call. As in Kamailio log flag and AVPs are
// those of the INVITE; the ACK's own do not count.
func (a *accounts) acked(e *tm.Args) {
	p := e.Proc
	c := configOf(p)
	if c == nil || !c.ReportACK {
		return
	}
	tag := toTagOf(p)
	calls, key := a.answered[p.LoopID()], callKey(p, tag)
	one, ok := calls[key]
	if !ok {
		return
	}
	delete(calls, key) // copies are not accounted
	l := entry{text: acknowledged, toTag: tag, code: one.code}
	inv := a.api.Request(one.t)
	if inv != nil {
		defer a.api.Release(inv)
	}
	if inv != nil && inv.Snapshot() == p.Snapshot() { // the names of AVPs are a configuration's own
		a.writeAs(inv, p, c, &l)
	} else {
		c.write(p, &l)
	}
}
