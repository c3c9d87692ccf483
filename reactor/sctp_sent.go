//go:build unix

package reactor

// sentRing remembers what the last messages of an SCTP socket were, so that the
// kernel's word that one has failed reaches who sent it. The kernel never says that
// one has arrived: an entry ends when it is overwritten.
type sentRing struct {
	next uint32 // context of the next message; 0 is none
	ring []sentMessage
	// The messages themselves, for sctp_send_retries: a ring of bytes, of which the
	// last len(bytes) of those that were ever written are there.
	bytes   []byte
	written uint64
}

// sentMessage is an entry, found by its context.
type sentMessage struct {
	context uint32
	tries   int32 // that it was sent again
	tag     uint64
	to      Addr
	at      uint64 // where its bytes begin, counted as written
	n       int32  // 0: they are not kept
}

func (r *sentRing) init() { r.ring, r.next = make([]sentMessage, sentMessages), 1 }

// keep begins or ends keeping the messages' bytes.
func (r *sentRing) keep(on bool) {
	if on == (r.bytes != nil) {
		return
	}
	r.bytes = nil
	if on {
		r.bytes = make([]byte, sentBytes)
	}
	for i := range r.ring {
		r.ring[i].n = 0
	}
}

// add enters a message and gives its context.
func (r *sentRing) add(to *Addr, tag uint64, tries int, data []byte) uint32 {
	c := r.next
	if r.next++; r.next == 0 {
		r.next = 1
	}
	m := &r.ring[c%sentMessages]
	*m = sentMessage{context: c, tries: int32(tries), tag: tag, to: *to}
	if r.bytes == nil || len(data) == 0 || len(data) > len(r.bytes) {
		return c
	}
	at := int(r.written % uint64(len(r.bytes)))
	if at+len(data) > len(r.bytes) { // a message lies in one piece
		r.written += uint64(len(r.bytes) - at)
		at = 0
	}
	copy(r.bytes[at:], data)
	m.at, m.n = r.written, int32(len(data))
	r.written += uint64(len(data))
	return c
}

// take is the message of a context, once: of one that was sent in pieces the kernel
// gives up each.
func (r *sentRing) take(context uint32) (m sentMessage, data []byte, ok bool) {
	e := &r.ring[context%sentMessages]
	if context == 0 || e.context != context {
		return m, nil, false
	}
	m = *e
	*e = sentMessage{}
	if m.n > 0 && r.bytes != nil && r.written-m.at <= uint64(len(r.bytes)) {
		at := int(m.at % uint64(len(r.bytes)))
		data = r.bytes[at : at+int(m.n)]
	}
	return m, data, true
}

// forget takes the last message back, which the kernel has not taken.
func (r *sentRing) forget(context uint32) { r.ring[context%sentMessages] = sentMessage{} }
