//go:build unix

package reactor

import (
	"golang.org/x/sys/unix"
)

// connOp is what a loop asks of another that has the connection.
type connOp uint8

const (
	opNone connOp = iota
	opSend
	opClose
	opAssoc
	opReframe
)

// CommitConn implements Loop.
func (l *loop) CommitConn(id ConnID, tag uint64, n int) error {
	o := &l.out
	if n < 0 || n > o.reserved {
		return ErrNoReserve
	}
	o.reserved = -1
	data := o.buf[o.used : o.used+n]
	if id.Loop() != l.id {
		return l.postConn(&Mail{op: opSend, Arg: tag, Meta: Meta{Conn: id}, Data: data})
	}
	c := l.conn(id)
	if c == nil || c.state > connOpen || c.closeWhenOpen {
		return ErrNoConn
	}
	if n == 0 {
		return nil
	}
	if c.queued() > 0 && c.first == 0 || c.opening() { // behind what waits
		return l.enqueue(c, tag, data)
	}
	o.ents[o.n] = outEntry{conn: c, tag: tag, off: o.used, len: n}
	o.n++
	o.used += n
	if c.first == 0 {
		c.first = int32(o.n)
	} else {
		o.ents[c.last-1].next = int32(o.n)
	}
	c.last = int32(o.n)
	return nil
}

// SendConn implements Loop.
func (l *loop) SendConn(id ConnID, tag uint64, data []byte) error {
	b := l.Reserve(len(data))
	if b == nil {
		return ErrTooLarge
	}
	return l.CommitConn(id, tag, copy(b, data))
}

// postConn puts a request about a connection into the mailbox of its loop.
func (l *loop) postConn(m *Mail) error {
	to := m.Meta.Conn.Loop()
	if m.Meta.Conn == 0 || to >= len(l.r.loops) {
		return ErrNoConn
	}
	return l.Post(to, m)
}

// connMail does what another loop has asked for.
func (l *loop) connMail(m *Mail) {
	id := m.Meta.Conn
	switch m.op {
	case opSend:
		if err := l.SendConn(id, m.Arg, m.Data); err != nil && m.Arg != 0 && l.streams != nil {
			l.notes = append(l.notes, note{id: id, tag: m.Arg, why: err})
		}
	case opClose:
		_ = l.CloseConn(id, CloseMode(m.Arg))
	case opAssoc:
		l.assocMail(m)
	case opReframe:
		l.reframe(l.conn(id))
	}
	l.tell()
}

// writeBatch gives the system what the batch has for a connection, in as few
// calls as it takes. Messages that follow each other in memory are one piece.
func (l *loop) writeBatch(c *conn) {
	if c.tls != nil {
		l.sealBatch(c)
		return
	}
	o := &l.out
	at := c.first
	c.first, c.last = 0, 0
	for at != 0 {
		k, want := 0, 0
		for i := at; i != 0; i = o.ents[i-1].next {
			e := &o.ents[i-1]
			if k > 0 && o.vec[k-1].end == e.off {
				o.vec[k-1].end += e.len
			} else if k == len(o.vec) {
				break
			} else {
				o.vec[k] = piece{e.off, e.off + e.len}
				k++
			}
			want += e.len
		}
		n, err := o.writev(c.fd, o.vec[:k])
		l.c.sendCalls.Add(1)
		if n < 0 {
			n = 0
		}
		l.c.bytesOut.Add(uint64(n))
		if n > 0 {
			c.active, c.asked = l.now, false
			c.prove(n)
		}
		var part int
		at, part = l.wrote(at, n)
		if n == want {
			continue
		}
		switch err {
		case nil, unix.EAGAIN, unix.ENOBUFS, unix.EINTR:
			l.c.sendAgain.Add(1)
			l.queueRest(c, at, part)
		default:
			l.lost(at, err)
			l.broken(c, err, &l.c.sendErrors)
		}
		return
	}
}

// wrote goes past the messages of a chain that n bytes cover. The next one lacks
// all but its first part bytes.
func (l *loop) wrote(at int32, n int) (next int32, part int) {
	o := &l.out
	for at != 0 && n >= o.ents[at-1].len {
		n -= o.ents[at-1].len
		o.ents[at-1].conn.gone(o.ents[at-1].tag)
		at = o.ents[at-1].next
		l.c.msgsOut.Add(1)
	}
	return at, n
}

// queueRest queues what the system has not taken of a chain.
func (l *loop) queueRest(c *conn, at int32, part int) {
	o := &l.out
	for at != 0 {
		e := &o.ents[at-1]
		if err := l.enqueue(c, e.tag, o.buf[e.off+part:e.off+e.len]); err != nil {
			l.lost(at, err)
			return
		}
		at, part = e.next, 0
	}
}

// lost tells of the messages of a chain that will not be sent.
func (l *loop) lost(at int32, why error) {
	o := &l.out
	for ; at != 0; at = o.ents[at-1].next {
		l.c.sendDrops.Add(1)
		if tag := o.ents[at-1].tag; tag != 0 {
			l.notes = append(l.notes, note{id: o.ents[at-1].conn.id, tag: tag, why: why})
		}
	}
}

// enqueue keeps what the system does not take yet. At the bound a connection is closed,
// since its peer is too slow (cookbook tcp_conn_wq_max). For a moment more may wait: a peer
// is not slow yet whose acknowledgements are on their way, or whose CPU somebody else
// has. One that is being opened refuses the message and keeps those that it has.
func (l *loop) enqueue(c *conn, tag uint64, data []byte) error {
	s := l.r.streams.Load()
	cost := len(data)
	if !c.takes(s, cost, l.now) && c.state == connOpening {
		l.hurry(c)
		if c.state != connOpen && !c.opening() {
			return ErrNoConn
		}
	}
	if !c.takes(s, cost, l.now) || !l.r.roomFor(s, cost) && !l.relieve(s, c, cost) {
		if c.opening() {
			l.c.queueRefused.Add(1)
			return ErrConnQueueFull
		}
		l.c.queueFull.Add(1)
		l.closeConn(c, ErrConnQueueFull)
		return ErrConnQueueFull
	}
	l.c.sendQueued.Add(1)
	switch {
	case c.tls != nil && c.opening():
		l.holdPlain(c, tag, data)
		return nil
	case c.tls != nil:
		if err := l.seal(c, tag, data); err != nil {
			return err
		}
	default:
		l.appendOut(c, data)
		if tag != 0 {
			c.tags = append(c.tags, tagEnd{c.put, tag})
		}
	}
	l.armBy(c, l.deadline(c))
	l.watch(c)
	return nil
}

// appendOut puts bytes into the connection's queue.
func (l *loop) appendOut(c *conn, data []byte) {
	n := len(data)
	l.r.queued.Add(int64(n))
	if c.queued() == 0 {
		c.progress = l.now
	}
	if c.sent > 0 && len(c.out)+n > cap(c.out) {
		c.out = c.out[:copy(c.out, c.out[c.sent:])]
		c.sent = 0
	}
	c.out = append(l.bufs.grow(c.out, n), data...)
	c.put += uint64(n)
}

// prove counts what the system has taken of a connection, and gives it the system's own
// bound once that is more than a peer can take that does not read.
func (c *conn) prove(n int) {
	if c.proven {
		return
	}
	if c.written += uint64(n); c.written >= provenBytes {
		c.proven = true
		limitUnsent(c.fd, 0)
	}
}

// burden is what the queue counts for.
func (c *conn) burden() int {
	tags := len(c.tags)
	if c.tls != nil {
		tags += len(c.tls.plainEnds)
	}
	return c.waiting() + tags*tagCost
}

// over says that more waits than may for longer than BurstTime.
func (c *conn) over(s *Streams) bool { return c.burden() > max(s.ConnQueue, 0) }

// takes says whether the connection's own bound leaves room for so many bytes.
func (c *conn) takes(s *Streams, cost int, now int64) bool {
	bound := max(s.ConnQueue, 0)
	if c.opening() || c.queued() == 0 || now-c.progress < int64(BurstTime) {
		bound *= BurstQueues
	}
	return c.burden()+cost <= bound
}

// roomFor says whether the bound of all queues leaves room for so many bytes.
func (r *Reactor) roomFor(s *Streams, cost int) bool {
	return r.queued.Load()+int64(cost) <= int64(max(s.AllQueues, 0))
}

// relieve makes room in the bound of all queues for a connection: those of the loop
// whose peers have taken nothing for longer than its own are closed, the longest
// first. So peers that never read do not cost the others what they need for a moment.
func (l *loop) relieve(s *Streams, c *conn, cost int) bool {
	for !l.r.roomFor(s, cost) {
		if l.noRelief == l.now {
			return false // as a moment ago: the walk is long where connections are many
		}
		var worst *conn
		since := l.now
		if c.queued() > 0 {
			since = c.progress
		}
		for i := range l.slots {
			o := l.slots[i].c
			if o != nil && o != c && o.state != connDead && o.queued() > 0 && o.progress < since {
				worst, since = o, o.progress
			}
		}
		if worst == nil {
			if c.queued() == 0 { // else others may still find one
				l.noRelief = l.now
			}
			return false
		}
		l.c.queueFull.Add(1)
		l.closeConn(worst, ErrConnQueueFull)
	}
	return true
}

// flushQueue writes what waits, as far as the system takes it.
func (l *loop) flushQueue(c *conn) {
	for c.queued() > 0 {
		n, err := writeFD(c.fd, c.out[c.sent:])
		l.c.sendCalls.Add(1)
		if n <= 0 {
			switch err {
			case unix.EINTR:
				continue
			case unix.EAGAIN, unix.ENOBUFS:
				l.c.sendAgain.Add(1)
				l.armBy(c, l.deadline(c))
				l.watch(c)
				return
			}
			l.broken(c, err, &l.c.sendErrors)
			return
		}
		c.sent += n
		c.taken += uint64(n)
		c.progress, c.active, c.asked = l.now, l.now, false
		c.prove(n)
		l.r.queued.Add(-int64(n))
		l.c.bytesOut.Add(uint64(n))
		k := 0
		for k < len(c.tags) && c.tags[k].end <= c.taken {
			c.gone(c.tags[k].tag)
			k++
		}
		c.tags = c.tags[:copy(c.tags, c.tags[k:])]
	}
	l.bufs.put(c.out)
	c.out, c.sent = nil, 0
	l.watch(c)
	if c.state == connDraining {
		l.finishWriting(c)
	}
}

// watch has the poller report what the connection's state wants to know.
func (l *loop) watch(c *conn) {
	var w interest
	switch {
	case c.state == connOpening:
		w = wantWrite
	case c.state == connLinger:
		w = wantRead
	case c.state == connHandshake && !c.tls.full && !c.tls.ended && !l.stopping:
		w = wantRead
	case c.state == connOpen && !c.eof && !l.stopping && !c.held():
		w = wantRead
	}
	if c.queued() > 0 {
		w |= wantWrite
	}
	if w == c.want || c.state == connDead {
		return
	}
	if err := l.poll.set(c.fd, c.tag(), w); err != nil {
		l.closeConn(c, err)
		return
	}
	c.want = w
}
