package blst_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/script/rt"
)

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

// says runs one function on a request and tells what it returned, and what is on the list then:
// "1 60 s".
func says(t *testing.T, params, call string, headers ...string) string {
	t.Helper()
	n := modtest.New(t, params+`
loadmodule "blst"
loadmodule "sl"
loadmodule "pv"
route { $var(r) = `+call+`; sl_send_reply("200", "$var(r)"); }`)
	a := n.Peer("192.0.2.10:5060")
	got := strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1", headers...).String())), "SIP/2.0 200 ")
	for s := 1; s < 10000; s++ {
		if _, on := n.Server.Blacklist().Listed(rt.ProtoUDP, a.Addr, int64(s)*1000-1); !on {
			if s > 1 {
				got += fmt.Sprint(" ", s-1, " s")
			}
			break
		}
	}
	return got
}

// TestAddAndDelete: what the functions return, and for how long the source is on the list.
func TestAddAndDelete(t *testing.T) {
	const on = "use_dst_blacklist=yes"
	for _, tc := range []struct {
		params, call, header, want string
	}{
		{on, `blst_add()`, "", "1 60 s"},
		{on, `blst_add("0")`, "", "1 60 s"},
		{on, `blst_add("90")`, "", "1 90 s"},
		{on, `blst_add("$var(nothing)")`, "", "1 60 s"},
		{on + "\ndst_blacklist_expire=20", `blst_add()`, "", "1 20 s"},
		{on + "\ndst_blacklist_udp_imask=255", `blst_add("30")`, "", "1 30 s"},
		{"", `blst_add("90")`, "", "-1"},
		{on + "\ndst_blacklist_init=no", `blst_add("90")`, "", "-1"},
		{on, `blst_add_retry_after("10", "100")`, "", "-1"},
		{on, `blst_add_retry_after("10", "100")`, "Retry-After: 40", "1 40 s"},
		{on, `blst_add_retry_after("10", "100")`, "Retry-After: 4 (soon)", "1 10 s"},
		{on, `blst_add_retry_after("10", "100")`, "Retry-After: 400;duration=3", "1 100 s"},
		{on, `blst_add_retry_after("10", "100")`, "Retry-After: later", "-1"},
		{on, `blst_add_retry_after("0", "100")`, "Retry-After: 0", "1"},
		{"", `blst_add_retry_after("10", "100")`, "Retry-After: 40", "-1"},
		{on, `blst_is_blacklisted()`, "", "-1"},
		{on, `blst_del()`, "", "-1"},
	} {
		var headers []string
		if tc.header != "" {
			headers = append(headers, tc.header)
		}
		if got := says(t, tc.params, tc.call, headers...); got != tc.want {
			t.Errorf("%q %s %s: %q, want %q", tc.params, tc.call, tc.header, got, tc.want)
		}
	}
	n := modtest.New(t, on+`
loadmodule "blst"
loadmodule "sl"
route {
	if (!blst_is_blocklisted() && blst_add("10") && blst_is_blacklisted() && blst_is_blocklisted() && blst_del() && !blst_is_blacklisted())
		sl_send_reply("200", "OK");
}`)
	if got := coretest.StartLine(n.Peer("192.0.2.10:5060").Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 OK" {
		t.Errorf("got %q", got)
	}
}

// TestIgnoredFailures: which failures of a message list its destination.
func TestIgnoredFailures(t *testing.T) {
	for _, tc := range []struct {
		call   string
		icmp   bool // the destination is a closed port, else it is silent
		listed bool
	}{
		{``, false, true},
		{``, true, true},
		{`blst_set_ignore();`, false, false},
		{`blst_set_ignore();`, true, false},
		{`blst_set_ignore("16");`, false, false},
		{`blst_set_ignore("16");`, true, true},
		{`blst_set_ignore("8");`, false, true},
		{`blst_set_ignore("8");`, true, false},
		{`blst_set_ignore("24"); blst_clear_ignore("8");`, true, true},
		{`blst_set_ignore("24"); blst_clear_ignore("8");`, false, false},
		{`blst_set_ignore(); blst_clear_ignore();`, false, true},
		{`blst_rpl_set_ignore();`, false, true},
		{`blst_rpl_set_ignore();`, true, true},
	} {
		n := modtest.New(t, `
use_dst_blacklist=yes
loadmodule "blst"
loadmodule "tm"
modparam("tm", "fr_timer", 1000)
route { `+tc.call+` t_relay(); }`)
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		if tc.icmp {
			b.Close()
		}
		a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
		n.Advance(1100 * time.Millisecond)
		if _, on := n.Server.Blacklist().Listed(rt.ProtoUDP, b.Addr, 1200); on != tc.listed {
			t.Errorf("%q, ICMP %v: listed is %v", tc.call, tc.icmp, on)
		}
	}
}

// TestArgumentsAreChecked when the script is loaded.
func TestArgumentsAreChecked(t *testing.T) {
	for _, call := range []string{`blst_add("-1")`, `blst_add("soon")`, `blst_set_ignore("256")`, `blst_add_retry_after("1", "x")`} {
		modtest.WantRefused(t, "loadmodule \"blst\"\nroute { "+call+"; }", call[:strings.Index(call, "(")])
	}
}
