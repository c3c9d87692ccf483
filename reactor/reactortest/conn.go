package reactortest

import (
	"bytes"
	"io"
	"time"

	"sipedge/reactor"
)

// vconn is a loop's end of a connection.
type vconn struct {
	l        *loop
	id       reactor.ConnID
	state    vState
	outbound bool
	heard    bool
	asked    bool // nothing was sent since the last message
	half     bool // the peer has closed its side
	meta     reactor.Meta
	framer   reactor.Framer
	s        *Stream
	why      error // of draining

	inbox   [][]byte // segments that have arrived
	peerEnd error    // behind them
	part    []byte   // of a message
	kept    uint32   // the message that the framer kept a part of
	queue   []byte
	tags    []vTag

	opened, active, began, progress, message, limit int64
}

type vTag struct {
	end int // in the queue
	tag uint64
}

type vState uint8

const (
	vOpening vState = iota
	vOpen
	vDraining
	vDead
)

// vNote is something that the handler has to hear.
type vNote struct {
	id  reactor.ConnID
	ev  reactor.ConnEvent
	tag uint64
	why error
}

// vOp is what another loop asks of a connection's.
type vOp struct {
	id   reactor.ConnID
	tag  uint64
	data []byte // nil: close
	how  reactor.CloseMode
	// reframe: cut again what has come.
	reframe bool
}

func (l *loop) newConn(s *Stream, meta reactor.Meta) *vconn {
	c := &vconn{l: l, s: s, meta: meta, framer: l.n.opts.Framer(), opened: l.time(), active: l.time()}
	slot := len(l.conns)
	for i, old := range l.conns {
		if old.state == vDead {
			slot = i
			break
		}
	}
	gen := uint32(1)
	if slot < len(l.conns) {
		gen = l.conns[slot].id.Generation() + 1
		l.conns[slot] = c
	} else {
		l.conns = append(l.conns, c)
	}
	c.id = reactor.MakeConnID(l.id, uint32(slot), gen)
	c.meta.Conn = c.id
	return c
}

// time is the present, which may be later than the loop's clock.
func (l *loop) time() int64 { return int64(l.n.now) + 1 }

func (l *loop) conn(id reactor.ConnID) *vconn {
	if id.Loop() != l.id || int(id.Slot()) >= len(l.conns) {
		return nil
	}
	if c := l.conns[id.Slot()]; c.id == id && c.state != vDead {
		return c
	}
	return nil
}

// open is the number of connections of all loops.
func (n *Net) open() (all int) {
	for _, l := range n.loops {
		for _, c := range l.conns {
			if c.state != vDead {
				all++
			}
		}
	}
	return all
}

// acceptStream takes an inbound connection.
func (l *loop) acceptStream(s *Stream, id reactor.SocketID) bool {
	if l.n.open() >= l.n.opts.Streams.MaxConns {
		l.n.c.ConnsRefused++
		return false
	}
	s.c = l.newConn(s, reactor.Meta{Remote: reactor.FromAddrPort(s.local), Local: reactor.FromAddrPort(s.remote), Socket: id, Transport: reactor.TCP})
	s.c.state = vOpen
	l.note(vNote{id: s.c.id, ev: reactor.ConnOpened})
	return true
}

// Connect implements reactor.Loop.
func (l *loop) Connect(d *reactor.Dial) (reactor.ConnID, error) {
	n := l.n
	if n.opts.Framer == nil || l.streams() == nil || d.Transport != reactor.TCP {
		return 0, reactor.ErrNoStreams
	}
	if d.To.IsUnspecified() || d.To.Port == 0 {
		return 0, reactor.ErrFamily
	}
	if n.open() >= n.opts.Streams.MaxConns {
		n.c.ConnsRefused++
		return 0, reactor.ErrConnTable
	}
	from := d.From
	if from.IsUnspecified() {
		from = l.SocketAddr(d.Socket)
	}
	n.port++
	from.Port = 32768 + n.port%28000
	to := d.To.AddrPort()
	s := &Stream{n: n, local: to, remote: from.AddrPort()}
	c := l.newConn(s, reactor.Meta{Remote: d.To, Local: from, Socket: d.Socket, Transport: d.Transport})
	c.outbound = true
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = n.opts.Streams.ConnectTimeout
	}
	c.limit = c.opened + int64(timeout)
	s.c = c
	if n.holes[to] {
		return c.id, nil
	}
	s.in.after(n, func() {
		accept := n.accepts[to]
		ok := accept != nil
		s.out.after(n, func() {
			if c.state != vOpening {
				return
			}
			if !ok {
				c.close(ErrRefused)
				return
			}
			c.state = vOpen
			c.active, c.progress = l.time(), l.time()
			l.note(vNote{id: c.id, ev: reactor.ConnOpened})
			c.push()
			if c.why != nil { // closed while it was opening
				c.drain(c.why)
			}
		})
		if ok {
			accept(s)
		}
	})
	return c.id, nil
}

// CommitConn implements reactor.Loop.
func (l *loop) CommitConn(id reactor.ConnID, tag uint64, n int) error {
	b := l.reserve
	l.reserve = nil
	if b == nil || n < 0 || n > len(b) {
		return reactor.ErrNoReserve
	}
	return l.sendConn(id, tag, bytes.Clone(b[:n]))
}

// SendConn implements reactor.Loop.
func (l *loop) SendConn(id reactor.ConnID, tag uint64, data []byte) error {
	if len(data) > reactor.MaxDatagram {
		return reactor.ErrTooLarge
	}
	return l.sendConn(id, tag, bytes.Clone(data))
}

func (l *loop) sendConn(id reactor.ConnID, tag uint64, data []byte) error {
	if id.Loop() != l.id {
		if data == nil {
			data = []byte{}
		}
		return l.postOp(vOp{id: id, tag: tag, data: data})
	}
	c := l.conn(id)
	if c == nil || c.state > vOpen || c.why != nil {
		return reactor.ErrNoConn
	}
	s := &l.n.opts.Streams
	bound := s.ConnQueue
	if c.state == vOpening || len(c.queue) == 0 || l.time()-c.progress < int64(reactor.BurstTime) {
		bound *= reactor.BurstQueues
	}
	if c.state == vOpening && (len(c.queue)+len(data) > bound || l.n.queued()+len(data) > s.AllQueues) {
		return reactor.ErrConnQueueFull
	}
	if len(data) > 0 && len(c.queue) == 0 {
		c.progress = l.time()
	}
	c.queue = append(c.queue, data...)
	if tag != 0 {
		c.tags = append(c.tags, vTag{len(c.queue), tag})
	}
	c.push()
	if c.state != vOpening && (len(c.queue) > bound || l.n.queued() > s.AllQueues) {
		c.close(reactor.ErrConnQueueFull)
		return reactor.ErrConnQueueFull
	}
	return nil
}

func (n *Net) queued() (all int) {
	for _, l := range n.loops {
		for _, c := range l.conns {
			all += len(c.queue)
		}
	}
	return all
}

// CloseConn implements reactor.Loop.
func (l *loop) CloseConn(id reactor.ConnID, how reactor.CloseMode) error {
	if id.Loop() != l.id {
		return l.postOp(vOp{id: id, how: how})
	}
	c := l.conn(id)
	if c == nil || how == reactor.CloseAfterWrite && (c.state == vDraining || c.why != nil) {
		return reactor.ErrNoConn
	}
	switch {
	case how == reactor.CloseNow || c.state == vOpening && len(c.queue) == 0:
		c.close(reactor.ErrClosedHere)
	case c.state == vOpening:
		c.why = reactor.ErrClosedHere
	default:
		c.drain(reactor.ErrClosedHere)
	}
	return nil
}

// Conn implements reactor.Loop.
func (l *loop) Conn(id reactor.ConnID) (reactor.ConnInfo, bool) {
	c := l.conn(id)
	if c == nil {
		return reactor.ConnInfo{}, false
	}
	return reactor.ConnInfo{
		Remote: c.meta.Remote, Local: c.meta.Local, Socket: c.meta.Socket, Transport: c.meta.Transport,
		Outbound: c.outbound, Open: c.state == vOpen, Opening: c.state == vOpening && c.why == nil, HalfClosed: c.half, Queued: len(c.queue),
	}, true
}

// ConnFramer implements reactor.Loop.
func (l *loop) ConnFramer(id reactor.ConnID) reactor.Framer {
	if c := l.conn(id); c != nil {
		return c.framer
	}
	return nil
}

// TurnConn implements reactor.Loop.
func (l *loop) TurnConn(id reactor.ConnID, t reactor.Transport, sock reactor.SocketID) error {
	c := l.conn(id)
	if c == nil {
		return reactor.ErrNoConn
	}
	c.meta.Transport, c.meta.Socket = t, sock
	return nil
}

// Reframe implements reactor.Loop.
func (l *loop) Reframe(id reactor.ConnID) error {
	if l.conn(id) == nil {
		return reactor.ErrNoConn
	}
	return l.postOp(vOp{id: id, reframe: true})
}

// postOp puts a request about a connection into the mailbox of its loop.
func (l *loop) postOp(op vOp) error {
	to := op.id.Loop()
	if op.id == 0 || to >= len(l.n.loops) {
		return reactor.ErrNoConn
	}
	return l.n.loops[to].post(&reactor.Mail{Kind: opMail, Ref: op}, int32(l.id))
}

// opMail marks the mail that is a vOp; its Ref is of that type, so that no
// handler's mail is taken for one.
const opMail = 1<<32 - 1

// op does what another loop has asked for.
func (l *loop) op(o vOp) {
	if o.reframe {
		if c := l.conn(o.id); c != nil && c.state == vOpen {
			c.cut(c.part)
		}
	} else if o.data == nil {
		_ = l.CloseConn(o.id, o.how)
	} else if err := l.sendConn(o.id, o.tag, o.data); err != nil && o.tag != 0 {
		l.note(vNote{id: o.id, tag: o.tag, why: err})
	}
}

// push puts on the wire what the peer's window takes.
func (c *vconn) push() {
	if c.state != vOpen && c.state != vDraining {
		return
	}
	n, s := c.l.n, c.s
	k := min(len(c.queue), max(n.opts.Window-s.in.flight, 0))
	if k > 0 {
		s.in.segments(n, c.queue[:k], s.arrive, func() { c.peerEnd, c.inbox = ErrReset, nil; s.end(ErrReset) })
		c.queue = c.queue[:copy(c.queue, c.queue[k:])]
		c.progress, c.active, c.asked = c.l.time(), c.l.time(), false
		kept := c.tags[:0]
		for _, t := range c.tags {
			if t.end -= k; t.end > 0 {
				kept = append(kept, t)
			}
		}
		c.tags = kept
	}
	if c.state == vDraining && len(c.queue) == 0 {
		c.close(c.why)
	}
}

func (c *vconn) drain(why error) {
	c.state, c.why, c.part, c.began = vDraining, why, nil, 0
	c.push()
}

// close ends the connection. The peer hears of it behind what was sent.
func (c *vconn) close(why error) {
	if c.state == vDead {
		return
	}
	l, s := c.l, c.s
	c.state = vDead
	c.framer.Reset()
	for _, t := range c.tags {
		l.note(vNote{id: c.id, tag: t.tag, why: why})
	}
	l.note(vNote{id: c.id, ev: reactor.ConnClosed, why: why})
	end := io.EOF
	if len(c.queue) > 0 {
		end = ErrReset
	}
	c.queue, c.tags, c.inbox, c.part = nil, nil, nil, nil
	s.in.after(l.n, func() { s.end(end) })
}

// readConn takes up to n of a connection's segments, and what ends them.
func (l *loop) readConn(c *vconn, n int) {
	if c.state == vDraining {
		c.inbox = nil
	}
	for ; n > 0 && len(c.inbox) > 0 && c.state == vOpen; n-- {
		b := c.inbox[0]
		c.inbox = c.inbox[1:]
		c.s.out.flight -= len(b)
		c.active = l.now
		c.cut(append(c.part, b...))
	}
	if len(c.inbox) > 0 || c.peerEnd == nil || c.state == vDead || c.state == vOpening {
		return
	}
	why := c.peerEnd
	c.peerEnd = nil
	grace := int64(l.n.opts.Streams.HalfClose)
	if why == io.EOF && c.state == vDraining {
		return
	}
	switch {
	case why == io.EOF && len(c.queue) > 0:
		c.drain(why)
		return
	case why != io.EOF || !c.asked || c.message+grace <= l.now:
		c.close(why)
		return
	}
	c.half, c.limit, c.part, c.began = true, c.message+grace, nil, 0
	l.note(vNote{id: c.id, ev: reactor.ConnHalfClosed})
}

// cut hands on the frames in buf and keeps the rest.
func (c *vconn) cut(buf []byte) {
	l, limit := c.l, c.l.n.opts.Streams.MaxMessage
	began := c.began
	for len(buf) > 0 && c.state == vOpen {
		n, f := c.framer.Next(buf)
		if f == reactor.FrameMore && n > 0 {
			buf = buf[n:]
			continue
		}
		if f == reactor.FrameMore || (f == reactor.FrameMessage || f == reactor.FrameTurn) && n > limit {
			if len(buf) < limit {
				break
			}
			n, f = limit, reactor.FrameTooLarge
		}
		began = 0
		meta := c.meta
		meta.Received = l.now
		data := buf[:n]
		if u, ok := c.framer.(reactor.Unwrapper); ok && f != reactor.FrameTooLarge {
			data, _ = u.Unwrap(data)
		}
		data = bytes.Clone(data)
		buf = buf[n:]
		if f == reactor.FrameMessage || f == reactor.FramePing || f == reactor.FrameTurn {
			c.heard, c.asked, c.message = true, true, l.now
		}
		l.batch = append(l.batch[:0], reactor.Message{Data: data[:len(data):len(data)], Meta: meta, Frame: f})
		l.callback("Receive", func() { l.h.Receive(l, l.batch) })
		poison(data)
		switch {
		case c.state != vOpen:
		case f == reactor.FrameBad || f == reactor.FrameTooLarge:
			c.drain(reactor.ErrFraming)
		case f == reactor.FrameClose:
			c.drain(io.EOF)
		}
	}
	if c.state != vOpen {
		return
	}
	kept := uint32(0)
	if u, ok := c.framer.(reactor.Unwrapper); ok {
		kept = u.Partial()
	}
	switch {
	case kept != 0 && kept == c.kept:
		began = c.began
	case kept != 0 || len(buf) > 0 && began == 0:
		began = l.now
	}
	c.part, c.began, c.kept = bytes.Clone(buf), began, kept
}

// deadline is when a connection has to be looked at, and why it is closed then.
func (c *vconn) deadline() (at int64, why error) {
	s := &c.l.n.opts.Streams
	at = 1<<63 - 1
	by := func(since int64, d time.Duration, reason error) {
		if t := since + int64(d); d >= 0 && t < at {
			at, why = t, reason
		}
	}
	switch c.state {
	case vDead:
		return at, nil
	case vOpening:
		return c.limit, reactor.ErrConnectTimeout
	}
	if len(c.queue) > 0 {
		by(c.progress, s.SendTimeout, reactor.ErrSendTimeout)
		if len(c.queue) > s.ConnQueue {
			by(c.progress, reactor.BurstTime, reactor.ErrConnQueueFull)
		}
	}
	if c.began != 0 {
		by(c.began, s.WholeMessage, reactor.ErrWholeMessage)
	}
	if c.half {
		by(c.limit, 0, io.EOF)
	}
	if c.heard || c.outbound {
		by(c.active, s.Idle, reactor.ErrIdle)
	} else {
		by(c.opened, s.FirstMessage, reactor.ErrFirstMessage)
	}
	return at, why
}

// expire closes the connections whose time is over.
func (l *loop) expire() {
	for _, c := range l.conns {
		if at, why := c.deadline(); at <= l.now {
			c.close(why)
		}
	}
}

func (l *loop) streams() reactor.StreamHandler {
	h, _ := l.h.(reactor.StreamHandler)
	return h
}

func (l *loop) note(n vNote) { l.notes = append(l.notes, n) }

// tell gives the notes to the handler.
func (l *loop) tell() {
	for len(l.notes) > 0 {
		n := l.notes[0]
		l.notes = l.notes[1:]
		h := l.streams()
		switch {
		case h == nil:
		case n.tag != 0:
			l.callback("Unsent", func() { h.Unsent(l, n.id, n.tag, n.why) })
		default:
			l.callback("ConnEvent", func() { h.ConnEvent(l, n.id, n.ev, n.why) })
		}
	}
}

// toRead tells whether a connection has something for its loop.
func (c *vconn) toRead() bool {
	return c.state != vDead && c.state != vOpening && (len(c.inbox) > 0 && c.state == vOpen || c.peerEnd != nil)
}

// CommitAssoc implements reactor.Conns: there is no SCTP here.
func (l *loop) CommitAssoc(reactor.SocketID, reactor.ConnID, reactor.Addr, uint64, int) error {
	return reactor.ErrNoSocket
}
