package scriptlock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/scriptlock"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// keys is a module with the functions take, again, try and give of a key, nap
// and boom.
func keys() *registry.Module {
	key := []registry.Arg{{Name: "key", Kind: registry.ArgFormat}}
	take := func(name string, how scriptlock.How) registry.Function {
		how.Function = name
		return registry.Function{Name: name, Args: key, Routes: rt.AnyRoute,
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				t, eval := scriptlock.Of(b.Host().(*core.Server)), args[0].Eval
				return func(c *rt.Ctx) int32 { return t.Lock(core.Of(c), c.Text(eval(c)), &how) }, nil
			}}
	}
	plain := func(name string, f rt.Func) registry.Function {
		return registry.Function{Name: name, Routes: rt.AnyRoute,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }}
	}
	return &registry.Module{Name: "keys", Functions: []registry.Function{
		take("take", scriptlock.How{Wait: true, Patience: 30 * time.Second}),
		take("again", scriptlock.How{Wait: true, Again: true}),
		take("try", scriptlock.How{}),
		{Name: "give", Args: key, Routes: rt.AnyRoute,
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				t, eval := scriptlock.Of(b.Host().(*core.Server)), args[0].Eval
				return func(c *rt.Ctx) int32 { return t.Unlock(core.Of(c), "give", c.Text(eval(c))) }, nil
			}},
		plain("nap", func(c *rt.Ctx) int32 { return core.Of(c).Sleep(time.Second) }),
		plain("boom", func(*rt.Ctx) int32 { panic("boom") }),
	}}
}

type wire struct {
	*coretest.Net
	t    *testing.T
	a    *coretest.Peer
	sent int
}

// start runs a script whose routes are named by the user part of the
// Request-URI; the answer is what they leave in $avp(r).
func start(t *testing.T, routes string) *wire {
	t.Helper()
	n := coretest.New(t, "loadmodule \"keys\"\nloadmodule \"sl\"\n"+
		`route { route($rU); sl_send_reply("200", "$rU $avp(r)"); }`+"\n"+routes,
		core.Options{Core: mod.Core(), Modules: append(mod.All(), keys())})
	return &wire{Net: n, t: t, a: n.Peer("192.0.2.10:5060")}
}

func (w *wire) do(routes ...string) {
	for _, r := range routes {
		w.sent++
		m := coretest.Request("MESSAGE", "sip:"+r+"@192.0.2.1")
		m.CallID = fmt.Sprintf("call-%d@example.com", w.sent)
		m.Via = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKlock%d", w.sent)}
		w.a.Send(m.String())
	}
}

// want demands exactly these answers by now, in this order.
func (w *wire) want(answers ...string) {
	w.t.Helper()
	var got []string
	for m := w.a.Recv(); m != ""; m = w.a.Recv() {
		got = append(got, strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 200 "))
	}
	if !slices.Equal(got, answers) {
		w.t.Errorf("answered: %q, want %q", got, answers)
	}
}

const routes = `
route[hold] { $avp(r) = take("x"); nap(); give("x"); }
route[x] { $avp(r) = take("x"); give("x"); }
route[y] { $avp(r) = take("y"); give("y"); }
route[try] { $avp(r) = try("x"); }
route[xy] { take("x"); nap(); $avp(r) = take("y"); give("y"); give("x"); }
route[yx] { take("y"); nap(); $avp(r) = take("x"); give("x"); give("y"); }
route[twice] { take("x"); $avp(r) = take("x"); give("x"); }
route[reenter] { again("x"); $avp(r) = again("x"); give("x"); nap(); give("x"); }
route[overgive] { again("x"); again("x"); give("x"); give("x"); $avp(r) = give("x"); }
route[keep] { take("x"); take("y"); nap(); $avp(r) = 0; }
route[crash] { take("x"); boom(); }
route[long] { take("x"); nap(); nap(); $var(i) = 0; while ($var(i) < 60) { nap(); $var(i) = $var(i) + 1; } $avp(r) = 0; }
`

func TestOnlyThoseWhoWantTheLockWait(t *testing.T) {
	w := start(t, routes)
	w.do("hold", "x", "y", "try")
	w.want("y 1", "try -1")
	w.Advance(1001 * time.Millisecond)
	w.want("hold 1", "x 1")
}

func TestWaitersTakeTurns(t *testing.T) {
	w := start(t, routes)
	w.do("hold", "hold", "x", "hold")
	w.Advance(1001 * time.Millisecond)
	w.want("hold 1")
	w.Advance(1001 * time.Millisecond)
	w.want("hold 1", "x 1")
	w.Advance(1001 * time.Millisecond)
	w.want("hold 1")
}

// TestOppositeOrderEndsForOne with a logged error; the other gets its lock.
func TestOppositeOrderEndsForOne(t *testing.T) {
	w := start(t, routes)
	w.do("xy")
	w.Advance(500 * time.Millisecond)
	w.do("yx")
	w.Advance(1100 * time.Millisecond)
	w.want("yx -1", "xy 1")
	w.WaitLog("deadlock")
	w.do("x", "y")
	w.want("x 1", "y 1")
}

func TestALockTakenAgainIsGivenAsOften(t *testing.T) {
	w := start(t, routes)
	w.do("reenter", "x")
	w.want() // one unlock is not enough
	w.Advance(1001 * time.Millisecond)
	w.want("reenter 1", "x 1")
	w.do("twice", "overgive")
	w.want("twice -1", "overgive -1")
	w.WaitLog("holds \"x\" already")
	w.WaitLog("does not hold \"x\"")
}

func TestWhatIsHeldAtTheEndIsGivenBack(t *testing.T) {
	w := start(t, routes)
	w.do("keep", "x", "y")
	w.Advance(1001 * time.Millisecond)
	w.want("keep 0", "y 1", "x 1")
	w.WaitLog("still held")
	w.do("crash", "x")
	w.want("x 1")
}

func TestPatienceEnds(t *testing.T) {
	w := start(t, routes)
	w.do("long", "x")
	w.Advance(31 * time.Second)
	w.want("x -1")
	w.WaitLog("waited for \"x\" as long as it may")
}
