package e2e

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// wsScript serves SIP over WebSocket.
const wsScript = `
loadmodule "xhttp"
loadmodule "websocket"
loadmodule "pv"
loadmodule "xlog"
event_route[xhttp:request] {
	if ($hu =~ "^/ws" && ws_handle_handshake()) exit;
	xhttp_reply("404", "Not Found", "", "");
}
event_route[websocket:closed] { xlog("L_INFO", "closed $si $sp $ws_conid $proto\n"); }
`

const wsAnswering = wsScript + `route { sl_send_reply("200", "OK $proto"); }`

// TestHandshakes: which requests make a connection one of WebSocket (RFC 6455 §4.2).
func TestHandshakes(t *testing.T) {
	_, at := startBoth(t, wsAnswering)
	const get = "GET /ws HTTP/1.1\r\n"
	without := func(name string) string {
		var b strings.Builder
		for l := range strings.Lines(wsHeadersBehindTheFirstLine) {
			if !strings.HasPrefix(l, name) {
				b.WriteString(l)
			}
		}
		return get + b.String()
	}
	const missing, version = "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Version: 13\r\n"
	for _, tc := range []struct{ request, want, headers string }{
		{get + wsHeadersBehindTheFirstLine, "101 Switching Protocols", "Sec-WebSocket-Protocol: sip\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"},
		{without("Host"), "101", ""},
		{without("Upgrade") + "upgrade: WebSocket\r\n", "101", ""},
		{without("Connection") + "Connection: keep-alive, Upgrade\r\n", "101", ""},
		{without("Sec-WebSocket-Protocol") + "Sec-WebSocket-Protocol: msrp, SIP\r\n", "101", ""},
		{without("Sec-WebSocket-Protocol") + "Sec-WebSocket-Protocol: msrp\r\nSec-WebSocket-Protocol: sip\r\n", "101", ""},
		{get + wsHeadersBehindTheFirstLine + "Sec-WebSocket-Extensions: permessage-deflate\r\n", "101", ""},

		{without("Sec-WebSocket-Key"), "400 Bad Request", missing},
		{without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: short\r\n", "400", missing},
		{get + wsHeadersBehindTheFirstLine + "Sec-WebSocket-Key: " + wsKey + "\r\n", "400", missing},
		{without("Upgrade"), "400", missing},
		{without("Upgrade") + "Upgrade: h2c\r\n", "400", missing},
		{without("Connection"), "400", missing},
		{without("Connection") + "Connection: close\r\n", "400", missing},
		{without("Sec-WebSocket-Protocol"), "400", missing},
		{without("Sec-WebSocket-Protocol") + "Sec-WebSocket-Protocol: chat\r\n", "400", missing},
		{without("Sec-WebSocket-Protocol") + "Sec-WebSocket-Protocol: sips\r\n", "400", missing},
		{without("Sec-WebSocket-Version"), "400", missing},
		{get + wsHeadersBehindTheFirstLine + "Sec-WebSocket-Version: 13\r\n", "400", missing},
		{without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n", "426 Upgrade Required", version},
		{without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 130\r\n", "426", version},
		{without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: x\r\n", "426", version},
		{"POST /ws HTTP/1.1\r\nContent-Length: 0\r\n" + wsHeadersBehindTheFirstLine, "400", missing},
		{"GET /ws HTTP/1.0\r\n" + wsHeadersBehindTheFirstLine, "HTTP/1.0 400", missing},
		{"GET /other HTTP/1.1\r\n" + wsHeadersBehindTheFirstLine, "404", ""},
	} {
		p := dialTCP(t, at)
		p.send(tc.request + "\r\n")
		want := tc.want
		if !strings.HasPrefix(want, "HTTP") {
			want = "HTTP/1.1 " + want
		}
		got := p.recv()
		if !strings.HasPrefix(got, want) || !strings.Contains(got, tc.headers) {
			t.Errorf("%q: %q, want %s with %q", tc.request, got, want, tc.headers)
		}
		if refused := tc.headers == missing || tc.headers == version; refused {
			if got := p.recv(); got != "" {
				t.Errorf("%q: the connection goes on with %q", tc.request, got)
			}
		}
	}
}

// TestAHandshakeThatHasBeenAnsweredIsNone: the connection stays one of HTTP.
func TestAHandshakeThatHasBeenAnsweredIsNone(t *testing.T) {
	_, at := startBoth(t, `
loadmodule "xhttp"
loadmodule "websocket"
loadmodule "pv"
event_route[xhttp:request] {
	xhttp_reply("200", "OK", "text/plain", "$hu");
	if ($hu == "/ws" && ws_handle_handshake()) exit;
}
route { drop; }`)
	p := dialTCP(t, at)
	p.send("GET /ws HTTP/1.1\r\n" + wsHeadersBehindTheFirstLine + "\r\nGET /next HTTP/1.1\r\n\r\n")
	p.want("HTTP/1.1 200 OK")
	if got := p.want("HTTP/1.1 200 OK"); !strings.HasSuffix(got, "/next") {
		t.Errorf("%q", got)
	}
}

// TestCORS: what cors_mode puts into the answer.
func TestCORS(t *testing.T) {
	for mode, want := range map[int]string{0: "", 1: "*", 2: "https://phone.example"} {
		_, at := startBoth(t, wsAnswering+fmt.Sprintf("\nmodparam(\"websocket\", \"cors_mode\", %d)", mode))
		p := dialTCP(t, at)
		p.send(strings.Replace(wsHandshake, "Host:", "Origin: https://phone.example\r\nHost:", 1))
		if got := header(p.want("HTTP/1.1 101"), "Access-Control-Allow-Origin"); got != want {
			t.Errorf("cors_mode %d: %q", mode, got)
		}
	}
}

// TestMessagesOverWebSocket: however the stream is cut into frames and pieces, each
// message is one of SIP, whatever its Content-Length, and is answered in a frame of text.
func TestMessagesOverWebSocket(t *testing.T) {
	_, at := startBoth(t, wsAnswering)
	p := dialWS(t, at)
	one := wsAsk("OPTIONS", "sip:b@example.net", "c1")
	p.send(one)
	want := p.want("SIP/2.0 200 OK ws\r\nVia: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK-c1OPTIONS;received=127.0.0.1\r\n")
	same := func(how string) {
		t.Helper()
		if first, got := p.recv(); first != wsText || got != want {
			t.Fatalf("%s: %x %q", how, first, got)
		}
	}
	p.raw(wsFrame(wsBinary, one))
	same("binary")
	p.send(strings.Replace(one, "Content-Length: 0\r\n", "", 1))
	same("without Content-Length")
	p.send(one + "OPTIONS sip:more@example.net SIP/2.0\r\n\r\n")
	same("with something behind")
	p.raw(strings.Repeat(wsFrame(wsText, one), 100))
	for i := range 100 {
		same(fmt.Sprint("number ", i, " of a write"))
	}
	framed := wsFrame(wsText, one)
	for k := 1; k < len(framed); k++ {
		p.raw(framed[:k])
		p.raw(framed[k:])
		same(fmt.Sprint("cut at ", k))
	}
	for i := range framed {
		p.raw(framed[i : i+1])
	}
	same("a byte at a time")
	for k := 0; k <= len(one); k += 7 {
		p.raw(wsFrame(wsBegin, one[:k]) + wsFrame(wsPing, "in between") + wsFrame(wsLast, one[k:]))
		p.wantFrame(wsPong, "in between")
		same(fmt.Sprint("in frames of ", k))
	}
	var each strings.Builder
	for i := range one {
		first := byte(wsMore)
		if i == 0 {
			first = wsBegin
		}
		each.WriteString(wsFrame(first, one[i:i+1]))
	}
	p.raw(each.String() + wsFrame(wsLast, ""))
	same("a byte in a frame")
}

// TestKeepAlivesOfClients: pings, and the line ends that libraries of browsers send.
func TestKeepAlivesOfClients(t *testing.T) {
	_, at := startBoth(t, wsAnswering)
	p := dialWS(t, at)
	for _, tc := range []struct{ frame, want string }{
		{wsFrame(wsPing, ""), "\x8a"}, {wsFrame(wsPing, "hello"), "\x8ahello"}, {wsFrame(wsPing, strings.Repeat("x", 125)), "\x8a" + strings.Repeat("x", 125)},
		{wsFrame(wsText, "\r\n\r\n"), "\x81\r\n"}, {wsFrame(wsText, "\r\n"), "\x81\r\n"},
		{wsFrame(wsPong, "x") + wsFrame(wsText, "") + wsFrame(wsPing, "next"), "\x8anext"},
	} {
		p.raw(tc.frame)
		p.wantFrame(tc.want[0], tc.want[1:])
	}
}

// TestWhatBreaksTheProtocolEndsTheConnection, with a close that says why; what is no SIP
// is only ignored.
func TestWhatBreaksTheProtocolEndsTheConnection(t *testing.T) {
	_, at := startBoth(t, wsAnswering)
	for _, tc := range []struct {
		name, stream string
		status       uint16
		reason       string
	}{
		{"no mask", "\x81\x01a", 1002, "Protocol error"},
		{"a reserved bit", wsFrame(0xc1, "a"), 1002, "Protocol error"},
		{"an opcode that does not exist", wsFrame(0x83, "a"), 1008, "Unsupported opcode"},
		{"a frame larger than the read buffer", wsFrame(wsText, strings.Repeat("a", 5000)), 1009, "Message too big"},
		{"many frames that are too large together", strings.Repeat(wsFrame(wsBegin, strings.Repeat("a", 4000)), 1) + strings.Repeat(wsFrame(wsMore, strings.Repeat("a", 4000)), 17), 1009, "Message too big"},
		{"a length of 2^63", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00", 1002, "Protocol error"},
		{"text that is no UTF-8", wsFrame(wsText, "\xff"), 1007, "Invalid UTF-8"},
		{"HTTP again", wsHandshake, 1002, "Protocol error"},
		{"SIP without a frame", wsAsk("OPTIONS", "sip:a", "c"), 1002, "Protocol error"},
		{"a close", wsFrame(wsClosing, "\x03\xe8bye") + wsFrame(wsText, "more"), 1000, "Normal closure"},
		{"a close without a status", wsFrame(wsClosing, ""), 1000, "Normal closure"},
		{"a close that is broken", wsFrame(wsClosing, "x"), 1002, "Protocol error"},
	} {
		p := dialWS(t, at)
		p.raw(tc.stream)
		t.Log(tc.name)
		p.wantClose(tc.status, tc.reason)
	}
	p := dialWS(t, at)
	p.send("this is no SIP")
	p.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
	p.want("SIP/2.0 200 OK ws")
}

// wsProxy relays between WebSocket clients and b, statefully. A request over UDP names
// the client's address in X-To.
func wsProxy(b *peer, more string) string {
	return wsScript + `
loadmodule "tm"
loadmodule "rr"
loadmodule "maxfwd"
` + more + fmt.Sprintf(`
route {
	mf_process_maxfwd_header("10");
	if (is_method("INVITE")) record_route();
	if (loose_route()) { t_relay(); exit; }
	if ($proto == "ws") {
		if (is_method("REGISTER")) { append_to_reply("Contact: $ct\r\n"); sl_send_reply("200", "$si:$sp"); exit; }
		$du = "sip:127.0.0.1:%d";
	} else {
		$du = "sip:" + $hdr(X-To) + ";transport=ws";
	}
	if (!t_relay()) { sl_reply_error(); }
}
loadmodule "siputils"
loadmodule "textops"
`, b.addr().Port)
}

// TestCallsBetweenWebSocketAndUDP: both ways, with Record-Route, ACK and BYE.
func TestCallsBetweenWebSocketAndUDP(t *testing.T) {
	b := newPeer(t)
	s, at := startBoth(t, wsProxy(b, ""))
	p := dialWS(t, at)
	p.send(wsAsk("REGISTER", "sip:example.com", "reg"))
	if got := p.want("SIP/2.0 200"); !strings.HasPrefix(got, fmt.Sprintf("SIP/2.0 200 127.0.0.1:%d\r\n", p.port())) || !strings.Contains(got, ".invalid;transport=ws") {
		t.Errorf("%q", got)
	}

	p.send(wsAsk("INVITE", "sip:bob@example.net", "out"))
	m := b.want("INVITE sip:bob@example.net SIP/2.0")
	if v := headers(m, "Via"); len(v) != 2 || !strings.HasPrefix(v[0], "SIP/2.0/UDP ") || !strings.HasPrefix(v[1], "SIP/2.0/WS df7jal23ls0d.invalid;") {
		t.Errorf("Vias %q", v)
	}
	if rr := headers(m, "Record-Route"); len(rr) != 2 || !strings.Contains(rr[1], fmt.Sprintf("<sip:%s;transport=ws;r2=on;lr", at)) {
		t.Errorf("Record-Routes %q", rr)
	}
	p.want("SIP/2.0 100")
	b.send(s.addr, answer(m, 180, "Ringing"))
	p.want("SIP/2.0 180")
	b.send(s.addr, answer(m, 200, "OK"))
	ok := p.want("SIP/2.0 200")
	contact := "sip:bob@" + b.addr().String()
	p.send(inDialog("ACK", ok, contact))
	b.want("ACK " + contact + " SIP/2.0")
	p.send(inDialog("BYE", ok, contact))
	bye := b.want("BYE " + contact + " SIP/2.0")
	b.send(s.addr, answer(bye, 200, "OK"))
	p.want("SIP/2.0 200")

	b.send(s.addr, request{method: "INVITE", uri: "sip:alice@df7jal23ls0d.invalid;transport=ws", from: b, callID: "in", headers: []string{fmt.Sprintf("X-To: 127.0.0.1:%d", p.port())}}.String())
	m = p.want("INVITE sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0")
	if v := headers(m, "Via"); len(v) != 2 || !strings.HasPrefix(v[0], fmt.Sprintf("SIP/2.0/WS %s;branch=", at)) {
		t.Errorf("Vias %q", v)
	}
	b.want("SIP/2.0 100")
	p.send(answer(m, 180, "Ringing"))
	b.want("SIP/2.0 180")
	p.send(answer(m, 486, "Busy Here"))
	p.want("ACK sip:alice@df7jal23ls0d.invalid;transport=ws")
	b.want("SIP/2.0 486")
	if n := s.Stats().Total["connsOpened"]; n != 1 {
		t.Errorf("%d connections", n)
	}
}

// inDialog is a request of the caller behind a 200 as it has come, along its route.
func inDialog(method, ok, uri string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK-%s-in\r\n", method, uri, method)
	rr := headers(ok, "Record-Route")
	for i := len(rr) - 1; i >= 0; i-- {
		b.WriteString("Route: " + rr[i] + "\r\n")
	}
	n := 1
	if method != "ACK" {
		n = 2
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", header(ok, "From"), header(ok, "To"), header(ok, "Call-ID"), n, method)
	return b.String()
}

// TestNothingConnectsToAWebSocketClient (RFC 7118 §5): without a connection the request
// fails at once, and nobody is connected to.
func TestNothingConnectsToAWebSocketClient(t *testing.T) {
	b := newPeer(t)
	s, _ := startBoth(t, wsProxy(b, ""))
	l := listenTCP(t)
	b.send(s.addr, request{method: "INVITE", uri: "sip:alice@df7jal23ls0d.invalid;transport=ws", from: b, callID: "in", headers: []string{"X-To: " + l.Addr().String()}}.String())
	for {
		m := b.want("SIP/2.0 ")
		if strings.HasPrefix(m, "SIP/2.0 1") {
			continue
		}
		if !strings.HasPrefix(m, "SIP/2.0 477 ") {
			t.Errorf("%q", m)
		}
		break
	}
	_ = l.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if c, err := l.Accept(); err == nil {
		c.Close()
		t.Error("the server has connected")
	}
}

// TestAClientThatIsLostInMidCall: the branch to it fails, the script is told, and what is
// known about the connection ends.
func TestAClientThatIsLostInMidCall(t *testing.T) {
	b := newPeer(t)
	s, at := startBoth(t, wsProxy(b, ""))
	p := dialWS(t, at)
	p.send(wsAsk("INVITE", "sip:bob@example.net", "lost"))
	m := b.want("INVITE")
	p.want("SIP/2.0 100")
	_ = p.Conn.(*net.TCPConn).SetLinger(0)
	p.Close()
	s.logs.waitFor(t, fmt.Sprintf("closed 127.0.0.1 %d ", p.port()))
	b.send(s.addr, answer(m, 200, "OK")) // has nowhere to go, and does no harm
	q := dialWS(t, at)
	q.send(wsAsk("OPTIONS", "sip:bob@example.net", "next"))
	m = b.want("OPTIONS")
	b.send(s.addr, answer(m, 200, "OK"))
	q.want("SIP/2.0 200")
	st := s.Stats().Modules["websocket"]
	if st["ws_current_connections"] != 1 || st["ws_failed_connections"] != 1 || st["ws_successful_handshakes"] != 2 || st["ws_max_concurrent_connections"] != 1 {
		t.Errorf("%v", st)
	}
}

// TestWsClose: the script closes the connection of a message, with a status and a reason,
// and any connection by its number.
func TestWsClose(t *testing.T) {
	s, at := startBoth(t, wsScript+`
loadmodule "siputils"
loadmodule "textops"
loadmodule "htable"
modparam("htable", "htable", "t=>size=2;")
route {
	if ($proto == "ws" && is_method("REGISTER")) { $sht(t=>id) = $ws_conid; sl_send_reply("200", "$ws_conid $conid"); exit; }
	if (is_method("INFO")) { ws_close(); exit; }
	if (is_method("SUBSCRIBE")) { ws_close("4001", "go away"); exit; }
	if (is_method("OPTIONS")) { if (ws_close(1001, "by number", $sht(t=>id))) sl_send_reply("200", "Closed"); else sl_send_reply("404", "None"); exit; }
	if (is_method("MESSAGE")) { if (ws_close()) sl_send_reply("200", "Closed"); else sl_send_reply("404", "None"); exit; }
}`)
	p := dialWS(t, at)
	p.send(wsAsk("INFO", "sip:b@example.net", "c"))
	p.wantClose(1000, "Normal closure")
	p = dialWS(t, at)
	p.send(wsAsk("SUBSCRIBE", "sip:b@example.net", "c"))
	p.wantClose(4001, "go away")
	p = dialWS(t, at)
	p.send(wsAsk("REGISTER", "sip:b@example.net", "c"))
	if f := strings.Fields(p.want("SIP/2.0 200")); f[2] != f[3] || f[2] == "0" {
		t.Errorf("%q", f)
	}
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:x", from: a, callID: "o1"}.String())
	a.want("SIP/2.0 200 Closed")
	p.wantClose(1001, "by number")
	s.logs.waitFor(t, fmt.Sprintf("closed 127.0.0.1 %d ", p.port()))
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:x", from: a, callID: "o2"}.String())
	a.want("SIP/2.0 404 None")
	a.send(s.addr, request{method: "MESSAGE", uri: "sip:x", from: a, callID: "m"}.String())
	a.want("SIP/2.0 404 None")
}

// TestSilentClientsArePingedAndGivenUp (keepalive_mechanism): one that answers stays.
func TestSilentClientsArePingedAndGivenUp(t *testing.T) {
	s, at := startBoth(t, wsAnswering+`
modparam("websocket", "keepalive_timeout", 1)
modparam("websocket", "ping_application_data", "are you there")`)
	silent, lively := dialWS(t, at), dialWS(t, at)
	done := make(chan bool)
	go func() {
		defer close(done)
		for {
			first, data := silent.recv()
			if first == 0 {
				return
			}
			if first != wsPing || data != "are you there" {
				t.Errorf("%x %q", first, data)
			}
		}
	}()
	for open := true; open; {
		lively.wantFrame(wsPing, "are you there")
		lively.raw(wsFrame(wsPong, "are you there"))
		select {
		case <-done:
			open = false
		default:
		}
	}
	lively.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
	for {
		if first, m := lively.recv(); first == wsText {
			if !strings.HasPrefix(m, "SIP/2.0 200") {
				t.Errorf("%q", m)
			}
			break
		} else if first != wsPing {
			t.Fatalf("%x %q", first, m)
		}
	}
	s.logs.waitFor(t, "does not answer a ping")
	if st := s.Stats().Modules["websocket"]; st["ws_silent_connections"] != 1 {
		t.Errorf("%v", st)
	}
}

// TestAPongKeepsAClientWithoutAnAnswer (keepalive_mechanism 2).
func TestAPongKeepsAClientWithoutAnAnswer(t *testing.T) {
	_, at := startBoth(t, wsAnswering+`
modparam("websocket", "keepalive_mechanism", 2)
modparam("websocket", "keepalive_timeout", 1)`)
	p := dialWS(t, at)
	for range 3 {
		p.wantFrame(wsPong, "sipedge (0.1.0 (amd64/linux))")
	}
}

// TestAMessageInFramesHasItsTime (tcp_message_timeout), whatever comes between.
func TestAMessageInFramesHasItsTime(t *testing.T) {
	_, at := startBoth(t, "tcp_message_timeout=1\n"+wsAnswering)
	p := dialWS(t, at)
	begun := time.Now()
	p.raw(wsFrame(wsBegin, "OPTIONS "))
	go func() {
		for time.Since(begun) < 5*time.Second {
			time.Sleep(100 * time.Millisecond)
			if _, err := p.Conn.Write([]byte(wsFrame(wsPing, "x"))); err != nil {
				return
			}
		}
	}()
	var b [1]byte
	for {
		if _, err := p.r.Read(b[:]); err != nil {
			break
		}
	}
	if d := time.Since(begun); d > 4*time.Second {
		t.Errorf("after %v", d)
	}
}

// TestAnAliasLeadsToAWebSocketConnection (force_tcp_alias).
func TestAnAliasLeadsToAWebSocketConnection(t *testing.T) {
	s, at := startBoth(t, wsScript+`
route {
	if ($proto == "ws") { force_tcp_alias(7777); sl_send_reply("200", "OK"); exit; }
	$du = "sip:127.0.0.1:7777;transport=ws";
	forward();
}`)
	p := dialWS(t, at)
	p.send(wsAsk("REGISTER", "sip:example.com", "reg"))
	p.want("SIP/2.0 200")
	a := newPeer(t)
	a.send(s.addr, request{method: "MESSAGE", uri: "sip:alice@x.invalid", from: a}.String())
	m := p.want("MESSAGE sip:alice@x.invalid SIP/2.0")
	p.send(answer(m, 200, "OK"))
	a.want("SIP/2.0 200")
}

// TestWebSocketConnectionsSurviveAReload.
func TestWebSocketConnectionsSurviveAReload(t *testing.T) {
	s, at := startBoth(t, wsAnswering)
	p := dialWS(t, at)
	text := fmt.Sprintf("listen=udp:%s\nlisten=tcp:%s\ndebug=2\nloadmodule \"sl\"\n", s.addr, at) + strings.Replace(wsAnswering, `"200", "OK`, `"202", "New`, 1)
	if diags, err := s.Reload("new.cfg", []byte(text)); err != nil {
		t.Fatal(err, diags)
	}
	p.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
	p.want("SIP/2.0 202 New ws")
}

// TestAServerThatStopsSaysFarewell to its clients (1001, RFC 6455 §7.4.1).
func TestAServerThatStopsSaysFarewell(t *testing.T) {
	s, at := startBoth(t, wsAnswering)
	p := dialWS(t, at)
	p.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
	p.want("SIP/2.0 200")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
	p.wantClose(1001, "Going away")
}

// TestHTTPWaitsForTheServerToBePrepared (event_route[htable:mod-init]), and so does what
// is behind it.
func TestHTTPWaitsForTheServerToBePrepared(t *testing.T) {
	s, at := startBoth(t, wsScript+`
loadmodule "htable"
loadmodule "cfgutils"
modparam("htable", "htable", "t=>size=2;")
event_route[htable:mod-init] { usleep("300000"); $sht(t=>x) = "ready"; }
route { sl_send_reply("200", "$sht(t=>x)"); }`)
	p := dialWS(t, at)
	p.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
	p.want("SIP/2.0 200 ready")
	if n := s.Stats().Total["startHeld"]; n != 1 {
		t.Errorf("%d messages waited", n)
	}
}
