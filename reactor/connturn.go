//go:build unix

package reactor

// Streams that become something else on their way, as HTTP becomes WebSocket.

// ConnFramer implements Loop.
func (l *loop) ConnFramer(id ConnID) Framer {
	if c := l.conn(id); c != nil {
		return c.framer
	}
	return nil
}

// TurnConn implements Loop.
func (l *loop) TurnConn(id ConnID, t Transport, sock SocketID) error {
	c := l.conn(id)
	if c == nil {
		return ErrNoConn
	}
	if c.turned == None {
		c.turned = c.meta.Transport
	}
	c.meta.Transport, c.meta.Socket = t, sock
	return nil
}

// Reframe implements Loop.
func (l *loop) Reframe(id ConnID) error {
	if l.conn(id) == nil {
		return ErrNoConn
	}
	return l.postConn(&Mail{op: opReframe, Meta: Meta{Conn: id}})
}

// kind is the transport that the connection has begun with.
func (c *conn) kind() Transport {
	if c.turned != None {
		return c.turned
	}
	return c.meta.Transport
}

// reframe cuts what has come before.
func (l *loop) reframe(c *conn) {
	if c == nil || c.state != connOpen || len(c.in) == 0 {
		return
	}
	taken := l.cut(c, c.in)
	l.keep(c, c.in[taken:], taken, true, 0)
}
