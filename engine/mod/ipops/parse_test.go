package ipops

import (
	"net/netip"
	"strings"
	"testing"
)

// FuzzParseAgreesWithNetip: an address is one where the standard library says
// so; zones are none.
func FuzzParseAgreesWithNetip(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "::", "1::", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4",
		"1:2:3:4:5:6:1.2.3.4", "1.2.3.04", "12345::", ":::", "1:", ":1", "::1.2.3", "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "fe80::1%eth0", "256.1.1.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "[%") {
			parse([]byte(s))
			return
		}
		want, err := netip.ParseAddr(s)
		got, k := parse([]byte(s))
		if (err == nil) != (k != notIP) || err == nil && got != want {
			t.Errorf("%q: %v %d, want %v %v", s, got, k, want, err)
		}
	})
}
