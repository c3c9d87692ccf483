package core

import (
	"time"

	"sipedge/engine/blacklist"
	"sipedge/engine/transport"
	"sipedge/reactor"
)

// Loop is an event loop as a module sees it that keeps state of its own there,
// pointer-free and without locks. All methods are for the loop's goroutine.
type Loop = loop

// LoopHook is a module's part of one event loop: it sees what the script leaves
// to be done. All methods run on the loop's goroutine.
type LoopHook interface {
	// Reply gets each reply that the main onreply_route has let pass, before it is
	// relayed statelessly. true: the hook has taken the message over; it ends it
	// with Loop.Put, at once or later (Proc.Keep).
	Reply(p *Proc) bool
	// Timer gets what Loop.After was given.
	Timer(kind uint32, arg uint64)
	// Ended is called when the script of a request with a transaction (Proc.Txn)
	// is over, however it ended.
	Ended(p *Proc, dropped bool)
	// Absorbed is called for the retransmission of a request with a transaction
	// whose script waits; p is the waiting one.
	Absorbed(p *Proc)
	// ReplyWith answers the request through its transaction (Proc.Txn).
	ReplyWith(p *Proc, code int, reason []byte) error
	// Acknowledged is called for an ACK whose To tag is one of ours: it ends here,
	// without the script.
	Acknowledged(p *Proc)
	// Unsent is called on the loop that SendRequest was called on when its message has
	// been lost with its connection, or may have been; tag is SendRequest's.
	Unsent(tag uint64, how Loss)
	// Undelivered is called when a datagram has not arrived that had a branch of this
	// loop in its Via: an ICMP error says so, or our own system (blacklist.SendFailed).
	// branch is as the report has it and may be forged; false: it is nobody's. It is
	// good until the call ends.
	Undelivered(branch []byte, sock reactor.SocketID, to reactor.Addr, why blacklist.Cause) bool
	// Lost is called when a message with a transaction, or one that the hook runs a
	// block on, made the server panic.
	Lost(p *Proc)
	// Stop is the last call.
	Stop()
}

// SetLoopHook puts a module's part on every loop; make is called once for each.
// A module calls it in Prepare; a later call, after a reload, changes nothing.
func (s *Server) SetLoopHook(make func(l *Loop) LoopHook) {
	for _, l := range s.perLoop {
		if l.hook.Load() == nil {
			h := make(l)
			l.hook.CompareAndSwap(nil, &h)
		}
	}
}

// HookOf is the loop's hook; nil for none.
func (s *Server) HookOf(loop int) LoopHook {
	if h := s.perLoop[loop].hook.Load(); h != nil {
		return *h
	}
	return nil
}

func (l *loop) theHook() LoopHook {
	if h := l.hook.Load(); h != nil {
		return *h
	}
	return nil
}

// hookTimers is the first kind of timer that is the hook's.
const hookTimers uint32 = 1 << 16

// ID is the loop's number.
func (l *loop) ID() int { return l.id }

// Server is the loop's server.
func (l *loop) Server() *Server { return l.srv }

// Now is the loop's monotonic time in nanoseconds, read once per cycle.
func (l *loop) Now() int64 { return l.rl.Now() }

// Wall is the time of day in nanoseconds since 1970, read once per cycle.
func (l *loop) Wall() int64 { return l.rl.Wall() }

// After arms a timer of the hook's; 0: the loop's timers are at their bound.
func (l *loop) After(d time.Duration, kind uint32, arg uint64) reactor.TimerID {
	return l.rl.After(d, hookTimers+kind, arg)
}

// Cancel disarms a timer.
func (l *loop) Cancel(id reactor.TimerID) bool { return l.rl.Cancel(id) }

// SendBytes sends a message that was built before: again, or for the first time.
// By the socket of a stream it goes over a connection to to; name is Target.Name.
func (l *loop) SendBytes(sock reactor.SocketID, from, to reactor.Addr, name transport.Name, b []byte) error {
	if out := l.stream(sock); out != nil {
		return l.sendOver(out, to, name, 0, 0, statelessTag, b)
	}
	if l.rl.SendFrom(sock, from, to, b) != nil {
		l.stats.sendFull.Add(1)
		return ErrSendFull
	}
	l.stats.sent.Add(1)
	return nil
}

// Put ends a message that a hook has taken over or made.
func (l *loop) Put(p *Proc) { l.put(p) }
