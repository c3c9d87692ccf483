package sipparse

// CSeq is the body of a CSeq header (RFC 3261 section 20.16).
type CSeq struct {
	Number     uint32 // 0 to MaxCSeq
	NumberSpan Span   // with leading zeros
	MethodSpan Span
	Method     Method
}

// ParseCSeq parses b[off:end], the whole body of a CSeq header.
func ParseCSeq(b []byte, off, end int, c *CSeq) Err {
	*c = CSeq{}
	i := skipSpace(b, off, end)
	n, j, more := decimal(b, i, end, MaxCSeq)
	if j == i || more {
		return ErrBadCSeq
	}
	c.Number, c.NumberSpan = uint32(n), span(i, j)
	m, stop := skipSpace(b, j, end), end
	if m == j || m == end {
		return ErrBadCSeq
	}
	if c.Method = ParseMethod(b[m:end]); c.Method == MethodOther {
		stop = skip(b, m, end, cToken)
		if stop == m || skipSpace(b, stop, end) != end {
			return ErrBadCSeq
		}
		c.Method = ParseMethod(b[m:stop])
	}
	c.MethodSpan = span(m, stop)
	return OK
}
