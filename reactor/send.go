//go:build unix

package reactor

import "golang.org/x/sys/unix"

// outBatch collects what a loop sends in a cycle: the bytes one after another
// in one buffer, the headers in a sender.
type outBatch struct {
	s        *sender
	buf      []byte
	used     int // bytes of buf that are committed
	reserved int // bytes behind them that Reserve gave, -1 for none
	n        int
	ents     []outEntry
	vec      [iovecs]piece
	iov      streamVec
}

// outEntry is a datagram, or a message of a connection: then conn is set, and next
// is the connection's next one, as index and 1.
type outEntry struct {
	sock     *udpSocket
	from, to Addr
	off, len int

	conn *conn
	tag  uint64
	next int32
}

// piece is a part of the batch's bytes.
type piece struct{ off, end int }

// batchBytes is the room for the bytes of a batch: any one datagram, or many of
// usual size.
const batchBytes = 4 * (MaxDatagram + 1)

func (o *outBatch) init(n int) {
	o.s = newSender(n)
	o.buf = make([]byte, batchBytes)
	o.ents = make([]outEntry, n)
	o.reserved = -1
}

// abandon forgets a reservation whose callback panicked.
func (o *outBatch) abandon() { o.reserved = -1 }

// Reserve implements Loop.
func (l *loop) Reserve(n int) []byte {
	o := &l.out
	if n < 0 || n > MaxDatagram {
		l.c.reserveFailed.Add(1)
		return nil
	}
	if o.n == len(o.ents) || o.used+n > len(o.buf) {
		o.flush(l)
	}
	o.reserved = n
	return o.buf[o.used : o.used+n : o.used+n]
}

// Commit implements Loop.
func (l *loop) Commit(id SocketID, to Addr, n int) error {
	return l.CommitFrom(id, Addr{}, to, n)
}

// CommitFrom implements Loop.
func (l *loop) CommitFrom(id SocketID, from, to Addr, n int) error {
	o := &l.out
	if n < 0 || n > o.reserved {
		return ErrNoReserve
	}
	o.reserved = -1
	s := l.sock(id)
	if s == nil {
		return ErrNoSocket
	}
	if s.addr.Is4 != to.Is4 || to.IsZero() {
		return ErrFamily
	}
	if len(s.queue.ents) > 0 { // behind what waits already
		if !s.queue.push(from, to, o.buf[o.used:o.used+n], &l.r.cfg) {
			l.c.sendDrops.Add(1)
			return ErrSendQueueFull
		}
		l.c.sendQueued.Add(1)
		return nil
	}
	o.ents[o.n] = outEntry{sock: s, from: from, to: to, off: o.used, len: n}
	o.n++
	o.used += n
	return nil
}

// Send implements Loop.
func (l *loop) Send(id SocketID, to Addr, data []byte) error {
	return l.SendFrom(id, Addr{}, to, data)
}

// SendFrom implements Loop.
func (l *loop) SendFrom(id SocketID, from, to Addr, data []byte) error {
	b := l.Reserve(len(data))
	if b == nil {
		return ErrTooLarge
	}
	return l.CommitFrom(id, from, to, copy(b, data))
}

// flush gives the batch to the kernel: one call for each run of datagrams of
// the same socket.
func (o *outBatch) flush(l *loop) {
	if o.n == 0 {
		return
	}
	for i := range o.n {
		e := &o.ents[i]
		if e.conn != nil {
			continue
		}
		o.s.set(i, e.sock, &e.from, &e.to, o.buf[e.off:e.off+e.len])
	}
	for i := 0; i < o.n; {
		if c := o.ents[i].conn; c != nil {
			if c.first == int32(i+1) {
				l.writeBatch(c)
			}
			i++
			continue
		}
		s, end := o.ents[i].sock, i+1
		for end < o.n && o.ents[end].sock == s {
			end++
		}
		o.sendRun(l, s, i, end)
		i = end
	}
	for i := range o.n {
		poison(o.buf[o.ents[i].off : o.ents[i].off+o.ents[i].len])
		o.ents[i].sock, o.ents[i].conn = nil, nil
	}
	o.n, o.used, o.reserved = 0, 0, -1
}

// sendRun sends entries i to end, all of one socket.
func (o *outBatch) sendRun(l *loop, s *udpSocket, i, end int) {
	stale := 0
	for i < end && len(s.queue.ents) == 0 && !s.closing {
		k, err := o.s.send(s.fd, i, end-i)
		l.c.sendCalls.Add(1)
		l.countSent(o.ents[i : i+k])
		i += k
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN, unix.ENOBUFS:
			l.c.sendAgain.Add(1)
			l.queueRun(s, o, i, end)
			l.await(s, err)
			return
		default:
			if k == 0 && fromNetwork(err) && stale < staleErrors {
				stale++
				continue
			}
			// The kernel refuses this one (too long for the path, no route, a filter);
			// the others go on.
			e := &o.ents[i]
			l.noteRefused(s, e.to, o.buf[e.off:e.off+e.len], err)
			i, stale = i+1, 0
		}
	}
	if i < end {
		l.queueRun(s, o, i, end)
	}
}

func (l *loop) countSent(ents []outEntry) {
	var bytes uint64
	for i := range ents {
		bytes += uint64(ents[i].len)
	}
	l.c.msgsOut.Add(uint64(len(ents)))
	l.c.bytesOut.Add(bytes)
}

// queueRun keeps what the kernel did not take until it has room.
func (l *loop) queueRun(s *udpSocket, o *outBatch, i, end int) {
	for ; i < end; i++ {
		e := &o.ents[i]
		if s.closing || !s.queue.push(e.from, e.to, o.buf[e.off:e.off+e.len], &l.r.cfg) {
			l.c.sendDrops.Add(1)
			continue
		}
		l.c.sendQueued.Add(1)
	}
}

// await sees to it that a socket with something in its queue is tried again:
// when the poller reports room, or after a pause when it cannot.
func (l *loop) await(s *udpSocket, err error) {
	if len(s.queue.ents) == 0 || s.closing {
		return
	}
	if err == unix.EAGAIN && !l.stopping {
		if s.waiting {
			return
		}
		if s.waiting = l.poll.set(s.fd, int32(s.id), wantRead|wantWrite) == nil; s.waiting {
			return
		}
	}
	if s.waiting { // the poller would report room at once, again and again
		s.waiting = l.poll.set(s.fd, int32(s.id), wantRead) != nil
	}
	if !s.paused {
		s.paused = true
		l.paused = append(l.paused, s)
	}
}

// retryPaused tries the sockets whose pause is over.
func (l *loop) retryPaused() {
	n := len(l.paused)
	for _, s := range l.paused[:n] {
		s.paused = false
		if !s.closing {
			l.retry(s) // may pause it again, behind the others
		}
	}
	l.paused = append(l.paused[:0], l.paused[n:]...)
}

// retry sends what waits for room in the kernel's buffer.
func (l *loop) retry(s *udpSocket) {
	q, stale := &s.queue, 0
	for len(q.ents) > 0 {
		n := min(len(q.ents), len(l.out.ents)-l.out.n)
		if n == 0 {
			// The batch is full, of other sockets: who has a queue has nothing in it.
			l.out.flush(l)
			continue
		}
		base := l.out.n
		for i := range n {
			e := &q.ents[i]
			l.out.s.set(base+i, s, &e.from, &e.to, e.data)
		}
		k, err := l.out.s.send(s.fd, base, n)
		l.c.sendCalls.Add(1)
		for i := range k {
			l.c.bytesOut.Add(uint64(len(q.ents[i].data)))
		}
		l.c.msgsOut.Add(uint64(k))
		q.drop(k)
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN:
			l.await(s, err)
			return
		case unix.ENOBUFS:
			if q.ents[0].refused++; q.ents[0].refused < maxRefusals {
				l.await(s, err)
				return
			}
			l.c.sendErrors.Add(1)
			q.drop(1)
		default:
			if k == 0 && fromNetwork(err) && stale < staleErrors {
				stale++
				continue
			}
			l.noteRefused(s, q.ents[0].to, q.ents[0].data, err)
			q.drop(1)
			stale = 0
		}
	}
	if s.waiting {
		s.waiting = l.poll.set(s.fd, int32(s.id), wantRead) != nil
	}
}
