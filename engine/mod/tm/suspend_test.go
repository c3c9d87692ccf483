package tm_test

import (
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// slow is a module whose function pause("ms") makes the script wait.
func slow() *registry.Module {
	return &registry.Module{Name: "slow", Functions: []registry.Function{{
		Name: "pause", Routes: rt.AnyRoute, Args: []registry.Arg{{Name: "ms", Kind: registry.ArgInt}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			ms := args[0].Eval
			return func(c *rt.Ctx) int32 {
				return core.Of(c).Sleep(time.Duration(ms(c).Int()) * time.Millisecond)
			}, nil
		},
	}, {
		Name: "boom", Routes: rt.AnyRoute,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(*rt.Ctx) int32 { panic("boom") }, nil
		},
	}}}
}

func slowBed(t *testing.T, script string) *bed {
	t.Helper()
	n := coretest.New(t, "loadmodule \"slow\"\n"+loads+script, core.Options{Core: mod.Core(), Modules: append(mod.All(), slow())})
	return &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060"), c: n.Peer("192.0.2.30:5060"), d: n.Peer("192.0.2.40:5060")}
}

const msec = time.Millisecond

// While the request's script waits, retransmissions are absorbed and replies queue.
func TestSuspensionInTheRequestRoute(t *testing.T) {
	t.Run("before t_relay", func(t *testing.T) {
		b := slowBed(t, `route { if (method == "CANCEL") { t_relay(); exit; } pause(700); t_relay(); }`)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.a.Send(inv.String())
		b.Advance(500 * msec)
		b.a.Send(inv.String())
		b.none(b.a, b.b)
		b.Advance(300 * msec)
		b.want(b.b, "INVITE")
		b.want(b.a, "100 ")
	})
	t.Run("after t_newtran a retransmission gets the last reply", func(t *testing.T) {
		b := slowBed(t, `route { t_newtran(); t_reply("100", "Wait"); pause(700); t_relay(); }`)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.a.Send(inv.String())
		b.want(b.a, "100 Wait", "100 Wait")
		b.none(b.b)
		b.Advance(800 * msec)
		b.want(b.b, "INVITE")
	})
	t.Run("after t_relay replies queue in their order", func(t *testing.T) {
		b := slowBed(t, `route { t_relay(); pause(700); }`)
		b.a.Send(request("INVITE", "s").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 180))
		b.b.Send(reply(m, 183))
		b.b.Send(reply(m, 200))
		b.want(b.a, "100 ")
		b.Advance(800 * msec)
		b.want(b.a, "180", "183", "200")
		b.ended()
	})
	t.Run("a CANCEL is honoured when the script goes on", func(t *testing.T) {
		b := slowBed(t, `route { if (method == "CANCEL") { t_relay(); exit; } t_newtran(); pause(700); if (!t_relay()) exit; }`)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.a.Send(cancel(inv))
		b.none(b.a)
		b.Advance(800 * msec)
		m := b.next(b.b, "INVITE")
		b.want(b.a, "100 ", "200 canceling")
		b.b.Send(reply(m, 180))
		b.want(b.b, "CANCEL")
		b.b.Send(reply(m, 487))
		b.want(b.b, "ACK")
		b.a.Send(ack(inv, reply(inv.String(), 487)))
		lines(b.a)
		b.ended()
	})
	t.Run("Timer B is not lost", func(t *testing.T) {
		b := slowBed(t, `modparam("tm", "fr_timer", 1000)
route { t_relay(); pause(5000); }`)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.Advance(4900 * msec)
		b.want(b.a, "100 ")
		b.Advance(200 * msec)
		got := b.next(b.a, "408")
		b.a.Send(ack(inv, got))
		lines(b.b)
		b.ended()
	})
}

func TestSuspensionInTheFailureRoute(t *testing.T) {
	script := `route { if (method == "CANCEL") { t_relay(); exit; } if (method == "ACK") { t_relay(); exit; } t_on_failure("f"); t_relay(); }
failure_route[f] { pause(700); seturi("sip:x@192.0.2.30"); t_relay(); }`
	t.Run("the next fork goes out when it is over", func(t *testing.T) {
		b := slowBed(t, script)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 486))
		b.a.Send(inv.String())
		b.want(b.a, "100 ", "100 ")
		b.none(b.c)
		b.Advance(800 * msec)
		m := b.next(b.c, "INVITE")
		b.c.Send(reply(m, 200))
		b.want(b.a, "200")
		b.ended()
	})
	t.Run("a 2xx that comes meanwhile is relayed", func(t *testing.T) {
		b := slowBed(t, `route { if (method == "ACK") { t_relay(); exit; } t_on_failure("f"); t_relay(); }
failure_route[f] { pause(700); }`)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		b.b.Send(reply(m, 200))
		b.want(b.a, "100 ")
		b.Advance(800 * msec)
		b.want(b.a, "486", "200")
		lines(b.b)
		b.ended()
	})
	t.Run("a CANCEL meanwhile ends the fork", func(t *testing.T) {
		b := slowBed(t, script)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 486))
		b.a.Send(cancel(inv))
		b.Advance(800 * msec)
		m := b.next(b.c, "INVITE")
		b.c.Send(reply(m, 180))
		b.want(b.c, "CANCEL")
		b.c.Send(reply(m, 487))
		b.want(b.a, "100 ", "200 canceling", "180", "487")
	})
}

func TestSuspensionInTheReplyRoute(t *testing.T) {
	b := slowBed(t, `route { if (method == "CANCEL") { t_relay(); exit; } t_on_reply("r"); t_relay(); }
onreply_route[r] { pause(300); }`)
	inv := request("INVITE", "s")
	b.a.Send(inv.String())
	m := b.next(b.b, "INVITE")
	b.want(b.a, "100 ")
	b.b.Send(reply(m, 180))
	b.b.Send(reply(m, 183))
	b.a.Send(cancel(inv))
	b.want(b.a, "200 canceling")
	b.Advance(350 * msec)
	b.want(b.a, "180")
	b.none(b.b)
	b.Advance(350 * msec)
	b.want(b.a, "183")
	b.want(b.b, "CANCEL")
	b.b.Send(reply(m, 487))
	b.want(b.b, "ACK")
	b.none(b.a)
	b.Advance(350 * msec)
	got := b.next(b.a, "487")
	b.a.Send(ack(inv, got))
	b.ended()
}

func TestSuspensionInTheBranchRoute(t *testing.T) {
	b := slowBed(t, `route { append_branch("sip:bob@192.0.2.30"); t_on_branch("b"); t_relay(); xlog("relayed $rc"); }
branch_route[b] { pause(300); if ($rd == "192.0.2.30") $rU = "carl"; }`[0:0]+`loadmodule "textops"
route { append_branch("sip:bob@192.0.2.30"); t_on_branch("b"); $var(r) = t_relay(); if ($var(r) == 1) setflag(1); t_on_reply("r"); }
branch_route[b] { pause(300); append_hf("X-B: $T_branch_idx\r\n"); }
onreply_route[r] { if (isflagset(1)) append_hf("X-Relayed: 1\r\n"); }`)
	b.a.Send(request("INVITE", "s").String())
	b.none(b.b, b.c)
	b.Advance(350 * msec)
	b.Advance(350 * msec)
	mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
	if coretest.Header(mb, "X-B") != "0" || coretest.Header(mc, "X-B") != "1" {
		t.Errorf("X-B %q and %q", coretest.Header(mb, "X-B"), coretest.Header(mc, "X-B"))
	}
	b.b.Send(reply(mb, 180))
	b.next(b.a, "100 ")
	if got := b.next(b.a, "180"); coretest.Header(got, "X-Relayed") != "1" {
		t.Errorf("t_relay() returned something else than 1:\n%s", got)
	}
}

// A panic in a script's function costs that script alone: the caller gets an answer.
func TestAPanicInARouteEndsTheTransaction(t *testing.T) {
	for name, script := range map[string]string{
		"request": `route { t_newtran(); boom(); }`,
		"failure": `route { t_on_failure("f"); t_relay(); } failure_route[f] { boom(); }`,
		"reply":   `route { t_on_reply("r"); t_relay(); } onreply_route[r] { if (status == 486) boom(); }`,
	} {
		t.Run(name, func(t *testing.T) {
			b := slowBed(t, script)
			inv := request("INVITE", "s")
			b.a.Send(inv.String())
			if name != "request" {
				b.b.Send(reply(b.next(b.b, "INVITE"), 486))
				b.next(b.a, "100 ")
			}
			got := b.next(b.a, "500")
			b.a.Send(ack(inv, got))
			lines(b.b)
			b.ended()
		})
	}
}

// t_suspend and t_continue, as other modules use them.
func TestSuspendAndContinue(t *testing.T) {
	var h tm.Handle
	m := &registry.Module{Name: "slow", Functions: []registry.Function{{
		Name: "hold", Routes: rt.AnyRoute,
		Compile: func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				h = tm.Of(p.Server()).Suspend(p)
				return 0
			}, nil
		},
	}}}
	for _, tc := range []struct{ name, route, want string }{
		{"goes on", "later", "202 "},
		{"unknown block", "nowhere", "500 "},
		{"given up", "", "500 "},
	} {
		n := coretest.New(t, "loadmodule \"slow\"\n"+loads+`
route { $avp(x) = "kept"; hold(); }
route[later] { if ($avp(x) == "kept") t_reply("202", "Later"); }`, core.Options{Core: mod.Core(), Modules: append(mod.All(), m)})
		b := &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060")}
		b.a.Send(request("MESSAGE", "s").String())
		b.none(b.a)
		if err := tm.Of(b.Server).Continue(h, tc.route); err != nil {
			t.Fatal(err)
		}
		b.Advance(msec)
		b.a.Send(request("OPTIONS", "other").String()) // a cycle of the loop
		if got := line(b.a); got[:4] != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	// and one that nobody goes on with ends by itself
	n := coretest.New(t, "loadmodule \"slow\"\n"+loads+`route { hold(); }`, core.Options{Core: mod.Core(), Modules: append(mod.All(), m)})
	b := &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060")}
	inv := request("INVITE", "s")
	b.a.Send(inv.String())
	b.Advance(181 * time.Second)
	got := b.next(b.a, "408")
	b.a.Send(ack(inv, got))
	b.ended()
}
