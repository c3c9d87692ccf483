package e2e

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// watcher is a module of the tests that sees when a message's script starts and
// whether two of one call run at once.
type watcher struct {
	calls sync.Map // Call-ID → *watched
	loops [64]atomic.Int64
}

type watched struct {
	running atomic.Int32
	overlap atomic.Int32
	mu      sync.Mutex
	order   []uint32
}

func (w *watcher) module(loopOf func(*rt.Ctx) int) *registry.Module {
	return &registry.Module{
		Name: "watcher",
		Functions: []registry.Function{{
			Name: "watch", Routes: rt.AnyRoute,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					id := string(c.Index.CallID(c.Msg).Of(c.Msg))
					v, _ := w.calls.LoadOrStore(id, &watched{})
					e := v.(*watched)
					if e.running.Add(1) != 1 {
						e.overlap.Add(1)
					}
					if cs, err := c.Index.CSeq(c.Msg); err == sipparse.OK {
						e.mu.Lock()
						e.order = append(e.order, uint32(cs.Number))
						e.mu.Unlock()
					}
					w.loops[loopOf(c)].Add(1)
					for range 50 {
						runtime.Gosched() // room for an overlap to show
					}
					e.running.Add(-1)
					return 1
				}, nil
			},
		}},
	}
}

// check demands n starts for each call, in order, none at once with another.
func (w *watcher) check(t *testing.T, calls, each int) {
	t.Helper()
	seen := 0
	w.calls.Range(func(id, v any) bool {
		e := v.(*watched)
		e.mu.Lock()
		defer e.mu.Unlock()
		seen++
		if n := e.overlap.Load(); n != 0 {
			t.Errorf("%v: two messages ran at once, %d times", id, n)
		}
		if len(e.order) != each {
			t.Errorf("%v: %d of %d messages ran", id, len(e.order), each)
		}
		for i, n := range e.order {
			if int(n) != i+1 {
				t.Errorf("%v: message %d started as number %d", id, n, i+1)
				break
			}
		}
		return true
	})
	if seen != calls {
		t.Errorf("%d calls were seen, want %d", seen, calls)
	}
}

// TestHomeAlwaysKeepsOrder sends many calls' messages interleaved from one
// socket, which the kernel gives to one loop: the other loop's share comes by
// hand-over.
func TestHomeAlwaysKeepsOrder(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("one CPU, one loop: nothing is handed over")
	}
	w := &watcher{}
	s := start(t, `loadmodule "sl"
loadmodule "watcher"
children=2
home="always"
route { watch(); sl_send_reply("200", "OK"); }`, w.module(func(c *rt.Ctx) int { return core.Of(c).LoopID() }))
	a := newPeer(t)
	const calls, each = 40, 50
	for n := 1; n <= each; n++ {
		for c := range calls {
			a.send(s.addr, request{method: "INFO", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("call", c), cseq: n, from: a}.String())
		}
		for range calls { // paced by the answers, so that no socket buffer overflows
			a.want("SIP/2.0 200")
		}
	}
	w.check(t, calls, each)
	st := s.Stats()
	handed := st.Total["handedOver"]
	share := float64(handed) / (calls * each)
	fmt.Printf("PROOF home-order: %d messages of %d calls, %d handed over (%.0f %%), 0 out of order\n", calls*each, calls, handed, 100*share)
	if share < 0.2 || share > 0.8 {
		t.Errorf("%d of %d messages were handed over", handed, calls*each)
	}
	if w.loops[0].Load() == 0 || w.loops[1].Load() == 0 {
		t.Errorf("a loop ran nothing: %d, %d", w.loops[0].Load(), w.loops[1].Load())
	}
}

// TestHomeOffHandsNothingOver and auto does only with a stateful function.
func TestHomeModes(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("one CPU, one loop: nothing is handed over")
	}
	for _, tc := range []struct {
		home, stmt string
		want       bool
	}{
		{"off", "wait(0);", false},
		{"auto", "", false},
		{"auto", "wait(0);", true},
		{"always", "", true},
	} {
		t.Run(tc.home+" "+tc.stmt, func(t *testing.T) {
			s := start(t, preamble+`home="`+tc.home+`"
route { `+tc.stmt+` sl_send_reply("200", "OK"); }`, newWaiter().module())
			a := newPeer(t)
			for i := range 64 {
				a.send(s.addr, request{method: "INFO", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("c", i), from: a}.String())
				if a.recv(5*time.Second) == "" {
					t.Fatal("no answer")
				}
			}
			if n := s.Stats().Total["handedOver"]; (n > 0) != tc.want {
				t.Errorf("%d messages handed over", n)
			}
		})
	}
}
