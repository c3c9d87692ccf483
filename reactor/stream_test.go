//go:build unix

package reactor

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestAStreamIsCutAlikeHoweverItArrives, with every back end: whole, at every
// byte, a byte at a time, and 100 messages in one piece.
func TestAStreamIsCutAlikeHoweverItArrives(t *testing.T) {
	bodies := []string{"a", "", strings.Repeat("b", 700), "c"}
	var all strings.Builder
	for _, b := range bodies {
		all.WriteString(pack(b))
	}
	stream := all.String()
	for _, kind := range pollers {
		t.Run(kind.name, func(t *testing.T) {
			r := runStreams(t, &streamFuncs{}, Config{Poller: kind.name, Loops: 2})
			p := connectTo(t, r)
			check := func(how string) {
				t.Helper()
				for i, want := range bodies {
					if got := p.recv(); got != want {
						t.Fatalf("%s: message %d is %q", how, i, got)
					}
				}
			}
			sent := 0
			for k := 0; k <= len(stream); k += 1 + k/20 {
				p.send(stream[:k])
				if k > 0 && k < 6 { // these are read alone
					eventually(t, "the reading of the first part", func() bool { return total(r).BytesIn == uint64(sent+k) })
				}
				p.send(stream[k:])
				sent += len(stream)
				check(fmt.Sprintf("cut at %d", k))
			}
			for i := range stream {
				p.send(stream[i : i+1])
			}
			check("a byte at a time")
			p.send(strings.Repeat(stream, 25))
			for range 25 {
				check("100 at once")
			}
			p.send("\r\n")
			if b, _ := p.r.Peek(2); string(b) != "\r\n" {
				t.Errorf("a ping is answered by %q", b)
			}
		})
	}
}

// drive makes a loop that the test turns by hand, and one connection to it.
func drive(t *testing.T, h *streamFuncs, c Config) (*loop, *peer) {
	t.Helper()
	r := openStreams(t, h, c)
	p := connectTo(t, r)
	l := r.loops[0]
	for i := 0; len(l.slots) == 0; i++ {
		l.cycle()
	}
	return l, p
}

// TestEveryCutOfAStreamGivesTheSameFrames turns the loop by hand, so that each
// part is read by itself.
func TestEveryCutOfAStreamGivesTheSameFrames(t *testing.T) {
	var got strings.Builder
	h := &streamFuncs{}
	h.receive = func(_ Loop, b []Message) {
		for _, m := range b {
			got.Write(m.Data)
			got.WriteByte('|')
		}
	}
	l, p := drive(t, h, Config{})
	stream := pack("one") + pack("") + "\r\n" + pack("three") + pack(strings.Repeat("x", 600))
	want := "0003one|0000|\r\n|0005three|" + pack(strings.Repeat("x", 600)) + "|"
	give := func(s string) {
		p.send(s)
		for n := l.c.bytesIn.Load() + uint64(len(s)); l.c.bytesIn.Load() < n; {
			l.cycle()
		}
	}
	for k := 1; k < len(stream); k++ {
		got.Reset()
		give(stream[:k])
		give(stream[k:])
		if got.String() != want {
			t.Fatalf("cut at %d: %q", k, got.String())
		}
	}
	got.Reset()
	for i := range stream {
		give(stream[i : i+1])
	}
	if got.String() != want {
		t.Fatalf("a byte at a time: %q", got.String())
	}
	c := l.slots[0].c
	if c.in != nil || c.out != nil {
		t.Error("an idle connection keeps buffers")
	}
	// Ten thousand bytes, one by one: each is looked at once and moved a few times.
	f := c.framer.(*counted)
	f.looked = 0
	big := pack(strings.Repeat("y", 9000))
	for i := range big {
		give(big[i : i+1])
	}
	if f.looked != len(big) {
		t.Errorf("%d bytes were looked at %d times", len(big), f.looked)
	}
}

// TestAWholeMessageIsHandedOnWhereItWasRead: no copy is made of it.
func TestAWholeMessageIsHandedOnWhereItWasRead(t *testing.T) {
	inPlace := false
	h := &streamFuncs{}
	var l *loop
	h.receive = func(_ Loop, b []Message) { inPlace = &b[0].Data[0] == &l.shared[0] }
	l, p := drive(t, h, Config{})
	p.send(pack("hello"))
	for l.c.msgsIn.Load() == 0 {
		l.cycle()
	}
	if !inPlace {
		t.Error("the message was moved")
	}
}

func TestBadFramesAreAnsweredAndEndTheConnection(t *testing.T) {
	ends := make(chan closing, 1)
	var got atomic.Int64
	h := &streamFuncs{event: closes(ends)}
	h.receive = func(l Loop, b []Message) { got.Add(int64(len(b))); answer(l, b) }
	r := runStreams(t, h, Config{})
	p := connectTo(t, r)
	p.send(pack("good") + "what" + pack("not served"))
	if a, b := p.recv(), p.recv(); a != "good" || b != "bad" {
		t.Errorf("answers %q, %q", a, b)
	}
	// Bytes that are still on their way must not make the system take the answer back.
	p.send(strings.Repeat("more", 100))
	if p.closed() {
		t.Error("the connection was reset")
	}
	if e := need(t, ends, "the end"); e.why != ErrFraming {
		t.Errorf("closed for %v", e.why)
	}
	if got.Load() != 2 {
		t.Errorf("%d frames were handed on", got.Load())
	}
	if s := total(r); s.FramingErrors != 1 {
		t.Errorf("%d framing errors are counted", s.FramingErrors)
	}
}

func TestAMessageAboveTheBoundIsRefused(t *testing.T) {
	for _, way := range []string{"whole", "in pieces"} {
		r := runStreams(t, &streamFuncs{}, Config{Streams: Streams{MaxMessage: 1000}})
		p := connectTo(t, r)
		p.send(pack(strings.Repeat("a", 996)))
		if got := p.recv(); len(got) != 996 {
			t.Fatalf("%s: %d bytes", way, len(got))
		}
		if way == "whole" {
			p.send(pack(strings.Repeat("a", 997)))
		} else {
			p.send(pack(strings.Repeat("a", 5000))[:2000])
		}
		if got := p.recv(); got != "bad" {
			t.Errorf("%s: %q", way, got)
		}
		if p.closed() {
			t.Errorf("%s: reset", way)
		}
	}
}

// TestWhatAClosingPeerAskedIsAnswered (half close): the answer may come later.
func TestWhatAClosingPeerAskedIsAnswered(t *testing.T) {
	events := make(chan ConnEvent, 8)
	h := &streamFuncs{event: func(_ Loop, _ ConnID, ev ConnEvent, _ error) { events <- ev }}
	h.receive = func(l Loop, b []Message) {
		if string(b[0].Data) == pack("now") {
			answer(l, b)
			return
		}
		l.After(20*time.Millisecond, 0, uint64(b[0].Meta.Conn))
	}
	h.timer = func(l Loop, _ uint32, arg uint64) {
		_ = l.SendConn(ConnID(arg), 0, []byte(pack("late")))
	}
	r := runStreams(t, h, Config{Streams: Streams{HalfClose: 200 * time.Millisecond}})
	p := connectTo(t, r)
	p.send(pack("x"))
	if err := p.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got := p.recv(); got != "late" {
		t.Errorf("%q", got)
	}
	if p.closed() {
		t.Error("reset")
	}
	for _, want := range []ConnEvent{ConnOpened, ConnHalfClosed, ConnClosed} {
		if ev := need(t, events, "an event"); ev != want {
			t.Errorf("event %d, want %d", ev, want)
		}
	}
	// One that has asked nothing is let go at once, and so is one that has its answer.
	a := connectTo(t, r)
	a.send(pack("now"))
	a.CloseWrite()
	began := time.Now()
	if a.recv() != "now" || a.closed() || time.Since(began) > 150*time.Millisecond {
		t.Errorf("an answered peer waits %v for the end", time.Since(began))
	}
	q := connectTo(t, r)
	q.CloseWrite()
	q.closed()
}

func TestAResetIsToldOnce(t *testing.T) {
	ends := make(chan closing, 4)
	r := runStreams(t, &streamFuncs{event: closes(ends)}, Config{})
	p := connectTo(t, r)
	p.send(pack("half a message")[:6])
	p.SetLinger(0)
	p.Close()
	if e := need(t, ends, "the end"); !errors.Is(e.why, syscall.ECONNRESET) && e.why != io.EOF {
		t.Errorf("closed for %v", e.why)
	}
	eventually(t, "the end of the connection", func() bool { return total(r).Conns == 0 })
	if len(ends) > 0 {
		t.Error("told twice")
	}
	if got := r.queued.Load(); got != 0 {
		t.Errorf("%d bytes wait for nobody", got)
	}
}

// TestAnOldIDFindsNothing: the slot has another generation then.
func TestAnOldIDFindsNothing(t *testing.T) {
	ids := make(chan ConnID, 4)
	errs := make(chan error, 4)
	h := &streamFuncs{}
	var first ConnID
	h.event = func(l Loop, c ConnID, ev ConnEvent, _ error) {
		if ev == ConnOpened {
			if first == 0 {
				first = c
			} else {
				errs <- l.SendConn(first, 0, []byte(pack("for another")))
				errs <- l.CloseConn(first, CloseNow)
				_, there := l.Conn(first)
				if there {
					errs <- nil
				}
			}
		}
		if ev == ConnOpened || ev == ConnClosed {
			ids <- c
		}
	}
	r := runStreams(t, h, Config{})
	p := connectTo(t, r)
	a := need(t, ids, "a connection")
	p.Close()
	need(t, ids, "its end")
	eventually(t, "the slot", func() bool { return total(r).Conns == 0 })
	q := connectTo(t, r)
	b := need(t, ids, "another")
	if a.Slot() != b.Slot() || a.Generation() == b.Generation() || a == b {
		t.Errorf("ids %x and %x", uint64(a), uint64(b))
	}
	for range 2 {
		if err := need(t, errs, "an error"); err != ErrNoConn {
			t.Errorf("an old id gives %v", err)
		}
	}
	q.send(pack("mine"))
	if got := q.recv(); got != "mine" {
		t.Errorf("%q", got)
	}
}

// TestAnotherLoopSendsOverAConnection: each loop answers through the other one.
func TestAnotherLoopSendsOverAConnection(t *testing.T) {
	h := &streamFuncs{}
	h.receive = func(l Loop, b []Message) {
		for _, m := range b {
			_ = l.Post(1-l.ID(), &Mail{Meta: m.Meta, Data: m.Data})
		}
	}
	h.posted = func(l Loop, m *Mail) {
		if m.Meta.Conn.Loop() == l.ID() {
			t.Error("at home")
		}
		if err := l.SendConn(m.Meta.Conn, 0, m.Data); err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(string(m.Data), "bye") {
			if err := l.CloseConn(m.Meta.Conn, CloseAfterWrite); err != nil {
				t.Error(err)
			}
		}
	}
	r := runStreams(t, h, Config{Loops: 2})
	p := connectTo(t, r)
	for i := range 200 {
		p.send(pack(fmt.Sprint(i)))
	}
	p.send(pack("bye"))
	for i := range 200 {
		if got := p.recv(); got != fmt.Sprint(i) {
			t.Fatalf("%q instead of %d", got, i)
		}
	}
	if p.recv() != "bye" || p.closed() {
		t.Error("the end is not in order")
	}
}

// TestNothingIsAllocatedPerMessage, read and written.
func TestNothingIsAllocatedPerMessage(t *testing.T) {
	l, p := drive(t, &streamFuncs{}, Config{})
	msg := []byte(strings.Repeat(pack(strings.Repeat("m", 700)), 10))
	b := make([]byte, len(msg))
	turn := func() {
		if _, err := p.Write(msg); err != nil {
			t.Fatal(err)
		}
		for want := l.c.msgsOut.Load() + 10; l.c.msgsOut.Load() < want; {
			l.cycle()
		}
		if _, err := io.ReadFull(p, b); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations for ten messages", n)
	}
}
