package sipparse

// ParseToken reads the element of a comma-separated list of tokens that begins
// in b[off:end]: Supported, Require, Proxy-Require, Unsupported, Allow,
// Allow-Events and others. next is the offset of the next one, or end. A list
// with nothing in it (off at end) has no element to ask for.
func ParseToken(b []byte, off, end int, t *Span) (next int, e Err) {
	*t = Span{}
	b = b[:end]
	s := skipSpace(b, off, end)
	i := skip(b, s, end, cToken)
	next, _, ok := itemEnd(b, skipSpace(b, i, end))
	if i == s || !ok {
		return i, ErrBadToken
	}
	*t = span(s, i)
	return next, OK
}

// ParseSeconds reads b[off:end] as a number of seconds, as in Expires,
// Min-Expires and Min-SE (delta-seconds, RFC 3261 section 20.19). A number that
// does not fit is MaxDelta.
func ParseSeconds(b []byte, off, end int, seconds *uint32) Err {
	off = skipSpace(b, off, end)
	n, _, ok := number(b, off, trimRight(b, off, end), MaxDelta)
	*seconds = uint32(n)
	if !ok {
		return ErrBadNumber
	}
	return OK
}

// RAck is the body of a RAck header (RFC 3262 section 7.2).
type RAck struct {
	RSeq       uint32
	CSeq       uint32
	MethodSpan Span
	Method     Method
}

// ParseRAck parses b[off:end], the whole body of a RAck header.
func ParseRAck(b []byte, off, end int, r *RAck) Err {
	*r = RAck{}
	i := skipSpace(b, off, end)
	n, j, more := decimal(b, i, end, MaxDelta)
	k := skipSpace(b, j, end)
	var c CSeq
	if i == j || j == k || more || ParseCSeq(b, k, end, &c) != OK {
		return ErrBadRAck
	}
	r.RSeq, r.CSeq, r.MethodSpan, r.Method = uint32(n), c.Number, c.MethodSpan, c.Method
	return OK
}

// ParseRSeq reads b[off:end], the whole body of an RSeq header (RFC 3262
// section 7.1), a number of 32 bits.
func ParseRSeq(b []byte, off, end int, n *uint32) Err {
	off = skipSpace(b, off, end)
	v, more, ok := number(b, off, trimRight(b, off, end), MaxDelta)
	if *n = uint32(v); !ok || more {
		return ErrBadNumber
	}
	return OK
}
