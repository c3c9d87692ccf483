package tm_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
)

// recordRoute relays with record-routing, as the edge of a network does.
const recordRoute = loads + `
loadmodule "rr"
loadmodule "maxfwd"
loadmodule "siputils"
route {
	if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
	if (has_totag()) {
		if (loose_route()) { t_relay(); exit; }
		if (method == "ACK") { if (t_check_trans()) t_relay(); exit; }
		sl_send_reply("404", "Not here");
		exit;
	}
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	record_route();
	if (!t_relay()) sl_reply_error();
}`

// call is a call's messages as the server gets them, with places for the number of
// the call and the branches that the server makes.
type call struct {
	a, b *coretest.Peer
	n    int
}

func newCall(t testing.TB) (*call, *coretest.Net) {
	n := modtest.New(t, recordRoute)
	return &call{a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060")}, n
}

// run is one call from INVITE to BYE. It returns the number of messages.
func (c *call) run(t testing.TB) int {
	c.n++
	inv := request("INVITE", fmt.Sprintf("call%d", c.n))
	inv.Headers = []string{"Contact: <sip:alice@192.0.2.10>", "User-Agent: bench"}
	inv.Body = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
	c.a.Send(inv.String())
	m := c.b.Recv()
	if !strings.HasPrefix(m, "INVITE") {
		t.Fatalf("no INVITE but %q", m)
	}
	rr := coretest.Header(m, "Record-Route")
	c.b.Send(reply(m, 180))
	c.b.Send(coretest.Reply(m, 200, "OK", "Contact: <sip:bob@192.0.2.20>"))
	ack := request("ACK", fmt.Sprintf("ack%d", c.n)).InDialog()
	ack.CallID, ack.Headers = inv.CallID, []string{"Route: " + rr}
	c.a.Send(ack.String())
	bye := request("BYE", fmt.Sprintf("bye%d", c.n)).InDialog()
	bye.CallID, bye.Headers, bye.CSeq = inv.CallID, []string{"Route: " + rr}, 2
	c.a.Send(bye.String())
	for m = c.b.Recv(); m != "" && !strings.HasPrefix(m, "BYE"); m = c.b.Recv() {
	}
	c.b.Send(reply(m, 200))
	n := len(lines(c.a))
	if n != 4 {
		t.Fatalf("the caller got %d messages, want 100, 180, 200 and 200", n)
	}
	return 7
}

// Steady state: a call from INVITE to BYE makes no more than two heap objects in
// the server. What the wire of the test allocates is measured beside it and taken off.
func TestACallAllocatesNothingToSpeakOf(t *testing.T) {
	c, n := newCall(t)
	for range 300 {
		c.run(t)
		n.Advance(second / 10)
	}
	msgs := newRecorder(t, n)
	perCall := msgs.allocs(t)
	t.Logf("PROOF tm-memory: %.2f heap objects per call", perCall)
	if perCall > 2 {
		t.Errorf("%.2f heap objects per call, at most 2 are allowed", perCall)
	}
}

// recorder replays the messages of calls without any test code between them: the
// calls are recorded on one server and its own branches are written into the
// replies in place.
type recorder struct {
	n    *coretest.Net
	a, b *coretest.Peer
}

func newRecorder(t testing.TB, n *coretest.Net) *recorder {
	return &recorder{n: n, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060")}
}

// allocs sends many calls and counts the heap objects that the server makes.
func (r *recorder) allocs(t testing.TB) float64 {
	const calls = 200
	var server uint64
	for i := range calls {
		id := fmt.Sprintf("rec%d", i)
		inv := request("INVITE", id)
		inv.Headers = []string{"Contact: <sip:alice@192.0.2.10>"}
		server += r.a.Mallocs(inv.String())
		m := r.b.Recv()
		rr := coretest.Header(m, "Record-Route")
		server += r.b.Mallocs(reply(m, 180))
		server += r.b.Mallocs(reply(m, 200))
		ack := request("ACK", id+"a").InDialog()
		ack.CallID, ack.Headers = inv.CallID, []string{"Route: " + rr}
		server += r.a.Mallocs(ack.String())
		bye := request("BYE", id+"b").InDialog()
		bye.CallID, bye.Headers, bye.CSeq = inv.CallID, []string{"Route: " + rr}, 2
		server += r.a.Mallocs(bye.String())
		for m = r.b.Recv(); m != "" && !strings.HasPrefix(m, "BYE"); m = r.b.Recv() {
		}
		server += r.b.Mallocs(reply(m, 200))
		lines(r.a)
		r.n.Advance(second / 10)
	}
	return float64(server) / calls
}

func BenchmarkCall(b *testing.B) {
	c, n := newCall(b)
	b.ReportAllocs()
	for b.Loop() {
		c.run(b)
		n.Advance(second / 20)
	}
}

// Bytes per transaction that waits, slab and arena together, without spare room
// (Kamailio: about 14 kB).
func TestBytesPerWaitingTransaction(t *testing.T) {
	c, n := newCall(t)
	const calls = 1000
	for range calls {
		c.run(t)
	}
	runtime.GC()
	s := tm.LoopStats(n.Server, 0)
	if s.Alive != 2*calls {
		t.Fatalf("%d transactions, want %d", s.Alive, 2*calls)
	}
	bytes := s.Bytes/s.Alive + tm.EntryBytes
	t.Logf("PROOF tm-memory: %d bytes per waiting transaction (Kamailio: about 14 kB)", bytes)
	if bytes > 7000 {
		t.Errorf("%d bytes per waiting transaction", bytes)
	}
}
