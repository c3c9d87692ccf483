package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// webScript serves HTTP beside SIP.
const webScript = `
loadmodule "xhttp"
loadmodule "pv"
loadmodule "textops"
route { sl_send_reply("200", "OK"); }
event_route[xhttp:request] {
	if ($hu =~ "^/close") set_reply_close();
	if ($hu =~ "^/none") exit;
	if ($hu =~ "^/sip") { if (forward("127.0.0.1")) exit; if (sl_send_reply("200", "OK")) exit; }
	if ($hu =~ "^/twice") xhttp_reply("200", "First", "", "1");
	if ($hu =~ "^/header") append_to_reply("X-Mine: yes\r\n");
	if ($hu =~ "^/smuggle") { if (xhttp_reply("200", "OK", "text/plain\r\nX: y", "")) exit; }
	xhttp_reply("200", "Fine", "text/plain", "$rm $hu $rv $hdr(Host) $si $rb");
}
`

// TestHTTPBesideSIP: on one listen address, and on one connection.
func TestHTTPBesideSIP(t *testing.T) {
	_, at := startBoth(t, webScript)
	p := dialTCP(t, at)
	for range 3 {
		p.send("GET /a?b=c HTTP/1.1\r\nHost: x.example\r\n\r\n")
		if got := p.want("HTTP/1.1 200 Fine\r\n"); !strings.HasSuffix(got, "\r\n\r\nGET /a?b=c HTTP/1.1 x.example 127.0.0.1 ") || header(got, "Content-Type") != "text/plain" {
			t.Errorf("%q", got)
		}
		p.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "web", ""))
		p.want("SIP/2.0 200 OK")
	}
	p.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	if got := p.want("HTTP/1.1 200"); !strings.HasSuffix(got, " hello") {
		t.Errorf("%q", got)
	}
}

// TestHTTPHoweverItIsCut: the same answers, in their order, for requests of HTTP and of
// SIP in one stream that is cut at every byte, and a byte at a time.
func TestHTTPHoweverItIsCut(t *testing.T) {
	_, at := startBoth(t, webScript)
	p := dialTCP(t, at)
	stream := "GET /1 HTTP/1.1\r\nl: 7\r\n\r\n" + ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "cut", "") +
		"POST /2 HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi" + "GET /3 HTTP/1.1\r\n\r\n"
	check := func(how string) {
		t.Helper()
		for _, want := range []string{"GET /1 ", "SIP", "POST /2 ", "GET /3 "} {
			if got := p.recv(); !strings.Contains(got, want) {
				t.Fatalf("%s: %q, want %q", how, got, want)
			}
		}
	}
	p.send(stream)
	check("whole")
	for k := 1; k < len(stream); k++ {
		p.send(stream[:k])
		p.send(stream[k:])
		check(fmt.Sprint("cut at ", k))
	}
	for i := range stream {
		p.send(stream[i : i+1])
	}
	check("a byte at a time")
}

// TestHTTPIsAnsweredOnceAndInTime: what the script does decides about the connection.
func TestHTTPIsAnsweredOnceAndInTime(t *testing.T) {
	_, at := startBoth(t, webScript)
	for _, tc := range []struct{ request, want, behind string }{
		{"GET /close HTTP/1.1\r\n\r\n", "HTTP/1.1 200", ""},
		{"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 200", ""},
		{"GET /a HTTP/1.0\r\n\r\n", "HTTP/1.0 200", ""},
		{"GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "HTTP/1.0 200", "HTTP"},
		{"GET /none HTTP/1.1\r\n\r\n", "", ""},
		{"GET /sip HTTP/1.1\r\n\r\n", "HTTP/1.1 200 Fine", "HTTP"},
		{"GET /twice HTTP/1.1\r\n\r\n", "HTTP/1.1 200 First", "HTTP"},
		{"GET /smuggle HTTP/1.1\r\n\r\n", "HTTP/1.1 200 Fine", "HTTP"},
		{"GET /header HTTP/1.1\r\n\r\n", "HTTP/1.1 200 Fine\r\nX-Mine: yes", "HTTP"},
		{"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 501", ""},
		{"POST /a HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\nhello", "HTTP/1.1 400", ""},
		{"POST /a HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "HTTP/1.1 400", ""},
		{"POST /a HTTP/1.1\r\nContent-Length: 99999\r\n\r\nhello", "HTTP/1.1 413", ""},
		{"POST /a HTTP/1.1\r\nContent-Length: 9000\r\n\r\n" + strings.Repeat("a", 9000), "HTTP/1.1 413", ""},
		{"GET /a HTTP/1.1\r\nBad Header: x\r\n\r\n", "HTTP/1.1 400", ""},
		{"POST /a HTTP/1.1\r\nContent-Length : 5\r\n\r\nhello", "HTTP/1.1 400", ""},
		{"POST /a HTTP/1.1\r\nContent-Length:\r\n 5\r\n\r\nhello", "HTTP/1.1 400", ""},
		{"GET /a HTTP/1.1\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400", ""},
		{"GET /a HTTP/1.1\r\nX: a\x00b\r\n\r\n", "HTTP/1.1 400", ""},
		{"GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400", ""},
		{"GET /a HTTP/1.9\r\n\r\n", "HTTP/1.1 200", "HTTP"},
	} {
		p := dialTCP(t, at)
		p.send(tc.request + "GET /next HTTP/1.1\r\n\r\n")
		if tc.want != "" {
			p.want(tc.want)
		}
		if got := p.recv(); !strings.HasPrefix(got, tc.behind) || tc.behind == "" && got != "" {
			t.Errorf("%q: behind the answer comes %q", tc.request, got)
		}
	}
}

// TestAHEADHasNoBody (RFC 9110 §9.3.2), nor has a 204.
func TestAHEADHasNoBody(t *testing.T) {
	_, at := startBoth(t, `
loadmodule "xhttp"
route { drop; }
event_route[xhttp:request] {
	if ($rm == "DELETE") { xhttp_reply("204", "No Content", "", ""); exit; }
	xhttp_reply("200", "OK", "text/plain", "hello");
}`)
	p := dialTCP(t, at)
	p.send("HEAD /a HTTP/1.1\r\n\r\nDELETE /a HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\n\r\n")
	head := make([]byte, 512)
	var got string
	for !strings.HasSuffix(got, "hello") {
		n, err := p.r.Read(head)
		if err != nil {
			t.Fatal(err, got)
		}
		got += string(head[:n])
	}
	if parts := strings.Split(got, "\r\n\r\n"); len(parts) != 4 || !strings.Contains(parts[0], "Content-Length: 5") || strings.Contains(parts[1], "Content-Length") {
		t.Errorf("%q", got)
	}
}

// TestWithoutXHTTPARequestIsNoSIP, and nothing is answered.
func TestWithoutXHTTPARequestIsNoSIP(t *testing.T) {
	s, at := startBoth(t, "tcp_accept_no_cl=yes\ntcp_script_mode=1\n"+answering)
	p := dialTCP(t, at)
	p.send("GET /a HTTP/1.1\r\n\r\n" + ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "web", ""))
	p.want("SIP/2.0 200 OK")
	if n := s.Stats().Total["httpRequests"]; n != 0 {
		t.Errorf("%d requests of HTTP", n)
	}
	_, at = startBoth(t, answering)
	p = dialTCP(t, at)
	p.send("GET /a HTTP/1.1\r\n\r\n")
	if got := p.recv(); got != "" {
		t.Errorf("%q", got)
	}
}

// TestURLsAreMatched: url_skip first, then url_match.
func TestURLsAreMatched(t *testing.T) {
	_, at := startBoth(t, `
loadmodule "xhttp"
modparam("xhttp", "url_match", "^/ws|^/api/")
modparam("xhttp", "url_skip", "^/api/private")
route { drop; }
event_route[xhttp:request] { xhttp_reply("200", "OK", "", ""); }`)
	for url, want := range map[string]string{"/ws": "200", "/api/a": "200", "/api/private": "404", "/": "404", "/x/ws": "404", "/WS": "404"} {
		p := dialTCP(t, at)
		p.send("GET " + url + " HTTP/1.1\r\n\r\n")
		p.want("HTTP/1.1 " + want)
	}
}

// TestARequestWaitsForTheOneBefore whose script waits; the answers keep their order.
func TestARequestWaitsForTheOneBefore(t *testing.T) {
	_, at := startBoth(t, `
loadmodule "xhttp"
loadmodule "cfgutils"
route { sl_send_reply("200", "OK"); }
event_route[xhttp:request] {
	if ($hu =~ "slow") usleep("50000");
	xhttp_reply("200", "$hu", "", "");
}`)
	p := dialTCP(t, at)
	p.send("GET /slow1 HTTP/1.1\r\n\r\nGET /slow2 HTTP/1.1\r\n\r\n" + ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "web", "") + "GET /fast HTTP/1.1\r\n\r\n")
	for _, want := range []string{"HTTP/1.1 200 /slow1", "HTTP/1.1 200 /slow2", "SIP/2.0 200", "HTTP/1.1 200 /fast"} {
		p.want(want)
	}
}

// TestASlowRequestOfHTTPIsNotWaitedForForever (tcp_message_timeout).
func TestASlowRequestOfHTTPIsNotWaitedForForever(t *testing.T) {
	_, at := startBoth(t, "tcp_message_timeout=1\n"+webScript)
	p := dialTCP(t, at)
	p.send("GET /a HTTP/1.1\r\nX: ")
	begun := time.Now()
	if got := p.recv(); got != "" || time.Since(begun) > 8*time.Second {
		t.Errorf("%q after %v", got, time.Since(begun))
	}
}
