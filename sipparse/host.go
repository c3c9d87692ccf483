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
	if b[i]-'0' <= 9 {
		var ok bool
		if j, ok = skipIPv4(b, i); ok {
			kind = HostIPv4
		}
	}
	for j < len(b) && classes[b[j]]&cHost != 0 {
		j, kind = j+1, HostName
	}
	if j == i {
		return ref, host, HostName, -1
	}
	host = span(i, j)
	return host, host, kind, j
}

// skipIPv4 is the offset behind the digits and dots at b[i:]; ok says whether
// they begin with four numbers of up to 255 and nothing else.
func skipIPv4(b []byte, i int) (next int, ok bool) {
	dots, n, digits := 0, 0, 0
	for ; i < len(b); i++ {
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
