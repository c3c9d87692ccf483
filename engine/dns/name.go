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
	start := len(dst)
	dst = append(dst, name...)
	dst, head := dst[start:], dst[:start]
	label := 0 // where the current part began
	for i, c := range dst {
		k := nameBytes[c]
		if k <= '.' {
			if k == 0 || k == '.' && (i == label || i-label > maxLabel) {
				return head, false
			}
			if k == '.' {
				label = i + 1
			}
		}
		dst[i] = k
	}
	n := len(dst) - label
	return head[:start+len(dst)], n > 0 && n <= maxLabel
}

// nameBytes gives a byte of a name in lower case, 0 for one that no name has.
var nameBytes = func() (t [256]byte) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789-_./*+") {
		t[c] = c
	}
	for c := 'A'; c <= 'Z'; c++ {
		t[c] = byte(c) | 0x20
	}
	return t
}()

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
