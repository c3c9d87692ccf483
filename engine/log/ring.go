package log

import (
	"encoding/binary"
	"sync/atomic"
)

// ring is a bounded queue of lines for one producer and one consumer. Positions
// count bytes since the start and only grow.
type ring struct {
	buf  []byte // a power of two long, nil until open
	_    [40]byte
	tail atomic.Uint64 // written by the producer
	_    [56]byte
	head atomic.Uint64 // written by the consumer
	_    [56]byte
	full atomic.Uint64 // lines that there was no room for
	gone atomic.Uint64 // of these, lines of ClassAccount
}

// Before each text stands a header: length, level, class, source.
const headerSize = 4 + 1 + 1 + 8

// record is a line taken out of a ring; text is valid until the next pop.
type record struct {
	level  int
	class  Class
	source uint64
	cut    int // bytes that were cut off the text
	text   []byte
}

// open gives the ring its memory, before it has producer and consumer.
func (r *ring) open(size int) { r.buf = make([]byte, size) }

// push copies a line in; false: there is no room, which is counted.
func (r *ring) push(level int, class Class, source uint64, text []byte) bool {
	n := len(text)
	kept := min(n, MaxLine)
	tail := r.tail.Load()
	if r.left(class) < headerSize+kept {
		r.full.Add(1)
		if class == ClassAccount {
			r.gone.Add(1)
		}
		return false
	}
	var h [headerSize]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(min(n, 1<<32-1)))
	h[4], h[5] = byte(int8(min(max(level, -128), 127))), byte(class)
	binary.LittleEndian.PutUint64(h[6:], source)
	r.copyIn(tail, h[:])
	r.copyIn(tail+headerSize, text[:kept])
	r.tail.Store(tail + uint64(headerSize+kept))
	return true
}

// left is the room for lines of a class with their headers, bytes; less than 0 where
// only what is kept for ClassAccount is left. It may be asked by any goroutine; the
// answer then holds for that moment.
func (r *ring) left(class Class) int {
	n := len(r.buf) - int(r.tail.Load()-r.head.Load())
	if class != ClassAccount {
		n -= reserve
	}
	return n
}

// pop takes the oldest line out, with its text in *scratch; false: none.
func (r *ring) pop(scratch *[MaxLine]byte) (record, bool) {
	head := r.head.Load()
	if head == r.tail.Load() {
		return record{}, false
	}
	var h [headerSize]byte
	r.copyOut(h[:], head)
	n := int(binary.LittleEndian.Uint32(h[0:]))
	kept := min(n, MaxLine)
	r.copyOut(scratch[:kept], head+headerSize)
	r.head.Store(head + uint64(headerSize+kept))
	return record{
		level: int(int8(h[4])), class: Class(h[5]), source: binary.LittleEndian.Uint64(h[6:]),
		cut: n - kept, text: scratch[:kept],
	}, true
}

func (r *ring) empty() bool { return r.head.Load() == r.tail.Load() }

func (r *ring) copyIn(at uint64, b []byte) {
	n := copy(r.buf[at&uint64(len(r.buf)-1):], b)
	copy(r.buf, b[n:])
}

func (r *ring) copyOut(b []byte, at uint64) {
	n := copy(b, r.buf[at&uint64(len(r.buf)-1):])
	copy(b[n:], r.buf)
}
