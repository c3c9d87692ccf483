package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
)

// bed is a server with a caller and some callees around it.
type bed struct {
	*coretest.Net
	t       *testing.T
	a       *coretest.Peer // caller
	b, c, d *coretest.Peer // callees
}

const loads = "loadmodule \"tm\"\nloadmodule \"sl\"\n"

// plain relays everything.
const plain = loads + `
route { if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; } t_relay(); }`

func newBed(t *testing.T, script string) *bed {
	t.Helper()
	n := modtest.New(t, script)
	return &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060"), c: n.Peer("192.0.2.30:5060"), d: n.Peer("192.0.2.40:5060")}
}

// request is a request of the caller to b, its branch made of id.
func request(method, id string) *coretest.Message {
	m := coretest.Request(method, "sip:bob@192.0.2.20")
	m.Via = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" + id}
	m.CallID = id + "@example.com"
	return m
}

// line is the start line of the next datagram that a peer got, "" for none.
func line(p *coretest.Peer) string {
	l := coretest.StartLine(p.Recv())
	return strings.TrimPrefix(l, "SIP/2.0 ")
}

// lines are the start lines of all that a peer got.
func lines(p *coretest.Peer) []string {
	var all []string
	for m := p.Recv(); m != ""; m = p.Recv() {
		all = append(all, strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 "))
	}
	return all
}

// want compares all that a peer got with start lines, or their beginnings.
func (b *bed) want(p *coretest.Peer, want ...string) {
	b.t.Helper()
	got := lines(p)
	ok := len(got) == len(want)
	for i := 0; ok && i < len(got); i++ {
		ok = strings.HasPrefix(got[i], want[i])
	}
	if !ok {
		b.t.Errorf("%v got %q, want %q", p.Addr, got, want)
	}
}

// next is the next datagram of a peer, which must begin with want.
func (b *bed) next(p *coretest.Peer, want string) string {
	b.t.Helper()
	m := p.Recv()
	if !strings.HasPrefix(strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 "), want) {
		b.t.Fatalf("%v got %q, want %q", p.Addr, coretest.StartLine(m), want)
	}
	return m
}

// none demands that a peer got nothing.
func (b *bed) none(ps ...*coretest.Peer) {
	b.t.Helper()
	for _, p := range ps {
		if got := lines(p); len(got) > 0 {
			b.t.Errorf("%v got %q, want nothing", p.Addr, got)
		}
	}
}

// ended demands that all transactions are gone once their time is over.
func (b *bed) ended() {
	b.t.Helper()
	b.Advance(5 * time.Minute)
	if s := tm.LoopStats(b.Server, 0); s.Alive != 0 || s.Branches != 0 || s.Events != 0 || s.Bytes != 0 {
		b.t.Errorf("left behind: %d transactions, %d branches, %d events, %d bytes", s.Alive, s.Branches, s.Events, s.Bytes)
	}
}

func (b *bed) stat(name string) uint64 { return tm.StatsOf(b.Server)[name] }

// ack is the ACK of a failure that the caller got for a request.
func ack(m *coretest.Message, reply string) string {
	k := *m
	k.Method = "ACK"
	s := k.String()
	return strings.Replace(s, "To: <sip:bob@example.net>", "To: "+coretest.Header(reply, "To"), 1)
}

// cancel is the CANCEL of a request.
func cancel(m *coretest.Message) string {
	k := *m
	k.Method, k.Body = "CANCEL", ""
	return k.String()
}

func reply(req string, code int) string { return coretest.Reply(req, code, fmt.Sprint("Code ", code)) }
