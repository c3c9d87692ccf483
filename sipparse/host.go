package sipparse

// hostEnd is the offset behind the host at b[i:], a name, an IPv4 address or an
// IPv6 reference in brackets, -1 if there is none. The digits of an IPv6 address
// are left to who uses it: the grammar of RFC 3261 allows some that are not
// addresses (RFC 5118 section 4.10).
func hostEnd(b []byte, i int) (next int, kind HostKind) {
	if uint(i) < uint(len(b)) && b[i] == '[' {
		return skipIPv6(b, i), HostIPv6
	}
	j := i
	if uint(i) < uint(len(b)) && b[i]-'0' <= 9 {
		var ok bool
		if j, ok = skipIPv4(b, i); ok && (j >= len(b) || classes[b[j]]&cHost == 0) {
			return j, HostIPv4
		}
	}
	if j = run(b, j, cHost); j == i {
		return -1, HostName
	}
	return j, HostName
}

// hostSpans are the host at b[off:end] without and with its brackets.
func hostSpans(off, end int, kind HostKind) (host, ref Span) {
	ref = span(off, end)
	if kind == HostIPv6 {
		return span(off+1, end-1), ref
	}
	return ref, ref
}

// skipIPv6 is the offset behind the IPv6 reference at b[i:], -1 if it is none.
func skipIPv6(b []byte, i int) int {
	colons := 0
	for i++; i < len(b); i++ {
		switch {
		case classes[b[i]]&cHex != 0 || b[i] == '.':
		case b[i] == ':':
			colons++
		case b[i] == ']' && colons >= 2:
			return i + 1
		default:
			return -1
		}
	}
	return -1
}

// skipIPv4 is the offset behind the digits and dots at b[i:]; ok says whether
// they begin with four numbers of up to 255 and nothing else.
func skipIPv4(b []byte, i int) (next int, ok bool) {
	dots, n, digits := 0, 0, 0
	for ; uint(i) < uint(len(b)); i++ {
		c := b[i]
		if d := c - '0'; d <= 9 {
			n = n*10 + int(d)
			if digits++; digits > 3 {
				return i, false
			}
			continue
		}
		if c != '.' {
			break
		}
		if digits == 0 || n > 255 {
			return i, false
		}
		dots++
		n, digits = 0, 0
	}
	return i, dots == 3 && digits > 0 && n <= 255
}

// portAt reads the digits at b[i:]; next is behind them, -1 if there are none or
// they are no port.
func portAt(b []byte, i int) (port uint16, next int) {
	n, next, more := decimal(b, i, len(b), 65535)
	if next == i || more {
		return 0, -1
	}
	return uint16(n), next
}
