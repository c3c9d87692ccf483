package tm_test

import (
	"slices"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/dns"
)

// TestABranchRouteMaySendToANameThatIsNotKnown: the branch waits for the name servers, the
// others go before and behind it, each with its own changes alone.
func TestABranchRouteMaySendToANameThatIsNotKnown(t *testing.T) {
	for _, tc := range []struct {
		name, block string
	}{
		{"at once", `$du = "sip:" + $rU + ".example.org";`},
		{"behind a pause", `pause(10); $du = "sip:" + $rU + ".example.org";`},
		{"the second alone", `if ($rU == "c") $du = "sip:c.example.org"; else $du = $ru;`},
		{"the second behind a pause, the third alone", `if ($rU == "c") pause(10); if ($rU == "d") $du = "sip:d.example.org"; else $du = $ru;`},
		{"the Request-URI", `$ru = "sip:" + $rU + "@" + $rU + ".example.org";`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := slowBed(t, `loadmodule "textops"
loadmodule "sl"
route {
	$ru = "sip:b@192.0.2.20";
	append_branch("sip:c@192.0.2.30");
	append_branch("sip:d@192.0.2.40");
	t_on_branch("b");
	if (!t_relay()) sl_reply_error();
	xlog("L_ERR", "and on $rU");
}
branch_route[b] { `+tc.block+` append_hf("X-Branch: $rU\r\n"); }
loadmodule "xlog"`)
			b.Names.Later("b.example.org", "192.0.2.20")
			b.Names.Later("c.example.org", "192.0.2.30")
			b.Names.Later("d.example.org", "192.0.2.40")
			b.a.Send(request("INVITE", "one").String())
			for range 5 {
				b.Advance(20 * msec)
			}
			for name, p := range map[string]*coretest.Peer{"b": b.b, "c": b.c, "d": b.d} {
				m := b.next(p, "INVITE sip:"+name+"@")
				if got := coretest.Headers(m, "X-Branch"); !slices.Equal(got, []string{name}) {
					t.Errorf("%s has the headers %q", name, got)
				}
				p.Send(reply(m, 486))
			}
			b.want(b.a, "100", "486")
			b.ended()
			if log := b.Logged(); !strings.Contains(log, "and on b") {
				t.Errorf("the script did not go on as it was: %s", log)
			}
		})
	}
}

// TestABranchWhoseNameLeadsNowhereIsOneThatCannotBeSent.
func TestABranchWhoseNameLeadsNowhereIsOneThatCannotBeSent(t *testing.T) {
	for _, tc := range []struct {
		fail error
		more string
		want []string
	}{
		{dns.ErrNoName, "", []string{"478"}},
		{dns.ErrNoRecord, "", []string{"478"}},
		{dns.ErrNoAnswer, "", []string{"500"}},
		{dns.ErrNoName, `append_branch("sip:c@192.0.2.30");`, []string{"100", "486"}},
	} {
		b := newBed(t, loads+`
route { $ru = "sip:b@192.0.2.20"; `+tc.more+` t_on_branch("b"); t_relay(); }
branch_route[b] { if ($rU == "b") $du = "sip:nowhere.example.org"; }`)
		b.Names.FailWith(tc.fail)
		b.a.Send(request("INVITE", "one").String())
		if tc.more != "" {
			b.c.Send(reply(b.next(b.c, "INVITE"), 486))
		}
		b.want(b.a, tc.want...)
		b.ended()
	}
}

// TestABranchThatWaitsForItsNameIsCancelled when it has been sent: the CANCEL waits for it.
func TestABranchThatWaitsForItsNameIsCancelled(t *testing.T) {
	b := newBed(t, loads+`
route { if (method == "CANCEL") { t_relay(); exit; } t_on_branch("b"); t_relay(); }
branch_route[b] { $du = "sip:b.example.org"; }`)
	b.Names.Later("b.example.org", "192.0.2.20")
	b.Names.Hold()
	m := request("INVITE", "one")
	b.a.Send(m.String())
	b.a.Send(m.String()) // absorbed
	b.none(b.b)
	b.a.Send(cancel(m))
	b.none(b.a)
	b.Names.Release()
	b.Settle()
	got := b.next(b.b, "INVITE")
	b.none(b.b)
	b.want(b.a, "100", "200 canceling")
	b.b.Send(reply(got, 180))
	b.want(b.b, "CANCEL")
	b.b.Send(reply(got, 487))
	b.want(b.a, "180", "487")
	b.ended()
}

// TestARequestOfOurOwnWaitsForItsName: its sender hears of the answer, or of what went wrong, as of
// a reply; a CANCEL meanwhile ends it.
func TestARequestOfOurOwnWaitsForItsName(t *testing.T) {
	for _, tc := range []struct {
		name string
		fail error
		run  func(b *bed)
		want string
	}{
		{"is answered", nil, func(b *bed) {
			m := b.next(b.b, "MESSAGE sip:x@192.0.2.20")
			if coretest.Header(m, "X-Mine") != "1" || !strings.HasSuffix(m, "\r\n\r\nhello") {
				b.t.Errorf("the request is\n%s", m)
			}
			b.b.Send(reply(m, 200))
		}, "local-response 200, local-completed 200"},
		{"there is no such name", dns.ErrNoName, nil, "local-response 478, local-completed 478"},
		{"nobody answers for it", dns.ErrNoAnswer, nil, "local-response 500, local-completed 500"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, o := observed(t, `
route { if (call_out()) sl_send_reply("200", "sent"); else sl_send_reply("500", "not sent"); }
event_route[tm:local-request] { $du = "sip:b.example.org"; }`)
			if tc.fail == nil {
				b.Names.Later("b.example.org", "192.0.2.20")
			} else {
				b.Names.FailWith(tc.fail)
			}
			b.Names.Hold()
			b.a.Send(request("OPTIONS", "o").String())
			b.want(b.a, "200 sent")
			b.none(b.b)
			b.Names.Release()
			b.Settle()
			if tc.run != nil {
				tc.run(b)
			}
			b.none(b.b)
			if got := strings.Join(o.events, ", "); got != tc.want {
				t.Errorf("events %q, want %q", got, tc.want)
			}
			b.ended()
		})
	}
}
