package reactortest_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"sipedge/reactor"
	"sipedge/reactor/reactortest"
)

// lines cuts a stream at line feeds; "!" begins something that is no message.
type lines struct{ seen int }

func (f *lines) Next(b []byte) (int, reactor.Frame) {
	if b[0] == '!' {
		return 1, reactor.FrameBad
	}
	if i := bytes.IndexByte(b[f.seen:], '\n'); i >= 0 {
		n := f.seen + i + 1
		f.seen = 0
		return n, reactor.FrameMessage
	}
	f.seen = len(b)
	return 0, reactor.FrameMore
}

func (f *lines) Reset() { f.seen = 0 }

// streamFuncs is funcs for streams.
type streamFuncs struct {
	funcs
	event  func(l reactor.Loop, c reactor.ConnID, ev reactor.ConnEvent, why error)
	unsent func(l reactor.Loop, c reactor.ConnID, tag uint64, why error)
}

func (f *streamFuncs) ConnEvent(l reactor.Loop, c reactor.ConnID, ev reactor.ConnEvent, why error) {
	if f.event != nil {
		f.event(l, c, ev, why)
	}
}

func (f *streamFuncs) Unsent(l reactor.Loop, c reactor.ConnID, tag uint64, why error) {
	if f.unsent != nil {
		f.unsent(l, c, tag, why)
	}
}

func echoLine(l reactor.Loop, m *reactor.Message) { _ = l.SendConn(m.Meta.Conn, 0, m.Data) }

// streamNet is a net with a stream's listen address whose loops run h.
func streamNet(seed uint64, h *streamFuncs, o reactortest.Options) *reactortest.Net {
	o.Framer = func() reactor.Framer { return &lines{} }
	n := reactortest.New(seed, o)
	n.ListenStream(server)
	n.Run(func(int) reactor.Handler { return h })
	return n
}

// collect gathers what arrives and how it ends.
func collect(s *reactortest.Stream) (got *strings.Builder, end *error) {
	got, end = &strings.Builder{}, new(error)
	s.Data = func(_ time.Duration, b []byte) { got.Write(b) }
	s.End = func(_ time.Duration, why error) { *end = why }
	return got, end
}

// TestStreamsArriveWholeAndInOrder, in whatever segments, and when the answer goes
// by way of another loop.
func TestStreamsArriveWholeAndInOrder(t *testing.T) {
	var want strings.Builder
	for i := range 50 {
		fmt.Fprintf(&want, "line %d %s\n", i, strings.Repeat("x", i*7))
	}
	for seed := range uint64(100) {
		h := &streamFuncs{}
		h.receive = func(l reactor.Loop, m *reactor.Message) {
			_ = l.Post((l.ID()+1)%l.Loops(), &reactor.Mail{Meta: m.Meta, Data: m.Data})
		}
		h.posted = func(l reactor.Loop, m *reactor.Mail) { _ = l.SendConn(m.Meta.Conn, 0, m.Data) }
		n := streamNet(seed, h, reactortest.Options{Loops: 3, Segment: 40, MaxDelay: 5 * time.Millisecond})
		var outs []*strings.Builder
		for i := range 5 {
			s := n.Dial(peer(i), server)
			got, _ := collect(s)
			outs = append(outs, got)
			s.Write([]byte(want.String()))
		}
		n.Advance(time.Minute)
		for i, got := range outs {
			if got.String() != want.String() {
				t.Fatalf("%v: peer %d got %q", n, i, got)
			}
		}
		if n.Counters().Segments < 500 {
			t.Fatalf("%v: %d segments", n, n.Counters().Segments)
		}
	}
}

// TestASeedReplaysStreamsExactly, resets included, and each message sent with a tag
// arrives or is told of when its connection ends before it left.
func TestASeedReplaysStreamsExactly(t *testing.T) {
	tell := func(seed uint64) string {
		var b strings.Builder
		h := &streamFuncs{}
		open := map[reactor.ConnID]bool{}
		h.event = func(l reactor.Loop, c reactor.ConnID, ev reactor.ConnEvent, why error) {
			fmt.Fprintf(&b, "%d %d %x event %d %v\n", l.Now(), l.ID(), uint64(c), ev, why)
			switch ev {
			case reactor.ConnOpened:
				open[c] = true
			case reactor.ConnClosed:
				if !open[c] {
					t.Errorf("seed %d: %x is closed without being open", seed, uint64(c))
				}
				delete(open, c)
			}
		}
		h.receive = func(l reactor.Loop, m *reactor.Message) {
			fmt.Fprintf(&b, "%d %q\n", l.Now(), m.Data)
			echoLine(l, m)
		}
		n := streamNet(seed, h, reactortest.Options{Loops: 2, Segment: 30, MaxDelay: 3 * time.Millisecond, Reset: 0.01})
		for i := range 5 {
			s := n.Dial(peer(i), server)
			s.End = func(now time.Duration, why error) { fmt.Fprintf(&b, "%v end %v\n", now, why) }
			for k := range 20 {
				s.Write(fmt.Appendf(nil, "%d %s\n", k, strings.Repeat("y", 50)))
			}
			s.CloseWrite()
		}
		n.Advance(time.Hour)
		if len(open) > 0 {
			t.Errorf("%v: %d connections stay", n, len(open))
		}
		fmt.Fprintln(&b, n.Counters())
		return b.String()
	}
	resets := 0
	for seed := range uint64(50) {
		a := tell(seed)
		if a != tell(seed) {
			t.Fatalf("seed %d gives another story the second time", seed)
		}
		resets += strings.Count(a, "reset by peer")
	}
	if resets == 0 {
		t.Error("no seed resets a connection")
	}
}

func TestConnectOnANet(t *testing.T) {
	away := peer(9)
	for _, tc := range []struct {
		name   string
		setup  func(n *reactortest.Net, got *strings.Builder)
		why    error
		within time.Duration
	}{
		{"answered", func(n *reactortest.Net, got *strings.Builder) {
			n.StreamEndpoint(away, func(s *reactortest.Stream) {
				s.Data = func(_ time.Duration, b []byte) { got.Write(b) }
				s.Write([]byte("hello\n"))
			})
		}, nil, time.Second},
		{"refused", func(*reactortest.Net, *strings.Builder) {}, reactortest.ErrRefused, time.Second},
		{"dead", func(n *reactortest.Net, _ *strings.Builder) { n.Blackhole(away) }, reactor.ErrConnectTimeout, 11 * time.Second},
	} {
		var out, in strings.Builder
		var ended, unsent error
		h := &streamFuncs{}
		h.start = func(l reactor.Loop) {
			c, err := l.Connect(&reactor.Dial{Transport: reactor.TCP, To: reactor.FromAddrPort(away)})
			if err != nil {
				t.Error(err)
			}
			_ = l.SendConn(c, 5, []byte("question\n"))
		}
		h.receive = func(_ reactor.Loop, m *reactor.Message) { in.Write(m.Data) }
		h.event = func(_ reactor.Loop, _ reactor.ConnID, ev reactor.ConnEvent, why error) {
			if ev == reactor.ConnClosed {
				ended = why
			}
		}
		h.unsent = func(_ reactor.Loop, _ reactor.ConnID, tag uint64, why error) {
			if tag == 5 {
				unsent = why
			}
		}
		o := reactortest.Options{MaxDelay: 20 * time.Millisecond, Framer: func() reactor.Framer { return &lines{} }}
		n := reactortest.New(1, o)
		n.ListenStream(server)
		tc.setup(n, &out)
		n.Run(func(int) reactor.Handler { return h })
		n.Advance(tc.within)
		if ended != tc.why || unsent != tc.why {
			t.Errorf("%s: ended with %v, unsent %v", tc.name, ended, unsent)
		}
		if tc.why == nil && (out.String() != "question\n" || in.String() != "hello\n") {
			t.Errorf("%s: %q out, %q in", tc.name, out.String(), in.String())
		}
	}
}

// TestTimesOfStreamsOnANet are the reactor's, to the tick.
func TestTimesOfStreamsOnANet(t *testing.T) {
	for _, tc := range []struct {
		write string
		after time.Duration
		why   error
	}{
		{"", 60 * time.Second, reactor.ErrFirstMessage},
		{"half", 20 * time.Second, reactor.ErrWholeMessage},
		{"whole\n", 120 * time.Second, reactor.ErrIdle},
		{"!", 0, reactor.ErrFraming},
	} {
		var why error
		h := &streamFuncs{}
		h.receive = echoLine
		h.event = func(_ reactor.Loop, _ reactor.ConnID, ev reactor.ConnEvent, w error) {
			if ev == reactor.ConnClosed {
				why = w
			}
		}
		n := streamNet(1, h, reactortest.Options{})
		s := n.Dial(peer(1), server)
		_, end := collect(s)
		s.Write([]byte(tc.write))
		if tc.after > 0 {
			if n.Advance(tc.after - time.Millisecond); why != nil {
				t.Errorf("%q: ended early with %v", tc.write, why)
			}
		}
		n.Advance(5 * time.Millisecond)
		if why != tc.why || *end != io.EOF {
			t.Errorf("%q: ended with %v; the peer hears %v", tc.write, why, *end)
		}
	}
}

// TestAPausedPeerFillsTheQueue up to its bound, or until its time is over; one that
// goes on in time gets everything.
func TestAPausedPeerFillsTheQueue(t *testing.T) {
	const sent = 100
	run := func(o reactor.Streams, resume time.Duration) (got int, why error) {
		h := &streamFuncs{}
		h.event = func(l reactor.Loop, c reactor.ConnID, ev reactor.ConnEvent, w error) {
			switch ev {
			case reactor.ConnOpened:
				for range sent {
					if l.SendConn(c, 1, bytes.Repeat([]byte("z"), 1000)) != nil {
						break
					}
				}
				if i, ok := l.Conn(c); ok && i.Queued > reactor.BurstQueues*o.ConnQueue {
					t.Errorf("%d bytes are queued", i.Queued)
				}
			case reactor.ConnClosed:
				why = w
			}
		}
		n := streamNet(3, h, reactortest.Options{Streams: o, Window: 10000})
		s := n.Dial(peer(1), server)
		s.Data = func(_ time.Duration, b []byte) { got += len(b) }
		s.Pause()
		n.Advance(resume)
		s.Resume()
		n.Advance(5 * time.Second)
		return got, why
	}
	if _, why := run(reactor.Streams{ConnQueue: 50000}, 2*reactor.BurstTime); why != reactor.ErrConnQueueFull {
		t.Errorf("the bound: %v", why)
	}
	if got, why := run(reactor.Streams{ConnQueue: 50000}, reactor.BurstTime/2); got != sent*1000 || why != nil {
		t.Errorf("for a moment: %d bytes, %v", got, why)
	}
	if _, why := run(reactor.Streams{ConnQueue: 10000}, reactor.BurstTime/2); why != reactor.ErrConnQueueFull {
		t.Errorf("the bound of a moment: %v", why)
	}
	if got, why := run(reactor.Streams{ConnQueue: 200000}, 9*time.Second); got != sent*1000 || why != nil {
		t.Errorf("in time: %d bytes, %v", got, why)
	}
	if _, why := run(reactor.Streams{ConnQueue: 200000}, 11*time.Second); why != reactor.ErrSendTimeout {
		t.Errorf("too late: %v", why)
	}
}

// TestHalfClosedPeersAreAnswered, later than at once, and old ids find nothing.
func TestHalfClosedPeersAreAnswered(t *testing.T) {
	h := &streamFuncs{}
	h.receive = func(l reactor.Loop, m *reactor.Message) { l.After(time.Second, 0, uint64(m.Meta.Conn)) }
	var last reactor.ConnID
	h.timer = func(l reactor.Loop, kind uint32, arg uint64) {
		last = reactor.ConnID(arg)
		_ = l.SendConn(last, 0, []byte("late\n"))
		if kind == 0 {
			l.After(time.Minute, 1, arg)
		} else if l.SendConn(last, 0, nil) != reactor.ErrNoConn {
			t.Error("a closed connection can be sent on")
		}
	}
	n := streamNet(1, h, reactortest.Options{})
	s := n.Dial(peer(1), server)
	got, end := collect(s)
	s.Write([]byte("x\n"))
	s.CloseWrite()
	n.Advance(2 * time.Second)
	if got.String() != "late\n" || *end != nil {
		t.Errorf("%q, %v", got, *end)
	}
	n.Advance(10 * time.Second)
	if *end != io.EOF {
		t.Errorf("end: %v", *end)
	}
	q := n.Dial(peer(2), server)
	other, _ := collect(q)
	n.Advance(time.Minute)
	if other.Len() > 0 {
		t.Errorf("a late answer reached another connection: %q", other)
	}
}
