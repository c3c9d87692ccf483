package tm_test

import (
	"testing"

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

// goOn is t_continue().
func (b *bed) goOn(h tm.Handle, route string) {
	b.t.Helper()
	if err := tm.Of(b.Server).Continue(h, route); err != nil {
		b.t.Fatal(err)
	}
	b.Advance(msec)
	b.d.Send("\r\n\r\n") // a cycle of the loop
	lines(b.d)
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
