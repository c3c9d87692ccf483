//go:build linux

package reactor

import (
	"encoding/binary"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// gatherTest is two loops that count on which thread they are called, and whether
// ever two at a time.
type gatherTest struct {
	*Reactor
	thread [2]atomic.Int32
	within [2]atomic.Int32
	burn   atomic.Bool
}

const kindPing, kindStall = 1, 2

func startGather(t *testing.T, h *funcs) *gatherTest {
	g := &gatherTest{}
	then := h.posted
	h.posted = func(l Loop, m *Mail) {
		if g.within[l.ID()].Add(1) != 1 {
			t.Error("two callbacks of a loop at the same time")
		}
		g.thread[l.ID()].Store(int32(unix.Gettid()))
		if m.Kind == kindStall {
			for began := time.Now(); time.Since(began) < 2*SlowCallback; {
			}
		}
		if g.burn.Load() {
			for began := time.Now(); time.Since(began) < time.Millisecond; {
			}
		}
		if then != nil && m.Kind != kindPing {
			then(l, m)
		}
		g.within[l.ID()].Add(-1)
	}
	g.Reactor = run(t, h, Config{Loops: 2, Gather: true, MailboxSlots: 16, Listen: []Listen{listenOn("127.0.0.1:0")}})
	return g
}

// until has both loops called again and again until done.
func (g *gatherTest) until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(6 * patience); !done(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s has not happened: %+v", what, g.Stats())
		}
		_ = g.Poster(0).Post(&Mail{Kind: kindPing}) // a full mailbox is as good
		_ = g.Poster(1).Post(&Mail{Kind: kindPing})
		if !g.burn.Load() {
			time.Sleep(2 * time.Millisecond)
		}
	}
}

func (g *gatherTest) visiting() bool { return g.Stats()[1].Visiting == 1 }
func (g *gatherTest) apart() bool    { return !g.visiting() }

// oneThread says whether both loops were last called on the same thread.
func (g *gatherTest) oneThread() bool { return g.thread[0].Load() == g.thread[1].Load() }

func TestLoopsGatherWhileThereIsLittleToDoAndPartUnderLoad(t *testing.T) {
	g := startGather(t, &funcs{})
	for range 2 {
		g.burn.Store(false)
		g.until(t, "a visit", func() bool { return g.visiting() && g.oneThread() })
		g.burn.Store(true)
		g.until(t, "the way home", func() bool { return g.apart() && !g.oneThread() })
	}
}

// TestASlowCallbackKeepsLoopsApart: whichever of them it was.
func TestASlowCallbackKeepsLoopsApart(t *testing.T) {
	for slow := range 2 {
		g := startGather(t, &funcs{})
		g.until(t, "a visit", g.visiting)
		if err := g.Poster(slow).Post(&Mail{Kind: kindStall}); err != nil {
			t.Fatal(err)
		}
		g.until(t, "the way home", g.apart)
		visits := g.Stats()[1].Visits
		for began := time.Now(); time.Since(began) < 2*calmWindows*weighEvery; {
			g.until(t, "a mail", func() bool { return true })
			time.Sleep(time.Millisecond) // nothing is to happen for that long
		}
		if st := g.Stats()[1]; st.Visits != visits {
			t.Errorf("loop %d was slow and %v later they are together again", slow, 2*calmWindows*weighEvery)
		}
		stop(t, g.Reactor)
	}
}

// TestAGuestIsServed: what a loop gets when it is a guest: datagrams, mail from the
// host and from outside, timers, orders. Nobody but its own events wakes the host.
func TestAGuestIsServed(t *testing.T) {
	const kindAsk, kindAnswer = 3, 4
	answers, timers := make(chan uint64, 64), make(chan int, 64)
	g := startGather(t, &funcs{
		receive: echo,
		posted: func(l Loop, m *Mail) {
			switch m.Kind {
			case kindAsk: // to the other loop and back
				_ = l.Post(1-l.ID(), &Mail{Kind: kindAnswer, Arg: m.Arg})
				l.After(3*time.Millisecond, 0, 0)
			case kindAnswer:
				answers <- m.Arg
			}
		},
		timer: func(l Loop, _ uint32, _ uint64) { timers <- l.ID() },
	})
	g.until(t, "a visit", g.visiting)
	for k := range uint64(20) {
		if err := g.Poster(int(k % 2)).Post(&Mail{Kind: kindAsk, Arg: k}); err != nil {
			t.Fatal(err)
		}
		if got := <-answers; got != k {
			t.Fatalf("answer %d to %d", got, k)
		}
		if got := <-timers; got != int(k%2) {
			t.Fatalf("timer of loop %d, armed on %d", got, k%2)
		}
	}
	// Enough source ports that the kernel gives some to either loop.
	for k := range uint64(32) {
		c := dial(t, "127.0.0.1:0")
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], k)
		if _, err := c.WriteToUDPAddrPort(b[:], g.Addr(0)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if n, _, err := c.ReadFromUDPAddrPort(c.buf[:]); err != nil || n != len(b) || binary.BigEndian.Uint64(c.buf[:]) != k {
			t.Fatalf("echo %d: %d bytes, %v", k, n, err)
		}
		_ = c.Close()
	}
	for i, st := range g.Stats() {
		if st.MessagesIn == 0 {
			t.Errorf("loop %d has received nothing", i)
		}
	}
	id, err := g.AddListen(listenOn("127.0.0.1:0"))
	if err == nil {
		err = g.RemoveListen(id)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestMailKeepsItsOrderWhileLoopsGatherAndPart: two loops post to each other while
// the load makes them come and go.
func TestMailKeepsItsOrderWhileLoopsGatherAndPart(t *testing.T) {
	const kindBall = 3
	const balls = 50_000
	var sent, got [2]atomic.Uint64
	g := startGather(t, &funcs{
		posted: func(l Loop, m *Mail) {
			i := l.ID()
			if m.From >= 0 && !got[i].CompareAndSwap(m.Arg, m.Arg+1) {
				t.Errorf("loop %d got mail %d, awaited %d", i, m.Arg, got[i].Load())
			}
			if got[i].Load() < balls && l.Post(1-i, &Mail{Kind: kindBall, Arg: sent[1-i].Load()}) == nil {
				sent[1-i].Add(1)
			}
		},
	})
	g.until(t, "a visit", g.visiting)
	if err := g.Poster(0).Post(&Mail{Kind: kindBall}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); got[0].Load() < balls-1 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // outside, nothing tells of it
	}
	if got[0].Load() < balls-1 {
		t.Errorf("only %d mails came", got[0].Load())
	}
}

func TestStopEndsGuests(t *testing.T) {
	var stopped atomic.Int32
	g := startGather(t, &funcs{stop: func(Loop) { stopped.Add(1) }})
	g.until(t, "a visit", g.visiting)
	stop(t, g.Reactor)
	if stopped.Load() != 2 {
		t.Errorf("%d loops have stopped", stopped.Load())
	}
}
