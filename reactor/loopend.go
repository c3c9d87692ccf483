//go:build unix

package reactor

import (
	"time"
)

// finish ends the loop: the handler's last word, then what is queued, as long
// as the kernel takes it within stopFlush.
func (l *loop) finish() {
	l.guard("Stop", 0, func() { l.h.Stop(l) })
	l.out.flush(l)
	deadline := time.Now().Add(stopFlush)
	l.finishStreams(deadline)
	l.finishAssocs(deadline)
	for _, s := range l.socks {
		if s == nil {
			continue
		}
		for len(s.queue.ents) > 0 && time.Now().Before(deadline) {
			l.poll.wait(stopPoll, l.events[:])
			l.retry(s)
		}
		l.closeSocket(s)
	}
	l.mail.closed.Store(true)
	l.endOrders()
	for l.rousing.Load() != 0 { // they are between two instructions
		breathe()
	}
	l.closePoller()
}

// endOrders runs the orders that came late, for sockets added now are closed at
// once, and refuses others.
func (l *loop) endOrders() {
	l.ordersMu.Lock()
	orders := l.orders
	l.orders, l.ended = nil, true
	l.ordersMu.Unlock()
	for _, f := range orders {
		f(l)
	}
	for _, s := range l.socks {
		if s != nil {
			l.closeSocket(s)
		}
	}
	for _, k := range l.listeners {
		if k != nil {
			l.closeListener(k)
		}
	}
	l.closeAssocPorts()
}
