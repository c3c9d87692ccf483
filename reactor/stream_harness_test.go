//go:build unix

package reactor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
)

// streamFuncs is funcs for streams.
type streamFuncs struct {
	funcs
	event  func(l Loop, c ConnID, ev ConnEvent, why error)
	unsent func(l Loop, c ConnID, tag uint64, why error)
}

func (f *streamFuncs) ConnEvent(l Loop, c ConnID, ev ConnEvent, why error) {
	if f.event != nil {
		f.event(l, c, ev, why)
	}
}

func (f *streamFuncs) Unsent(l Loop, c ConnID, tag uint64, why error) {
	if f.unsent != nil {
		f.unsent(l, c, tag, why)
	}
}

// counted is the tests' Framer: four digits, which count the bytes behind them;
// CRLF is a ping, everything else is bad. It notes how often it looked at a byte.
type counted struct{ seen, looked int }

func (c *counted) Next(b []byte) (int, Frame) {
	c.looked += len(b) - c.seen
	c.seen = len(b)
	if b[0] == '\r' {
		if len(b) < 2 {
			return 0, FrameMore
		}
		c.seen = 0
		return 2, FramePing
	}
	for _, d := range b[:min(4, len(b))] {
		if d < '0' || d > '9' {
			return len(b), FrameBad
		}
	}
	if len(b) < 4 {
		return 0, FrameMore
	}
	n := 4 + int(b[0]-'0')*1000 + int(b[1]-'0')*100 + int(b[2]-'0')*10 + int(b[3]-'0')
	if len(b) < n {
		return 0, FrameMore
	}
	c.seen = 0
	return n, FrameMessage
}

func (c *counted) Reset() { c.seen = 0 }

// pack is a message for counted.
func pack(body string) string { return fmt.Sprintf("%04d%s", len(body), body) }

// answer is a handler that sends messages back, CRLF to a ping and "bad" to what
// was no message.
func answer(l Loop, batch []Message) {
	for i := range batch {
		m := &batch[i]
		switch m.Frame {
		case FrameMessage:
			_ = l.SendConn(m.Meta.Conn, 0, m.Data)
		case FramePing:
			_ = l.SendConn(m.Meta.Conn, 0, []byte("\r\n"))
		default:
			_ = l.SendConn(m.Meta.Conn, 0, []byte(pack("bad")))
		}
	}
}

func listenTCP(addr string) Listen {
	return Listen{Transport: TCP, Addr: netip.MustParseAddrPort(addr)}
}

func newCounted() Framer { return &counted{} }

// openStreams makes a reactor that listens on a stream's address, not started.
func openStreams(t testing.TB, h *streamFuncs, c Config) *Reactor {
	t.Helper()
	if h.receive == nil {
		h.receive = answer
	}
	if c.Loops == 0 {
		c.Loops = 1
	}
	c.Handler = func(int) Handler { return h }
	if c.Framer == nil {
		c.Framer = newCounted
	}
	if c.Listen == nil {
		c.Listen = []Listen{listenTCP("127.0.0.1:0")}
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	return r
}

func runStreams(t testing.TB, h *streamFuncs, c Config) *Reactor {
	t.Helper()
	r := openStreams(t, h, c)
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// peer is a connection of the test.
type peer struct {
	*net.TCPConn
	t testing.TB
	r *bufio.Reader
}

func connectTo(t testing.TB, r *Reactor) *peer {
	t.Helper()
	c, err := net.Dial("tcp", r.Addr(0).String())
	if err != nil {
		t.Fatal(err)
	}
	return newPeer(t, c.(*net.TCPConn))
}

func newPeer(t testing.TB, c *net.TCPConn) *peer {
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return &peer{c, t, bufio.NewReader(c)}
}

func (p *peer) send(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.TCPConn, s); err != nil {
		p.t.Fatal(err)
	}
}

// recv is the body of the next message.
func (p *peer) recv() string {
	p.t.Helper()
	var head [4]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		p.t.Fatal(err)
	}
	n, err := strconv.Atoi(string(head[:]))
	if err != nil {
		p.t.Fatal(err)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(p.r, body); err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

// closed waits for the end of the connection; reset tells that it was not in order.
func (p *peer) closed() (reset bool) {
	p.t.Helper()
	_, err := p.r.ReadByte()
	switch {
	case err == io.EOF:
		return false
	case err == nil:
		p.t.Fatal("data instead of an end")
	case errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "timeout"):
		p.t.Fatal(err)
	}
	return true
}

// eventually waits for a condition that nothing announces.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not happen", what)
		}
	}
}

// closing tells of ConnClosed.
type closing struct {
	id  ConnID
	why error
}

// closes is an event function that passes on what ends connections.
func closes(c chan closing) func(Loop, ConnID, ConnEvent, error) {
	return func(_ Loop, id ConnID, ev ConnEvent, why error) {
		if ev == ConnClosed {
			c <- closing{id, why}
		}
	}
}
