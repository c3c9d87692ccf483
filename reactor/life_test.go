//go:build unix

package reactor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestStopHandlesTheMailThatIsLeft: mail that loops pass on between them while they
// stop is handled, and what Stop itself sends leaves.
func TestStopHandlesTheMailThatIsLeft(t *testing.T) {
	for range 50 {
		const hops = 200
		c := dial(t, "127.0.0.1:0")
		to := FromAddrPort(c.LocalAddr().(*net.UDPAddr).AddrPort())
		var got, stops atomic.Int64
		r := run(t, &funcs{
			posted: func(l Loop, m *Mail) {
				got.Add(1)
				if m.Arg > 0 {
					if err := l.Post((l.ID()+1)%l.Loops(), &Mail{Arg: m.Arg - 1}); err != nil {
						t.Error(err)
					}
				}
			},
			stop: func(l Loop) {
				stops.Add(1)
				if err := l.Send(0, to, []byte("bye")); err != nil {
					t.Error(err)
				}
			},
		}, Config{Loops: 3, Listen: []Listen{listenOn("127.0.0.1:0")}})
		for i := range 3 {
			if err := r.Poster(i).Post(&Mail{Arg: hops - 1}); err != nil {
				t.Fatal(err)
			}
		}
		stop(t, r)
		if got.Load() != 3*hops || stops.Load() != 3 {
			t.Fatalf("%d mails of %d were handled, %d loops stopped", got.Load(), 3*hops, stops.Load())
		}
		for range 3 {
			if b, _ := c.recv(); string(b) != "bye" {
				t.Errorf("%q", b)
			}
		}
	}
}

func TestAfterStopEverythingIsRefused(t *testing.T) {
	r := run(t, &funcs{}, Config{Loops: 2, Listen: []Listen{listenOn("127.0.0.1:0")}})
	addr := r.Addr(0)
	stop(t, r)
	stop(t, r)
	if err := r.Poster(1).Post(&Mail{}); !errors.Is(err, ErrClosed) {
		t.Errorf("post: %v", err)
	}
	if _, err := r.AddListen(listenOn("127.0.0.1:0")); !errors.Is(err, ErrClosed) {
		t.Errorf("AddListen: %v", err)
	}
	if err := r.RemoveListen(0); !errors.Is(err, ErrClosed) {
		t.Errorf("RemoveListen: %v", err)
	}
	if err := r.Start(); err == nil {
		t.Error("started again")
	}
	dial(t, addr.String()) // the port is free
}

func TestStopWithoutStartClosesEverything(t *testing.T) {
	r := open(t, &funcs{}, Config{Loops: 2, Listen: []Listen{listenOn("127.0.0.1:0")}})
	stop(t, r)
	dial(t, r.Addr(0).String())
	if err := r.Start(); err == nil {
		t.Error("started after Stop")
	}
}

func TestStopGivesUpWithItsContext(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{})
	r := run(t, &funcs{posted: func(Loop, *Mail) { close(held); <-hold }}, Config{})
	if err := r.Poster(0).Post(&Mail{}); err != nil {
		t.Fatal(err)
	}
	need(t, held, "the callback that hangs")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(hold)
}

// TestChangesDuringStopEndAsWell: AddListen and RemoveListen neither wait for loops
// that have ended nor leave a socket open.
func TestChangesDuringStopEndAsWell(t *testing.T) {
	for range 30 {
		r := run(t, &funcs{}, Config{Loops: 2})
		begun, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			for i := 0; ; i++ {
				id, err := r.AddListen(listenOn("127.0.0.1:0"))
				if i == 0 {
					close(begun)
				}
				if err != nil {
					return
				}
				if err := r.RemoveListen(id); err != nil {
					return
				}
			}
		}()
		need(t, begun, "the first AddListen")
		stop(t, r)
		need(t, ended, "the end of AddListen")
	}
}

// refusing is a poller that watches no descriptor.
type refusing struct{ poller }

func (refusing) add(int, int32, interest) error { return errors.New("refused") }

// TestAnAddressThatOneLoopCannotWatchIsClosedOnAll leaves nothing behind.
func TestAnAddressThatOneLoopCannotWatchIsClosedOnAll(t *testing.T) {
	r := open(t, &funcs{}, Config{Loops: 2})
	free := dial(t, "127.0.0.1:0")
	addr := free.LocalAddr().(*net.UDPAddr).AddrPort()
	free.Close()
	r.loops[1].poll = refusing{r.loops[1].poll}
	id, err := r.AddListen(Listen{Transport: UDP, Addr: addr})
	var le *ListenError
	if !errors.As(err, &le) || id != NoSocket {
		t.Fatalf("socket %d, %v", id, err)
	}
	dial(t, addr.String())
}

// TestListenChangesUnderTraffic: addresses come and go while others work, and every
// datagram that arrived on one before it was removed reaches the handler.
func TestListenChangesUnderTraffic(t *testing.T) {
	for _, name := range Pollers() {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			got := map[SocketID][]uint32{}
			r := run(t, &funcs{receive: func(l Loop, b []Message) {
				mu.Lock()
				for i := range b {
					if len(b[i].Data) == 4 {
						got[b[i].Meta.Socket] = append(got[b[i].Meta.Socket], binary.BigEndian.Uint32(b[i].Data))
					}
				}
				mu.Unlock()
				echo(l, b)
			}}, Config{Loops: 2, Listen: []Listen{listenOn("127.0.0.1:0")}, Poller: name, RecvBatch: 8})
			busy := dial(t, "127.0.0.1:0")
			end, ended := make(chan struct{}), make(chan struct{})
			go func() { // traffic on the first address
				defer close(ended)
				for {
					select {
					case <-end:
						return
					default:
						busy.send(r.Addr(0), []byte("noise"))
						busy.recv()
					}
				}
			}()
			c := dial(t, "127.0.0.1:0")
			const each = 100
			var ids []SocketID
			for range 20 {
				id, err := r.AddListen(listenOn("127.0.0.1:0"))
				if err != nil {
					t.Fatal(err)
				}
				addr := r.Addr(id)
				for k := range uint32(each) {
					c.send(addr, binary.BigEndian.AppendUint32(nil, k))
				}
				if err := r.RemoveListen(id); err != nil {
					t.Fatal(err)
				}
				if err := r.RemoveListen(id); !errors.Is(err, ErrNoSocket) {
					t.Error(err)
				}
				if r.Addr(id).IsValid() || slices.Contains(ids, id) {
					t.Errorf("socket %d is still there or was there before", id)
				}
				ids = append(ids, id)
			}
			close(end)
			need(t, ended, "the end of the traffic")
			stop(t, r)
			for _, id := range ids {
				if len(got[id]) != each || !slices.IsSorted(got[id]) {
					t.Errorf("socket %d: %d of %d datagrams were handled", id, len(got[id]), each)
				}
			}
		})
	}
}

// TestAPanicCostsOneCallback in each of the methods of a handler.
func TestAPanicCostsOneCallback(t *testing.T) {
	var mu sync.Mutex
	var heard []string
	done := make(chan struct{}, 4)
	timers, ends := 0, 0
	r := run(t, &funcs{
		start: func(l Loop) {
			l.After(0, 1, 0)
			panic("start")
		},
		timer: func(l Loop, _ uint32, _ uint64) {
			if timers++; timers == 1 {
				l.After(0, 1, 0)
				panic("timer")
			}
			done <- struct{}{}
		},
		posted: func(_ Loop, m *Mail) {
			if m.Arg == 0 {
				panic("posted")
			}
			done <- struct{}{}
		},
		receive: func(l Loop, b []Message) {
			if string(b[0].Data) == "bad" {
				l.Reserve(10) // left behind: nobody may commit it
				panic("receive")
			}
			if err := l.Commit(0, b[0].Meta.Remote, 5); !errors.Is(err, ErrNoReserve) {
				t.Errorf("committed what a panic left: %v", err)
			}
			echo(l, b)
		},
		cycleEnd: func(Loop) {
			if ends++; ends == 1 {
				panic("cycleEnd")
			}
		},
		stop: func(Loop) { panic("stop") },
	}, Config{Listen: []Listen{listenOn("127.0.0.1:0")}, RecvBatch: 1, OnPanic: func(loop int, callback string, v any, stack []byte) {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, fmt.Sprint(loop, " ", callback, " ", v, " ", len(stack) > 0))
	}})
	need(t, done, "the timer after the panic")
	for i := range uint64(2) {
		if err := r.Poster(0).Post(&Mail{Arg: i}); err != nil {
			t.Fatal(err)
		}
	}
	need(t, done, "the mail after the panic")
	c := dial(t, "127.0.0.1:0")
	c.send(r.Addr(0), []byte("bad"))
	c.send(r.Addr(0), []byte("good"))
	if b, _ := c.recv(); string(b) != "good" {
		t.Errorf("%q", b)
	}
	stop(t, r)
	slices.Sort(heard)
	want := []string{
		"0 CycleEnd cycleEnd true", "0 Posted posted true", "0 Receive receive true", "0 Start start true", "0 Stop stop true", "0 Timer timer true",
	}
	if !slices.Equal(heard, want) || total(r).Panics != 6 {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestASlowCallbackIsNamed(t *testing.T) {
	type slow struct {
		callback string
		kind     uint32
		took     time.Duration
	}
	heard := make(chan slow, 64)
	r := run(t, &funcs{posted: func(Loop, *Mail) {
		for began := time.Now(); time.Since(began) < 2*SlowCallback; { // busy, as a slow callback is
		}
	}}, Config{OnSlow: func(_ int, callback string, kind uint32, took time.Duration) { heard <- slow{callback, kind, took} }})
	if err := r.Poster(0).Post(&Mail{Kind: 42}); err != nil {
		t.Fatal(err)
	}
	for { // on a loaded machine others may have been slow as well
		s := need(t, heard, "the report")
		if s.callback == "Posted" && s.kind == 42 && s.took >= 2*SlowCallback {
			break
		}
	}
	if total(r).Slow == 0 {
		t.Error("not counted")
	}
}

func TestLoopKnowsItself(t *testing.T) {
	done := newCountdown(3)
	r := open(t, &funcs{start: func(l Loop) {
		if l.Loops() != 3 || l.Poster().ID() != l.ID() || l.Now() <= 0 || l.Wall() < 1e18 || l.SocketAddr(0).Port == 0 || !l.SocketAddr(1).IsZero() {
			t.Errorf("loop %d: %d loops, now %d, wall %d, socket %v", l.ID(), l.Loops(), l.Now(), l.Wall(), l.SocketAddr(0))
		}
		done.tick()
	}}, Config{Loops: 3, Listen: []Listen{listenOn("127.0.0.1:0")}, Pin: true})
	if r.Loops() != 3 {
		t.Errorf("%d loops", r.Loops())
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	need(t, done.done, "the start of all loops")
}

func TestSchedulingIsRefusedByName(t *testing.T) {
	cpus := AllowedCPUs()
	for _, tc := range []struct {
		s     Sched
		loops int
	}{
		{Sched{Policy: SchedOther, Prio: 1}, 1},
		{Sched{Policy: SchedFIFO, Prio: 0}, 1},
		{Sched{Policy: SchedRR, Prio: 100}, 1},
		{Sched{Policy: 7, Prio: 1}, 1},
		{Sched{Policy: SchedFIFO, Prio: 10}, cpus},
	} {
		_, err := New(Config{Loops: tc.loops, Sched: tc.s, Handler: func(int) Handler { return &funcs{} }})
		var se *SchedError
		if !errors.As(err, &se) || se.Policy != tc.s.Policy || se.Prio != tc.s.Prio || se.Reason == "" {
			t.Errorf("%+v on %d loops: %v", tc.s, tc.loops, err)
		}
	}
}
