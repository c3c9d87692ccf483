package sipparse

// Span is a piece of a message: Len bytes from offset Off. The zero Span means
// "not there"; a piece that is there and empty has Len 0 and its offset.
type Span struct{ Off, Len uint16 }

// Of is the piece of b. It shares b's memory.
func (s Span) Of(b []byte) []byte { return b[s.Off : int(s.Off)+int(s.Len) : int(s.Off)+int(s.Len)] }

// End is the offset behind the last byte.
func (s Span) End() int { return int(s.Off) + int(s.Len) }

// IsZero reports whether the piece is not there.
func (s Span) IsZero() bool { return s == Span{} }

// span makes a Span of two offsets.
func span(off, end int) Span { return Span{uint16(off), uint16(end - off)} }

// The kinds of byte that the grammar of RFC 3261 section 25 and this parser's
// tolerances distinguish. Bytes of 0x80 and more are UTF-8.
const (
	cToken     uint16 = 1 << iota // token
	cUser                         // user part: the grammar, and # [ ] ^ ` { | } and UTF-8, which devices send unescaped
	cPass                         // password of a userinfo
	cHost                         // host name: the grammar and _
	cURIParam                     // name or value of a URI parameter
	cURIHeader                    // headers of a URI, with = and &
	cValue                        // unquoted value of a header parameter: what does not end it
	cName                         // name of a header parameter and words of a display name: token and UTF-8
	cDigit
	cHex
	cSpace // SP, HT, and CR and LF, which stand in a header body only in a fold
	cText  // no control byte
	cSchemeChar
	cPhone     // number of a tel URI
	cPlainUser // what is of a user part for sure, and of a host
)

var classes = makeClasses()

func makeClasses() (t [256]uint16) {
	set := func(chars string, bits uint16) {
		for i := 0; i < len(chars); i++ {
			t[chars[i]] |= bits
		}
	}
	for c := 0; c < 256; c++ {
		switch {
		case c >= '0' && c <= '9':
			t[c] |= cDigit | cHex
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			t[c] |= cHex
		}
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' && c < 0x80 {
			t[c] |= cToken | cUser | cPass | cHost | cURIParam | cURIHeader | cName | cSchemeChar | cPlainUser
		}
		if c > 0x20 && c != 0x7F && c != ';' && c != ',' && c != '"' && c != '<' && c != '>' {
			t[c] |= cValue
		}
		if c >= 0x80 {
			t[c] |= cUser | cName
		}
		if c >= 0x20 && c != 0x7F || c == '\t' {
			t[c] |= cText
		}
	}
	const mark = "-_.!~*'()"
	set("-.!%*_+`'~", cToken|cName)
	set(mark+"%&=+$,;?/#[]^`{|}", cUser)
	set(mark+"%&=+$,", cPass)
	set("-._", cHost)
	set(mark+"%[]/:&+$", cURIParam)
	set(mark+"%[]/?:+$=&", cURIHeader)
	set(" \t\r\n", cSpace)
	set("+-.", cSchemeChar)
	set("0123456789abcdefABCDEF+-.()*#", cPhone)
	set("-_.!~*'()%&=+$,", cPlainUser)
	return t
}

// skip is the offset of the first byte in b[i:end] that is not of the class.
func skip(b []byte, i, end int, class uint16) int {
	for i < end && classes[b[i]]&class != 0 {
		i++
	}
	return i
}

// space is skipSpace to the end of b, for where there is seldom any.
func space(b []byte, i int) int {
	if uint(i) < uint(len(b)) && b[i] <= ' ' {
		return skipSpace(b, i, len(b))
	}
	return i
}

// skipSpace is the offset of the first byte in b[i:end] that is not white space.
func skipSpace(b []byte, i, end int) int {
	for i < end && classes[b[i]]&cSpace != 0 {
		i++
	}
	return i
}

// trimRight is end without the white space before it, not before off.
func trimRight(b []byte, off, end int) int {
	for end > off && classes[b[end-1]]&cSpace != 0 {
		end--
	}
	return end
}

// equalFold compares a with s without regard to the case of ASCII letters.
func equalFold(a []byte, s string) bool {
	if len(a) != len(s) {
		return false
	}
	for i, c := range a {
		if c != s[i] && lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// number is decimal over the whole of b[off:end]; ok is false if anything but
// digits, or nothing, stands there.
func number(b []byte, off, end int, limit uint64) (n uint64, more, ok bool) {
	n, next, more := decimal(b, off, end, limit)
	return n, more, next == end && end > off
}

// quoted is the offset behind the quoted string that begins at b[i], -1 if it
// does not end before end. A backslash takes the next byte with it.
func quoted(b []byte, i, end int) int {
	for i++; i < end; i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// Unquote appends the content of s to dst: a quoted string without its quotes
// and with its backslash pairs undone, anything else as it stands.
func Unquote(dst, s []byte) []byte {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return append(dst, s...)
	}
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		dst = append(dst, s[i])
	}
	return dst
}

// Unescape appends s to dst with its %HH escapes undone, once (RFC 3261
// section 19.1.4). A percent sign without two hexadecimal digits stays.
func Unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		c, n := unescaped(s, i)
		dst = append(dst, c)
		i += n - 1
	}
	return dst
}

// unescaped is the byte that stands at s[i], and the number of bytes it is
// written with: three for an escape, else one.
func unescaped(s []byte, i int) (c byte, n int) {
	if s[i] == '%' && i+2 < len(s) && classes[s[i+1]]&classes[s[i+2]]&cHex != 0 {
		return hexValue(s[i+1])<<4 | hexValue(s[i+2]), 3
	}
	return s[i], 1
}

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0xDF - 'A' + 10
}
