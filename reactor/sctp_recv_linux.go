package reactor

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// onAssocSocket handles what the poller reports of an SCTP socket.
func (l *loop) onAssocSocket(s *assocSocket, ev *event) {
	if ev.write {
		l.retryAssocs(s)
	}
	if !ev.read || l.stopping {
		return
	}
	for range readBatches {
		if !l.readAssocs(s) {
			return
		}
	}
	if l.edge { // the poller would not report again what is there already
		w := wantRead
		if s.waiting {
			w |= wantWrite
		}
		_ = l.poll.set(s.fd, int32(s.id), w)
	}
}

// drainAssocs reads what has arrived on a socket that is to be closed.
func (l *loop) drainAssocs(s *assocSocket) {
	for range drainBatches {
		if !l.readAssocs(s) {
			return
		}
	}
}

// readAssocs takes a batch of messages off a socket and hands it on; notifications
// have their place between them. It returns whether there may be more.
func (l *loop) readAssocs(s *assocSocket) (more bool) {
	r := l.recv
	var bytes uint64
	k := 0
	deliver := func() {
		l.c.msgsIn.Add(uint64(k))
		l.c.bytesIn.Add(bytes)
		l.deliver(r.batch[:k])
		k, bytes = 0, 0
		l.tell()
	}
	for range r.batch {
		slot := r.slots[k*slotStride : k*slotStride+MaxDatagram : (k+1)*slotStride]
		n, flags, assoc, from, err := s.receive(slot)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			if err != unix.EAGAIN {
				l.c.recvErrors.Add(1)
			}
			deliver()
			return false
		case flags&msgNotification != 0:
			deliver()
			l.onNote(s, slot[:n], &from)
			l.tell()
			continue
		case flags&unix.MSG_EOR == 0 || s.pieces[assoc]: // longer than any message may be
			if flags&unix.MSG_EOR != 0 {
				delete(s.pieces, assoc)
				l.c.truncated.Add(1)
			} else {
				s.pieces[assoc] = true
			}
			continue
		case n == 0:
			continue
		}
		m := &r.batch[k]
		m.Data, m.Frame = slot[:n], FrameMessage
		m.Meta = Meta{Remote: from, Local: s.addr, Socket: s.id, Transport: SCTP, Received: l.now}
		if s.table.on && assoc != 0 {
			s.table.heard(assoc, &from)
			m.Meta.Conn = makeAssocID(l.id, s.id, assoc)
		}
		bytes += uint64(n)
		k++
	}
	deliver()
	return true
}

// receive takes one message, or a piece of one, or a notification.
func (s *assocSocket) receive(b []byte) (n, flags int, assoc int32, from Addr, err error) {
	h := &s.in
	h.hdr.Namelen = uint32(len(h.name))
	h.hdr.Control = (*byte)(unsafe.Pointer(&h.ctl))
	h.hdr.SetControllen(int(unsafe.Sizeof(h.ctl)))
	h.hdr.Flags = 0
	h.iov.Base = unsafe.SliceData(b)
	h.iov.SetLen(len(b))
	n, err = s.sys.recv(s.fd, &h.hdr)
	h.iov.Base = nil
	if err != nil {
		return 0, 0, 0, from, err
	}
	if h.hdr.Namelen > 0 {
		from = h.name.addr()
	}
	if int(h.hdr.Controllen) >= unix.CmsgLen(rcvInfoSize) && h.ctl.h.Level == solSCTP && h.ctl.h.Type == cmsgRcvInfo {
		assoc = int32(ne.Uint32(h.ctl.b[24:]))
	}
	return n, int(h.hdr.Flags), assoc, from, nil
}

// rcvInfoSize is struct sctp_rcvinfo.
const rcvInfoSize = 28

// onNote handles a notification.
func (l *loop) onNote(s *assocSocket, b []byte, from *Addr) {
	n, ok := decodeNote(b)
	if !ok {
		return
	}
	e := AssocEvent{Socket: s.id, Assoc: makeAssocID(l.id, s.id, n.assoc), Peer: *from, Cause: n.cause}
	switch n.kind {
	case noteAssocChange:
		l.assocChanged(s, &n, &e)
		return
	case notePeerAddr:
		e.Kind, e.Peer, e.Cause = AssocPath, n.peer, uint16(n.state)
	case noteShutdown:
		e.Kind = AssocShutdown
	case notePartial: // the rest of a message will not come
		delete(s.pieces, n.assoc)
		return
	case noteSendFailed, noteSendFailedEvent:
		l.gaveUp(s, &n, &e)
		return
	}
	l.assocNotes = append(l.assocNotes, e)
}

// assocChanged follows the life of an association.
func (l *loop) assocChanged(s *assocSocket, n *assocNote, e *AssocEvent) {
	switch n.state {
	case commUp:
		e.Kind = AssocUp
		s.up++
		most := l.r.sctp.Load().MaxAssocs
		if all := l.r.assocs.Add(1); most != 0 && all > int64(max(most, 0)) {
			e.Kind = AssocSurplus
			l.c.assocRefused.Add(1)
			_ = s.end(n.assoc, CloseNow)
			break
		}
		l.c.assocsUp.Add(1)
		s.table.enter(n.assoc, e.Peer, false)
	case restarted:
		e.Kind = AssocRestarted
	case commLost, shutdownDone:
		e.Kind = AssocLost
		if n.state == shutdownDone {
			e.Kind = AssocClosed
		}
		if s.up > 0 {
			s.up--
			l.r.assocs.Add(-1)
			l.c.assocsDown.Add(1)
		}
		s.table.remove(n.assoc)
		delete(s.pieces, n.assoc)
	case cantStart:
		e.Kind = AssocFailed
		l.c.assocFailed.Add(1)
		if id := s.table.byPeer[e.Peer]; id != 0 && s.table.byID[id].opening {
			s.table.remove(id)
		}
	default:
		return
	}
	l.assocNotes = append(l.assocNotes, *e)
}

// gaveUp sends a message again that the kernel has given up, or tells its sender.
func (l *loop) gaveUp(s *assocSocket, n *assocNote, e *AssocEvent) {
	m, data, ok := s.sent.take(n.context)
	if !ok {
		return // told before, or too long ago
	}
	s.table.unsent(n.assoc, n.sent)
	e.Kind, e.Peer = AssocUnsent, m.to
	l.assocNotes = append(l.assocNotes, *e)
	if data != nil && int(m.tries) < l.r.sctp.Load().SendRetries {
		if b := l.Reserve(len(data)); b != nil { // the ring is written to while it is sent
			l.out.reserved = -1
			b = b[:copy(b, data)]
			l.c.assocRetries.Add(1)
			err := error(unix.EAGAIN)
			if len(s.queue) == 0 {
				err = l.trySend(s, 0, &m.to, m.tag, int(m.tries)+1, b)
			}
			if err == unix.EAGAIN {
				err = l.queueAssoc(s, 0, &m.to, m.tag, int(m.tries)+1, b)
			}
			if err == nil {
				return
			}
		}
	}
	l.unsentAssoc(e.Assoc, m.tag, ErrAssocSend)
}
