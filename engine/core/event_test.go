package core_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// starter is a module that runs event routes: demo:start when the server starts
// and after a reload, and demo:any:NAME whenever a test says so.
type starter struct {
	started []core.EventRun
	ended   []string
}

func (d *starter) done(p *core.Proc, st rt.State, err error) {
	d.ended = append(d.ended, fmt.Sprintf("%d %s %v", st, p.Bytes(p.URI()), err))
}

func (d *starter) module() *registry.Module {
	function := func(name string, f rt.Func) registry.Function {
		return registry.Function{Name: name, Routes: rt.AnyRoute,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }}
	}
	return &registry.Module{
		Name: "demo", Events: []string{"demo:start", "demo:any:*"},
		Functions: []registry.Function{
			function("wait_a_second", func(c *rt.Ctx) int32 { return core.Of(c).Sleep(time.Second) }),
			function("blow_up", func(c *rt.Ctx) int32 { panic("blown up") }),
			function("run_inner", func(c *rt.Ctx) int32 {
				return int32(core.Of(c).RunInline(rt.EventRoute, "demo:any:inner")) + 1
			}),
		},
		Started: func(host, _ any) {
			for i := range d.started {
				e := d.started[i]
				e.Done = d.done
				if err := host.(*core.Server).PostEvent(0, &e); err != nil {
					d.ended = append(d.ended, err.Error())
				}
			}
		},
	}
}

func (d *starter) options() core.Options {
	return core.Options{Core: mod.Core(), Modules: append(mod.All(), d.module())}
}

func demo(t *testing.T, d *starter, script string) *coretest.Net {
	t.Helper()
	return coretest.New(t, "loadmodule \"demo\"\nloadmodule \"sl\"\nloadmodule \"pv\"\nloadmodule \"xlog\"\nloadmodule \"textops\"\n"+script, d.options())
}

const (
	exited  = "3 "
	dropped = "4 "
)

func TestAnEventRouteRunsOnceBeforeTraffic(t *testing.T) {
	d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
	n := demo(t, d, `
event_route[demo:start] { $shv(ready) = $shv(ready) + 1; }
route { sl_send_reply("200", "ready $shv(ready)"); }`)
	if want := []string{exited + "sip:sipedge@local.invalid <nil>"}; !slices.Equal(d.ended, want) {
		t.Errorf("ended %q, want %q", d.ended, want)
	}
	a := n.Peer("192.0.2.10:5060")
	for range 2 {
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 ready 1" {
			t.Errorf("got %q", got)
		}
	}
}

func TestTrafficWaitsForAStartThatSuspends(t *testing.T) {
	d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
	n := demo(t, d, `
event_route[demo:start] { wait_a_second(); $shv(ready) = 1; }
route { sl_send_reply("200", "ready $shv(ready)"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String()); got != "" {
		t.Errorf("answered before the server was prepared: %q", got)
	}
	n.Advance(1100 * time.Millisecond)
	if got := coretest.StartLine(a.Recv()); got != "SIP/2.0 200 ready 1" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestTrafficDoesNotWaitForEver(t *testing.T) {
	d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
	n := demo(t, d, `
event_route[demo:start] { while (1 == 1) { wait_a_second(); } }
route { sl_send_reply("200", "OK"); }`)
	a := n.Peer("192.0.2.10:5060")
	a.Send(coretest.Request("OPTIONS", "sip:192.0.2.1").String())
	n.Advance(31 * time.Second)
	if got := coretest.StartLine(a.Recv()); got != "SIP/2.0 200 OK" {
		t.Errorf("got %q", got)
	}
	n.WaitLog("has not ended after 30s")
}

// TestEveryLoopWaits: the loop that runs the block is not the only one that
// takes traffic.
func TestEveryLoopWaits(t *testing.T) {
	for seed := range uint64(50) {
		d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
		opts := d.options()
		opts.Virtual, opts.Loops = true, 4
		s, diags := core.New("t.cfg", []byte(`
loadmodule "demo"
loadmodule "sl"
loadmodule "pv"
event_route[demo:start] { wait_a_second(); $shv(ready) = 1; }
route { sl_send_reply("200", "ready $shv(ready)"); }`), opts)
		if s == nil {
			t.Fatal(diags)
		}
		n := reactortest.New(seed, reactortest.Options{Loops: 4})
		at := netip.MustParseAddrPort("192.0.2.1:5060")
		if err := s.Attach(n, n, []*core.Socket{core.NewSocket(n.Listen(at), rt.ProtoUDP, at, "")}); err != nil {
			t.Fatal(err)
		}
		n.Run(func(loop int) reactor.Handler { return s.Handler(loop) })
		const peers = 40 // enough to fall on every loop
		var got []string
		for i := range peers {
			from := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.10"), uint16(6000+i))
			ep := n.Endpoint(from, func(_ time.Duration, _ reactor.Addr, data []byte) {
				got = append(got, coretest.StartLine(string(data)))
			})
			m := coretest.Request("OPTIONS", "sip:192.0.2.1")
			m.Via = []string{fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bKx%d", from, i)}
			ep.Send(at, []byte(m.String()))
		}
		n.Advance(500 * time.Millisecond)
		if len(got) != 0 {
			t.Fatalf("seed %d: %q before the server was prepared", seed, got)
		}
		n.Advance(2 * time.Second)
		if len(got) != peers || slices.ContainsFunc(got, func(l string) bool { return l != "SIP/2.0 200 ready 1" }) {
			t.Fatalf("seed %d: %q", seed, got)
		}
		n.Stop()
	}
}

func TestAReloadStartsEventRoutesWithTheNewScript(t *testing.T) {
	d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
	n := demo(t, d, `event_route[demo:start] { $ru = "sip:first@a"; } route { drop; }`)
	if _, err := n.Server.Reload("", []byte(`
loadmodule "demo"
event_route[demo:start] { $ru = "sip:second@b"; }
route { drop; }`)); err != nil {
		t.Fatal(err)
	}
	n.Settle()
	if want := []string{exited + "sip:first@a <nil>", exited + "sip:second@b <nil>"}; !slices.Equal(d.ended, want) {
		t.Errorf("ended %q, want %q", d.ended, want)
	}
}

// TestHowABlockEndsIsTold, once and whatever happens.
func TestHowABlockEndsIsTold(t *testing.T) {
	for _, tc := range []struct{ block, want string }{
		{`$ru = "sip:x@y";`, exited + "sip:x@y <nil>"},
		{`exit;`, exited + "sip:b@c <nil>"},
		{`drop;`, dropped + "sip:b@c <nil>"},
		{`wait_a_second(); $ru = "sip:late@y";`, exited + "sip:late@y <nil>"},
		{`wait_a_second(); wait_a_second(); drop;`, dropped + "sip:b@c <nil>"},
		{`blow_up();`, dropped + "sip:b@c " + core.ErrEventLost.Error()},
		{`wait_a_second(); blow_up();`, dropped + "sip:b@c " + core.ErrEventLost.Error()},
		{`route(R);`, dropped + "sip:b@c " + rt.ErrCallDepth.Error()},
	} {
		d := &starter{}
		n := demo(t, d, `event_route[demo:any:x] { `+tc.block+` } route { drop; } route[R] { route(R); }`)
		e := &core.EventRun{Name: "demo:any:x", Done: d.done, Message: []byte(coretest.Request("INVITE", "sip:b@c").String())}
		for range 2 { // an EventRun can be used again
			if err := n.Server.RunEvent(0, e); err != nil {
				t.Fatal(err)
			}
			n.Advance(3 * time.Second)
		}
		if want := []string{tc.want, tc.want}; !slices.Equal(d.ended, want) {
			t.Errorf("%s: ended %q, want %q", tc.block, d.ended, want)
		}
	}
}

// TestAnEventRouteEditsItsMessage, which is how a request of the server's own is
// shown to a script before it leaves.
func TestAnEventRouteEditsItsMessage(t *testing.T) {
	d := &starter{}
	n := demo(t, d, `event_route[demo:any:local] { append_hf("X-Seen: $rm $hdr(X-Mark) $var(prepared)\r\n"); } route { drop; }`)
	var out string
	e := &core.EventRun{
		Name: "demo:any:local", Message: []byte(coretest.Request("BYE", "sip:b@c", "X-Mark: m").String()),
		Before: func(p *core.Proc) {
			if p.Received || p.Route != rt.EventRoute {
				t.Error("the message counts as received, or the block as another kind")
			}
		},
		Done: func(p *core.Proc, _ rt.State, _ error) { out = string(p.Edits.AppendTo(nil, p.Msg, p.Arena())) },
	}
	if err := n.Server.RunEvent(0, e); err != nil {
		t.Fatal(err)
	}
	if got := coretest.Header(out, "X-Seen"); got != "BYE m 0" {
		t.Errorf("X-Seen %q in\n%s", got, out)
	}
}

func TestAnEventThatCannotRunIsAnError(t *testing.T) {
	d := &starter{started: []core.EventRun{{Name: "demo:start", BeforeTraffic: true}}}
	n := demo(t, d, `event_route[demo:any:x] { drop; } route { sl_send_reply("200", "OK"); }`)
	if want := []string{core.ErrNoBlock.Error()}; !slices.Equal(d.ended, want) {
		t.Errorf("the start ended %q", d.ended)
	}
	if err := n.Server.RunEvent(0, &core.EventRun{Name: "demo:any:y"}); !errors.Is(err, core.ErrNoBlock) {
		t.Errorf("no such block: %v", err)
	}
	if err := n.Server.RunEvent(0, &core.EventRun{Name: "demo:any:x", Message: []byte("nonsense\r\n\r\n")}); err == nil {
		t.Error("a broken message was accepted")
	}
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 OK" {
		t.Errorf("traffic waits for nothing: %q", got)
	}
}

// TestABlockInsideAFunctionSeesItsMessage and leaves the running script's place alone.
func TestABlockInsideAFunctionSeesItsMessage(t *testing.T) {
	n := demo(t, &starter{}, `
event_route[demo:any:inner] { $avp(seen) = $rm; return(7); }
route {
	$var(r) = run_inner();
	sl_send_reply("200", "$avp(seen) $var(r)");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 OPTIONS 4" {
		t.Errorf("got %q", got)
	}
}

func TestAnEventRunDoesNotAllocate(t *testing.T) {
	n := demo(t, &starter{}, `event_route[demo:any:x] { $var(x) = $rm; } route { drop; }`)
	e := &core.EventRun{Name: "demo:any:x", Message: []byte(coretest.Request("INVITE", "sip:b@c").String()),
		Done: func(*core.Proc, rt.State, error) {}}
	if got := testing.AllocsPerRun(100, func() { _ = n.Server.RunEvent(0, e) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
