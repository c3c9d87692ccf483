package sipparse

import (
	"bytes"
	"encoding/binary"
)

var (
	versionReply   = binary.LittleEndian.Uint64([]byte("SIP/2.0 "))
	versionRequest = binary.LittleEndian.Uint64([]byte(" SIP/2.0"))
)

// Masks that fold the case of the letters in the two words above.
const (
	foldReply   = 0xFFFFFFFFFFDFDFDF
	foldRequest = 0xFFFFFFFFDFDFDFFF
)

// startLine reads b[:end], the first line without its end. The Request-URI is
// only delimited.
func (x *Index) startLine(b []byte, end int) Err {
	if end >= 8 && binary.LittleEndian.Uint64(b)&foldReply == versionReply {
		return x.statusLine(b, end)
	}
	if end < 8 || binary.LittleEndian.Uint64(b[end-8:])&foldRequest != versionRequest {
		return x.oddStartLine(b, end)
	}
	// The bytes of a method that is known are those of a token.
	m := bytes.IndexByte(b[:end], ' ')
	if m < 0 {
		return x.oddStartLine(b, end)
	}
	kind := ParseMethod(b[:m])
	uri := m + 1
	if kind == MethodOther && (m == 0 || skip(b, 0, m, cToken) != m) || uri >= end-8 || b[uri] == ' ' || b[end-9] == ' ' {
		return x.oddStartLine(b, end)
	}
	x.request = true
	x.method = Span{0, uint16(m)}
	x.kind = kind
	x.uri = span(uri, end-8)
	x.version = span(end-7, end)
	return OK
}

// statusLine reads what follows "SIP/2.0 ".
func (x *Index) statusLine(b []byte, end int) Err {
	x.version = Span{0, 7}
	n, i, more := decimal(b, 8, end, 999)
	if more || i != 11 || n < 100 || n > 699 || i < end && b[i] != ' ' {
		return x.fail(ErrBadReply, i)
	}
	x.status = uint16(n)
	if i < end {
		i++
	}
	x.reason = span(i, end)
	if k := skip(b, i, end, cText); k < end {
		return x.fail(ErrBadReply, k)
	}
	return OK
}

// oddStartLine tells what is wrong with a line that startLine does not take. A
// line that ends in a SIP version is a request that can be answered.
func (x *Index) oddStartLine(b []byte, end int) Err {
	stop := trimRight(b, 0, end)
	v := stop
	for v > 0 && b[v-1] != ' ' && b[v-1] != '\t' {
		v--
	}
	if end >= 4 && equalFold(b[:4], "SIP/") {
		if i := skip(b, 4, end, cDigit|cSchemeChar); i < end && b[i] == ' ' && !equalFold(b[:i], "SIP/2.0") {
			return x.fail(ErrVersion, 0)
		}
		return x.fail(ErrBadReply, 0)
	}
	if v == 0 || stop-v < 5 || !equalFold(b[v:v+4], "SIP/") {
		return x.fail(ErrNotSIP, 0)
	}
	x.request = true
	x.version = span(v, stop)
	m := skip(b, 0, v, cToken)
	x.method = Span{0, uint16(m)}
	x.kind = ParseMethod(b[:m])
	uri := skipSpace(b, m, v)
	x.uri = span(uri, trimRight(b, uri, v))
	switch {
	case m == 0 || b[m] != ' ' && b[m] != '\t':
		return x.fail(ErrBadMethod, m)
	case x.uri.Len == 0 || uri != m+1 || x.uri.End()+1 != v || stop != end:
		return x.fail(ErrBadRequestLine, uri)
	case !equalFold(b[v:stop], "SIP/2.0"):
		return x.fail(ErrVersion, v)
	}
	return x.fail(ErrBadRequestLine, m)
}
