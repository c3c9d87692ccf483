package value

import (
	"math"
	"strconv"
)

// ParseInt converts a string to an integer by the rules of the cookbook
// ("Operators"): "" and text that is not a number are 0. Decimal with an
// optional sign, or hexadecimal with 0x and no sign. The integers of the
// language have 32 bits: a decimal number beyond them is no number, eight
// hexadecimal digits are the bits. ok tells whether the whole text was a number.
func ParseInt(b []byte) (n int64, ok bool) {
	if len(b) > 2 && b[0] == '0' && b[1]|0x20 == 'x' {
		return parseHex(b[2:])
	}
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, b = b[0] == '-', b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int64(c-'0'); n > 1<<31 {
			return 0, false
		}
	}
	if neg {
		return -n, true
	}
	if n > math.MaxInt32 {
		return 0, false
	}
	return n, true
}

func parseHex(b []byte) (n int64, ok bool) {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		if n = n<<4 | int64(c); n > math.MaxUint32 {
			return 0, false
		}
	}
	return int64(int32(n)), true
}

// AppendInt appends the decimal text of n to dst, as str(n) is in the cookbook.
func AppendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
