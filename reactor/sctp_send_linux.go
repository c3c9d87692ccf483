package reactor

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendAssoc sends a message, or queues it behind others that wait.
func (l *loop) sendAssoc(s *assocSocket, over ConnID, to *Addr, tag uint64, data []byte) error {
	if len(s.queue) > 0 {
		l.sweepAssocs(s)
		return l.queueAssoc(s, over, to, tag, 0, data)
	}
	err := l.trySend(s, over, to, tag, 0, data)
	if err == unix.EAGAIN {
		err = l.queueAssoc(s, over, to, tag, 0, data)
	}
	return err
}

// trySend gives a message to the kernel. EAGAIN: there is no room for it.
func (l *loop) trySend(s *assocSocket, over ConnID, to *Addr, tag uint64, tries int, data []byte) error {
	id := int32(0)
	if over.IsAssoc() && over.Loop() == l.id && SocketID(over.Slot()&^assocSlot) == s.id && s.table.leads(int32(over.Generation()), to) {
		id = int32(over.Generation())
	}
	known, opens := id, false
	if s.table.on {
		if known == 0 {
			if known = s.table.byPeer[*to]; known == 0 {
				known = s.kernelAssoc(to)
			}
		}
		if opens = known == 0; opens && l.assocsFull() {
			l.c.assocRefused.Add(1)
			return ErrAssocTable
		}
		if known != 0 && !l.takes(s, known, len(data)) {
			l.c.queueFull.Add(1)
			return ErrConnQueueFull
		}
	}
	context := s.sent.add(to, tag, tries, data)
	err := s.send(id, to, sctpUnordered, context, data)
	l.c.sendCalls.Add(1)
	if err == unix.EPIPE && id != 0 { // it has ended, and nothing has told so yet
		s.table.remove(id)
		err = s.send(0, to, sctpUnordered, context, data)
	}
	for err == unix.EINTR {
		err = s.send(id, to, sctpUnordered, context, data)
	}
	if err != nil {
		s.sent.forget(context)
		if err == unix.EAGAIN {
			l.c.sendAgain.Add(1)
			if known != 0 && l.clogs(s, known) {
				l.c.queueFull.Add(1)
				return ErrConnQueueFull
			}
			return err
		}
		l.c.sendErrors.Add(1)
		return err
	}
	l.c.msgsOut.Add(1)
	l.c.bytesOut.Add(uint64(len(data)))
	if opens {
		if id = s.kernelAssoc(to); id != 0 {
			s.table.enter(id, *to, true)
		}
	}
	return nil
}

// assocsFull tells whether no further association may be opened.
func (l *loop) assocsFull() bool {
	most := int64(l.r.sctp.Load().MaxAssocs)
	return most != 0 && l.r.assocs.Load() >= max(most, 0)
}

// kernelAssoc is the number of the association to an address, 0 for none.
func (s *assocSocket) kernelAssoc(to *Addr) int32 {
	b := &s.ask
	clear(b[:peerAddrInfoSize])
	_ = (*rawName)(b[4:]).set(to)
	if _, err := s.get(sctpPeerAddrInfo, b[:peerAddrInfoSize]); err != nil {
		return 0
	}
	return int32(ne.Uint32(b[:]))
}

// peerAddrInfoSize is struct sctp_paddrinfo: number, address, and five more words.
const peerAddrInfoSize = 4 + sockaddrStorageSize + 20

// chunksSent is how many pieces of messages have been given to the network over an
// association; false: it is not known.
func (s *assocSocket) chunksSent(id int32) (uint64, bool) {
	const size, ordered, unordered = 256, 224, 208 // struct sctp_assoc_stats
	if unsafe.Sizeof(uintptr(0)) != 8 {
		return 0, false
	}
	b := &s.ask
	clear(b[:size])
	ne.PutUint32(b[:], uint32(id))
	if _, err := s.get(sctpAssocStats, b[:size]); err != nil {
		return 0, false
	}
	return ne.Uint64(b[unordered:]) + ne.Uint64(b[ordered:]), true
}

// takes tells whether an association may be given n bytes more. One that has given
// nothing to the network for stuckTime, though something waits, is aborted.
func (l *loop) takes(s *assocSocket, id int32, n int) bool {
	a, there := s.table.byID[id]
	if !there {
		return true
	}
	a.unchecked += int32(n)
	waiting := int32(0)
	if a.unchecked >= assocCheck || a.suspect {
		waiting = l.waiting(s, id, &a)
		a.suspect = waiting >= s.maxWaiting/4
	}
	if waiting < s.maxWaiting {
		a.given++
	}
	s.table.byID[id] = a
	return !l.abortStuck(s, id, &a) && waiting < s.maxWaiting
}

// waiting is how many messages wait to be given to the network, as far as that can
// be told: the kernel counts the pieces that it has sent, we the messages.
func (l *loop) waiting(s *assocSocket, id int32, a *assocPeer) int32 {
	sent, known := s.chunksSent(id)
	if !known {
		return 0
	}
	a.unchecked = 0
	if sent != a.seen {
		a.still = 0
	}
	n := int64(a.given) - int64(sent-a.base)
	if n <= 0 { // counted anew, since a message may be several pieces
		a.given, a.base, a.still, n = 0, sent, 0, 0
	} else if a.still == 0 {
		a.still = l.now
	}
	a.seen = sent
	return int32(n)
}

// clogs tells whether an association takes part in filling the buffer of all.
func (l *loop) clogs(s *assocSocket, id int32) bool {
	a, there := s.table.byID[id]
	if !there {
		return false
	}
	n := l.waiting(s, id, &a)
	s.table.byID[id] = a
	return n >= s.maxWaiting/4
}

// abortStuck ends an association that does not get on for too long.
func (l *loop) abortStuck(s *assocSocket, id int32, a *assocPeer) bool {
	if a.still == 0 || l.now-a.still < int64(stuckTime) {
		return false
	}
	l.c.sendTimeouts.Add(1)
	_ = s.end(id, CloseNow)
	l.assocNotes = append(l.assocNotes, AssocEvent{Kind: AssocStuck, Socket: s.id, Assoc: makeAssocID(l.id, s.id, id), Peer: a.peer})
	s.table.remove(id)
	return true
}

// sweepAssocs looks, once a second while the buffer of all is full, for those that
// fill it.
func (l *loop) sweepAssocs(s *assocSocket) {
	if l.now-s.swept < int64(sweepPause) {
		return
	}
	s.swept = l.now
	left := sweepAtOnce
	for id, a := range s.table.byID {
		if left--; left < 0 {
			return
		}
		l.waiting(s, id, &a)
		s.table.byID[id] = a
		l.abortStuck(s, id, &a)
	}
}

// queueAssoc keeps a message until the kernel has room.
func (l *loop) queueAssoc(s *assocSocket, over ConnID, to *Addr, tag uint64, tries int, data []byte) error {
	c := &l.r.cfg
	if len(s.queue) >= c.SendQueue || s.queueBytes+len(data) > c.SendQueueBytes {
		l.c.sendDrops.Add(1)
		return ErrSendQueueFull
	}
	s.queue = append(s.queue, assocQueued{over: over, to: *to, tag: tag, tries: tries, data: append([]byte(nil), data...)})
	s.queueBytes += len(data)
	l.c.sendQueued.Add(1)
	l.awaitAssocs(s)
	return nil
}

// awaitAssocs has the poller report room, or stops that.
func (l *loop) awaitAssocs(s *assocSocket) {
	if s.halted || s.waiting == (len(s.queue) > 0) {
		return
	}
	w := wantRead
	if len(s.queue) > 0 {
		w |= wantWrite
	}
	if l.poll.set(s.fd, int32(s.id), w) == nil {
		s.waiting = len(s.queue) > 0
	}
}

// retryAssocs sends what waits, as far as the kernel takes it.
func (l *loop) retryAssocs(s *assocSocket) {
	l.sweepAssocs(s)
	n := 0
	for n < len(s.queue) {
		e := &s.queue[n]
		err := l.trySend(s, e.over, &e.to, e.tag, e.tries, e.data)
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			l.unsentAssoc(e.over, e.tag, err)
		}
		s.queueBytes -= len(e.data)
		n++
	}
	if n > 0 {
		s.queue = append(s.queue[:0], s.queue[n:]...)
		clear(s.queue[len(s.queue):cap(s.queue)])
	}
	l.awaitAssocs(s)
}
