package reactortest

import (
	"bytes"
	"net/netip"
	"time"

	"sipedge/reactor"
	"sipedge/reactor/internal/wheel"
)

// loop is one virtual event loop. It implements reactor.Loop.
type loop struct {
	n       *Net
	id      int
	h       reactor.Handler
	now     int64
	timers  *wheel.Wheel
	mail    []reactor.Mail
	inbox   [][]datagram // by SocketID
	batch   []reactor.Message
	out     []datagram
	reserve []byte // what Reserve gave; nil for none
	stopped bool

	lost []reactor.Undelivered // ICMP errors that have come

	conns []*vconn // by slot
	notes []vNote
}

type datagram struct {
	from, to netip.AddrPort
	data     []byte
}

func newLoop(n *Net, id int) *loop {
	return &loop{n: n, id: id, timers: wheel.New(1, n.opts.MaxTimers), now: 1}
}

// clock reads the time for a cycle; like the real one it begins at 1.
func (l *loop) clock() { l.now = int64(l.n.now) + 1 }

func (l *loop) start() {
	l.clock()
	l.callback("Start", func() { l.h.Start(l) })
	l.flush()
}

func (l *loop) stop() {
	l.clock()
	l.callback("Stop", func() { l.h.Stop(l) })
	l.flush()
	l.stopped = true
}

// busy tells whether a cycle would find something.
func (l *loop) busy() bool {
	if len(l.mail) > 0 {
		return true
	}
	for _, q := range l.inbox {
		if len(q) > 0 {
			return true
		}
	}
	for _, c := range l.conns {
		if c.toRead() {
			return true
		}
		if at, _ := c.deadline(); at <= l.time() {
			return true
		}
	}
	return len(l.notes) > 0 || len(l.lost) > 0 || l.timers.Len() > 0 && l.timers.Next() <= l.tick()
}

func (l *loop) tick() int64 { return (int64(l.n.now) + 1) / int64(reactor.TimerTick) }

// nextTimer is when the loop has to look at its timers and connections.
func (l *loop) nextTimer() (t time.Duration, ok bool) {
	t = 1<<63 - 1
	if l.timers.Len() > 0 {
		t, ok = time.Duration(l.timers.Next())*reactor.TimerTick, true
	}
	for _, c := range l.conns {
		if at, why := c.deadline(); why != nil {
			t, ok = min(t, time.Duration(at-1)), true
		}
	}
	return t, ok
}

// cycle is one turn: some of the mail, some of what each socket has received, the
// timers, CycleEnd, and what was sent leaves. How much is the seed's choice; a real
// loop sees as much as has arrived by then. mailOnly is the turn of a loop that
// is about to stop.
func (l *loop) cycle(mailOnly bool) {
	l.n.c.Cycles++
	l.clock()
	rng := l.n.rng
	l.tell()
	for range rng.IntN(len(l.mail) + 1) {
		m := l.mail[0]
		l.mail = l.mail[1:]
		if o, ok := m.Ref.(vOp); ok {
			l.op(o)
			l.tell()
			continue
		}
		l.callback("Posted", func() { l.h.Posted(l, &m) })
		poison(m.Data)
	}
	if !mailOnly {
		l.bounced()
		for _, id := range rng.Perm(len(l.inbox)) {
			l.read(reactor.SocketID(id), rng.IntN(len(l.inbox[id])+1))
		}
		for _, c := range l.conns[:len(l.conns):len(l.conns)] {
			l.readConn(c, rng.IntN(len(c.inbox)+2))
			l.tell()
		}
		l.fire()
		l.expire()
		l.tell()
	}
	l.callback("CycleEnd", func() { l.h.CycleEnd(l) })
	l.flush()
}

// bounced tells of the datagrams that have met a closed port.
func (l *loop) bounced() {
	lost := l.lost
	l.lost = nil
	h, ok := l.h.(reactor.DatagramHandler)
	if !ok {
		return
	}
	for i := range lost {
		l.callback("Undelivered", func() { h.Undelivered(l, &lost[i]) })
		poison(lost[i].Data)
	}
}

// read hands n datagrams of a socket on, in batches.
func (l *loop) read(id reactor.SocketID, n int) {
	for n > 0 {
		k := min(n, l.n.opts.RecvBatch)
		q := l.inbox[id]
		l.batch = l.batch[:0]
		for _, d := range q[:k] {
			l.batch = append(l.batch, reactor.Message{Data: d.data, Meta: reactor.Meta{
				Remote: reactor.FromAddrPort(d.from), Local: reactor.FromAddrPort(d.to),
				Socket: id, Transport: reactor.UDP, Received: l.now,
			}})
		}
		l.inbox[id] = q[k:]
		l.callback("Receive", func() { l.h.Receive(l, l.batch) })
		for _, d := range q[:k] {
			poison(d.data)
		}
		n -= k
	}
}

func (l *loop) fire() {
	for {
		kind, arg, ok := l.timers.Pop(l.now / int64(reactor.TimerTick))
		if !ok {
			return
		}
		l.n.c.TimersFired++
		l.callback("Timer", func() { l.h.Timer(l, kind, arg) })
	}
}

// flush puts on the wire what the cycle has sent.
func (l *loop) flush() {
	out := l.out
	l.out = nil
	for _, d := range out {
		l.n.transmit(d.from, d.to, d.data)
	}
}

// callback runs one method of the handler.
func (l *loop) callback(name string, f func()) {
	defer func() { l.reserve = nil }()
	if report := l.n.opts.OnPanic; report != nil {
		defer func() {
			if e := recover(); e != nil {
				l.n.c.Panics++
				report(l.id, name, e)
			}
		}()
	}
	f()
}

func poison(b []byte) {
	for i := range b {
		b[i] = poisonByte
	}
}

// post puts a copy of m into the mailbox.
func (l *loop) post(m *reactor.Mail, from int32) error {
	switch {
	case l.stopped:
		return reactor.ErrClosed
	case len(m.Data) > reactor.MaxMail:
		return reactor.ErrTooLarge
	case len(l.mail) >= l.n.opts.MailboxSlots:
		l.n.c.MailboxFull++
		return reactor.ErrMailboxFull
	}
	c := *m
	c.From, c.Data = from, bytes.Clone(m.Data)
	l.mail = append(l.mail, c)
	l.n.c.Posts++
	return nil
}

type poster struct{ l *loop }

// ID implements reactor.Poster.
func (p poster) ID() int { return p.l.id }

// Post implements reactor.Poster.
func (p poster) Post(m *reactor.Mail) error { return p.l.post(m, -1) }
