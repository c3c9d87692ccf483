//go:build unix

package reactor

import "io"

// Each connection has one timer on a wheel of the reactor's own. Traffic changes
// only the connection's times; a timer that fires looks at them and is armed again
// when its connection was active since. So a message costs no timer operation.

// deadline is when the connection has to be looked at, never for not at all.
func (l *loop) deadline(c *conn) int64 {
	s := l.r.streams.Load()
	d := never
	by := func(since int64, after int64) {
		if after >= 0 {
			d = min(d, since+after)
		}
	}
	switch c.state {
	case connHandshake:
		if c.proxy != ProxyOff {
			return min(c.limit, c.opened+int64(s.ProxyHeader))
		}
		return c.limit
	case connOpening, connLinger:
		return c.limit
	case connDead:
		return never
	}
	if c.queued() > 0 {
		by(c.progress, c.sendTimeout(s))
		if c.over(s) {
			by(c.progress, int64(BurstTime))
		}
	}
	if c.state == connDraining {
		return d // what it has to send is all that it lives for
	}
	if c.proxy != ProxyOff {
		by(c.opened, int64(s.ProxyHeader))
	}
	if c.began != 0 {
		by(c.began, int64(s.WholeMessage))
	}
	if c.eof {
		d = min(d, c.limit)
	}
	if c.heard || c.outbound {
		by(c.active, int64(s.Idle))
	} else {
		by(c.opened, c.firstMessage(s))
	}
	return d
}

// sendTimeout is how long the peer may take nothing, ns.
func (c *conn) sendTimeout(s *Streams) int64 {
	if c.tls != nil {
		return int64(s.TLSSendTimeout)
	}
	return int64(s.SendTimeout)
}

// firstMessage is how long the connection may bring no message, ns.
func (c *conn) firstMessage(s *Streams) int64 {
	if c.tls != nil {
		return int64(s.TLSFirstMessage)
	}
	return int64(s.FirstMessage)
}

// armBy sees to it that the connection is looked at at a time, at the latest.
func (l *loop) armBy(c *conn, t int64) {
	if t == never || c.state == connDead || c.timer != 0 && c.armedAt <= t {
		return
	}
	if c.timer != 0 {
		l.deadlines.Cancel(c.timer)
	}
	tick := int64(TimerTick)
	c.armedAt = t
	c.timer = l.deadlines.Arm((t+tick-1)/tick, 0, uint64(c.id))
}

// expire looks at the connections whose time may be over.
func (l *loop) expire() {
	due := l.now / int64(TimerTick)
	for range maxEndsPerCycle {
		_, arg, ok := l.deadlines.Pop(due)
		if !ok {
			return
		}
		if arg == 0 {
			l.resumeAccept()
			continue
		}
		if c := l.conn(ConnID(arg)); c != nil {
			c.timer = 0
			if d := l.deadline(c); d > l.now {
				l.armBy(c, d)
			} else {
				l.overdue(c)
			}
		}
	}
}

// overdue closes a connection whose time is over, and says which.
func (l *loop) overdue(c *conn) {
	s := l.r.streams.Load()
	past := func(since, after int64) bool { return after >= 0 && since+after <= l.now }
	switch {
	case c.state == connOpening:
		l.c.connectTimeouts.Add(1)
		l.closeConn(c, ErrConnectTimeout)
	case c.proxy != ProxyOff && past(c.opened, int64(s.ProxyHeader)):
		l.refuseProxied(c, ErrProxyTime)
	case c.state == connHandshake:
		l.failHandshake(c, ErrHandshakeTimeout)
	case c.state == connLinger:
		l.closeConn(c, nil)
	case c.queued() > 0 && past(c.progress, c.sendTimeout(s)):
		l.c.sendTimeouts.Add(1)
		l.closeConn(c, ErrSendTimeout)
	case c.queued() > 0 && c.over(s) && past(c.progress, int64(BurstTime)):
		l.c.queueFull.Add(1)
		l.closeConn(c, ErrConnQueueFull)
	case c.began != 0 && past(c.began, int64(s.WholeMessage)):
		l.c.slowMessages.Add(1)
		l.closeConn(c, ErrWholeMessage)
	case !c.heard && !c.outbound && past(c.opened, c.firstMessage(s)):
		l.c.silent.Add(1)
		l.closeConn(c, ErrFirstMessage)
	case c.eof && c.limit <= l.now:
		l.closeConn(c, io.EOF)
	default:
		l.c.idle.Add(1)
		l.closeAfterWrite(c, ErrIdle)
	}
}
