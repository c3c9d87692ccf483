package dialog

import (
	"errors"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Requests of our own within a dialog: BYE to end it, OPTIONS to see whether a side
// is still there. They bear the other side's name, so their CSeq goes on with that
// side's numbers.

var (
	errNotAnswered = errors.New("the dialog is not answered, or has ended")
	errNoContact   = errors.New("the side has given no Contact")
	errCSeq        = errors.New("the side's CSeq numbers are used up")
)

const eventRoute = rt.EventRoute

// bye sends a BYE to a side.
func (m *layer) bye(i int32, d *dlg, side int) error {
	if d.state != Answered && d.state != Confirmed {
		return errNotAnswered
	}
	from := &d.legs[1-side]
	if from.cseq >= 1<<31-1 {
		return errCSeq
	}
	r, err := m.within(d, side, "BYE", from.cseq+1)
	if err != nil {
		return err
	}
	r.OnReply, r.Param = m.live.onBye, uint64(m.ref(i))
	if _, err = m.live.tm.Send(m.id, r); err != nil {
		return err
	}
	from.cseq++
	m.stats.byes.Add(1)
	return nil
}

// within makes a request to a side.
func (m *layer) within(d *dlg, side int, method string, cseq uint32) (*tm.Request, error) {
	l := &d.legs[side]
	uri := string(m.bytes(l.mem, l.contact))
	if uri == "" {
		return nil, errNoContact
	}
	c := m.current()
	r := &tm.Request{
		Method: method, URI: uri, CSeq: cseq, CallID: string(m.callID(d)),
		From: m.party(d, 1-side), To: m.party(d, side),
	}
	var h strings.Builder
	if routes := string(m.bytes(l.mem, l.routes)); routes != "" {
		first, rest, lr := firstRoute(routes)
		if lr {
			r.NextHop = first
		} else { // RFC 3261 §12.2.1.1: a strict router is the Request-URI
			if rest != "" {
				rest += ", "
			}
			r.URI, routes = first, rest+"<"+uri+">"
		}
		h.WriteString("Route: " + routes + "\r\n")
	}
	h.WriteString(c.ExtraHeaders)
	if side == callee {
		h.WriteString(c.LReqCalleeHeaders)
	}
	r.Headers = h.String()
	if l.known {
		r.Socket = m.live.srv.Snapshot().Socket(l.sock)
	}
	return r, nil
}

// party is the body of a From or To header for a side.
func (m *layer) party(d *dlg, side int) string {
	return "<" + string(m.uri(d, side)) + ">;tag=" + string(m.tag(d, side))
}

// firstRoute cuts the first entry off a Route set; uri is its URI, lr whether it is
// a loose router.
func firstRoute(routes string) (uri, rest string, lr bool) {
	b := []byte(routes)
	var na sipparse.NameAddr
	next, e := sipparse.ParseNameAddr(b, 0, len(b), &na)
	if e != sipparse.OK {
		return "", "", false
	}
	var u sipparse.URI
	if sipparse.ParseURI(b, int(na.URI.Off), na.URI.End(), &u) != sipparse.OK {
		return "", "", false
	}
	return string(na.URI.Of(b)), strings.TrimSpace(routes[next:]), u.LR
}

// byeAnswered ends a dialog when the first of its BYEs has had its final reply,
// whatever that is: the side that has sent it knows of no call any more.
func (v *live) byeAnswered(a *tm.Args) {
	if a.Event != tm.LocalCompleted {
		return
	}
	m := v.layers[a.T.Loop()]
	r := Ref(a.Param)
	if d := m.get(r); d != nil && d.state != Ended {
		m.end(r.slot(), d, nil, "dialog:end")
	}
}

// lifeEnded is the end of a dialog's timer.
func (m *layer) lifeEnded(slot int32, gen uint32) {
	d := m.dlgs.Get(slot, gen)
	if d == nil {
		return
	}
	d.timer = 0
	switch d.state {
	case Ended:
		m.remove(slot, d)
	case Answered, Confirmed:
		m.timedOut(slot, d)
	default:
		m.stats.earlyTimeouts.Add(1)
		m.fail(slot, d, nil)
	}
}

// timedOut ends a call that has had its time: the timeout route, BYE to both sides
// where that is wanted, event_route[dialog:end].
func (m *layer) timedOut(i int32, d *dlg) {
	m.stats.expired.Add(1)
	if d.timeoutRoute != 0 {
		m.runAlone(d, rt.RequestRoute, m.live.routeName(d.timeoutRoute))
	}
	if d.flags&fTimeoutBye != 0 && (d.state == Answered || d.state == Confirmed) {
		m.byeBoth(i, d)
	}
	if d.state != Ended {
		m.end(i, d, nil, "dialog:end")
	}
}

// byeBoth sends a BYE to both sides, the caller first. false: to neither.
func (m *layer) byeBoth(i int32, d *dlg) bool {
	sent := false
	for side := caller; side <= callee; side++ {
		if err := m.bye(i, d, side); err != nil {
			m.stats.byesUnsent.Add(1)
			m.live.srv.Log().Printf(levelErr, "dialog: no BYE to the %s of call %q: %v", sideName(side), m.callID(d), err)
			continue
		}
		sent = true
	}
	return sent
}

func sideName(side int) string {
	if side == caller {
		return "caller"
	}
	return "callee"
}

// runAlone runs a block where no message is at hand: on an OPTIONS with the
// dialog's Call-ID and tags, which nobody sends.
func (m *layer) runAlone(d *dlg, kind rt.RouteKind, name string) {
	snap := m.live.srv.Snapshot()
	if snap.Block(kind, name) == nil {
		return
	}
	b := []byte("OPTIONS " + string(m.bytes(d.ident, d.reqURI)) + " SIP/2.0\r\nTo: <" + string(m.uri(d, callee)) + ">")
	if tag := m.tag(d, callee); len(tag) > 0 {
		b = append(append(b, ";tag="...), tag...)
	}
	b = append(b, "\r\nFrom: "+m.party(d, caller)+"\r\nCall-ID: "...)
	b = append(append(b, m.callID(d)...), "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"...)
	meta := reactor.Meta{Socket: reactor.NoSocket, Transport: reactor.UDP}
	if p, ok := m.loop.ReviveOwn(snap, b, &meta); ok {
		m.guarded(p, kind, name)
	}
}

// guarded runs a block; a panic costs that block alone.
func (m *layer) guarded(p *core.Proc, kind rt.RouteKind, name string) {
	defer m.loop.Boundary(p)
	m.run(p, kind, name)
	m.loop.Put(p)
}
