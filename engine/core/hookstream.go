package core

import (
	"maps"
	"syscall"

	"sipedge/engine/blacklist"
	"sipedge/engine/transport"
	"sipedge/reactor"
)

// What a module that keeps transactions needs to know of streams.

// stream is a listen address of a stream by its id, also one that is no longer there:
// its connections are, and those whose calls began on them. nil for datagrams.
func (l *loop) stream(sock reactor.SocketID) *Socket {
	k := l.srv.snap.Load().socket(sock)
	if k == nil {
		k = (*l.srv.former.Load())[sock]
	}
	if k != nil && reactor.Transport(k.Proto) != reactor.UDP {
		return k
	}
	return nil
}

// formerSockets are listen addresses of streams that reloads have taken away. Ids are
// not given again, so that they stay what they were.
type formerSockets map[reactor.SocketID]*Socket

// keepFormer notes the listen addresses that after no longer has. It is called before
// after becomes current.
func (s *Server) keepFormer(before, after *Snapshot) {
	f := maps.Clone(*s.former.Load())
	for _, k := range gone(before.byProto, after.byProto) {
		if reactor.Transport(k.Proto) != reactor.UDP && !k.isAssoc() {
			old := *k
			old.former = true
			f[k.ID] = &old
		}
	}
	for _, k := range after.byProto {
		delete(f, k.ID)
	}
	s.former.Store(&f)
}

// SendRequest is SendOn for a request whose sender wants to know when it is lost
// with its connection, which may be long after: LoopHook.Unsent gets tag, 1 to
// MaxSendTag. A datagram is never told of. f are ForwardNoConnect and ForwardClose; ignore are the failures of a new
// connection that do not put to on the list of those that failed.
func (l *loop) SendRequest(sock reactor.SocketID, from, to reactor.Addr, name transport.Name, f StreamFlags, tag uint64, ignore blacklist.Cause, b []byte) error {
	if out := l.stream(sock); out != nil {
		l.ignore = ignore
		return l.sendOver(out, to, name, 0, f, (tag+1)<<sendTagLoop|uint64(l.id), b)
	}
	return l.SendBytes(sock, from, to, name, b)
}

// SendOn is SendBytes with ForwardNoConnect and ForwardClose where the message that
// it belongs to has them.
func (l *loop) SendOn(sock reactor.SocketID, from, to reactor.Addr, name transport.Name, f StreamFlags, b []byte) error {
	if out := l.stream(sock); out != nil {
		l.ignore = 0
		return l.sendOver(out, to, name, 0, f, statelessTag, b)
	}
	return l.SendBytes(sock, from, to, name, b)
}

// sendTagLoop is the bits of a message's tag that name the loop to be told. What is
// above them is 0 for statelessTag.
const sendTagLoop = 8

// MaxSendTag is the largest tag of SendRequest.
const MaxSendTag = 1<<(64-sendTagLoop) - 2

// SendReply is SendOn for the reply to a request that came as meta says: over its
// connection while that is there (RFC 3261 §18.2.2). ignore is that of SendRequest.
func (l *loop) SendReply(meta *reactor.Meta, to reactor.Addr, f StreamFlags, ignore blacklist.Cause, b []byte) error {
	if out := l.stream(meta.Socket); out != nil {
		l.ignore = ignore
		return l.sendOver(out, to, 0, meta.Conn, f, statelessTag, b)
	}
	return l.SendBytes(meta.Socket, meta.Local, to, 0, b)
}

// Loss is how a request was lost.
type Loss uint8

// The losses.
const (
	LostReset Loss = iota // its connection has ended, or could not be opened
	LostLate              // the peer has not answered the connect, or taken anything, in time
	// LostRefused: the peer has refused the connection, so that nothing of it has left.
	LostRefused
)

// connRefused reports whether a connection was answered with a reset, or with ICMP Protocol
// Unreachable (RFC 3261 §18.1.1).
func connRefused(why error) bool {
	return why == syscall.ECONNREFUSED || why == syscall.ENOPROTOOPT
}

// sendOver sends bytes over a connection. Why it cannot be opened does not matter to
// a transaction: its next hop is not reachable.
func (l *loop) sendOver(out *Socket, to reactor.Addr, name transport.Name, prefer reactor.ConnID, f StreamFlags, tag uint64, data []byte) error {
	b := l.room(out.Proto, len(data))
	if b == nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	if l.commitStream(l.srv.snap.Load(), out, to, name, prefer, tag, copy(b, data), f) != nil {
		return ErrSendFull
	}
	return nil
}

// Unsent implements reactor.StreamHandler.
func (l *loop) Unsent(_ reactor.Loop, c reactor.ConnID, tag uint64, why error) {
	if why != reactor.ErrMaybeLost {
		l.stats.lostSends.Add(1)
		l.notReachable(c, why, true)
	}
	if why == reactor.ErrNoConn {
		l.srv.conns.Close(c) // it is about to end, which the loop that has sent could not see
	}
	if tag>>sendTagLoop == 0 {
		return
	}
	home := int(tag & (1<<sendTagLoop - 1))
	how := LostReset
	switch {
	case why == reactor.ErrConnectTimeout || why == reactor.ErrSendTimeout:
		how = LostLate
	case connRefused(why):
		how = LostRefused
	}
	if home == l.id {
		l.unsent(tag, how)
	} else if l.rl.Post(home, &reactor.Mail{Kind: mailUnsent, Arg: tag, Result: int64(how)}) != nil {
		l.stats.handOverFull.Add(1) // its timers will notice
	}
}

// unsent tells the hook, on the loop that has sent the request.
func (l *loop) unsent(tag uint64, how Loss) {
	if h := l.theHook(); h != nil {
		h.Unsent(tag>>sendTagLoop-1, how)
	}
}
