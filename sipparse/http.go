package sipparse

import "bytes"

// IsHTTP reports whether line is the request line of HTTP/1 (RFC 9112 §3): a method, a
// target and "HTTP/1." with one digit, with or without the end of the line.
func IsHTTP(line []byte) bool {
	_, _, ok := httpLine(line)
	return ok
}

// httpLine finds the ends of the method and of the target.
func httpLine(line []byte) (method, target int, ok bool) {
	end := len(line)
	if end > 0 && line[end-1] == '\n' {
		end--
	}
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	target = end - len(" HTTP/1.1")
	if target < 3 || string(line[target:end-1]) != " HTTP/1." || line[end-1] < '0' || line[end-1] > '9' {
		return 0, 0, false
	}
	method = skip(line, 0, target, cToken)
	if method == 0 || method+1 >= target || line[method] != ' ' || bytes.IndexByte(line[method+1:target], ' ') >= 0 {
		return 0, 0, false
	}
	for _, c := range line[method+1 : target] {
		if c <= ' ' || c == 0x7f {
			return 0, 0, false
		}
	}
	return method, target, true
}

// ParseHTTP is Parse for a request of HTTP/1, the whole of it: its body is what stands
// behind its header block. Headers that SIP has as well are of their types; compact
// forms are not HTTP's, and what is typed by one of them must not be believed.
func ParseHTTP(b []byte, x *Index) Err {
	x.state = state{}
	if len(b) > MaxMessage {
		return ErrTooLong
	}
	e := bytes.IndexByte(b, '\n')
	if e < 0 {
		return ErrNotSIP
	}
	method, target, ok := httpLine(b[:e])
	if !ok {
		return ErrNotSIP
	}
	x.bodyEnd = uint16(len(b))
	x.start = Span{0, uint16(e + 1)}
	x.request = true
	x.method = span(0, method)
	x.kind = ParseMethod(b[:method])
	x.uri = span(method+1, target)
	x.version = span(target+1, target+len(" HTTP/1.1"))
	x.parseErr = x.mark(x.headers(b, e+1))
	x.length = int32(len(b) - x.BodyOff())
	x.keep(pieceLength, OK) // the Framer has told where the body ends
	return x.parseErr
}
