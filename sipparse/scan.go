package sipparse

import (
	"encoding/binary"
	"math/bits"
)

// The scanners below look at eight bytes at a time. It is not so much the bytes
// that this spares as the branches: where a word of a message ends is what a
// processor cannot foresee.
//
// They read up to the capacity of the slice that they are given, and never more
// than the message: the leaf parsers cut theirs with b[:end:len(b)].

// run is the offset of the first byte of b[i:] that is not of the class; the
// class must have all plain bytes.
func run(b []byte, i int, class uint16) int {
	for uint(i) < uint(len(b)) && classes[b[i]]&class != 0 {
		i++
	}
	return i
}

// decimal reads the digits at b[i:end] and stops at the first other byte. more
// is true when the number was larger than limit, which is then its value.
func decimal(b []byte, i, end int, limit uint64) (n uint64, next int, more bool) {
	if i+8 <= cap(b) && i < end {
		w := binary.LittleEndian.Uint64(b[i : i+8])
		// The high bit of each byte that is no digit; the lowest is right.
		d := w ^ 0x30*ones8
		m := (d + 0x76*ones8 | d) & highs8
		if k := min(bits.TrailingZeros64(m)>>3, end-i); k < 8 {
			// Move the digits to the high end, zeros before them, and add up
			// neighbours: by pairs, fours and all eight.
			d <<= uint(64 - 8*k)
			d = (d*10 + d>>8) & 0x00FF00FF00FF00FF
			d = (d*100 + d>>16) & 0x0000FFFF0000FFFF
			d = (d*10000 + d>>32) & 0xFFFFFFFF
			if d > limit {
				return limit, i + k, true
			}
			return d, i + k, false
		}
	}
	for ; i < end; i++ {
		d := b[i] - '0'
		if d > 9 {
			break
		}
		if n = n*10 + uint64(d); n > limit {
			n, more = limit, true
		}
	}
	return n, i, more
}
