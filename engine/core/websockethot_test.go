package core_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// webSink is streamSink with one connection that has a framer, as the reactor's have.
type webSink struct {
	streamSink
	framer reactor.Unwrapper
	meta   reactor.Meta
	batch  [1]reactor.Message
	log    *strings.Builder // of what is sent, nil for none
	ended  bool             // the connection was closed
}

func (s *webSink) ConnFramer(c reactor.ConnID) reactor.Framer {
	if c != s.meta.Conn {
		return nil
	}
	return s.framer
}

func (s *webSink) TurnConn(_ reactor.ConnID, t reactor.Transport, sock reactor.SocketID) error {
	s.meta.Transport, s.meta.Socket = t, sock
	return nil
}

func (s *webSink) SendConn(c reactor.ConnID, tag uint64, b []byte) error {
	return s.CommitConn(c, tag, copy(s.buf[:], b))
}

func (s *webSink) CommitConn(c reactor.ConnID, tag uint64, n int) error {
	if s.log != nil {
		fmt.Fprintf(s.log, "%q\n", s.buf[:n])
	}
	return s.streamSink.CommitConn(c, tag, n)
}

func (s *webSink) CloseConn(reactor.ConnID, reactor.CloseMode) error {
	s.ended = true
	return nil
}

// webServer is a server with such a connection on which a handshake has been accepted.
func webServer(t testing.TB, route string) (reactor.StreamHandler, *webSink) {
	t.Helper()
	s, diags := core.New("web.cfg", []byte(`
loadmodule "sl"
loadmodule "xhttp"
loadmodule "websocket"
loadmodule "textops"
event_route[xhttp:request] { ws_handle_handshake(); }
`+route), core.Options{Core: mod.Core(), Modules: mod.All(), Loops: 1})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Attach(webNetwork{}, noNetwork{}, []*core.Socket{core.NewSocket(0, rt.ProtoTCP, netip.MustParseAddrPort("127.0.0.1:5060"), "")}); err != nil {
		t.Fatal(err)
	}
	id := reactor.MakeConnID(0, 3, 7)
	k := &webSink{streamSink: streamSink{sink: sink{loops: 1}}, framer: s.NewFramer().(reactor.Unwrapper)}
	k.meta = hotMessage("OPTIONS", "x").Meta
	k.meta.Transport, k.meta.Conn, k.meta.Socket = reactor.TCP, id, 0
	k.meta.Remote.Port = 40000
	h := s.Handler(0).(reactor.StreamHandler)
	h.Start(k)
	h.ConnEvent(k, id, reactor.ConnOpened, nil)
	if got := k.feed(t, h, []byte("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n")); !bytes.HasPrefix(k.last, []byte("HTTP/1.1 101 ")) {
		t.Fatalf("%d frames, %q", got, k.last)
	}
	return h, k
}

type webNetwork struct{}

func (webNetwork) Poster(int) reactor.Poster { return webPoster{} }

type webPoster struct{}

func (webPoster) Post(*reactor.Mail) error { return nil }
func (webPoster) ID() int                  { return 0 }

// feed gives bytes to the connection's framer and what it finds to the server.
func (s *webSink) feed(t testing.TB, h reactor.Handler, b []byte) (frames int) {
	for len(b) > 0 {
		n, f := s.framer.Next(b)
		if n == 0 && f == reactor.FrameMore {
			t.Fatalf("%d bytes are left", len(b))
		}
		if f != reactor.FrameMore {
			data, _ := s.framer.Unwrap(b[:n])
			s.batch[0] = reactor.Message{Data: data, Meta: s.meta, Frame: f}
			h.Receive(s, s.batch[:])
			frames++
		}
		b = b[n:]
		if f == reactor.FrameBad || f == reactor.FrameClose {
			break
		}
	}
	return frames
}

// masked is a frame of a client.
func masked(first byte, payload []byte) []byte {
	b := []byte{first, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload)), 1, 2, 3, 4}
	if len(payload) < 126 {
		b = []byte{first, 0x80 | byte(len(payload)), 1, 2, 3, 4}
	}
	for i, c := range payload {
		b = append(b, c^byte(i%4+1))
	}
	return b
}

// TestMessagesOverWebSocketAllocateNothing, from the frame that comes to the one that
// leaves: in one frame, in several with a ping between, and a request to the client.
func TestMessagesOverWebSocketAllocateNothing(t *testing.T) {
	h, k := webServer(t, `
route {
	if (is_method("OPTIONS")) { sl_send_reply("200", "OK $proto"); exit; }
	$du = "sip:127.0.0.1:40000;transport=ws";
	forward();
}`)
	over := func(m reactor.Message) []byte {
		return bytes.ReplaceAll(m.Data, []byte("SIP/2.0/UDP 127.0.0.1:5080"), []byte("SIP/2.0/WS abc.invalid"))
	}
	options := over(hotMessage("OPTIONS", "a"))
	run := func(name string, stream []byte, frames int, begins string) {
		t.Helper()
		buf := make([]byte, len(stream))
		sent := k.sent
		if n := testing.AllocsPerRun(200, func() {
			copy(buf, stream)
			if got := k.feed(t, h, buf); got != frames {
				t.Fatalf("%d frames", got)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if k.sent != sent+201*frames || k.to != k.meta.Conn {
			t.Errorf("%s: %d messages sent for %d frames", name, k.sent-sent, 201*frames)
		}
		if k.last[0] != 0x81 || k.last[1] != 126 || int(k.last[2])<<8|int(k.last[3]) != len(k.last)-4 || !bytes.HasPrefix(k.last[4:], []byte(begins)) {
			t.Errorf("%s: sent %q", name, k.last)
		}
	}
	run("one frame", masked(0x81, options), 1, "SIP/2.0 200 OK ws\r\nVia: SIP/2.0/WS abc.invalid;")
	parts := append(masked(0x01, options[:100]), masked(0x89, []byte("ping"))...)
	parts = append(append(parts, masked(0x00, options[100:200])...), masked(0x80, options[200:])...)
	run("several", parts, 2, "SIP/2.0 200 OK ws")
	run("to the client", masked(0x81, over(hotMessage("MESSAGE", "b"))), 1, "MESSAGE sip:")
	if !bytes.Contains(k.last, []byte("\r\nVia: SIP/2.0/WS 127.0.0.1:5060;branch=")) {
		t.Errorf("%q", k.last)
	}
}

// TestAShortMessageHasAShortHeader: the room that is kept for a header is for a long one.
func TestAShortMessageHasAShortHeader(t *testing.T) {
	h, k := webServer(t, "server_signature=no\nroute { sl_send_reply(\"200\", \"K\"); }")
	k.feed(t, h, masked(0x81, []byte("M sip:a SIP/2.0\r\nv:SIP/2.0/WS 127.0.0.1;branch=z9hG4bK1\r\nf:sip:a;tag=1\r\nt:sip:b;tag=2\r\ni:1\r\nCSeq:1 M\r\n\r\n")))
	if n := len(k.last); n < 20 || k.last[0] != 0x81 || int(k.last[1]) != n-2 || !bytes.HasPrefix(k.last[2:], []byte("SIP/2.0 200 K\r\n")) {
		t.Errorf("%q", k.last)
	}
}

func BenchmarkMessageOverWebSocket(b *testing.B) {
	h, k := webServer(b, `route { sl_send_reply("200", "OK"); }`)
	stream := masked(0x81, hotMessage("OPTIONS", "a").Data)
	buf := make([]byte, len(stream))
	b.ReportAllocs()
	for b.Loop() {
		copy(buf, stream)
		k.feed(b, h, buf)
	}
}
