package sipparse

// Separator is the offset of the first sep in b[i:] outside of quoted strings and
// angle brackets (RFC 3261 §25.1), len(b) where there is none. It takes lists of
// values apart at their commas and values at their semicolons; b need not be
// well-formed.
func Separator(b []byte, i int, sep byte) int {
	quoted, angle := false, false
	for ; i < len(b); i++ {
		switch ch := b[i]; {
		case quoted:
			if ch == '\\' {
				i++
			} else if ch == '"' {
				quoted = false
			}
		case ch == '"':
			quoted = true
		case ch == '<':
			angle = true
		case ch == '>':
			angle = false
		case ch == sep && !angle:
			return i
		}
	}
	return len(b)
}
