//go:build unix

package reactor

import (
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// assocPort is a listen address of SCTP as a loop knows it: one of them has the
// socket.
type assocPort struct {
	id    SocketID
	owner int
	addr  Addr         // as bound, with the real port
	s     *assocSocket // on the owner only
}

// addSCTP binds an address. The addresses are dealt out to the loops in turn.
func (r *Reactor) addSCTP(l Listen) (SocketID, error) {
	r.change.Lock()
	defer r.change.Unlock()
	if r.over() {
		return NoSocket, ErrClosed
	}
	if r.loops[0].streams == nil {
		return NoSocket, &ListenError{Listen: l, Err: ErrNoStreams}
	}
	s, bound, err := openAssocSocket(l, r.sctp.Load())
	if err != nil {
		return NoSocket, listenErr(l, netip.AddrPortFrom(l.Addr.Addr().Unmap(), l.Addr.Port()), err)
	}
	id := r.nameListen(bound)
	owner := r.sctpPorts % len(r.loops)
	r.sctpPorts++
	s.name(id, owner, FromAddrPort(bound))
	var failed error
	closed := false
	r.each(func(k *loop) {
		p := &assocPort{id: id, owner: owner, addr: FromAddrPort(bound)}
		if k.id == owner {
			p.s = s
			if failed = k.poll.add(s.fd, int32(id), wantRead); failed != nil {
				return
			}
		}
		for int(id) >= len(k.assocPorts) {
			k.assocPorts = append(k.assocPorts, nil)
		}
		k.assocPorts[id] = p
	}, func(k *loop) {
		if k.id == owner {
			failed, closed = ErrClosed, true
		}
	})
	if failed != nil {
		if !closed { // else the loop has no part in it
			_ = r.removeListen(id)
		}
		unix.Close(s.fd)
		return NoSocket, &ListenError{Listen: l, Err: failed}
	}
	return id, nil
}

// SetSCTP changes the options of all SCTP sockets, for associations opened later,
// and the bounds. An error names what the system refuses; the rest is done.
func (r *Reactor) SetSCTP(c SCTPConfig) error {
	r.change.Lock()
	defer r.change.Unlock()
	r.sctp.Store(&c)
	if r.sctpPorts == 0 || r.over() {
		return nil
	}
	errs := make([]error, len(r.loops))
	r.each(func(l *loop) {
		for _, p := range l.assocPorts {
			if p != nil && p.s != nil {
				errs[l.id] = errors.Join(errs[l.id], p.s.configure(&c))
			}
		}
	}, func(*loop) {})
	return errors.Join(errs...)
}

// Assocs is the number of associations of all sockets.
func (r *Reactor) Assocs() int { return int(r.assocs.Load()) }

// assocPort is the loop's view of an SCTP listen address, nil if there is none.
func (l *loop) assocPort(id SocketID) *assocPort {
	if id < 0 || int(id) >= len(l.assocPorts) {
		return nil
	}
	return l.assocPorts[id]
}

// CommitAssoc implements Loop.
func (l *loop) CommitAssoc(id SocketID, over ConnID, to Addr, tag uint64, n int) error {
	o := &l.out
	if n < 0 || n > o.reserved {
		return ErrNoReserve
	}
	o.reserved = -1
	p := l.assocPort(id)
	if p == nil {
		return ErrNoSocket
	}
	if p.addr.Is4 != to.Is4 || to.IsZero() || to.Port == 0 {
		return ErrFamily
	}
	data := o.buf[o.used : o.used+n]
	if p.owner != l.id {
		return l.Post(p.owner, &Mail{op: opAssoc, Arg: tag, Meta: Meta{Conn: over, Socket: id, Remote: to}, Data: data})
	}
	return l.sendAssoc(p.s, over, &to, tag, data)
}

// assocMail sends what another loop has for a socket of this one.
func (l *loop) assocMail(m *Mail) {
	err := ErrNoSocket
	if p := l.assocPort(m.Meta.Socket); p != nil && p.s != nil {
		err = l.sendAssoc(p.s, m.Meta.Conn, &m.Meta.Remote, m.Arg, m.Data)
	}
	if err != nil {
		l.unsentAssoc(m.Meta.Conn, m.Arg, err)
	}
}

// unsentAssoc notes that a message is lost.
func (l *loop) unsentAssoc(over ConnID, tag uint64, why error) {
	l.c.sendDrops.Add(1)
	if tag != 0 {
		l.notes = append(l.notes, note{id: over, tag: tag, why: why})
	}
}

// closeAssoc implements CloseConn for an association.
func (l *loop) closeAssoc(id ConnID, how CloseMode) error {
	p := l.assocPort(SocketID(id.Slot() &^ assocSlot))
	if p == nil || p.s == nil {
		return ErrNoConn
	}
	return p.s.end(int32(id.Generation()), how)
}

func (l *loop) assocEvent(e *AssocEvent) {
	if l.onAssoc == nil {
		return
	}
	defer l.done("AssocEvent", uint32(e.Kind))
	l.onAssoc.AssocEvent(l, e)
}

// closeAssocPort closes an address after what waits in it has been read. The system
// shuts its associations down.
func (l *loop) closeAssocPort(p *assocPort) {
	if p.s != nil && !l.stopping {
		l.drainAssocs(p.s)
	}
	l.assocPorts[p.id] = nil
	if p.s == nil {
		return
	}
	l.poll.remove(p.s.fd)
	unix.Close(p.s.fd)
	l.r.assocs.Add(-int64(p.s.up))
	for i := range p.s.queue {
		l.unsentAssoc(0, p.s.queue[i].tag, ErrClosedHere)
	}
	p.s.queue = nil
}

func (l *loop) closeAssocPorts() {
	for _, p := range l.assocPorts {
		if p != nil {
			l.closeAssocPort(p)
		}
	}
}

// haltAssocs stops reading.
func (l *loop) haltAssocs() {
	for _, p := range l.assocPorts {
		if p != nil && p.s != nil {
			l.poll.remove(p.s.fd)
			p.s.halted = true
		}
	}
}

// finishAssocs sends what is queued, as long as the kernel takes it.
func (l *loop) finishAssocs(deadline time.Time) {
	for _, p := range l.assocPorts {
		for p != nil && p.s != nil && len(p.s.queue) > 0 && time.Now().Before(deadline) {
			if l.retryAssocs(p.s); len(p.s.queue) > 0 {
				l.poll.wait(stopPoll, l.events[:])
			}
		}
	}
	l.closeAssocPorts()
}
