package e2e

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// virtual is a server on a network in memory, whose time the test turns.
type virtual struct {
	*reactortest.Net
	s *core.Server
}

var virtualUDP, virtualTCP = netip.MustParseAddrPort("192.0.2.1:5060"), netip.MustParseAddrPort("192.0.2.1:5061")

func startVirtual(t *testing.T, script string) *virtual {
	t.Helper()
	opts := options()
	opts.Loops, opts.Virtual = 1, true
	s, diags := core.New("test.cfg", []byte(script), opts)
	if s == nil {
		t.Fatal(diags)
	}
	n := reactortest.New(1, reactortest.Options{Framer: s.NewFramer, Streams: core.Streams(s.Snapshot().Config("").(*params.Core)), MaxDelay: time.Millisecond})
	sockets := []*core.Socket{core.NewSocket(n.Listen(virtualUDP), rt.ProtoUDP, virtualUDP, ""), core.NewSocket(n.ListenStream(virtualTCP), rt.ProtoTCP, virtualTCP, "")}
	if err := s.Attach(n, n, sockets); err != nil {
		t.Fatal(err)
	}
	n.Run(func(loop int) reactor.Handler { return s.Handler(loop) })
	t.Cleanup(n.Stop)
	return &virtual{n, s}
}

// line is a connection, with the messages that have come and that nobody has looked at.
type line struct {
	*reactortest.Stream
	t      *testing.T
	buf    []byte
	cutter sipparse.Framer
	got    []string
}

func (l *line) take(_ time.Duration, b []byte) {
	for l.buf = append(l.buf, b...); len(l.buf) > 0; {
		n, st := l.cutter.Next(l.buf)
		switch st {
		case sipparse.FrameMore:
			return
		case sipparse.FrameMessage:
			l.got = append(l.got, string(l.buf[:n]))
		case sipparse.FrameBad:
			l.t.Errorf("the server sends %q", l.buf)
			l.buf = nil
			return
		}
		l.buf = bytes.Clone(l.buf[n:])
	}
}

// want is the only message that has come; it begins so.
func (l *line) want(prefix string) string {
	l.t.Helper()
	if len(l.got) != 1 || !strings.HasPrefix(l.got[0], prefix) {
		l.t.Fatalf("want one message that begins with %q, got %q", prefix, l.got)
	}
	m := l.got[0]
	l.got = nil
	return m
}

func (v *virtual) dial(t *testing.T, from string) *line {
	l := &line{Stream: v.Dial(netip.MustParseAddrPort(from), virtualTCP), t: t}
	l.Data = l.take
	return l
}

// send writes a message and lets some time pass.
func (v *virtual) send(l *line, msg string) {
	l.Write([]byte(msg))
	v.Advance(20 * time.Millisecond)
}

// TestTransactionsOverConnections (RFC 3261 §17): a call from TCP to TCP by t_relay, with
// nothing repeated however long it takes, and its replies on the connection of the request.
func TestTransactionsOverConnections(t *testing.T) {
	v := startVirtual(t, "loadmodule \"tm\"\nroute { t_relay_to_tcp(\"192.0.2.20\", \"5060\"); }")
	var b *line
	opened := 0
	v.StreamEndpoint(netip.MustParseAddrPort("192.0.2.20:5060"), func(s *reactortest.Stream) {
		b = &line{Stream: s, t: t}
		b.Data = b.take
		opened++
	})
	p := v.dial(t, "192.0.2.10:40000")
	v.send(p, ask("INVITE", "sip:bob@example.net", "192.0.2.77:5999", "tran", ""))
	p.want("SIP/2.0 100 ")
	m := b.want("INVITE sip:bob@example.net SIP/2.0")
	v.Advance(20 * time.Second) // Timer A of UDP has fired five times by now
	v.send(b, answer(m, 180, "Ringing"))
	p.want("SIP/2.0 180 Ringing")
	v.send(b, answer(m, 486, "Busy"))
	b.want("ACK sip:bob@example.net SIP/2.0")
	p.want("SIP/2.0 486 Busy")
	v.Advance(20 * time.Second) // nor is the failure repeated
	v.send(p, ask("OPTIONS", "sip:bob@example.net", "192.0.2.77:5999", "next", ""))
	v.send(b, answer(b.want("OPTIONS"), 200, "OK"))
	p.want("SIP/2.0 200 OK")
	if n := v.s.Stats().Total["connsOpened"]; n != 2 || opened != 1 {
		t.Errorf("%d connections, of which %d to the destination", n, opened)
	}
}
