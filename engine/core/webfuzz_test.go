package core_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sipedge/reactor"
)

// webStreams are streams of SIP, HTTP and WebSocket, good and bad.
func webStreams() [][]byte {
	options := string(hotMessage("OPTIONS", "a").Data)
	handshake := "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
	framed := string(masked(0x81, []byte(options)))
	half := string(masked(0x01, []byte(options[:90]))) + string(masked(0x89, []byte("p"))) + string(masked(0x80, []byte(options[90:])))
	var all [][]byte
	for _, s := range []string{
		options, handshake, handshake + framed, options + handshake + framed + framed, handshake + half + framed + half, handshake + string(masked(0x88, nil)) + framed,
		handshake + handshake, handshake + options, handshake + "\r\n\r\n", "\r\n\r\n" + handshake + framed,
		"GET / HTTP/1.1\r\nl: 4\r\n\r\n" + options, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" + options, "GET / HTTP/1.1\nHost: x\n\n" + options,
		"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nbody", "GET / HTTP/1.1 \r\n\r\n" + options,
	} {
		all = append(all, []byte(s))
	}
	return all
}

const webAnswering = `route { sl_send_reply("200", "OK"); }`

// runWeb gives a stream to a new connection in pieces, as the reactor does, and writes
// down what the server sends.
func runWeb(t testing.TB, h reactor.StreamHandler, k *webSink, stream []byte, cuts func(at int) int) string {
	h.ConnEvent(k, k.meta.Conn, reactor.ConnClosed, nil)
	k.framer.Reset()
	k.meta.Transport, k.meta.Socket = reactor.TCP, 0
	h.ConnEvent(k, k.meta.Conn, reactor.ConnOpened, nil)
	k.log = &strings.Builder{}
	stream = bytes.Clone(stream)
	for taken, have := 0, 0; ; {
		n, f := 0, reactor.FrameMore
		if have > taken {
			n, f = k.framer.Next(stream[taken:have])
		}
		if n < 0 || n > have-taken {
			t.Fatalf("frame %d takes %d of %d bytes", f, n, have-taken)
		}
		if f == reactor.FrameMore {
			if taken += n; n > 0 {
				continue
			}
			if have == len(stream) {
				fmt.Fprintf(k.log, "rest %d", have-taken)
				return k.log.String()
			}
			have = min(len(stream), cuts(have))
			continue
		}
		data, _ := k.framer.Unwrap(stream[taken : taken+n])
		taken += n
		k.ended = false
		h.Receive(k, []reactor.Message{{Data: data, Meta: k.meta, Frame: f}})
		if f == reactor.FrameBad || f == reactor.FrameClose || k.ended {
			k.log.WriteString("end")
			return k.log.String()
		}
	}
}

func whole(int) int { return 1 << 30 }

// TestOneStreamOfThreeProtocolsHoweverItIsCut: at every byte, and a byte at a time.
func TestOneStreamOfThreeProtocolsHoweverItIsCut(t *testing.T) {
	h, k := webServer(t, webAnswering)
	for _, s := range webStreams() {
		want := runWeb(t, h, k, s, whole)
		for at := 1; at < len(s); at += 1 + at/60 {
			if got := runWeb(t, h, k, s, func(have int) int {
				if have < at {
					return at
				}
				return len(s)
			}); got != want {
				t.Fatalf("%.60q cut at %d: %q, want %q", s, at, got, want)
			}
		}
		if bytes.HasPrefix(s, []byte("\r\n\r\n")) || bytes.HasSuffix(s, []byte("\r\n\r\n\r\n\r\n")) {
			continue // two pongs for a ping
		}
		if got := runWeb(t, h, k, s, func(at int) int { return at + 1 }); got != want {
			t.Fatalf("%.60q a byte at a time: %q, want %q", s, got, want)
		}
	}
}

// FuzzWebStream: what is answered does not depend on how a stream of SIP, HTTP and
// WebSocket is cut.
func FuzzWebStream(f *testing.F) {
	for _, s := range webStreams() {
		f.Add(s, uint8(7))
	}
	h, k := webServer(f, webAnswering)
	f.Fuzz(func(t *testing.T, stream []byte, piece uint8) {
		if bytes.Contains(stream, []byte("\r\n\r\n\r\n")) || bytes.HasPrefix(stream, []byte("\r\n")) {
			return // line ends between messages are one ping or two pongs
		}
		stream = append(stream[:len(stream):len(stream)], 0, 0, 0, 0) // an error at the very end may be seen only when more has come
		want := runWeb(t, h, k, stream, whole)
		if got := runWeb(t, h, k, stream, func(at int) int { return at + 1 + int(piece) }); got != want {
			t.Fatalf("in pieces of %d: %q, want %q", 1+int(piece), got, want)
		}
	})
}
