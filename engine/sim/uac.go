package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// call is a call as the caller sees it.
type call struct {
	r       *run
	id      int
	plan    *plan
	callID  string
	fromTag string
	invite  *client
	dialogs map[string]*dialog // by the callee's tag

	provisional bool
	wantsCancel bool
	cancelled   time.Duration // when; 0 for not
	expired     bool
	hungUp      bool
	given       map[int]bool // the final codes that phones have sent
}

// dialog is one that a 2xx has made.
type dialog struct {
	tag     string
	contact string
	routes  []string
	acks    int
	over    bool
}

// place begins the call.
func (c *call) place() {
	var b strings.Builder
	fmt.Fprintf(&b, "%s sip:c%d@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nMax-Forwards: 70\r\n",
		c.plan.method, c.id, serverAddr, callerAddr(c.id), c.branch("i"))
	fmt.Fprintf(&b, "From: <sip:caller@example.com>;tag=%s\r\nTo: <sip:c%d@example.net>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n",
		c.fromTag, c.id, c.callID, c.plan.method)
	fmt.Fprintf(&b, "Contact: <sip:caller@%s>\r\n%sContent-Length: 0\r\n\r\n", callerAddr(c.id), c.plan.headers(c.id))
	c.invite = c.r.start(c.r.callers[c.id%callers], serverAddr, []byte(b.String()), c.replied, func() { c.expired = true })
	if c.plan.cancel > 0 {
		c.r.net.After(c.plan.cancel, c.wantCancel)
	}
}

func (c *call) branch(what string) string {
	return fmt.Sprintf("z9hG4bK-%d-%s-%s", c.id, what, c.fromTag)
}

// wantCancel cancels the call as soon as RFC 3261 §9.1 lets it: not before a
// provisional reply.
func (c *call) wantCancel() {
	c.wantsCancel = true
	if !c.provisional || c.cancelled > 0 || c.invite.state != proceeding {
		return
	}
	c.cancelled = c.r.net.Now()
	c.r.report.Cancelled++
	c.r.start(c.r.callers[c.id%callers], serverAddr, c.invite.request.cancel(), func(m *message) {
		if m.code != 200 && m.code != 481 {
			c.r.fault("call %d: CANCEL got %d", c.id, m.code)
		}
	}, func() { c.r.lost("call %d: CANCEL got no answer", c.id) })
}

// replied takes a reply to the call's first request.
func (c *call) replied(m *message) {
	switch {
	case !final(m.code):
		c.provisional = true
		if c.wantsCancel {
			c.wantCancel()
		}
	case c.plan.method == "INVITE" && m.code < 300:
		c.answered(m)
	}
}

// answered acknowledges a 2xx, also when it comes again, and ends the dialog: the
// first after some talk, others at once.
func (c *call) answered(m *message) {
	d := c.dialogs[m.toTag]
	if d == nil {
		d = &dialog{tag: m.toTag, contact: m.contact, routes: slices.Clone(m.recordRoutes)}
		slices.Reverse(d.routes)
		c.dialogs[m.toTag] = d
		c.r.report.Answered++
		talk := c.plan.talk
		if len(c.dialogs) > 1 || c.cancelled > 0 {
			talk = 0
		}
		if c.plan.again && talk > 0 {
			c.r.net.After(talk/2, func() { c.again(d) })
		}
		if c.plan.theirs {
			talk += maxWork // the phone hangs up before, most times
		}
		c.r.net.After(talk+1, func() { c.bye(d) })
	}
	c.acknowledge(d, 1)
}

// acknowledge sends the ACK of a 2xx, which is a request of its own.
func (c *call) acknowledge(d *dialog, cseq int) {
	d.acks++
	c.r.callers[c.id%callers].Send(serverAddr, c.within(d, "ACK", cseq, fmt.Sprintf("a%d%s", d.acks, d.tag)))
}

// again is a re-INVITE; the phone accepts it.
func (c *call) again(d *dialog) {
	if d.over {
		return
	}
	c.r.report.Again++
	c.r.start(c.r.callers[c.id%callers], serverAddr, c.within(d, "INVITE", 2, "r"+d.tag), func(m *message) {
		switch {
		case final(m.code) && m.code < 300:
			c.acknowledge(d, 2)
		case final(m.code) && !(m.code == 481 && d.over):
			c.r.fault("call %d: re-INVITE got %d", c.id, m.code)
		}
	}, func() { c.r.lost("call %d: re-INVITE got no answer", c.id) })
}

// request takes a request of the phone within the call.
func (c *call) request(m *message) {
	d := c.dialogs[m.fromTag]
	switch {
	case m.method != "BYE":
		c.r.fault("call %d: the caller got %q", c.id, m.line)
	case d == nil:
		c.r.fault("call %d: BYE of a dialog that the caller does not have (from tag %q)", c.id, m.fromTag)
	default:
		c.r.edge.toCaller(c, m)
		d.over = true
		c.r.callers[c.id%callers].Send(serverAddr, m.reply(200, ""))
	}
}

func (c *call) bye(d *dialog) {
	if d.over {
		return
	}
	d.over = true
	c.r.start(c.r.callers[c.id%callers], serverAddr, c.within(d, "BYE", 3, "b"+d.tag), func(m *message) {
		if m.code == 200 {
			c.hungUp = true
		} else if final(m.code) {
			c.r.fault("call %d: BYE got %d", c.id, m.code)
		}
	}, func() { c.r.lost("call %d: BYE got no answer", c.id) })
}

// within makes a request of a dialog.
func (c *call) within(d *dialog, method string, cseq int, branch string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nMax-Forwards: 70\r\n", method, d.contact, callerAddr(c.id), c.branch(branch))
	for _, r := range d.routes {
		b.WriteString("Route: " + r + "\r\n")
	}
	fmt.Fprintf(&b, "From: <sip:caller@example.com>;tag=%s\r\nTo: <sip:c%d@example.net>;tag=%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n",
		c.fromTag, c.id, d.tag, c.callID, cseq, method)
	return []byte(b.String())
}

// mayEndWith says whether the server may answer the call with a code: one that a
// phone has sent, or one that is its own to send.
func (c *call) mayEndWith(code int) bool {
	switch code {
	case 408: // RFC 3261 §16.8
		return c.plan.method == "INVITE"
	case 487:
		return c.cancelled > 0
	case 480:
		return c.given[480] || c.plan.mode == local
	case 486:
		return c.given[486] || c.plan.mode == busyTone
	case 500: // for a 503 (RFC 3261 §16.7 step 6), also where it stands for a closed port
		return c.given[500] || c.given[503] || c.plan.mode == failover
	}
	return c.given[code]
}

// judge says what is wrong with the call when everything is over.
func (c *call) judge() {
	if c.invite != nil && c.invite.code != 0 && !c.mayEndWith(c.invite.code) {
		c.r.fault("call %d (%s, slow %q, cancelled %v): %d, which nobody has sent", c.id, c.plan.mode, c.plan.slow, c.cancelled > 0, c.invite.code)
	}
	switch {
	case c.invite == nil || c.invite.code != 0:
	case c.plan.method == "INVITE":
		if w := c.r.watch.upstream[transaction{c.branch("i"), "INVITE"}]; c.provisional || w != nil && w.arrived > 0 && w.sent == 0 {
			c.r.fault("call %d (%s, slow %q, cancelled %v): the INVITE got no final reply", c.id, c.plan.mode, c.plan.slow, c.cancelled > 0)
		}
	case c.mustBeAnswered():
		c.r.fault("call %d (%s, slow %q): the %s got no final reply", c.id, c.plan.mode, c.plan.slow, c.plan.method)
	}
}

// mustBeAnswered says whether a request other than INVITE may not time out at the
// caller: it may where a phone is silent, since a proxy makes no 408 of it (RFC
// 4320 §4.2), and where the script's waits use up the time.
func (c *call) mustBeAnswered() bool {
	if c.plan.slow != "" || c.plan.mode == late || c.plan.mode == dropped || c.plan.mode == timed || c.plan.mode == failover {
		return false
	}
	for _, p := range c.plan.plays {
		if p.kind == silent {
			return false
		}
	}
	w := c.r.watch.upstream[transaction{c.branch("i"), c.plan.method}]
	return w != nil && w.arrived > 0 && w.sent == 0
}
