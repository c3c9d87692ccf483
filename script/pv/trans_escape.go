package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// A charset says which bytes an escaping leaves alone.
type charset [256]bool

func charsetOf(extra string) *charset {
	var s charset
	for ch := byte('0'); ch <= '9'; ch++ {
		s[ch] = true
	}
	for ch := byte('a'); ch <= 'z'; ch++ {
		s[ch], s[ch-0x20] = true, true
	}
	for i := range len(extra) {
		s[extra[i]] = true
	}
	return &s
}

var (
	// unreserved and user-unreserved of RFC 3261 §25.1, without the slash, which
	// Kamailio escapes.
	userChars = charsetOf("-_.!~*'()" + "&=+$,;?")
	// unreserved and param-unreserved of RFC 3261 §25.1.
	paramChars = charsetOf("-_.!~*'()" + "[]/:&+$")
	// unreserved of RFC 3986 §2.3.
	urlChars = charsetOf("-_.~")
)

// percentEscape writes every other byte as %hh. strict makes the result
// undefined for bytes that are not printable ASCII, as in the reference.
func percentEscape(set *charset, strict bool) transformer {
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		i := 0
		for i < len(b) && set[b[i]] {
			i++
		}
		if i == len(b) {
			return v
		}
		m := c.Mark()
		for _, ch := range b {
			if set[ch] {
				c.AppendByte(ch)
				continue
			}
			if strict && (ch < ' ' || ch >= 0x7f) {
				c.Truncate(m)
				return undef
			}
			c.AppendByte('%')
			c.AppendByte(hexLower[ch>>4])
			c.AppendByte(hexLower[ch&15])
		}
		return c.FromMark(m)
	}
}

// percentUnescape is the reverse; undefined where an escape is malformed or
// stands for a control byte, which must not get into a URI.
func percentUnescape(c *rt.Ctx, v value.Value, b []byte) value.Value {
	i := 0
	for i < len(b) && b[i] != '%' {
		i++
	}
	if i == len(b) {
		return v
	}
	m := c.Mark()
	for i = 0; i < len(b); i++ {
		ch := b[i]
		if ch == '%' {
			if i+2 >= len(b) {
				return undef
			}
			hi, lo := hexValue(b[i+1]), hexValue(b[i+2])
			if hi < 0 || lo < 0 {
				return undef
			}
			ch = byte(hi<<4 | lo)
			if ch < ' ' || ch == 0x7f {
				return undef
			}
			i += 2
		}
		c.AppendByte(ch)
	}
	return c.FromMark(m)
}

// urlDecode reads %hh and + as a space; a percent sign that begins no escape
// is left out.
func urlDecode(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	for i := 0; i < len(b); i++ {
		switch ch := b[i]; ch {
		case '+':
			c.AppendByte(' ')
		case '%':
			if i+2 < len(b) && hexValue(b[i+1]) >= 0 && hexValue(b[i+2]) >= 0 {
				c.AppendByte(byte(hexValue(b[i+1])<<4 | hexValue(b[i+2])))
				i += 2
			}
		default:
			c.AppendByte(ch)
		}
	}
	return c.FromMark(m)
}

func hexValue(ch byte) int {
	switch {
	case ch >= '0' && ch <= '9':
		return int(ch - '0')
	case ch|0x20 >= 'a' && ch|0x20 <= 'f':
		return int(ch|0x20-'a') + 10
	}
	return -1
}

// appendCommon appends b with a backslash before ' " and \, and NUL as \0.
func appendCommon(c *rt.Ctx, b []byte) {
	for _, ch := range b {
		switch ch {
		case '\'', '"', '\\':
			c.AppendByte('\\')
		case 0:
			c.AppendByte('\\')
			ch = '0'
		}
		c.AppendByte(ch)
	}
}

func escapeCommon(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	appendCommon(c, b)
	return c.FromMark(m)
}

func unescapeCommon(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	for i := 0; i < len(b); i++ {
		ch := b[i]
		if ch == '\\' && i+1 < len(b) {
			switch b[i+1] {
			case '\'', '"', '\\':
				i++
				ch = b[i]
			case '0':
				i++
				ch = 0
			}
		}
		c.AppendByte(ch)
	}
	return c.FromMark(m)
}

// escapeCSV puts the text in double quotes and doubles those in it (RFC 4180).
func escapeCSV(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	m := c.Mark()
	c.AppendByte('"')
	for _, ch := range b {
		if ch == '"' {
			c.AppendByte('"')
		}
		c.AppendByte(ch)
	}
	c.AppendByte('"')
	return c.FromMark(m)
}

// escapeTrans are the escapings of class s.
func escapeTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("s", "escape.common", "a backslash before ' \" and \\; NUL as \\0", escapeCommon),
		plainTrans("s", "unescape.common", "the reverse of escape.common", unescapeCommon),
		plainTrans("s", "escape.user", "what may not stand in the user part of a SIP URI as %hh; undefined for a byte that is not printable ASCII", percentEscape(userChars, true)),
		plainTrans("s", "unescape.user", "the reverse of escape.user; undefined for a malformed escape or a control byte", percentUnescape),
		plainTrans("s", "escape.param", "what may not stand in a URI parameter as %hh; undefined for a byte that is not printable ASCII", percentEscape(paramChars, true)),
		plainTrans("s", "unescape.param", "the reverse of escape.param; undefined for a malformed escape or a control byte", percentUnescape),
		plainTrans("s", "escape.csv", "a CSV field in double quotes (RFC 4180)", escapeCSV),
		plainTrans("s", "urlencode.param", "value of a URL parameter: everything but letters, digits and -_.~ as %hh", percentEscape(urlChars, false)),
		plainTrans("s", "urldecode.param", "the reverse of urlencode.param, + as a space", urlDecode),
	}
}
