package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// TestUserphone adds the parameter before URI headers, once, and not to what is
// no SIP URI (cookbook "userphone").
func TestUserphone(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:123@192.0.2.1":            "1 sip:123@192.0.2.1;user=phone",
		"sip:123@192.0.2.1;user=phone": "1 sip:123@192.0.2.1;user=phone",
		"sip:123@192.0.2.1;user=ip;x":  "1 sip:123@192.0.2.1;user=ip;x",
		"tel:+123":                     "-1 tel:+123",
	} {
		if got := answer(t, "", `$var(r) = userphone();`, "$var(r) $ru", uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
	const set = `seturi("sip:123@192.0.2.1:5060;a=b?h=v"); $var(r) = userphone();`
	if got := answer(t, "", set, "$var(r) $ru", "sip:192.0.2.1"); got != "1 sip:123@192.0.2.1:5060;a=b;user=phone?h=v" {
		t.Errorf("with headers: %q", got)
	}
}

// TestErrorWritesBothTexts and is true (cookbook "error"; decisions: as 3.1).
func TestErrorWritesBothTexts(t *testing.T) {
	n := modtest.New(t, `
loadmodule "sl"
debug=1
route { if (error("first $rm", "second")) sl_send_reply("200", "true"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 true" {
		t.Errorf("got %q", got)
	}
	n.WaitLog("error: first $rm, second")
}

// TestSendTakesHostAndPort, in a main route and in an onsend_route (cookbook "send").
func TestSendTakesHostAndPort(t *testing.T) {
	for _, script := range []string{
		`route { send("192.0.2.20:5070"); }`,
		`route { send("192.0.2.20", 5070); }`,
		`route { send("192.0.2.20", "5070"); }`,
		`route { $var(h) = "192.0.2.20"; send("$var(h):5070"); }`,
		`route { forward("192.0.2.30"); } onsend_route { send("192.0.2.20:5070"); }`,
	} {
		n := modtest.New(t, script)
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5070")
		m := coretest.Request("INVITE", "sip:bob@192.0.2.30").String()
		a.Send(m)
		if got := b.Recv(); got != m {
			t.Errorf("%s: arrived\n%s", script, got)
		}
		if got := b.Recv(); got != "" {
			t.Errorf("%s: sent twice", script)
		}
	}
}

func TestSendThatCannotBeIsFalse(t *testing.T) {
	for _, stmt := range []string{`send("host.example.com")`, `send("[2001:db8::9]:99999$rU")`, `send_tcp("192.0.2.20")`} {
		n := modtest.New(t, `
loadmodule "sl"
route { if (`+stmt+`) sl_send_reply("200", "sent"); else sl_send_reply("500", "not sent"); }`)
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 500 not sent" {
			t.Errorf("%s: %q", stmt, got)
		}
	}
}

// TestAddLocalRportIsForOneMessage, by the function's bare form too (RFC 3581 §3).
func TestAddLocalRportIsForOneMessage(t *testing.T) {
	n := modtest.New(t, `route {
	if ($rU == "with") add_local_rport();
	if ($rU == "bare") add_local_rport;
	forward("192.0.2.20");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, user := range []string{"with", "without", "bare", "without"} {
		a.Send(coretest.Request("INVITE", "sip:"+user+"@192.0.2.20").String())
		via, _, _ := strings.Cut(coretest.Headers(b.Recv(), "Via")[0], ",")
		if got := strings.Contains(via, ";rport"); got != (user != "without") {
			t.Errorf("%s: Via %s", user, via)
		}
	}
}
