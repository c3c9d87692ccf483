//go:build unix

package reactor

import (
	"golang.org/x/sys/unix"
)

// Connect implements Loop.
func (l *loop) Connect(d *Dial) (ConnID, error) {
	if l.streams == nil || l.r.cfg.Framer == nil || d.Transport != TCP && d.Transport != TLS {
		return 0, ErrNoStreams
	}
	if d.Transport == TLS && d.TLS == nil {
		return 0, ErrNoTLS
	}
	if d.To.IsUnspecified() || d.To.Port == 0 {
		return 0, ErrFamily
	}
	if err := l.r.enter(d.To, true, d.Transport); err != nil {
		l.c.tableRefused.Add(1)
		return 0, err
	}
	fd, now, err := l.dial(d)
	if err != nil {
		l.r.leaveOutbound(d.Transport)
		l.c.connectFailed.Add(1)
		return 0, err
	}
	c := l.newConn(fd)
	if c == nil {
		unix.Close(fd)
		l.r.leaveOutbound(d.Transport)
		return 0, ErrConnTable
	}
	if l.shared == nil {
		l.initStreams()
	}
	c.outbound, c.proven = true, true
	if d.Transport == TLS {
		c.tls = &secure{config: d.TLS, note: d.TLSNote}
	}
	c.want = wantWrite
	c.meta = Meta{Remote: d.To, Local: d.From, Socket: d.Socket, Transport: d.Transport, Conn: c.id}
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = l.r.streams.Load().ConnectTimeout
	}
	c.limit = l.now + int64(timeout)
	if err := l.poll.add(fd, c.tag(), wantWrite); err != nil {
		c.told = true
		l.closeConn(c, err)
		return 0, err
	}
	if now {
		l.established(c)
	} else {
		l.armBy(c, c.limit)
	}
	return c.id, nil
}

// dial begins to open a connection; done: the peer has answered already.
func (l *loop) dial(d *Dial) (fd int, done bool, err error) {
	family := unix.AF_INET
	if !d.To.Is4 {
		family = unix.AF_INET6
	}
	if fd, err = streamSocket(family); err != nil {
		return -1, false, err
	}
	if err = streamOptions(fd, family, d.Transport, d.TOS, l.r.streams.Load(), false); err == nil {
		if d.From.Is4 == d.To.Is4 && d.From.canSend() {
			// An address that we do not have is as none (cookbook tcp_source_ipv4).
			bindLater(fd)
			_ = unix.Bind(fd, sockaddr(d.From.AddrPort()))
		}
		err = unix.Connect(fd, sockaddr(d.To.AddrPort()))
	}
	switch err {
	case nil:
		return fd, true, nil
	case unix.EINPROGRESS, unix.EINTR:
		return fd, false, nil
	}
	unix.Close(fd)
	return -1, false, err
}

// answered: the peer of a connection that was being opened has accepted or
// refused, or the network has.
func (l *loop) answered(c *conn) {
	e, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && e != 0 {
		err = unix.Errno(e)
	}
	if err != nil {
		l.closeConn(c, err)
		return
	}
	l.established(c)
}

// hurry looks whether the peer has answered, ahead of the poller: one read can bring more
// messages for a connection that is being opened than may wait for it.
func (l *loop) hurry(c *conn) {
	if _, err := unix.Getpeername(c.fd); err == nil {
		l.established(c)
	}
}

func (l *loop) established(c *conn) {
	if sa, err := unix.Getsockname(c.fd); err == nil {
		c.meta.Local = addrOf(sa)
	}
	if c.meta.Local == c.meta.Remote { // connected to itself, by an ephemeral port
		l.closeConn(c, unix.ECONNREFUSED)
		return
	}
	s := l.r.streams.Load()
	acceptedOptions(c.fd, s)
	c.active, c.progress = l.now, l.now
	if c.tls != nil {
		c.state = connHandshake
		c.limit = l.now + int64(s.Handshake)
		l.armBy(c, c.limit)
		l.watch(c)
		l.advance(c)
		return
	}
	c.state = connOpen
	l.c.connected.Add(1)
	l.notes = append(l.notes, note{id: c.id, ev: ConnOpened})
	l.armBy(c, l.deadline(c))
	if c.queued() > 0 {
		l.flushQueue(c)
	} else {
		l.watch(c)
	}
	if c.closeWhenOpen && c.state == connOpen {
		l.closeAfterWrite(c, ErrClosedHere)
	}
}
