package ws

import (
	"bytes"
	"strings"
	"testing"
)

// TestAccept is the example of RFC 6455 §1.3.
func TestAccept(t *testing.T) {
	got := AppendAccept(nil, []byte("dGhlIHNhbXBsZSBub25jZQ=="))
	if string(got) != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || len(got) != AcceptLen {
		t.Errorf("%q", got)
	}
}

func TestKeysAreSixteenBytes(t *testing.T) {
	for key, want := range map[string]bool{
		"dGhlIHNhbXBsZSBub25jZQ==": true, "": false, "short": false, "dGhlIHNhbXBsZSBub25jZQ=": false,
		"dGhlIHNhbXBsZSBub25jZTEy": false, "dGhlIHNhbXBsZSBub25j!Q==": false, strings.Repeat("A", 4000): false,
	} {
		if got := ValidKey([]byte(key)); got != want {
			t.Errorf("%.40q: %v", key, got)
		}
	}
}

// TestHeadersAreTheShortest (RFC 6455 §5.2).
func TestHeadersAreTheShortest(t *testing.T) {
	for _, tc := range []struct {
		n    int
		want string
	}{{0, "\x81\x00"}, {125, "\x81\x7d"}, {126, "\x81\x7e\x00\x7e"}, {65535, "\x81\x7e\xff\xff"}} {
		var b [MaxHeader]byte
		if n := PutHeader(b[:], OpText, tc.n); string(b[:n]) != tc.want || n != HeaderLen(tc.n) {
			t.Errorf("%d bytes: %x", tc.n, b[:n])
		}
	}
}

func TestACloseIsCutToFit(t *testing.T) {
	b := AppendClose(nil, StatusNormal, "é"+strings.Repeat("é", 100))
	if s, reason, ok := ParseClose(b[2:]); !ok || s != StatusNormal || len(reason) != 122 || int(b[1]) != len(b)-2 {
		t.Errorf("%x", b)
	}
	if b := AppendClose(nil, 4001, "bye"); !bytes.Equal(b, []byte("\x88\x05\x0f\xa1bye")) {
		t.Errorf("%x", b)
	}
}

func TestMasksOfEveryLength(t *testing.T) {
	for n := range 40 {
		want := strings.Repeat("abcdefg", 6)[:n]
		b := client(text, want)[6:]
		unmask(b, [4]byte{0x37, 0xfa, 0x21, 0x3d})
		if string(b) != want {
			t.Errorf("%d bytes: %q", n, b)
		}
	}
}
