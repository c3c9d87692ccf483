package kex_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const load = `
loadmodule "kex"
loadmodule "sl"
loadmodule "xlog"
alias="ex.com"
alias="with.port.example:5070"
flags seen:7
`

// answer runs statements for a request to sip:bob@192.0.2.1 and returns what the
// format then gives.
func answer(t *testing.T, statements, format string) string {
	t.Helper()
	n := modtest.New(t, load+`route { `+statements+` sl_send_reply("200", "`+format+`"); }`)
	a := n.Peer("192.0.2.10:5060")
	return strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())), "SIP/2.0 200 ")
}

// TestFunctions: what Kamailio 5.6.3 gives for the same calls.
func TestFunctions(t *testing.T) {
	for _, tc := range []struct{ stmts, format, want string }{
		{`$var(r) = setbflag(3);`, "$var(r) $bf", "1 8"},
		{`setbflag("3"); $var(r) = isbflagset(3);`, "$var(r)", "1"},
		{`setbflag(3); $var(r) = isbflagset(4);`, "$var(r)", "-1"},
		{`setbflag(3); setbflag(4); $var(r) = resetbflag(3);`, "$var(r) $bf", "1 16"},
		{`$var(f) = 5; $var(r) = setbflag("$var(f)");`, "$var(r) $bf", "1 32"},
		{`$var(f) = 35; $var(r) = setbflag("$var(f)");`, "$var(r) $bf", "-1 0"},
		{`setbflag(seen); $var(r) = isbflagset("seen");`, "$var(r) $bf", "1 128"},
		{`$var(r) = setbflag(5, 1);`, "$var(r) $bf", "-1 0"}, // no such branch
		{`$var(r) = isbflagset(5, 1);`, "$var(r)", "-1"},
		{`append_branch("sip:a@b"); append_branch("sip:c@d"); $var(r) = setbflag(5, 2); $var(s) = isbflagset(5, 1); $var(u) = isbflagset(5, "2");`,
			"$var(r) $var(s) $var(u) $bf", "1 -1 1 0"},
		{`append_branch("sip:a@b"); $var(b) = 1; setbflag(5, "$var(b)"); resetbflag(5, 1); $var(r) = isbflagset(5, 1);`, "$var(r)", "-1"},
		{`setbflag(5); append_branch("sip:a@b"); $var(r) = isbflagset(5, 1);`, "$var(r)", "1"}, // a branch begins with the flags of the first

		{`$var(r) = setsflag(2); $var(s) = issflagset(2); resetsflag(2); $var(u) = issflagset(2);`, "$var(r) $var(s) $var(u) $sf", "1 1 -1 0"},
		{`setsflag(2); setflag(1);`, "$sf $mf $bf", "4 2 0"},

		{`$var(r) = isdsturiset(); setdsturi("sip:1.2.3.4:5070"); $var(s) = isdsturiset();`, "$var(r) $var(s) $du", "-1 1 sip:1.2.3.4:5070"},
		{`setdsturi("sip:1.2.3.4"); $var(r) = resetdsturi(); $var(s) = resetdsturi();`, "$var(r) $var(s) $du", "1 1 <null>"},
		{`$var(h) = "1.2.3.4"; $var(r) = setdsturi("sip:$var(h)");`, "$var(r) $du", "1 sip:1.2.3.4"},
		{`$var(h) = "x y"; $var(r) = setdsturi("sip:$var(h)");`, "$var(r) $du", "-1 <null>"},

		{`$du = "sip:9.9.9.9"; setbflag(2); $var(r) = km_append_branch();`, "$var(r) $(branch(uri)[0]) $(branch(dst_uri)[0]) $(branch(flags)[0])", "1 sip:bob@192.0.2.1 sip:9.9.9.9 4"},
		{`$var(r) = km_append_branch("sip:x@y");`, "$var(r) $br", "1 sip:x@y"},
		{`$var(r) = km_append_branch("");`, "$var(r) $br", "1 sip:bob@192.0.2.1"},
		{`$var(u) = "nonsense"; $var(r) = km_append_branch("$var(u)");`, "$var(r) $br", "-1 <null>"},

		{`$var(r) = pv_printf("$var(x)", "a $rU b"); avp_printf("$avp(y)", "$var(x)!");`, "$var(r) $avp(y)", "1 a bob b!"},
		{`pv_printf("$ru", "sip:alice@$fd");`, "$ru", "sip:alice@example.com"},
	} {
		if got := answer(t, tc.stmts, tc.format); got != tc.want {
			t.Errorf("%s\ngot %q, want %q", tc.stmts, got, tc.want)
		}
	}
}

func TestIsMyself(t *testing.T) {
	for uri, want := range map[string]string{
		"sip:x@ex.com":                    "1",
		"SIP:x@EX.com":                    "1",
		"ex.com":                          "1",
		"192.0.2.1":                       "1",
		"sip:192.0.2.1:5060":              "1",
		"sip:192.0.2.1:5061":              "-1",
		"sip:192.0.2.1":                   "1",
		"sip:[2001:db8::1]":               "1",
		"[2001:db8::1]":                   "1",
		"sip:ex.com:9":                    "1", // an alias without a port is ours at any
		"sip:with.port.example":           "1", // a port that is not given is not compared
		"sip:with.port.example:5070":      "1",
		"sip:with.port.example:5060":      "-1",
		"sip:nope.com":                    "-1",
		"nope.com":                        "-1",
		"192.0.2.1:5060":                  "-1",
		"sips:192.0.2.1;transport=tls":    "-1",
		"sip:192.0.2.1;transport=udp":     "1",
		"<sip:ex.com>":                    "-1",
		"tel:123":                         "-1",
		"sip:":                            "-1",
		"":                                "-1",
		strings.Repeat("a", 300) + ".com": "-1",
	} {
		if got := answer(t, `$var(u) = "`+uri+`"; $var(r) = is_myself("$var(u)");`, "$var(r)"); got != want {
			t.Errorf("%q: %s, want %s", uri, got, want)
		}
	}
	if got := answer(t, `$var(r) = is_myself("$ru");`, "$var(r)"); got != "1" {
		t.Errorf("$ru: %s", got)
	}
}

// TestSetdsturiDecidesWhereARequestGoes: the Request-URI stays.
func TestSetdsturiDecidesWhereARequestGoes(t *testing.T) {
	n := modtest.New(t, load+`route { setdsturi("sip:192.0.2.20"); forward(); }`)
	b := n.Peer("192.0.2.20:5060")
	n.Peer("192.0.2.10:5060").Send(coretest.Request("INVITE", "sip:bob@192.0.2.77").String())
	if got := coretest.StartLine(b.Recv()); got != "INVITE sip:bob@192.0.2.77 SIP/2.0" {
		t.Errorf("got %q", got)
	}
}

func TestSetdebugLastsUntilResetdebug(t *testing.T) {
	n := modtest.New(t, load+`
debug=0
route {
	if ($rU == "on") setdebug(3);
	if ($rU == "var") { $var(l) = "3"; setdebug("$var(l)"); }
	if ($rU == "off") resetdebug();
	xlog("L_DBG", "$rU $cs\n");
	if ($rU == "last") xlog("L_ERR", "done\n");
}`)
	a := n.Peer("192.0.2.10:5060")
	for i, user := range []string{"first", "on", "after", "off", "quiet", "var", "loud", "off", "last"} {
		m := coretest.Request("OPTIONS", "sip:"+user+"@192.0.2.1")
		m.CSeq = i
		a.Send(m.String())
	}
	n.WaitLog("done")
	got := n.Logged()
	for line, want := range map[string]bool{"first 0": false, "on 1": true, "after 2": true, "off 3": false, "quiet 4": false, "var 5": true, "loud 6": true, "off 7": false, "last 8": false} {
		if strings.Contains(got, line) != want {
			t.Errorf("%q logged: %v, want %v", line, !want, want)
		}
	}
}

func TestMistakesAreNamedAtStart(t *testing.T) {
	for _, tc := range []struct{ stmt, want string }{
		{`setbflag(32);`, "flag 32 is out of range"},
		{`setbflag(sen);`, `flag "sen" is not declared`},
		{`setsflag("x");`, `flag "x" is not declared`},
		{`setbflag(1, 99);`, "the argument \"branch\" must be a number from 0 to 32"},
		{`setbflag();`, "takes 1 to 2 arguments"},
		{`setdsturi("nonsense");`, `"nonsense" is no SIP URI`},
		{`pv_printf("$rm", "x");`, "$rm cannot be written"},
		{`pv_printf("x", "x");`, "must be a pseudo-variable"},
		{`pv_printf("$var(x)", "$nope");`, `unknown pseudo-variable "$nope"`},
		{`setdebug("x");`, "the level must be a number"},
	} {
		modtest.WantRefused(t, load+`route { `+tc.stmt+` }`, tc.want)
	}
}

func TestCallsDoNotAllocate(t *testing.T) {
	n := modtest.New(t, load+`route {
	setbflag(3); if (isbflagset(3)) resetbflag(3);
	setsflag(3); if (issflagset(3)) resetsflag(3);
	setdsturi("sip:1.2.3.4"); if (isdsturiset()) resetdsturi();
	km_append_branch("sip:x@y");
	if (is_myself("$ru")) pv_printf("$var(x)", "a $rU b");
}`)
	if got := n.Peer("192.0.2.10:5060").Allocs(coretest.Request("INVITE", "sip:bob@192.0.2.1").String()); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
