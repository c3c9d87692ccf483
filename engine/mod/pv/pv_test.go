package pv_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestConditionsOnVariables(t *testing.T) {
	m := coretest.Request("OPTIONS", "sip:192.0.2.1").String()
	for condition, want := range map[string]string{
		`pv_isset("$avp(x)")`:                        "yes",
		`pv_isset($avp(x))`:                          "yes",
		`pv_isset("$avp(none)")`:                     "no",
		`pv_isset("$rU")`:                            "no",
		`is_int("$avp(n)")`:                          "yes",
		`is_int("$avp(x)")`:                          "no",
		`not_empty("$avp(x)")`:                       "yes",
		`not_empty("$avp(e)")`:                       "no",
		`not_empty("$avp(n)")`:                       "no",
		`typeof("$avp(n)", "int")`:                   "yes",
		`typeof("$avp(x)", "str")`:                   "yes",
		`typeof("$rU", "null")`:                      "yes",
		`typeof("$rU", "str")`:                       "no",
		`pv_unset("$avp(x)") && pv_isset("$avp(x)")`: "no",
	} {
		n := modtest.New(t, `
loadmodule "pv"
loadmodule "sl"
route {
	$avp(x) = "text";
	$avp(n) = 5;
	$avp(e) = "";
	if (`+condition+`) sl_send_reply("200", "yes");
	else sl_send_reply("200", "no");
}`)
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 "+want {
			t.Errorf("%s: %q, want %s", condition, got, want)
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", condition, got)
		}
	}
}

func TestBadArgumentsAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"pv\"\n"
	modtest.WantRefused(t, load+`route { pv_unset("$si"); }`, "cannot be written")
	modtest.WantRefused(t, load+`route { if (typeof("$ru", "float")) drop; }`, "int, str or null")
	modtest.WantRefused(t, load+`route { if (pv_isset("text")) drop; }`, "must be a pseudo-variable")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
