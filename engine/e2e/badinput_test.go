package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sipedge/engine/core"
)

// TestBadInput: what no SIP element can process is counted, and dropped or
// answered with 400 as RFC 3261 asks; the server goes on.
func TestBadInput(t *testing.T) {
	s := start(t, `loadmodule "sl"
force_rport=yes
route { sl_send_reply("200", "OK"); }`)
	a := newPeer(t)
	good := request{method: "OPTIONS", uri: "sip:x@127.0.0.1", callID: "good", from: a}.String()
	big := strings.Repeat("x", 65000)
	rnd := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 60000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	cases := []struct{ name, msg, want string }{
		{"one byte", "x", "drop"},
		{"text", "hello world\r\n\r\n", "drop"},
		{"64 KB of one letter", big, "drop"},
		{"64 KB of noise", string(noise), "drop"},
		{"64 KB of line ends", strings.Repeat("\r\n", 32000), "drop"},
		{"64 KB of colons", "OPTIONS sip:x SIP/2.0\r\n" + strings.Repeat(":", 64000), "drop 400"},
		{"64 KB of headers", strings.Replace(good, "Max-Forwards", strings.Repeat("a:b\r\n", 12000)+"Max-Forwards", 1), "400 513"},
		{"64 KB of folds", strings.Replace(good, "Max-Forwards: 70", "Subject: "+strings.Repeat("\r\n ", 20000)+"\r\nMax-Forwards: 70", 1), "200 400 513"},
		{"half a message", good[:len(good)/2], "400"},
		{"a start line", "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n", "drop 400"},
		{"no Via", strings.Replace(good, "Via: ", "X-Via: ", 1), "drop"},
		{"no Call-ID", strings.Replace(good, "Call-ID: ", "X-Call-ID: ", 1), "400"},
		{"no CSeq", strings.Replace(good, "CSeq: ", "X-CSeq: ", 1), "400"},
		{"two Call-IDs", strings.Replace(good, "CSeq: ", "Call-ID: other\r\nCSeq: ", 1), "400"},
		{"CSeq 2^31", strings.Replace(good, "CSeq: 1 ", "CSeq: 2147483648 ", 1), "400"},
		{"CSeq of another method", strings.Replace(good, "CSeq: 1 OPTIONS", "CSeq: 1 INVITE", 1), "400"},
		{"Content-Length too long", strings.Replace(good, "Content-Length: 0", "Content-Length: 10", 1), "400"},
		{"Content-Length negative", strings.Replace(good, "Content-Length: 0", "Content-Length: -1", 1), "400"},
		{"Content-Length 2^32", strings.Replace(good, "Content-Length: 0", "Content-Length: 4294967296", 1), "400"},
		{"two Content-Lengths", strings.Replace(good, "Content-Length: 0", "Content-Length: 0\r\nl: 1", 1), "400"},
		{"NUL in a header name", strings.Replace(good, "Max-Forwards", "Max\x00Forwards", 1), "400"},
		{"bare CR in the start line", strings.Replace(good, "sip:x@", "sip:x\r@", 1), "400"},
		{"SIP/3.0", strings.Replace(good, "SIP/2.0\r\n", "SIP/3.0\r\n", 1), "505"},
		{"an ACK without Call-ID", strings.ReplaceAll(strings.Replace(good, "Call-ID: ", "X: ", 1), "OPTIONS", "ACK"), "drop"},
		{"a reply without Via", "SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n", "drop"},
		{"a reply to a name", strings.Replace(answer(good, 200, "OK"), a.addr().String(), "host.example.com", 1), "drop"},
		{"CRLF keep-alive", "\r\n\r\n", "keep"},
		{"NUL keep-alive", "\x00\x00\x00\x00", "keep"},
	}
	probe := strings.ReplaceAll(good, "good", "probe")
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			before := s.Stats().Total
			a.send(s.addr, tc.msg)
			a.send(s.addr, probe)
			got := "drop"
			m := a.want("SIP/2.0 ")
			if header(m, "Call-ID") != "probe" {
				got = strings.Fields(m)[1]
				if m = a.want("SIP/2.0 200"); header(m, "Call-ID") != "probe" {
					t.Fatalf("two answers: %q", m)
				}
			}
			after := s.Stats().Total
			if after["panics"] != 0 {
				t.Errorf("%d panics: %s", after["panics"], s.logs.all())
			}
			counted := after["malformed"] + after["repliesUnsent"] + after["keepAlives"] - before["malformed"] - before["repliesUnsent"] - before["keepAlives"]
			if tc.want == "keep" {
				if got != "drop" || counted != 1 {
					t.Errorf("answer %q, counted %d times", got, counted)
				}
				return
			}
			if !slices.Contains(strings.Fields(tc.want), got) {
				t.Errorf("answer %q, want %q", got, tc.want)
			}
			if got != "200" && counted != 1 {
				t.Errorf("counted %d times", counted)
			}
		})
	}
}

// TestPortInUse: also by another server of the same user, whose sockets share
// their ports among themselves.
func TestPortInUse(t *testing.T) {
	s := start(t, "route { exit; }")
	other, diags := core.New("second.cfg", []byte(fmt.Sprintf("listen=udp:%s\nroute { exit; }", s.addr)), options())
	if other == nil {
		t.Fatal(diags)
	}
	err := other.Start()
	if err == nil {
		t.Fatal("the second server started on the same port")
	}
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), s.addr.String()) {
		t.Errorf("the error does not name the address and the reason: %v", err)
	}
	held, _ := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	defer held.Close()
	third, _ := core.New("third.cfg", []byte(fmt.Sprintf("listen=udp:%s\nroute { exit; }", held.LocalAddr())), options())
	if err := third.Start(); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a port held by somebody else: %v", err)
	}
}

// TestForwardErrors: destinations that cannot be served are false in the script
// and a clear line in the log.
func TestForwardErrors(t *testing.T) {
	for _, tc := range []struct{ stmt, log string }{
		{`forward("host.example.com", 5060);`, "host.example.com"},
		{`$ru = "sip:255.255.255.255"; forward();`, "broadcast"},
		{`forward("[::1]", 5060);`, "address family"},
		{`forward_tcp("127.0.0.1", 5060);`, "no listen address"},
		{`forward_tls("127.0.0.1", 5061);`, "no listen address"},
		{`forward_sctp("127.0.0.1", 5060);`, "no listen address fits"},
		{`$ru = "sips:127.0.0.1;transport=udp"; forward();`, "URI"},
		{`forward();`, "example.org"},
	} {
		setup, call := "", strings.TrimSuffix(tc.stmt, ";")
		if i := strings.LastIndex(call, ";"); i > 0 {
			setup, call = call[:i+1], call[i+1:]
		}
		s := start(t, `debug=2
loadmodule "sl"
route { `+setup+` if (!`+call+`) { sl_send_reply("503", "No Way"); exit; } sl_send_reply("200", "Forwarded"); }`)
		a := newPeer(t)
		a.send(s.addr, request{method: "INVITE", uri: "sip:bob@example.org", from: a}.String())
		a.want("SIP/2.0 503 No Way")
		s.logs.waitFor(t, tc.log)
	}
}
