package sipparse

import (
	"bytes"
	"encoding/binary"
)

// NameAddr is one element of a header with addresses: From, To, Contact,
// Route, Record-Route, P-Asserted-Identity, Path, Refer-To and others (RFC 3261
// section 20.10).
type NameAddr struct {
	Whole     Span // from the display name to the last parameter
	Display   Span // as it is written, with its quotes
	URI       Span // without the angle brackets and white space in them
	Params    Span // header parameters, without the first semicolon
	Tag       Span
	Q         Span
	Expires   Span
	Bracketed bool // the URI stands in angle brackets
	Star      bool // the element is "*" and has no URI
}

// ParseNameAddr parses the element that begins in b[off:end]; next is the
// offset of the next one, or end. The URI is only delimited. A URI without angle
// brackets ends at the first semicolon and may not have a question mark: what
// follows it are parameters of the header (RFC 3261 section 20).
func ParseNameAddr(b []byte, off, end int, n *NameAddr) (next int, e Err) {
	*n = NameAddr{}
	b = b[:end:len(b)]
	i := off
	i = space(b, i)
	if i >= len(b) {
		return i, ErrBadNameAddr
	}
	start := i
	if b[i] == '"' {
		if i = quoted(b, i, len(b)); i < 0 {
			return start, ErrBadNameAddr
		}
		n.Display = span(start, i)
		i = space(b, i)
		if i >= len(b) || b[i] != '<' {
			return i, ErrBadNameAddr
		}
	}
	if b[i] != '<' {
		// One word is the most frequent display name.
		if j := run(b, i, cName); j > i && j+1 < len(b) && b[j] == ' ' && b[j+1] == '<' {
			n.Display = span(i, j)
			i = j + 1
		} else if i = n.words(b, i); i < 0 {
			return start, ErrBadNameAddr
		}
	}
	if i < len(b) && b[i] == '<' && n.URI.Len == 0 {
		k := bytes.IndexByte(b[i:], '>')
		if k < 0 {
			return i, ErrBadNameAddr
		}
		s, t := i+1, i+k
		if b[s] <= ' ' || b[t-1] <= ' ' {
			s = skipSpace(b, s, t)
			t = trimRight(b, s, t)
		}
		if s == t {
			return i, ErrBadNameAddr
		}
		n.URI, n.Bracketed = span(s, t), true
		i += k + 1
	}
	stop := i
	i = space(b, i)
	if i < len(b) && b[i] == ';' {
		first := i + 1
		for k := 0; i < len(b) && b[i] == ';'; k++ {
			if k >= maxParams {
				return i, ErrBadNameAddr
			}
			if end := n.usual(b, i+1); end > 0 {
				i, stop = end, end
				continue
			}
			ns, ne, vs, ve, after := nextParam(b, i)
			if after < 0 {
				return ne, ErrBadNameAddr
			}
			stop = ve
			if vs < 0 {
				stop, vs, ve = ne, ne, ne
			}
			n.param(b[ns:ne], vs, ve)
			i = after
		}
		n.Params = span(first, stop)
	}
	n.Whole = span(start, stop)
	next, _, ok := itemEnd(b, i)
	if !ok {
		return i, ErrBadNameAddr
	}
	return next, OK
}

// words reads what begins at b[i] without a quote or bracket: the words of a
// display name, and i is left at the bracket behind them, or a URI or a star,
// and i is left behind it. It gives -1 for anything else.
func (n *NameAddr) words(b []byte, i int) int {
	start := i
	i = run(b, i, cName)
	if i < len(b) && b[i] == ':' && i > start {
		for i < len(b) && classes[b[i]]&cValue != 0 {
			if b[i] == '?' {
				return -1
			}
			i++
		}
		n.URI = span(start, i)
		return i
	}
	stop := i
	i = skipSpace(b, i, len(b))
	if stop == start+1 && b[start] == '*' && (i >= len(b) || b[i] == ',' || b[i] == ';') {
		n.Star = true
		return stop
	}
	for i < len(b) && classes[b[i]]&cName != 0 {
		i = skip(b, i, len(b), cName)
		stop = i
		i = skipSpace(b, i, len(b))
	}
	if i >= len(b) || b[i] != '<' || stop == start {
		return -1
	}
	n.Display = span(start, stop)
	return i
}

// usual reads a tag parameter at b[i:] in the form that nearly all have: without
// white space, once, another parameter or nothing behind it. It is the offset
// behind it, 0 if this is something else.
func (n *NameAddr) usual(b []byte, i int) int {
	if len(b)-i < 5 || binary.LittleEndian.Uint32(b[i:])|fold3 != wordTag {
		return 0
	}
	i += 4
	vs := i
	i = run(b, i, cValue)
	if i == vs || i < len(b) && b[i] != ';' || !n.Tag.IsZero() {
		return 0
	}
	n.Tag = span(vs, i)
	return i
}

const wordTag = uint32('t') | uint32('a')<<8 | uint32('g')<<16 | uint32('=')<<24

// param takes note of the parameter name with the value b[vs:ve].
func (n *NameAddr) param(name []byte, vs, ve int) {
	switch len(name) {
	case 1:
		if n.Q.IsZero() && name[0]|0x20 == 'q' {
			n.Q = span(vs, ve)
		}
	case 3:
		if n.Tag.IsZero() && equalFold(name, "tag") {
			n.Tag = span(vs, ve)
		}
	case 7:
		if n.Expires.IsZero() && equalFold(name, "expires") {
			n.Expires = span(vs, ve)
		}
	}
}

// Param is the value of a header parameter by its name in any case; one
// without a value is there with an empty one, a quoted string with its quotes.
func (n *NameAddr) Param(b []byte, name string) (value Span, ok bool) {
	return findParam(b, n.Params, name)
}
