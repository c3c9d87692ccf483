package dialog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const profiles = `modparam("dialog", "profiles_no_value", "p;q")
modparam("dialog", "profiles_with_value", "v ; w/s")
`

func TestProfilesCount(t *testing.T) {
	b := newBed(t, scriptWith(profiles, `dlg_manage();
	set_dlg_profile("p"); set_dlg_profile("v", "alice"); set_dlg_profile("v", "$rU"); set_dlg_profile("w", "x");
	get_profile_size("v", "$var(all)"); get_profile_size("v", "alice", "$var(one)"); get_profile_size("p", $var(p)); get_profile_size("q", "$var(q)"); get_profile_size("v", "$rU", $var(bob)); get_profile_size("p", "ignored", $var(pp));
	note("v $var(all) alice $var(one) bob $var(bob) p $var(p) $var(pp) q $var(q)");`,
		`if (method == "INFO") {
		if (is_in_profile("p") && is_in_profile("v") && is_in_profile("v", "alice") && !is_in_profile("v", "carol") && !is_in_profile("q")) note("in");
		if (!unset_dlg_profile("v", "carol") && unset_dlg_profile("v", "alice") && !unset_dlg_profile("v", "alice") && !unset_dlg_profile("v")) note("unset");
		get_profile_size("v", "$var(all)"); get_profile_size("v", "alice", "$var(one)"); note("v $var(all) alice $var(one)");
	}`))
	b.call("p1")
	b.noted("v 2 alice 1 bob 1 p 1 1 q 0", "start INVITE 200 state=3 x=<null> count=1")
	b.call("p2")
	b.noted("v 4 alice 2 bob 2 p 2 2 q 0", "start INVITE 200 state=3 x=<null> count=2")
	b.within("INFO", "p2", 8)
	b.noted("in INFO state=4 status=4 dir=1 x=<null>", "in", "unset", "v 3 alice 1")
	for profile, want := range map[string]int64{"p": 2, "q": 0, "v": 3, "w": 2} {
		if got, ok := profileSize(b, profile, ""); got != want || !ok {
			t.Errorf("profile %s has %d, want %d", profile, got, want)
		}
	}
	if got, _ := profileSize(b, "v", "bob"); got != 2 {
		t.Errorf("v bob has %d", got)
	}
	if _, ok := profileSize(b, "nobody", ""); ok {
		t.Error("a profile that nobody has named")
	}
	b.within("BYE", "p1", 8)
	if got, _ := profileSize(b, "v", "bob"); got != 1 {
		t.Errorf("v bob has %d after the BYE", got)
	}
	b.Advance(13 * time.Hour) // the other by its timeout
	for _, profile := range []string{"p", "v", "w"} {
		if got, _ := profileSize(b, profile, ""); got != 0 {
			t.Errorf("profile %s has %d in the end", profile, got)
		}
	}
	b.ended()
}

// The same profile twice counts twice, as in Kamailio 5.6.3; beyond 64 entries
// of one call it is refused.
func TestTheSameProfileTwice(t *testing.T) {
	b := newBed(t, script(profiles, `dlg_manage(); $var(i) = 0; $var(n) = 0;
	while ($var(i) < 70) { if (set_dlg_profile("v", "a value that is somewhat long, so that the memory of the entries has to grow")) $var(n) = $var(n) + 1; $var(i) = $var(i) + 1; }
	note("$var(n)");`))
	b.ring("tw")
	b.noted("64")
	if got, _ := profileSize(b, "v", ""); got != 64 {
		t.Errorf("%d entries", got)
	}
	b.b.Send(coretest.Reply(b.inv, 486, "Busy Here"))
	if got, _ := profileSize(b, "v", ""); got != 0 {
		t.Errorf("%d entries left", got)
	}
	b.ended()
}

func TestSetTimeoutByProfile(t *testing.T) {
	b := newBed(t, scriptWith(profiles, `dlg_manage(); set_dlg_profile("v", "$(ci{s.substr,0,1})");`,
		`if (method == "INFO") dlg_set_timeout_by_profile("v", "k", "20"); if (method == "UPDATE") dlg_set_timeout_by_profile("v", "30");`))
	b.call("k1")
	b.call("k2")
	b.call("m1")
	b.within("INFO", "m1", 8)
	b.Advance(19 * time.Second)
	b.counts("active=3")
	b.Advance(time.Second)
	b.counts("active=1 expired=2")
	b.within("UPDATE", "m1", 9)
	b.Advance(30 * time.Second)
	b.counts("active=0 expired=3")
	b.ended()
}

func TestVariables(t *testing.T) {
	b := newBed(t, scriptWith("", `dlg_manage(); $dlg_var(a) = "one"; $dlg_var(b) = 22; $dlg_var(c) = "three";`,
		`if (method == "INFO") {
		note("$dlg_var(a) $dlg_var(b) $dlg_var(c) $dlg_var(d)");
		$dlg_var(a) = "uno"; $dlg_var(b) = $null; $dlg_var(c) = $dlg_var(c) + " and more"; $dlg_var(d) = $dlg_var(a) + "/" + $ci;
		note("$dlg_var(a) $dlg_var(b) $dlg_var(c) $dlg_var(d)");
	}
	if (method == "UPDATE") {
		$var(i) = 0; $dlg_var(long) = "";
		while ($var(i) < 90) { $dlg_var(long) = $dlg_var(long) + "0123456789"; $var(i) = $var(i) + 1; }
		note("$(dlg_var(long){s.len}) $dlg_var(a)");
	}`))
	b.call("va")
	*b.notes = nil
	b.within("INFO", "va", 8)
	b.noted("in INFO state=4 status=4 dir=1 x=<null>", "one 22 three <null>", "uno <null> three and more uno/va@example.com")
	b.within("UPDATE", "va", 9)
	b.noted("in UPDATE state=4 status=4 dir=1 x=<null>", "900 uno")
	b.within("BYE", "va", 10)
	b.ended()
}

// Variables of two calls do not mix, and outside of any there are none.
func TestVariablesBelongToTheCall(t *testing.T) {
	b := newBed(t, script("", `dlg_manage(); $dlg_var(x) = $ci;`))
	b.call("c1")
	b.call("c2")
	*b.notes = nil
	b.within("INFO", "c1", 8)
	b.within("INFO", "c2", 8)
	b.within("INFO", "c3", 8)
	b.noted("in INFO state=4 status=4 dir=1 x=c1@example.com", "in INFO state=4 status=4 dir=1 x=c2@example.com", "in INFO state=<null> status=<null> dir=0 x=<null>")
	b.within("BYE", "c1", 9)
	b.within("BYE", "c2", 9)
	b.ended()
}

func TestFlagsOfTheDialog(t *testing.T) {
	b := newBed(t, scriptWith("", `dlg_manage(); dlg_setflag("3"); dlg_setflag(31); dlg_resetflag("31");`,
		`if (method == "INFO") { if (dlg_isflagset("3") && !dlg_isflagset(31) && !dlg_isflagset("4")) note("flags $dlg(sflags)"); }`))
	b.call("fl")
	*b.notes = nil
	b.within("INFO", "fl", 8)
	b.noted("in INFO state=4 status=4 dir=1 x=<null>", "flags 8")
	b.within("BYE", "fl", 9)
	b.ended()
}

func TestAttributes(t *testing.T) {
	b := newBed(t, scriptWith("", `dlg_manage(); note("$dlg(callid) $dlg(from_uri) $dlg(to_uri) $dlg(from_tag) $dlg(to_tag) $dlg(from_contact) $dlg(to_contact) $dlg(from_cseq) $dlg(to_cseq) $dlg(from_bindaddr) $dlg(to_bindaddr) $dlg(lifetime) $dlg(start_ts) $dlg(r_uri) $DLG_status $DLG_lifetime");`,
		`if (method == "INFO") { note("$dlg(from_tag) $dlg(to_tag) $dlg(from_contact) $dlg(to_contact) $dlg(from_cseq) $dlg(to_cseq) $dlg(to_bindaddr) $DLG_status $DLG_lifetime"); note("$dlg(start_ts)"); dlg_set_ruri(); note("$ru"); }`))
	b.call("at")
	b.noted("at@example.com sip:alice@example.com sip:bob@example.net caller-tag <null> sip:alice@192.0.2.10:5060 <null> 7 <null> udp:192.0.2.1:5060 <null> 43200 0 sip:bob@192.0.2.20 <null> <null>",
		"start INVITE 200 state=3 x=<null> count=1")
	b.Advance(5 * time.Second)
	b.within("INFO", "at", 9)
	start := fmt.Sprint(time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC).Unix())
	b.noted("in INFO state=4 status=4 dir=1 x=<null>",
		"caller-tag callee-tag sip:alice@192.0.2.10:5060 sip:bob@192.0.2.20:5060 9 0 udp:192.0.2.1:5060 4 5", start, "sip:bob@192.0.2.20:5060")
	b.within("BYE", "at", 10)
	b.ended()
}

func TestDlgGet(t *testing.T) {
	b := newBed(t, loads+`route {
	if (method == "INVITE") { dlg_manage(); $dlg_var(x) = "mine"; record_route(); t_relay(); exit; }
	if (method == "OPTIONS") {
		if (dlg_get("g@example.com", "caller-tag", "callee-tag")) note("$dlg(callid) $dlg_var(x) $dlg(state)"); else note("none");
		if (dlg_get("g@example.com", "other", "callee-tag")) note("wrong");
		sl_send_reply("200", "OK"); exit;
	}
	loose_route(); t_relay();
}`)
	b.call("g")
	o := coretest.Request("OPTIONS", "sip:192.0.2.1")
	o.CallID = "other@example.com"
	b.a.Send(o.String())
	b.noted("g@example.com mine 4")
	b.within("BYE", "g", 8)
	b.Advance(time.Minute)
	b.a.Send(o.String())
	b.noted("none")
	b.ended()
}

func TestBadScriptsAreRefused(t *testing.T) {
	for _, tc := range []struct{ params, body, want string }{
		{`modparam("dialog", "db_mode", 1)`, "", "dialogs are kept in memory only"},
		{`modparam("dialog", "enable_dmq", 1)`, "", "not shared between servers"},
		{`modparam("dialog", "track_cseq_updates", 1)`, "", "CSeq numbers"},
		{`modparam("dialog", "default_timeout", 0)`, "", "takes a number from 1"},
		{`modparam("dialog", "ka_interval", 5)`, "", "takes a number from 30"},
		{`modparam("dialog", "dlg_flag", 32)`, "", "-1 to 31"},
		{`modparam("dialog", "rr_param", "a;b")`, "", "name of a URI parameter"},
		{`modparam("dialog", "dlg_extra_hdrs", "no header")`, "", "header lines"},
		{`modparam("dialog", "timeout_avp", "life")`, "dlg_manage();", "must be a variable"},
		{`modparam("dialog", "xavp_cfg", "$xavp(a)")`, "", "takes the name of an XAVP"},
		{`modparam("dialog", "profiles_no_value", "a b")`, "", "a name has letters"},
		{`modparam("dialog", "profiles_no_value", "a") modparam("dialog", "profiles_with_value", "a")`, "", "both with and without"},
		{"", `set_dlg_profile("p");`, `there is no profile "p"`},
		{profiles, `get_profile_size("p", "text");`, "must be a variable"},
		{profiles, `get_profile_size("p", "text", "text");`, "must be a pseudo-variable"},
		{"", `dlg_bye("both");`, "caller, callee or all"},
		{"", `dlg_setflag("32");`, "0 to 31"},
		{"", `dlg_set_property("ka");`, "ka-src, ka-dst or timeout-noreset"},
		{"", `dlg_set_timeout("0");`, "1 to 2147483647"},
		{"", `dlg_set_timeout("5", "1");`, "needs h_id"},
		{"", `$var(x) = $dlg(nothing);`, "$dlg(…) has"},
		{"", `$var(x) = $dlg_ctx(nothing);`, "$dlg_ctx(…) has"},
		{"", `$dlg(state) = 4;`, "cannot be assigned"},
	} {
		modtest.WantRefused(t, strings.TrimPrefix(loads, "\n")+tc.params+"\nroute { "+tc.body+" drop; }", tc.want)
	}
}

// The parameters for databases are common in scripts that do not use one.
func TestParametersWithoutEffectAreAccepted(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "db_mode", 0)
modparam("dialog", "db_url", "mysql://a@b/c")
modparam("dialog", "db_update_period", 60)
modparam("dialog", "enable_stats", 1)
modparam("dialog", "hash_size", 2048)
modparam("dialog", "h_id_start", 1)
modparam("dialog", "h_id_step", 2)
modparam("dialog", "keep_proxy_rr", 0)
modparam("dialog", "dlg_filter_mode", 1)
modparam("dialog", "ruri_pvar", "$ru")
modparam("dialog", "wait_ack", 0)`, manage))
	b.call("pa")
	b.within("BYE", "pa", 8)
	b.ended()
}
