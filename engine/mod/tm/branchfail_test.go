package tm_test

import (
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// Each failure of a branch runs the block, which may add another branch while the
// others go on.
func TestBranchFailureAddsABranch(t *testing.T) {
	for _, tc := range []struct {
		name, block string
		run         func(b *bed)
		want        []string
	}{
		{"a branch in the place of one that failed", `if (t_check_status("430") && $T_branch_idx == 0 && $T_reply_code == 430) { append_branch("sip:bob@192.0.2.40"); t_relay(); }`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.b.Send(reply(mb, 430))
			md := b.next(b.d, "INVITE sip:bob@192.0.2.40")
			b.c.Send(reply(mc, 486))
			b.none(b.a, b.d)
			b.d.Send(reply(md, 200))
		}, []string{"200"}},
		{"the failures of all count", `if (t_check_status("430")) { append_branch("sip:bob@192.0.2.40"); t_relay(); }`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.b.Send(reply(mb, 430))
			b.d.Send(reply(b.next(b.d, "INVITE"), 500))
			b.c.Send(reply(mc, 302))
		}, []string{"302"}},
		{"the last one, too", `if (t_check_status("430")) { append_branch("sip:bob@192.0.2.40"); t_relay(); }`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.c.Send(reply(mc, 486))
			b.b.Send(reply(mb, 430))
			md := b.next(b.d, "INVITE")
			b.none(b.a)
			b.d.Send(reply(md, 200))
		}, []string{"200"}},
		{"a time that is over is a failure", `if (t_branch_timeout() && t_local_replied("last") && $T_branch_idx == 1) { append_branch("sip:bob@192.0.2.40"); t_relay(); }`, func(b *bed) {
			b.b.Send(reply(b.next(b.b, "INVITE"), 486))
			b.Advance(31 * time.Second)
			b.d.Send(reply(b.next(b.d, "INVITE"), 200))
		}, []string{"200"}},
		{"it may answer", `t_reply("480", "Gone");`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.c.Send(reply(mc, 180))
			b.b.Send(reply(mb, 430))
			b.want(b.c, "CANCEL")
			b.c.Send(reply(mc, 487))
		}, []string{"180", "480 Gone"}},
		{"after a 6xx there are no new ones", `append_branch("sip:bob@192.0.2.40"); t_relay();`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.b.Send(reply(mb, 603))
			b.c.Send(reply(mc, 486))
			b.none(b.d)
		}, []string{"603"}},
		{"a panic in it", `boom();`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.b.Send(reply(mb, 430))
			b.c.Send(reply(mc, 486))
		}, []string{"430"}},
		{"it may wait", `if (t_check_status("430")) { pause(300); append_branch("sip:bob@192.0.2.40"); t_relay(); }`, func(b *bed) {
			mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
			b.b.Send(reply(mb, 430))
			b.c.Send(reply(mc, 486)) // waits for the block
			b.none(b.a, b.d)
			b.Advance(350 * msec)
			b.d.Send(reply(b.next(b.d, "INVITE"), 404))
		}, []string{"404"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := slowBed(t, `route {
	if (method == "ACK") { t_relay(); exit; }
	append_branch("sip:bob@192.0.2.30");
	t_on_branch_failure("next");
	if (t_is_set("branch_failure_route")) t_relay();
}
event_route[tm:branch-failure:next] { `+tc.block+` }`)
			inv := request("INVITE", "f")
			b.a.Send(inv.String())
			b.want(b.a, "100 ")
			tc.run(b)
			var last string
			for _, w := range tc.want {
				last = b.next(b.a, w)
			}
			b.a.Send(ack(inv, last))
			lines(b.b)
			b.ended()
		})
	}
}

func TestBranchFailureIsDisarmed(t *testing.T) {
	b := newBed(t, loads+`route { t_on_branch_failure("next"); t_on_branch_failure("0"); t_relay(); }
event_route[tm:branch-failure:next] { t_reply("480", "not reached"); }`)
	b.a.Send(request("INVITE", "f").String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 486))
	b.want(b.a, "100 ", "486")
	// a computed name
	b = newBed(t, loads+`loadmodule "pv"
route { $var(n) = "next"; t_on_branch_failure("$var(n)"); if (!t_on_branch_failure("no$var(n)")) t_relay(); }
event_route[tm:branch-failure:next] { t_reply("480", "Reached"); }`)
	b.a.Send(request("INVITE", "f").String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 486))
	b.want(b.a, "100 ", "480 Reached")
	modtest.WantRefused(t, loads+`route { t_on_branch_failure("nowhere"); }`, "there is no event_route[tm:branch-failure:nowhere]")
	modtest.WantRefused(t, loads+`route { t_relay(); } event_route[tm:branch-failure:x] { t_next_contact_flow(); }`, "no +sip.instance")
}

// t_set_disable_internal_reply leaves the answer to the script.
func TestInternalRepliesAreLeftToTheScript(t *testing.T) {
	for _, tc := range []struct{ set, uri, want string }{
		{"", "sip:x@host.example.net", "478 "},
		{`t_set_disable_internal_reply(1);`, "sip:x@host.example.net", "599 "},
		{`t_newtran(); t_set_disable_internal_reply(1);`, "sip:x@host.example.net", "599 "},
		{`t_set_disable_internal_reply(1); t_set_disable_internal_reply(0);`, "tel:1", "416 "},
		{`t_set_disable_internal_reply(1);`, "tel:1", "599 "},
	} {
		b := newBed(t, loads+`route { `+tc.set+` if (!t_relay()) { t_reply("599", "By the script"); } }`)
		if tc.set == "" {
			b = newBed(t, loads+`route { t_relay(); }`)
		}
		m := request("OPTIONS", "f")
		m.URI = tc.uri
		b.a.Send(m.String())
		if got := coretest.StartLine(b.next(b.a, tc.want)); got == "" {
			t.Error(tc.set)
		}
		b.none(b.a)
	}
}
