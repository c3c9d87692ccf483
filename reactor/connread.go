//go:build unix

package reactor

import (
	"io"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// onConn handles an event of a connection.
func (l *loop) onConn(c *conn, ev *event) {
	if c.state == connOpening {
		if ev.write || ev.read {
			l.answered(c)
		}
		if c.state != connOpen && c.state != connHandshake {
			return
		}
	} else if ev.write {
		l.flushQueue(c)
	}
	if ev.read && c.state != connDead && !l.stopping && !c.more {
		l.readConn(c)
	}
}

// readConn reads what has come, as long as the others can wait.
func (l *loop) readConn(c *conn) {
	for range readBatches {
		if !l.readOnce(c) {
			return
		}
		if !c.proven {
			break
		}
	}
	if l.edge {
		c.more = true
		l.readyConns = append(l.readyConns, c)
	}
}

// readOnce is one system call and what came of it; false: there is no more for
// now.
//
// Usually nothing is left of what came before, and the bytes are read into the
// loop's own buffer, cut there and handed on from there. Of an incomplete message
// a copy is kept. It is put before the next bytes if these are likely to be as
// many as it has itself, so that no byte is copied more than twice in the mean;
// the bytes of a peer that sends a few at a time are read behind it instead.
func (l *loop) readOnce(c *conn) (more bool) {
	switch c.state {
	case connLinger:
		return l.discard(c)
	case connHandshake:
		return l.readHandshake(c)
	}
	if c.state != connOpen || c.eof {
		// It is not watched for reading, so this is a hang-up or an error.
		if n, err := readFD(c.fd, l.shared[:streamRead]); n < 0 && err != unix.EAGAIN && err != unix.EINTR {
			l.broken(c, err, &l.c.recvErrors)
		}
		return false
	}
	if c.held() {
		return false
	}
	if c.tls != nil {
		return l.readSealed(c)
	}
	buf, kept, own := l.room(c)
	n, err := readFD(c.fd, buf[kept:])
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
	more = l.edge || kept+n == len(buf)
	c.active = l.now
	l.c.bytesIn.Add(uint64(n))
	l.took(c, buf[:kept+n], kept, own)
	return more && c.state == connOpen
}

// room is where the next bytes of a connection go: behind the kept ones, in its own
// buffer or in the loop's.
func (l *loop) room(c *conn) (buf []byte, kept int, own bool) {
	kept = len(c.in)
	if own = kept > c.lastRead; own {
		if kept == cap(c.in) {
			c.in = l.bufs.grow(c.in, 1)
		}
		return c.in[:min(cap(c.in), kept+c.readSize())], kept, own
	}
	copy(l.shared, c.in)
	return l.shared[:kept+c.readSize()], kept, own
}

// took hands on what room has been filled with. Its first kept bytes were there
// before.
func (l *loop) took(c *conn, buf []byte, kept int, own bool) {
	n := len(buf) - kept
	c.lastRead = n
	if own {
		c.in = buf
	}
	taken := l.cut(c, buf)
	l.keep(c, buf[taken:], taken, own, n)
}

// held says that nothing is read now: a peer that does not take its answers, and has
// not shown that it ever does, gets no more of them. One that is proven is read on, since
// two servers that wait for each other to read would wait for ever.
func (c *conn) held() bool { return !c.proven && c.queued() > 0 && c.state == connOpen }

// readSize is how much is read at once.
func (c *conn) readSize() int {
	if c.proven {
		return streamRead
	}
	return unprovenRead
}

// broken closes a connection after an error of the system, which the counter is of.
// ETIMEDOUT: the peer has not taken what the system had for it (TCP_USER_TIMEOUT, or lost
// probes).
func (l *loop) broken(c *conn, err error, count *atomic.Uint64) {
	if err == unix.ETIMEDOUT {
		count, err = &l.c.sendTimeouts, ErrSendTimeout
	}
	count.Add(1)
	l.closeConn(c, err)
}

// cut hands on the frames at the front of buf and returns their bytes.
func (l *loop) cut(c *conn, buf []byte) (taken int) {
	limit := l.r.streams.Load().MaxMessage
	c.meta.Received = l.now
	if c.proxy != ProxyOff {
		taken = l.proxyHeader(c, buf)
		if c.proxy != ProxyOff {
			return taken
		}
	}
	for c.state == connOpen && taken < len(buf) {
		k, alone := 0, false
		why := error(nil)
		for k < len(l.frames) && taken < len(buf) && why == nil && !alone {
			n, f := c.framer.Next(buf[taken:])
			if f == FrameMore && n > 0 {
				taken += n
				continue
			}
			if f == FrameMore || (f == FrameMessage || f == FrameTurn) && n > limit {
				if len(buf)-taken < limit {
					break
				}
				n, f = limit, FrameTooLarge
			}
			data := buf[taken : taken+n : taken+n]
			if c.unwrap != nil && f != FrameTooLarge {
				data, alone = c.unwrap.Unwrap(data)
			}
			l.frames[k] = Message{Data: data, Meta: c.meta, Frame: f}
			taken += n
			k++
			switch f {
			case FrameMessage, FramePing, FrameTurn:
				c.message, c.asked = l.now, true
				if !c.heard {
					c.heard = true
					l.armBy(c, l.deadline(c))
				}
			case FrameBad, FrameTooLarge:
				why = ErrFraming // nothing behind it can be understood
			case FrameClose:
				why = io.EOF
			}
			alone = alone || f == FrameTurn
		}
		again := alone || k == len(l.frames)
		if k > 0 {
			l.c.msgsIn.Add(uint64(k))
			l.deliver(l.frames[:k])
			clear(l.frames[:k])
		}
		if why != nil {
			if why == ErrFraming {
				l.c.framing.Add(1)
			}
			if c.state == connOpen {
				l.closeAfterWrite(c, why)
			}
		}
		if !again {
			return taken
		}
	}
	return taken
}

// keep stores the part of a message that was not taken. taken bytes before it
// were; read came just now.
func (l *loop) keep(c *conn, rest []byte, taken int, own bool, read int) {
	if c.state == connDead {
		return // its buffers are given back after the cycle
	}
	part := uint32(0)
	if c.unwrap != nil && c.state == connOpen {
		part = c.unwrap.Partial()
	}
	if len(rest) == 0 || c.state != connOpen {
		l.bufs.put(c.in)
		c.in = nil
		if rest = nil; part == 0 {
			c.part, c.began = 0, 0
			return
		}
	}
	if c.began == 0 || part != c.part || part == 0 && taken > 0 {
		c.part, c.began = part, l.now
		l.armBy(c, l.deadline(c))
	}
	if len(rest) == 0 {
		return
	}
	switch {
	case !own && taken == 0: // c.in is its front already
		c.in = append(l.bufs.grow(c.in, read), rest[len(c.in):]...)
	case !own:
		c.in = append(l.bufs.grow(c.in[:0], len(rest)), rest...)
	case taken > 0:
		c.in = c.in[:copy(c.in, rest)]
	}
}

// peerClosed: the peer sends nothing more. A last message that has not been answered
// yet may be, for a while; else there is nothing to wait for, and a peer that waits for
// our end should not either.
func (l *loop) peerClosed(c *conn) {
	c.eof = true
	c.limit = c.message + int64(l.r.streams.Load().HalfClose)
	switch {
	case c.queued() > 0 || c.first != 0:
		l.closeAfterWrite(c, io.EOF)
		return
	case !c.asked || c.limit <= l.now:
		if c.tls != nil { // it is told that nothing comes from here either
			l.closeAfterWrite(c, io.EOF)
		} else {
			l.closeConn(c, io.EOF)
		}
		return
	}
	l.watch(c)
	l.bufs.put(c.in)
	c.in, c.began = nil, 0
	l.notes = append(l.notes, note{id: c.id, ev: ConnHalfClosed})
	l.armBy(c, l.deadline(c))
}

// discard reads what nobody wants to have any more.
func (l *loop) discard(c *conn) (more bool) {
	n, err := readFD(c.fd, l.shared[:streamRead])
	if n > 0 {
		if c.drained += n; c.drained <= lingerBytes {
			return l.edge || n == streamRead
		}
	} else if err == unix.EAGAIN || err == unix.EINTR {
		return false
	}
	l.closeConn(c, nil)
	return false
}

// readConnsAgain goes on with connections that an edge-triggered poller will not
// report again.
func (l *loop) readConnsAgain(again []*conn) {
	for i, c := range again {
		again[i] = nil
		if c.more {
			c.more = false
			if c.state != connDead {
				l.readConn(c)
				l.tell()
			}
		}
	}
}
