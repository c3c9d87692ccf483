package arg

import (
	"testing"

	"sipedge/script/rt"
)

func TestParseHostPort(t *testing.T) {
	for _, tc := range []struct {
		in    string
		proto rt.Proto
		host  string
		port  uint16
		ok    bool
	}{
		{"10.0.0.1", 0, "10.0.0.1", 0, true},
		{"10.0.0.1:5070", 0, "10.0.0.1", 5070, true},
		{"udp:10.0.0.1:5070", rt.ProtoUDP, "10.0.0.1", 5070, true},
		{"TLS:[::1]:5061", rt.ProtoTLS, "::1", 5061, true},
		{"[2001:db8::1]", 0, "2001:db8::1", 0, true},
		{"2001:db8::1", 0, "2001:db8::1", 0, true},
		{"host.example.com:5060", 0, "host.example.com", 5060, true},
		{"", 0, "", 0, false},
		{"udp:", rt.ProtoUDP, "", 0, false},
		{":5060", 0, "", 5060, false},
		{"10.0.0.1:0", 0, "10.0.0.1", 0, false},
		{"10.0.0.1:65536", 0, "10.0.0.1", 0, false},
		{"10.0.0.1:", 0, "10.0.0.1", 0, false},
		{"[::1", 0, "", 0, false},
		{"[::1]5060", 0, "::1", 0, false},
		{"a b", 0, "a b", 0, false},
	} {
		hp, ok := ParseHostPort([]byte(tc.in))
		if ok != tc.ok || ok && (hp.Proto != tc.proto || string(hp.Host) != tc.host || hp.Port != tc.port) {
			t.Errorf("%q: %v %q %d %v", tc.in, hp.Proto, hp.Host, hp.Port, ok)
		}
	}
}

func TestParseHostPortDoesNotAllocate(t *testing.T) {
	in := []byte("udp:[2001:db8::1]:5060")
	if n := testing.AllocsPerRun(100, func() { ParseHostPort(in) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
