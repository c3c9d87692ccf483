package reactor

// The outer form of TLS, as far as it has to be known before crypto/tls sees the
// bytes: where records end (RFC 8446 section 5.1) and whether a ClientHello is whole
// (section 4). Nothing here is decrypted or believed.

const (
	recordHeader    = 5
	recordHandshake = 22
	// maxRecord is the longest body of a record, bytes: RFC 5246 section 6.2.3.
	maxRecord = 1<<14 + 2048

	clientHello     = 1
	handshakeHeader = 4
)

// recordLength is the body length in a record's header; false for what begins no
// record.
func recordLength(b []byte) (n int, ok bool) {
	n = int(b[3])<<8 | int(b[4])
	return n, b[0] >= 20 && b[0] <= 24 && b[1] == 3 && n <= maxRecord
}

// wholeRecords is how many bytes at the front of b are whole records. What is no
// record counts as whole: crypto/tls has the right alert for it.
func wholeRecords(b []byte) int {
	at := 0
	for len(b)-at >= recordHeader {
		n, ok := recordLength(b[at:])
		if !ok {
			return len(b)
		}
		if len(b)-at < recordHeader+n {
			break
		}
		at += recordHeader + n
	}
	return at
}

// helloState says how far a ClientHello has come.
type helloState uint8

const (
	helloPart helloState = iota // it may become one
	helloWhole
	helloNone // it is none
)

// findHello looks for a whole ClientHello at the front of b, in as many records as
// it takes.
func findHello(b []byte) helloState {
	if len(b) > 0 && b[0] != recordHandshake || len(b) > 1 && b[1] != 3 {
		return helloNone
	}
	var head [handshakeHeader]byte
	seen, want := 0, handshakeHeader
	for at := 0; len(b)-at >= recordHeader; {
		n, ok := recordLength(b[at:])
		if !ok || b[at] != recordHandshake || n == 0 {
			return helloNone
		}
		at += recordHeader
		body := b[at:min(at+n, len(b))]
		if seen < handshakeHeader {
			copy(head[seen:], body)
			if seen+len(body) >= handshakeHeader {
				want += int(head[1])<<16 | int(head[2])<<8 | int(head[3])
			}
		}
		seen += len(body)
		if seen > 0 && head[0] != clientHello || want > maxClientHello {
			return helloNone
		}
		if seen >= handshakeHeader && seen >= want {
			return helloWhole
		}
		at += n
	}
	return helloPart
}

// records follows the borders of records in what comes from a peer.
type records struct {
	head [recordHeader]byte
	have int // bytes of the header
	left int // bytes that the body lacks
}

// inside tells that a record has begun and not ended.
func (r *records) inside() bool { return r.have > 0 }

// pass goes past bytes that came.
func (r *records) pass(b []byte) {
	for len(b) > 0 {
		if r.have < recordHeader {
			n := copy(r.head[r.have:], b)
			r.have += n
			b = b[n:]
			if r.have < recordHeader {
				return
			}
			r.left, _ = recordLength(r.head[:])
		}
		n := min(r.left, len(b))
		r.left -= n
		b = b[n:]
		if r.left == 0 {
			r.have = 0
		}
	}
}
