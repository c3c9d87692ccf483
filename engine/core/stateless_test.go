package core

import "testing"

// TestValidHeaderLines: text that a script puts among the headers can neither
// end the header block nor begin a line that is no header.
func TestValidHeaderLines(t *testing.T) {
	for _, tc := range []struct {
		text string
		want bool
	}{
		{"X-A: 1", true},
		{"X-A: 1\r\nX-B: 2", true},
		{"X-A: 1\r\n folded", true},
		{"X-A: 1\nX-B: 2", true},
		{"", false},
		{"no colon", false},
		{": no name", false},
		{" X-A: leading fold", false},
		{"X-A: 1\r\n\r\nbody", false},
		{"X-A: 1\n\nbody", false},
		{"X-A: 1\r\nINVITE sip_x SIP/2.0", false},
		{"X-A: 1\r\nINVITE sip:x SIP/2.0", false},
		{"SIP/2.0 200 OK: 1", false},
		{"X-A : 1", true},
		{"X A: 1", false},
		{"X-\u00e4: 1", false},
		{"<x>: 1", false},
		{"X-A: 1\r", false},
		{"X-A: a\rb", false},
		{"X-A: a\x00b", false},
		{"\r\nX-A: 1", false},
	} {
		if got := validHeaderLines([]byte(tc.text)); got != tc.want {
			t.Errorf("%q: %v", tc.text, got)
		}
	}
}

func TestKeepAlive(t *testing.T) {
	for in, want := range map[string]bool{"": true, "\r\n": true, "\r\n\r\n": true, "\x00\x00\x00\x00": true, "x": false, "\r\n\r\n\r\n": false, "OPTI": false} {
		if got := keepAlive([]byte(in)); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}
