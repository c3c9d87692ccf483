//go:build unix

package reactor

// conn is one connection of a loop. Its fields belong to that loop.
type conn struct {
	id       ConnID
	fd       int
	state    connState
	outbound bool
	eof      bool // the peer has closed its side
	heard    bool // a complete message or ping has come
	asked    bool // nothing was written since the last message
	told     bool // ConnClosed is on its way to the handler
	// proven: it was opened from here, or its peer has taken so much that it does read.
	proven bool
	// closeWhenOpen: to be closed after what waits for it to open is written.
	closeWhenOpen bool
	why           error // of draining
	more          bool  // is in loop.readyConns
	want          interest
	meta          Meta // of its messages, but for the time
	framer        Framer
	unwrap        Unwrapper // framer, if it is one
	part          uint32    // the message that it kept a part of
	turned        Transport // what it was before TurnConn
	// proxy: the PROXY header has not been read yet. counted is whose share of the
	// table an inbound connection takes.
	proxy   ProxyMode
	counted Addr

	// What has come and is not a whole message yet: nil, or of a size of the loop's
	// buffers. lastRead is how much the last system call brought.
	in       []byte
	lastRead int

	// What waits to be written: out[sent:]. taken counts the bytes that have left
	// the queue since the connection was opened, as put does those that came to it,
	// and tags are the messages in it whose sender wants to know.
	out        []byte
	sent       int
	put, taken uint64
	tags       []tagEnd
	written    uint64 // bytes that the system has taken, until it is proven
	unsure     *lastTags
	// The connection's messages in the loop's send batch: indices and 1, 0 for none.
	first, last int32

	tls *secure // of a TLS connection

	// Times on the loop's clock, ns; 0 where the thing has not happened.
	opened   int64 // begun to open, or accepted
	active   int64 // the last traffic
	began    int64 // the first byte of the message in in
	progress int64 // the queue began or the peer took something of it
	message  int64 // the last complete message
	limit    int64 // when opening, lingering or being answered after eof ends
	drained  int   // bytes discarded while lingering

	timer   uint64
	armedAt int64
}

// tagEnd is a message in a queue: where it ends, counted like conn.put.
type tagEnd struct {
	end uint64
	tag uint64
}

type connState uint8

const (
	connOpening   connState = iota // the peer has not answered
	connHandshake                  // the TLS handshake is not over
	connOpen                       //
	connDraining                   // to be closed when the queue is written
	connLinger                     // our side is closed, what comes is discarded
	connDead                       // closed; its record is used again after the cycle
)

// queued is the bytes that wait.
func (c *conn) queued() int { return len(c.out) - c.sent }

// waiting is the bytes that wait, for the end of the handshake too.
func (c *conn) waiting() int {
	n := c.queued()
	if c.tls != nil {
		n += len(c.tls.plain)
	}
	return n
}

// opening tells that messages can be sent and will wait.
func (c *conn) opening() bool { return c.state < connOpen }

// connTag marks the poller's tags of connections; the rest is the slot.
const connTag = 1 << 30

func (c *conn) tag() int32 { return int32(connTag | c.id.Slot()) }

// connSlot is a place in a loop's table.
type connSlot struct {
	gen uint32
	c   *conn
}

// newConn takes a record and a slot for a descriptor. nil: the table is full.
func (l *loop) newConn(fd int) *conn {
	var slot uint32
	if n := len(l.freeSlots); n > 0 {
		slot = l.freeSlots[n-1]
		l.freeSlots = l.freeSlots[:n-1]
	} else if len(l.slots) < assocSlot { // the other half names associations
		slot = uint32(len(l.slots))
		l.slots = append(l.slots, connSlot{})
	} else {
		return nil
	}
	c := &conn{}
	if n := len(l.freeConns); n > 0 {
		c, l.freeConns = l.freeConns[n-1], l.freeConns[:n-1]
	}
	s := &l.slots[slot]
	if s.gen++; s.gen == 0 {
		s.gen = 1
	}
	s.c = c
	*c = conn{id: MakeConnID(l.id, slot, s.gen), fd: fd, framer: c.framer, tags: c.tags[:0], opened: l.now, active: l.now}
	if c.framer == nil {
		c.framer = l.r.cfg.Framer()
	} else {
		c.framer.Reset()
	}
	c.unwrap, _ = c.framer.(Unwrapper)
	l.c.conns.Store(uint64(len(l.slots) - len(l.freeSlots)))
	return c
}

// conn is the connection of an id, nil when it is gone or another loop's.
func (l *loop) conn(id ConnID) *conn {
	slot := id.Slot()
	if id.Loop() != l.id || int(slot) >= len(l.slots) {
		return nil
	}
	s := &l.slots[slot]
	if s.gen != id.Generation() || s.c == nil || s.c.state == connDead {
		return nil
	}
	return s.c
}

// connAt is the connection of a slot, whatever its generation: events of one that
// was closed in this cycle find nothing, since slots are used again after it.
func (l *loop) connAt(slot int32) *conn {
	if int(slot) >= len(l.slots) {
		return nil
	}
	if c := l.slots[slot].c; c != nil && c.state != connDead {
		return c
	}
	return nil
}

// bury gives back what the connections that died in this cycle had. Nothing of
// the cycle looks at them any more.
func (l *loop) bury() {
	for i, c := range l.dead {
		l.dead[i] = nil
		l.bufs.put(c.in)
		l.bufs.put(c.out)
		c.in, c.out, c.tls = nil, nil, nil
		c.framer.Reset()
		slot := c.id.Slot()
		l.slots[slot].c = nil
		l.freeSlots = append(l.freeSlots, slot)
		if len(l.freeConns) < keptConns {
			if cap(c.tags) > iovecs {
				c.tags = nil
			}
			l.freeConns = append(l.freeConns, c)
		}
	}
	l.dead = l.dead[:0]
	if len(l.freeSlots) == len(l.slots) && len(l.notes) == 0 && cap(l.notes) > keptConns {
		l.notes, l.dead = nil, nil
	}
	l.c.conns.Store(uint64(len(l.slots) - len(l.freeSlots)))
}

// note is something that the handler has to hear. It hears it when no callback is
// running, which includes the flush.
type note struct {
	id  ConnID
	ev  ConnEvent
	tag uint64 // Unsent when not 0
	why error
}

// tell gives the notes to the handler, those included that come of it.
func (l *loop) tell() {
	for i := 0; i < len(l.notes); i++ {
		n := l.notes[i]
		if n.tag != 0 {
			l.unsent(&n)
		} else {
			l.connEvent(&n)
		}
	}
	clear(l.notes)
	l.notes = l.notes[:0]
	for i := 0; i < len(l.assocNotes); i++ {
		l.assocEvent(&l.assocNotes[i])
	}
	l.assocNotes = l.assocNotes[:0]
}

func (l *loop) unsent(n *note) {
	defer l.done("Unsent", 0)
	l.streams.Unsent(l, n.id, n.tag, n.why)
}

func (l *loop) connEvent(n *note) {
	defer l.done("ConnEvent", 0)
	l.streams.ConnEvent(l, n.id, n.ev, n.why)
}

// Conn implements Loop.
func (l *loop) Conn(id ConnID) (ConnInfo, bool) {
	c := l.conn(id)
	if c == nil {
		return ConnInfo{}, false
	}
	i := ConnInfo{
		Remote: c.meta.Remote, Local: c.meta.Local, Socket: c.meta.Socket, Transport: c.meta.Transport,
		Outbound: c.outbound, Open: c.state == connOpen, Opening: c.opening() && !c.closeWhenOpen, HalfClosed: c.eof, Queued: c.waiting(),
	}
	if c.tls != nil {
		i.TLS, i.TLSNote = c.tls.state, c.tls.note
	}
	return i, true
}
