package reactortest

import (
	"bytes"
	"net/netip"
	"time"

	"sipedge/reactor"
)

// ID implements reactor.Loop.
func (l *loop) ID() int { return l.id }

// Loops implements reactor.Loop.
func (l *loop) Loops() int { return len(l.n.loops) }

// Now implements reactor.Loop.
func (l *loop) Now() int64 { return l.now }

// Wall implements reactor.Loop.
func (l *loop) Wall() int64 { return wallEpoch*int64(time.Second) + l.now }

// SocketAddr implements reactor.Loop.
func (l *loop) SocketAddr(id reactor.SocketID) reactor.Addr {
	if id < 0 || int(id) >= len(l.n.listen) {
		return reactor.Addr{}
	}
	return reactor.FromAddrPort(l.n.listen[id])
}

// Reserve implements reactor.Loop.
func (l *loop) Reserve(n int) []byte {
	if n < 0 || n > reactor.MaxDatagram {
		return nil
	}
	l.reserve = make([]byte, n)
	return l.reserve
}

// Commit implements reactor.Loop.
func (l *loop) Commit(id reactor.SocketID, to reactor.Addr, n int) error {
	return l.CommitFrom(id, reactor.Addr{}, to, n)
}

// CommitFrom implements reactor.Loop.
func (l *loop) CommitFrom(id reactor.SocketID, from, to reactor.Addr, n int) error {
	b := l.reserve
	l.reserve = nil
	err := l.commit(id, from, to, b, n)
	if err != nil {
		l.n.c.SendsRefused++
	}
	return err
}

func (l *loop) commit(id reactor.SocketID, from, to reactor.Addr, b []byte, n int) error {
	if b == nil || n < 0 || n > len(b) {
		return reactor.ErrNoReserve
	}
	if id < 0 || int(id) >= len(l.n.listen) {
		return reactor.ErrNoSocket
	}
	src := l.n.listen[id]
	if src.Addr().Is4() != to.Is4 || to.IsZero() {
		return reactor.ErrFamily
	}
	if src.Addr().IsUnspecified() && !from.IsUnspecified() && from.Is4 == to.Is4 {
		src = netip.AddrPortFrom(from.AddrPort().Addr(), src.Port())
	}
	l.out = append(l.out, datagram{src, to.AddrPort(), bytes.Clone(b[:n])})
	return nil
}

// Send implements reactor.Loop.
func (l *loop) Send(id reactor.SocketID, to reactor.Addr, data []byte) error {
	return l.SendFrom(id, reactor.Addr{}, to, data)
}

// SendFrom implements reactor.Loop.
func (l *loop) SendFrom(id reactor.SocketID, from, to reactor.Addr, data []byte) error {
	b := l.Reserve(len(data))
	if b == nil {
		return reactor.ErrTooLarge
	}
	return l.CommitFrom(id, from, to, copy(b, data))
}

// After implements reactor.Loop.
func (l *loop) After(d time.Duration, kind uint32, arg uint64) reactor.TimerID {
	tick := int64(reactor.TimerTick)
	exp := l.now/tick + 1
	if d > 0 {
		exp = (l.now + min(int64(d), 1<<62) + tick - 1) / tick
	}
	return reactor.TimerID(l.timers.Arm(exp, kind, arg))
}

// Cancel implements reactor.Loop.
func (l *loop) Cancel(id reactor.TimerID) bool { return l.timers.Cancel(uint64(id)) }

// Post implements reactor.Loop.
func (l *loop) Post(to int, m *reactor.Mail) error {
	if to < 0 || to >= len(l.n.loops) {
		return reactor.ErrNoLoop
	}
	return l.n.loops[to].post(m, int32(l.id))
}

// Poster implements reactor.Loop.
func (l *loop) Poster() reactor.Poster { return poster{l} }
