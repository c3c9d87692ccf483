package htable_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const load = `
loadmodule "htable"
loadmodule "sl"
loadmodule "xlog"
loadmodule "pv"
`

// answer is an assignment of a text to $var(r), which ends the statements of run
// and is a format.
var answer = regexp.MustCompile(`\$var\(r\) = ("[^"]*");`)

// run runs statements for one message on tables a (plain), i (initval 7), e
// (autoexpire 60) and u (autoexpire 60, updateexpire 0) and returns what they
// leave in $var(r).
func run(t *testing.T, statements string) string {
	t.Helper()
	statements = answer.ReplaceAllString(statements, `{ sl_send_reply("200", $1); exit; }`)
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=4;")
modparam("htable", "htable", "i=>size=4;initval=7")
modparam("htable", "htable", "e=>size=4;autoexpire=60;")
modparam("htable", "htable", "u=>size=4;autoexpire=60;updateexpire=0;")
route {
	`+statements+`
	sl_send_reply("200", "$var(r)");
}`)
	a := n.Peer("192.0.2.10:5060")
	return strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())), "SIP/2.0 200 ")
}

// TestItems: what Kamailio 5.6.3 prints for the same statements.
func TestItems(t *testing.T) {
	for _, tc := range []struct{ name, stmts, want string }{
		{"missing", `$var(r) = "[$sht(a=>x)]";`, "[<null>]"},
		{"missing is null", `if ($sht(a=>x) == $null) $var(r) = "null"; else $var(r) = "other";`, "null"},
		{"initval", `$var(r) = "[$sht(i=>x)]";`, "[7]"},
		{"text", `$sht(a=>x) = "v"; $var(r) = $sht(a=>x);`, "v"},
		{"number", `$sht(a=>x) = 5; $var(r) = $sht(a=>x) + 1;`, "6"},
		{"text stays text", `$sht(a=>x) = "10"; $var(r) = $sht(a=>x) + 1;`, "101"},
		{"empty text is a value", `$sht(a=>x) = ""; if ($sht(a=>x) == $null) $var(r) = "null"; else $var(r) = "[$sht(a=>x)]";`, "[]"},
		{"null takes out", `$sht(a=>x) = 5; $sht(a=>x) = $null; $var(r) = "[$sht(a=>x)]";`, "[<null>]"},
		{"key with variables", `$sht(a=>$rU::$rm) = 5; $var(r) = $sht(a=>bob::OPTIONS);`, "5"},
		{"key with a transformation", `$sht(a=>$(rU{s.toupper})) = 5; $var(r) = $sht(a=>BOB);`, "5"},
		{"key of an undefined variable", `$sht(a=>$avp(no)) = 5; $var(r) = $sht(a=><null>);`, "5"},
		{"case counts", `$sht(a=>x) = 5; $var(r) = "[$sht(a=>X)]";`, "[<null>]"},
		{"transformation of an item", `$sht(a=>x) = "abc"; $var(r) = $(sht(a=>x){s.len});`, "3"},
		{"tables are apart", `$sht(a=>x) = 5; $var(r) = "[$sht(e=>x)]";`, "[<null>]"},
		{"longer and shorter", `$sht(a=>x) = "a"; $sht(a=>x) = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; $sht(a=>x) = "bb"; $var(r) = $sht(a=>x);`, "bb"},
		{"text to number", `$sht(a=>x) = "aa"; $sht(a=>x) = 3; $var(r) = $sht(a=>x);`, "3"},
		{"two in one text", `$sht(a=>x) = "1"; $sht(a=>y) = "2"; $var(k) = "y"; $var(r) = "$sht(a=>$var(k))$sht(a=>x)$sht(a=>$var(k))";`, "212"},

		{"an item as key", `$sht(a=>x) = "y"; $sht(e=>y) = "found"; $sht(e=>w-y-found) = "deep"; $var(r) = "$sht(e=>$sht(a=>x)) $sht(e=>w-$sht(a=>x)-$sht(e=>$sht(a=>x)))";`, "found deep"},
		{"an item copied to an item", `$sht(a=>x) = "abc"; $sht(e=>$rU) = $sht(a=>x) + "d"; $sht(a=>$sht(a=>x)) = $sht(e=>bob); $var(r) = "$sht(a=>abc) $sht(a=>x)";`, "abcd abc"},
		{"values read before stay", `$sht(a=>x) = "abc"; $sht(a=>y) = "defgh"; $var(k) = "x"; $var(v) = $sht(a=>$var(k)); $var(k) = "y"; $var(w) = $sht(a=>$var(k)); $sht(a=>x) = "new"; $avp(z) = $shtex(e=>$rU-$ci); $var(r) = "$var(v) $var(w) $sht(a=>x) $avp(z)";`, "abc defgh new 0"},

		{"inc", `$sht(a=>x) = 5; $var(r) = $shtinc(a=>x); $var(r) = "$var(r) $sht(a=>x)";`, "6 6"},
		{"inc of a text", `$sht(a=>x) = "5"; $var(r) = "[$shtinc(a=>x)] $sht(a=>x)";`, "[<null>] 5"},
		{"inc of nothing", `$var(r) = "[$shtinc(a=>x)] [$sht(a=>x)]";`, "[<null>] [<null>]"},
		{"inc of nothing with initval", `$var(r) = "$shtinc(i=>x) $sht(i=>x)";`, "8 8"},
		{"dec", `$var(r) = "$shtdec(i=>x) $shtdec(i=>x)";`, "6 5"},
		{"inc wraps as integers do", `$sht(a=>x) = 2147483647; $var(r) = $shtinc(a=>x);`, "-2147483648"},

		{"no expiry", `$sht(a=>x) = 5; $var(r) = "$shtex(a=>x) $shtex(e=>none)";`, "0 0"},
		{"expiry", `$sht(e=>x) = 5; $var(r) = $shtex(e=>x);`, "60"},
		{"expiry set", `$sht(e=>x) = 5; $shtex(e=>x) = 10; $var(r) = $shtex(e=>x);`, "10"},
		{"expiry set to 0", `$sht(e=>x) = 5; $shtex(e=>x) = 0; $var(r) = "$shtex(e=>x) $sht(e=>x)";`, "0 5"},
		{"expiry in a table without", `$sht(a=>x) = 5; $shtex(a=>x) = 10; $var(r) = "$shtex(a=>x) $sht(a=>x)";`, "0 5"},
		{"expiry of nothing", `$shtex(e=>x) = 10; $var(r) = "$shtex(e=>x) [$sht(e=>x)]";`, "0 [<null>]"},
		{"update renews", `$sht(e=>x) = 5; $shtex(e=>x) = 10; $sht(e=>x) = 6; $var(r) = $shtex(e=>x);`, "60"},
		{"updateexpire=0", `$sht(u=>x) = 5; $shtex(u=>x) = 10; $sht(u=>x) = 6; $var(n) = $shtinc(u=>x); $var(r) = "$shtex(u=>x) $sht(u=>x)";`, "10 7"},

		{"count of keys", `$sht(a=>x) = "5"; $sht(a=>n) = 5; $sht(a=>t) = "abc"; $var(r) = "$shtcn(a=>^.) $shtcn(a=>~~^X) $shtcn(a=>==x) $shtcn(a=>**) $shtcn(a=>re:^.) $shtcn(a=>eq5)";`, "3 1 1 3 0 0"},
		{"count of values", `$sht(a=>x) = "5"; $sht(a=>n) = 6; $sht(a=>t) = "abc"; $var(r) = "$shtcv(a=>^.) $shtcv(a=>~~^a) $shtcv(a=>==abc) $shtcv(a=>**) $shtcv(a=>eq6) $shtcv(a=>ABC) $shtcv(a=>=6)";`, "2 1 1 3 1 1 0"},
		{"count by a computed pattern", `$sht(a=>x1) = 1; $sht(a=>y1) = 1; $var(p) = "^x"; $var(r) = "$shtcn(a=>$var(p)) $shtcn(a=>==$(var(p){s.substr,1,0})1)";`, "1 1"},
		{"count to the end of the key", `$sht(a=>xa) = 1; $sht(a=>ax) = 1; $var(r) = $shtcn(a=>a$);`, "1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := run(t, tc.stmts); got != tc.want {
				t.Errorf("%s\ngot %q, want %q", tc.stmts, got, tc.want)
			}
		})
	}
}

func TestFunctions(t *testing.T) {
	const some = `$sht(a=>alice) = "one"; $sht(a=>bob) = "two"; $sht(a=>carol) = "three"; $sht(a=>n) = 12; `
	const left = ` $var(r) = "$var(x) $shtcn(a=>**)";`
	for _, tc := range []struct{ stmts, want string }{
		{`$var(x) = sht_rm("a", "bob");` + left, "1 3"},
		{`$var(x) = sht_rm("a", "nobody");` + left, "1 4"},
		{`$var(x) = sht_rm_name_re("a=>^(alice|BOB)");` + left, "1 2"},
		{`$var(x) = sht_rm_name_re("a=>^zz");` + left, "1 4"},
		{`$var(p) = "^c"; $var(x) = sht_rm_name_re("a=>$var(p)");` + left, "1 3"},
		{`$var(x) = sht_rm_value_re("a=>^t");` + left, "1 2"},
		{`$var(x) = sht_rm_value_re("a=>12");` + left, "1 4"}, // numbers are no text
		{`$var(x) = sht_rm_name("a", "sw", "a");` + left, "1 3"},
		{`$var(x) = sht_rm_name("a", "ew", "l");` + left, "1 3"},
		{`$var(x) = sht_rm_name("a", "in", "o");` + left, "1 2"},
		{`$var(x) = sht_rm_name("a", "eq", "bob");` + left, "1 3"},
		{`$var(x) = sht_rm_name("a", "ne", "bob");` + left, "1 1"},
		{`$var(x) = sht_rm_value("a", "re", "e$$");` + left, "1 2"},
		{`$var(o) = "zz"; $var(x) = sht_rm_name("a", "$var(o)", "bob");` + left, "-1 4"},
		{`$var(o) = "zz"; $var(x) = sht_rm_name("$var(o)", "sw", "bob");` + left, "-1 4"},
		{`$var(x) = sht_reset("a");` + left, "1 0"},
		{`$var(t) = "a"; $var(x) = sht_reset("$var(t)");` + left, "1 0"},
		{`$var(t) = "zz"; $var(x) = sht_reset("$var(t)");` + left, "-1 4"},
		{`$var(r) = "" + sht_match_name("a", "eq", "bob") + sht_match_name("a", "eq", "dave") + sht_match_name("a", "ne", "bob") + sht_has_name("a", "sw", "car") + sht_match_name("a", "re", "^q");`, "10110"},
		{`$var(r) = "" + sht_match_str_value("a", "eq", "12") + sht_match_str_value("a", "sw", "tw") + sht_has_str_value("a", "in", "hre");`, "011"},
		{`$var(r) = "" + sht_is_null("a", "bob") + sht_is_null("a", "dave");`, "01"},
		{`$var(x) = sht_setxs("e", "k", "v", "33"); $var(r) = "$var(x) $sht(e=>k) $shtex(e=>k)";`, "1 v 33"},
		{`$var(x) = sht_setxi("e", "k", "44", 33); $var(y) = $sht(e=>k) + 1; $var(r) = "$var(x) $var(y) $shtex(e=>k)";`, "1 45 33"},
		{`$var(x) = sht_setxs("a", "k", "v", 33); $var(r) = "$var(x) $sht(a=>k) $shtex(a=>k)";`, "1 v 0"},
	} {
		if got := run(t, some+tc.stmts); got != tc.want {
			t.Errorf("%s\ngot %q, want %q", tc.stmts, got, tc.want)
		}
	}
}

func TestIterators(t *testing.T) {
	const some = `$sht(a=>x) = "one"; $sht(a=>y) = "two"; $sht(a=>n) = 12; $var(s) = ""; `
	for _, tc := range []struct{ stmts, want string }{
		{`sht_iterator_start("i", "a"); $var(r) = ":" + $shtitkey(i) + ":"; while (sht_iterator_next("i")) { if ($shtitkey(i) == "y") $var(r) = $var(r) + $shtitval(i); }
			$var(s) = $var(r); $var(r) = "$var(s) [$shtitkey(i)]";`, "::two [<null>]"},
		{`sht_iterator_start("i", "a"); while (sht_iterator_next("i")) { if ($shtitkey(i) == "n") $var(r) = $shtitval(i) + 1; } sht_iterator_end("i");`, "13"},
		{`$var(r) = "" + sht_iterator_next("i") + sht_iterator_end("i");`, "00"},
		{`$var(t) = "zz"; $var(r) = sht_iterator_start("i", "$var(t)");`, "-1"},
		{`sht_iterator_start("i", "a"); $var(r) = "" + sht_iterator_end("i") + sht_iterator_end("i");`, "10"},
		{`sht_iterator_start("i", "a"); while (sht_iterator_next("i")) { sht_iterator_rm("i"); } $var(r) = $shtcn(a=>**);`, "0"},
		{`sht_iterator_start("i", "a"); while (sht_iterator_next("i")) { sht_iterator_sets("i", "v-$shtitkey(i)"); $var(s) = $var(s) + $(shtitval(i){s.len}); } $var(r) = "$var(s) $sht(a=>x) $sht(a=>n)";`, "333 v-x v-n"},
		{`sht_iterator_start("i", "a"); while (sht_iterator_next("i")) { sht_iterator_seti("i", 5); } $var(r) = $sht(a=>x) + $sht(a=>n);`, "10"},
		{`$sht(e=>x) = 1; sht_iterator_start("i", "e"); sht_iterator_next("i"); sht_iterator_setex("i", 5); $var(r) = $shtex(e=>x);`, "5"},
		{`sht_iterator_start("i", "a"); $var(r) = "" + sht_iterator_rm("i");`, "0"},
		{`sht_iterator_start("1", "a"); sht_iterator_start("2", "a"); sht_iterator_start("3", "a"); sht_iterator_start("4", "a"); $var(r) = sht_iterator_start("5", "a");
			sht_iterator_end("2"); $var(r) = $var(r) + sht_iterator_start("5", "a");`, "0"},
		{`sht_iterator_start("i", "a"); sht_iterator_next("i"); sht_iterator_start("i", "e"); $var(r) = "" + sht_iterator_next("i");`, "0"},
		// adding while it walks is safe; what was there is met once
		{`sht_iterator_start("i", "a"); $var(n) = 0; while (sht_iterator_next("i")) { if ($shtitkey(i) == "x" || $shtitkey(i) == "y" || $shtitkey(i) == "n") { $var(n) = $var(n) + 1; $sht(a=>new$var(n)) = 1; } } $var(r) = $var(n);`, "3"},
	} {
		if got := run(t, some+tc.stmts); got != tc.want {
			t.Errorf("%s\ngot %q, want %q", tc.stmts, got, tc.want)
		}
	}
}

// TestAnIteratorNeedsRoomForOneItemOnly: a walk over more than a message's strings
// may take.
func TestAnIteratorNeedsRoomForOneItemOnly(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=8")
event_route[htable:mod-init] {
	$var(s) = "0123456789";
	$var(s) = "$var(s)$var(s)$var(s)$var(s)$var(s)$var(s)$var(s)$var(s)$var(s)$var(s)";
	$var(i) = 0;
	while ($var(i) < 99) { $sht(a=>k$var(i)) = $var(s); $var(i) = $var(i) + 1; }
}
route {
	$var(n) = 0;
	$var(round) = 0;
	while ($var(round) < 90) {
		sht_iterator_start("i", "a");
		while (sht_iterator_next("i")) { $var(n) = $var(n) + 1; }
		$var(round) = $var(round) + 1;
	}
	sl_send_reply("200", "$var(n)");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 8910" {
		t.Errorf("got %q", got)
	}
}

func TestItemsExpire(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "q=>autoexpire=2")
modparam("htable", "htable", "forever=>size=3")
modparam("htable", "timer_interval", 5)
event_route[htable:expired:q] { xlog("L_ERR", "expired $shtrecord(key) => $shtrecord(value), now [$sht(q=>$shtrecord(key))] in $rm\n"); }
route {
	if ($rU == "set") { $sht(q=>k) = "text"; $sht(q=>n) = 3; $sht(forever=>k) = 1; }
	if ($rU == "longer") $shtex(q=>k) = 60;
	if ($rU == "again") $sht(q=>k) = "again";
	sl_send_reply("200", "[$sht(q=>k)] [$sht(q=>n)] $sht(forever=>k) $shtex(q=>k) $shtcn(q=>**)");
}`)
	a := n.Peer("192.0.2.10:5060")
	ask := func(user, want string) {
		t.Helper()
		got := strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:"+user+"@192.0.2.1").String())), "SIP/2.0 200 ")
		if got != want {
			t.Errorf("%s: got %q, want %q", user, got, want)
		}
	}
	ask("set", "[text] [3] 1 2 2")
	n.Advance(1500 * time.Millisecond)
	ask("get", "[text] [3] 1 1 2")
	ask("longer", "[text] [3] 1 60 2")
	n.Advance(1500 * time.Millisecond)
	ask("get", "[text] [<null>] 1 59 1") // gone at once, though the timer has not run
	if items := n.Server.Stats().Modules["htable"]["q.items"]; items != 2 {
		t.Errorf("%d items before the timer", items)
	}
	n.Advance(3 * time.Second)
	if items := n.Server.Stats().Modules["htable"]["q.items"]; items != 1 {
		t.Errorf("%d items after the timer", items)
	}
	n.WaitLog("expired n => 3, now [<null>] in OPTIONS")
	ask("get", "[text] [<null>] 1 56 1")
	ask("again", "[again] [<null>] 1 2 1")
	n.Advance(6 * time.Second)
	n.WaitLog("expired k => again, now [<null>] in OPTIONS")
	ask("get", "[<null>] [<null>] 1 0 0")
	if m := n.Server.Stats().Modules["htable"]; m["q.items"] != 0 || m["q.expired"] != 2 || m["forever.items"] != 1 {
		t.Errorf("figures: %v", m)
	}
}

// TestManyExpireInTurns: more items than one turn of the loop takes.
func TestManyExpireInTurns(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "q=>autoexpire=2")
modparam("htable", "timer_interval", 1)
event_route[htable:expired:q] { $shv(gone) = $shv(gone) + 1; }
event_route[htable:mod-init] {
	$var(j) = 0;
	while ($var(j) < 30) { $var(i) = 0; while ($var(i) < 100) { $sht(q=>$var(j)-$var(i)) = 1; $var(i) = $var(i) + 1; } $var(j) = $var(j) + 1; }
}
route { sl_send_reply("200", "$shtcn(q=>**) $shv(gone)"); }`)
	a := n.Peer("192.0.2.10:5060")
	ask := func() string { return coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())) }
	if got := ask(); got != "SIP/2.0 200 3000 0" {
		t.Errorf("before: %q", got)
	}
	n.Advance(3500 * time.Millisecond)
	if got := ask(); got != "SIP/2.0 200 0 3000" {
		t.Errorf("after: %q", got)
	}
}

func TestSuspendedExpiryBlockKeepsItsRecord(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "q=>autoexpire=1")
modparam("htable", "htable", "l=>size=3")
modparam("htable", "timer_interval", 1)
event_route[htable:expired:q] { sht_lock("l=>x"); xlog("L_ERR", "told of $shtrecord(key)\n"); sht_unlock("l=>x"); }
route { $sht(q=>one) = 1; $sht(q=>two) = 2; sl_send_reply("200", "OK"); }`)
	n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	n.Advance(3 * time.Second)
	n.WaitLog("told of one")
	n.WaitLog("told of two")
}

func TestModInitFillsTablesBeforeTraffic(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=4;")
event_route[htable:mod-init] { $sht(a=>x) = 1; $sht(a=>rm) = $rm; }
route { $var(n) = $shtinc(a=>x); sl_send_reply("200", "$var(n) $sht(a=>rm)"); }`)
	a := n.Peer("192.0.2.10:5060")
	for i := range 3 {
		want := fmt.Sprintf("SIP/2.0 200 %d OPTIONS", i+2)
		if got := coretest.StartLine(a.Ask(coretest.Request("INVITE", "sip:192.0.2.1").String())); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestContentsSurviveAReload, and mod-init then fills new tables only.
func TestContentsSurviveAReload(t *testing.T) {
	script := func(tables, init string) string {
		return load + tables + `
event_route[htable:mod-init] { ` + init + ` }
route { sl_send_reply("200", "$sht(a=>x) $sht(a=>y)` + map[bool]string{true: ` $sht(b=>x)`}[strings.Contains(tables, "b=>")] + `"); }`
	}
	const a = "modparam(\"htable\", \"htable\", \"a=>size=4;\")\n"
	n := modtest.New(t, script(a, `$sht(a=>x) = 1; xlog("L_ERR", "mod-init runs\n");`))
	p := n.Peer("192.0.2.10:5060")
	ask := func(want string) {
		t.Helper()
		if got := strings.TrimPrefix(coretest.StartLine(p.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())), "SIP/2.0 200 "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	reload := func(text string) {
		t.Helper()
		if diags, err := n.Server.Reload("", []byte(text)); err != nil {
			t.Fatal(err, diags)
		}
		n.Settle()
	}
	ask("1 <null>")
	// the same tables: mod-init does not run
	reload(script(a, `$sht(a=>x) = 2; $sht(a=>y) = 2;`))
	ask("1 <null>")
	// a new table, and another size: mod-init writes to the new one alone
	reload(script("modparam(\"htable\", \"htable\", \"a=>size=10;autoexpire=9\")\nmodparam(\"htable\", \"htable\", \"b=>size=3\")\n",
		`$sht(a=>x) = 3; sht_reset("a"); sht_rm("a", "x"); $var(n) = $shtinc(a=>x); sht_rm_name("a", "sw", "x"); $sht(b=>x) = 3;`))
	ask("1 <null> 3")
	// a table that is gone and comes back is empty, and filled again
	reload(load + `route { drop; }`)
	reload(script(a, `$sht(a=>x) = 4;`))
	ask("4 <null>")
}

func TestABadReloadChangesNothing(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=4;")
route { sl_send_reply("200", "$shtinc(a=>x)"); }
event_route[htable:mod-init] { $sht(a=>x) = 1; }`)
	if _, err := n.Server.Reload("", []byte(load+`modparam("htable", "htable", "a=>size=4;dbtable=t") route { drop; }`)); err == nil {
		t.Error("a table from a database was accepted")
	}
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 2" {
		t.Errorf("got %q", got)
	}
}

func TestATableIsBounded(t *testing.T) {
	n := modtest.New(t, load+`
modparam("htable", "htable", "a=>size=4;initval=0")
modparam("htable", "max_items", 3)
route {
	$sht(a=>1) = 1; $sht(a=>2) = 1; $sht(a=>3) = "x"; $sht(a=>4) = 1; $var(n) = $shtinc(a=>5); $sht(a=>1) = 2;
	$var(rc) = sht_setxs("a", "6", "x", 0);
	$sht(a=>2) = $null; $sht(a=>7) = 7;
	sl_send_reply("200", "$shtcn(a=>**) $sht(a=>1) $sht(a=>3) $sht(a=>4) $sht(a=>7) $var(rc)");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 3 2 x 0 7 -1" {
		t.Errorf("got %q", got)
	}
	n.WaitLog(`no room in table "a": at most 3 items`)
	if m := n.Server.Stats().Modules["htable"]; m["a.refused"] != 3 || m["a.items"] != 3 {
		t.Errorf("figures: %v", m)
	}
}

func TestSizesAreClamped(t *testing.T) {
	for _, size := range []string{"0", "1", "31"} {
		n := modtest.New(t, load+`modparam("htable", "htable", "a=>size=`+size+`") route { $sht(a=>x) = 1; sl_send_reply("200", "$sht(a=>x)"); }`)
		if got := coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 1" {
			t.Errorf("size %s: %q", size, got)
		}
	}
}

func TestWhatIsAcceptedWithoutEffectIsSaid(t *testing.T) {
	n := modtest.New(t, load+`modparam("htable", "htable", "a=>size=4;cols='k,v';dmqreplicate=1")
debug=2
route { drop; }`)
	n.WaitLog(`table "a": cols, dmqreplicate: no effect`)
}

func TestBlocksOfUnknownTablesAreNamed(t *testing.T) {
	n := modtest.New(t, load+`modparam("htable", "htable", "calls=>autoexpire=4") modparam("htable", "htable", "plain=>size=4")
event_route[htable:expired:cals] { drop; }
event_route[htable:expired:plain] { drop; }
route { drop; }`)
	n.WaitLog(`nothing runs event_route[htable:expired:cals]: no modparam("htable", "htable", …) defines the table "cals"; did you mean "calls"?`)
	n.WaitLog(`nothing runs event_route[htable:expired:plain]: the table has no autoexpire`)
}

func TestMistakesAreNamedAtStart(t *testing.T) {
	table := load + "modparam(\"htable\", \"htable\", \"calls=>size=4\")\n"
	for _, tc := range []struct{ script, want string }{
		{load + `modparam("htable", "htable", "a") route { drop; }`, `takes "name=>size=8;autoexpire=7200;…", not "a"`},
		{load + `modparam("htable", "htable", "=>size=4") route { drop; }`, "the table's name is missing"},
		{load + `modparam("htable", "htable", "a b=>size=4") route { drop; }`, `has the character ' ' in it`},
		{load + `modparam("htable", "htable", "a=>size=x") route { drop; }`, `table "a": size takes a number from 0 to 31, not "x"`},
		{load + `modparam("htable", "htable", "a=>sise=4") route { drop; }`, `unknown attribute "sise"`},
		{load + `modparam("htable", "htable", "a=>size=4;size=5") route { drop; }`, "size is given twice"},
		{load + `modparam("htable", "htable", "a=>size=4;dbtable=ht") route { drop; }`, "dbtable=ht: tables are not loaded from a database by this version"},
		{load + `modparam("htable", "htable", "a=>size=4") modparam("htable", "htable", "a=>size=5") route { drop; }`, `table "a" is defined twice`},
		{load + `modparam("htable", "db_url", "mysql://x") route { drop; }`, "tables are not loaded from a database"},
		{load + `modparam("htable", "event_callback", "f") route { drop; }`, `there is no function "f"`},
		{table + `route { $sht(cals=>x) = 1; }`, `no modparam("htable", "htable", …) defines the table "cals"; did you mean "calls"?`},
		{table + `route { xlog("$sht(calls)\n"); }`, `expected table=>key, found "calls"`},
		{table + `route { $sht(calls=>$nope) = 1; }`, `unknown pseudo-variable "$nope"`},
		{table + `route { $shtinc(calls=>x) = 1; }`, "shtinc"},
		{table + `route { $var(x) = $shtcn(calls=>(); }`, ""},
		{table + `route { $var(x) = $shtcn(calls=>[); }`, "$shtcn"},
		{table + `route { $var(x) = $shtcv(calls=>); }`, "a regular expression is missing"},
		{table + `route { sht_rm("cals", "x"); }`, `did you mean "calls"?`},
		{table + `route { sht_lock("calls"); }`, `sht_lock(): expected table=>key, found "calls"`},
		{table + `route { sht_rm_name("calls", "xx", "y"); }`, `the operator must be eq, ne, re, sw, ew or in, not "xx"`},
		{table + `route { sht_rm_name("calls", "re", "("); }`, "sht_rm_name"},
		{table + `route { sht_rm_name_re("calls=>("); }`, "sht_rm_name_re"},
		{table + `route { xlog("$shtrecord(key)\n"); }`, "event_route"},
		{table + `event_route[htable:expired:calls] { xlog("$shtrecord(nope)\n"); } route { drop; }`, "there are $shtrecord(key) and $shtrecord(value)"},
	} {
		modtest.WantRefused(t, tc.script, tc.want)
	}
}

func TestPrintShowsTheTables(t *testing.T) {
	n := modtest.New(t, load+`modparam("htable", "htable", "a=>size=4")
route { $sht(a=>k) = "v\"w"; $sht(a=>n) = 5; sht_print(); }`)
	n.Peer("192.0.2.10:5060").Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	n.WaitLog("htable a: 2 items")
	n.WaitLog(`htable a: k => "v\"w"`)
	n.WaitLog(`htable a: n => 5`)
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
