package ws

import (
	"crypto/sha1"
	"encoding/base64"
)

// HeaderLen is the length of the header before n bytes of payload, 0 to 65535.
func HeaderLen(n int) int {
	if n < length16 {
		return 2
	}
	return MaxHeader
}

// PutHeader writes the header of a whole message of n bytes, 0 to 65535, at the front
// of b, and returns its length.
func PutHeader(b []byte, op Opcode, n int) int {
	b[0] = finBit | byte(op)
	if n < length16 {
		b[1] = byte(n)
		return 2
	}
	b[1], b[2], b[3] = length16, byte(n>>8), byte(n)
	return MaxHeader
}

// AppendFrame adds a whole message of at most 65535 bytes to b, as a server sends it:
// without a mask.
func AppendFrame(b []byte, op Opcode, payload []byte) []byte {
	var h [MaxHeader]byte
	b = append(b, h[:PutHeader(h[:], op, len(payload))]...)
	return append(b, payload...)
}

// AppendClose adds a close; of the reason, what fits is sent.
func AppendClose(b []byte, s Status, reason string) []byte {
	if len(reason) > MaxReason {
		n := MaxReason
		for n > 0 && reason[n]&0xC0 == 0x80 { // not within a character
			n--
		}
		reason = reason[:n]
	}
	b = append(b, finBit|byte(OpClose), byte(2+len(reason)), byte(s>>8), byte(s))
	return append(b, reason...)
}

// AcceptLen is the length of what AppendAccept adds.
const AcceptLen = 28

// AppendAccept adds the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455
// §4.2.2).
func AppendAccept(b, key []byte) []byte {
	var text [64 + len(acceptGUID)]byte
	sum := sha1.Sum(append(append(text[:0], key...), acceptGUID...))
	return base64.StdEncoding.AppendEncode(b, sum[:])
}

const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// ValidKey reports whether key is a Sec-WebSocket-Key: 16 bytes in base64 (RFC 6455 §4.1).
func ValidKey(key []byte) bool {
	var b [18]byte
	if len(key) != 24 {
		return false
	}
	n, err := base64.StdEncoding.Decode(b[:], key)
	return err == nil && n == 16
}
