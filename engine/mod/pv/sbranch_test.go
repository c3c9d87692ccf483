package pv_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// The results are those of Kamailio 5.6.3.
func TestABranchIsPutTogether(t *testing.T) {
	const branch = `$sbranch(uri) = "sip:s@t.example"; $sbranch(q) = 300; $sbranch(dst_uri) = "sip:d@e.example"; $sbranch(path) = "<sip:p;lr>"; $sbranch(flags) = 3;`
	for _, tt := range []struct{ do, show, want string }{
		{branch, "$sbranch(uri) $sbranch(q) $sbranch(path) $sbranch(dst_uri) $sbranch(flags) $sbranch(count)", "sip:s@t.example 300 <sip:p;lr> sip:d@e.example 3 0"},
		{branch + `sbranch_append();`, "$br $(branch(q)[0]) $(branch(dst_uri)[0]) $(branch(path)[0]) $branch(count)", "<sip:s@t.example>;q=0.3 300 sip:d@e.example <sip:p;lr> 1"},
		{branch + `sbranch_append(); sbranch_append();`, "$branch(count)", "2"},
		{branch + `$sbranch(send_socket) = "udp:198.51.100.1:5060"; $var(r) = sbranch_set_ruri();`, "$var(r) $ru $du $bf $fs", "1 sip:s@t.example sip:d@e.example 3 udp:198.51.100.1:5060"},
		{branch + `sbranch_reset(); $var(r) = sbranch_append();`, "$var(r) $sbranch(uri) $sbranch(q)", "-1 <null> <null>"},
		{branch + `$sbranch(uri) = $null; $var(r) = sbranch_set_ruri();`, "$var(r) $sbranch(q) $ru", "-1 <null> sip:bob@192.0.2.1"},
		{`$sbranch(path) = "<sip:p;lr>"; $var(r) = sbranch_append();`, "$var(r) $branch(count)", "-1 <null>"}, // no URI yet
		{`$sbranch(uri) = 5; $sbranch(uri) = "x y";`, "$sbranch(uri)", "<null>"},
		{branch + `sbranch_append(); $sbranch(uri) = "sip:other@t.example";`, "$br", "<sip:s@t.example>;q=0.3"},
	} {
		n := modtest.New(t, "loadmodule \"pv\"\nloadmodule \"sl\"\nroute { "+tt.do+" sl_send_reply(\"200\", \""+tt.show+"\"); }")
		a := n.Peer("192.0.2.10:5060")
		m := coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()
		for range 2 { // it is empty when the next message begins
			if got := strings.TrimPrefix(coretest.StartLine(a.Ask(m)), "SIP/2.0 200 "); got != tt.want {
				t.Errorf("%s\ngot:  %s\nwant: %s", tt.do, got, tt.want)
			}
		}
	}
	modtest.WantRefused(t, "route { $sbranch(nix) = 1; }", "sbranch")
}

// What is put together keeps its texts when the message is replaced.
func TestABranchOutlivesTheMessageItWasMadeOf(t *testing.T) {
	n := modtest.New(t, `
loadmodule "pv"
loadmodule "textopsx"
loadmodule "textops"
loadmodule "sl"
route { $sbranch(uri) = $fu; append_hf("X-A: b\r\n"); $ru = "sip:a-much-longer-request-uri@192.0.2.1"; msg_apply_changes(); sl_send_reply("200", "$sbranch(uri)"); }`)
	if got := coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())); got != "SIP/2.0 200 sip:alice@example.com" {
		t.Error(got)
	}
}
