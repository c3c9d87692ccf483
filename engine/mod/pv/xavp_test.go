package pv_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// says runs statements and returns $var(v) and, in front, the last result.
func says(t *testing.T, head, statements string) string {
	t.Helper()
	n := modtest.New(t, head+`
loadmodule "pv"
loadmodule "sl"
route { $var(v) = ""; `+statements+` $var(r) = $rc; sl_send_reply("200", "$var(r) $var(v)"); }`)
	return strings.TrimSpace(strings.TrimPrefix(coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())), "SIP/2.0 200 "))
}

// TestXAVPFunctions: the results are those of Kamailio 5.6.3 for the same statements.
func TestXAVPFunctions(t *testing.T) {
	for _, tc := range []struct{ do, want string }{
		{`$xavp(x=>a) = "1"; $xavp(x[0]=>b) = 2; xavp_params_implode("x", "$var(v)");`, "1 b=2;a=1;"},
		{`xavp_params_explode("a=b;c=d;e", "x"); $var(v) = $xavp(x=>a) + $xavp(x=>c) + "[" + $xavp(x=>e) + "]";`, "1 bd[]"},
		{`$var(s) = $xavp(x=>a) + $xavp(x=>c); xavp_params_explode("a=\"b;q\";c=d", "x"); xavp_params_implode("x", "$var(v)");`, "1 a=b;q;c=d;"},
		{`xavp_slist_explode("a=b; c=d;", "=;", "t", "x"); $var(v) = $xavp(x[0]=>v[0]) + $xavp(x[0]=>v[1]) + $xavp(x[0]=>v[2]) + $xavp(x[0]=>v[3]);`, "1 abcd"},
		{`xavp_slist_explode("a=b; c=d;", "=;", "", "x"); $var(v) = $xavp(x[0]=>v[2]) + "|";`, "1  c|"},
		{`xavp_child_seti("x", "y", "10"); $var(v) = $xavp(x=>y);`, "1 10"},
		{`xavp_child_seti("x", "y", "10"); xavp_child_seti("x", "y", "11"); $var(v) = "|" + $xavp(x=>y) + "|" + $xavp(x[0]=>y[1]) + "|";`, "1 |11||"},
		{`$var(n) = "y"; xavp_child_sets("x", "$var(n)", "c $rU"); $var(v) = $xavp(x=>y);`, "1 c bob"},
		{`$xavp(x) = 1; $xavp(x) = 2; xavp_rm("x"); $var(v) = $xavp(x);`, "1 1"},
		{`xavp_rm("x");`, "1"},
		{`$xavp(x=>a) = 1; xavp_child_rm("x", "a"); $var(v) = "[" + $xavp(x=>a) + "]";`, "1 []"},
		{`$xavp(x=>a) = 1; xavp_child_rm("x", "b"); $var(v) = $xavp(x=>a);`, "1 1"},
		{`xavi_child_sets("Xx", "Yy", "z"); $var(v) = $xavi(xX=>yY);`, "1 z"},
		{`$xavi(x) = 1; $var(n) = "X"; xavi_rm("$var(n)"); $var(v) = "[" + $xavi(x) + "]";`, "1 []"},
		{`$xavp(a=>x) = "0"; $xavp(a=>x) = "1"; xavp_copy("a", "1", "b"); $var(v) = $xavp(b=>x);`, "1 0"},
		{`$xavp(a=>x) = "0"; $xavp(a=>x) = "1"; xavp_copy("a", "1", "b"); xavp_copy("a", "0", "b"); $var(v) = $xavp(b[0]=>x) + $xavp(b[1]=>x);`, "1 01"},
		{`$xavp(a=>x) = "0"; xavp_copy("a", "7", "b");`, "-1"},
		{`$xavp(d=>x) = "0"; $xavp(d=>x) = "1"; xavp_copy("d", "0", "d", "1"); $var(v) = $xavp(d[0]=>x) + $xavp(d[1]=>x);`, "1 11"},
		{`$var(q) = "7"; pv_evalx("$var(v)", "a$var(q)");`, "1 a7"},
		{`$var(abc) = 3; pv_var_to_xavp("abc", "xx"); $var(v) = $xavp(xx=>abc);`, "1 3"},
		{`$var(abc) = 3; pv_var_to_xavp("*", "xx"); $var(v) = $xavp(xx=>abc);`, "1 3"},
		{`$xavp(xx=>abc) = 5; pv_xavp_to_var("xx"); $var(v) = $var(abc);`, "1 5"},
		{`pv_xavi_print();`, "1"},
		{`xavu_params_explode("a=b;c=d", "u"); $var(v) = $xavu(u=>a) + $xavu(u=>c);`, "1 bd"},
		{`$xavu(u=>a) = "b"; $xavu(u=>c) = "d"; xavu_params_implode("u", "$var(v)");`, "1 c=d;a=b;"},
		{`xavp_params_implode("nope", "$var(v)");`, "-1"},
	} {
		if got := says(t, "", tc.do); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.do, got, tc.want)
		}
	}
}

func TestXAVPsArePrinted(t *testing.T) {
	n := modtest.New(t, "debug=2\nloadmodule \"pv\"\nroute { $xavp(p=>a) = 1; $xavp(p[0]=>b) = \"z\"; $xavp(q) = 3; $xavi(other) = 4; pv_xavp_print(); drop; }")
	n.Peer("192.0.2.10:5060").Send(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())
	n.WaitLog(`$xavp(p=>a) = "1"`)
	n.WaitLog(`$xavp(p=>b) = "z"`)
	n.WaitLog(`$xavp(q) = "3"`)
	if all := n.Logged(); strings.Contains(all, "other") {
		t.Errorf("a value of another class:\n%s", all)
	}
}

func TestVariablesBeginWithTheirSetValues(t *testing.T) {
	const set = `modparam("pv", "varset", "n=i:7")
modparam("pv", "varset", "s=s:a;b=c")
modparam("pv", "shvset", "shared=i:3")
modparam("pv", "shvset", "text=s:sip:10.0.0.1")
modparam("pv", "avp_aliases", "uuid=i:660; mail=s:address")`
	const script = "loadmodule \"pv\"\nloadmodule \"sl\"\n" + set + `
route {
	$var(v) = "" + $var(n) + "|" + $var(s) + "|" + $shv(shared) + "|" + $shv(text);
	$var(n) = 99; $shv(shared) = $shv(shared) + 1;
	$avp(uuid) = "u"; $avp(address) = "m";
	sl_send_reply("200", "$var(v) $avp(i:660)$avp(mail)");
}`
	n := modtest.New(t, script)
	a := n.Peer("192.0.2.10:5060")
	ask := func() string {
		return coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()))
	}
	for i, want := range []string{"7|a;b=c|3|sip:10.0.0.1 um", "7|a;b=c|4|sip:10.0.0.1 um"} {
		if got := ask(); got != "SIP/2.0 200 "+want {
			t.Errorf("message %d: %s", i, got)
		}
	}
	if _, err := n.Server.Reload("", []byte(script)); err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != "SIP/2.0 200 7|a;b=c|5|sip:10.0.0.1 um" {
		t.Errorf("after a reload: %s", got)
	}
}

func TestWrongSettingsAreRefusedAtStart(t *testing.T) {
	const pv = "loadmodule \"pv\"\n"
	modtest.WantRefused(t, pv+`modparam("pv", "varset", "n") route { drop; }`, `must be like "name=i:1"`)
	modtest.WantRefused(t, pv+`modparam("pv", "shvset", "n=i:x") route { drop; }`, `must be like "name=i:1"`)
	modtest.WantRefused(t, pv+`modparam("pv", "avp_aliases", "a b=i:1") route { drop; }`, "must be like")
	modtest.WantRefused(t, pv+`route { xavp_child_seti("a", "b", "c"); }`, "takes a number")
	modtest.WantRefused(t, pv+`route { xavp_params_implode("a", "$ci"); }`, "cannot be written")
}

func TestXAVPFunctionsDoNotAllocate(t *testing.T) {
	for _, do := range []string{
		`xavp_child_sets("x", "y", "$rU");`, `xavp_params_explode("a=b;c=d", "x"); $var(v) = $xavp(x=>a);`, `$xavp(x=>a) = 1; xavp_copy("x", "0", "b");`,
		`$var(n) = "x"; xavp_rm("$var(n)");`,
	} {
		n := modtest.New(t, "loadmodule \"pv\"\nroute { "+do+" drop; }")
		if got := n.Peer("192.0.2.10:5060").Allocs(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()); got != 0 {
			t.Errorf("%s: %v allocations", do, got)
		}
	}
}
