package reactortest

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"time"

	"sipedge/reactor"
)

// ErrReset and ErrRefused stand for the system's errors of these names.
var (
	ErrReset   = errors.New("reactortest: connection reset by peer")
	ErrRefused = errors.New("reactortest: connection refused")
)

// Stream is the outer end of a connection with a loop. Bytes arrive in order, in
// segments of the seed's choice.
type Stream struct {
	// Data is called with what arrives, valid until it returns; nil ignores it.
	Data func(now time.Duration, b []byte)
	// End is called when the other side has closed (io.EOF) or the connection was
	// refused or reset.
	End func(now time.Duration, why error)

	n             *Net
	local, remote netip.AddrPort
	c             *vconn  // nil until it is accepted
	out, in       halfWay // to the loop, from it
	paused        bool
	waiting       []byte // arrived while it was paused
	over          bool
}

// halfWay is one direction of a connection.
type halfWay struct {
	last   time.Duration // when what was sent last arrives
	flight int           // bytes sent that the other side has not taken
	closed bool
}

// ListenStream adds a stream's listen address to all loops.
func (n *Net) ListenStream(addr netip.AddrPort) reactor.SocketID {
	id := n.Listen(addr)
	n.streams[id] = true
	return id
}

// Dial opens a connection to a loop from an address outside. What is written
// before it is accepted waits; nobody there: End hears ErrRefused.
func (n *Net) Dial(from, to netip.AddrPort) *Stream {
	s := &Stream{n: n, local: from, remote: to}
	id := n.streamListener(to)
	s.out.after(n, func() {
		if id == reactor.NoSocket {
			s.end(ErrRefused)
			return
		}
		l := n.loops[n.rng.IntN(len(n.loops))]
		if l.stopped || !l.acceptStream(s, id) {
			s.end(ErrReset)
		}
	})
	return s
}

// StreamEndpoint puts somebody at an address who accepts connections; accept is
// called with each. nil refuses them, as nobody at the address does.
func (n *Net) StreamEndpoint(addr netip.AddrPort, accept func(*Stream)) { n.accepts[addr] = accept }

// Blackhole makes an address swallow what is sent to it: connections are neither
// accepted nor refused.
func (n *Net) Blackhole(addr netip.AddrPort) { n.holes[addr] = true }

func (n *Net) streamListener(to netip.AddrPort) reactor.SocketID {
	for i, a := range n.listen {
		if n.streams[reactor.SocketID(i)] && (a == to || a.Addr().IsUnspecified() && a.Port() == to.Port() && a.Addr().Is4() == to.Addr().Is4()) {
			return reactor.SocketID(i)
		}
	}
	return reactor.NoSocket
}

// after has something done when all that was sent before has arrived.
func (h *halfWay) after(n *Net, do func()) {
	h.last = max(h.last, n.now+n.between(n.opts.MinDelay, n.opts.MaxDelay))
	n.at(h.last, do)
}

// segments sends data in pieces; arrive gets each. A piece may be the last before
// a reset.
func (h *halfWay) segments(n *Net, data []byte, arrive func([]byte), reset func()) {
	for len(data) > 0 {
		k := len(data)
		if m := n.opts.Segment; m > 0 {
			k = 1 + n.rng.IntN(min(m, k))
		}
		b := bytes.Clone(data[:k])
		data = data[k:]
		n.c.Segments++
		h.flight += k
		if n.chance(n.opts.Reset) {
			n.c.Resets++
			h.after(n, reset)
			return
		}
		h.after(n, func() { arrive(b) })
	}
}

// Write sends a copy of data.
func (s *Stream) Write(data []byte) {
	if s.over || s.out.closed {
		return
	}
	s.out.segments(s.n, data, func(b []byte) {
		if c := s.c; c != nil && c.state == vOpen {
			c.inbox = append(c.inbox, b)
		}
	}, s.Reset)
}

// CloseWrite sends the end of what this side has to say.
func (s *Stream) CloseWrite() {
	if s.over || s.out.closed {
		return
	}
	s.out.closed = true
	s.out.after(s.n, func() {
		if s.c != nil {
			s.c.peerEnd = io.EOF
		}
	})
}

// Close ends the connection: nothing more is sent or heard.
func (s *Stream) Close() {
	s.CloseWrite()
	s.Data, s.End = nil, nil
}

// Reset ends the connection with an error at the other side.
func (s *Stream) Reset() {
	if s.over {
		return
	}
	s.out.after(s.n, func() {
		if s.c != nil {
			s.c.peerEnd, s.c.inbox = ErrReset, nil
		}
	})
	s.end(ErrReset)
}

// Pause stops taking what arrives, so that the loop's queue fills; Resume goes on.
func (s *Stream) Pause() { s.paused = true }

// Resume takes what has arrived meanwhile.
func (s *Stream) Resume() {
	s.paused = false
	b := s.waiting
	s.waiting = nil
	s.take(b)
}

func (s *Stream) arrive(b []byte) {
	if s.over {
		return
	}
	if s.paused {
		s.waiting = append(s.waiting, b...)
		return
	}
	s.take(b)
}

func (s *Stream) take(b []byte) {
	s.in.flight -= len(b)
	if len(b) > 0 && s.Data != nil {
		s.Data(s.n.now, b)
	}
	if s.c != nil {
		s.c.push()
	}
}

func (s *Stream) end(why error) {
	if s.over {
		return
	}
	s.over = true
	if s.End != nil {
		s.End(s.n.now, why)
	}
}

// Local is the outer end's address.
func (s *Stream) Local() netip.AddrPort { return s.local }

// Remote is the loop's address.
func (s *Stream) Remote() netip.AddrPort { return s.remote }
