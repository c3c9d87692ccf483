package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// On coretest's wire: one loop, no sockets, no time.

const forwardScript = `
loadmodule "sl"
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "textops"
route { %s forward("192.0.2.20", 5060); }
`

// forwarded is what leaves for a request through a script that ends in forward().
func forwarded(t *testing.T, stmts, request string) string {
	t.Helper()
	n := coretest.New(t, fmt.Sprintf(forwardScript, stmts), options())
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(request)
	return b.Recv()
}

func TestForwardLowersMaxForwardsOnceWhateverTheScriptDoes(t *testing.T) {
	for _, tc := range []struct{ stmts, sent, want string }{
		{"", "70", "69"},
		{"", "1", "0"},
		{"", "", "70"},
		{`mf_process_maxfwd_header("10");`, "70", "69"},
		{`mf_process_maxfwd_header("10");`, "9", "8"},
		{`remove_hf("Max-Forwards"); append_hf("Max-Forwards: 33\r\n");`, "70", "33"},
	} {
		r := coretest.Request("OPTIONS", "sip:bob@example.net")
		r.MaxForwards = tc.sent
		m := forwarded(t, tc.stmts, r.String())
		if got := strings.Join(coretest.Headers(m, "Max-Forwards"), "|"); got != tc.want {
			t.Errorf("%q with %q: Max-Forwards %q, want %q\n%s", tc.stmts, tc.sent, got, tc.want, m)
		}
	}
}

// TestRemovedHeaderLeavesNoScraps: what was to change inside of a header that is
// removed goes with it.
func TestRemovedHeaderLeavesNoScraps(t *testing.T) {
	r := coretest.Request("OPTIONS", "sip:bob@example.net", "X-One: 1")
	for _, stmts := range []string{
		`mf_process_maxfwd_header("10"); remove_hf("Max-Forwards");`,
		`remove_hf("Max-Forwards"); mf_process_maxfwd_header("10");`,
		`remove_hf("Max-Forwards");`,
		`record_route(); append_hf("X-Two: 2\r\n", "Max-Forwards"); remove_hf("Max-Forwards"); remove_hf("X-One"); insert_hf("X-Three: 3\r\n", "X-One");`,
	} {
		m := forwarded(t, stmts, r.String())
		if m == "" {
			t.Errorf("%s: nothing left", stmts)
		}
		head, _, _ := strings.Cut(m, "\r\n\r\n")
		for _, l := range strings.Split(head, "\r\n")[1:] {
			if name, _, ok := strings.Cut(l, ": "); !ok || strings.ContainsAny(name, "0123456789 ;") {
				t.Errorf("%s: line %q", stmts, l)
			}
		}
		if strings.Contains(m, "Max-Forwards") {
			t.Errorf("%s: still there: %s", stmts, m)
		}
	}
}

// TestRemovedTopViaLeavesNoScraps: received and rport of a Via that the script
// has removed do not stand alone.
func TestRemovedTopViaLeavesNoScraps(t *testing.T) {
	r := coretest.Request("OPTIONS", "sip:bob@example.net")
	r.Via[0] = "SIP/2.0/UDP phone.example.com;rport;branch=z9hG4bKx"
	m := forwarded(t, `remove_hf("Via");`, r.String())
	if strings.Contains(m, "received") || strings.Contains(m, "\r\n;") || len(coretest.Headers(m, "Via")) != 1 {
		t.Error(m)
	}
}

// TestForgedReceivedGivesWay: a client at its own sent-by address cannot have the
// replies sent to somebody else by writing received itself (RFC 3261 §18.2.1).
func TestForgedReceivedGivesWay(t *testing.T) {
	r := coretest.Request("OPTIONS", "sip:bob@example.net")
	r.Via[0] = "SIP/2.0/UDP 192.0.2.10:5060;received=198.51.100.77;branch=z9hG4bKx"
	m := forwarded(t, "", r.String())
	if strings.Contains(m, "198.51.100.77") || !strings.Contains(m, "received=192.0.2.10;") {
		t.Error(m)
	}
}

// TestReceivedOfIPv6StandsWithoutBrackets (RFC 5118 §4.5).
func TestReceivedOfIPv6StandsWithoutBrackets(t *testing.T) {
	n := coretest.New(t, `loadmodule "sl" route { sl_send_reply("200", "OK"); }`, options())
	a := n.Peer("[2001:db8::10]:5060")
	r := coretest.Request("OPTIONS", "sip:bob@example.net")
	r.Via[0] = "SIP/2.0/UDP phone.example.com;rport;branch=z9hG4bKx"
	if m := a.Ask(r.String()); !strings.Contains(m, ";received=2001:db8::10\r\n") {
		t.Error(m)
	}
}

// TestTooManyEditsFailVisibly: a message that cannot be changed as the script
// wants says so, and does not leave half changed.
func TestTooManyEditsFailVisibly(t *testing.T) {
	n := coretest.New(t, `
loadmodule "sl"
loadmodule "rr"
loadmodule "textops"
route {
	record_route();
	$var(i) = 0;
	while ($var(i) < 90 && append_hf("X-N: $var(i)\r\n")) $var(i) = $var(i) + 1;
	if (!forward("192.0.2.20", 5060)) sl_send_reply("500", "$var(i)");
}`, options())
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	reply := a.Ask(coretest.Request("OPTIONS", "sip:bob@example.net").String())
	if !strings.HasPrefix(reply, "SIP/2.0 500 64\r\n") || b.Recv() != "" {
		t.Errorf("reply %q", reply)
	}
	n.WaitLog("too many changes")
	if n.Server.Stats().Total["editsFull"] == 0 {
		t.Error("not counted")
	}
}

// TestSmallRequestMakesNoLargeReply: whoever forges a source address gains at
// most half as much again (robustness "reflection").
func TestSmallRequestMakesNoLargeReply(t *testing.T) {
	n := coretest.New(t, `server_signature=yes
sip_warning=yes
loadmodule "sl"
route { sl_send_reply("200", "OK"); }`, options())
	a := n.Peer("192.0.2.10:5060")
	answered := 0
	for _, m := range []string{
		"OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP h;rport\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\nCSeq:1 OPTIONS\r\n\r\n",
		"OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP h;rport\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\nCSeq:1 OPTIONS\r\nX: " + strings.Repeat("x", 200) + "\r\n\r\n",
		"A sip:a SIP/2.0\r\nv:SIP/2.0/UDP h;rport\r\n\r\n",
		"A  SIP/2.0\r\nv:SIP/2.0/UDP h;rport\r\n\r\n",
		"A sip:a SIP/3.0\r\nv:SIP/2.0/UDP h;rport\r\nf:x\r\n\r\n",
		"A sip:a SIP/2.0\r\nv:x\r\n\r\n",
	} {
		reply := a.Ask(m)
		if len(reply) > len(m)*3/2 {
			t.Errorf("%d bytes for %d:\n%s\n%s", len(reply), len(m), m, reply)
		}
		if reply != "" {
			answered++
		}
	}
	if answered < 2 || n.Server.Stats().Total["repliesWithheld"] == 0 {
		t.Errorf("%d answered; %v", answered, n.Server.Stats().Total)
	}
}

// TestReplyToBrokenRequestHoldsHeadersOnly: a line that is no header is not
// echoed, and a request without a Via has nobody to be answered.
func TestReplyToBrokenRequestHoldsHeadersOnly(t *testing.T) {
	n := coretest.New(t, `route { drop; }`, options())
	a := n.Peer("192.0.2.10:5060")
	r := coretest.Request("OPTIONS", "sip:bob@example.net", "this is no header", "X: 1").String()
	for _, m := range []string{r, strings.Replace(r, "Call-ID", "nor is this\r\nCall-ID", 1), strings.Replace(r, "CSeq", "nor\x00this\r\nCSeq", 1)} {
		if got := a.Ask(m); !strings.HasPrefix(got, "SIP/2.0 400 ") || strings.Contains(got, "no") && strings.Contains(got, "this") {
			t.Errorf("%q", got)
		}
	}
	if got := a.Ask(strings.Replace(r, "Via:", "Viaduct:", 1)); got != "" {
		t.Errorf("answered without a Via: %q", got)
	}
}

// TestRepliesAreNeverAnswered, however broken they are.
func TestRepliesAreNeverAnswered(t *testing.T) {
	n := coretest.New(t, `loadmodule "sl" route { sl_send_reply("200", "OK"); }`, options())
	a := n.Peer("192.0.2.10:5060")
	rest := "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	for _, m := range []string{
		"SIP/2.0 200 OK\r\n" + rest, "SIP/2.0 2 OK\r\n" + rest, "SIP/3.0 200 OK\r\n" + rest, "sip/2.0 200 OK\r\n" + rest,
		"SIP/2.0 999 SIP/2.0\r\n" + rest, "SIP/2.0 200 SIP/2.0\r\n" + rest, "SIP/2.0  SIP/2.0\r\n" + rest, "SIP/2.0\t200 SIP/2.0\r\n" + rest,
		"SIP/2.0 200 OK\r\nno header\r\n" + rest, "SIP/2.0 200 OK\r\nTo: \"\r\n" + rest, "SIP/2.0 200 OK\r\n\r\n",
	} {
		if got := a.Ask(m); got != "" {
			t.Errorf("%q was answered with %q", m, got)
		}
	}
}

// TestSeveralViasInOneHeader: a reply loses our element and keeps the others.
func TestSeveralViasInOneHeader(t *testing.T) {
	n := coretest.New(t, fmt.Sprintf(forwardScript, ""), options())
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, via := range []string{
		"Via: %s, SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKb",
		"v: %s,\r\n SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa;x=\",\"\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKb",
		"VIA :%s\r\nv\t: SIP / 2.0 / UDP\r\n 192.0.2.10:5060 ;branch=z9hG4bKa , SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKb",
	} {
		a.Send(coretest.Request("OPTIONS", "sip:bob@example.net").String())
		ours := coretest.Header(b.Recv(), "Via")
		b.Send("SIP/2.0 200 OK\r\n" + fmt.Sprintf(via, ours) +
			"\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n surplus")
		m := a.Recv()
		if m == "" || strings.Contains(m, ours) || strings.Count(m, "branch=") != 2 || strings.Contains(m, "surplus") {
			t.Errorf("%s: relayed as %q", via, m)
		}
	}
}

// TestLoopToOurselvesEnds: a script that sends everything back to its own address
// ends by Max-Forwards, also where the script never looks at it.
func TestLoopToOurselvesEnds(t *testing.T) {
	s := start(t, `debug=-1
loadmodule "sl"
route { $du = "sip:127.0.0.1:" + $Rp; forward(); }`)
	a := newPeer(t)
	r := request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a, headers: []string{"Max-Forwards: 12"}}
	a.send(s.addr, r.String())
	m := a.want("SIP/2.0 483 ")
	if n := strings.Count(m, "Via:"); n != 1 {
		t.Errorf("%d Vias in %q", n, m)
	}
	r.method, r.branch = "ACK", "z9hG4bKack"
	a.send(s.addr, r.String())
	waitCounter(t, s, "acksExhausted", 1)
	if n := s.Stats().Total["forwarded"]; n != 24 {
		t.Errorf("%d requests forwarded, want 12 for the INVITE and 12 for the ACK", n)
	}
}

// TestSnapshotNumbersCountConfigurations: from 1, and one for each that became
// current.
func TestSnapshotNumbersCountConfigurations(t *testing.T) {
	n := coretest.New(t, `route { drop; }`, options())
	number := func() uint64 { return n.Server.Snapshot().Number() }
	if number() != 1 {
		t.Errorf("first: %d", number())
	}
	if _, err := n.Server.Reload("", []byte(`route { nonsense(); }`)); err == nil || number() != 1 {
		t.Errorf("after a refused one: %d, %v", number(), err)
	}
	if _, err := n.Server.Reload("", []byte(`route { exit; }`)); err != nil || number() != 2 {
		t.Errorf("second: %d, %v", number(), err)
	}
}

// TestFloodOfMalformedMessagesIsNotFormatted: past the limit a line costs the
// question whether it would come out, and no more.
func TestFloodOfMalformedMessagesIsNotFormatted(t *testing.T) {
	s := start(t, "debug=3\nloadmodule \"sl\"\nroute { sl_send_reply(\"200\", \"OK\"); }")
	a := newPeer(t)
	for i := range 3000 {
		a.send(s.addr, fmt.Sprintf("NONSENSE %d\r\nCall-ID: \x1b[2J\x07\r\n\r\n", i))
	}
	a.none(s)
	waitCounter(t, s, "malformed", 3000)
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for s.Stats().Dropped < 1000 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d lines held back", s.Stats().Dropped)
		}
	}
	if strings.ContainsAny(s.logs.all(), "\x1b\x07") {
		t.Error("control bytes in the log")
	}
}
