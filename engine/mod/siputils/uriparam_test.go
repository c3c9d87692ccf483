package siputils_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestParametersOfTheRequestURI(t *testing.T) {
	const load = "loadmodule \"siputils\"\nloadmodule \"sl\"\n"
	for _, tc := range []struct{ do, uri, want string }{
		{`add_uri_param("nat=yes");`, "sip:bob@192.0.2.1", "1 sip:bob@192.0.2.1;nat=yes"},
		{`$ru = "sip:bob@192.0.2.1;a?h=1"; add_uri_param("nat=$rU");`, "sip:bob@192.0.2.1", "1 sip:bob@192.0.2.1;a;nat=bob?h=1"},
		{`add_uri_param("a b");`, "sip:bob@192.0.2.1", "-1 sip:bob@192.0.2.1"},
		{`add_uri_param("a");`, "tel:+49", "-1 tel:+49"},
		{`uri_param_rm("b");`, "sip:bob@192.0.2.1;a=1;B=2;c", "1 sip:bob@192.0.2.1;a=1;c"},
		{`$ru = "sip:bob@192.0.2.1;a=1;c?h=1"; uri_param_rm("c");`, "sip:bob@192.0.2.1", "1 sip:bob@192.0.2.1;a=1?h=1"},
		{`uri_param_rm("z");`, "sip:bob@192.0.2.1;a=1", "-1 sip:bob@192.0.2.1;a=1"},
		{`get_uri_param("a", "$rU");`, "sip:bob@192.0.2.1;a=carol", "1 sip:carol@192.0.2.1;a=carol"},
		{`get_uri_param("z", "$rU");`, "sip:bob@192.0.2.1;a=1", "-1 sip:bob@192.0.2.1;a=1"},
	} {
		n := modtest.New(t, load+"route { "+tc.do+" sl_send_reply(\"200\", \"$rc $ru\"); }")
		m := coretest.Request("OPTIONS", tc.uri).String()
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 "+tc.want {
			t.Errorf("%s on %s: %q, want %s", tc.do, tc.uri, got, tc.want)
		}
		if got := a.Allocs(m); got != 0 && tc.want[0] == '1' {
			t.Errorf("%s: %v allocations", tc.do, got)
		}
	}
	modtest.WantRefused(t, load+`route { get_uri_param("a", "$ci"); }`, "cannot be written")
}
