package tm_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sipedge/engine/blacklist"
	"sipedge/engine/core/coretest"
	"sipedge/script/rt"
)

// TestListedAddressesArePassedOver: the first call learns which addresses are dead, the next goes
// straight to the one that lives, until the time of the list is over.
func TestListedAddressesArePassedOver(t *testing.T) {
	b := failoverBed(t, "use_dst_blacklist=yes\ndst_blacklist_expire=60\nmodparam(\"tm\", \"fr_timer\", 2000)"+relayOrFail)
	b.c.Close()
	call := func(id string) {
		b.t.Helper()
		b.a.Send(toGateways("INVITE", id).String())
	}
	call("one") // the first is silent, the second closed
	b.Advance(2100 * msec)
	b.answerLast(b.d, 200)
	b.want(b.a, "100", "200")
	if len(lines(b.b)) == 0 {
		t.Error("the first was not tried")
	}
	want := map[string]blacklist.Cause{"192.0.2.20:5060": blacklist.Timeout, "192.0.2.30:5060": blacklist.ICMPError}
	b.Server.Blacklist().View(0, func(e blacklist.Entry) bool {
		if want[e.Addr.String()] != e.Cause || e.Proto != rt.ProtoUDP {
			t.Errorf("on the list: %+v", e)
		}
		delete(want, e.Addr.String())
		return true
	})
	if len(want) != 0 {
		t.Errorf("not on the list: %v", want)
	}
	b.c.Open()
	call("two")
	b.none(b.b, b.c)
	b.answerLast(b.d, 200)
	b.want(b.a, "100", "200")
	b.Advance(61 * time.Second)
	call("three")
	b.none(b.c, b.d)
	b.answerLast(b.b, 200)
	b.want(b.a, "100", "200")
	b.ended()
}

// TestMethodsOfTheList: which time-outs list a destination, and who passes over it.
func TestMethodsOfTheList(t *testing.T) {
	for _, tc := range []struct {
		method, params string
		listed         bool
	}{
		{"INVITE", "", true},
		{"MESSAGE", "", false},
		{"MESSAGE", `modparam("tm", "blst_methods_add", 257)`, true},
		{"INVITE", `modparam("tm", "blst_methods_add", 256)`, false},
		{"OPTIONS", `modparam("tm", "blst_methods_add", 512)`, true},
		{"FANCY", `modparam("tm", "blst_methods_add", 524288)`, true},
		{"INVITE", `modparam("tm", "blst_methods_add", 0)`, false},
		{"INVITE", `dst_blacklist_udp_imask=16`, false},
		{"INVITE", `dst_blocklist_udp_imask=16`, false},
		{"INVITE", `dst_blacklist_tcp_imask=16`, true},
	} {
		b := newBed(t, "use_dst_blocklist=yes\n"+loads+tc.params+relayOrFail)
		b.a.Send(request(tc.method, "one").String())
		b.Advance(33 * time.Second)
		_, listed := b.Server.Blacklist().Listed(rt.ProtoUDP, b.b.Addr, 33_000)
		if listed != tc.listed {
			t.Errorf("%s, %s: listed is %v", tc.method, tc.params, listed)
		}
		b.ended()
	}
	for _, tc := range []struct {
		method string
		mask   int
		passed bool
	}{
		{"INVITE", 1 | 256, true}, {"MESSAGE", 1 | 256, true}, {"OPTIONS", 1 | 256, false}, {"INVITE", 0, false}, {"OPTIONS", 2147483647, true}, {"BYE", -9, false}, {"MESSAGE", -9, true}, {"BYE", -1, true},
	} {
		b := newBed(t, fmt.Sprintf("use_dst_blacklist=yes\n%smodparam(\"tm\", \"blst_methods_lookup\", %d)%s", loads, tc.mask, relayOrFail))
		b.Server.Blacklist().AddUntil(rt.ProtoUDP, b.b.Addr, 100_000, 1)
		b.a.Send(request(tc.method, "one").String())
		if passed := len(lines(b.b)) == 0; passed != tc.passed {
			t.Errorf("%s with %d: passed over is %v", tc.method, tc.mask, passed)
		}
	}
}

// TestA503ListsItsSender for as long as its Retry-After says, within the bounds of the
// parameters.
func TestA503ListsItsSender(t *testing.T) {
	for _, tc := range []struct {
		params, retryAfter string
		seconds            int
	}{
		{`modparam("tm", "blst_503", 1)`, "", 0},
		{`modparam("tm", "blst_503", 1)`, "120", 120},
		{`modparam("tm", "blst_503", 1)`, "7200", 3600},
		{`modparam("tm", "blst_503", 1)`, "soon", 0},
		{`modparam("tm", "blst_503", 1)`, "20 (overload);duration=3", 20},
		{"modparam(\"tm\", \"blst_503\", 1)\nmodparam(\"tm\", \"blst_503_def_timeout\", 30)", "", 30},
		{"modparam(\"tm\", \"blst_503\", 1)\nmodparam(\"tm\", \"blst_503_min_timeout\", 50)", "5", 50},
		{"modparam(\"tm\", \"blst_503\", 1)\nmodparam(\"tm\", \"blst_503_max_timeout\", 10)", "50", 10},
		{"modparam(\"tm\", \"blst_503\", 1)\nmodparam(\"tm\", \"blst_methods_add\", 2)", "50", 0},
		{"modparam(\"tm\", \"blst_503\", 1)\ndst_blacklist_udp_imask=32", "50", 0},
		{"", "120", 0},
	} {
		b := newBed(t, "use_dst_blacklist=yes\n"+loads+tc.params+relayOrFail)
		b.a.Send(request("INVITE", "one").String())
		m := b.next(b.b, "INVITE")
		var headers []string
		if tc.retryAfter != "" {
			headers = append(headers, "Retry-After: "+tc.retryAfter)
		}
		b.b.Send(coretest.Reply(m, 503, "Busy", headers...))
		b.want(b.a, "100", "500")
		got := 0
		b.Server.Blacklist().View(0, func(e blacklist.Entry) bool {
			if e.Addr != b.b.Addr || e.Cause != blacklist.Answer503 {
				t.Errorf("on the list: %+v", e)
			}
			got = int(e.Until / 1000)
			return true
		})
		if got != tc.seconds {
			t.Errorf("%s, Retry-After %q: listed for %d s, want %d", tc.params, tc.retryAfter, got, tc.seconds)
		}
	}
}

// TestForwardTriesTheNextAddress: also stateless, of those that are not on the list.
func TestForwardTriesTheNextAddress(t *testing.T) {
	for _, tc := range []struct {
		failover, list string
		listed         []string
		want           string // who gets the request; "" nobody
	}{
		{"yes", "yes", nil, "b"},
		{"yes", "yes", []string{"192.0.2.20:5060"}, "c"},
		{"yes", "yes", []string{"192.0.2.20:5060", "192.0.2.30:5060"}, "d"},
		{"yes", "yes", []string{"192.0.2.20:5060", "192.0.2.30:5060", "192.0.2.40:5060"}, ""},
		{"yes", "no", []string{"192.0.2.20:5060"}, "b"},
	} {
		b := newBed(t, fmt.Sprintf("use_dns_failover=%s\nuse_dst_blacklist=%s\n%sroute { if (!forward()) sl_reply_error(); }", tc.failover, tc.list, loads))
		gateways(b)
		for _, a := range tc.listed {
			b.Server.Blacklist().AddUntil(rt.ProtoUDP, netip.MustParseAddrPort(a), 100_000, 1)
		}
		b.a.Send(toGateways("OPTIONS", "one").String())
		got := ""
		for name, p := range map[string]*coretest.Peer{"b": b.b, "c": b.c, "d": b.d} {
			if len(lines(p)) > 0 {
				got += name
			}
		}
		if got != tc.want {
			t.Errorf("%+v: %q got it", tc, got)
		}
		if a := lines(b.a); (len(a) > 0) != (tc.want == "") {
			t.Errorf("%+v: the caller got %q", tc, a)
		}
	}
}

// TestForwardTriesTheNextAddressBehindOneItCannotSendTo: the onsend_route drops what goes to the
// first.
func TestForwardTriesTheNextAddressBehindOneItCannotSendTo(t *testing.T) {
	for _, send := range []string{"forward()", "t_relay()"} {
		b := newBed(t, "use_dns_failover=yes\ndns_try_naptr=no\n"+loads+`
route { if (!`+send+`) sl_reply_error(); }
onsend_route { if (to_ip == 192.0.2.20) drop; }`)
		gateways(b)
		b.a.Send(toGateways("MESSAGE", "one").String())
		b.none(b.a, b.b, b.d)
		if got := lines(b.c); len(got) != 1 || !strings.HasPrefix(got[0], "MESSAGE") {
			t.Errorf("%s: the second got %q", send, got)
		}
	}
}
