package cfgutils_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/modtest"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// scenario runs what the header X-Do of a request names; the answer has the
// results in its reason phrase.
const scenario = `
loadmodule "cfgutils"
loadmodule "sl"
route {
	switch ($hdr(X-Do)) {
	case "hold x":
		$var(r) = lock("x"); sleep("1"); unlock("x"); break;
	case "lock x":
		$var(r) = lock("x"); unlock("x"); break;
	case "lock y":
		$var(r) = lock("y"); unlock("y"); break;
	case "lock own":
		$var(r) = lock("key-$rU"); unlock("key-" + $rU); break;
	case "try x":
		$var(r) = trylock("x"); if ($var(r) > 0) unlock("x"); break;
	case "xy":
		lock("x"); sleep("1"); $var(r) = lock("y"); unlock("y"); unlock("x"); break;
	case "yx":
		lock("y"); sleep("1"); $var(r) = lock("x"); unlock("x"); unlock("y"); break;
	case "yz":
		lock("y"); sleep("1"); $var(r) = lock("z"); unlock("z"); unlock("y"); break;
	case "zx":
		lock("z"); sleep("1"); $var(r) = lock("x"); unlock("x"); unlock("z"); break;
	case "twice":
		lock("x"); $var(r) = lock("x"); unlock("x"); break;
	case "forget":
		$var(r) = lock("x"); break;
	case "drop":
		lock("x"); drop;
	case "error":
		lock("x"); route(DEEP); break;
	case "boom":
		lock("x"); boom(); break;
	case "forget while waiting":
		lock("x"); lock("y"); sleep("1"); break;
	case "stranger":
		$var(r) = unlock("x"); break;
	case "hold long":
		lock("x"); sleep("3600"); break;
	default:
		$var(r) = 0;
	}
	sl_send_reply("200", "$hdr(X-Do) $var(r)");
}
route[DEEP] { route(DEEP); }
`

// boom is a function that panics.
func boom() *registry.Module {
	return &registry.Module{Name: "boom", Functions: []registry.Function{{
		Name: "boom", Routes: rt.AnyRoute,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(*rt.Ctx) int32 { panic("boom") }, nil
		},
	}}}
}

func options() core.Options {
	o := modtest.Options()
	o.Modules = append(mod.All(), boom())
	return o
}

type wire struct {
	*coretest.Net
	t    *testing.T
	a    *coretest.Peer
	sent int
}

func start(t *testing.T) *wire {
	t.Helper()
	return startWith(t, `loadmodule "boom"`+scenario)
}

func startWith(t *testing.T, script string) *wire {
	t.Helper()
	n := coretest.New(t, script, options())
	return &wire{Net: n, t: t, a: n.Peer("192.0.2.10:5060")}
}

// do sends a request of a call of its own.
func (w *wire) do(what string) {
	w.sent++
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.1", "X-Do: "+what)
	m.CallID = fmt.Sprintf("call-%d@example.com", w.sent)
	m.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKlock%d", w.sent)}
	w.a.Send(m.String())
}

// want demands exactly these answers by now, in this order.
func (w *wire) want(answers ...string) {
	w.t.Helper()
	var got []string
	for m := w.a.Recv(); m != ""; m = w.a.Recv() {
		got = append(got, strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 200 "))
	}
	if strings.Join(got, ", ") != strings.Join(answers, ", ") {
		w.t.Errorf("answered: %q, want %q", got, answers)
	}
}

// TestALockBlocksOnlyThoseWhoWantIt: the script that holds "x" is suspended.
func TestALockBlocksOnlyThoseWhoWantIt(t *testing.T) {
	w := start(t)
	w.do("hold x")
	w.do("lock x")
	w.do("lock y")
	w.do("nothing")
	w.do("lock own")
	w.want("lock y 1", "nothing 0", "lock own 1")
	w.Advance(999 * time.Millisecond)
	w.want()
	w.Advance(2 * time.Millisecond)
	w.want("hold x 1", "lock x 1")
}

func TestThoseWhoWaitGetTheLockInTheirOrder(t *testing.T) {
	w := start(t)
	w.do("hold x")
	w.do("hold x")
	w.do("lock x")
	w.do("hold x")
	w.Advance(1001 * time.Millisecond)
	w.want("hold x 1")
	w.Advance(1001 * time.Millisecond)
	w.want("hold x 1", "lock x 1")
	w.Advance(1001 * time.Millisecond)
	w.want("hold x 1")
}

func TestTrylockNeverWaits(t *testing.T) {
	w := start(t)
	w.do("try x")
	w.do("hold x")
	w.do("try x")
	w.want("try x 1", "try x -1")
	w.Advance(1001 * time.Millisecond)
	w.do("try x")
	w.want("hold x 1", "try x 1")
}

// TestOppositeOrderEndsWithAnErrorForOne: the script that would close the ring is
// told no, the other one gets its lock, and nothing is held afterwards.
func TestOppositeOrderEndsWithAnErrorForOne(t *testing.T) {
	w := start(t)
	w.do("xy")
	w.Advance(500 * time.Millisecond)
	w.do("yx")
	w.Advance(501 * time.Millisecond) // xy waits for y
	w.want()
	w.Advance(500 * time.Millisecond) // yx wants x
	w.want("yx -1", "xy 1")
	w.do("lock x")
	w.do("lock y")
	w.want("lock x 1", "lock y 1")
	line := w.WaitLog("deadlock")
	if !strings.Contains(line, `"x" is held by a message that waits for "y"`) || !strings.Contains(line, "Call-ID call-2@") {
		t.Errorf("logged: %s", line)
	}
}

func TestARingOfThreeIsFound(t *testing.T) {
	w := start(t)
	for _, what := range []string{"xy", "yz", "zx"} {
		w.do(what)
		w.Advance(100 * time.Millisecond)
	}
	w.Advance(2 * time.Second)
	w.want("zx -1", "yz 1", "xy 1")
	w.WaitLog("deadlock")
}

func TestAMessageCannotWaitForItself(t *testing.T) {
	w := start(t)
	w.do("twice")
	w.want("twice -1")
	w.WaitLog(`the message holds "x" already`)
	w.do("try x")
	w.want("try x 1")
}

// TestALockEndsWithItsMessage: however the script ends, the lock is given back,
// and the log says so.
func TestALockEndsWithItsMessage(t *testing.T) {
	for _, tc := range []struct{ do, answer string }{
		{"forget", "forget 1"}, {"drop", ""}, {"error", ""}, {"boom", ""}, {"forget while waiting", "forget while waiting 0"},
	} {
		w := start(t)
		w.do("hold x")
		w.do(tc.do)
		w.do("lock x")
		w.want()
		w.Advance(3 * time.Second)
		want := []string{"hold x 1"}
		if tc.answer != "" {
			want = append(want, tc.answer)
		}
		w.want(append(want, "lock x 1")...)
		w.WaitLog("still held")
		if tc.do == "boom" && w.Server.Stats().Total["panics"] != 1 {
			t.Error("the panic was not caught")
		}
	}
}

func TestUnlockOfAnothersLockDoesNothing(t *testing.T) {
	w := start(t)
	w.do("hold x")
	w.do("stranger")
	w.do("lock x")
	w.want("stranger -1")
	w.WaitLog(`does not hold "x"`)
	w.Advance(1001 * time.Millisecond)
	w.want("hold x 1", "lock x 1")
}

func TestPatienceHasAnEnd(t *testing.T) {
	w := start(t)
	w.do("hold long")
	w.do("lock x")
	w.Advance(29 * time.Second)
	w.want()
	w.Advance(2 * time.Second)
	w.want("lock x -1")
	w.WaitLog(`waited for "x" as long as it may`)
	w.Advance(2 * time.Hour)
	w.do("lock x")
	w.want("hold long 0", "lock x 1")
}

// TestLocksSurviveAReload: the new configuration's scripts wait for the old one's.
func TestLocksSurviveAReload(t *testing.T) {
	w := start(t)
	w.do("hold x")
	if diags, err := w.Server.Reload("", []byte(`loadmodule "boom"`+scenario)); err != nil {
		t.Fatal(err, diags)
	}
	w.do("lock x")
	w.want()
	w.Advance(1001 * time.Millisecond)
	w.want("hold x 1", "lock x 1")
}

func TestALockInABlockThatCannotWaitIsRefused(t *testing.T) {
	modtest.WantRefused(t, "loadmodule \"cfgutils\"\nroute { forward(); }\nonsend_route { lock(\"x\"); }", "lock")
}

func TestLockAndUnlockDoNotAllocate(t *testing.T) {
	w := start(t)
	m := coretest.Request("MESSAGE", "sip:bob@192.0.2.1", "X-Do: lock own").String()
	if n := w.a.Allocs(m); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
