package e2e

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// wsPeer is a WebSocket client of the test, which can also do what a client must not.
type wsPeer struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

// The first bytes of frames: the last or only one of a message, and others.
const (
	wsText, wsBinary, wsLast    = 0x81, 0x82, 0x80
	wsBegin, wsMore             = 0x01, 0x00
	wsClosing, wsPing, wsPong   = 0x88, 0x89, 0x8a
	wsKey, wsAccept             = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	wsHeadersBehindTheFirstLine = "Host: sip.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + wsKey +
		"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
)

// wsHandshake is the request that makes a connection one of WebSocket.
const wsHandshake = "GET /ws HTTP/1.1\r\n" + wsHeadersBehindTheFirstLine + "\r\n"

// dialWS opens a connection and does the handshake.
func dialWS(t testing.TB, to netip.AddrPort) *wsPeer {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	return wsOver(t, c)
}

// wsOver does the handshake on a connection.
func wsOver(t testing.TB, c net.Conn) *wsPeer {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(15 * time.Second))
	p := &wsPeer{c, t, bufio.NewReader(c)}
	p.raw(wsHandshake)
	if got := p.head(); !strings.HasPrefix(got, "HTTP/1.1 101 Switching Protocols\r\n") || header(got, "Sec-WebSocket-Accept") != wsAccept {
		t.Fatalf("%q", got)
	}
	return p
}

// head is an answer of HTTP without a body.
func (p *wsPeer) head() string {
	p.t.Helper()
	var b strings.Builder
	for {
		l, err := p.r.ReadString('\n')
		b.WriteString(l)
		if err != nil {
			p.t.Fatalf("%v after %q", err, b.String())
		}
		if l == "\r\n" {
			return b.String()
		}
	}
}

func (p *wsPeer) raw(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.Conn, s); err != nil {
		p.t.Fatal(err)
	}
}

// wsFrame is a frame as a client sends it.
func wsFrame(first byte, payload string) string {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 65536:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return string(b)
}

func (p *wsPeer) send(msg string) {
	p.t.Helper()
	p.raw(wsFrame(wsText, msg))
}

// recv is the next frame: the first byte and the payload; 0 at the end of the connection.
func (p *wsPeer) recv() (first byte, payload string) {
	p.t.Helper()
	var h [4]byte
	if _, err := io.ReadFull(p.r, h[:2]); err != nil {
		if err != io.EOF {
			p.t.Fatal(err)
		}
		return 0, ""
	}
	n := int(h[1])
	switch {
	case n > 126:
		p.t.Fatalf("a header of %x", h[:2])
	case n == 126:
		if _, err := io.ReadFull(p.r, h[2:]); err != nil {
			p.t.Fatal(err)
		}
		if n = int(binary.BigEndian.Uint16(h[2:])); n < 126 {
			p.t.Fatalf("%d bytes have a long header", n)
		}
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(p.r, b); err != nil {
		p.t.Fatal(err)
	}
	return h[0], string(b)
}

// want is the next message, which begins so.
func (p *wsPeer) want(prefix string) string {
	p.t.Helper()
	first, m := p.recv()
	if first != wsText || !strings.HasPrefix(m, prefix) {
		p.t.Fatalf("want %q, got %x %q", prefix, first, m)
	}
	return m
}

// wantFrame is the next frame.
func (p *wsPeer) wantFrame(first byte, payload string) {
	p.t.Helper()
	if f, got := p.recv(); f != first || got != payload {
		p.t.Fatalf("want %x %q, got %x %q", first, payload, f, got)
	}
}

// wantClose is a close with that status and the end of the connection.
func (p *wsPeer) wantClose(status uint16, reason string) {
	p.t.Helper()
	p.wantFrame(wsClosing, string(binary.BigEndian.AppendUint16(nil, status))+reason)
	if first, got := p.recv(); first != 0 {
		p.t.Fatalf("behind the close comes %x %q", first, got)
	}
}

// port is the one that the server sees.
func (p *wsPeer) port() int { return p.Conn.LocalAddr().(*net.TCPAddr).Port }

// wsAsk is a request of a client in a browser: it does not know its address.
func wsAsk(method, uri, callID string, headers ...string) string {
	m := fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK-%s%s\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.net>\r\n"+
		"Call-ID: %s\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\nContact: <sip:alice@df7jal23ls0d.invalid;transport=ws>\r\n", method, uri, callID, method, callID, method)
	for _, h := range headers {
		m += h + "\r\n"
	}
	return m + "Content-Length: 0\r\n\r\n"
}

// headers are the bodies of all headers of a name, in order.
func headers(msg, name string) (all []string) {
	for l := range strings.SplitSeq(msg, "\r\n") {
		if n, body, ok := strings.Cut(l, ":"); ok && strings.EqualFold(n, name) {
			all = append(all, strings.TrimSpace(body))
		}
	}
	return all
}
