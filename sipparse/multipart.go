package sipparse

import "bytes"

// Part is one part of a multipart body (RFC 2046 section 5.1).
type Part struct {
	Whole   Span // from behind the delimiter line to before the next one
	Headers Span // with their line ends, without the empty line
	Body    Span
	Last    bool // the delimiter behind it closes the multipart body
}

// ParsePart finds the part that begins in b[off:end]; off is the beginning of
// the multipart body or what an earlier call gave as next, boundary the
// parameter of its Content-Type. What stands before the first and behind the
// closing delimiter is passed over. When there is no further part, next is end
// and the error ErrNoMatch.
func ParsePart(b []byte, off, end int, boundary []byte, p *Part) (next int, e Err) {
	*p = Part{}
	if len(boundary) == 0 || len(boundary) > 70 {
		return end, ErrBadMultipart
	}
	b = b[:end]
	start, behind, closing := delimiter(b, off, off, boundary)
	if start < 0 || closing {
		return end, ErrNoMatch
	}
	stop, _, last := delimiter(b, off, behind, boundary)
	if stop < 0 {
		return end, ErrBadMultipart
	}
	// The line end before a delimiter is part of the delimiter.
	tail := stop
	if tail > behind && b[tail-1] == '\n' {
		tail--
		if tail > behind && b[tail-1] == '\r' {
			tail--
		}
	}
	p.Whole, p.Last = span(behind, tail), last
	p.Headers, p.Body = span(behind, tail), span(tail, tail)
	for i := behind; i < tail; {
		n := bytes.IndexByte(b[i:tail], '\n')
		if n == 0 || n == 1 && b[i] == '\r' {
			p.Headers, p.Body = span(behind, i), span(i+n+1, tail)
			break
		}
		if n < 0 {
			break
		}
		i += n + 1
	}
	return stop, OK
}

// delimiter finds the delimiter line at or behind i; the multipart body begins
// at off.
func delimiter(b []byte, off, i int, boundary []byte) (start, behind int, closing bool) {
	for i < len(b) {
		k := bytes.Index(b[i:], boundary)
		if k < 0 {
			break
		}
		start = i + k - 2
		behind = i + k + len(boundary)
		i = i + k + 1
		if start < off || b[start] != '-' || b[start+1] != '-' || start > off && b[start-1] != '\n' {
			continue
		}
		if behind+1 < len(b) && b[behind] == '-' && b[behind+1] == '-' {
			closing = true
			behind += 2
		}
		for behind < len(b) && (b[behind] == ' ' || b[behind] == '\t' || b[behind] == '\r') {
			behind++
		}
		if behind < len(b) && b[behind] == '\n' {
			return start, behind + 1, closing
		}
		if behind == len(b) && closing {
			return start, behind, true
		}
		closing = false
	}
	return -1, 0, false
}
