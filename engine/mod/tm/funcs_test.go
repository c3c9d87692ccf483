package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// Each function that asks or changes something, with the message that shows it.
func TestFunctionsInTheRequestRoute(t *testing.T) {
	for _, tc := range []struct {
		name, body, method string
		want               string // to the caller
		fwd                string // to the callee, the start of its start line; "" for nothing
	}{
		{"t_newtran and t_reply", `t_newtran(); t_reply("404", "Nobody");`, "OPTIONS", "404 Nobody", ""},
		{"t_reply without a transaction", `if (!t_reply("404", "No")) sl_send_reply("500", "none");`, "OPTIONS", "500 none", ""},
		{"t_send_reply makes one", `t_send_reply("404", "Made");`, "OPTIONS", "404 Made", ""},
		{"send_reply uses it", `t_newtran(); send_reply("405", "By tm");`, "OPTIONS", "405 By tm", ""},
		{"t_reply twice", `t_newtran(); t_reply("404", "One"); if (t_reply("405", "Two")) sl_send_reply("500", "two");`, "OPTIONS", "404 One", ""},
		{"a provisional reply first", `t_newtran(); t_reply("182", "Queued"); t_relay();`, "INVITE", "182 Queued", "INVITE"},
		{"t_relay to a host and port", `t_relay("192.0.2.20", "5060");`, "OPTIONS", "", "OPTIONS sip:x@192.0.2.99"},
		{"t_relay to a host", `t_relay("192.0.2.20");`, "OPTIONS", "", "OPTIONS sip:x@192.0.2.99"},
		{"t_relay to host:port", `t_relay("192.0.2.20:5060");`, "OPTIONS", "", "OPTIONS sip:x@192.0.2.99"},
		{"t_relay with flags", `$du = "sip:192.0.2.20"; t_relay("0x01");`, "INVITE", "", "INVITE"},
		{"t_relay_to_udp", `t_relay_to_udp("192.0.2.20", "5060");`, "OPTIONS", "", "OPTIONS"},
		{"t_relay_to_tcp is not served", `if (!t_relay_to_tcp("192.0.2.20", "5060")) t_reply("501", "No TCP");`, "OPTIONS", "501 No TCP", ""},
		{"t_relay_to", `t_relay_to("udp:192.0.2.20:5060");`, "INVITE", "100 ", "INVITE"},
		{"t_relay_to with flags", `t_relay_to("192.0.2.20", "1");`, "INVITE", "", "INVITE"},
		{"t_forward_nonack", `t_newtran(); t_forward_nonack("192.0.2.20", "5060");`, "OPTIONS", "", "OPTIONS"},
		{"t_forward_nonack_uri", `t_newtran(); t_forward_nonack_uri();`, "OPTIONS", "", "OPTIONS"},
		{"t_set_auto_inv_100", `$du = "sip:192.0.2.20"; t_set_auto_inv_100("0"); t_relay();`, "INVITE", "", "INVITE"},
		{"t_replicate", `t_replicate("192.0.2.20", "5060");`, "OPTIONS", "", "OPTIONS"},
		{"t_replicate, then an answer", `t_replicate("192.0.2.20", "5060"); t_reply("202", "Copied");`, "OPTIONS", "202 Copied", "OPTIONS"},
		{"t_lookup_request before", `if (t_lookup_request()) sl_send_reply("200", "yes"); else sl_send_reply("404", "no");`, "OPTIONS", "404 no", ""},
		{"t_lookup_request after", `t_newtran(); if (t_lookup_request()) t_reply("200", "yes"); else t_reply("404", "no");`, "OPTIONS", "200 yes", ""},
		{"t_check_trans before", `if (t_check_trans()) sl_send_reply("200", "yes"); else sl_send_reply("404", "no");`, "OPTIONS", "404 no", ""},
		{"t_retransmit_reply", `t_newtran(); t_reply("180", "x"); t_retransmit_reply(); t_reply("200", "y");`, "INVITE", "180 x", ""},
		{"t_release", `t_newtran(); t_release();`, "OPTIONS", "", ""},
		{"t_is_request_route", `if (t_is_request_route() && !t_is_failure_route() && !t_is_branch_route() && !t_is_reply_route()) sl_send_reply("200", "yes");`, "OPTIONS", "200 yes", ""},
		{"t_is_canceled", `t_newtran(); if (t_is_canceled()) t_reply("200", "yes"); else t_reply("404", "no");`, "INVITE", "404 no", ""},
		{"t_is_expired", `t_newtran(); if (t_is_expired()) t_reply("200", "yes"); else t_reply("404", "no");`, "INVITE", "404 no", ""},
		{"t_any_replied", `t_newtran(); if (t_any_replied() || t_any_timeout()) t_reply("200", "yes"); else t_reply("404", "no");`, "INVITE", "404 no", ""},
		{"t_check_status", `t_newtran(); t_reply("183", "x"); if (t_check_status("18[0-9]")) t_reply("200", "yes"); else t_reply("404", "no");`, "OPTIONS", "183 x", ""},
		{"$T_reply_code", `t_newtran(); t_reply("183", "x"); t_reply("404", "$T_reply_code");`, "OPTIONS", "183 x", ""},
		{"@tm", `t_newtran(); t_reply("404", "$sel(tm.uas.request.method) $sel(tm.uac.count)");`, "OPTIONS", "404 OPTIONS 0", ""},
		{"t_local_replied", `t_newtran(); t_reply("180", "x"); if (t_local_replied("all")) t_reply("404", "all"); else t_reply("405", "some");`, "INVITE", "180 x", ""},
		{"t_is_set", `t_on_reply("r"); if (t_is_set("onreply_route") && !t_is_set("failure_route")) t_send_reply("404", "set");`, "OPTIONS", "404 set", ""},
		{"t_uac_send", `t_uac_send("MESSAGE", "sip:y@192.0.2.20", "", "", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\nX-A: 1\r\n", "hi"); sl_send_reply("200", "ok");`, "OPTIONS", "200 ok", "MESSAGE sip:y@192.0.2.20"},
		{"t_uac_send by a next hop", `t_uac_send("MESSAGE", "sip:y@192.0.2.99", "sip:192.0.2.20", "udp:192.0.2.1:5060", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\n", ""); sl_send_reply("200", "ok");`, "OPTIONS", "200 ok", "MESSAGE sip:y@192.0.2.99"},
		{"t_uac_send with a broken URI", `if (!t_uac_send("MESSAGE", "sip:y@192.0.2.20 SIP/2.0\r\nX: ", "", "", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\n", "")) sl_send_reply("500", "no");`, "OPTIONS", "500 no", ""},
		{"t_get_status_code", `t_newtran(); t_reply("180", "x"); $var(s) = t_get_status_code(); t_reply("404", "$var(s)");`, "INVITE", "180 x", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, loads+"loadmodule \"pv\"\nroute { if (method == \"ACK\") { t_check_trans(); exit; } "+tc.body+" }\nonreply_route[r] { exit; }")
			m := request(tc.method, "f")
			m.URI = "sip:x@192.0.2.99"
			if tc.fwd != "" && !strings.Contains(tc.body, "192.0.2.20") {
				m.URI = "sip:x@192.0.2.20"
			}
			b.a.Send(m.String())
			if got := line(b.a); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("the caller got %q, want %q", got, tc.want)
			}
			if got := line(b.b); !strings.HasPrefix(got, tc.fwd) || tc.fwd == "" && got != "" {
				t.Errorf("the callee got %q, want %q", got, tc.fwd)
			}
		})
	}
}

func TestFunctionsInTheFailureRoute(t *testing.T) {
	for _, tc := range []struct {
		name, cond string
		codes      []int // of the callee
		want       bool
	}{
		{"t_check_status", `t_check_status("48[0-9]")`, []int{486}, true},
		{"t_check_status of another", `t_check_status("404")`, []int{486}, false},
		{"t_check_status computed", `t_check_status("$avp(pat)")`, []int{486}, true},
		{"t_any_timeout", `t_any_timeout() && t_branch_timeout()`, nil, true},
		{"no timeout", `t_any_timeout() || t_branch_timeout()`, []int{486}, false},
		{"t_branch_replied", `t_branch_replied() && t_any_replied()`, []int{180, 486}, true},
		{"not replied", `t_branch_replied() || t_any_replied()`, nil, false},
		{"t_grep_status", `t_grep_status("486")`, []int{486}, true},
		{"t_grep_status of another", `t_grep_status("487")`, []int{486}, false},
		{"t_is_failure_route", `t_is_failure_route() && !t_is_request_route()`, []int{486}, true},
		{"t_local_replied", `t_local_replied("last")`, nil, true},
		{"a reply is not local", `t_local_replied("last")`, []int{486}, false},
		{"$T_reply_code", `$T_reply_code == 486`, []int{486}, true},
		{"@tm.uac", `@tm.uac[0].status == "486"`, []int{486}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, loads+`loadmodule "pv"
route { if (method == "ACK") { t_relay(); exit; } $avp(pat) = "48."; t_on_failure("f"); t_relay(); }
failure_route[f] { if (`+tc.cond+`) t_reply("480", "yes"); else t_reply("481", "no"); }`)
			b.a.Send(request("INVITE", "f").String())
			m := b.next(b.b, "INVITE")
			for _, c := range tc.codes {
				b.b.Send(reply(m, c))
			}
			if tc.codes == nil {
				b.Advance(31 * time.Second)
			}
			got := lines(b.a)
			want := "481 no"
			if tc.want {
				want = "480 yes"
			}
			if len(got) < 2 || got[len(got)-1] != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestTimesOfOneTransaction(t *testing.T) {
	for _, tc := range []struct {
		name, set string
		code      int // a provisional reply; 0 for none
		after     time.Duration
	}{
		{"fr", `t_set_fr("0", "2000");`, 0, 2 * time.Second},
		{"fr by a number", `t_set_fr(0, 2000);`, 0, 2 * time.Second},
		{"fr_inv", `t_set_fr("3000");`, 180, 3 * time.Second},
		{"both, after t_newtran", `t_newtran(); t_set_fr("3000", "1000");`, 0, time.Second},
		{"max_lifetime", `t_set_max_lifetime("1500", "0");`, 180, 1500 * time.Millisecond},
		{"reset", `t_set_fr("0", "2000"); t_reset_fr();`, 0, 30 * time.Second},
		{"after t_relay", `t_relay(); t_set_fr("0", "4000"); if (method != "X") exit;`, 0, 4 * time.Second},
		{"fr_inv_timer_avp", `$avp(i:9) = 5;`, 180, 5 * time.Second},
		{"fr_timer_avp", `$avp(i:8) = 3;`, 0, 3 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, loads+`modparam("tm", "fr_inv_timer_avp", "$avp(i:9)")
modparam("tm", "fr_timer_avp", "$avp(i:8)")
route { `+tc.set+` t_relay(); }`)
			b.a.Send(request("INVITE", "f").String())
			m := b.next(b.b, "INVITE")
			if tc.code != 0 {
				b.b.Send(reply(m, tc.code))
			}
			lines(b.a)
			b.Advance(tc.after - 50*time.Millisecond)
			b.none(b.a)
			b.Advance(60 * time.Millisecond)
			b.next(b.a, "408")
		})
	}
	b := newBed(t, loads+`route { t_set_retr("100", "200"); t_relay(); }`)
	b.a.Send(request("OPTIONS", "f").String())
	lines(b.b)
	if got := b.counts(b.b, "OPTIONS", 110*msec, 310*msec, 510*msec, 710*msec); !equal(got, []int{1, 1, 1, 1}) {
		t.Errorf("t_set_retr: repetitions %v", got)
	}
}

func TestRetransmissionEndsTheScript(t *testing.T) {
	for _, f := range []string{"t_relay();", "t_newtran(); t_relay();", "t_check_trans(); t_relay();"} {
		b := newBed(t, loads+`loadmodule "xlog"
route { `+f+` xlog("L_ERR", "went on\n"); }`)
		m := request("OPTIONS", "f").String()
		b.a.Send(m)
		b.a.Send(m)
		b.want(b.b, "OPTIONS")
		if n := strings.Count(b.Logged(), "went on"); n != 1 {
			t.Errorf("%s: the script went on %d times", f, n)
		}
	}
}

func TestCancelFunctions(t *testing.T) {
	b := newBed(t, loads+`route {
	if (method == "CANCEL") {
		if (t_lookup_cancel("1") && isflagset(5)) { t_relay_cancel(); sl_send_reply("500", "not reached"); }
		sl_send_reply("481", "No");
		exit;
	}
	setflag(5);
	t_relay();
}`)
	inv := request("INVITE", "f")
	b.a.Send(inv.String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 180))
	b.a.Send(cancel(inv))
	b.want(b.a, "100 ", "180", "200 canceling")
	b.want(b.b, "CANCEL")
	b.a.Send(cancel(request("INVITE", "other")))
	b.want(b.a, "481")

	for _, tc := range []struct {
		which  string
		cancel []bool // b, c
	}{{`"all"`, []bool{true, true}}, {`"others"`, []bool{false, true}}, {`"this"`, []bool{true, false}}} {
		b := newBed(t, loads+`route { append_branch("sip:bob@192.0.2.30"); t_on_reply("r"); t_relay(); }
onreply_route[r] { if (status == 183) t_cancel_branches(`+tc.which+`); }`)
		b.a.Send(request("INVITE", "f").String())
		mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
		b.c.Send(reply(mc, 180))
		b.b.Send(reply(mb, 183))
		for i, p := range []*coretest.Peer{b.b, b.c} {
			if got := len(lines(p)) > 0; got != tc.cancel[i] {
				t.Errorf("t_cancel_branches(%s): branch %d cancelled: %v", tc.which, i, got)
			}
		}
	}

	b = newBed(t, loads+`route {
	if (method == "MESSAGE") { if (t_cancel_callid("f@example.com", "1", "3", "480")) sl_send_reply("200", "done"); else sl_send_reply("404", "none"); exit; }
	t_on_failure("f");
	t_relay();
}
failure_route[f] { if (isflagset(3)) t_reply("480", "By the operator"); }`)
	b.a.Send(request("INVITE", "f").String())
	m = b.next(b.b, "INVITE")
	b.b.Send(reply(m, 180))
	b.a.Send(request("MESSAGE", "op").String())
	if got := coretest.Header(b.next(b.b, "CANCEL"), "Reason"); got != "SIP;cause=480" {
		t.Errorf("Reason %q", got)
	}
	b.b.Send(reply(m, 487))
	b.want(b.a, "100 ", "180", "200 done", "480 By the operator")
}

func TestParametersAct(t *testing.T) {
	for _, tc := range []struct {
		param string
		run   func(b *bed, m string) // with the INVITE at b
		want  []string
	}{
		{`"auto_inv_100", 0`, func(b *bed, m string) { b.b.Send(reply(m, 180)) }, []string{"180"}},
		{`"auto_inv_100_reason", "Coming"`, func(b *bed, m string) {}, []string{"100 Coming"}},
		{`"remap_503_500", 0`, func(b *bed, m string) { b.b.Send(reply(m, 503)) }, []string{"100 ", "503"}},
		{`"relay_100", 1`, func(b *bed, m string) { b.b.Send(reply(m, 100)) }, []string{"100 trying", "100 Code"}},
		{`"callid_matching", 1`, func(b *bed, m string) {
			b.b.Send(strings.Replace(reply(m, 180), "p@example", "q@example", 1))
		}, []string{"100 "}},
		{`"restart_fr_on_each_reply", 0`, func(b *bed, m string) {
			b.b.Send(reply(m, 180))
			b.Advance(100 * time.Second)
			b.b.Send(reply(m, 180))
			b.Advance(21 * time.Second)
		}, []string{"100 ", "180", "180", "408"}},
		{`"max_inv_lifetime", 5000`, func(b *bed, m string) { b.b.Send(reply(m, 180)); b.Advance(5100 * msec) }, []string{"100 ", "180", "408"}},
	} {
		b := newBed(t, strings.Replace(plain, "route {", "modparam(\"tm\", "+tc.param+")\nroute {", 1))
		b.a.Send(request("INVITE", "p").String())
		tc.run(b, b.next(b.b, "INVITE"))
		got := lines(b.a)
		if fmt.Sprint(len(got)) != fmt.Sprint(len(tc.want)) {
			t.Errorf("%s: %q, want %q", tc.param, got, tc.want)
			continue
		}
		for i := range got {
			if !strings.HasPrefix(got[i], tc.want[i]) {
				t.Errorf("%s: %q, want %q", tc.param, got, tc.want)
			}
		}
	}
	// cancel_b_method=0 ends a silent branch at once
	b := newBed(t, strings.Replace(plain, "route {", `modparam("tm", "cancel_b_method", 0)`+"\nroute {", 1))
	inv := request("INVITE", "p")
	b.a.Send(inv.String())
	b.a.Send(cancel(inv))
	b.want(b.a, "100 ", "200 canceling", "487")
	// ac_extra_hdrs
	b = newBed(t, strings.Replace(plain, "route {", `modparam("tm", "ac_extra_hdrs", "X-Bill")`+"\nroute {", 1))
	inv.Headers = []string{"X-Billing: 7", "X-Other: 8"}
	b.a.Send(inv.String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 486))
	k := b.next(b.b, "ACK")
	if coretest.Header(k, "X-Billing") != "7" || coretest.Header(k, "X-Other") != "" {
		t.Errorf("ac_extra_hdrs:\n%s", k)
	}
	// local_cancel_reason, e2e_cancel_reason
	b = newBed(t, strings.Replace(forks, "route {", `modparam("tm", "local_cancel_reason", 0)`+"\nroute {", 1))
	b.a.Send(request("INVITE", "p").String())
	mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
	b.c.Send(reply(mc, 180))
	b.b.Send(reply(mb, 200))
	if got := coretest.Header(b.next(b.c, "CANCEL"), "Reason"); got != "" {
		t.Errorf("Reason %q", got)
	}
}

func TestBadCallsAreRefusedAtStart(t *testing.T) {
	for script, want := range map[string]string{
		`route { t_reply("99", "x"); }`:                                     "status code must be 100 to 699",
		`route { t_on_failure("nowhere"); }`:                                "there is no failure_route[nowhere]",
		`route { t_on_reply("nowhere"); }`:                                  "there is no onreply_route[nowhere]",
		`route { t_on_branch("nowhere"); }`:                                 "there is no branch_route[nowhere]",
		`route { t_relay("192.0.2.1", "x"); }`:                              "port must be a number",
		`route { t_check_status("4[0"); }`:                                  "t_check_status",
		`route { t_drop_replies(); }`:                                       "not allowed in route",
		`route { t_set_fr("x"); }`:                                          "fr_inv_timeout must be a number",
		`route { t_cancel_branches("some"); }`:                              `"all", "others" or "this"`,
		`modparam("tm", "fr_timer", 0) route { drop; }`:                     "fr_timer",
		`modparam("tm", "retr_timer2", 100) route { drop; }`:                "shorter than retr_timer1",
		`route { $var(x) = $(T_branch_idx[1]); }`:                           "has no index",
		`route { if (@tm.nothing == "x") drop; }`:                           "@tm has",
		`modparam("tm", "fr_timer_avp", "$nonsense(") route { t_relay(); }`: "fr_timer_avp",
	} {
		modtest.WantRefused(t, loads+script, want)
	}
}
