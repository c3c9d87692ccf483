package sipparse

import "encoding/binary"

//go:generate go run ./gen

// HeaderType says which header field a header is. HdrOther stands for every
// name that the table (headers.txt) does not have; it is also the zero value.
type HeaderType uint8

// headerEntry is one spelling of a name as words of eight bytes with a mask
// each: 0xDF where a letter stands, 0xFF for every other byte. A plain case
// fold of all bytes would make a CR equal to a dash.
type headerEntry struct {
	w0, m0 uint64 // the first eight bytes
	w1, m1 uint64 // the last eight, if there are more than eight
	w2, m2 uint64 // bytes 8 to 15, if there are more than sixteen
	n      uint8  // length with the colon
	typ    HeaderType
	more   uint8 // the next entry with the same first eight bytes
}

// String is the full name of the header, "" for HdrOther.
func (t HeaderType) String() string {
	if t < numHeaderTypes {
		return headerNames[t]
	}
	return ""
}

// Compact is the one-letter form of the header's name, 0 if it has none.
func (t HeaderType) Compact() byte {
	if t < numHeaderTypes {
		return compactNames[t]
	}
	return 0
}

// LookupHeader finds the type of a header name (full or compact form, any
// case, without colon and white space).
func LookupHeader(name []byte) HeaderType {
	n := len(name)
	if n == 0 || n > maxKnownName {
		return HdrOther
	}
	var buf [32]byte
	copy(buf[:], name)
	if n > fastName {
		for _, t := range longHeaders {
			if s := headerNames[t]; len(s) == n && equalFold(name, s) {
				return t
			}
		}
		return HdrOther
	}
	buf[n] = ':'
	e := lookupWord(buf[:], 0, binary.LittleEndian.Uint64(buf[:]))
	if int(headerEntries[e].n) != n+1 {
		return HdrOther
	}
	return headerEntries[e].typ
}

const (
	// fastName is the longest name that has an entry in headerEntries.
	fastName = 23
	// maxKnownName is the length of the longest name in headers.txt.
	maxKnownName = 29
)

// lookupWord finds the entry whose name, with its colon, stands at b[p:]; w is
// the word at p. Zero means none.
func lookupWord(b []byte, p int, w uint64) uint8 {
	i := headerHash[(w|lower8)&uptoColon(w)*headerHashMul>>headerHashShift]
	for ; i != 0; i = headerEntries[i].more {
		e := &headerEntries[i]
		if (w^e.w0)&e.m0 != 0 {
			return 0
		}
		if e.n <= 8 {
			return i
		}
		if len(b) < p+int(e.n) {
			continue
		}
		last := binary.LittleEndian.Uint64(b[p+int(e.n)-8:])
		if e.n <= 16 {
			if (last^e.w1)&e.m1 == 0 {
				return i
			}
			continue
		}
		mid := binary.LittleEndian.Uint64(b[p+8:])
		if (last^e.w1)&e.m1|(mid^e.w2)&e.m2 == 0 {
			return i
		}
	}
	return 0
}

const (
	ones8   = 0x0101010101010101
	highs8  = 0x8080808080808080
	lower8  = 0x2020202020202020
	colons8 = 0x3A3A3A3A3A3A3A3A
)

// uptoColon is the mask of w's bytes up to and with the first colon, all of
// them if there is none.
func uptoColon(w uint64) uint64 {
	v := w ^ colons8
	z := (v - ones8) &^ v & highs8
	return (z&-z)<<1 - 1
}
