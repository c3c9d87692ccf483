package xhttp_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

func TestWhatCannotBeServedIsRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"xhttp\"\n"
	const block = "event_route[xhttp:request] { exit; } "
	modtest.WantRefused(t, load+block+`modparam("xhttp", "url_match", "(") route { drop; }`, "url_match")
	modtest.WantRefused(t, load+block+`modparam("xhttp", "url_skip", "[") route { drop; }`, "url_skip")
	modtest.WantRefused(t, load+`route { drop; } event_route[xhttp:request] { xhttp_reply("99", "No", "", ""); }`, "100 to 699")
	modtest.WantRefused(t, load+block+`route { xhttp_reply("200", "OK", "", ""); }`, "not allowed")
}

// TestWithoutABlockNobodyAnswers: Kamailio does not start then.
func TestWithoutABlockNobodyAnswers(t *testing.T) {
	modtest.New(t, "loadmodule \"xhttp\"\nroute { drop; }").WaitLog("there is no event_route[xhttp:request]; requests of HTTP get 404")
}

// TestSIPHasNoURLOfHTTP.
func TestSIPHasNoURLOfHTTP(t *testing.T) {
	n := modtest.New(t, `
loadmodule "xhttp"
loadmodule "sl"
event_route[xhttp:request] { exit; }
route { if ($hu == $null) sl_send_reply("200", "none"); else sl_send_reply("200", "$hu"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 none" {
		t.Error(got)
	}
}

// TestURLsAreTakenApart as Kamailio does it: $(hu{url.path}), $(hu{url.querystring}).
func TestURLsAreTakenApart(t *testing.T) {
	for url, want := range map[string]string{
		"/a/b?c=d&e": "/a/b|c=d&e", "/a": "/a|", "/": "/|", "/?x": "/|x", "/a?": "/a|", "?q": "|q", "*": "*|",
		"http://h:80/p/q?z=1#f": "http://h:80/p/q|z=1#f", "/a?b?c": "/a|b?c", "/a#frag": "/a#frag|", "": "|",
	} {
		n := modtest.New(t, `
loadmodule "xhttp"
loadmodule "sl"
event_route[xhttp:request] { exit; }
loadmodule "pv"
route { $var(u) = "`+url+`"; sl_send_reply("200", "$(var(u){url.path})|$(var(u){url.querystring})"); }`)
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 "+want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
}
