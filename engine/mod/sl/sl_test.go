package sl_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func ask(p *coretest.Peer, method, code, reason string) string {
	return p.Ask(coretest.Request(method, "sip:bob@192.0.2.1", "X-Code: "+code, "X-Reason: "+reason).String())
}

func TestReplyTakesCodeAndReasonFromVariables(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	for _, tc := range []struct{ code, reason, want string }{
		{"404", "Not Here", "SIP/2.0 404 Not Here"},
		{"699", "Über \"all\"", "SIP/2.0 699 Über \"all\""},
		{"99", "No Code", "SIP/2.0 500 No Code"},
		{"abc", "No Code", "SIP/2.0 500 No Code"},
	} {
		if got := coretest.StartLine(ask(a, "OPTIONS", tc.code, tc.reason)); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.code, tc.reason, got, tc.want)
		}
	}
}

func TestReplyHasTagAndTheSameForARetransmission(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	first, second := ask(a, "INVITE", "486", "Busy"), ask(a, "INVITE", "486", "Busy")
	if first != second || !strings.Contains(coretest.Header(first, "To"), ";tag=") {
		t.Errorf("replies to a retransmission:\n%s\n%s", first, second)
	}
}

func TestAnAckIsNeverAnswered(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	if got := ask(a, "ACK", "200", "OK"); got != "" {
		t.Errorf("an ACK was answered:\n%s", got)
	}
}

func TestAppendedHeadersAreInTheReply(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.Header(ask(a, "REFER", "202", "Accepted"), "X-Extra"); got != "call-1@example.com" {
		t.Errorf("X-Extra: %q", got)
	}
}

// TestRedirectListsTheDestinations: RFC 3261 §21.3; the changed Request-URI first.
func TestRedirectListsTheDestinations(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	got := coretest.Header(ask(a, "MESSAGE", "302", "Moved"), "Contact")
	if want := "<sip:new@192.0.2.7>, <sip:other@192.0.2.8>;q=0.75, <sip:last@192.0.2.9>"; got != want {
		t.Errorf("Contact: %q, want %q", got, want)
	}
	if got := coretest.Header(ask(a, "OPTIONS", "302", "Moved"), "Contact"); got != "" {
		t.Errorf("Contact without a destination: %q", got)
	}
	if got := coretest.Header(ask(a, "MESSAGE", "404", "Gone"), "Contact"); got != "" {
		t.Errorf("Contact in a 404: %q", got)
	}
}

func TestReplyErrorSaysWhyTheForwardFailed(t *testing.T) {
	n := modtest.New(t, `
loadmodule "sl"
route {
	if (method == "OPTIONS") {
		sl_reply_error();
		exit;
	}
	if (!forward()) {
		sl_reply_error();
	}
}`)
	a := n.Peer("192.0.2.10:5060")
	for _, tc := range []struct{ method, uri, want string }{
		{"OPTIONS", "sip:192.0.2.1", "SIP/2.0 500 "},
		{"INVITE", "sip:bob@host.example.net", "SIP/2.0 478 "},
		{"INVITE", "sip:bob@255.255.255.255", "SIP/2.0 478 "},
		{"INVITE", "sip:bob@192.0.2.20;transport=tcp", "SIP/2.0 477 "},
		{"INVITE", "tel:+4930", "SIP/2.0 416 "},
	} {
		m := coretest.Request(tc.method, tc.uri).String()
		if got := a.Ask(m); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s %s: %q, want %s", tc.method, tc.uri, coretest.StartLine(got), tc.want)
		}
		if got := a.Recv(); got != "" {
			t.Errorf("%s %s: answered twice, %q", tc.method, tc.uri, coretest.StartLine(got))
		}
	}
}

func TestBadRepliesAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"sl\"\n"
	modtest.WantRefused(t, load+`route { sl_send_reply("7000", "x"); }`, "sl_send_reply: status code must be 100 to 699, not 7000")
	modtest.WantRefused(t, load+`route { send_reply("OK", "x"); }`, "status code must be a number")
	modtest.WantRefused(t, load+`route { sl_send_reply("200", "a\r\nb"); }`, "reason must be one line")
	modtest.WantRefused(t, load+`onreply_route { sl_send_reply("200", "OK"); }`, "sl_send_reply")
	modtest.WantRefused(t, load+`modparam("sl", "default_code", 7) route { drop; }`, "100 to 699")
}

func TestReplyDoesNotAllocate(t *testing.T) {
	n := modtest.NewFile(t, "testdata/reply.cfg")
	a := n.Peer("192.0.2.10:5060")
	for _, method := range []string{"OPTIONS", "REFER", "MESSAGE"} {
		m := coretest.Request(method, "sip:bob@192.0.2.1", "X-Code: 302", "X-Reason: Moved").String()
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", method, got)
		}
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
