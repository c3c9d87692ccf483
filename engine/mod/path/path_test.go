package path_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const modules = `
loadmodule "path"
loadmodule "rr"
loadmodule "sl"
loadmodule "pv"
`

func paths(t *testing.T, params, body string, headers ...string) string {
	t.Helper()
	n := modtest.New(t, modules+params+"\nroute { "+body+" forward(\"192.0.2.20\"); }")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("REGISTER", "sip:example.com", headers...).String())
	return strings.Join(coretest.Headers(b.Recv(), "Path"), " | ")
}

// TestPathHeaders: as Kamailio 5.6.3 writes them.
func TestPathHeaders(t *testing.T) {
	const received = `modparam("path", "received_format", 1) modparam("path", "received_name", "src")`
	for _, tc := range []struct {
		params, body string
		headers      []string
		want         string
	}{
		{"", "add_path();", nil, "<sip:192.0.2.1:5060;lr>"},
		{"", `add_path("usr");`, nil, "<sip:usr@192.0.2.1:5060;lr>"},
		{"", `add_path_received();`, nil, "<sip:192.0.2.1:5060;lr;received=sip:192.0.2.10:5060>"},
		{"", `add_path_received("usr");`, nil, "<sip:usr@192.0.2.1:5060;lr;received=sip:192.0.2.10:5060>"},
		{"", `add_path("usr", "ob;x=y");`, nil, "<sip:usr@192.0.2.1:5060;lr;ob;x=y>"},
		{"", `add_path("$fU", ";x=$fU");`, nil, "<sip:alice@192.0.2.1:5060;lr;x=alice>"},
		{"", "add_path();", []string{"Path: <sip:1.2.3.4;lr>"}, "<sip:192.0.2.1:5060;lr> | <sip:1.2.3.4;lr>"},
		{received, `add_path_received();`, nil, "<sip:192.0.2.1:5060;lr;src=192.0.2.10~5060~1>"},
		{`modparam("path", "enable_r2", 1)`, `add_path();`, nil, "<sip:192.0.2.1:5060;lr;r2=on> | <sip:192.0.2.1:5060;lr;r2=on>"},
		{`modparam("path", "sockname_mode", 1)`, `add_path();`, nil, "<sip:192.0.2.1:5060;lr;sn=udp:192.0.2.1:5060>"},
		{"", `force_send_socket(udp:198.51.100.1:5060); add_path();`, nil, "<sip:198.51.100.1:5060;lr>"},
		{`modparam("path", "enable_r2", 1)`, `force_send_socket(udp:198.51.100.1:5060); add_path();`, nil, "<sip:198.51.100.1:5060;lr;r2=on> | <sip:192.0.2.1:5060;lr;r2=on>"},
	} {
		if got := paths(t, tc.params, tc.body, tc.headers...); got != tc.want {
			t.Errorf("%s %s: %s, want %s", tc.params, tc.body, got, tc.want)
		}
	}
}

// Nothing from the network ends the URI.
func TestTextsThatCannotStandInAURIAreRefused(t *testing.T) {
	for _, x := range []string{"a b", "a>", "a@b", "a;b"} {
		if got := paths(t, "", `if (!add_path("$hdr(X)")) add_path("refused");`, "X: "+x); got != "<sip:refused@192.0.2.1:5060;lr>" {
			t.Errorf("%q: %s", x, got)
		}
	}
}

func TestRequestsGoToWhereThePhoneWasSeen(t *testing.T) {
	for _, tc := range []struct{ params, route, want string }{
		{"", "received=sip:192.0.2.30:5060", "sip:192.0.2.30:5060"},
		{"", "received=sip:192.0.2.30:5060%3Btransport%3Dudp", "sip:192.0.2.30:5060;transport=udp"},
		{"", "x=y", "<null>"},
		{"", "received=garbage", "<null>"},
		{"", "received=sip:a%0d%0aX:1", "<null>"},
		{"", "received=" + strings.Repeat("%41", 3000), "<null>"},
		{`modparam("path", "received_format", 1)`, "received=192.0.2.30~5060~1", "sip:192.0.2.30:5060"},
		{`modparam("path", "received_format", 1)`, "received=2001:db8::9~5070~2", "sip:[2001:db8::9]:5070;transport=tcp"},
		{`modparam("path", "received_format", 1)`, "received=192.0.2.30~5060~77", "<null>"},
		{`modparam("path", "received_format", 1)`, "received=192.0.2.30", "<null>"},
		{`modparam("path", "received_name", "src")`, "src=sip:192.0.2.30:5060", "sip:192.0.2.30:5060"},
	} {
		n := modtest.New(t, modules+`modparam("path", "use_received", 1)`+tc.params+` route { loose_route(); sl_send_reply("200", "$du"); }`)
		m := coretest.Request("OPTIONS", "sip:phone@10.0.0.1", "Route: <sip:192.0.2.1;lr;"+tc.route+">").String()
		if got := strings.TrimPrefix(coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(m)), "SIP/2.0 200 "); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.route[:min(len(tc.route), 60)], got, tc.want)
		}
		if got := n.Server.Stats().Total["panics"]; got != 0 {
			t.Errorf("%s: %d panics", tc.route[:min(len(tc.route), 60)], got)
		}
	}
}

func TestAddingAPathAllocatesNothing(t *testing.T) {
	n := modtest.New(t, modules+`modparam("path", "enable_r2", 1) route { add_path_received("$fU", "x=y"); forward("192.0.2.20"); }`)
	if got := n.Peer("192.0.2.10:5060").Allocs(coretest.Request("REGISTER", "sip:example.com").String()); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestWrongParametersAreRefused(t *testing.T) {
	modtest.WantRefused(t, `loadmodule "path" modparam("path", "use_received", 1) route { forward(); }`, "use_received needs the module rr")
	modtest.WantRefused(t, modules+`modparam("path", "received_name", "a b") route { forward(); }`, "received_name must be a name")
	modtest.WantRefused(t, modules+`modparam("path", "received_format", 2) route { forward(); }`, "from 0 to 1")
	modtest.WantRefused(t, modules+`route { add_path("a b"); }`, "cannot stand in a URI")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
