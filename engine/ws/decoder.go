package ws

import (
	"encoding/binary"
	"unicode/utf8"

	"sipedge/pool"
)

// Event is what Decoder.Next has found.
type Event uint8

// The events.
const (
	More    Event = iota // nothing complete yet
	Part                 // a part of a message, kept until the rest of it comes
	Message              // a message
	Ping                 // to be answered by a pong with the same payload
	Pong                 // nothing is to be done about it
	Close                // the peer's close; nothing follows
	Bad                  // the stream breaks the protocol: Fault says how; nothing follows
)

// Fault is why a stream is given up: what the peer is to be told.
type Fault struct {
	Status Status
	Reason string
}

// The faults.
var (
	faultProtocol = Fault{StatusProtocol, "Protocol error"}
	faultOpcode   = Fault{StatusPolicy, "Unsupported opcode"} // the status that Kamailio has for it
	faultText     = Fault{StatusBadText, "Invalid UTF-8"}
	faultTooBig   = Fault{StatusTooBig, "Message too big"}
	faultMemory   = Fault{StatusTryAgain, "Try again later"}
)

// Decoder cuts what a client sends into frames, and puts messages together that come in
// several. It is given all bytes that were not taken; what it finds does not depend on
// how the stream is cut. It takes the masks off in place, so the bytes are its to change.
type Decoder struct {
	// Limit is the longest message, MaxFrame the longest frame with its header, bytes; 0
	// is MaxMessage, and no limit of its own.
	Limit, MaxFrame int
	// Memory is where messages are put together; nil refuses those in several frames.
	Memory *Memory
	// Peer tells apart whose shares of the memory are meant.
	Peer uint64

	payload []byte
	fault   Fault

	// The message that comes in several frames.
	op     Opcode // of its first frame, 0 when there is none
	frames int
	begun  uint32 // such messages so far
	ref    pool.Ref
	size   int
	done   bool // it was handed out: its memory goes back with the next call
}

// Next looks for the next frame. The n bytes of buf[:n] are it; 0 with More and Bad.
func (d *Decoder) Next(buf []byte) (n int, ev Event) {
	if d.done {
		d.release()
	}
	if len(buf) == 0 {
		return 0, More
	}
	op, fin := Opcode(buf[0]&opcodeBits), buf[0]&finBit != 0
	switch {
	case buf[0]&rsvBits != 0:
		return d.fail(faultProtocol)
	case !op.known():
		return d.fail(faultOpcode)
	case op.control():
		if !fin {
			return d.fail(faultProtocol)
		}
	case (op == OpContinuation) != (d.op != 0):
		return d.fail(faultProtocol)
	}
	if len(buf) < 2 {
		return 0, More
	}
	if buf[1]&maskBit == 0 {
		return d.fail(faultProtocol)
	}
	head, length := 2, uint64(buf[1]&lengthBits)
	switch {
	case length < length16:
	case op.control():
		return d.fail(faultProtocol)
	case length == length16:
		if head = 4; len(buf) < head {
			return 0, More
		}
		if length = uint64(binary.BigEndian.Uint16(buf[2:])); length < length16 {
			return d.fail(faultProtocol) // RFC 6455 §5.2: the shortest form
		}
	default:
		if head = 10; len(buf) < head {
			return 0, More
		}
		if length = binary.BigEndian.Uint64(buf[2:]); length <= MaxMessage || length>>63 != 0 {
			return d.fail(faultProtocol)
		}
	}
	head += 4
	if !op.control() && (length > uint64(d.room()) || d.MaxFrame > 0 && length+uint64(head) > uint64(d.MaxFrame)) {
		return d.fail(faultTooBig)
	}
	if len(buf) < head || uint64(len(buf)-head) < length {
		return 0, More
	}
	n = head + int(length)
	b := buf[head:n:n]
	unmask(b, [4]byte(buf[head-4:]))
	switch op {
	case OpPing:
		return d.found(n, b, Ping)
	case OpPong:
		return d.found(n, b, Pong)
	case OpClose:
		if _, _, ok := ParseClose(b); !ok {
			return d.fail(faultProtocol)
		}
		return d.found(n, b, Close)
	}
	return d.data(n, op, fin, b)
}

// data takes a frame of a message.
func (d *Decoder) data(n int, op Opcode, fin bool, b []byte) (int, Event) {
	if op != OpContinuation && fin {
		if op == OpText && !utf8.Valid(b) {
			return d.fail(faultText)
		}
		return d.found(n, b, Message)
	}
	if op != OpContinuation {
		d.op = op
		d.begun++
	}
	if d.frames++; d.frames > MaxFrames {
		return d.fail(faultTooBig)
	}
	if !d.keep(b) {
		return d.fail(faultMemory)
	}
	if !fin {
		return n, Part
	}
	whole := d.Memory.arena.Bytes(d.ref)[:d.size:d.size]
	if d.op == OpText && !utf8.Valid(whole) {
		return d.fail(faultText)
	}
	d.done = true
	return d.found(n, whole, Message)
}

// keep adds to the message in several frames.
func (d *Decoder) keep(b []byte) bool {
	if d.Memory == nil {
		return false
	}
	var have []byte
	if d.ref != 0 {
		have = d.Memory.arena.Bytes(d.ref)
	}
	if d.ref == 0 || d.size+len(b) > len(have) {
		ref, ok := d.Memory.alloc(d.Peer, max(d.size+len(b), firstPiece))
		if !ok {
			return false
		}
		more := d.Memory.arena.Bytes(ref)
		copy(more, have[:d.size])
		if d.ref != 0 {
			d.Memory.free(d.Peer, d.ref)
		}
		d.ref, have = ref, more
	}
	d.size += copy(have[d.size:], b)
	return true
}

// room is how long the next frame of a message may be.
func (d *Decoder) room() int {
	limit := MaxMessage
	if d.Limit > 0 {
		limit = min(limit, d.Limit)
	}
	return max(limit-d.size, 0)
}

func (d *Decoder) found(n int, payload []byte, ev Event) (int, Event) {
	d.payload = payload
	return n, ev
}

func (d *Decoder) fail(f Fault) (int, Event) {
	d.release()
	d.fault = f
	return 0, Bad
}

// release gives the memory of a message back.
func (d *Decoder) release() {
	if d.ref != 0 {
		d.Memory.free(d.Peer, d.ref)
	}
	d.payload = nil
	d.op, d.frames, d.ref, d.size, d.done = 0, 0, 0, 0, false
}

// Payload is what the last event carried: a part of the buffer or, with own set, of the
// decoder's memory. Either is good until the next call of Next or Reset.
func (d *Decoder) Payload() (b []byte, own bool) { return d.payload, d.done }

// Partial is the number of the message of which a part has come, 0 for none: it tells
// apart one that does not come to its end from the next one.
func (d *Decoder) Partial() uint32 {
	if d.op == 0 || d.done {
		return 0
	}
	return d.begun
}

// Fault is why Next gave Bad.
func (d *Decoder) Fault() Fault { return d.fault }

// Reset makes the decoder ready for another stream.
func (d *Decoder) Reset() {
	d.release()
	*d = Decoder{}
}
