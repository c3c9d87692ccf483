package ws

import "unicode/utf8"

// Status is the status code of a close (RFC 6455 §7.4).
type Status uint16

// The codes that are used here.
const (
	StatusNormal      Status = 1000
	StatusGoingAway   Status = 1001
	StatusProtocol    Status = 1002
	StatusBadText     Status = 1007
	StatusPolicy      Status = 1008
	StatusTooBig      Status = 1009
	StatusTryAgain    Status = 1013
	firstUnregistered Status = 1015
)

// Sendable reports whether a peer may send the code: one that is defined for the
// wire, registered (3000 to 3999) or private (4000 to 4999).
func (s Status) Sendable() bool {
	switch {
	case s >= 3000 && s <= 4999:
		return true
	case s < StatusNormal || s >= firstUnregistered:
		return false
	}
	return s < 1004 || s > 1006 // reserved, and two that only tell of a loss
}

// ParseClose reads the payload of a close. No payload is StatusNormal. ok is false for
// one that RFC 6455 §5.5.1 does not allow.
func ParseClose(payload []byte) (s Status, reason []byte, ok bool) {
	if len(payload) == 0 {
		return StatusNormal, nil, true
	}
	if len(payload) < 2 {
		return StatusProtocol, nil, false
	}
	s, reason = Status(payload[0])<<8|Status(payload[1]), payload[2:]
	return s, reason, s.Sendable() && utf8.Valid(reason)
}
