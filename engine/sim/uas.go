package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"sipedge/reactor"
	"sipedge/reactor/reactortest"
)

// phone is one that is called.
type phone struct {
	r       *run
	n       int
	ep      *reactortest.Endpoint
	servers map[transaction]*server
	calls   map[string]*server // INVITEs answered with 2xx, by Call-ID and tag
	// accepted are all of them, re-INVITEs too, with the CSeq number behind the tag.
	accepted map[string]*server
}

// server is a server transaction of a phone.
type server struct {
	p        *phone
	request  *message
	to       netip.AddrPort
	tag      string
	play     *play
	last     []byte // the reply that is repeated
	code     int    // of the last reply; 0 for none
	acked    bool
	over     bool // the call has been hung up
	interval time.Duration
}

func (p *phone) receive(_ time.Duration, from reactor.Addr, data []byte) {
	m, err := read(data)
	if err != nil {
		p.r.fault("phone %d got %q: %v", p.n, data, err)
		return
	}
	if m.code != 0 {
		if c := p.r.clients[transaction{m.branch, m.method}]; c != nil {
			c.reply(m)
		} else {
			p.r.fault("phone %d got a reply to nothing: %q", p.n, m.line)
		}
		return
	}
	p.r.edge.toPhone(p, m)
	if m.method == "ACK" {
		p.ack(m)
		return
	}
	if s := p.servers[transaction{m.branch, m.method}]; s != nil {
		if s.last != nil {
			p.ep.Send(s.to, s.last)
		}
		return
	}
	s := &server{p: p, request: m, to: from.AddrPort(), tag: fmt.Sprintf("p%d%s%d", p.n, m.branch[len(m.branch)-6:], len(p.servers)), interval: t1}
	p.servers[transaction{m.branch, m.method}] = s
	switch m.method {
	case "CANCEL":
		p.cancel(s)
	case "BYE":
		if p.calls[m.callID+m.toTag] == nil {
			p.r.fault("phone %d: BYE for no dialog of this phone", p.n)
		} else {
			p.calls[m.callID+m.toTag].over = true
		}
		s.send(200)
	case "INVITE":
		if m.toTag == "" {
			p.begin(s)
			return
		}
		if p.calls[m.callID+m.toTag] == nil {
			p.r.fault("phone %d: re-INVITE for no dialog of this phone", p.n)
		}
		s.tag = m.toTag
		p.r.net.After(t1/5, func() { s.finish(200) })
	default:
		p.begin(s)
	}
}

// begin does with a call's first request what its plan says.
func (p *phone) begin(s *server) {
	c := p.r.calls[s.request.callID]
	if c == nil {
		p.r.fault("phone %d: %s for a call that nobody has placed", p.n, s.request.method)
		return
	}
	s.play = &c.plan.plays[p.n]
	switch s.play.kind {
	case silent:
	case immediate:
		p.r.net.After(s.play.ring, func() { s.finish(s.play.code) })
	case ringing:
		p.r.net.After(s.play.ring, func() { s.send(180) })
	default:
		p.r.net.After(s.play.ring, func() {
			s.send(180)
			p.r.net.After(s.play.after, func() { s.finish(s.play.code) })
		})
	}
}

// cancel ends an INVITE that has no final reply yet (RFC 3261 §9.2).
func (p *phone) cancel(s *server) {
	invite := p.servers[transaction{s.request.branch, "INVITE"}]
	switch {
	case invite == nil:
		p.r.fault("phone %d: CANCEL of an INVITE that never came, although it needs a provisional reply first", p.n)
		s.send(481)
		return
	case invite.code == 0:
		p.r.fault("phone %d: CANCEL before a provisional reply (RFC 3261 §9.1)", p.n)
	}
	s.send(200)
	p.r.report.CancelledBranches++
	invite.finish(487)
}

func (s *server) send(code int) {
	if final(s.code) || code <= s.code && !final(code) {
		return
	}
	var extra []string
	if s.request.method == "INVITE" && code > 100 && code < 400 {
		extra = append(extra, "Contact: <sip:phone@"+s.p.ep.Addr().String()+">")
	}
	if code == 407 {
		extra = append(extra, fmt.Sprintf(`Proxy-Authenticate: Digest realm="phone%d", nonce="%s"`, s.p.n, s.tag))
	}
	if c := s.p.r.calls[s.request.callID]; c != nil && final(code) && s.play != nil {
		c.given[code] = true
	}
	s.code, s.last = code, s.request.reply(code, s.tag, extra...)
	s.p.ep.Send(s.to, s.last)
}

// finish sends the final reply, for an INVITE again and again until the ACK
// (RFC 3261 §13.3.1.4 and timer G of §17.2.1).
func (s *server) finish(code int) {
	if final(s.code) {
		return
	}
	s.send(code)
	if s.request.method != "INVITE" {
		return
	}
	if code < 300 {
		s.p.accepted[s.key(s.request.cseq)] = s
		if s.request.toTag == "" {
			s.p.calls[s.request.callID+s.tag] = s
			s.p.r.report.Accepted++
		}
	}
	s.p.r.net.After(t1, s.repeat)
	s.p.r.net.After(timeout, func() {
		if !s.acked {
			s.p.r.lost("phone %d, call %s: no ACK for %d", s.p.n, s.request.callID, s.code)
			s.acked = true
		}
	})
}

func (s *server) repeat() {
	if s.acked {
		return
	}
	s.p.ep.Send(s.to, s.last)
	s.interval = min(2*s.interval, t2)
	s.p.r.net.After(s.interval, s.repeat)
}

// ack takes an ACK, by its branch after a failure, by its dialog after a 2xx.
func (p *phone) ack(m *message) {
	if s := p.servers[transaction{m.branch, "INVITE"}]; s != nil {
		if s.code < 300 {
			p.r.fault("phone %d: ACK in the transaction of an INVITE with %d", p.n, s.code)
		}
		s.acked = true
		return
	}
	s := p.accepted[fmt.Sprint(m.callID, m.toTag, "/", m.cseq)]
	if s == nil {
		p.r.fault("phone %d: ACK for nothing (to tag %q, CSeq %d)", p.n, m.toTag, m.cseq)
		return
	}
	if c := p.r.calls[m.callID]; !s.acked && c != nil && c.plan.theirs && m.cseq == 1 {
		p.r.net.After(c.plan.talk+1, func() { s.bye(c) })
	}
	s.acked = true
}

// key names an accepted INVITE.
func (s *server) key(cseq int) string { return fmt.Sprint(s.request.callID, s.tag, "/", cseq) }

// bye hangs up, by the route set that the INVITE came with (RFC 3261 §12.2.1.1).
func (s *server) bye(c *call) {
	if s.over {
		return
	}
	s.over = true
	s.p.r.report.Theirs++
	m := s.request
	var b strings.Builder
	fmt.Fprintf(&b, "BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-p%d-%s\r\nMax-Forwards: 70\r\n", m.contact, s.p.ep.Addr(), s.p.n, s.tag+m.callID)
	for _, r := range m.recordRoutes {
		b.WriteString("Route: " + r + "\r\n")
	}
	fmt.Fprintf(&b, "From: %s;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n", m.to, s.tag, m.from, m.callID)
	s.p.r.start(s.p.ep, serverAddr, []byte(b.String()), func(m *message) {
		if final(m.code) && m.code != 200 {
			s.p.r.fault("phone %d, call %d: BYE got %d", s.p.n, c.id, m.code)
		}
	}, func() { s.p.r.lost("phone %d, call %d: BYE got no answer", s.p.n, c.id) })
}

// judge says what is wrong with the phone's transactions when everything is over.
func (p *phone) judge() {
	for _, s := range p.servers {
		if s.request.method != "INVITE" || s.code == 0 || final(s.code) {
			continue
		}
		// A server that has never heard of the ringing had nothing to cancel.
		if d := p.r.watch.downstream[transaction{s.request.branch, "INVITE"}]; d != nil && d.provisional > 0 {
			p.r.fault("phone %d still rings for call %s", p.n, s.request.callID)
		}
	}
}
