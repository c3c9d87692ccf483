package framing

import "strings"

// Length is what stands in the place of a message's Content-Length header.
type Length struct{ Name, Lines string }

// Lengths are those that leave open where the next message begins: too large for a
// 31-bit number, no number at all, or two that differ.
func Lengths() []Length {
	of := func(v string) Length { return Length{v, "Content-Length: " + v} }
	return []Length{
		of("2147483648"), of("4294967295"), of("4294967296"), of("4294967297"), of("9223372036854775807"), of("9223372036854775808"),
		of("18446744073709551615"), of("18446744073709551616"), of("18446744073709551621"), of("99999999999999999999999999"),
		of("-1"), of("-0"), of("--5"), of("+5"), of("5-"),
		of("5 5"), of("5, 5"), of("0, 5"), of("5;x=y"), of("5.0"), of("0x10"), of("0b1"), of("1e3"), of("a"), of(`"5"`), of("５"), of("5\x00"),
		{"nothing", "Content-Length:"}, {"blanks", "Content-Length: \t "}, {"a fold and nothing", "Content-Length:\r\n "}, {"a number that goes on behind a fold", "Content-Length: 0\r\n 5"},
		{"5 and 0", "Content-Length: 5\r\nContent-Length: 0"}, {"0 and 5", "Content-Length: 0\r\nContent-Length: 5"}, {"compact 0 and 7", "l: 0\r\nContent-Length: 7"},
		{"7 and compact 0", "Content-Length: 7\r\nl: 0"}, {"capitals and another number", "CONTENT-LENGTH: 3\r\nContent-Length: 4"}, {"a blank before the colon and another number", "Content-Length : 0\r\nContent-Length: 4"},
		{"0 and no number", "Content-Length: 0\r\nContent-Length: x"}, {"no header", "X-Length: 0"},
	}
}

// message is a request with that length, and with another request behind its headers.
func (l Length) message() string {
	return strings.Replace(request("OPTIONS", "sip:bob@example.net", "length").String(), "Content-Length: 0", l.Lines, 1) + hidden
}
