//go:build unix

package reactor

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// joiner is a Framer of lines that have to be put together: one that begins with + is a
// part of the message that the next one ends, ? asks for a turn, a full stop is a farewell.
type joiner struct {
	kept  []byte
	ended bool
	begun uint32
	held  bool
}

func (j *joiner) Next(b []byte) (int, Frame) {
	if j.ended {
		j.kept, j.ended = j.kept[:0], false
	}
	n := bytes.IndexByte(b, '\n') + 1
	switch {
	case n == 0 || j.held:
		return 0, FrameMore
	case b[0] == '+':
		if len(j.kept) == 0 {
			j.begun++
		}
		j.kept = append(j.kept, b[1:n-1]...)
		return n, FrameMore
	case b[0] == '?':
		j.held = true
		return n, FrameTurn
	case b[0] == '.':
		return n, FrameClose
	case b[0] == '!':
		return n, FramePing
	case len(j.kept) > 0:
		j.kept, j.ended = append(j.kept, b[:n]...), true
	}
	return n, FrameMessage
}

func (j *joiner) Unwrap(frame []byte) ([]byte, bool) {
	if j.ended {
		return j.kept, true
	}
	return frame, false
}

func (j *joiner) Partial() uint32 {
	if j.ended || len(j.kept) == 0 {
		return 0
	}
	return j.begun
}

func (j *joiner) Reset() { *j = joiner{kept: j.kept[:0]} }

func newJoiner() Framer { return &joiner{} }

// echoFrames sends back what it gets.
func echoFrames(l Loop, batch []Message) {
	for i := range batch {
		_ = l.SendConn(batch[i].Meta.Conn, 0, batch[i].Data)
	}
}

func (p *peer) line() string {
	p.t.Helper()
	s, err := p.r.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// TestWhatAFramerPutsTogetherIsHandedOnBeforeItGoesOn: its memory is the next message's.
func TestWhatAFramerPutsTogetherIsHandedOnBeforeItGoesOn(t *testing.T) {
	h := &streamFuncs{}
	h.receive = echoFrames
	p := connectTo(t, runStreams(t, h, Config{Framer: newJoiner}))
	stream := "a\n+b\n+c\nd\n+e\n!\nf\ng\n"
	want := []string{"a\n", "bcd\n", "!\n", "ef\n", "g\n"}
	check := func(how string) {
		t.Helper()
		for _, w := range want {
			if got := p.line(); got != w {
				t.Fatalf("%s: %q, want %q", how, got, w)
			}
		}
	}
	p.send(strings.Repeat(stream, 50))
	for range 50 {
		check("at once")
	}
	for i := range stream {
		p.send(stream[i : i+1])
	}
	check("a byte at a time")
}

// TestAMessageInPartsHasTheTimeOfOne: what comes between does not lengthen it, and one
// that ends does not shorten that of the next.
func TestAMessageInPartsHasTheTimeOfOne(t *testing.T) {
	ends := make(chan closing, 1)
	h := &streamFuncs{event: closes(ends)}
	h.receive = echoFrames
	p := connectTo(t, runStreams(t, h, Config{Framer: newJoiner, Streams: Streams{WholeMessage: 500 * time.Millisecond}}))
	for begun := time.Now(); time.Since(begun) < 900*time.Millisecond; time.Sleep(5 * time.Millisecond) {
		p.send("+a\n")
		p.send("b\n+c\n")
		p.send("d\n+e\n")
		p.send("f\n")
		for range 3 {
			p.line()
		}
	}
	p.send("+a\n")
	for {
		select {
		case c := <-ends:
			if c.why != ErrWholeMessage {
				t.Error(c.why)
			}
			return
		case <-time.After(20 * time.Millisecond):
			_, _ = io.WriteString(p.TCPConn, "!\n")
		}
	}
}

// TestAStreamTurnsBehindAMessage: nothing that follows is looked at before the handler has
// had that message, nor before it says so, and then it carries what the handler has set.
func TestAStreamTurnsBehindAMessage(t *testing.T) {
	h := &streamFuncs{}
	var turned ConnID
	release := func(l Loop, id ConnID) {
		l.ConnFramer(id).(*joiner).held = false
		if err := l.Reframe(id); err != nil {
			t.Error(err)
		}
	}
	h.receive = func(l Loop, batch []Message) {
		for i := range batch {
			m := &batch[i]
			_ = l.SendConn(m.Meta.Conn, 0, fmt.Appendf(nil, "%v %d %s", m.Meta.Transport, m.Meta.Socket, m.Data))
			if m.Frame != FrameTurn {
				continue
			}
			if len(batch) != i+1 {
				t.Error("something follows in the batch")
			}
			if err := l.TurnConn(m.Meta.Conn, WS, 77); err != nil {
				t.Error(err)
			}
			if turned = m.Meta.Conn; string(m.Data) == "?now\n" {
				l.ConnFramer(turned).(*joiner).held = false
			} else {
				l.After(20*time.Millisecond, 1, 0)
			}
		}
	}
	h.timer = func(l Loop, _ uint32, _ uint64) { release(l, turned) }
	p := connectTo(t, runStreams(t, h, Config{Framer: newJoiner}))
	p.send("a\n?now\nb\n?later\nc\n?later\n")
	p.send("d\ne\n")
	for _, want := range []string{"tcp 0 a\n", "tcp 0 ?now\n", "ws 77 b\n", "ws 77 ?later\n", "ws 77 c\n", "ws 77 ?later\n", "ws 77 d\n", "ws 77 e\n"} {
		if got := p.line(); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

// TestAFarewellIsAnsweredAndEndsTheConnection, and counts as no fault.
func TestAFarewellIsAnsweredAndEndsTheConnection(t *testing.T) {
	ends := make(chan closing, 1)
	h := &streamFuncs{event: closes(ends)}
	h.receive = echoFrames
	r := runStreams(t, h, Config{Framer: newJoiner})
	p := connectTo(t, r)
	p.send("a\n.\nb\n")
	if got := p.line() + p.line(); got != "a\n.\n" {
		t.Errorf("%q", got)
	}
	if p.closed() {
		t.Error("reset")
	}
	if c := <-ends; c.why != io.EOF {
		t.Error(c.why)
	}
	for _, s := range r.Stats() {
		if s.FramingErrors != 0 {
			t.Errorf("%d faults", s.FramingErrors)
		}
	}
}

// TestConnectionsThatAreGoneCannotTurn.
func TestConnectionsThatAreGoneCannotTurn(t *testing.T) {
	h := &streamFuncs{}
	r := openStreams(t, h, Config{})
	l := r.loops[0]
	id := MakeConnID(0, 3, 9)
	if l.ConnFramer(id) != nil || l.TurnConn(id, WS, 1) != ErrNoConn || l.Reframe(id) != ErrNoConn {
		t.Error("there is one")
	}
}
