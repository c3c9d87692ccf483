package coretest_test

import (
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// waiting is a module with a function that waits for the loop's clock.
func waiting() *registry.Module {
	return &registry.Module{Name: "waiting", Functions: []registry.Function{{
		Name: "wait_a_second", Routes: rt.RequestRoute,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 { return core.Of(c).Sleep(time.Second) }, nil
		},
	}}}
}

func TestACallGoesThroughTheWire(t *testing.T) {
	n := coretest.New(t, `route { forward("192.0.2.20"); }`, core.Options{Core: mod.Core(), Modules: mod.All()})
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	got := b.Recv()
	if coretest.StartLine(got) != "INVITE sip:bob@192.0.2.20 SIP/2.0" || len(coretest.Headers(got, "Via")) != 2 {
		t.Fatalf("arrived:\n%s", got)
	}
	b.Send(coretest.Reply(got, 180, "Ringing"))
	if got := a.Recv(); coretest.StartLine(got) != "SIP/2.0 180 Ringing" {
		t.Errorf("came back: %q", got)
	}
}

func TestTheClockMovesOnlyWhenItIsTold(t *testing.T) {
	n := coretest.New(t, `
loadmodule "waiting"
loadmodule "sl"
route {
	wait_a_second();
	sl_send_reply("200", "OK");
}`, core.Options{Core: mod.Core(), Modules: append(mod.All(), waiting())})
	a := n.Peer("192.0.2.10:5060")
	a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	n.Advance(999 * time.Millisecond)
	if got := a.Recv(); got != "" {
		t.Fatalf("too early: %q", got)
	}
	n.Advance(2 * time.Millisecond)
	if got := coretest.StartLine(a.Recv()); got != "SIP/2.0 200 OK" {
		t.Errorf("got %q", got)
	}
}
