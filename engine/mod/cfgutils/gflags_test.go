package cfgutils_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// Scripts of SIP-Router load gflags, some of today both.
func TestGflagsIsTheGlobalFlags(t *testing.T) {
	for _, load := range []string{`loadmodule "gflags.so"`, "loadmodule \"cfgutils\"\nloadmodule \"gflags\""} {
		n := modtest.New(t, load+`
modparam("gflags", "initial", 5)
modparam("gflags", "load_global_attrs", 0)
modparam("gflags", "db_url", "mysql://localhost/ser")
loadmodule "sl"
route {
	reset_gflag(2); set_gflag("4");
	if (is_gflag(0)) $var(r) = 1;
	if (is_gflag(2)) $var(r) = $var(r) + 10;
	if (is_gflag(4)) $var(r) = $var(r) + 100;
	sl_send_reply("200", "$var(r)");
}`)
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())); got != "SIP/2.0 200 101" {
			t.Errorf("%s: %s", load, got)
		}
	}
	modtest.WantRefused(t, "loadmodule \"gflags\"\nmodparam(\"gflags\", \"load_global_attrs\", 1)\nroute { drop; }", "load_global_attrs")
}
