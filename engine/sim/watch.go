package sim

import (
	"fmt"
	"net/netip"
	"time"

	"sipedge/reactor/reactortest"
)

// transaction names one: by RFC 3261 §17.1.3 its branch and method.
type transaction struct{ branch, method string }

// watch looks at every datagram that goes in and out of the server.
type watch struct {
	r          *run
	upstream   map[transaction]*upstream
	downstream map[transaction]*downstream
	trace      func(string)
	call       string // the Call-ID to trace
}

// upstream is a server transaction of the server, as the wire shows it.
type upstream struct {
	arrived int // copies of the request
	sent    int // replies
	code    int // of the final one
	tag     string
}

// downstream is a client transaction of the server, as the wire shows it.
type downstream struct {
	sent        int
	provisional time.Duration // when the first one arrived
	failure     bool          // a final reply of 300 or more has arrived
	acked       bool
}

const (
	// mostInvites and mostOthers are how often timers A and E send a request in 64*T1.
	mostInvites = 7
	mostOthers  = 11
	// slack is how long the server may take to act on a reply: a script may wait.
	slack = 2*maxWork + time.Second
)

func (w *watch) tap(e reactortest.Event, from, to netip.AddrPort, data []byte) {
	if w.trace != nil && (from == serverAddr || to == serverAddr) {
		w.tell(e, from, to, data)
	}
	switch {
	case e == reactortest.Sent && from == serverAddr:
		w.out(to, data)
	case e == reactortest.Arrived && to == serverAddr:
		w.in(data)
	}
}

// tell writes a line of the trace.
func (w *watch) tell(e reactortest.Event, from, to netip.AddrPort, data []byte) {
	m, err := read(data)
	if err != nil || m.callID != w.call {
		return
	}
	what := "sent"
	if e == reactortest.Arrived {
		what = "arrived"
	}
	w.trace(fmt.Sprintf("%8.3f s %-7s %v → %v: %s (%s, to tag %q, branch %s)", w.r.net.Now().Seconds(), what, from, to, m.line, m.method, m.toTag, m.branch))
}

func (w *watch) in(data []byte) {
	m, err := read(data)
	if err != nil {
		panic(err) // of the models
	}
	if m.code == 0 {
		if m.method != "ACK" {
			w.up(m).arrived++
		}
		return
	}
	d := w.downstream[transaction{m.branch, m.method}]
	switch {
	case d == nil:
	case !final(m.code):
		if d.provisional == 0 {
			d.provisional = w.r.net.Now()
		}
	case m.code >= 300:
		d.failure = true
	}
}

func (w *watch) up(m *message) *upstream {
	k := transaction{m.branch, m.method}
	u := w.upstream[k]
	if u == nil {
		u = &upstream{}
		w.upstream[k] = u
	}
	return u
}

func (w *watch) out(to netip.AddrPort, data []byte) {
	m, err := read(data)
	switch {
	case err != nil:
		w.r.fault("the server sent %q: %v", data, err)
	case m.code != 0:
		w.reply(m)
	default:
		w.request(m)
	}
}

// reply holds that a server transaction gets one final reply, and after a 2xx to
// an INVITE nothing but 2xx (RFC 3261 §16.7 step 5, §17.2).
func (w *watch) reply(m *message) {
	u := w.up(m)
	fault := func(format string, args ...any) { w.r.fault(m.callID+": "+format, args...) }
	if u.arrived == 0 {
		fault("the server answers a %s that never came: %q", m.method, m.line)
	}
	u.sent++
	invite := m.method == "INVITE"
	switch {
	case !final(m.code):
		if u.code != 0 {
			fault("%d after the final %d to %s", m.code, u.code, m.method)
		}
		if !invite && m.code != 100 {
			fault("%d to %s (RFC 4320 §4.1)", m.code, m.method)
		}
	case u.code == 0:
		u.code, u.tag = m.code, m.toTag
		if !invite && m.code == 408 {
			fault("408 to %s (RFC 4320 §4.2)", m.method)
		}
	case invite && m.code < 300:
		u.code = m.code // further ones, or one that a failure did not stop
	case u.code != m.code || u.tag != m.toTag:
		fault("%d (tag %s) after %d (tag %s) to %s", m.code, m.toTag, u.code, u.tag, m.method)
	}
}

// request holds what RFC 3261 §9.1 and §17.1 say of requests that are sent.
func (w *watch) request(m *message) {
	k := transaction{m.branch, m.method}
	if m.method == "ACK" {
		if d := w.downstream[transaction{m.branch, "INVITE"}]; d != nil {
			d.acked = true
		}
		return
	}
	d := w.downstream[k]
	if d == nil {
		d = &downstream{}
		w.downstream[k] = d
		w.r.report.Branches++
	}
	d.sent++
	fault := func(format string, args ...any) { w.r.fault(m.callID+": "+format, args...) }
	now := w.r.net.Now()
	switch {
	case m.method == "INVITE" && d.sent > mostInvites || d.sent > mostOthers:
		fault("%s sent %d times", m.method, d.sent)
	case m.method == "INVITE" && d.provisional > 0 && now > d.provisional+slack:
		fault("INVITE sent again %v after a provisional reply", now-d.provisional)
	case m.method == "CANCEL":
		i := w.downstream[transaction{m.branch, "INVITE"}]
		if i == nil {
			fault("CANCEL of a branch that was never sent")
		} else if i.provisional == 0 {
			fault("CANCEL before a provisional reply (RFC 3261 §9.1)")
		}
	}
}

// judge says what is missing when everything is over.
func (w *watch) judge() {
	for k, d := range w.downstream {
		if k.method == "INVITE" && d.failure && !d.acked {
			w.r.fault("branch %s: a failure was never acknowledged", k.branch)
		}
	}
}
