//go:build unix

package reactor

import "time"

// ID implements Loop.
func (l *loop) ID() int { return l.id }

// Loops implements Loop.
func (l *loop) Loops() int { return len(l.r.loops) }

// Now implements Loop.
func (l *loop) Now() int64 { return l.now }

// Wall implements Loop.
func (l *loop) Wall() int64 { return l.wall }

// SocketAddr implements Loop.
func (l *loop) SocketAddr(id SocketID) Addr {
	if s := l.sock(id); s != nil {
		return s.addr
	}
	if k := l.listener(id); k != nil {
		return k.addr
	}
	if k := l.assocPort(id); k != nil {
		return k.addr
	}
	return Addr{}
}

// After implements Loop. A tick has begun already when the timer is armed, so
// that one more is added: it never fires early.
func (l *loop) After(d time.Duration, kind uint32, arg uint64) TimerID {
	tick := int64(TimerTick)
	d = min(d, maxDelay)
	exp := (l.now + int64(d) + tick - 1) / tick
	if d <= 0 {
		exp = l.now/tick + 1
	}
	id := l.timers.Arm(exp, kind, arg)
	if id == 0 {
		l.c.timersRefused.Add(1)
	}
	return TimerID(id)
}

// Cancel implements Loop.
func (l *loop) Cancel(id TimerID) bool { return l.timers.Cancel(uint64(id)) }

// Post implements Loop.
func (l *loop) Post(to int, m *Mail) error {
	if to < 0 || to >= len(l.r.loops) {
		return ErrNoLoop
	}
	t := l.r.loops[to]
	if err := t.mail.post(m, int32(l.id)); err != nil {
		return err
	}
	l.c.postsOut.Add(1)
	if t.rouse() {
		l.c.wakes.Add(1)
	}
	return nil
}

// Poster implements Loop.
func (l *loop) Poster() Poster { return (*poster)(l) }

// poster is a loop as other goroutines see it.
type poster loop

func (p *poster) ID() int { return p.id }

func (p *poster) Post(m *Mail) error {
	if err := p.mail.post(m, -1); err != nil {
		return err
	}
	(*loop)(p).rouse()
	return nil
}

// rouse wakes the loop if it sleeps and nobody else has done so. The loop keeps
// its wake descriptor while somebody is here: written to after it was closed, the
// number could belong to another file.
func (l *loop) rouse() bool {
	if l.mail.asleep.Load() == 0 {
		return false
	}
	l.rousing.Add(1)
	woke := l.mail.wanted()
	if woke {
		l.wake.wake()
	}
	l.rousing.Add(-1)
	return woke
}
