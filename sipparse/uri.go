package sipparse

import (
	"bytes"
	"encoding/binary"
)

// Scheme is the scheme of a URI.
type Scheme uint8

// The schemes. SchemeOther is every other one; such a URI is not taken apart.
const (
	SchemeOther Scheme = iota
	SchemeSIP
	SchemeSIPS
	SchemeTel
)

// HostKind says what a host is written as.
type HostKind uint8

// The kinds of host.
const (
	HostName HostKind = iota // also what looks like a number but is no address
	HostIPv4
	HostIPv6
)

// URI is a SIP or SIPS URI (RFC 3261 section 19.1.1) or a tel URI (RFC 3966)
// taken apart. Escapes are left as they are. Where a parameter comes twice, the
// first is taken.
type URI struct {
	Whole         Span
	SchemeSpan    Span
	User          Span // of a tel URI the number alone
	Password      Span
	Host          Span // of an IPv6 reference without the brackets
	HostRef       Span // with them
	Port          Span
	Params        Span // without the first semicolon
	Headers       Span // without the question mark
	Transport     Span // value of the parameter
	MAddr         Span
	TTL           Span
	UserParam     Span
	Method        Span
	PortNum       uint16 // 0 if there is none
	Scheme        Scheme
	HostKind      HostKind
	TransportKind Transport
	LR            bool
}

const (
	wordSIP  = uint32('s') | uint32('i')<<8 | uint32('p')<<16 | uint32(':')<<24
	wordSIPS = uint32('s') | uint32('i')<<8 | uint32('p')<<16 | uint32('s')<<24
	wordTel  = uint32('t') | uint32('e')<<8 | uint32('l')<<16 | uint32(':')<<24
	fold3    = 0x00202020
)

// ParseURI parses b[off:end], which must be a URI and nothing else. A URI of
// another scheme is OK with only its scheme known.
func ParseURI(b []byte, off, end int, u *URI) Err {
	*u = URI{Whole: span(off, end)}
	if off+4 < end {
		switch binary.LittleEndian.Uint32(b[off:]) | fold3 {
		case wordSIP:
			u.Scheme, u.SchemeSpan = SchemeSIP, Span{uint16(off), 3}
			return u.parseSIP(b[:end:len(b)], off+4)
		case wordSIPS, wordSIPS &^ (0x20 << 24):
			if b[off+4] == ':' {
				u.Scheme, u.SchemeSpan = SchemeSIPS, Span{uint16(off), 4}
				return u.parseSIP(b[:end:len(b)], off+5)
			}
		case wordTel:
			u.Scheme, u.SchemeSpan = SchemeTel, Span{uint16(off), 3}
			return u.parseTel(b[:end:len(b)], off+4)
		}
	}
	i := skip(b, off, end, cSchemeChar)
	if i == off || i+1 >= end || b[i] != ':' || classes[b[off]]&cDigit != 0 {
		return ErrBadURI
	}
	for _, c := range b[i:end] {
		if c <= ' ' || c == 0x7F || c == '<' || c == '>' || c == '"' {
			return ErrBadURI
		}
	}
	u.SchemeSpan = span(off, i)
	return OK
}

// parseSIP parses what follows the scheme, at i, to the end of b.
func (u *URI) parseSIP(b []byte, i int) Err {
	// Most users are a run of plain characters.
	if j := run(b, i, cPlainUser); j < len(b) {
		if b[j] == '@' && j > i {
			u.User = span(i, j)
			i = j + 1
		} else if bytes.IndexByte(b[j:], '@') >= 0 {
			if i = u.userinfo(b, i); i < 0 {
				return ErrBadURI
			}
		}
	}
	j, kind := hostEnd(b, i)
	if j < 0 {
		return ErrBadURI
	}
	u.HostKind = kind
	u.Host, u.HostRef = hostSpans(i, j, kind)
	i = j
	if i < len(b) && b[i] == ':' {
		n, k := portAt(b, i+1)
		if k < 0 {
			return ErrBadURI
		}
		u.Port, u.PortNum = span(i+1, k), n
		i = k
	}
	if i == len(b) {
		return OK
	}
	if b[i] == ';' {
		if i = u.parseParams(b, i); i < 0 {
			return ErrBadURI
		}
	}
	if i < len(b) && b[i] == '?' {
		u.Headers = span(i+1, len(b))
		if i = skip(b, i+1, len(b), cURIHeader); u.Headers.Len == 0 {
			return ErrBadURI
		}
	}
	if i != len(b) {
		return ErrBadURI
	}
	return OK
}

// userinfo reads the user and perhaps the password that b[i:] begins with; an
// at sign is known to follow. It gives the offset behind that, -1 if there is no
// user or something else comes first.
func (u *URI) userinfo(b []byte, i int) int {
	j := run(b, i, cUser)
	if j == i || j >= len(b) {
		return -1
	}
	u.User = span(i, j)
	if b[j] == ':' {
		k := run(b, j+1, cPass)
		u.Password = span(j+1, k)
		j = k
	}
	if j >= len(b) || b[j] != '@' {
		return -1
	}
	return j + 1
}

// parseTel parses what follows "tel:". Parameters are as in a SIP URI.
func (u *URI) parseTel(b []byte, i int) Err {
	j := skip(b, i, len(b), cPhone)
	if j == i {
		return ErrBadURI
	}
	u.User = span(i, j)
	if j < len(b) && b[j] == ';' {
		j = u.parseParams(b, j)
	}
	if j != len(b) {
		return ErrBadURI
	}
	return OK
}

// parseParams parses the parameters from the semicolon at b[i] on and gives
// the offset behind them, -1 if one is wrong.
func (u *URI) parseParams(b []byte, i int) int {
	first := i + 1
	for k := 0; i < len(b) && b[i] == ';'; k++ {
		if k >= maxParams {
			return -1
		}
		s := i + 1
		i = run(b, s, cURIParam)
		ne := i
		if ne == s {
			return -1
		}
		v := i
		if i < len(b) && b[i] == '=' {
			i++
			v = i
			i = run(b, i, cURIParam)
		}
		u.param(b[s:ne], b, v, i)
	}
	u.Params = span(first, i)
	return i
}

// param takes note of the parameter name with the value b[vs:ve].
func (u *URI) param(name, b []byte, vs, ve int) {
	var at *Span
	var known string
	switch len(name) {
	case 2:
		if name[0]|0x20 == 'l' && name[1]|0x20 == 'r' {
			u.LR = true
		}
		return
	case 3:
		at, known = &u.TTL, "ttl"
	case 4:
		at, known = &u.UserParam, "user"
	case 5:
		at, known = &u.MAddr, "maddr"
	case 6:
		at, known = &u.Method, "method"
	case 9:
		at, known = &u.Transport, "transport"
	default:
		return
	}
	if name[0]|0x20 == known[0] && at.IsZero() && equalFold(name, known) {
		*at = span(vs, ve)
		if len(known) == 9 {
			u.TransportKind = ParseTransport(b[vs:ve])
		}
	}
}

// Param is the value of a parameter by its name in any case. A parameter
// without a value is there with an empty one.
func (u *URI) Param(b []byte, name string) (value Span, ok bool) {
	for i, end := int(u.Params.Off), u.Params.End(); i < end; i++ {
		s := i
		i = skip(b, i, end, cURIParam)
		stop, v := i, i
		if i < end && b[i] == '=' {
			v = i + 1
			i = skip(b, v, end, cURIParam)
		}
		if stop-s == len(name) && equalFold(b[s:stop], name) {
			return span(v, i), true
		}
	}
	return Span{}, false
}
