package reactor

import "encoding/binary"

// Notifications of the kernel (RFC 6458 section 6.1): what it tells about
// associations stands among the messages, in order.

const (
	noteBase            = 0x8000
	noteAssocChange     = 0x8001
	notePeerAddr        = 0x8002
	noteSendFailed      = 0x8003 // before Linux 5.0
	noteShutdown        = 0x8005
	notePartial         = 0x8006
	noteSendFailedEvent = 0x800d

	// States of noteAssocChange.
	commUp       = 0
	commLost     = 1
	restarted    = 2
	shutdownDone = 3
	cantStart    = 4
)

// assocNote is a notification, taken apart.
type assocNote struct {
	kind  uint16
	state int // of noteAssocChange and notePeerAddr
	// cause is an error cause code of RFC 9260 section 3.3.10, 0 for none.
	cause   uint16
	assoc   int32  // 0 for an association that was never there
	context uint32 // of the message that failed
	sent    bool   // it was given to the network, and not acknowledged
	peer    Addr   // of notePeerAddr
}

// decodeNote reads a notification; false for one that is too short or of a kind
// that is not served.
func decodeNote(b []byte) (n assocNote, ok bool) {
	if len(b) < 8 {
		return n, false
	}
	at := func(off int) uint32 { return ne.Uint32(b[off:]) }
	has := func(size int) bool { return len(b) >= size }
	switch n.kind = ne.Uint16(b); n.kind {
	case noteAssocChange:
		if !has(20) {
			return n, false
		}
		n.state, n.assoc = int(ne.Uint16(b[8:])), int32(at(16))
		n.cause = binary.BigEndian.Uint16(b[10:]) // as it stands in the packet
	case notePeerAddr:
		const end = 8 + sockaddrStorageSize
		if !has(end + 12) {
			return n, false
		}
		n.peer = (*rawName)(b[8:]).addr()
		n.state, n.assoc = int(at(end)), int32(at(end+8))
	case noteShutdown:
		if !has(12) {
			return n, false
		}
		n.assoc = int32(at(8))
	case notePartial:
		if !has(16) {
			return n, false
		}
		n.assoc = int32(at(12))
	case noteSendFailedEvent:
		if !has(32) {
			return n, false
		}
		n.context, n.assoc, n.sent = at(20), int32(at(28)), ne.Uint16(b[2:]) != 0
	case noteSendFailed:
		if !has(48) {
			return n, false
		}
		n.context, n.assoc, n.sent = at(24), int32(at(44)), ne.Uint16(b[2:]) != 0
	default:
		return n, false
	}
	return n, true
}
