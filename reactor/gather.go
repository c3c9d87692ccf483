//go:build unix

package reactor

import "sync/atomic"

// While there is little to do, loops gather: loop 0 is the host and runs the
// others, its guests, on its own thread, a turn of each whenever something has come
// for it. A mail from one to the other then needs no wake-up, which on a CPU that
// is mostly idle costs more than the message that the mail holds. What a loop owns
// stays its own, and its callbacks still run one at a time; only the thread is
// another. When the thread is busy for more than spreadAbove, guests go home. So
// they do when a callback took SlowCallback: it has held up all who share the thread,
// and whoever is slow once, for what the callback did or since another program wants
// the same CPU, may be so again. They keep apart for apartFor then.
//
// A guest is handed over and back by an order and by the channel back, so that what
// one thread has written the other sees. Between the two its own goroutine does
// nothing but wait for back.

// gathering is what a loop knows of it.
type gathering struct {
	guests []*loop       // of the host
	back   chan struct{} // the guest may go home
	called bool          // of a guest: its poller has something

	weighed int64        // when the loop last looked how busy it is
	used    int64        // CPU time of its thread until then
	load    atomic.Int32 // what came of it, in thousandths of a CPU
	stalled uint64       // c.slow at that time, or when the visit began
	apart   int64        // of the host: no guests before that time
	calm    int          // looks in a row that found so little to do that the loop may visit
}

// guestTag minus the number of a loop is the tag by which the host's poller tells
// that the guest's has something.
const guestTag = wakeTag - 1

// nestable is a poller that another one can watch.
type nestable interface{ descriptor() int }

// canHost says whether the system's poller can watch those of other loops.
func (l *loop) canHost() bool {
	_, ok := l.poll.(nestable)
	return ok && !l.edge
}

// visit gives the loop to the host and returns when it is given back.
func (l *loop) visit() {
	l.calm = 0
	if l.stopping || !l.r.loops[0].order(func(h *loop) { h.takeIn(l) }) {
		return
	}
	<-l.back
	l.c.visiting.Store(0)
}

// takeIn makes g a guest.
func (l *loop) takeIn(g *loop) {
	fd := g.poll.(nestable).descriptor()
	if l.stopping || l.now < l.apart || l.poll.add(fd, guestTag-int32(g.id), wantRead) != nil {
		g.back <- struct{}{}
		return
	}
	g.hasStalled()
	g.c.visits.Add(1)
	g.c.visiting.Store(1)
	g.called = true // something may have come since it last looked
	l.guests = append(l.guests, g)
}

// sendHome gives the guests back for which over is true.
func (l *loop) sendHome(over func(g *loop) bool) {
	stay := l.guests[:0]
	for _, g := range l.guests {
		if !over(g) {
			stay = append(stay, g)
			continue
		}
		l.poll.remove(g.poll.(nestable).descriptor())
		g.back <- struct{}{}
	}
	clear(l.guests[len(stay):])
	l.guests = stay
}

// host gives each guest a turn that has something to do, and again when they and
// the host have posted to each other, at most hostRounds times before the next look
// at all sockets. What they send leaves after that, so that a connection's messages
// are one system call, whichever loops they come from.
func (l *loop) host() {
	leaving := l.stopping
	for range hostRounds {
		for _, g := range l.guests {
			n := 0
			if g.called {
				g.called = false
				n, _ = g.poll.wait(0, g.events[:]) // its own thread will see an error that stays
			} else if g.mail.next() == nil && !g.ordered.Load() && g.patience() != 0 {
				continue
			}
			g.turn(n)
			leaving = leaving || g.stopping
		}
		if l.mail.next() == nil {
			break
		}
		l.turn(0)
	}
	for _, g := range l.guests {
		g.endTurns()
	}
	if leaving {
		l.sendHome(func(g *loop) bool { return l.stopping || g.stopping })
	}
}

// hostRounds bounds the rounds of mail between guests and host in a cycle.
const hostRounds = 4

// weigh looks now and then how busy the thread is, and has guests come or go.
func (l *loop) weigh() {
	span := l.now - l.weighed
	if span < int64(weighEvery) {
		return
	}
	used := threadCPU()
	load := int32((used - l.used) * 1000 / span)
	l.weighed, l.used = l.now, used
	l.load.Store(load)
	stalled := l.hasStalled()
	for _, g := range l.guests {
		stalled = g.hasStalled() || stalled
	}
	switch {
	case l.id == 0:
		if stalled {
			l.apart = l.now + int64(apartFor)
		}
		if stalled || load > spreadAbove {
			l.sendHome(func(*loop) bool { return true })
		}
	case load+l.r.loops[0].load.Load() < gatherBelow && !l.stopping:
		l.calm++
	default:
		l.calm = 0
	}
}

// hasStalled says whether one of the loop's callbacks was slow since it was last asked.
func (l *loop) hasStalled() bool {
	slow := l.c.slow.Load()
	stalled := slow > l.stalled
	l.stalled = slow
	return stalled
}
