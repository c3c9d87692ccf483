package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestForwardGoesWhereItsArgumentsSay: the forms of cookbook "forward".
func TestForwardGoesWhereItsArgumentsSay(t *testing.T) {
	for _, tc := range []struct{ call, uri, to string }{
		{`forward();`, "sip:bob@192.0.2.20:5070", "192.0.2.20:5070"},
		{`forward;`, "sip:bob@192.0.2.20", "192.0.2.20:5060"},
		{`$du = "sip:192.0.2.30:5099"; forward();`, "sip:bob@192.0.2.20", "192.0.2.30:5099"},
		{`forward("192.0.2.30");`, "sip:bob@192.0.2.20", "192.0.2.30:5060"},
		{`forward("192.0.2.30", "5070");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward("192.0.2.30", 5070);`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward(192.0.2.30, 5070);`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward(192.0.2.30);`, "sip:bob@192.0.2.20", "192.0.2.30:5060"},
		{`forward("192.0.2.30:5070");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward("udp:192.0.2.30:5070");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward(uri:host, uri:port);`, "sip:bob@192.0.2.20:5070", "192.0.2.20:5070"},
		{`forward(uri:host, uri:port);`, "sip:bob@192.0.2.20", "192.0.2.20:5060"},
		{`forward(uri:host);`, "sip:bob@192.0.2.20:5070", "192.0.2.20:5060"},
		{`forward(uri:host, 5070);`, "sip:bob@192.0.2.20", "192.0.2.20:5070"},
		{`forward("192.0.2.30", uri:port);`, "sip:bob@192.0.2.20:5070", "192.0.2.30:5070"},
		{`$var(h) = "192.0.2.30"; forward("$var(h)", "5070");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`$var(h) = "192.0.2.30:5070"; forward("$var(h)");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`$var(p) = 5070; forward("$rd", "$var(p)");`, "sip:bob@192.0.2.20", "192.0.2.20:5070"},
		{`forward_udp("192.0.2.30", 5070);`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`forward_udp();`, "sip:bob@192.0.2.20", "192.0.2.20:5060"},
		{`forward("[2001:db8::30]:5070");`, "sip:bob@192.0.2.20", "[2001:db8::30]:5070"},
		{`send("192.0.2.30:5070");`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
		{`send("192.0.2.30", 5070);`, "sip:bob@192.0.2.20", "192.0.2.30:5070"},
	} {
		n := modtest.New(t, "route {\n"+tc.call+"\n}")
		a, b := n.Peer("192.0.2.10:5060"), n.Peer(tc.to)
		m := coretest.Request("INVITE", tc.uri).String()
		a.Send(m)
		if got := coretest.StartLine(b.Recv()); got != "INVITE "+tc.uri+" SIP/2.0" {
			t.Errorf("%s: %s got %q\n%s", tc.call, tc.to, got, n.Logged())
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", tc.call, got)
		}
	}
}

func TestForwardFailsWithAReason(t *testing.T) {
	for _, tc := range []struct{ call, log string }{
		{`forward("host.example.net")`, "host.example.net\": the name does not exist"},
		{`forward_tcp("192.0.2.30", 5070)`, "forward_tcp: no listen address fits"},
		{`forward_tls("192.0.2.30")`, "forward_tls: no listen address fits"},
		{`forward_sctp()`, "forward_sctp: no listen address fits"},
		{`send_tcp("192.0.2.30")`, "send_tcp: no listen address fits"},
		{`forward("tcp:192.0.2.30")`, "no listen address fits"},
		{`forward("$hdr(X-None)")`, "the destination is not host"},
		{`forward("192.0.2.30", "$rU")`, "the destination port is not a number"},
		{`forward("$var(a)$var(b):99999")`, "the destination is not host"},
	} {
		n := modtest.New(t, `
loadmodule "sl"
route {
	if (`+tc.call+`) sl_send_reply("200", "sent");
	else sl_send_reply("500", "failed");
}`)
		a := n.Peer("192.0.2.10:5060")
		got := coretest.StartLine(a.Ask(coretest.Request("INVITE", "sip:bob@192.0.2.20").String()))
		if got != "SIP/2.0 500 failed" {
			t.Errorf("%s: %q", tc.call, got)
		}
		n.WaitLog(tc.log)
	}
}

func TestImpossibleDestinationsAreRefusedAtStart(t *testing.T) {
	modtest.WantRefused(t, `route { forward("192.0.2.30", "sip"); }`, `port must be a number from 1 to 65535, not "sip"`)
	modtest.WantRefused(t, `route { forward("192.0.2.30", 70000); }`, `port must be a number from 1 to 65535`)
	modtest.WantRefused(t, `route { forward("192.0.2.30:x"); }`, "destination must be host, host:port")
	modtest.WantRefused(t, `route { forward("255.255.255.255"); }`, "broadcast")
	modtest.WantRefused(t, `route { forward("192.0.2.30:5060", 5070); }`, "destination must be")
	modtest.WantRefused(t, `route { forward(uri:hst); }`, "uri:h")
	modtest.WantRefused(t, `onreply_route { forward(); }`, "forward")
}

// TestSendLeavesTheMessageAsItCame: cookbook "send", no Via, no changes.
func TestSendLeavesTheMessageAsItCame(t *testing.T) {
	n := modtest.New(t, `
loadmodule "textops"
route {
	append_hf("X-New: 1\r\n");
	seturi("sip:other@192.0.2.9");
	send("192.0.2.20");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	m := coretest.Request("INVITE", "sip:bob@192.0.2.20").String()
	a.Send(m)
	if got := b.Recv(); got != m {
		t.Errorf("sent\n%s\narrived as\n%s", m, got)
	}
}

func TestForceSendSocketChoosesTheSender(t *testing.T) {
	for _, tc := range []struct{ call, via string }{
		{``, "192.0.2.1:5060"},
		{`force_send_socket(198.51.100.1:5060);`, "198.51.100.1:5060"},
		{`force_send_socket(198.51.100.1);`, "198.51.100.1:5060"},
		{`force_send_socket(udp:198.51.100.1:5060);`, "198.51.100.1:5060"},
		{`force_send_socket("udp:198.51.100.1:5060");`, "198.51.100.1:5060"},
		{`$var(s) = "198.51.100.1"; force_send_socket("$var(s):5060");`, "198.51.100.1:5060"},
		{`force_send_socket("[2001:db8::1]");`, "192.0.2.1:5060"}, // another family: the first that fits
		{`force_send_socket(203.0.113.1);`, "192.0.2.1:5060"},     // no listen address
		{`force_send_socket("198.51.100.1:5061");`, "192.0.2.1:5060"},
	} {
		n := modtest.New(t, "route {\n"+tc.call+"\nforward(\"192.0.2.20\");\n}")
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
		if got := coretest.Header(b.Recv(), "Via"); !strings.Contains(got, " "+tc.via+";") {
			t.Errorf("%s: sent with %q, want %s", tc.call, got, tc.via)
		}
	}
	modtest.WantRefused(t, `route { force_send_socket("udp:"); }`, "socket must be [proto:]address[:port]")
}
