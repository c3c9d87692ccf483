package arg

import "sipedge/script/rt"

// HostPort is a destination or listen address as scripts write it.
type HostPort struct {
	Proto rt.Proto // ProtoNone where none is written
	Host  []byte   // part of the text that was parsed; IPv6 without brackets
	Port  uint16   // 0 where none is written
}

// ParseHostPort takes "[proto:]host[:port]" apart. An IPv6 address stands in
// brackets; without a port it may stand bare. False where the text is none of
// this: empty, a port that is not 1 to 65535, brackets that do not close.
func ParseHostPort(b []byte) (hp HostPort, ok bool) {
	for p := rt.ProtoUDP; p <= rt.ProtoWSS; p++ {
		name := p.String()
		if len(b) > len(name) && b[len(name)] == ':' && foldEqual(b[:len(name)], name) {
			hp.Proto, b = p, b[len(name)+1:]
			break
		}
	}
	if len(b) == 0 {
		return hp, false
	}
	if b[0] == '[' {
		end := index(b, ']')
		if end < 2 {
			return hp, false
		}
		hp.Host, b = b[1:end], b[end+1:]
		if len(b) == 0 {
			return hp, true
		}
		if b[0] != ':' {
			return hp, false
		}
		hp.Port, ok = ParsePort(b[1:])
		return hp, ok
	}
	i := index(b, ':')
	if i < 0 || index(b[i+1:], ':') >= 0 { // no port, or a bare IPv6 address
		hp.Host = b
		return hp, clean(b)
	}
	hp.Host = b[:i]
	hp.Port, ok = ParsePort(b[i+1:])
	return hp, ok && i > 0 && clean(hp.Host)
}

// ParsePort reads a port, 1 to 65535.
func ParsePort(b []byte) (uint16, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 65535 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return uint16(n), n >= 1 && n <= 65535
}

// clean reports whether a host holds no white space, control byte or delimiter.
func clean(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' || c == '@' || c == ';' || c == '[' || c == ']' {
			return false
		}
	}
	return true
}

func index(b []byte, c byte) int {
	for i := range b {
		if b[i] == c {
			return i
		}
	}
	return -1
}

// foldEqual compares b with s, which is lower case, without regard to case.
func foldEqual(b []byte, s string) bool {
	for i := range b {
		if b[i]|0x20 != s[i] {
			return false
		}
	}
	return true
}
