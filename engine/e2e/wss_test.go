package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// dialWSS opens a TLS connection and does the handshake of WebSocket on it.
func dialWSS(t testing.TB, s *server, p *pki) *wsPeer {
	t.Helper()
	c, err := net.Dial("tcp", tlsAddr(t, s).String())
	if err != nil {
		t.Fatal(err)
	}
	return wsOver(t, tls.Client(c, &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"}))
}

// TestWebSocketOverTLS: transport WSS in both directions, with what is known about the
// TLS connection, frames in pieces, a ping and a farewell.
func TestWebSocketOverTLS(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, p.head(p.usual())+wsScript+`
route {
	if (proto == WSS) { sl_send_reply("200", "OK $proto $tls_version $tls_peer_server_name"); exit; }
	$du = "sip:" + $hdr(X-To) + ";transport=" + $hdr(X-Transport);
	if (!forward()) sl_send_reply("503", "None");
}`)
	c := dialWSS(t, s, p)
	one := wsAsk("OPTIONS", "sip:b@example.net", "c1")
	one = strings.Replace(one, "SIP/2.0/WS ", "SIP/2.0/WSS ", 1)
	const want = "SIP/2.0 200 OK wss TLSv1.3 sip.example.org\r\nVia: SIP/2.0/WSS df7jal23ls0d.invalid;"
	c.send(one)
	c.want(want)
	c.raw(wsFrame(wsBegin, one[:50]) + wsFrame(wsPing, "p") + wsFrame(wsMore, one[50:60]))
	c.raw(wsFrame(wsLast, one[60:]))
	c.wantFrame(wsPong, "p")
	c.want(want)
	c.raw(strings.Repeat(wsFrame(wsText, one), 50))
	for range 50 {
		c.want(want)
	}

	a := newPeer(t)
	ask := func(id, transport string) {
		a.send(s.addr, request{method: "MESSAGE", uri: "sip:alice@x.invalid", from: a, callID: id,
			headers: []string{fmt.Sprintf("X-To: 127.0.0.1:%d", c.port()), "X-Transport: " + transport}}.String())
	}
	ask("m1", "wss")
	m := c.want("MESSAGE sip:alice@x.invalid SIP/2.0")
	if v := headers(m, "Via"); !strings.HasPrefix(v[0], fmt.Sprintf("SIP/2.0/WSS %s;branch=", tlsAddr(t, s))) {
		t.Errorf("Vias %q", v)
	}
	c.send(answer(m, 200, "OK"))
	a.want("SIP/2.0 200")
	ask("m2", "ws") // it is none of these
	a.want("SIP/2.0 503")

	c.raw(wsFrame(wsClosing, "\x03\xe8"))
	c.wantFrame(wsClosing, "\x03\xe8Normal closure")
	s.logs.waitFor(t, fmt.Sprintf("closed 127.0.0.1 %d ", c.port()))
	ask("m3", "wss")
	a.want("SIP/2.0 503")
}

// TestWebSocketConnectionsOverTLSGiveTheirPlacesBack: in the table of TLS connections.
func TestWebSocketConnectionsOverTLSGiveTheirPlacesBack(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, "tls_max_connections=4\ntcp_share=100\n"+p.head(p.usual())+wsScript+`route { sl_send_reply("200", "OK"); }`)
	for i := range 20 {
		c := dialWSS(t, s, p)
		c.send(wsAsk("OPTIONS", "sip:b@example.net", "c1"))
		c.want("SIP/2.0 200")
		c.Close()
		for end := time.Now().Add(5 * time.Second); s.Stats().Modules["websocket"]["ws_current_connections"] != 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("connection %d does not end", i)
			}
		}
	}
}
