package sipparse

import "encoding/binary"

// Via is one element of a Via header (RFC 3261 section 20.42).
type Via struct {
	Whole         Span // from the protocol to the last parameter
	Transport     Span
	Host          Span // of an IPv6 reference without the brackets
	HostRef       Span // with them
	Port          Span
	Params        Span // without the first semicolon
	Branch        Span
	Received      Span
	RPort         Span
	MAddr         Span
	TTL           Span
	RPortParam    Span // the whole parameter, "rport" or "rport=5060"
	ReceivedParam Span // the whole parameter
	PortNum       uint16
	RPortNum      uint16 // 0 if rport has no number
	HostKind      HostKind
	TransportKind Transport
	HasRPort      bool
	Next          bool // another element follows in the same header
}

var wordVia = binary.LittleEndian.Uint64([]byte("SIP/2.0/"))

// ParseVia parses the element of a Via list that begins in b[off:end]; next is
// the offset of the next one, or end. The protocol may be another version of
// SIP: the answer to such a request goes the way that it came.
func ParseVia(b []byte, off, end int, v *Via) (next int, e Err) {
	*v = Via{}
	b = b[:end:len(b)]
	i := off
	i = space(b, i)
	start := i
	if i+8 <= len(b) && binary.LittleEndian.Uint64(b[i:])&foldReply == wordVia {
		i += 8
	} else {
		for range 2 {
			s := i
			if i = skip(b, i, len(b), cToken); i == s {
				return i, ErrBadVia
			}
			if i = skipSpace(b, i, len(b)); i >= len(b) || b[i] != '/' {
				return i, ErrBadVia
			}
			i = skipSpace(b, i+1, len(b))
		}
	}
	i = space(b, i)
	s := i
	var w uint32
	if len(b)-i >= 4 {
		w = binary.LittleEndian.Uint32(b[i:]) | fold3
	}
	switch w {
	case wordUDP:
		v.TransportKind, i = TransportUDP, i+3
	case wordTCP:
		v.TransportKind, i = TransportTCP, i+3
	default:
		i = run(b, i, cToken)
		if i == s || i >= len(b) || classes[b[i]]&cSpace == 0 {
			return i, ErrBadVia
		}
		v.TransportKind = ParseTransport(b[s:i])
	}
	v.Transport = span(s, i)
	i = space(b, i+1)
	stop, kind := hostEnd(b, i)
	if stop < 0 {
		return i, ErrBadVia
	}
	v.HostKind = kind
	v.Host, v.HostRef = hostSpans(i, stop, kind)
	i = stop
	i = space(b, i)
	if i < len(b) && b[i] == ':' {
		i = skipSpace(b, i+1, len(b))
		n, k := portAt(b, i)
		if k < 0 {
			return i, ErrBadVia
		}
		v.Port, v.PortNum = span(i, k), n
		stop, i = k, k
		if i < len(b) && b[i] <= ' ' {
			i = skipSpace(b, k, len(b))
		}
	}
	if i < len(b) && b[i] == ';' {
		first := i + 1
		for k := 0; i < len(b) && b[i] == ';'; k++ {
			if k >= maxParams {
				return i, ErrBadVia
			}
			if end := v.usual(b, i+1); end > 0 {
				i, stop = end, end
				continue
			}
			ns, ne, vs, ve, after := nextParam(b, i)
			if after < 0 {
				return ne, ErrBadVia
			}
			stop = ve
			if vs < 0 {
				stop, vs, ve = ne, ne, ne
			}
			v.param(b, ns, ne, vs, ve)
			i = after
		}
		v.Params = span(first, stop)
	}
	v.Whole = span(start, stop)
	next, more, ok := itemEnd(b, i)
	if !ok {
		return i, ErrBadVia
	}
	v.Next = more
	return next, OK
}

var (
	wordBranch   = binary.LittleEndian.Uint64([]byte("branch=\x00"))
	wordReceived = binary.LittleEndian.Uint64([]byte("received"))
)

const (
	wordUDP   = uint32('u') | uint32('d')<<8 | uint32('p')<<16 | uint32(' ')<<24
	wordTCP   = uint32('t') | uint32('c')<<8 | uint32('p')<<16 | uint32(' ')<<24
	wordRPort = uint32('r') | uint32('p')<<8 | uint32('o')<<16 | uint32('r')<<24
	fold4     = 0x20202020

	maskBranch = 1<<56 - 1
	foldBranch = 0x202020202020
)

// usual reads a branch, received or rport parameter at b[i:] in the form that
// nearly all have: without white space, once, another parameter or nothing
// behind it. It is the offset behind it, 0 if this is something else.
func (v *Via) usual(b []byte, i int) int {
	n := len(b) - i
	if n < 5 {
		return 0
	}
	if binary.LittleEndian.Uint32(b[i:])|fold4 == wordRPort && b[i+4]|0x20 == 't' {
		if n > 5 && b[i+5] != ';' || v.HasRPort {
			return 0
		}
		v.HasRPort, v.RPort, v.RPortParam = true, span(i+5, i+5), span(i, i+5)
		return i + 5
	}
	if n < 10 {
		return 0
	}
	var at *Span
	s := i
	w := binary.LittleEndian.Uint64(b[i:])
	switch {
	case (w|foldBranch)&maskBranch == wordBranch:
		at, i = &v.Branch, i+7
	case w|lower8 == wordReceived && b[i+8] == '=':
		at, i = &v.Received, i+9
	default:
		return 0
	}
	vs := i
	i = run(b, i, cValue)
	if i == vs || i < len(b) && b[i] != ';' || !at.IsZero() {
		return 0
	}
	*at = span(vs, i)
	if at == &v.Received {
		v.ReceivedParam = span(s, i)
	}
	return i
}

// param takes note of the parameter b[ns:ne] with the value b[vs:ve].
func (v *Via) param(b []byte, ns, ne, vs, ve int) {
	name := b[ns:ne]
	switch len(name) {
	case 3:
		if v.TTL.IsZero() && equalFold(name, "ttl") {
			v.TTL = span(vs, ve)
		}
	case 5:
		switch name[0] | 0x20 {
		case 'r':
			if !v.HasRPort && equalFold(name, "rport") {
				v.HasRPort = true
				v.RPort, v.RPortParam = span(vs, ve), span(ns, ve)
				if n, more, ok := number(b, vs, ve, 65535); ok && !more {
					v.RPortNum = uint16(n)
				}
			}
		case 'm':
			if v.MAddr.IsZero() && equalFold(name, "maddr") {
				v.MAddr = span(vs, ve)
			}
		}
	case 6:
		if v.Branch.IsZero() && equalFold(name, "branch") {
			v.Branch = span(vs, ve)
		}
	case 8:
		if v.Received.IsZero() && equalFold(name, "received") {
			v.Received, v.ReceivedParam = span(vs, ve), span(ns, ve)
		}
	}
}

// Param is the value of a parameter by its name in any case; one without a
// value is there with an empty one.
func (v *Via) Param(b []byte, name string) (value Span, ok bool) {
	return findParam(b, v.Params, name)
}
