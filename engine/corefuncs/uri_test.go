package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// answer runs a script's body on a request and returns the format text, evaluated
// after it; it demands that the request costs no allocation.
func answer(t *testing.T, head, body, text, uri string) string {
	t.Helper()
	n := modtest.New(t, head+`
loadmodule "sl"
route {
	`+body+`
	sl_send_reply("200", "`+text+`");
}`)
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", uri).String()
	got := strings.TrimPrefix(coretest.StartLine(a.Ask(m)), "SIP/2.0 200 ")
	if allocs := a.Allocs(m); allocs != 0 {
		t.Errorf("%s: %v allocations", body, allocs)
	}
	return got
}

// TestRequestURIFunctions: cookbook "Core functions".
func TestRequestURIFunctions(t *testing.T) {
	const uri = "sip:bob:pw@192.0.2.1:5060;transport=udp"
	for _, tc := range []struct{ call, want string }{
		{`seturi("sip:new@192.0.2.9;x")`, "1 sip:new@192.0.2.9;x"},
		{`rewriteuri("sip:$rU@192.0.2.9")`, "1 sip:bob@192.0.2.9"},
		{`seturi("no uri")`, "-1 " + uri},
		{`sethost("192.0.2.9")`, "1 sip:bob:pw@192.0.2.9:5060;transport=udp"},
		{`rewritehost("$si")`, "1 sip:bob:pw@192.0.2.10:5060;transport=udp"},
		{`seth("h.example.net")`, "1 sip:bob:pw@h.example.net:5060;transport=udp"},
		{`sethostport("192.0.2.9:99")`, "1 sip:bob:pw@192.0.2.9:99;transport=udp"},
		{`rewritehostport("192.0.2.9")`, "1 sip:bob:pw@192.0.2.9;transport=udp"},
		{`sethp("[2001:db8::9]:99")`, "1 sip:bob:pw@[2001:db8::9]:99;transport=udp"},
		{`sethostporttrans("192.0.2.9:99;transport=tcp")`, "1 sip:bob:pw@192.0.2.9:99;transport=tcp"},
		{`rewritehostporttrans("192.0.2.9:99")`, "1 sip:bob:pw@192.0.2.9:99"},
		{`sethpt("192.0.2.9;transport=tls")`, "1 sip:bob:pw@192.0.2.9;transport=tls"},
		{`setport("99")`, "1 sip:bob:pw@192.0.2.1:99;transport=udp"},
		{`rewriteport(99)`, "1 sip:bob:pw@192.0.2.1:99;transport=udp"},
		{`setp("70000")`, "-1 " + uri},
		{`setuser("alice")`, "1 sip:alice:pw@192.0.2.1:5060;transport=udp"},
		{`rewriteuser("$si")`, "1 sip:192.0.2.10:pw@192.0.2.1:5060;transport=udp"},
		{`setu("a b")`, "-1 " + uri},
		{`prefix("00")`, "1 sip:00bob:pw@192.0.2.1:5060;transport=udp"},
		{`prefix("$rU")`, "1 sip:bobbob:pw@192.0.2.1:5060;transport=udp"},
		{`strip(1)`, "1 sip:ob:pw@192.0.2.1:5060;transport=udp"},
		{`strip("2")`, "1 sip:b:pw@192.0.2.1:5060;transport=udp"},
		{`strip(9)`, "1 sip:192.0.2.1:5060;transport=udp"},
		{`strip_tail(1)`, "1 sip:bo:pw@192.0.2.1:5060;transport=udp"},
		{`userphone()`, "1 " + uri + ";user=phone"},
		{`revert_uri()`, "1 " + uri},
	} {
		if got := answer(t, "", `$var(r) = `+tc.call+`;`, "$var(r) $ru", uri); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.call, got, tc.want)
		}
	}
}

func TestRevertURIGoesBackToWhatWasReceived(t *testing.T) {
	const uri = "sip:bob@192.0.2.1"
	if got := answer(t, "", `seturi("sip:a@192.0.2.9"); prefix("1"); revert_uri;`, "$ru", uri); got != uri {
		t.Error(got)
	}
}

func TestBadNumbersAreRefusedAtStart(t *testing.T) {
	modtest.WantRefused(t, `route { strip("x"); }`, `strip(): the number of characters must be a number`)
	modtest.WantRefused(t, `route { strip(-1); }`, "must be 0 to")
	modtest.WantRefused(t, `route { append_branch("sip:a@b", "2"); }`, "q must be 0 to 1")
	modtest.WantRefused(t, `route { setflag(32); }`, "0 to 31")
	modtest.WantRefused(t, `route { setflag(nosuch); }`, "nosuch")
}

func TestFlags(t *testing.T) {
	const show = `if (isflagset(5)) $var(x) = "set"; else $var(x) = "clear";`
	for body, want := range map[string]string{
		``:                                     "clear",
		`setflag(5);`:                          "set",
		`setflag("5");`:                        "set",
		`setflag(5); resetflag(5);`:            "clear",
		`setflag(FIVE);`:                       "set",
		`$var(n) = 5; setflag($var(n));`:       "set",
		`setflag(4); setflag(6); setflag(31);`: "clear",
	} {
		if got := answer(t, "flags FIVE:5;\n", body+show, "$var(x)", "sip:192.0.2.1"); got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}

func TestAppendBranch(t *testing.T) {
	for body, want := range map[string]string{
		`append_branch();`: "<sip:bob@192.0.2.1>",
		`append_branch(); seturi("sip:c@192.0.2.3"); append_branch("sip:d@192.0.2.4", "0.5");`:  "<sip:c@192.0.2.3>, <sip:bob@192.0.2.1>, <sip:d@192.0.2.4>;q=0.5",
		`append_branch("sip:d@192.0.2.4"); clear_branches(); append_branch("sip:e@192.0.2.5");`: "<sip:e@192.0.2.5>",
		`append_branch("sip:d@192.0.2.4", "1.0");`:                                              "<sip:d@192.0.2.4>;q=1",
		`append_branch("nonsense");`:                                                            "",
	} {
		n := modtest.New(t, `
loadmodule "sl"
route {
	`+body+`
	sl_send_reply("302", "Moved");
}`)
		a := n.Peer("192.0.2.10:5060")
		m := coretest.Request("INVITE", "sip:bob@192.0.2.1").String()
		if got := coretest.Header(a.Ask(m), "Contact"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", body, got)
		}
	}
}

// TestForceRportAnswersToTheSource: RFC 3581 §4, without the client's asking.
func TestForceRportAnswersToTheSource(t *testing.T) {
	for body, want := range map[string]string{``: "192.0.2.10:5060", `force_rport();`: "192.0.2.10:40000", `add_rport;`: "192.0.2.10:40000"} {
		n := modtest.New(t, "loadmodule \"sl\"\nroute { "+body+" sl_send_reply(\"200\", \"OK\"); }")
		a := n.Peer("192.0.2.10:40000")
		n.Peer("192.0.2.10:5060")
		a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
		got := n.Peer(want).Recv()
		if coretest.StartLine(got) != "SIP/2.0 200 OK" {
			t.Errorf("%s: %s got %q", body, want, got)
		}
		if noted := strings.Contains(coretest.Header(got, "Via"), ";rport=40000"); noted != (body != "") {
			t.Errorf("%s: Via %q", body, coretest.Header(got, "Via"))
		}
	}
}

func TestAddLocalRportAsksTheNextHop(t *testing.T) {
	for body, want := range map[string]bool{``: false, `add_local_rport();`: true, `add_local_rport;`: true} {
		n := modtest.New(t, "route { "+body+" forward(\"192.0.2.20\"); }")
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
		if got := coretest.Header(b.Recv(), "Via"); strings.HasSuffix(got, ";rport") != want {
			t.Errorf("%q: Via %q", body, got)
		}
	}
}

func TestLogWritesItsTextAsItStands(t *testing.T) {
	for _, tc := range []struct{ debug, call, want string }{
		{"2", `log("silent\n");`, ""},
		{"4", `log("heard\n");`, "<script>: heard"},
		{"2", `log(1, "costs $5\n");`, "<script>: costs $5"},
		{"2", `log("L_ERR", "text");`, "<script>: text"},
		{"2", `log(3, "silent");`, ""},
		{"2", `log(-1, $si);`, "<script>: 192.0.2.10"},
		{"2", `error("a", "b");`, "<script>: error: a, b"},
	} {
		n := modtest.New(t, "debug="+tc.debug+"\nroute { "+tc.call+" }")
		a := n.Peer("192.0.2.10:5060")
		m := coretest.Request("OPTIONS", "sip:192.0.2.1").String()
		a.Send(m)
		if tc.want != "" {
			n.WaitLog(tc.want)
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", tc.call, got)
		}
		if got := n.Logged(); tc.want == "" && got != "" {
			t.Errorf("%s: logged %q", tc.call, got)
		}
	}
	modtest.WantRefused(t, `route { log("L_LOUD", "x"); }`, "log level must be a name")
}
