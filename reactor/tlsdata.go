//go:build unix

package reactor

import (
	"io"

	"golang.org/x/sys/unix"
)

// Data of TLS connections, on the loop. What a system call brings is decrypted until
// nothing is left of it, and cut into messages like any stream; what leaves is
// encrypted into the connection's queue, which is written at once.

// readSealed is readOnce for a connection that is encrypted.
func (l *loop) readSealed(c *conn) (more bool) {
	if l.sealed == nil {
		l.sealed = make([]byte, streamRead)
	}
	most := c.readSize()
	n, err := readFD(c.fd, l.sealed[:most])
	switch {
	case n > 0:
	case n == 0:
		l.peerClosed(c)
		return false
	case err == unix.EINTR:
		return true
	case err == unix.EAGAIN:
		return false
	default:
		l.broken(c, err, &l.c.recvErrors)
		return false
	}
	c.active = l.now
	l.c.bytesIn.Add(uint64(n))
	l.unseal(c, l.sealed[:n])
	return c.state == connOpen && (l.edge || n == most)
}

// unseal hands on what is in records. It reads until the end: whether the socket is
// readable again says nothing about what is here.
func (l *loop) unseal(c *conn, raw []byte) {
	s := c.tls
	s.pipe.in = raw
	s.in.pass(raw)
	for c.state == connOpen && !c.eof {
		buf, kept, own := l.room(c)
		n, err := s.conn.Read(buf[kept:])
		if n > 0 {
			l.took(c, buf[:kept+n], kept, own)
		}
		if err == errNoInput {
			break
		} else if err == io.EOF {
			l.peerClosed(c)
		} else if err != nil && c.state == connOpen {
			l.c.recvErrors.Add(1)
			l.closeAfterWrite(c, err) // crypto/tls has written an alert
		}
	}
	s.pipe.in = nil
	if c.state != connOpen {
		return
	}
	switch inside := s.in.inside(); {
	case inside && c.began == 0:
		// Part of a record is as good as part of a message.
		c.began = l.now
		l.armBy(c, l.deadline(c))
	case !inside && len(c.in) == 0 && c.part == 0:
		c.began = 0 // the record was crypto/tls's own: a ticket, a change of keys
	}
	if c.first == 0 && c.queued() > 0 { // answers of crypto/tls's own
		if s := l.r.streams.Load(); !c.takes(s, 0, l.now) || !l.r.roomFor(s, 0) {
			l.c.queueFull.Add(1)
			l.closeConn(c, ErrConnQueueFull)
			return
		}
		l.flushQueue(c)
	}
}

// seal encrypts a message into the connection's queue.
func (l *loop) seal(c *conn, tag uint64, data []byte) error {
	if _, err := c.tls.conn.Write(data); err != nil {
		l.closeConn(c, err)
		return err
	}
	if tag != 0 {
		c.tags = append(c.tags, tagEnd{c.put, tag})
	}
	return nil
}

// sealBatch is writeBatch for a connection that is encrypted.
func (l *loop) sealBatch(c *conn) {
	o := &l.out
	for c.first != 0 {
		for c.first != 0 && c.queued() < sealAhead {
			e := &o.ents[c.first-1]
			if l.seal(c, e.tag, o.buf[e.off:e.off+e.len]) != nil {
				return
			}
			l.c.msgsOut.Add(1)
			c.first = e.next
		}
		if l.flushQueue(c); c.state == connDead {
			return
		}
		if c.queued() > 0 {
			at := c.first
			c.first, c.last = 0, 0
			l.queueRest(c, at, 0)
			return
		}
	}
	c.last = 0
}

// holdPlain keeps a message until the handshake is over.
func (l *loop) holdPlain(c *conn, tag uint64, data []byte) {
	s := c.tls
	l.r.queued.Add(int64(len(data)))
	s.plain = append(l.bufs.grow(s.plain, len(data)), data...)
	s.plainEnds = append(s.plainEnds, tagEnd{uint64(len(s.plain)), tag})
}

// sealPlain sends what has waited for the end of the handshake.
func (l *loop) sealPlain(c *conn) {
	s := c.tls
	at := uint64(0)
	for i, m := range s.plainEnds {
		if l.seal(c, m.tag, s.plain[at:m.end]) != nil {
			s.plainEnds = s.plainEnds[i:]
			break
		}
		at = m.end
	}
	l.r.queued.Add(-int64(len(s.plain)))
	l.bufs.put(s.plain)
	s.plain, s.plainEnds = nil, nil
	l.flushQueue(c)
}

// dropPlain gives up what waits for the end of the handshake.
func (l *loop) dropPlain(c *conn, why error) {
	s := c.tls
	if s == nil || len(s.plainEnds) == 0 {
		return
	}
	for _, m := range s.plainEnds {
		l.c.sendDrops.Add(1)
		if m.tag != 0 {
			l.notes = append(l.notes, note{id: c.id, tag: m.tag, why: why})
		}
	}
	l.r.queued.Add(-int64(len(s.plain)))
	l.bufs.put(s.plain)
	s.plain, s.plainEnds = nil, nil
}

// farewell tells the peer of an encrypted connection that nothing more comes.
func (l *loop) farewell(c *conn) {
	s := c.tls
	if s == nil || s.state == nil || s.bye {
		return
	}
	s.bye = true
	if s.conn.CloseWrite() == nil {
		l.flushQueue(c)
	}
}
