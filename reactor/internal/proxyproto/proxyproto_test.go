package proxyproto

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// v2 is a header of version 2.
func v2(command, family byte, addresses string) string {
	return signature + string([]byte{command, family}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(addresses)))) + addresses
}

// ends are the addresses of a header of version 2.
func ends(src, dst string) string {
	s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	b := append(s.Addr().AsSlice(), d.Addr().AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, s.Port())
	return string(binary.BigEndian.AppendUint16(b, d.Port()))
}

const (
	four  = "203.0.113.7:40001 198.51.100.9:5060"
	six   = "[2001:db8::7]:40001 [2001:db8::9]:5060"
	owns  = "" // the header leaves the ends open
	extra = "\x04\x00\x01\x00\x03\x00\x04abcd"
)

// headers are whole ones, with what they say.
var headers = []struct{ name, header, want string }{
	{"v1 TCP4", "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060\r\n", four},
	{"v1 TCP6", "PROXY TCP6 2001:db8::7 2001:db8::9 40001 5060\r\n", six},
	{"v1 IPv4 within IPv6", "PROXY TCP6 ::ffff:203.0.113.7 ::ffff:198.51.100.9 40001 5060\r\n", four},
	{"v1 UNKNOWN", "PROXY UNKNOWN\r\n", owns},
	{"v1 UNKNOWN with a rest", "PROXY UNKNOWN ffff::1 x y 65535\r\n", owns},
	{"v1 of the greatest length", "PROXY UNKNOWN " + strings.Repeat("x", maxV1-16) + "\r\n", owns},
	{"v2 TCP4", v2(0x21, 0x11, ends("203.0.113.7:40001", "198.51.100.9:5060")), four},
	{"v2 TCP6", v2(0x21, 0x21, ends("[2001:db8::7]:40001", "[2001:db8::9]:5060")), six},
	{"v2 with TLVs", v2(0x21, 0x11, ends("203.0.113.7:40001", "198.51.100.9:5060")+extra), four},
	{"v2 LOCAL", v2(0x20, 0x00, ""), owns},
	{"v2 LOCAL with addresses", v2(0x20, 0x11, ends("203.0.113.7:40001", "198.51.100.9:5060")), owns},
	{"v2 UNSPEC", v2(0x21, 0x00, "anything"), owns},
	{"v2 UDP", v2(0x21, 0x12, ends("203.0.113.7:40001", "198.51.100.9:5060")), owns},
	{"v2 UNIX", v2(0x21, 0x31, strings.Repeat("u", 216)), owns},
	{"v2 of the greatest length", v2(0x20, 0, strings.Repeat("t", maxV2)), owns},
}

// text is what a header says, as headers has it.
func text(h Header) string {
	if h == (Header{}) {
		return owns
	}
	return h.Src.String() + " " + h.Dst.String()
}

// TestHeaders: each says what the specification means by it, whatever is behind it, and
// a part of it is never more than that.
func TestHeaders(t *testing.T) {
	for _, tc := range headers {
		for _, behind := range []string{"", "INVITE sip:b@example.net SIP/2.0\r\n", "\r\n", "PROXY "} {
			h, n, err := Parse([]byte(tc.header + behind))
			if err != nil || n != len(tc.header) || text(h) != tc.want {
				t.Errorf("%s before %q: %q, %d, %v; want %q, %d", tc.name, behind, text(h), n, err, tc.want, len(tc.header))
			}
		}
		for k := range len(tc.header) {
			if h, n, err := Parse([]byte(tc.header[:k])); err != ErrMore || n != 0 || h != (Header{}) {
				t.Errorf("%s: its first %d bytes: %v, %d, %v", tc.name, k, h, n, err)
			}
		}
	}
}

// TestMalformedHeaders are told at the latest when they are whole, and never taken for
// the data of the connection.
func TestMalformedHeaders(t *testing.T) {
	v4 := ends("203.0.113.7:40001", "198.51.100.9:5060")
	for _, tc := range []struct {
		name, bytes string
		want        error
	}{
		{"no header", "INVITE sip:b@example.net SIP/2.0\r\n", ErrNone},
		{"lower case", "proxy TCP4 203.0.113.7 198.51.100.9 40001 5060\r\n", ErrNone},
		{"almost a signature", "\r\n\r\n\x00\r\nQUIX\n" + strings.Repeat("\x00", 8), ErrNone},
		{"no CR", "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060\n", ErrV1},
		{"CR in the line", "PROXY TCP4 203.0.113.7\r198.51.100.9 40001 5060\r\n", ErrV1},
		{"CR in an unknown line", "PROXY UNKNOWN a\rb\r\n", ErrV1},
		{"CR and no LF", "PROXY UNKNOWN\rx", ErrV1},
		{"too long", "PROXY UNKNOWN " + strings.Repeat("x", maxV1-15) + "\r\n", ErrLong},
		{"endless", "PROXY TCP4 " + strings.Repeat("1", 500), ErrLong},
		{"other protocol", "PROXY UDP4 203.0.113.7 198.51.100.9 40001 5060\r\n", ErrV1},
		{"no address", "PROXY TCP4\r\n", ErrV1},
		{"no port", "PROXY TCP4 203.0.113.7 198.51.100.9 40001\r\n", ErrV1},
		{"two spaces", "PROXY TCP4  203.0.113.7 198.51.100.9 40001 5060\r\n", ErrV1},
		{"space at the end", "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060 \r\n", ErrV1},
		{"more at the end", "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060 x\r\n", ErrV1},
		{"IPv6 as TCP4", "PROXY TCP4 2001:db8::7 2001:db8::9 40001 5060\r\n", ErrV1},
		{"IPv4 as TCP6", "PROXY TCP6 203.0.113.7 198.51.100.9 40001 5060\r\n", ErrV1},
		{"zone", "PROXY TCP6 fe80::1%eth0 2001:db8::9 40001 5060\r\n", ErrV1},
		{"leading zero of an address", "PROXY TCP4 203.0.113.07 198.51.100.9 40001 5060\r\n", ErrV1},
		{"leading zero of a port", "PROXY TCP4 203.0.113.7 198.51.100.9 040001 5060\r\n", ErrV1},
		{"signed port", "PROXY TCP4 203.0.113.7 198.51.100.9 +4001 5060\r\n", ErrV1},
		{"large port", "PROXY TCP4 203.0.113.7 198.51.100.9 65536 5060\r\n", ErrV1},
		{"port 0", "PROXY TCP4 203.0.113.7 198.51.100.9 0 5060\r\n", ErrAddress},
		{"no one's address", "PROXY TCP4 0.0.0.0 198.51.100.9 40001 5060\r\n", ErrAddress},
		{"everyone's address", "PROXY TCP4 255.255.255.255 198.51.100.9 40001 5060\r\n", ErrAddress},
		{"a group's address", "PROXY TCP6 ff02::1 2001:db8::9 40001 5060\r\n", ErrAddress},
		{"destination of none", "PROXY TCP6 2001:db8::7 :: 40001 5060\r\n", ErrAddress},
		{"version 1 in binary", v2(0x11, 0x11, v4), ErrV2},
		{"unknown command", v2(0x22, 0x11, v4), ErrV2},
		{"unknown family", v2(0x21, 0x41, v4), ErrV2},
		{"unknown protocol", v2(0x21, 0x13, v4), ErrV2},
		{"short addresses", v2(0x21, 0x11, v4[:11]), ErrV2},
		{"short addresses, known early", v2(0x21, 0x21, v4)[:16], ErrV2},
		{"short path", v2(0x21, 0x31, "x"), ErrV2},
		{"too many TLVs", v2(0x21, 0x11, v4+strings.Repeat("t", maxV2)), ErrLong},
		{"too many TLVs, known early", v2(0x21, 0x11, v4+strings.Repeat("t", maxV2))[:16], ErrLong},
		{"no one's address in binary", v2(0x21, 0x11, ends("0.0.0.0:1", "198.51.100.9:5060")), ErrAddress},
	} {
		if h, n, err := Parse([]byte(tc.bytes)); !errors.Is(err, tc.want) || n != 0 || h != (Header{}) {
			t.Errorf("%s: %v, %d, %v; want %v", tc.name, h, n, err, tc.want)
		}
	}
}

// FuzzParse: what a header says does not depend on how much of it, and of what is
// behind it, is there.
func FuzzParse(f *testing.F) {
	for _, tc := range headers {
		f.Add([]byte(tc.header), []byte("x"))
	}
	f.Add([]byte("PROXY TCP4 1.2.3.4 5.6.7.8 1 2"), []byte("\r\n"))
	f.Add([]byte(signature+"\x21\x11\xff\xff"), []byte{})
	f.Fuzz(func(t *testing.T, b, behind []byte) {
		h, n, err := Parse(b)
		if err != nil {
			if n != 0 || h != (Header{}) {
				t.Fatalf("%v, %d with %v", h, n, err)
			}
			if _, _, later := Parse(append(b[:len(b):len(b)], behind...)); err != ErrMore && later != err {
				t.Fatalf("%v, and %v once more is there", err, later)
			}
			if err == ErrMore && len(b) >= MaxHeader {
				t.Fatalf("%d bytes are not enough", len(b))
			}
			return
		}
		if n <= 0 || n > len(b) || n > MaxHeader || !h.possible() {
			t.Fatalf("%v, %d of %d bytes", h, n, len(b))
		}
		for k := range n {
			if _, _, err := Parse(b[:k]); err != ErrMore {
				t.Fatalf("%d of %d bytes: %v", k, n, err)
			}
		}
		if h2, n2, err := Parse(append(b[:n:n], behind...)); h2 != h || n2 != n || err != nil {
			t.Fatalf("%v, %d, %v with other bytes behind it", h2, n2, err)
		}
	})
}
