package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// holdBed is a slowBed with a function hold(), which suspends the transaction and lets
// the script run on; h is the last one's.
func holdBed(t *testing.T, script string, h *tm.Handle) *bed {
	t.Helper()
	hold := &registry.Module{Name: "holder", Functions: []registry.Function{{
		Name: "hold", Routes: rt.AnyRoute,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				*h = tm.Of(p.Server()).Suspend(p)
				return 1
			}, nil
		},
	}}}
	n := coretest.New(t, "loadmodule \"slow\"\nloadmodule \"holder\"\n"+loads+script, core.Options{Core: mod.Core(), Modules: append(mod.All(), slow(), hold)})
	return &bed{Net: n, t: t, a: n.Peer("192.0.2.10:5060"), b: n.Peer("192.0.2.20:5060"), c: n.Peer("192.0.2.30:5060"), d: n.Peer("192.0.2.40:5060")}
}

// goOn is t_continue(); the result is what d gets.
func (b *bed) goOn(h tm.Handle, route string) string {
	b.t.Helper()
	if err := tm.Of(b.Server).Continue(h, route); err != nil {
		b.t.Fatal(err)
	}
	b.Advance(msec)
	b.d.Send("\r\n\r\n") // a cycle of the loop
	return b.d.Recv()
}

// A t_continue() that comes while a script waits is not lost, however many replies wait too.
func TestContinueIsNotLostWhenEventsAreFull(t *testing.T) {
	var h tm.Handle
	b := holdBed(t, `route { if (method == "OPTIONS") { t_relay(); pause(60000); exit; } hold(); pause(700); }
route[later] { t_reply("202", "Later"); }`, &h)
	tm.Bounds(b.Server, 0, 0, 1, 0)
	b.a.Send(request("OPTIONS", "full").String())
	b.b.Send(reply(b.next(b.b, "OPTIONS"), 200)) // the only event there is room for
	b.a.Send(request("MESSAGE", "s").String())
	b.goOn(h, "later")
	b.goOn(h, "nowhere") // the first counts
	b.none(b.a)
	b.Advance(800 * msec)
	b.want(b.a, "202 Later")
	b.Advance(60000 * msec)
	b.want(b.a, "100 ", "200")
	b.ended()
}

// While a transaction waits for t_continue() its failures wait too: the script has not
// decided yet, and may send the request elsewhere.
func TestFailureWaitsForContinue(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		want         string // where route[nothing] goes on
	}{
		{"suspended in the failure_route", `route { ROUTE t_on_failure("f"); t_relay(); }
failure_route[f] { seturi("sip:x@192.0.2.30"); t_relay(); hold(); }`, "480"},
		{"in the request's route", `route { ROUTE append_branch("sip:x@192.0.2.30"); t_relay(); hold(); }`, "480"},
		{"with a failure_route", `route { ROUTE t_on_failure("f"); append_branch("sip:x@192.0.2.30"); t_relay(); hold(); }
failure_route[f] { t_reply("499", "Now"); }`, "499"},
	} {
		for _, end := range []string{"elsewhere", "nothing", "given up", "cancel", "nobody"} {
			t.Run(tc.name+", "+end, func(t *testing.T) {
				var h tm.Handle
				b := holdBed(t, strings.Replace(tc.script, "ROUTE", `if (method == "CANCEL" || method == "ACK") { t_relay(); exit; }`, 1)+`
route[elsewhere] { t_on_failure("0"); seturi("sip:x@192.0.2.40"); t_relay(); }
route[nothing] { $avp(x) = 1; }`, &h)
				inv := request("INVITE", "s")
				b.a.Send(inv.String())
				b.b.Send(reply(b.next(b.b, "INVITE"), 480))
				m := b.next(b.c, "INVITE")
				if end == "cancel" {
					b.c.Send(reply(m, 180))
					b.a.Send(cancel(inv))
					b.next(b.c, "CANCEL")
					b.c.Send(reply(m, 487))
					got := lines(b.a)
					if last := got[len(got)-1]; len(got) != 4 || last[:2] != "48" && last[:3] != tc.want {
						t.Errorf("%q", got)
					}
					b.a.Send(ack(inv, reply(inv.String(), 487)))
					b.ended()
					return
				}
				b.c.Send(reply(m, 480))
				b.want(b.a, "100 ")
				want := tc.want
				switch end {
				case "elsewhere":
					b.d.Send(reply(b.goOn(h, end), 200))
					want = "200"
				case "nothing":
					b.goOn(h, end)
				case "given up":
					b.goOn(h, "")
					want = "500"
				case "nobody":
					b.Advance(181 * time.Second)
					want = "408"
				}
				got := b.next(b.a, want)
				b.a.Send(ack(inv, got))
				b.ended()
			})
		}
	}
}
