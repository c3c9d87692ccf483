package ipops

import "net/netip"

// A kind is what a text is; the numbers are the results of ip_type.
type kind int32

const (
	notIP         kind = 0
	ipv4          kind = 1
	ipv6          kind = 2
	ipv6Reference kind = 3
)

// parse reads an address without allocating: IPv4 in four decimal numbers
// without leading zeros, IPv6 (RFC 4291 §2.2) without zone, or IPv6 in brackets
// (RFC 3986 §3.2.2).
func parse(b []byte) (netip.Addr, kind) {
	if len(b) > 1 && b[0] == '[' && b[len(b)-1] == ']' {
		a, ok := parse6(b[1 : len(b)-1])
		if ok {
			return a, ipv6Reference
		}
		return netip.Addr{}, notIP
	}
	if four, ok := parse4(b); ok {
		return netip.AddrFrom4(four), ipv4
	}
	if a, ok := parse6(b); ok {
		return a, ipv6
	}
	return netip.Addr{}, notIP
}

func parse4(b []byte) (a [4]byte, ok bool) {
	n, digits, field := 0, 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			if digits == 1 && n == 0 {
				return a, false
			}
			digits++
			if n = n*10 + int(c-'0'); n > 255 {
				return a, false
			}
		case c == '.' && digits > 0 && field < 3:
			a[field] = byte(n)
			field, n, digits = field+1, 0, 0
		default:
			return a, false
		}
	}
	a[field] = byte(n)
	return a, field == 3 && digits > 0
}

func parse6(b []byte) (netip.Addr, bool) {
	var a [16]byte
	at, gap := 0, -1 // bytes written, where :: stands
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if at == 16 {
			return netip.Addr{}, false
		}
		n, i := 0, 0
		for ; i < len(b) && i < 5; i++ {
			d := hexDigit(b[i])
			if d < 0 {
				break
			}
			n = n<<4 | d
		}
		if i < len(b) && b[i] == '.' {
			four, ok := parse4(b)
			if !ok || at > 12 {
				return netip.Addr{}, false
			}
			copy(a[at:], four[:])
			at, b = at+4, nil
			break
		}
		if i == 0 || i > 4 {
			return netip.Addr{}, false
		}
		a[at], a[at+1] = byte(n>>8), byte(n)
		at, b = at+2, b[i:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return netip.Addr{}, false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = at, b[1:]
		}
	}
	switch {
	case gap < 0:
		return netip.AddrFrom16(a), at == 16
	case at == 16:
		return netip.Addr{}, false // :: stands for one group at least
	}
	copy(a[16-(at-gap):], a[gap:at])
	clear(a[gap : 16-(at-gap)])
	return netip.AddrFrom16(a), true
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
