package avpops

// matchName matches a text with a pattern of file names (POSIX.1-2017 XCU
// §2.13): * is any text, ? any byte, [a-z] and [!a-z] one byte of a set or of
// none, a backslash takes the next byte as it is. Slashes and leading points are
// bytes like others. It goes back to the last * only, so it takes at most
// len(text) × len(pattern) steps.
func matchName(text, pattern []byte) bool {
	t, p := 0, 0
	starP, starT := -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			starP, starT = p, t
			continue
		}
		if n, ok := matchOne(text[t], pattern[p:]); ok {
			t, p = t+1, p+n
			continue
		}
		if starP < 0 {
			return false
		}
		starT++
		t, p = starT, starP
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// matchOne matches a byte with the first element of a pattern; n is the
// element's length.
func matchOne(c byte, pattern []byte) (n int, ok bool) {
	if len(pattern) == 0 {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) > 1 {
			return 2, c == pattern[1]
		}
	case '[':
		if n, in := matchSet(c, pattern); n > 0 {
			return n, in
		}
	}
	return 1, c == pattern[0]
}

// matchSet matches a byte with the [set] at the beginning of a pattern; n is its
// length, 0 where it is not closed.
func matchSet(c byte, pattern []byte) (n int, in bool) {
	i, not := 1, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i, not = i+1, true
	}
	for first := i; i < len(pattern); i++ {
		lo := pattern[i]
		if lo == ']' && i > first {
			return i + 1, in != not
		}
		if lo == '\\' && i+1 < len(pattern) {
			i++
			lo = pattern[i]
		}
		hi := lo
		if i+2 < len(pattern) && pattern[i+1] == '-' && pattern[i+2] != ']' {
			i += 2
			hi = pattern[i]
		}
		in = in || lo <= c && c <= hi
	}
	return 0, false
}
