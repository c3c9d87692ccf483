package reactortest_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sipedge/reactor"
	"sipedge/reactor/reactortest"
)

// joiner is lines whose lines that begin with + are parts of the message that the next
// one ends; ? asks for a turn, a full stop is a farewell.
type joiner struct {
	lines
	kept  []byte
	ended bool
	begun uint32
	held  bool
}

func (j *joiner) Next(b []byte) (int, reactor.Frame) {
	if j.ended {
		j.kept, j.ended = nil, false
	}
	if j.held {
		return 0, reactor.FrameMore
	}
	n, f := j.lines.Next(b)
	switch {
	case f != reactor.FrameMessage:
	case b[0] == '+':
		if j.kept == nil {
			j.begun++
		}
		j.kept = append(j.kept, b[1:n-1]...)
		return n, reactor.FrameMore
	case b[0] == '?':
		j.held = true
		return n, reactor.FrameTurn
	case b[0] == '.':
		return n, reactor.FrameClose
	case b[0] == '-':
		return n, reactor.FramePing
	case j.kept != nil:
		j.kept, j.ended = append(j.kept, b[:n]...), true
	}
	return n, f
}

func (j *joiner) Unwrap(frame []byte) ([]byte, bool) {
	if j.ended {
		return j.kept, true
	}
	return frame, false
}

func (j *joiner) Partial() uint32 {
	if j.ended || j.kept == nil {
		return 0
	}
	return j.begun
}

func (j *joiner) Reset() { *j = joiner{} }

func joinerNet(seed uint64, h *streamFuncs, o reactortest.Options) *reactortest.Net {
	o.Framer = func() reactor.Framer { return &joiner{} }
	n := reactortest.New(seed, o)
	n.ListenStream(server)
	n.Run(func(int) reactor.Handler { return h })
	return n
}

// TestStreamsTurn as those of the reactor do, in whatever segments.
func TestStreamsTurn(t *testing.T) {
	for seed := range uint64(50) {
		h := &streamFuncs{}
		h.receive = func(l reactor.Loop, m *reactor.Message) {
			_ = l.SendConn(m.Meta.Conn, 0, append([]byte(m.Meta.Transport.String()+" "), m.Data...))
			if m.Frame == reactor.FrameTurn {
				if err := l.TurnConn(m.Meta.Conn, reactor.WS, 9); err != nil {
					t.Error(err)
				}
				l.After(time.Second, 1, uint64(m.Meta.Conn))
			}
		}
		h.timer = func(l reactor.Loop, _ uint32, arg uint64) {
			l.ConnFramer(reactor.ConnID(arg)).(*joiner).held = false
			_ = l.Reframe(reactor.ConnID(arg))
		}
		n := joinerNet(seed, h, reactortest.Options{Segment: 3, MaxDelay: 5 * time.Millisecond})
		s := n.Dial(peer(1), server)
		got, end := collect(s)
		s.Write([]byte("a\n?b\nc\n+d\n+e\nf\n.\ng\n"))
		n.Advance(time.Minute)
		if want := "tcp a\ntcp ?b\nws c\nws def\nws .\n"; got.String() != want || *end == nil {
			t.Fatalf("%v: got %q, ended with %v", n, got, *end)
		}
	}
}

// TestPartsThatDoNotBecomeAMessageEndTheStream, whatever else comes.
func TestPartsThatDoNotBecomeAMessageEndTheStream(t *testing.T) {
	h := &streamFuncs{}
	var why error
	h.receive = echoLine
	h.event = func(_ reactor.Loop, _ reactor.ConnID, ev reactor.ConnEvent, w error) {
		if ev == reactor.ConnClosed {
			why = w
		}
	}
	n := joinerNet(1, h, reactortest.Options{Streams: reactor.Streams{WholeMessage: 10 * time.Second, Idle: time.Hour}})
	s := n.Dial(peer(1), server)
	got, _ := collect(s)
	for range 30 { // each of its parts in time
		s.Write([]byte("+a\n"))
		n.Advance(5 * time.Second)
		s.Write([]byte("b\n"))
		n.Advance(time.Second)
	}
	if why != nil || strings.Count(got.String(), "ab\n") != 30 {
		t.Fatalf("%v, %q", why, got)
	}
	s.Write([]byte("+a\n"))
	for range 12 {
		s.Write(bytes.Repeat([]byte("-\n"), 3))
		n.Advance(time.Second)
	}
	if why != reactor.ErrWholeMessage {
		t.Error(why)
	}
}
