package lex

import (
	"net/netip"
	"strings"
)

// Addresses stand in scripts without quotes: 10.0.0.1, 10.0.0.0/8,
// 10.0.0.0/255.0.0.0, [::1]:5060, 2001:db8::1, udp:127.0.0.1:5060.

var transports = map[string]bool{"udp": true, "tcp": true, "tls": true, "sctp": true, "ws": true, "wss": true}

// dottedQuad is the length of an IPv4 address at the head of b, 0 if there is none.
func dottedQuad(b []byte) int {
	i := 0
	for part := range 4 {
		if part > 0 {
			if i >= len(b) || b[i] != '.' {
				return 0
			}
			i++
		}
		start := i
		for i < len(b) && isDigit(b[i]) && i-start < 4 {
			i++
		}
		if i == start || i-start > 3 {
			return 0
		}
	}
	if i < len(b) && (isLetter(b[i]) || b[i] == '.' && i+1 < len(b) && isWord(b[i+1])) {
		return 0 // 1.2.3.4.example.com
	}
	return i
}

// addrTail is the length of ":port" or "/mask" at the head of b.
func addrTail(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch {
	case b[0] == ':' && isDigit(b[1]):
		i := 1
		for i < len(b) && isDigit(b[i]) {
			i++
		}
		return i
	case b[0] == '/' && isDigit(b[1]):
		if n := dottedQuad(b[1:]); n > 0 {
			return 1 + n
		}
		i := 1
		for i < len(b) && isDigit(b[i]) {
			i++
		}
		return i
	}
	return 0
}

// bracketedAddr is the length of an IPv6 reference at the head of b, 0 if there is none.
func bracketedAddr(b []byte) int {
	colons := 0
	for i := 1; i < len(b) && i < 64; i++ {
		switch c := b[i]; {
		case c == ':':
			colons++
		case c == ']':
			if colons < 2 {
				return 0
			}
			return i + 1
		case !isHex(c) && c != '.' && c != '%' && !isWord(c):
			return 0
		}
	}
	return 0
}

// maxV6 is more than the longest text of an IPv6 address, which is 45 bytes.
const maxV6 = 64

// plainV6 is the length of an IPv6 address without brackets at the head of b.
func plainV6(b []byte) int {
	if len(b) > maxV6 {
		b = b[:maxV6]
	}
	i, colons := 0, 0
	for i < len(b) && (isHex(b[i]) || b[i] == ':' || b[i] == '.') {
		if b[i] == ':' {
			colons++
		}
		i++
	}
	if colons < 2 || i == maxV6 || i < len(b) && isWord(b[i]) {
		return 0
	}
	for i > 0 {
		if a, err := netip.ParseAddr(string(b[:i])); err == nil && a.Is6() {
			return i
		}
		if b[i-1] != ':' && b[i-1] != '.' {
			return 0
		}
		i-- // case 1::  a trailing colon belongs to something else
	}
	return 0
}

// addrV6 reads an IPv6 address, with or without brackets.
func (l *lexer) addrV6(s *source) {
	i := s.i
	n := bracketedAddr(s.text[i:])
	if s.text[i] != '[' {
		if n = plainV6(s.text[i:]); n == 0 {
			s.i++
			l.emit(s, Token{Kind: Op, Text: ":"}, i)
			return
		}
	}
	s.i += n
	if s.text[i] == '[' || s.i < len(s.text) && s.text[s.i] == '/' {
		s.i += addrTail(s.text[s.i:])
	}
	l.emit(s, Token{Kind: Addr, Text: string(s.text[i:s.i])}, i)
}

// colonWord reads on behind "word:" where that makes one token: an address with
// its protocol, a host with a port in a value, or a keyword such as msg:len.
func (l *lexer) colonWord(s *source, i int, word string) bool {
	rest := s.text[s.i+1:]
	switch {
	case transports[strings.ToLower(word)]:
		n, open := 0, 0
		for n < len(rest) && (isWord(rest[n]) || strings.IndexByte(".:-*[]", rest[n]) >= 0) {
			switch rest[n] {
			case '[':
				open++
			case ']':
				open--
			}
			if open < 0 {
				break // event_route[tls:connection-out]
			}
			n++
		}
		if n == 0 && len(rest) > 0 && rest[0] == '(' {
			for n < len(rest) && rest[n] != ')' && rest[n] != '\n' {
				n++
			}
			n = min(n+1, len(rest))
			n += addrTail(rest[n:])
		}
		if n == 0 {
			return false
		}
		s.i += 1 + n
		l.emit(s, Token{Kind: Addr, Text: l.addrDefines(string(s.text[i:s.i]))}, i)
		return true
	case word == "msg" || word == "uri":
		n := 0
		for n < len(rest) && isWord(rest[n]) {
			n++
		}
		if n == 0 {
			return false
		}
		s.i += 1 + n
		l.emit(s, Token{Kind: Ident, Text: string(s.text[i:s.i])}, i)
		return true
	case l.rawValue() && isDigit(rest[0]):
		s.i += addrTail(s.text[s.i:])
		l.emit(s, Token{Kind: Addr, Text: string(s.text[i:s.i])}, i)
		return true
	}
	return false
}

// addrDefines puts the values of defines into an address: udp:MY_IP:MY_PORT. One
// that would be longer than any address is left as it is.
func (l *lexer) addrDefines(text string) string {
	const maxAddr = 512
	if l.verbatim || len(text) > maxAddr || strings.Contains(text, "[") {
		return text
	}
	parts, size := strings.Split(text, ":"), len(text)
	for i := range parts {
		for range MaxExpansions {
			d := l.defines[parts[i]]
			if d == nil || !d.hasValue {
				break
			}
			value, _, _ := strings.Cut(d.value, " ") // a comment may follow
			value = strings.Trim(value, "\"'")
			if size += len(value); size > maxAddr {
				return text
			}
			parts[i] = value
		}
	}
	return strings.Join(parts, ":")
}
