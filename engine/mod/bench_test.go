package mod_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// The benchmarks run a whole message, from the receive batch to the send batch;
// what a module costs is the difference to BenchmarkForward.

func bench(b *testing.B, body string, m *coretest.Message) {
	n := modtest.New(b, `
debug=0
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "sl"
loadmodule "siputils"
loadmodule "textops"
loadmodule "xlog"
route {
	`+body+`
	forward("192.0.2.20");
}`)
	n.Peer("192.0.2.10:5060").Bench(b, m.String())
}

func invite() *coretest.Message { return coretest.Request("INVITE", "sip:bob@192.0.2.20") }

func BenchmarkForward(b *testing.B) { bench(b, "", invite()) }

func BenchmarkMaxForwards(b *testing.B) { bench(b, `mf_process_maxfwd_header("10");`, invite()) }

func BenchmarkRecordRoute(b *testing.B) { bench(b, `record_route();`, invite()) }

func BenchmarkLooseRoute(b *testing.B) {
	m := coretest.Request("BYE", "sip:bob@192.0.2.20", "Route: <sip:192.0.2.1;lr;ftag=caller-tag>, <sip:192.0.2.30;lr>").InDialog()
	bench(b, `if (has_totag()) loose_route();`, m)
}

func BenchmarkEdits(b *testing.B) {
	bench(b, `remove_hf("Subject"); append_hf("X-New: $si\r\n");`, coretest.Request("INVITE", "sip:bob@192.0.2.20", "Subject: x"))
}

func BenchmarkSearch(b *testing.B) { bench(b, `search("^X-None: *[0-9]+");`, invite()) }

func BenchmarkSilentXlog(b *testing.B) { bench(b, `xlog("L_DBG", "$rm $ru from $si\n");`, invite()) }
