package log

import "unicode/utf8"

// appendEscaped appends text as one line: line ends at its end are left out, and
// every control character is written as \n, \r, \t or \xHH: those below 0x20,
// 0x7f, and 0x80 to 0x9f both as characters and as stray bytes, which terminals
// take for control sequences too. Other bytes that are no UTF-8 stay.
func appendEscaped(dst, text []byte) []byte {
	for len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') {
		text = text[:len(text)-1]
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= 0x20 && c < 0x7f {
			dst = append(dst, c)
			i++
			continue
		}
		if c < 0x80 {
			dst = appendControl(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1 && c < 0xa0:
			dst = appendControl(dst, c)
		case r >= 0x80 && r < 0xa0:
			dst = appendControl(dst, byte(r))
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst
}

func appendControl(dst []byte, c byte) []byte {
	switch c {
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
}
