package proxyproto

import (
	"bytes"
	"net/netip"
	"strconv"
)

const prefixV1 = "PROXY "

// parseV1 reads a line of version 1 (section 2.1): "PROXY TCP4 SRC DST SPORT DPORT",
// or "PROXY UNKNOWN" and whatever follows, with CRLF at the end.
func parseV1(b []byte) (h Header, n int, err error) {
	line := b[:min(len(b), maxV1)]
	end := bytes.IndexByte(line, '\n')
	switch {
	case end < 0 && bytes.IndexByte(line[:len(line)-1], '\r') >= 0:
		return h, 0, ErrV1
	case end < 0 && len(line) == maxV1:
		return h, 0, ErrLong
	case end < 0:
		return h, 0, ErrMore
	case b[end-1] != '\r':
		return h, 0, ErrV1
	}
	n = end + 1
	text := string(b[len(prefixV1) : end-1])
	if bytes.IndexByte(line[:end-1], '\r') >= 0 {
		return h, 0, ErrV1
	}
	kind, rest := cut(text)
	if kind == "UNKNOWN" {
		return h, n, nil
	}
	var f [4]string
	for i := range f {
		f[i], rest = cut(rest)
	}
	if rest != "" || kind != "TCP4" && kind != "TCP6" {
		return h, 0, ErrV1
	}
	var ok1, ok2 bool
	h.Src, ok1 = endV1(f[0], f[2], kind == "TCP4")
	h.Dst, ok2 = endV1(f[1], f[3], kind == "TCP4")
	if !ok1 || !ok2 {
		return h, 0, ErrV1
	}
	return h, n, nil
}

// cut takes the first field off, which one space ends. A space that ends the line is
// kept, since it is one too many.
func cut(s string) (field, rest string) {
	for i := range len(s) {
		if s[i] == ' ' && i+1 < len(s) {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// endV1 is an address and a port as the line has them: of the family that it names,
// without a zone, the port in decimal without leading zeros.
func endV1(ip, port string, four bool) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil || a.Is4() != four || a.Zone() != "" {
		return netip.AddrPort{}, false
	}
	p, err := strconv.ParseUint(port, 10, 16)
	if err != nil || port[0] == '0' && len(port) > 1 || port[0] == '+' {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), true
}
