package sipparse

import "bytes"

// SDPLine is one line of a session description (RFC 8866 section 5).
type SDPLine struct {
	Whole Span // with its line end
	Value Span // what follows the equals sign
	Type  byte // the letter before it
}

// ParseSDPLine reads the line of a session description that begins in
// b[off:end]; next is the offset of the next one, or end. Empty lines at the end
// of a description are passed over; of a description of nothing else Type is
// zero.
func ParseSDPLine(b []byte, off, end int, l *SDPLine) (next int, e Err) {
	*l = SDPLine{}
	b = b[:end]
	if skipSpace(b, off, end) == end {
		return end, OK
	}
	next = end
	stop := end
	if n := bytes.IndexByte(b[off:], '\n'); n >= 0 {
		stop = off + n
		next = stop + 1
	}
	if stop > off && b[stop-1] == '\r' {
		stop--
	}
	if stop < off+2 || b[off+1] != '=' || lower(b[off])-'a' > 'z'-'a' {
		return next, ErrBadSDP
	}
	if skipSpace(b, next, end) == end {
		next = end
	}
	l.Whole, l.Type, l.Value = span(off, next), b[off], span(off+2, stop)
	return next, OK
}

// SDPConnection is the value of a c= line.
type SDPConnection struct {
	NetType  Span // "IN"
	AddrType Span // "IP4" or "IP6"
	Address  Span // without TTL and number of addresses
}

// ParseSDPConnection parses b[off:end], the value of a c= line.
func ParseSDPConnection(b []byte, off, end int, c *SDPConnection) Err {
	var rest int
	c.NetType, rest = word(b, off, end)
	c.AddrType, rest = word(b, rest, end)
	c.Address, rest = word(b, rest, end)
	if c.Address.Len == 0 || skipSpace(b, rest, end) != end {
		return ErrBadSDP
	}
	if k := bytes.IndexByte(c.Address.Of(b), '/'); k >= 0 {
		c.Address.Len = uint16(k)
	}
	return OK
}

// SDPMedia is the value of an m= line.
type SDPMedia struct {
	Media    Span
	PortSpan Span
	Proto    Span
	Formats  Span // all of them, with spaces between them
	Port     uint16
	Ports    uint16 // number of ports, 1 if it is not said
}

// ParseSDPMedia parses b[off:end], the value of an m= line.
func ParseSDPMedia(b []byte, off, end int, m *SDPMedia) Err {
	*m = SDPMedia{Ports: 1}
	var rest int
	var port Span
	m.Media, rest = word(b, off, end)
	port, rest = word(b, rest, end)
	m.Proto, rest = word(b, rest, end)
	rest = skipSpace(b, rest, end)
	m.Formats = span(rest, trimRight(b, rest, end))
	n, i, more := decimal(b, int(port.Off), port.End(), 65535)
	if m.Proto.Len == 0 || more || i == int(port.Off) {
		return ErrBadSDP
	}
	m.Port, m.PortSpan = uint16(n), span(int(port.Off), i)
	if i < port.End() {
		n, more, ok := number(b, i+1, port.End(), 65535)
		if b[i] != '/' || more || !ok {
			return ErrBadSDP
		}
		m.Ports = uint16(n)
	}
	return OK
}

// SDPAttribute is the value of an a= line.
type SDPAttribute struct {
	Name  Span
	Value Span // not there if the attribute has none
}

// ParseSDPAttribute parses b[off:end], the value of an a= line.
func ParseSDPAttribute(b []byte, off, end int, a *SDPAttribute) Err {
	*a = SDPAttribute{}
	i := skip(b, off, end, cToken)
	if i == off || i < end && b[i] != ':' {
		return ErrBadSDP
	}
	a.Name = span(off, i)
	if i < end {
		a.Value = span(i+1, end)
	}
	return OK
}

// word is the next run of bytes that are not white space.
func word(b []byte, i, end int) (Span, int) {
	s := skipSpace(b, i, end)
	for i = s; i < end && classes[b[i]]&cSpace == 0; {
		i++
	}
	return span(s, i), i
}
