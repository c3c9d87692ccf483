package xhttp_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

func TestWhatCannotBeServedIsRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"xhttp\"\n"
	modtest.WantRefused(t, load+`modparam("xhttp", "url_match", "(") route { drop; }`, "url_match")
	modtest.WantRefused(t, load+`modparam("xhttp", "url_skip", "[") route { drop; }`, "url_skip")
	modtest.WantRefused(t, load+`route { drop; } event_route[xhttp:request] { xhttp_reply("99", "No", "", ""); }`, "100 to 699")
	modtest.WantRefused(t, load+`route { xhttp_reply("200", "OK", "", ""); }`, "not allowed")
}

// TestSIPHasNoURLOfHTTP.
func TestSIPHasNoURLOfHTTP(t *testing.T) {
	n := modtest.New(t, `
loadmodule "xhttp"
loadmodule "sl"
route { if ($hu == $null) sl_send_reply("200", "none"); else sl_send_reply("200", "$hu"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 none" {
		t.Error(got)
	}
}
