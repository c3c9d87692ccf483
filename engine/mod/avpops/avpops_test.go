package avpops_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// result runs statements on a request and returns what $var(out) holds then.
func result(t *testing.T, body string) string {
	t.Helper()
	n := modtest.New(t, `
loadmodule "avpops"
loadmodule "sl"
loadmodule "pv"
route {
	`+body+`
	sl_send_reply("200", "-$var(out)");
}`)
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:alice@192.0.2.1:5070;p=1").String()
	answer := coretest.StartLine(a.Ask(m))
	if got := a.Allocs(m); got != 0 && !strings.Contains(body, "$var(bad)\"") { // which is logged as an error, with its place
		t.Errorf("%s: %v allocations", body, got)
	}
	return strings.TrimPrefix(answer, "SIP/2.0 200 -")
}

// check runs one call after prepare and compares "result [a] [b]".
func check(t *testing.T, prepare, call, want string) {
	t.Helper()
	if got := result(t, prepare+" "+call+` $var(out) = "" + $rc + " [" + $(avp(a)[*]) + "] [" + $(avp(b)[*]) + "]";`); got != want {
		t.Errorf("%s: %q, want %q", call, got, want)
	}
}

const three = `$avp(a) = "one"; $avp(a) = 2; $avp(a) = "three";`

// The values of these tables are those that Kamailio 5.6.3 gives.

func TestCopy(t *testing.T) {
	for flags, want := range map[string]string{
		"":    "1 [three, 2, one] [three]",
		"/":   "1 [three, 2, one] [three]",
		"/g":  "1 [three, 2, one] [one, 2, three]",
		"/d":  "1 [2, one] [three]",
		"/GD": "1 [] [one, 2, three]",
		"/n":  "-1 [three, 2, one] []",
		"/s":  "1 [three, 2, one] [three]",
		"/ns": "-1 [three, 2, one] []",
		"/nd": "-1 [three, 2, one] []",
	} {
		check(t, three, `avp_copy("$avp(a)", "$avp(s:b)`+flags+`");`, want)
	}
	check(t, three, `avp_copy("$avp(a)", "$avp(a)/d");`, "1 [three, 2, one] []")
	check(t, three, `avp_copy("$avp(a)", "$avp(a)/gd");`, "1 [one, 2, three] []")
	check(t, three, `avp_copy("$(avp(a)[1])", "$avp(b)");`, "1 [three, 2, one] [three]")
	check(t, "", `avp_copy("$avp(a)", "$avp(b)");`, "-1 [] []")
	check(t, `$avp(a) = "12"; $avp(a) = "x"; $avp(a) = 7;`, `avp_copy("$avp(a)", "$avp(b)/gn");`, "-1 [7, x, 12] [7]")
	if got := result(t, `$avp(a) = "12"; avp_copy("$avp(a)", "$avp(b)/n"); $var(out) = $avp(b) + 1;`); got != "13" {
		t.Errorf("a text copied as an integer: %q", got)
	}
	if got := result(t, `$avp(a) = 12; avp_copy("$avp(a)", "$avp(b)/s"); $var(out) = $avp(b) + 1;`); got != "121" {
		t.Errorf("an integer copied as a text: %q", got)
	}
}

func TestDelete(t *testing.T) {
	for name, want := range map[string]string{
		"$avp(a)":   "1 [2, one] [five]",
		"$avp(a)/g": "1 [] [five]",
		"$avp(b)":   "-1 [three, 2, one] [five]",
		"$avp(i:5)": "1 [three, 2, one] []",
		"a":         "1 [] []",
		"A/g":       "1 [] []",
		"s":         "1 [] [five]",
		"I":         "1 [three, 2, one] []",
		"s3":        "1 [] [five]",
	} {
		got := result(t, three+` $avp(i:5) = "five"; avp_delete("`+name+`"); $var(out) = "" + $rc + " [" + $(avp(a)[*]) + "] [" + $avp(i:5) + "]";`)
		if got != want {
			t.Errorf("avp_delete(%q): %q, want %q", name, got, want)
		}
	}
}

func TestIsSet(t *testing.T) {
	for _, tc := range []struct{ prepare, flags, want string }{
		{``, "", "-1"}, {``, "/e", "-1"},
		{`$avp(a) = "x";`, "", "1"}, {`$avp(a) = "x";`, "/s", "1"}, {`$avp(a) = "x";`, "/n", "-1"}, {`$avp(a) = "x";`, "/e", "-1"},
		{`$avp(a) = "";`, "/e", "1"}, {`$avp(a) = "";`, "/es", "1"}, {`$avp(a) = "";`, "/en", "-1"},
		{`$avp(a) = 0;`, "/e", "1"}, {`$avp(a) = 0;`, "/n", "1"}, {`$avp(a) = 0;`, "/es", "-1"},
		{`$avp(a) = 5;`, "/N", "1"}, {`$avp(a) = 5;`, "/s", "-1"}, {`$avp(a) = 5;`, "/", "1"},
		{`$avp(a) = "x"; $avp(a) = 1;`, "/s", "-1"}, {`$avp(a) = "x"; $avp(a) = 1;`, "/n", "1"},
	} {
		if got := result(t, tc.prepare+` is_avp_set("$avp(a)`+tc.flags+`"); $var(out) = $rc;`); got != tc.want {
			t.Errorf("%s is_avp_set %q: %s, want %s", tc.prepare, tc.flags, got, tc.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct{ value, test, want string }{
		{`5`, "eq/i:5", "1"}, {`5`, "eq/i:6", "-1"}, {`5`, "eq/s:5", "-1"}, {`5`, "eq/i:0x5", "1"}, {`5`, "ne/5", "-1"}, {`5`, "ne/i:6", "1"},
		{`5`, "lt/i:6", "1"}, {`5`, "le/i:5", "1"}, {`5`, "gt/i:5", "-1"}, {`5`, "ge/i:5", "1"}, {`5`, "eq/i:-5", "-1"},
		{`5`, "and/i:6", "1"}, {`5`, "and/i:2", "-1"}, {`5`, "or/i:0", "1"}, {`0`, "or/i:0", "-1"}, {`5`, "xor/i:5", "-1"}, {`5`, "xor/i:4", "1"},
		{`"abc"`, "eq/abc", "1"}, {`"abc"`, "eq/s:abc", "1"}, {`"abc"`, "eq/ABC", "-1"}, {`"abc"`, "eq/ABC/i", "1"}, {`"abc"`, "ne/ABC/I", "-1"},
		{`"abc"`, "lt/abcd", "1"}, {`"abc"`, "gt/ab", "1"}, {`"abc"`, "le/ABC/i", "1"}, {`"abc"`, "eq/i:5", "-1"}, {`"abc"`, "ne/i:5", "-1"},
		{`"abc"`, "re/^A.C$", "1"}, {`"abc"`, "re/b{2}", "-1"}, {`"abc"`, "and/abc", "-1"},
		{`"abc"`, "fm/a*", "1"}, {`"abc"`, "fm/A*", "-1"}, {`"abc"`, "fm/?b?", "1"}, {`"abc"`, "fm/[!x-z]bc", "1"}, {`"abc"`, "fm/ab", "-1"},
		{`"abc"`, "ne/$hdr(Nope)", "1"}, {`"abc"`, "gt/$hdr(Nope)", "1"}, {`"abc"`, "eq/$var(s)", "1"}, {`5`, "eq/$var(n)", "1"},
		{`"abc"`, "re/$var(s)", "1"}, {`"abc"`, "fm/$var(s)", "1"}, {`5`, "eq/$var(s)", "-1"}, {`"abc"`, "re/$var(bad)", "-1"},
	} {
		got := result(t, `$var(s) = "abc"; $var(n) = 5; $var(bad) = "["; $avp(x) = `+tc.value+`; avp_check("$avp(x)", "`+tc.test+`"); $var(out) = $rc;`)
		if got != tc.want {
			t.Errorf("%s %s: %s, want %s", tc.value, tc.test, got, tc.want)
		}
	}
}

func TestCheckOfAllValues(t *testing.T) {
	const lists = three + ` $avp(n) = 1; $avp(n) = 2; $avp(n) = 3; $avp(f) = "t*"; $avp(f) = "o*";
	$xavp(x=>y) = "old"; $xavp(x[0]=>y) = "new"; $xavp(x[0]=>y) = "newest";`
	for _, tc := range []struct{ name, test, want string }{
		{"$avp(a)", "eq/one", "-1"}, {"$avp(a)", "eq/one/g", "1"}, {"$avp(a)", "eq/i:2/g", "1"}, {"$avp(a)", "eq/nope/g", "-1"},
		{"$avp(n)", "lt/i:2/g", "1"}, {"$avp(n)", "gt/i:5/g", "-1"}, {"$avp(n)", "lt/$avp(n)/g", "1"}, {"$avp(n)", "lt/$avp(n)", "-1"},
		{"$avp(a)", "fm/$avp(f)/g", "1"}, {"$avp(a)", "fm/$avp(f)", "-1"}, {"$avp(nope)", "ne/one/g", "-1"},
		{"$rU", "eq/alice", "1"}, {"$rU", "eq/ALICE/gi", "1"}, {"$rU", "re/^a.*e$/g", "1"},
		{"$xavp(x=>y)", "eq/newest", "1"}, {"$xavp(x=>y)", "eq/old/g", "-1"}, {"$xavp(x[0]=>y[*])", "eq/old/g", "1"}, {"$xavp(x[0]=>y[*])", "re/^ol/g", "1"},
	} {
		if got := result(t, lists+` avp_check("`+tc.name+`", "`+tc.test+`"); $var(out) = $rc;`); got != tc.want {
			t.Errorf("%s %s: %s, want %s", tc.name, tc.test, got, tc.want)
		}
	}
}

func TestOp(t *testing.T) {
	for op, want := range map[string]string{
		"add/i:3": "1 [10, 7] []", "sub/i:0x10": "1 [-9, 7] []", "mul/$var(n)": "1 [21, 7] []", "div/i:2": "1 [3, 7] []",
		"mod/i:4": "1 [3, 7] []", "and/i:3": "1 [3, 7] []", "or/i:16": "1 [23, 7] []", "xor/i:-1": "1 [-8, 7] []", "not/i:3": "1 [-4, 7] []",
		"add/i:3/d": "1 [10] []", "add/$var(s)": "-1 [7] []", "add/$avp(nope)": "-1 [7] []", "mul/i:0x7fffffff": "1 [2147483641, 7] []",
		"div/$var(zero)": "1 [0, 7] []",
	} {
		check(t, `$var(n) = 3; $var(s) = "3"; $var(zero) = 0; $avp(a) = 7;`, `avp_op("$avp(a)", "`+op+`");`, want)
	}
	const mixed = `$avp(a) = 7; $avp(a) = "str"; $avp(a) = 9;`
	check(t, mixed, `avp_op("$avp(a)/$avp(b)", "add/i:3");`, "1 [9, str, 7] [10, 12]")
	check(t, mixed, `avp_op("$avp(a)/$avp(b)", "add/i:3/gd");`, "1 [str] [10, 12]")
	check(t, mixed, `avp_op("$avp(a)", "add/i:3");`, "1 [10, 12, 9, str, 7] []")
	check(t, "", `avp_op("$avp(a)", "add/i:3");`, "-1 [] []")
}

func TestSubst(t *testing.T) {
	for _, tc := range []struct{ avps, subst, want string }{
		{"$avp(a)", "/o/X/", "1 [three Xo, 2, one] []"},
		{"$avp(a)", "/o/X/g", "1 [three XX, 2, one] []"},
		{"$avp(a)", "/O/X/", "-1 [three oo, 2, one] []"},
		{"$avp(a)", "/O/X/i", "1 [three Xo, 2, one] []"},
		{"$avp(a)", `/(o)(n)/\\2\\1/`, "1 [noe, three oo, 2] []"},
		{"$avp(a)", "/e/$rU/", "1 [thralicee oo, 2, one] []"},
		{"$avp(a)", `/e/\\$rU/`, "1 [thr$rUe oo, 2, one] []"},
		{"$avp(a)", "/^/P/", "-1 [three oo, 2, one] []"},
		{"$avp(a)/$avp(b)", ",e,x,", "1 [three oo, 2, one] [thrxe oo]"},
		{"$avp(a)/$avp(b)/g", "/o/X/", "1 [three oo, 2, one] [Xne, three Xo]"},
		{"$avp(a)/$avp(b)/gd", "/o/X/", "1 [2] [Xne, three Xo]"},
	} {
		check(t, `$avp(a) = "one"; $avp(a) = 2; $avp(a) = "three oo";`, `avp_subst("`+tc.avps+`", "`+tc.subst+`");`, tc.want)
	}
}

func TestSubstOfAComputedText(t *testing.T) {
	const vars = `$avp(a) = "testME"; $var(y) = "e"; $var(z) = "j"; $var(x) = "/e/j/gi"; $var(bad) = "nope"; $var(re) = "t(.)";`
	for subst, want := range map[string]string{
		`"/e/j/gi"`:                             "1 [tjstMj] []",
		`"/" + $var(y) + "/" + $var(z) + "/gi"`: "1 [tjstMj] []",
		`"/$var(y)/$var(z)/gi"`:                 "1 [tjstMj] []",
		`$var(x)`:                               "1 [tjstMj] []",
		`"$var(bad)"`:                           "-3 [testME] []",
		`"/$var(re)/Q/g"`:                       "1 [QsQE] []",
		`"/(t)e/\\1$rU/"`:                       "1 [talicestME] []",
	} {
		check(t, vars, `avp_subst_pv("$avp(a)", `+subst+`);`, want)
	}
}

func TestPushTo(t *testing.T) {
	for _, tc := range []struct{ where, what, want string }{
		{"$ru", "$avp(a)", "1 sip:two@2.test - "},
		{"$ru", "$avp(a)/g", "1 sip:one@1.test - sip:two@2.test"},
		{"$ru", "$fu", "1 sip:alice@example.com - "},
		{"$ru", "$fd", "-1 sip:alice@192.0.2.1:5070;p=1 - "},
		{"$ru", "$avp(nope)", "-1 sip:alice@192.0.2.1:5070;p=1 - "},
		{"$ru/username", "$avp(n)", "1 sip:5@192.0.2.1:5070;p=1 - "},
		{"$ru/username", "$fd", "1 sip:example.com@192.0.2.1:5070;p=1 - "},
		{"$ru/domain", "$fd", "1 sip:alice@example.com:5070;p=1 - "},
		{"$du", "$avp(a)", "1 sip:alice@192.0.2.1:5070;p=1 sip:two@2.test "},
		{"$du", "$avp(a)/g", "1 sip:alice@192.0.2.1:5070;p=1 sip:one@1.test "},
		{"$du", "$avp(n)", "-1 sip:alice@192.0.2.1:5070;p=1 - "},
		{"$br", "$avp(a)", "1 sip:alice@192.0.2.1:5070;p=1 - sip:two@2.test"},
		{"$br", "$avp(a)/g", "1 sip:alice@192.0.2.1:5070;p=1 - sip:two@2.test,sip:one@1.test"},
	} {
		got := result(t, `$avp(n) = 5; $avp(a) = "sip:one@1.test"; $avp(a) = "sip:two@2.test"; $var(d) = "-";
	avp_pushto("`+tc.where+`", "`+tc.what+`");
	$var(out) = $rc;
	if ($du != $null) $var(d) = $du;
	$var(b) = "";
	if ($(branch(uri)[0]) != $null) $var(b) = $(branch(uri)[0]);
	if ($(branch(uri)[1]) != $null) $var(b) = $var(b) + "," + $(branch(uri)[1]);
	$var(out) = "" + $var(out) + " " + $ru + " " + $var(d) + " " + $var(b);`)
		if got != tc.want {
			t.Errorf("avp_pushto(%q, %q): %q, want %q", tc.where, tc.what, got, tc.want)
		}
	}
}

func TestPrintShowsWhatAScriptCanSee(t *testing.T) {
	n := modtest.New(t, `
debug=2
loadmodule "avpops"
loadmodule "maxfwd"
route {
	mf_process_maxfwd_header("10");
	$avp(a) = "text"; $avp(i:5) = 7;
	avp_print();
}`)
	n.Peer("192.0.2.10:5060").Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	if got := n.Logged(); !strings.Contains(got, "$avp(i:5) = 7\n") || !strings.Contains(got, `$avp(a) = "text"`) || strings.Contains(got, "maxfwd") {
		t.Errorf("logged:\n%s", got)
	}
}

// TestStateOfModulesIsNotDeleted: avp_delete("a") is for what scripts have set.
func TestStateOfModulesIsNotDeleted(t *testing.T) {
	n := modtest.New(t, `
loadmodule "avpops"
loadmodule "maxfwd"
route {
	mf_process_maxfwd_header("10");
	avp_delete("a");
	mf_process_maxfwd_header("10");
	forward("192.0.2.20");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	if got := coretest.Header(b.Recv(), "Max-Forwards"); got != "68" {
		t.Errorf("Max-Forwards %s, want 68", got)
	}
}

func TestBadCallsAreRefusedAtStart(t *testing.T) {
	for call, want := range map[string]string{
		`avp_copy("$avp(a)", "$avp(b)/x")`:           `unknown flag 'x'; expected some of gdns`,
		`avp_copy("$var(a)", "$avp(b)")`:             `expected an AVP such as $avp(name), not "$var(a)"`,
		`avp_copy("a", "$avp(b)")`:                   `expected an AVP such as $avp(name), not "a"`,
		`avp_delete("x")`:                            `or a, s or i for all of a kind of name, not "x"`,
		`is_avp_set("$avp(a)/sn")`:                   "no value is both a text (s) and a number (n)",
		`avp_check("$avp(a)", "zz/x")`:               `unknown operator "zz"; expected eq, ne`,
		`avp_check("$avp(a)", "eq")`:                 `expected operator/value, not "eq"`,
		`avp_check("$avp(a)", "eq/")`:                "the value is empty",
		`avp_check("$avp(a)", "eq/i:x")`:             `"x" is no integer`,
		`avp_check("$avp(a)", "re/[")`:               "[",
		`avp_check("$avp(a)", "fm/i:5")`:             "fm compares with a text",
		`avp_check("$nope", "eq/x")`:                 `unknown pseudo-variable "$nope"`,
		`avp_op("$avp(a)", "add/3")`:                 `expected a pseudo-variable or i:number, not "3"`,
		`avp_op("$avp(a)", "div/i:0")`:               "division by 0",
		`avp_op("$avp(a)", "add/i:0x1ffffffff")`:     "no integer",
		`avp_pushto("$fu", "$avp(a)")`:               "expected $ru, $ru/username, $ru/domain, $du or $br",
		`avp_subst("$avp(a)", "/x/y")`:               "the replacement has no closing '/'",
		`avp_subst("$avp(a)/$var(b)", "/x/y/")`:      `not "$var(b)"`,
		`avp_db_load("$fu", "$avp(a)")`:              "sipedge has no databases yet",
		`avp_db_query("select 1 from x", "$avp(a)")`: "sipedge has no databases yet",
	} {
		modtest.WantRefused(t, "loadmodule \"avpops\"\nroute { "+call+"; }", want)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
