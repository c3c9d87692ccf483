package sipparse

import "testing"

func TestRequestLinesOfHTTP(t *testing.T) {
	for line, want := range map[string]bool{
		"GET / HTTP/1.1\r\n": true, "GET /a?b=c HTTP/1.0": true, "OPTIONS * HTTP/1.1\n": true, "M-SEARCH http://a:1/ HTTP/1.1": true,
		"GET / HTTP/2.0": false, "GET / HTTP/1.12": false, "GET / http/1.1": false, "GET  HTTP/1.1": false, " / HTTP/1.1": false, "GET /a b HTTP/1.1": false,
		"GET /\tb HTTP/1.1": false, "GET / FOO/1.1": false, "OPTIONS sip:a SIP/2.0": false, "SIP/2.0 200 OK": false, "HTTP/1.1 200 OK": false, "": false,
		"G@T / HTTP/1.1": false, "GET /\x00 HTTP/1.1": false, "HTTP/1.1": false, "GET /  HTTP/1.1": false, "GET HTTP/1.1": false,
	} {
		if got := IsHTTP([]byte(line)); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestParseHTTP(t *testing.T) {
	b := []byte("POST /p?q HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nl: 1\r\n\r\nhello")
	var x Index
	if e := ParseHTTP(b, &x); e != OK {
		t.Fatal(e)
	}
	for _, got := range [][2]string{
		{string(x.MethodSpan().Of(b)), "POST"}, {string(x.URISpan().Of(b)), "/p?q"}, {string(x.VersionSpan().Of(b)), "HTTP/1.1"},
		{string(x.MsgBody(b).Of(b)), "hello"}, {string(x.Name(0).Of(b)), "Host"}, {string(x.Body(0).Of(b)), "x"},
	} {
		if got[0] != got[1] {
			t.Errorf("%q, want %q", got[0], got[1])
		}
	}
	if e := ParseHTTP([]byte("OPTIONS sip:a SIP/2.0\r\n\r\n"), &x); e != ErrNotSIP {
		t.Error(e)
	}
}

// TestLInHTTPIsNoLength: another server before this one would not read it so, and the
// two would see different requests.
func TestLInHTTPIsNoLength(t *testing.T) {
	m := []byte("GET / HTTP/1.1\r\nl: 3\r\n\r\nabc")
	f := Framer{LongNames: true}
	if n, st := f.Next(m); st != FrameMessage || n != len(m)-3 {
		t.Errorf("%d, status %d", n, st)
	}
	f.Reset()
	m = []byte("GET / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc")
	if n, st := f.Next(m); st != FrameMessage || n != len(m) {
		t.Errorf("%d, status %d", n, st)
	}
}
