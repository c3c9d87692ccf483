package sl_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	scriptpv "sipedge/script/pv"
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

// TestRichRedirect: the Contacts are those of Kamailio 5.6.3 for the same script.
func TestRichRedirect(t *testing.T) {
	for mode, want := range map[string]string{
		"0": "<sip:new@192.0.2.7;x=y>, <sip:b2@192.0.2.8>;q=0.5, <sip:b3@192.0.2.9?a=b>;q=0.3",
		"1": "<sip:new@192.0.2.7;x=y>;flags=4, <sip:b2@192.0.2.8>;q=0.5;flags=3, <sip:b3@192.0.2.9?a=b>;q=0.3",
		"3": "<sip:new@192.0.2.7;x=y>;flags=4, <sip:b2@192.0.2.8?Route=%3csip:p1%3blr%3e%2c%3csip:p2%3blr%3e>;q=0.5;flags=3, " +
			"<sip:b3@192.0.2.9?a=b&Route=%3csip:p3%3blr%3e>;q=0.3",
	} {
		n := modtest.New(t, `
loadmodule "sl"
modparam("sl", "rich_redirect", `+mode+`)
route {
	$ru = "sip:new@192.0.2.7;x=y";
	$bf = 4;
	append_branch("sip:b2@192.0.2.8", "0.5");
	$(branch(path)[0]) = "<sip:p1;lr>,<sip:p2;lr>";
	$(branch(flags)[0]) = 3;
	append_branch("sip:b3@192.0.2.9?a=b", "0.3");
	$(branch(flags)[1]) = 0;
	$(branch(path)[1]) = "<sip:p3;lr>";
	sl_send_reply("302", "Moved");
}`)
		m := coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()
		if got := coretest.Header(n.Peer("192.0.2.10:5060").Ask(m), "Contact"); got != want {
			t.Errorf("mode %s:\n got %s\nwant %s", mode, got, want)
		}
	}
}

func TestBlocksRunForRepliesAndTheirAcks(t *testing.T) {
	n := modtest.New(t, `
loadmodule "sl"
loadmodule "cfgutils"
route { $var(x) = 5; $var(r) = sl_send_reply("486", "Busy"); $shv(after) = $var(r); }
event_route[sl:local-response] { if (status == "486") $shv(sent) = 486; $shv(x) = $var(x); }
event_route[sl:filtered-ack] { usleep("10"); $shv(acks) = $shv(acks) + 1; }
`)
	a := n.Peer("192.0.2.10:5060")
	reply := a.Ask(coretest.Request("INVITE", "sip:bob@192.0.2.1").String())
	ack := coretest.Request("ACK", "sip:bob@192.0.2.1").String()
	_, tag, _ := strings.Cut(coretest.Header(reply, "To"), ";tag=")
	ack = strings.Replace(ack, "To: <sip:bob@example.net>", "To: <sip:bob@example.net>;tag="+tag, 1)
	a.Send(ack)
	n.Advance(time.Second)
	shared := scriptpv.SharedOf(n.Server)
	for name, want := range map[string]int64{"sent": 486, "x": 5, "after": 1, "acks": 1} {
		if got, ok := shared.Int(name); !ok || got != want {
			t.Errorf("$shv(%s): %d, want %d", name, got, want)
		}
	}
	if n.Server.Stats().Total["acksAbsorbed"] != 1 {
		t.Error("the ACK was not absorbed")
	}
}

func TestAReplyIsPassedOnNow(t *testing.T) {
	n := modtest.New(t, `
loadmodule "sl"
loadmodule "textops"
route { forward("192.0.2.20"); }
onreply_route {
	append_hf("X-A: 1\r\n");
	if (status == "603") { sl_forward_reply("600", "Busy"); drop; }
	if (status == "480") { sl_forward_reply("200", "Wrong"); append_hf("X-R: $rc\r\n"); }
	if (status == "180") sl_forward_reply();
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	got := b.Recv()
	for _, tc := range []struct {
		code int
		want []string
	}{{603, []string{"SIP/2.0 600 Busy 1 "}}, {480, []string{"SIP/2.0 480 R 1 -1"}}, {180, []string{"SIP/2.0 180 R 1 ", "SIP/2.0 180 R 1 "}}} {
		b.Send(coretest.Reply(got, tc.code, "R"))
		var all []string
		for m := a.Recv(); m != ""; m = a.Recv() {
			all = append(all, coretest.StartLine(m)+" "+coretest.Header(m, "X-A")+" "+coretest.Header(m, "X-R"))
		}
		if !slices.Equal(all, tc.want) {
			t.Errorf("%d: %q, want %q", tc.code, all, tc.want)
		}
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
	modtest.WantRefused(t, load+`route { sl_send_reply("7000", "x"); }`, "sl_send_reply(): status code must be 100 to 699, not 7000")
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
