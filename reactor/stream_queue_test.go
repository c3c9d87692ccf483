//go:build linux

package reactor

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestABurstForAConnectionThatIsBeingOpened: a trunk's calls do not pause while it is;
// beyond the bound messages are refused one by one, and the connection lives.
func TestABurstForAConnectionThatIsBeingOpened(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	const bound = 10000
	r := runStreams(t, h, Config{Streams: Streams{ConnQueue: bound, ConnectTimeout: 200 * time.Millisecond}})
	to := deadPeer(t)
	body := []byte(pack(strings.Repeat("z", 996)))
	ask(t, r, func(l Loop) {
		id, err := l.Connect(dialTo(to))
		if err != nil {
			t.Error(err)
			return
		}
		taken := 0
		for l.SendConn(id, 0, body) == nil {
			taken += len(body)
		}
		if taken != bound*BurstQueues {
			t.Errorf("%d bytes were taken, want %d", taken, bound*BurstQueues)
		}
		if info, ok := l.Conn(id); !ok || !info.Opening {
			t.Errorf("%+v, %v: it is not being opened any more", info, ok)
		}
	})
	if o := need(t, out, "the end"); o.why != ErrConnectTimeout {
		t.Errorf("%+v", o)
	}
	if s := total(r); s.QueueRefused != 1 || s.QueueFull != 0 {
		t.Errorf("%+v", s)
	}
}

// TestABurstOpensAConnectionWhosePeerHasAnswered, ahead of the poller, in the same
// callback: nothing is refused.
func TestABurstOpensAConnectionWhosePeerHasAnswered(t *testing.T) {
	h := &streamFuncs{}
	h.posted = runAsked
	r := runStreams(t, h, Config{Streams: Streams{ConnQueue: 1000}})
	s := server(t)
	body := []byte(pack(strings.Repeat("z", 996)))
	ask(t, r, func(l Loop) {
		id, err := l.Connect(dialTo(s.Addr().String()))
		if err != nil {
			t.Error(err)
			return
		}
		for i := range BurstQueues + 1 {
			if err := l.SendConn(id, 0, body); err != nil {
				t.Errorf("message %d: %v", i, err)
			}
		}
	})
	p := acceptFrom(t, s)
	for range BurstQueues + 1 {
		if got := p.recv(); len(got) != 996 {
			t.Fatalf("%d bytes", len(got))
		}
	}
}

// TestAtTheBoundOfAllQueuesTheLongestStuckGoes, not who needs a moment.
func TestAtTheBoundOfAllQueuesTheLongestStuckGoes(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	const conn = 100 << 10
	r := runStreams(t, h, Config{Streams: Streams{ConnQueue: conn, AllQueues: 2 * conn, SendBuffer: 4096}})
	s := server(t)
	var ids [3]ConnID
	for i := range ids {
		ask(t, r, func(l Loop) { ids[i], _ = l.Connect(dialTo(s.Addr().String())) })
		_ = acceptFrom(t, s).SetReadBuffer(4096)
		need(t, out, "a connection")
	}
	body := []byte(pack(strings.Repeat("z", 9000)))
	fill := func(id ConnID) {
		done := make(chan bool, 1)
		ask(t, r, func(l Loop) {
			defer func() { done <- true }()
			for {
				if info, ok := l.Conn(id); !ok || info.Queued+2*len(body) > conn {
					return
				}
				if err := l.SendConn(id, 0, body); err != nil {
					t.Error(err)
					return
				}
				l.(*loop).out.flush(l.(*loop))
			}
		})
		need(t, done, "the sending")
		time.Sleep(2 * TimerTick) // so that one is stuck for longer than the next
	}
	for _, id := range ids {
		fill(id)
	}
	if o := need(t, out, "an end"); o.conn != ids[0] || o.why != ErrConnQueueFull {
		t.Errorf("%+v, want the end of %v", o, ids[0])
	}
	done := make(chan bool, 1)
	ask(t, r, func(l Loop) {
		for _, id := range ids[1:] {
			if info, ok := l.Conn(id); !ok || info.Queued == 0 {
				t.Errorf("%v is gone, or has nothing queued", id)
			}
		}
		done <- true
	})
	need(t, done, "a look at the others")
}

// TestAPeerThatLeavesItsAnswersInTheSystemsBuffer is given up in time as well.
func TestAPeerThatLeavesItsAnswersInTheSystemsBuffer(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	r := runStreams(t, h, Config{Streams: Streams{SendTimeout: 300 * time.Millisecond}})
	s := server(t)
	var id ConnID
	ask(t, r, func(l Loop) { id, _ = l.Connect(dialTo(s.Addr().String())) })
	p := acceptFrom(t, s)
	_ = p.SetReadBuffer(4096)
	need(t, out, "the connection")
	queued := make(chan int, 1)
	ask(t, r, func(l Loop) {
		for range 20 { // more than the peer's buffer takes
			_ = l.SendConn(id, 0, []byte(pack(strings.Repeat("z", 9000))))
		}
		l.(*loop).out.flush(l.(*loop))
		info, _ := l.Conn(id)
		queued <- info.Queued
	})
	if n := need(t, queued, "the sending"); n != 0 {
		t.Fatalf("%d bytes have not gone to the system", n)
	}
	if o := need(t, out, "the end"); o.why != ErrSendTimeout {
		t.Errorf("%+v", o)
	}
	if n := total(r).SendTimeouts; n != 1 {
		t.Errorf("%d send timeouts", n)
	}
}

// sioCOutQNSD asks for what the system keeps of a connection without having sent it
// (linux/sockios.h).
const sioCOutQNSD = 0x894b

// TestAPeerThatNeverReadsIsNotReadEither once it has its share of answers: it costs
// the server no more than that, the system's buffer included, however much it asks.
func TestAPeerThatNeverReadsIsNotReadEither(t *testing.T) {
	for _, kind := range pollers {
		h := &streamFuncs{}
		out := outcomes(h)
		h.receive = answer
		r := runStreams(t, h, Config{Poller: kind.name, Streams: Streams{SendTimeout: 400 * time.Millisecond}})
		p := connectTo(t, r)
		_ = p.SetReadBuffer(4096)
		need(t, out, "the connection")
		id := MakeConnID(0, 0, 1)
		_ = p.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		body := []byte(strings.Repeat(pack(strings.Repeat("z", 996)), 64))
		for n := 0; n < 8<<20; n += len(body) {
			if _, err := p.Write(body); err != nil {
				break
			}
		}
		queued := make(chan [2]int, 1)
		ask(t, r, func(l Loop) {
			c := l.(*loop).conn(id)
			if c == nil {
				queued <- [2]int{}
				return
			}
			n, _ := unix.IoctlGetInt(c.fd, sioCOutQNSD)
			queued <- [2]int{c.queued(), n}
		})
		q := need(t, queued, "a look at the queues")
		if q[0] == 0 || q[0]+q[1] > 2*unsentBytes+8<<10 {
			t.Errorf("%s: %d bytes are queued here, %d in the system", kind.name, q[0], q[1])
		}
		if o := need(t, out, "the end"); o.why != ErrSendTimeout {
			t.Errorf("%s: %+v", kind.name, o)
		}
		stop(t, r)
	}
}

// TestAPeerThatReadsGetsTheSystemsOwnBound, so that it may pause later.
func TestAPeerThatReadsGetsTheSystemsOwnBound(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	h.receive = answer
	r := runStreams(t, h, Config{})
	p := connectTo(t, r)
	need(t, out, "the connection")
	limit := func() int {
		c := make(chan int, 1)
		ask(t, r, func(l Loop) {
			n, _ := unix.GetsockoptInt(l.(*loop).conn(MakeConnID(0, 0, 1)).fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT)
			c <- n
		})
		return need(t, c, "the option")
	}
	if n := limit(); n != unsentBytes {
		t.Errorf("%d bytes at first, want %d", n, unsentBytes)
	}
	for range provenBytes/1000 + 1 {
		p.send(pack(strings.Repeat("z", 996)))
		p.recv()
	}
	if n := limit(); n != 0 {
		t.Errorf("%d bytes after %d, want none of ours", n, provenBytes)
	}
}

// TestMoreThanTheQueueWaitsForAMoment: a peer that goes on in time loses nothing, one
// that does not is given up before its send timeout.
func TestMoreThanTheQueueWaitsForAMoment(t *testing.T) {
	for _, reads := range []bool{true, false} {
		h := &streamFuncs{}
		out := outcomes(h)
		r := runStreams(t, h, Config{Streams: Streams{ConnQueue: 20000, SendBuffer: 4096, SendTimeout: 30 * time.Second}})
		s := server(t)
		var id ConnID
		ask(t, r, func(l Loop) { id, _ = l.Connect(dialTo(s.Addr().String())) })
		p := acceptFrom(t, s)
		_ = p.SetReadBuffer(4096)
		need(t, out, "the connection")
		sent := make(chan int, 1)
		ask(t, r, func(l Loop) {
			n := 0
			for info := (ConnInfo{}); info.Queued < 4*20000; n++ {
				if err := l.SendConn(id, 0, []byte(pack(strings.Repeat("z", 9000)))); err != nil {
					t.Error(err)
					break
				}
				l.(*loop).out.flush(l.(*loop))
				info, _ = l.Conn(id)
			}
			sent <- n
		})
		n := need(t, sent, "the sending")
		if reads {
			for range n {
				p.recv()
			}
			if c := total(r).ConnsClosed; c != 0 {
				t.Errorf("%d connections closed", c)
			}
			continue
		}
		if o := need(t, out, "the end"); o.why != ErrConnQueueFull {
			t.Errorf("%+v", o)
		}
	}
}
