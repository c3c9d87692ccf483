package e2e

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// handles is a module of the tests with functions that suspend in odd ways. The
// handles that they take are in taken.
type handles struct {
	taken []core.Handle
}

func (h *handles) module() *registry.Module {
	function := func(name string, f func(p *core.Proc) int32) registry.Function {
		return registry.Function{Name: name, Routes: rt.AnyRoute, Stateful: true, Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 { return f(core.Of(c)) }, nil
		}}
	}
	suspend := func(p *core.Proc, done func(*core.Proc, int64, any, error) int32) int32 {
		k, err := p.Suspend(done)
		if err != nil {
			return p.Refuse(err)
		}
		h.taken = append(h.taken, k)
		return rt.Pending
	}
	return &registry.Module{Name: "handles", Functions: []registry.Function{
		function("hang", func(p *core.Proc) int32 { return suspend(p, nil) }),
		function("changes_its_mind", func(p *core.Proc) int32 {
			suspend(p, nil)
			return 1
		}),
		function("lies", func(p *core.Proc) int32 { return rt.Pending }),
		function("twice", func(p *core.Proc) int32 {
			return suspend(p, func(p *core.Proc, n int64, _ any, _ error) int32 {
				return suspend(p, func(_ *core.Proc, m int64, _ any, _ error) int32 { return int32(10*n + m) })
			})
		}),
		function("explodes_later", func(p *core.Proc) int32 {
			return suspend(p, func(*core.Proc, int64, any, error) int32 { panic("later") })
		}),
		function("nap", func(p *core.Proc) int32 { return p.Sleep(time.Second) }),
		function("fail_on_pool", func(p *core.Proc) int32 {
			return p.Await(time.Second, func(context.Context) (int64, any, error) { return 0, nil, errors.New("no") }, nil)
		}),
	}}
}

func (h *handles) net(t *testing.T, script string) (*coretest.Net, *coretest.Peer) {
	t.Helper()
	n := coretest.New(t, "loadmodule \"sl\"\nloadmodule \"textops\"\nloadmodule \"xlog\"\nloadmodule \"handles\"\n"+script, options(h.module()))
	return n, n.Peer("192.0.2.10:5060")
}

// resume delivers a result and lets the loop take it.
func resume(t *testing.T, n *coretest.Net, k core.Handle, result int64) {
	t.Helper()
	if err := n.Server.Resume(k, result, nil); err != nil {
		t.Fatal(err)
	}
	n.Advance(0)
	n.Peer("192.0.2.99:5060").Send("\r\n\r\n") // a cycle
}

const answerRC = `route { %s; sl_send_reply("200", "rc $rc"); }`

func script(call string) string { return strings.Replace(answerRC, "%s", call, 1) }

func TestResumeFromOutside(t *testing.T) {
	var h handles
	n, a := h.net(t, script("hang()"))
	if m := a.Ask(coretest.Request("INVITE", "sip:bob@example.net").String()); m != "" {
		t.Fatalf("answered while it waits: %q", m)
	}
	resume(t, n, h.taken[0], 7)
	if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 rc 7\r\n") {
		t.Errorf("%q", m)
	}
	resume(t, n, h.taken[0], 8) // late
	if m := a.Recv(); m != "" {
		t.Errorf("answered twice: %q", m)
	}
}

// TestDoneMaySuspendAgain: one call of a script function may wait more than once.
func TestDoneMaySuspendAgain(t *testing.T) {
	var h handles
	n, a := h.net(t, script("twice()"))
	inv := coretest.Request("INVITE", "sip:bob@example.net")
	a.Send(inv.String())
	resume(t, n, h.taken[0], 4)
	cancel := *inv
	cancel.Method = "CANCEL"
	a.Send(cancel.String()) // waits for the second part too
	a.Send(inv.String())    // absorbed
	if m := a.Recv(); m != "" || len(h.taken) != 2 {
		t.Fatalf("%d handles, %q", len(h.taken), m)
	}
	resume(t, n, h.taken[1], 2)
	if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 rc 42\r\n") {
		t.Errorf("%q", m)
	}
}

// TestHandleThatNobodyWaitsForIsGivenUp: its result must not reach the message
// that uses the same context later.
func TestHandleThatNobodyWaitsForIsGivenUp(t *testing.T) {
	for _, s := range []string{
		script(`if (is_method("INVITE")) changes_its_mind(); else hang()`),
		`route { if (is_method("OPTIONS")) hang(); if (!forward("192.0.2.20", 5060)) exit; sl_send_reply("200", "rc $rc"); }
		 onsend_route { if (is_method("INVITE")) hang(); }`,
	} {
		var h handles
		n, a := h.net(t, s)
		a.Send(coretest.Request("INVITE", "sip:bob@example.net").String())
		a.Recv()
		other := coretest.Request("OPTIONS", "sip:bob@example.net")
		other.CallID, other.Via[0] = "other", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKother"
		if m := a.Ask(other.String()); m != "" || len(h.taken) != 2 {
			t.Fatalf("%d handles, %q", len(h.taken), m)
		}
		resume(t, n, h.taken[0], 1)
		if m := a.Recv(); m != "" {
			t.Errorf("the other message went on: %q", m)
		}
		resume(t, n, h.taken[1], 1)
		if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 rc 1\r\n") {
			t.Errorf("%q", m)
		}
		if n.Server.Stats().Total["resumedLate"] != 1 {
			t.Error("the late result was not counted")
		}
	}
}

// TestCancelIsProcessedHoweverItsScriptEnds: with a panic, an error, or well.
func TestCancelIsProcessedHoweverItsScriptEnds(t *testing.T) {
	for _, call := range []string{`explodes_later()`, `hang(); while (1) { $var(x) = $var(x) + "0123456789012345678901234567890123456789"; }`, `hang(); drop`} {
		var h handles
		n, a := h.net(t, `max_while_loops=1000000
route { if (is_method("CANCEL")) { sl_send_reply("200", "cancelled"); exit; } `+call+`; }`)
		inv := coretest.Request("INVITE", "sip:bob@example.net")
		a.Send(inv.String())
		cancel := *inv
		cancel.Method = "CANCEL"
		if m := a.Ask(cancel.String()); m != "" {
			t.Fatalf("%s: the CANCEL overtook its INVITE: %q", call, m)
		}
		resume(t, n, h.taken[0], 1)
		if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 cancelled") {
			t.Errorf("%s: %q", call, m)
		}
		// the table is empty again
		a.Send(inv.String())
		if len(h.taken) != 2 {
			t.Errorf("%s: the INVITE found its old self", call)
		}
	}
}

// TestRFC2543RequestWaits: without a magic cookie the transaction is told by its
// other headers.
func TestRFC2543RequestWaits(t *testing.T) {
	var h handles
	n, a := h.net(t, script("hang()"))
	r := coretest.Request("INVITE", "sip:bob@example.net")
	r.Via[0] = "SIP/2.0/UDP 192.0.2.10:5060"
	a.Send(r.String())
	a.Send(r.String())
	r.Via[0] = "SIP/2.0/UDP 192.0.2.11:5060" // the same from another sender
	a.Send(r.String())
	r.CSeq = 2
	a.Send(r.String())
	if len(h.taken) != 3 {
		t.Fatalf("%d scripts wait, want 3", len(h.taken))
	}
	for i := len(h.taken) - 1; i >= 0; i-- {
		resume(t, n, h.taken[i], 1)
	}
	if got := n.Server.Stats().Total["absorbed"]; got != 1 {
		t.Errorf("%d absorbed", got)
	}
}

// TestSameBranchOfTwoSenders are two transactions (RFC 3261 §17.2.3).
func TestSameBranchOfTwoSenders(t *testing.T) {
	var h handles
	_, a := h.net(t, script("hang()"))
	r := coretest.Request("OPTIONS", "sip:bob@example.net")
	for _, sentBy := range []string{"192.0.2.10:5060", "192.0.2.10:5062", "192.0.2.11:5060"} {
		r.Via[0] = "SIP/2.0/UDP " + sentBy + ";branch=z9hG4bKsame"
		a.Send(r.String())
		a.Send(r.String())
	}
	if len(h.taken) != 3 {
		t.Errorf("%d scripts wait, want 3", len(h.taken))
	}
}

// TestAckOfWaitingInvitePasses: it is neither absorbed nor does it wait.
func TestAckOfWaitingInvitePasses(t *testing.T) {
	var h handles
	n, a := h.net(t, `route { if (is_method("ACK")) { xlog("L_ERR", "ack seen\n"); exit; } hang(); }`)
	r := coretest.Request("INVITE", "sip:bob@example.net")
	a.Send(r.String())
	ack := *r
	ack.Method = "ACK"
	a.Send(ack.String())
	n.WaitLog("ack seen")
}

func TestReplyMayWait(t *testing.T) {
	var h handles
	n, b := h.net(t, `route { forward("192.0.2.10", 5060); } onreply_route { hang(); if ($rs == 486) drop; }`)
	a := n.Peer("192.0.2.20:5060")
	r := coretest.Request("OPTIONS", "sip:bob@example.net")
	r.Via[0] = "SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKx"
	a.Send(r.String())
	got := b.Recv()
	b.Send(coretest.Reply(got, 200, "Fine"))
	b.Send(coretest.Reply(got, 486, "Busy"))
	if m := a.Recv(); m != "" || len(h.taken) != 2 {
		t.Fatalf("%d wait, %q", len(h.taken), m)
	}
	resume(t, n, h.taken[1], 1)
	resume(t, n, h.taken[0], 1)
	if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 Fine") {
		t.Errorf("%q", m)
	}
	if m := a.Recv(); m != "" {
		t.Errorf("the dropped reply was relayed: %q", m)
	}
}

func TestFunctionThatSuspendsWithoutHandleCostsItsMessage(t *testing.T) {
	var h handles
	n, a := h.net(t, script(`if (is_method("INVITE")) lies()`))
	a.Send(coretest.Request("INVITE", "sip:bob@example.net").String())
	n.WaitLog("without a handle")
	if m := a.Ask(coretest.Request("OPTIONS", "sip:bob@example.net").String()); !strings.HasPrefix(m, "SIP/2.0 200") {
		t.Errorf("%q", m)
	}
}

func TestSleepAndFailureOnThePool(t *testing.T) {
	var h handles
	n, a := h.net(t, script("nap()"))
	a.Send(coretest.Request("INVITE", "sip:bob@example.net").String())
	n.Advance(2 * time.Second)
	if m := a.Recv(); !strings.HasPrefix(m, "SIP/2.0 200 rc 1\r\n") {
		t.Errorf("%q", m)
	}
	_, a = h.net(t, script("fail_on_pool()"))
	if m := a.Ask(coretest.Request("INVITE", "sip:bob@example.net").String()); !strings.HasPrefix(m, "SIP/2.0 200 rc -1\r\n") {
		t.Errorf("%q", m)
	}
}

// TestStopDoesNotWaitForDeliveriesToEndedLoops: a result for a loop that has
// stopped is thrown away, not offered again and again.
func TestStopDoesNotWaitForDeliveriesToEndedLoops(t *testing.T) {
	w := newWaiter()
	s := start(t, preamble+`route { hold(); sl_send_reply("200", "OK"); }`, w.module())
	a := newPeer(t)
	a.send(s.addr, request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a}.String())
	<-w.started
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(ctx) }()
	waitCounter(t, s, "abandoned", 1) // the loop has ended, or is about to
	w.hold <- struct{}{}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
