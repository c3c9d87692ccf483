package e2e

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/mod"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// callLog sees the scripts of a run: which message of a call starts when, and
// whether another one of the call runs at that time. All loops are of one
// goroutine, so it needs no lock.
type callLog struct {
	rng     *rand.Rand
	calls   map[string]*callRun
	waiting int // scripts suspended now
	waited  int
}

type callRun struct {
	loop    int // where the call's first message ran
	running int
	overlap int
	starts  []uint32 // CSeq numbers
	ends    int
}

func (w *callLog) of(c *rt.Ctx) *callRun {
	id := string(c.Index.CallID(c.Msg).Of(c.Msg))
	r := w.calls[id]
	if r == nil {
		r = &callRun{loop: core.Of(c).LoopID()}
		w.calls[id] = r
	}
	return r
}

func (r *callRun) enter() {
	if r.running++; r.running > 1 {
		r.overlap++
	}
}

// module has begin() and end(), around what a script does, and pause(), which
// suspends it one time in three.
func (w *callLog) module() *registry.Module {
	function := func(name string, f rt.Func) registry.Function {
		return registry.Function{Name: name, Routes: rt.RequestRoute, Stateful: true,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }}
	}
	return &registry.Module{Name: "calllog", Functions: []registry.Function{
		function("begin", func(c *rt.Ctx) int32 {
			r := w.of(c)
			r.enter()
			if core.Of(c).LoopID() != r.loop { // on two loops, they could run at once
				r.overlap++
			}
			n := uint32(0)
			if cs, err := c.Index.CSeq(c.Msg); err == sipparse.OK {
				n = uint32(cs.Number)
			}
			r.starts = append(r.starts, n)
			return 1
		}),
		function("pause", func(c *rt.Ctx) int32 {
			if w.rng.IntN(3) != 0 {
				return 1
			}
			r := w.of(c)
			r.running--
			w.waiting++
			w.waited++
			return core.Of(c).Await(time.Minute,
				func(context.Context) (int64, any, error) { return 1, nil, nil },
				func(p *core.Proc, result int64, _ any, _ error) int32 {
					w.waiting--
					r.enter()
					return int32(result)
				})
		}),
		function("end", func(c *rt.Ctx) int32 {
			r := w.of(c)
			r.running--
			r.ends++
			return 1
		}),
	}}
}

// faults are what is wrong with a run: messages that started in another order
// than they arrived in, ran beside another one of their call, or not once.
func (w *callLog) faults(calls, each int) (order, overlap, count int) {
	count = calls - len(w.calls)
	for _, r := range w.calls {
		overlap += r.overlap
		if len(r.starts) != each || r.ends != each {
			count++
		}
		for i, n := range r.starts {
			if int(n) != i+1 {
				order++
				break
			}
		}
	}
	return order, overlap, count
}

const (
	shuffleCalls  = 12
	shuffleEach   = 10
	shuffleScript = `
loadmodule "calllog"
children=4
home="always"
route { begin(); pause(); end(); }`
)

// What the thousand servers have in common is made once.
var (
	shuffleCore = sync.OnceValue(mod.Core)
	shuffleLog  = sync.OnceValue(func() *log.Logger { return log.New(log.Options{Rings: 4, Sink: log.Discard}) })
)

// shuffle runs the calls over four loops whose turns the seed chooses. All
// messages come on one link, in order. home chooses the home loops.
func shuffle(t *testing.T, seed uint64, home func([]byte) uint32) (w *callLog, handed uint64) {
	t.Helper()
	w = &callLog{rng: rand.New(rand.NewPCG(seed, 1)), calls: map[string]*callRun{}}
	opts := core.Options{
		Core: shuffleCore(), Modules: []*registry.Module{w.module()}, Logger: shuffleLog(),
		Virtual: true, HomeHash: home,
	}
	s, diags := core.New("shuffle.cfg", []byte(shuffleScript), opts)
	if s == nil {
		t.Fatal(diags)
	}
	if s.Loops() != 4 {
		t.Fatalf("%d loops", s.Loops())
	}
	n := reactortest.New(seed, reactortest.Options{Loops: s.Loops(), MaxDelay: 2 * time.Millisecond, MaxWork: 5 * time.Millisecond})
	at := netip.MustParseAddrPort("192.0.2.1:5060")
	sock := core.NewSocket(n.Listen(at), rt.ProtoUDP, at, "")
	if err := s.Attach(n, n, []*core.Socket{sock}); err != nil {
		t.Fatal(err)
	}
	n.Run(func(loop int) reactor.Handler { return s.Handler(loop) })

	trunk := n.Endpoint(netip.MustParseAddrPort("192.0.2.2:5060"), nil)
	next := [shuffleCalls]int{}
	for left := shuffleCalls * shuffleEach; left > 0; {
		c := w.rng.IntN(shuffleCalls)
		if next[c] == shuffleEach {
			continue
		}
		next[c]++
		left--
		trunk.Send(at, []byte(trunkMessage(c, next[c])))
		if w.rng.IntN(4) == 0 {
			n.Advance(time.Duration(w.rng.IntN(1000)) * time.Microsecond)
		}
	}
	n.Advance(time.Second)
	n.Stop()
	st := s.Stats().Total
	if w.waiting != 0 || st["panics"] != 0 || st["suspended"] != uint64(w.waited) {
		t.Errorf("seed %d: %d scripts still wait, %d panics, %d of %d suspended", seed, w.waiting, st["panics"], st["suspended"], w.waited)
	}
	return w, st["handedOver"]
}

func trunkMessage(call, cseq int) string {
	return fmt.Sprintf("INFO sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK-%d-%d\r\nMax-Forwards: 70\r\n"+
		"From: <sip:a@example.com>;tag=a\r\nTo: <sip:b@example.net>;tag=b\r\nCall-ID: call-%d\r\nCSeq: %d INFO\r\nContent-Length: 0\r\n\r\n",
		call, cseq, call, cseq)
}

// seededHome is a hash of the Call-ID that depends on the seed, so that a seed
// replays its run; the server's own is keyed anew in each process.
func seededHome(seed uint64) func([]byte) uint32 {
	return func(callID []byte) uint32 {
		h := fnv.New64a()
		fmt.Fprint(h, seed, " ")
		h.Write(callID)
		return uint32(h.Sum64() >> 32)
	}
}

// TestShuffledOrderForAThousandSeeds: whatever the order in which loops get their
// turns, messages of one call start in the order of their arrival, never two at
// once, each exactly once, while a third of the scripts wait for something.
func TestShuffledOrderForAThousandSeeds(t *testing.T) {
	const seeds = 1000
	var handed, waited, wrong int
	for seed := range uint64(seeds) {
		w, h := shuffle(t, seed, seededHome(seed))
		handed += int(h)
		waited += w.waited
		order, overlap, count := w.faults(shuffleCalls, shuffleEach)
		if order+overlap+count > 0 {
			wrong++
			t.Errorf("seed %d: %d calls out of order, %d overlaps, %d calls with messages missing or doubled", seed, order, overlap, count)
		}
		if wrong > 10 {
			t.Fatal("too many to go on")
		}
	}
	const messages = seeds * shuffleCalls * shuffleEach
	if share := float64(handed) / messages; share < 0.65 || share > 0.85 { // three loops of four are others
		t.Errorf("%d of %d messages were handed over", handed, messages)
	}
	if waited < messages/5 {
		t.Errorf("only %d of %d messages were suspended", waited, messages)
	}
	fmt.Printf("PROOF home-seeds: %d seeds, %d messages, %d handed over, %d suspended, %d out of order\n", seeds, messages, handed, waited, wrong)
}

// TestShuffleFindsAWrongHome shows that the test above can fail: with a home loop
// that is not the same for all messages of a call, they get out of order.
func TestShuffleFindsAWrongHome(t *testing.T) {
	const seeds = 20
	bad := 0
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 2))
		w, _ := shuffle(t, seed, func([]byte) uint32 { return rng.Uint32() })
		if order, _, _ := w.faults(shuffleCalls, shuffleEach); order > 0 {
			bad++
		}
	}
	if bad < seeds/2 {
		t.Errorf("random homes put messages out of order with only %d of %d seeds", bad, seeds)
	}
}

// TestShuffledSeedReplays: the same seed gives the same run.
func TestShuffledSeedReplays(t *testing.T) {
	run := func(seed uint64) string {
		w, handed := shuffle(t, seed, seededHome(seed))
		return fmt.Sprint(handed, w.waited, w.rng.Uint64())
	}
	if a, b := run(7), run(7); a != b {
		t.Errorf("seed 7 gave %s and %s", a, b)
	}
	if a, b := run(7), run(8); a == b {
		t.Error("seeds 7 and 8 gave the same run")
	}
}
