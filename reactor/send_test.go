//go:build unix

package reactor

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSendRefusals(t *testing.T) {
	v4, v6 := FromAddrPort(netip.MustParseAddrPort("127.0.0.1:9")), FromAddrPort(netip.MustParseAddrPort("[::1]:9"))
	done := make(chan struct{})
	r := run(t, &funcs{start: func(l Loop) {
		defer close(done)
		for i, tc := range []struct{ got, want error }{
			{l.Commit(0, v4, 0), ErrNoReserve},
			{l.Send(1, v4, nil), ErrNoSocket},
			{l.Send(NoSocket, v4, nil), ErrNoSocket},
			{l.Send(0, v6, nil), ErrFamily},
			{l.Send(0, Addr{}, nil), ErrFamily},
			{l.Send(0, v4, make([]byte, MaxDatagram+1)), ErrTooLarge},
		} {
			if !errors.Is(tc.got, tc.want) {
				t.Errorf("%d: got %v, want %v", i, tc.got, tc.want)
			}
		}
		if b := l.Reserve(-1); b != nil {
			t.Error("a negative number of bytes was reserved")
		}
		if b := l.Reserve(5); len(b) != 5 || cap(b) != 5 {
			t.Errorf("%d bytes with capacity %d for 5", len(b), cap(b))
		}
		if err := l.Commit(0, v4, 6); !errors.Is(err, ErrNoReserve) {
			t.Errorf("more than reserved: %v", err)
		}
	}}, Config{Listen: []Listen{listenOn("127.0.0.1:0")}})
	need(t, done, "Start")
	if n := total(r).ReserveFailed; n != 2 {
		t.Errorf("%d reservations failed", n)
	}
}

// TestAnErrorOfOneDatagramLeavesTheOthers: what the kernel refuses is counted.
func TestAnErrorOfOneDatagramLeavesTheOthers(t *testing.T) {
	c := dial(t, "127.0.0.1:0")
	to := FromAddrPort(c.LocalAddr().(*net.UDPAddr).AddrPort())
	tooLong := make([]byte, 65530)
	r := run(t, &funcs{start: func(l Loop) {
		for _, b := range [][]byte{[]byte("a"), tooLong, []byte("b")} {
			if err := l.Send(0, to, b); err != nil {
				t.Error(err)
			}
		}
	}}, Config{Listen: []Listen{listenOn("127.0.0.1:0")}})
	for _, want := range []string{"a", "b"} {
		if got, _ := c.recv(); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	stop(t, r)
	if st := total(r); st.SendErrors != 1 || st.MessagesOut != 2 {
		t.Errorf("%+v", st)
	}
}

// TestWhatTheKernelDoesNotTakeWaitsInOrder plays a kernel that takes a part of a
// batch (loopback itself is never full): the rest waits until the poller reports
// room, and what is sent meanwhile queues up behind it.
func TestWhatTheKernelDoesNotTakeWaitsInOrder(t *testing.T) {
	for _, name := range Pollers() {
		t.Run(name, func(t *testing.T) {
			const n = 100
			c := dial(t, "127.0.0.1:0")
			to := FromAddrPort(c.LocalAddr().(*net.UDPAddr).AddrPort())
			l := open(t, &funcs{}, Config{Listen: []Listen{listenOn("127.0.0.1:0")}, Poller: name, SendBatch: 16}).loops[0]
			s := l.sock(0)
			send := func(first, end uint32) {
				for i := first; i < end; i++ {
					if err := l.Send(0, to, binary.BigEndian.AppendUint32(nil, i)); err != nil {
						t.Fatal(err)
					}
				}
			}
			send(0, 10)
			l.out.n = 4 // of ten it takes four
			l.out.flush(l)
			l.queueRun(s, &l.out, 4, 10)
			l.await(s, unix.EAGAIN)
			if !s.waiting {
				t.Fatal("the poller does not watch for room")
			}
			send(10, n)
			for len(s.queue.ents) > 0 {
				l.cycle()
			}
			if s.waiting {
				t.Error("the poller still watches for room")
			}
			for i := range uint32(n) {
				if b, _ := c.recv(); binary.BigEndian.Uint32(b) != i {
					t.Fatalf("number %d is number %d", i, binary.BigEndian.Uint32(b))
				}
			}
			if st := l.c.snapshot(); st.MessagesOut != n || st.SendQueued != n-4 || st.SendDrops != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// queueing gives a stopped loop of its own whose socket cannot send just now: a
// datagram lies in its queue.
func queueing(t *testing.T, c Config) *loop {
	c.Listen = []Listen{listenOn("127.0.0.1:0")}
	l := open(t, &funcs{}, c).loops[0]
	s := l.sock(0)
	if !s.queue.push(Addr{}, s.addr, []byte("0"), &l.r.cfg) {
		t.Fatal("the queue takes nothing")
	}
	return l
}

func TestAFullSendQueueRefuses(t *testing.T) {
	for _, c := range []Config{{SendQueue: 3}, {SendQueueBytes: 3}} {
		l := queueing(t, c)
		s := l.sock(0)
		for i, want := range []error{nil, nil, ErrSendQueueFull} {
			if err := l.Send(0, s.addr, []byte("x")); !errors.Is(err, want) {
				t.Errorf("datagram %d: %v", i, err)
			}
		}
		if d := l.c.sendDrops.Load(); d != 1 {
			t.Errorf("%d drops", d)
		}
	}
}

// TestAQueueBehindAFullBatchIsTried: room for a queue that is reported while the
// batch is full of another socket's datagrams must not be forgotten: an
// edge-triggered poller reports it once.
func TestAQueueBehindAFullBatchIsTried(t *testing.T) {
	l := queueing(t, Config{SendBatch: 2})
	other, err := l.r.AddListen(listenOn("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Send(other, l.sock(other).addr, []byte("y")); err != nil {
			t.Fatal(err)
		}
	}
	l.retry(l.sock(0))
	if n := len(l.sock(0).queue.ents); n != 0 || l.c.msgsOut.Load() != 3 {
		t.Errorf("%d still wait, %d were sent", n, l.c.msgsOut.Load())
	}
}

// TestAPausedSocketIsTriedAgain: the way of a socket that no event announces.
func TestAPausedSocketIsTriedAgain(t *testing.T) {
	l := queueing(t, Config{})
	l.await(l.sock(0), nil)
	l.await(l.sock(0), nil)
	if len(l.paused) != 1 {
		t.Fatalf("%d sockets are paused", len(l.paused))
	}
	l.retryPaused()
	if len(l.paused) != 0 || l.sock(0).paused || len(l.sock(0).queue.ents) != 0 {
		t.Error("the queue still waits")
	}
}

func TestReceiveToSendAllocatesNothing(t *testing.T) {
	for _, name := range Pollers() {
		if name == "select" {
			continue // its descriptor sets are built anew for each wait; it is there for compatibility
		}
		got := 0
		h := &funcs{receive: func(l Loop, b []Message) { got += len(b); echo(l, b) }}
		l := open(t, h, Config{Listen: []Listen{listenOn("127.0.0.1:0")}, Poller: name}).loops[0]
		// The socket talks to itself: each cycle reads what the one before has sent.
		s := l.sock(0)
		for range 8 {
			if err := l.Send(0, s.addr, make([]byte, 700)); err != nil {
				t.Fatal(err)
			}
		}
		l.out.flush(l)
		if n := testing.AllocsPerRun(200, func() { l.cycle() }); n != 0 {
			t.Errorf("%s: %v allocations in a cycle", name, n)
		}
		if got < 8*200 {
			t.Errorf("%s: only %d datagrams went round", name, got)
		}
	}
}
