//go:build linux

package reactor

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ask runs f on loop 0.
func ask(t testing.TB, r *Reactor, f func(l Loop)) {
	t.Helper()
	if err := r.Poster(0).Post(&Mail{Ref: f}); err != nil {
		t.Fatal(err)
	}
}

// runAsked makes the handler run what ask posts.
func runAsked(l Loop, m *Mail) { m.Ref.(func(Loop))(l) }

func dialTo(addr string) *Dial {
	return &Dial{Transport: TCP, Socket: 0, To: FromAddrPort(netip.MustParseAddrPort(addr))}
}

// server is a listening socket of the test.
func server(t testing.TB) *net.TCPListener {
	t.Helper()
	s, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*net.TCPListener)
}

func acceptFrom(t testing.TB, s *net.TCPListener) *peer {
	t.Helper()
	_ = s.SetDeadline(time.Now().Add(patience))
	c, err := s.AcceptTCP()
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, c)
}

// outcome is an event or a message that was not sent.
type outcome struct {
	conn ConnID
	ev   ConnEvent
	tag  uint64
	why  error
}

func outcomes(h *streamFuncs) chan outcome {
	c := make(chan outcome, 64)
	h.event = func(_ Loop, id ConnID, ev ConnEvent, why error) { c <- outcome{conn: id, ev: ev, why: why} }
	h.unsent = func(_ Loop, id ConnID, tag uint64, why error) { c <- outcome{conn: id, tag: tag, why: why} }
	h.posted = runAsked
	return c
}

// TestMessagesOfAConnectionThatOpensArriveInOrder; the answer comes back on it.
func TestMessagesOfAConnectionThatOpensArriveInOrder(t *testing.T) {
	for _, kind := range pollers {
		h := &streamFuncs{}
		out := outcomes(h)
		got := make(chan Meta, 1)
		h.receive = func(_ Loop, b []Message) { got <- b[0].Meta }
		r := runStreams(t, h, Config{Poller: kind.name})
		s := server(t)
		ids := make(chan ConnID, 1)
		ask(t, r, func(l Loop) {
			d := dialTo(s.Addr().String())
			d.From = FromAddrPort(netip.MustParseAddrPort("127.0.0.3:0"))
			c, err := l.Connect(d)
			if err != nil {
				t.Error(err)
			}
			_ = l.SendConn(c, 1, []byte(pack("one")))
			_ = l.SendConn(c, 2, []byte(pack("two")))
			ids <- c
		})
		p := acceptFrom(t, s)
		if a, b := p.recv(), p.recv(); a != "one" || b != "two" {
			t.Errorf("%s: %q, %q", kind.name, a, b)
		}
		if a := p.RemoteAddr().(*net.TCPAddr).IP.String(); a != "127.0.0.3" {
			t.Errorf("%s: it comes from %s", kind.name, a)
		}
		p.send(pack("back"))
		m := need(t, got, "the answer")
		if m.Conn != <-ids || m.Local.String() != p.RemoteAddr().String() || m.Remote.String() != s.Addr().String() || m.Socket != 0 || m.Transport != TCP {
			t.Errorf("%s: %+v", kind.name, m)
		}
		if o := need(t, out, "an event"); o.ev != ConnOpened {
			t.Errorf("%s: %+v", kind.name, o)
		}
		p.Close()
		if o := need(t, out, "an event"); o.ev == ConnOpened || o.tag != 0 {
			t.Errorf("%s: %+v", kind.name, o)
		}
	}
}

func TestARefusedConnectionFailsAtOnce(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	r := runStreams(t, h, Config{})
	s := server(t)
	addr := s.Addr().String()
	s.Close()
	now := make(chan error, 1)
	began := time.Now()
	ask(t, r, func(l Loop) {
		c, err := l.Connect(dialTo(addr))
		if err == nil {
			err = l.SendConn(c, 7, []byte(pack("x")))
		}
		now <- err
	})
	if err := need(t, now, "Connect"); err == nil {
		o := need(t, out, "a failure")
		if o.tag != 7 || !errors.Is(o.why, syscall.ECONNREFUSED) {
			t.Errorf("%+v", o)
		}
		if o = need(t, out, "the end"); o.ev != ConnClosed || !errors.Is(o.why, syscall.ECONNREFUSED) {
			t.Errorf("%+v", o)
		}
	} else if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
	if d := time.Since(began); d > 100*time.Millisecond {
		t.Errorf("it took %v", d)
	}
	if total(r).ConnectFailed != 1 {
		t.Error("it is not counted")
	}
}

// deadPeer is an address whose backlog is full: SYNs to it are dropped.
func deadPeer(t testing.TB) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, _ := unix.Getsockname(fd)
	addr := addrOf(sa).String()
	for range 8 {
		c, err := net.DialTimeout("tcp4", addr, 50*time.Millisecond)
		if err != nil {
			return addr
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("the backlog never fills")
	return ""
}

// TestADeadPeerTimesOutAndDelaysNobody.
func TestADeadPeerTimesOutAndDelaysNobody(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	r := runStreams(t, h, Config{Streams: Streams{ConnectTimeout: 150 * time.Millisecond}})
	addr := deadPeer(t)
	ask(t, r, func(l Loop) {
		c, err := l.Connect(dialTo(addr))
		if err != nil {
			t.Error(err)
		}
		_ = l.SendConn(c, 9, []byte(pack("x")))
	})
	began := time.Now()
	p := connectTo(t, r)
	for range 20 {
		p.send(pack("hello"))
		p.recv()
	}
	if d := time.Since(began); d > 140*time.Millisecond {
		t.Logf("20 messages took %v", d) // a busy machine
	}
	for {
		o := need(t, out, "the timeout")
		if o.ev == ConnOpened && o.tag == 0 {
			continue // the other connection
		}
		if o.tag != 9 || o.why != ErrConnectTimeout {
			t.Errorf("%+v", o)
		}
		break
	}
	if o := need(t, out, "the end"); o.why != ErrConnectTimeout {
		t.Errorf("%+v", o)
	}
	if s := total(r); s.ConnectTimeouts != 1 || s.ConnectFailed != 1 {
		t.Errorf("%+v", s)
	}
}

// TestAPeerThatNeverReads fills its queue and no more, and is given up at the
// bound, or in time when it is below it.
func TestAPeerThatNeverReads(t *testing.T) {
	for _, tc := range []struct {
		name string
		conf Streams
		send int
		why  error
	}{
		{"bound of the connection", Streams{ConnQueue: 20000, SendBuffer: 4096}, 1000, ErrConnQueueFull},
		{"bound of all", Streams{AllQueues: 20000, ConnQueue: 1 << 20, SendBuffer: 4096}, 1000, ErrConnQueueFull},
		{"send timeout", Streams{ConnQueue: 1 << 20, SendTimeout: 100 * time.Millisecond, SendBuffer: 4096}, 100, ErrSendTimeout},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := &streamFuncs{}
			out := outcomes(h)
			r := runStreams(t, h, Config{Streams: tc.conf})
			s := server(t)
			var id ConnID
			ask(t, r, func(l Loop) { id, _ = l.Connect(dialTo(s.Addr().String())) })
			p := acceptFrom(t, s)
			_ = p.SetReadBuffer(4096)
			need(t, out, "the connection")
			body := []byte(pack(strings.Repeat("z", 9000)))
			refused := make(chan error, 1)
			most := make(chan int64, 1)
			ask(t, r, func(l Loop) {
				var top int64
				for i := range tc.send {
					if err := l.SendConn(id, uint64(i+1), body); err != nil {
						refused <- err
						break
					}
					top = max(top, r.queued.Load())
				}
				most <- top
			})
			top := need(t, most, "the sending")
			unsent := 0
			for {
				o := need(t, out, "an end")
				if o.tag != 0 {
					unsent++
					continue
				}
				if o.ev != ConnClosed || o.why != tc.why {
					t.Errorf("%+v", o)
				}
				break
			}
			if unsent == 0 {
				t.Error("nobody is told of unsent messages")
			}
			if bound := tc.conf.ConnQueue * BurstQueues; top > int64(bound) {
				t.Errorf("%d bytes were queued", top)
			}
			eventually(t, "the release of the queue", func() bool { return r.queued.Load() == 0 && total(r).Conns == 0 })
		})
	}
}

// TestASlowReaderGetsEverything in order.
func TestASlowReaderGetsEverything(t *testing.T) {
	for _, kind := range pollers {
		h := &streamFuncs{}
		out := outcomes(h)
		r := runStreams(t, h, Config{Poller: kind.name, Streams: Streams{ConnQueue: 1 << 20, SendBuffer: 16384}})
		s := server(t)
		ask(t, r, func(l Loop) {
			id, _ := l.Connect(dialTo(s.Addr().String()))
			for i := range 100 {
				_ = l.SendConn(id, 1, []byte(pack(strings.Repeat(string(rune('a'+i%26)), 9000))))
			}
			_ = l.CloseConn(id, CloseAfterWrite)
			if l.SendConn(id, 1, []byte("no")) != ErrNoConn {
				t.Error("it takes more")
			}
		})
		p := acceptFrom(t, s)
		_ = p.SetReadBuffer(1 << 17)
		eventually(t, "a full socket", func() bool { return total(r).SendAgain > 0 })
		for i := range 100 {
			if got := p.recv(); len(got) != 9000 || got[0] != byte('a'+i%26) || got[8999] != got[0] {
				t.Fatalf("%s: message %d", kind.name, i)
			}
		}
		if p.closed() {
			t.Error("reset")
		}
		p.Close()
		need(t, out, "the opening")
		if o := need(t, out, "the end"); o.why != ErrClosedHere || o.tag != 0 {
			t.Errorf("%+v", o)
		}
	}
}
