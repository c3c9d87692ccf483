package sipparse

import (
	"bytes"
	"encoding/binary"
)

// Parse reads the start line and finds, names and types every header of the
// message in b, which is one datagram or one framed message. Whatever follows
// the message is left for Content-Length to cut off.
//
// On an answerable error the rest of the message has still been indexed as far
// as it could be read, so that the request can be answered; a line that is no
// header stands in the index as one of type HdrOther with an empty name, so that
// it is no part of the header before it. Leading line ends are not skipped.
func Parse(b []byte, x *Index) Err {
	x.state = state{}
	if len(b) == 0 {
		return ErrEmpty
	}
	if len(b) > MaxMessage {
		return ErrTooLong
	}
	x.bodyEnd = uint16(len(b))
	e := bytes.IndexByte(b, '\n')
	if e < 0 {
		return ErrNotSIP
	}
	x.start = Span{0, uint16(e + 1)}
	line := e
	if line > 0 && b[line-1] == '\r' {
		line--
	}
	err := x.startLine(b, line)
	if err != OK && !err.Answerable() {
		x.parseErr = err
		return err
	}
	if e := x.headers(b, e+1); err == OK {
		err = e
	}
	x.parseErr = x.mark(err)
	return x.parseErr
}

// headers indexes the headers from offset p on.
func (x *Index) headers(b []byte, p int) (err Err) {
	var seen, twice uint64
	n := 0
	for {
		if p >= len(b) {
			if err == OK {
				err = x.fail(ErrTruncated, len(b))
			}
			x.headersEnd, x.bodyOff = uint16(len(b)), uint16(len(b))
			break
		}
		if c := b[p]; c <= '\r' {
			if c == '\n' {
				x.headersEnd, x.bodyOff = uint16(p), uint16(p+1)
				break
			}
			if c == '\r' && p+1 < len(b) && b[p+1] == '\n' {
				x.headersEnd, x.bodyOff = uint16(p), uint16(p+2)
				break
			}
		}
		if n >= MaxHeaders {
			if err == OK {
				err = x.fail(ErrTooManyHeaders, p)
			}
			x.headersEnd, x.bodyOff = uint16(p), uint16(p)
			break
		}
		// Where the line ends does not wait for what the name is.
		e := bytes.IndexByte(b[p:], '\n') + p
		// The name, by words of eight bytes. Few headers lie so near the end
		// that the words do not; lookupWord takes those.
		var typ HeaderType
		var name, colon int
		if q := b[p:]; len(q) >= 24 && p >= 8 {
			w, mid := binary.LittleEndian.Uint64(q), binary.LittleEndian.Uint64(q[8:])
			h := &headerEntries[headerHash[(w|lower8)&uptoColon(w)*headerHashMul>>headerHashShift]]
			for {
				last := binary.LittleEndian.Uint64(b[p+int(h.n)-8:])
				if (w^h.w0)&h.m0|(last^h.w1)&h.m1|(mid^h.w2)&h.m2 == 0 || h.n == 0 {
					break
				}
				h = &headerEntries[h.more]
			}
			typ, name = h.typ, int(h.n)-1
		} else if len(q) >= 8 {
			h := &headerEntries[lookupWord(b, p, binary.LittleEndian.Uint64(q))]
			typ, name = h.typ, int(h.n)-1
		}
		colon = p + name
		if typ == HdrOther {
			var wrong Err
			if name, colon, typ, wrong = otherName(b, p); wrong != OK {
				if err == OK {
					err = x.fail(wrong, colon)
				}
				name, colon, typ = 0, p, HdrOther
			}
		}
		// The line goes on where the next one begins with white space.
		var fold uint8
		if e < p {
			e = len(b)
		} else if e+1 < len(b) && (b[e+1] == ' ' || b[e+1] == '\t') {
			fold = foldBit
			e = foldedEnd(b, e)
		}
		end := min(e+1, len(b))
		body := colon + 1
		if e > body && b[e-1] == '\r' {
			e--
		}
		if e > body && b[e-1] <= ' ' {
			e = trimRight(b, body, e)
		}
		if body < e && b[body] == ' ' {
			body++
		}
		if body < e && b[body] <= ' ' {
			body = skipSpace(b, body, e)
		}
		gap, tail := body-p-name, end-e
		if gap > maxGap || tail > maxTail {
			if err == OK {
				err = x.fail(ErrHeaderLine, colon)
			}
			name, gap, tail, typ = 0, 1, 0, HdrOther
		}
		x.lines[n] = line{uint16(p), uint8(name), uint8(gap)}
		x.tails[n] = uint8(tail) | fold
		x.types[n] = uint8(typ)
		x.last[min(typ, cached)] = uint8(n)
		bit := uint64(1) << typ
		twice |= seen & bit
		seen |= bit
		n++
		p = end
	}
	x.lines[n].off = x.headersEnd
	x.n = uint8(n)
	x.seen, x.twice = seen, twice
	return err
}

// foldedEnd is the offset of the line feed that ends the folded header that
// goes on behind the one at e; len(b) if there is none.
func foldedEnd(b []byte, e int) int {
	for e+1 < len(b) && (b[e+1] == ' ' || b[e+1] == '\t') {
		k := bytes.IndexByte(b[e+1:], '\n')
		if k < 0 {
			return len(b)
		}
		e += 1 + k
	}
	return e
}

// otherName reads a name that lookupWord does not know: a name that is not in
// the table, or one with white space before its colon. On an error colon is
// where it was found.
func otherName(b []byte, p int) (name, colon int, typ HeaderType, err Err) {
	i := skip(b, p, len(b), cToken)
	name = i - p
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	switch {
	case b[p] == ' ' || b[p] == '\t': // the start line cannot be folded
		return 0, p, 0, ErrHeaderLine
	case i == len(b) || b[i] == '\n' || b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
		return 0, i, 0, ErrHeaderLine
	case b[i] != ':':
		return 0, i, 0, ErrHeaderName
	case name == 0 || name > maxName:
		return 0, p, 0, ErrHeaderName
	}
	return name, i, LookupHeader(b[p : p+name]), OK
}
