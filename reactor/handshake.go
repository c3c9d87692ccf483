//go:build unix

package reactor

import (
	"container/list"
	"crypto/tls"
	"fmt"
	"iter"
	"net"

	"golang.org/x/sys/unix"
)

// handshake is one TLS handshake. crypto/tls runs it from its beginning to its end in
// one call, and remembers an error for ever, so that it cannot be called again when
// more has come. The call is made a coroutine instead: where it wants to read and
// nothing is there, it gives back the goroutine that it runs on. A handshake that
// waits is a stack of some kilobytes and nothing else. It begins when a whole
// ClientHello is there, and goes on when whole records are, so that bytes which come
// one at a time cost no step.
//
// The loop has it, except while a step runs: then the step's goroutine has it.
type handshake struct {
	loop     *loop
	id       ConnID
	remote   Addr
	outbound bool
	running  bool // the loop's: a step was asked for and its outcome is not there

	conn   *tls.Conn
	pipe   *pipe
	resume func() (struct{}, bool)
	cancel func()
	ended  bool
	err    error
	state  *tls.ConnectionState

	// Under slots.mu.
	asker    *asker
	waits    *list.Element
	begun    bool // its first step is, or was, run
	stepping bool // a step runs
	out      bool // it is over or was given up
}

// step runs the handshake to where it waits for the peer, or to its end.
func (h *handshake) step() {
	defer func() {
		if e := recover(); e != nil {
			h.ended, h.err = true, fmt.Errorf("panic: %v", e)
		}
	}()
	if h.resume == nil {
		h.resume, h.cancel = iter.Pull(func(yield func(struct{}) bool) {
			h.pipe.more = func() bool { return yield(struct{}{}) }
			h.err = h.conn.Handshake()
			h.pipe.more = nil
		})
	}
	if _, waits := h.resume(); waits {
		return
	}
	h.ended = true
	if h.err == nil {
		st := h.conn.ConnectionState()
		h.state = &st
	}
}

// abandon lets the coroutine of a handshake that is not wanted any more end.
func (h *handshake) abandon() {
	defer func() { _ = recover() }() // whoever would want to know is gone
	if h.cancel != nil && !h.ended {
		h.cancel()
	}
}

// netAddr is an address as crypto/tls wants it.
func netAddr(a Addr) net.Addr { return net.TCPAddrFromAddrPort(a.AddrPort()) }

// readHandshake is readOnce before the handshake is over: what comes is kept as it
// is.
func (l *loop) readHandshake(c *conn) (more bool) {
	if c.tls.full {
		return false
	}
	n, err := readFD(c.fd, l.shared[:streamRead])
	switch {
	case n > 0:
	case n == 0:
		if !c.tls.ended {
			c.tls.ended = true
			l.watch(c)
			l.advance(c)
		}
		return false
	case err == unix.EINTR:
		return true
	case err == unix.EAGAIN:
		return false
	default:
		l.c.recvErrors.Add(1)
		l.failHandshake(c, err)
		return false
	}
	l.c.bytesIn.Add(uint64(n))
	c.active = l.now
	c.in = append(l.bufs.grow(c.in, n), l.shared[:n]...)
	if c.proxy != ProxyOff && !l.proxyBeforeTLS(c) {
		return c.state == connHandshake && (l.edge || n == streamRead)
	}
	if len(c.in) > maxHandshakeInput {
		c.tls.full = true
		l.watch(c)
	}
	l.advance(c)
	return c.state == connHandshake && !c.tls.full && (l.edge || n == streamRead)
}

// advance goes on with a handshake, if there is something to go on with.
func (l *loop) advance(c *conn) {
	s := c.tls
	first := s.shake == nil
	if first && !l.beginHandshake(c) {
		if s.ended && c.state == connHandshake {
			l.failHandshake(c, ErrHandshakeEnd)
		}
		return
	}
	if s.shake.running {
		return
	}
	n := wholeRecords(c.in)
	if n == 0 && !(first && c.outbound) {
		if s.ended {
			l.failHandshake(c, ErrHandshakeEnd)
		}
		return
	}
	s.pipe.in = append([]byte(nil), c.in[:n]...)
	if c.in = c.in[:copy(c.in, c.in[n:])]; len(c.in) == 0 {
		l.bufs.put(c.in)
		c.in = nil
	}
	if s.full {
		s.full = false
		l.watch(c)
	}
	s.shake.running = true
	l.r.ready(s.shake)
}

// beginHandshake makes the handshake when it can begin: a client's at once, a
// server's when the ClientHello is whole.
func (l *loop) beginHandshake(c *conn) bool {
	s := c.tls
	if !c.outbound {
		switch findHello(c.in) {
		case helloPart:
			return false
		case helloNone:
			l.failHandshake(c, ErrNotTLS)
			return false
		}
		if s.config, s.note = l.serverTLS(&c.meta); s.config == nil {
			l.failHandshake(c, ErrNoTLS)
			return false
		}
	}
	s.pipe.peer, s.pipe.self = netAddr(c.meta.Remote), netAddr(c.meta.Local)
	if c.outbound {
		s.conn = tls.Client(&s.pipe, s.config)
	} else {
		s.conn = tls.Server(&s.pipe, s.config)
	}
	s.config = nil
	s.shake = &handshake{loop: l, id: c.id, remote: c.meta.Remote, outbound: c.outbound, conn: s.conn, pipe: &s.pipe}
	return true
}

// serverTLS asks for the settings of a connection.
func (l *loop) serverTLS(m *Meta) (config *tls.Config, note any) {
	f := l.r.cfg.ServerTLS
	if f == nil {
		return nil, nil
	}
	defer l.done("ServerTLS", 0)
	return f(m)
}

// stepped is what a step has come to.
func (l *loop) stepped(h *handshake) {
	c := l.conn(h.id)
	if c == nil || c.tls == nil || c.tls.shake != h {
		return // closed meanwhile, and given up
	}
	h.running = false
	if l.stopping {
		return
	}
	if out := h.pipe.out; len(out) > 0 {
		h.pipe.out = nil
		l.appendOut(c, out)
		if l.flushQueue(c); c.state != connHandshake {
			return
		}
	}
	switch {
	case h.err != nil:
		l.failHandshake(c, h.err)
	case h.ended:
		l.secured(c)
	default:
		l.advance(c)
	}
}

// failHandshake ends a connection whose handshake came to nothing.
func (l *loop) failHandshake(c *conn, why error) {
	l.c.handshakesFailed.Add(1)
	switch why {
	case ErrHandshakeTimeout:
		l.c.handshakeTimeouts.Add(1)
	case ErrNotTLS:
		l.c.notTLS.Add(1)
	}
	err := &HandshakeError{Remote: c.meta.Remote, Local: c.meta.Local, Outbound: c.outbound, Err: why}
	if h := c.tls.shake; h == nil || !h.ended {
		l.closeConn(c, err)
		return
	}
	// crypto/tls has ended it and has written an alert, which still leaves.
	l.dropPlain(c, err)
	l.closeAfterWrite(c, err)
}

// secured begins with what the connection is for.
func (l *loop) secured(c *conn) {
	s := c.tls
	s.state, s.shake, s.full = s.shake.state, nil, false
	s.pipe.loop, s.pipe.c = l, c
	c.state = connOpen
	c.active = l.now
	l.c.handshakes.Add(1)
	if c.outbound {
		l.c.connected.Add(1)
	}
	l.notes = append(l.notes, note{id: c.id, ev: ConnOpened})
	l.tell() // before the first message in either direction: the handler may close it
	if c.state == connOpen {
		l.sealPlain(c)
	}
	if c.state != connOpen {
		return
	}
	l.armBy(c, l.deadline(c))
	l.watch(c)
	if c.closeWhenOpen {
		l.closeAfterWrite(c, ErrClosedHere)
		return
	}
	// The last flight may have brought messages with it.
	rest := append(s.pipe.in, c.in...)
	l.bufs.put(c.in)
	c.in = nil
	l.unseal(c, rest)
	if s.ended && c.state == connOpen && !c.eof {
		l.peerClosed(c)
	}
	l.tell()
}
