//go:build unix

package reactor

import "golang.org/x/sys/unix"

// CloseConn implements Loop.
func (l *loop) CloseConn(id ConnID, how CloseMode) error {
	if id.Loop() != l.id {
		return l.postConn(&Mail{op: opClose, Arg: uint64(how), Meta: Meta{Conn: id}})
	}
	if id.IsAssoc() {
		return l.closeAssoc(id, how)
	}
	c := l.conn(id)
	if c == nil || c.state > connDraining || c.state == connDraining && how == CloseAfterWrite {
		return ErrNoConn
	}
	if how == CloseNow || c.opening() && c.waiting() == 0 {
		l.closeConn(c, ErrClosedHere)
	} else if c.opening() {
		c.closeWhenOpen = true
	} else {
		l.closeAfterWrite(c, ErrClosedHere)
	}
	return nil
}

// closeAfterWrite stops reading and closes the connection when what it has to send
// is written.
func (l *loop) closeAfterWrite(c *conn, why error) {
	c.state = connDraining
	c.why = why
	c.began = 0
	l.watch(c)
	l.draining = append(l.draining, c)
}

// finishDraining follows the flush: what was in the batch has been written or is
// in the queues.
func (l *loop) finishDraining() {
	for i := 0; i < len(l.draining); i++ {
		c := l.draining[i]
		l.draining[i] = nil
		if c.state != connDraining {
			continue
		}
		l.bufs.put(c.in) // no callback looks at it any more
		c.in = nil
		l.farewell(c)
		switch {
		case c.state != connDraining:
		case c.queued() == 0:
			l.finishWriting(c)
		default: // the timer that has led here was perhaps its only one
			l.armBy(c, l.deadline(c))
		}
	}
	l.draining = l.draining[:0]
}

// finishWriting closes our side. The peer reads what was sent before it learns of
// that, and what it sends is discarded until it closes too.
func (l *loop) finishWriting(c *conn) {
	if c.eof || unix.Shutdown(c.fd, unix.SHUT_WR) != nil {
		l.closeConn(c, c.why)
		return
	}
	c.state = connLinger
	c.limit = l.now + int64(lingerTime)
	l.tellClosed(c, c.why)
	l.watch(c)
	l.armBy(c, c.limit)
}

func (l *loop) tellClosed(c *conn, why error) {
	if !c.told {
		c.told = true
		l.notes = append(l.notes, note{id: c.id, ev: ConnClosed, why: why})
	}
}

// closeConn ends a connection at once. What waits in its queue is given up; its
// messages in the batch are noticed by the flush.
func (l *loop) closeConn(c *conn, why error) {
	if c.state == connDead {
		return
	}
	if c.state == connOpening || c.state == connHandshake && c.outbound {
		l.c.connectFailed.Add(1)
	}
	if c.tls != nil {
		l.dropPlain(c, why)
		if h := c.tls.shake; h != nil {
			l.r.giveUp(h)
		}
	}
	c.state = connDead
	l.poll.remove(c.fd)
	unix.Close(c.fd)
	l.r.leave(c)
	l.c.connsClosed.Add(1)
	if n := c.queued(); n > 0 {
		l.r.queued.Add(-int64(n))
		l.c.sendDrops.Add(1)
	}
	for _, t := range c.tags {
		l.notes = append(l.notes, note{id: c.id, tag: t.tag, why: why})
	}
	c.tags = c.tags[:0]
	l.tellUnsure(c, why)
	l.lost(c.first, why)
	c.first, c.last = 0, 0
	l.tellClosed(c, why)
	if c.timer != 0 {
		l.deadlines.Cancel(c.timer)
		c.timer = 0
	}
	l.dead = append(l.dead, c)
	l.wantAccept = true
}
