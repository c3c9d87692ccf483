package sim

import (
	"bytes"
	"strings"
	"sync"

	"sipedge/engine/core"
	"sipedge/engine/log"
	dialogs "sipedge/engine/mod/dialog"
)

// edge is what runs with Options.Modules hold beyond the rules of transactions: each
// side sees its own From and To (uac), what was answered is accounted once (acc), no
// dialog is left (dialog). A nil edge holds nothing.
type edge struct {
	r      *run
	logger *log.Logger

	mu sync.Mutex
	// lines are the records of module acc: how many of each kind, method, Call-ID and code.
	lines map[string]int
}

// What the script makes of From and To.
const (
	edgeFrom = `The Edge <sip:edge@example.org>`
	edgeURI  = `<sip:edge@example.org>`
	edgeTo   = `<sip:number-of-a-longer-name@example.org;user=phone>`
)

func newEdge(r *run) *edge {
	e := &edge{r: r, lines: map[string]int{}}
	e.logger = log.New(log.Options{Rings: 2, Level: log.LevelNotice, Sink: e, Bytes: 1}) // nothing but records comes through
	return e
}

// Log implements log.Sink.
func (e *edge) Log(l log.Line) {
	if l.Class != log.ClassAccount {
		return
	}
	kind, rest, _ := bytes.Cut(l.Text, []byte(": timestamp="))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines[string(kind)+" "+field(rest, "method")+" "+field(rest, "call_id")+" "+field(rest, "code")]++
}

// Flush implements log.Sink.
func (e *edge) Flush() {}

// field is the value of a field of a record; "" for none.
func field(record []byte, name string) string {
	_, v, _ := bytes.Cut(record, []byte(";"+name+"="))
	v, _, _ = bytes.Cut(v, []byte(";"))
	return string(v)
}

// toPhone looks at a request that a phone gets: it bears the addresses that the
// script has put in.
func (e *edge) toPhone(p *phone, m *message) {
	if e == nil || m.method == "CANCEL" {
		return
	}
	from := edgeFrom
	if m.toTag != "" { // within the dialog the URI alone is replaced
		from = edgeURI
	}
	if m.method == "ACK" && p.servers[transaction{m.branch, "INVITE"}] != nil {
		from = edgeFrom // it belongs to the INVITE
	}
	if address(m.from) != from || address(m.to) != edgeTo {
		e.r.fault("phone %d got %s of call %s from %s to %s", p.n, m.method, m.callID, m.from, m.to)
	}
}

// toSender looks at a reply: it bears the addresses that its request had.
func (e *edge) toSender(c *client, m *message) {
	if e != nil && (address(m.from) != address(c.request.from) || address(m.to) != address(c.request.to)) {
		e.r.fault("%s of call %s with From %s and To %s got %d with %s and %s",
			c.request.method, m.callID, c.request.from, c.request.to, m.code, m.from, m.to)
	}
}

// toCaller looks at a request of a phone: it bears the caller's own addresses.
func (e *edge) toCaller(c *call, m *message) {
	if e == nil {
		return
	}
	mine := c.invite.request
	if uri(m.from) != uri(mine.to) || uri(m.to) != uri(mine.from) {
		e.r.fault("call %d: the caller got %s from %s to %s, but called from %s to %s", c.id, m.method, m.from, m.to, mine.from, mine.to)
	}
}

// address is a From or To without its parameters.
func address(body string) string { return body[:strings.LastIndexByte(body, '>')+1] }

func uri(body string) string { return address(body)[strings.IndexByte(body, '<'):] }

// judge looks at what is left, and at the records.
func (e *edge) judge(s *core.Server) {
	if e == nil {
		return
	}
	for i := range s.Loops() {
		if n, b := dialogs.LoopStats(s, i); n != 0 || b != 0 {
			e.r.fault("loop %d keeps %d dialogs with %d bytes", i, n, b)
		}
	}
	for _, name := range [...]string{"calls", "user"} {
		if n, _ := dialogs.Of(s).ProfileSize(name, ""); n != 0 {
			e.r.fault("profile %s has %d", name, n)
		}
	}
	if st := dialogs.StatsOf(s); st["active"] != 0 || st["early"] != 0 || st["noMemory"]+st["full"]+st["timersFull"] != 0 {
		e.r.fault("dialogs: %v", st)
	}
	e.logger.Close()
	for _, c := range e.r.calls {
		e.judgeCall(c)
	}
}

// judgeCall compares the records of a call with what the server has sent for it.
func (e *edge) judgeCall(c *call) {
	up := e.r.watch.upstream[transaction{c.branch("i"), c.plan.method}]
	if up == nil || up.code == 0 {
		return
	}
	answered, failed := 0, 0
	for k, n := range e.lines {
		code, ok := strings.CutPrefix(k, "ACC: transaction answered "+c.plan.method+" "+c.callID+" ")
		switch {
		case !ok || code < "200":
		case code < "300":
			answered += n
		default:
			failed += n
		}
	}
	switch {
	case up.code >= 300 && answered == 0 && failed == 1:
	case up.code < 300 && answered == 1 && failed <= 1: // a 2xx may follow a failure
	default:
		e.r.fault("call %d (%s, %d): %d records of a 2xx, %d of a failure", c.id, c.plan.mode, up.code, answered, failed)
	}
	if n := e.lines["ACC: request acknowledged ACK "+c.callID+" 200"]; n > 1 {
		e.r.fault("call %d: %d records of its ACK", c.id, n)
	}
	e.r.report.Records += answered + failed
}
