package pv

import (
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// Text in the message and in other values is taken apart here without being
// copied: comma lists of header values and name=value parameter lists, with
// quoted strings and <…> respected.

// addressList reports whether the header is one whose comma lists $hfl takes
// apart: addresses, and Via.
func (h *hdrName) addressList() bool {
	switch h.typ {
	case sipparse.HdrVia, sipparse.HdrContact, sipparse.HdrRoute, sipparse.HdrRecordRoute, sipparse.HdrFrom, sipparse.HdrTo,
		sipparse.HdrPAssertedIdentity, sipparse.HdrPPreferredIdentity, sipparse.HdrDiversion:
		return true
	}
	return false
}

// valueEnd is the end of the value at b[at:]: the next comma, or the end of the
// body.
func (h *hdrName) valueEnd(b []byte, at int) int {
	if h.whole {
		return len(b)
	}
	return sipparse.Separator(b, at, ',')
}

// listed is one value of the comma lists of all headers of a name: from 0, from
// the end for a negative index, all joined by commas for indexAll.
func (h *hdrName) listed(c *rt.Ctx, index int64) value.Value {
	if index == indexAll {
		return h.joined(c)
	}
	if index < 0 {
		if index += h.listCount(c); index < 0 {
			return undef
		}
	}
	for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
		s := c.Index.Body(i)
		b := s.Of(c.Msg)
		for at := 0; at <= len(b); {
			end := h.valueEnd(b, at)
			if index == 0 {
				lo, hi := trim(b, at, end)
				return inMsg(s).Slice(lo, hi)
			}
			index--
			at = end + 1
		}
	}
	return undef
}

// allListed is all values of the comma lists of a name, separated by commas
// alone.
func (h *hdrName) allListed(c *rt.Ctx) value.Value {
	n := h.listCount(c)
	if n <= 1 {
		return h.listed(c, 0)
	}
	m := c.Mark()
	first := true
	for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
		b := c.Index.Body(i).Of(c.Msg)
		for at := 0; at <= len(b); {
			end := h.valueEnd(b, at)
			lo, hi := trim(b, at, end)
			if !first {
				c.AppendByte(',')
			}
			first = false
			c.Append(b[lo:hi])
			at = end + 1
		}
	}
	return c.FromMark(m)
}

// listCount is the number of values in the comma lists of all headers of a name.
func (h *hdrName) listCount(c *rt.Ctx) int64 {
	n := int64(0)
	for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
		b := c.Index.Body(i).Of(c.Msg)
		for at := 0; at <= len(b); n++ {
			at = h.valueEnd(b, at) + 1
		}
	}
	return n
}

// A paramIter walks over name[=value] pairs separated by sep.
type paramIter struct {
	b         []byte
	at        int
	sep       byte
	name, val [2]int // offsets; val of a quoted value is without its quotes
	hasVal    bool
}

// next moves to the next pair; false at the end. Empty pairs are passed over.
func (p *paramIter) next() bool {
	b := p.b
	for p.at < len(b) && (b[p.at] == p.sep || isSpace(b[p.at])) {
		p.at++
	}
	if p.at >= len(b) {
		return false
	}
	i := p.at
	for i < len(b) && b[i] != p.sep && b[i] != '=' {
		i++
	}
	lo, hi := trim(b, p.at, i)
	p.name = [2]int{lo, hi}
	p.hasVal = i < len(b) && b[i] == '='
	p.val = [2]int{hi, hi}
	if p.hasVal {
		i++
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		start := i
		if i < len(b) && b[i] == '"' {
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			p.val = [2]int{start + 1, min(i, len(b))}
			for i < len(b) && b[i] != p.sep {
				i++
			}
		} else {
			for i < len(b) && b[i] != p.sep {
				i++
			}
			lo, hi := trim(b, start, i)
			p.val = [2]int{lo, hi}
		}
	}
	p.at = i
	return true
}

// param is the value of a parameter of the list that v holds; found tells a
// parameter without a value (the empty string) from an absent one (undefined).
// Names are compared without regard to case.
func param(c *rt.Ctx, v value.Value, name string, sep byte) (val value.Value, found bool) {
	p := paramIter{b: c.Bytes(v), sep: sep}
	for p.next() {
		if equalFold(p.b[p.name[0]:p.name[1]], name) {
			return v.Slice(p.val[0], p.val[1]), true
		}
	}
	return undef, false
}

// trim moves the ends of b[lo:hi] past white space.
func trim(b []byte, lo, hi int) (int, int) {
	for lo < hi && isSpace(b[lo]) {
		lo++
	}
	for hi > lo && isSpace(b[hi-1]) {
		hi--
	}
	return lo, hi
}

func isSpace(ch byte) bool { return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n' }

// equalFold compares without regard to the case of ASCII letters.
func equalFold[T []byte | string](a []byte, b T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}
