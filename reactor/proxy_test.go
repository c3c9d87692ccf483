//go:build unix

package reactor

import (
	"crypto/tls"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	lineV1  = "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060\r\n"
	localV2 = "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
	tcp4V2  = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x07\xc6\x33\x64\x09\x9c\x41\x13\xc4"
)

// proxied is a reactor whose one address reads PROXY headers, with the metas of the
// messages that come and what its connections end with.
func proxied(t *testing.T, mode ProxyMode, c Config) (r *Reactor, got chan Meta, ends chan error) {
	t.Helper()
	got, ends = make(chan Meta, 64), make(chan error, 64)
	h := &streamFuncs{}
	opened := map[ConnID]bool{}
	h.receive = func(l Loop, batch []Message) {
		for i := range batch {
			if !opened[batch[i].Meta.Conn] {
				t.Error("a message before its connection was opened")
			}
			got <- batch[i].Meta
		}
		answer(l, batch)
	}
	h.event = func(l Loop, id ConnID, ev ConnEvent, why error) {
		switch ev {
		case ConnOpened:
			if info, ok := l.Conn(id); !ok || info.Remote.IsUnspecified() {
				t.Errorf("opened: %+v", info)
			}
			opened[id] = true
		case ConnClosed:
			ends <- why
		}
	}
	k := listenTCP("127.0.0.1:0")
	k.Proxy = mode
	c.Listen = []Listen{k}
	return runStreams(t, h, c), got, ends
}

// TestAProxyHeaderSaysWhoseAConnectionIs, however it is cut, and with messages right
// behind it.
func TestAProxyHeaderSaysWhoseAConnectionIs(t *testing.T) {
	for _, kind := range pollers {
		r, got, _ := proxied(t, ProxyMust, Config{Poller: kind.name})
		for _, tc := range []struct{ name, header, remote, local string }{
			{"version 1", lineV1, "203.0.113.7:40001", "198.51.100.9:5060"},
			{"version 2", tcp4V2, "203.0.113.7:40001", "198.51.100.9:5060"},
			{"LOCAL", localV2, "", ""},
			{"UNKNOWN", "PROXY UNKNOWN\r\n", "", ""},
		} {
			for _, how := range []string{"at once", "apart", "byte by byte"} {
				p := connectTo(t, r)
				_ = p.SetNoDelay(true)
				text := tc.header + pack("one") + pack("two")
				switch how {
				case "at once":
					p.send(text)
				case "apart":
					p.send(tc.header)
					p.send(text[len(tc.header):])
				default:
					for i := range text {
						p.send(text[i : i+1])
					}
				}
				if a, b := p.recv(), p.recv(); a != "one" || b != "two" {
					t.Errorf("%s, %s: %q, %q", tc.name, how, a, b)
				}
				remote, local := tc.remote, tc.local
				if remote == "" {
					remote, local = p.LocalAddr().String(), p.RemoteAddr().String()
				}
				for range 2 {
					m := need(t, got, "the message")
					if m.Remote.String() != remote || m.Local.String() != local || m.Proxied != (tc.remote != "") {
						t.Errorf("%s, %s: %+v", tc.name, how, m)
					}
				}
				p.Close()
			}
		}
		if n := total(r).Proxied; n != 6 {
			t.Errorf("%s: %d connections are counted as proxied", kind.name, n)
		}
	}
}

// TestAProxyHeaderThatIsNone closes its connection before anything is read from it, and
// the handler hears who it was.
func TestAProxyHeaderThatIsNone(t *testing.T) {
	r, got, ends := proxied(t, ProxyMust, Config{})
	for n, bytes := range []string{
		pack("hello"), "PROXY TCP4 a b c d\r\n" + pack("hello"), "PROXY " + strings.Repeat("x", 200), "\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0c" + pack("hello"),
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff" + pack("hello"),
	} {
		p := connectTo(t, r)
		p.send(bytes)
		p.closed()
		var e *ProxyError
		if why := need(t, ends, "the end"); !errors.As(why, &e) || e.Peer.String() != p.LocalAddr().String() || !strings.Contains(why.Error(), e.Peer.String()) {
			t.Errorf("%q: %v", bytes, why)
		}
		if s := total(r); s.ProxyRefused != uint64(n+1) {
			t.Errorf("%q: %d are counted", bytes, s.ProxyRefused)
		}
	}
	if len(got) != 0 {
		t.Error("a message was served")
	}
}

// TestAProxyHeaderIsAwaitedForATime alone: of a silent peer and of one that drips.
func TestAProxyHeaderIsAwaitedForATime(t *testing.T) {
	for _, part := range []string{"", "PROXY TCP4 203"} {
		r, _, ends := proxied(t, ProxyMust, Config{Streams: Streams{ProxyHeader: 50 * time.Millisecond}})
		p := connectTo(t, r)
		p.send(part)
		if why := need(t, ends, "the end"); !errors.Is(why, ErrProxyTime) {
			t.Errorf("%q: %v", part, why)
		}
		p.closed()
		if s := total(r); s.ProxyRefused != 1 || s.SilentClosed != 0 || s.SlowClosed != 0 {
			t.Errorf("%q: %+v", part, s)
		}
		// It is over when the header is there: a connection that has sent it outlives a
		// silent one that was opened later.
		q := connectTo(t, r)
		q.send(lineV1 + pack("x"))
		q.recv()
		q.send(pack("y")[:3])
		connectTo(t, r).closed()
		need(t, ends, "the end of the silent one")
		q.send(pack("y")[3:])
		if got := q.recv(); got != "y" {
			t.Errorf("%q", got)
		}
	}
}

// TestAConnectionWithoutProxyHeader is as any other where the header may be missing.
func TestAConnectionWithoutProxyHeader(t *testing.T) {
	r, got, _ := proxied(t, ProxyMay, Config{})
	for _, tc := range []struct{ bytes, remote string }{{pack("x"), ""}, {lineV1 + pack("x"), "203.0.113.7:40001"}} {
		p := connectTo(t, r)
		p.send(tc.bytes)
		p.recv()
		if tc.remote == "" {
			tc.remote = p.LocalAddr().String()
		}
		if m := need(t, got, "the message"); m.Remote.String() != tc.remote {
			t.Errorf("%q comes from %v", tc.bytes, m.Remote)
		}
	}
}

// TestTheShareIsTheClientsNotTheLoadBalancers.
func TestTheShareIsTheClientsNotTheLoadBalancers(t *testing.T) {
	r, _, _ := proxied(t, ProxyMust, Config{Streams: Streams{MaxConns: 8, SharePercent: 25, Reserve: -1}})
	from := func(ip string) *peer {
		p := connectTo(t, r)
		p.send("PROXY TCP4 " + ip + " 198.51.100.9 40001 5060\r\n" + pack("x"))
		return p
	}
	var open []*peer
	for _, ip := range []string{"203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.2", "203.0.113.3"} {
		p := from(ip)
		p.recv()
		open = append(open, p)
	}
	from("203.0.113.1").closed()
	if s := total(r); s.ShareRefused != 1 || s.Proxied != 5 {
		t.Errorf("%+v", s)
	}
	open[0].Close()
	eventually(t, "the place", func() bool { return total(r).Conns == 4 })
	from("203.0.113.1").recv()
	for _, p := range open {
		p.Close()
	}
}

// TestAPeerThatLeavesBeforeItsProxyHeader, such as a health check, is no error.
func TestAPeerThatLeavesBeforeItsProxyHeader(t *testing.T) {
	r, _, ends := proxied(t, ProxyMust, Config{})
	p := connectTo(t, r)
	p.send("PROXY")
	_ = p.TCPConn.Close()
	eventually(t, "the end", func() bool { return total(r).ConnsClosed == 1 })
	if s := total(r); s.ProxyRefused != 0 || len(ends) != 0 || s.Conns != 0 && s.Accepted != 1 {
		t.Errorf("%+v", s)
	}
}

// TestAProxyHeaderComesBeforeTLS, at once with the ClientHello, or byte by byte; what is none
// ends the connection.
func TestAProxyHeaderComesBeforeTLS(t *testing.T) {
	got, ends := make(chan Meta, 8), make(chan error, 8)
	h := &streamFuncs{}
	h.receive = func(l Loop, b []Message) { got <- b[0].Meta; answer(l, b) }
	h.event = func(_ Loop, _ ConnID, ev ConnEvent, why error) {
		if ev == ConnClosed {
			ends <- why
		}
	}
	k := listenTLS("127.0.0.1:0")
	k.Proxy = ProxyMust
	var settingsFor atomic.Value // of string
	r := runStreams(t, h, Config{Listen: []Listen{k}, Streams: Streams{ProxyHeader: 200 * time.Millisecond},
		ServerTLS: func(m *Meta) (*tls.Config, any) { settingsFor.Store(m.Remote.String()); return serverConfig(), nil }})
	for _, apart := range []bool{false, true} {
		p := connectTo(t, r)
		if apart {
			_ = p.SetNoDelay(true)
			for i := range lineV1 {
				p.send(lineV1[i : i+1])
			}
		} else {
			p.send(lineV1)
		}
		s := secureOver(p, nil)
		if err := s.Conn.Handshake(); err != nil {
			t.Fatal(err)
		}
		s.send(pack("x"))
		if s.recv() != "x" {
			t.Error("no answer")
		}
		if m := need(t, got, "the message"); m.Remote.String() != "203.0.113.7:40001" || !m.Proxied || m.Transport != TLS || settingsFor.Load() != m.Remote.String() {
			t.Errorf("%+v, settings for %v", m, settingsFor.Load())
		}
	}
	for _, bytes := range []string{string(hello(t)), "PROXY TCP4 203"} { // none, and one that ends too early
		p := connectTo(t, r)
		p.send(bytes)
		p.closed()
		var e *ProxyError
		if why := need(t, ends, "the end"); !errors.As(why, &e) {
			t.Errorf("%.10q: %v", bytes, why)
		}
	}
	if s := total(r); s.ProxyRefused != 2 || s.Proxied != 2 || s.Handshakes != 2 || s.HandshakesFailed != 0 {
		t.Errorf("%+v", s)
	}
}
