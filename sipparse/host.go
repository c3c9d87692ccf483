package sipparse

// parseHost reads the host at b[i:]: a name, an IPv4 address or an IPv6
// reference in brackets. next is the offset behind it, -1 if there is none.
// The digits of an IPv6 address are left to who uses it: the grammar of RFC
// 3261 allows some that are not addresses (RFC 5118 section 4.10).
func parseHost(b []byte, i int) (ref, host Span, kind HostKind, next int) {
	if i >= len(b) {
		return ref, host, HostName, -1
	}
	if b[i] == '[' {
		j := i + 1
		colons := 0
		for j < len(b) && (classes[b[j]]&cHex != 0 || b[j] == ':' || b[j] == '.') {
			if b[j] == ':' {
				colons++
			}
			j++
		}
		if colons < 2 || j == len(b) || b[j] != ']' {
			return ref, host, HostIPv6, -1
		}
		return span(i, j+1), span(i+1, j), HostIPv6, j + 1
	}
	j := i
	for j < len(b) && classes[b[j]]&cHost != 0 {
		j++
	}
	if j == i {
		return ref, host, HostName, -1
	}
	host = span(i, j)
	if classes[b[i]]&cDigit != 0 && isIPv4(b[i:j]) {
		kind = HostIPv4
	}
	return host, host, kind, j
}

// isIPv4 reports whether s is four numbers of up to 255.
func isIPv4(s []byte) bool {
	dots, n, digits := 0, 0, 0
	for _, c := range s {
		if d := c - '0'; d <= 9 {
			n = n*10 + int(d)
			if digits++; digits > 3 || n > 255 {
				return false
			}
			continue
		}
		if c != '.' || digits == 0 {
			return false
		}
		dots++
		n, digits = 0, 0
	}
	return dots == 3 && digits > 0
}
