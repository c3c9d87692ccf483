package dns

import (
	"net"
	"net/netip"
)

// appendName appends a name as the cache and the servers know it: lower case,
// without the dot at the end. false: it is none. Taken is what occurs in names of
// hosts, services (_sip._udp), ENUM and reverse look-ups; a name with other bytes
// is nobody's.
func appendName(dst, name []byte) ([]byte, bool) {
	if n := len(name); n > 1 && name[n-1] == '.' {
		name = name[:n-1]
	}
	if len(name) == 0 || len(name) > MaxName {
		return dst, false
	}
	label := 0
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_':
			label++
		case c >= 'A' && c <= 'Z':
			c |= 0x20
			label++
		case c == '.':
			if label == 0 {
				return dst, false
			}
			label = 0
		case c == '/' || c == '*' || c == '+':
			label++
		default:
			return dst, false
		}
		if label > maxLabel {
			return dst, false
		}
		dst = append(dst, c)
	}
	return dst, label > 0
}

// cleanName is appendName for strings.
func cleanName(name string) (string, bool) {
	var buf [MaxName]byte
	b, ok := appendName(buf[:0], []byte(name))
	return string(b), ok
}

// absolute reports whether a name ends with a dot: the search list is not for it.
func absolute(name string) bool { return len(name) > 0 && name[len(name)-1] == '.' }

func addrOf(ip net.IP) (netip.Addr, bool) {
	a, ok := netip.AddrFromSlice(ip)
	return a.Unmap(), ok
}
