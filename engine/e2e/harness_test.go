package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/mod"
	"sipedge/script/registry"
)

// server is a running server under test.
type server struct {
	*core.Server
	addr *net.UDPAddr
	logs *logSink
}

// logSink keeps the server's lines.
type logSink struct {
	mu    sync.Mutex
	lines []string
	wake  chan struct{}
}

func (s *logSink) Log(l log.Line) {
	s.mu.Lock()
	s.lines = append(s.lines, string(l.Text))
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *logSink) Flush() {}

func (s *logSink) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// waitFor returns when a line contains text.
func (s *logSink) waitFor(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(5 * time.Second)
	for !strings.Contains(s.all(), text) {
		select {
		case <-s.wake:
		case <-deadline:
			t.Fatalf("no log line with %q; have:\n%s", text, s.all())
		}
	}
}

// options are the stock rows and modules and those of the test.
func options(extra ...*registry.Module) core.Options {
	return core.Options{Core: mod.Core(), Modules: append(mod.All(), extra...)}
}

// start runs a server with the script on a free loopback port; "listen" is
// added to the script.
func start(t testing.TB, script string, extra ...*registry.Module) *server {
	t.Helper()
	return startOn(t, "udp:127.0.0.1:0", script, extra...)
}

func startOn(t testing.TB, listen, script string, extra ...*registry.Module) *server {
	t.Helper()
	sink := &logSink{wake: make(chan struct{}, 1)}
	logger := log.New(log.Options{Rings: 8, Sink: sink})
	opts := options(extra...)
	opts.Logger = logger
	s, diags := core.New("test.cfg", []byte("listen="+listen+"\n"+script), opts)
	if s == nil {
		t.Fatalf("the script was refused:\n%s", diags)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		logger.Close()
	})
	a := s.Snapshot().Sockets()[0].Addr
	return &server{s, net.UDPAddrFromAddrPort(a), sink}
}

// peer is a UDP endpoint of the test.
type peer struct {
	*net.UDPConn
	t   testing.TB
	buf [65536]byte
}

func newPeer(t testing.TB) *peer {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadBuffer(4 << 20)
	return &peer{UDPConn: c, t: t}
}

func (p *peer) addr() *net.UDPAddr { return p.LocalAddr().(*net.UDPAddr) }

func (p *peer) send(to *net.UDPAddr, msg string) {
	p.t.Helper()
	if _, err := p.WriteToUDP([]byte(msg), to); err != nil {
		p.t.Fatal(err)
	}
}

// recv is the next message; "" when none comes in time.
func (p *peer) recv(wait time.Duration) string {
	p.SetReadDeadline(time.Now().Add(wait))
	n, _, err := p.ReadFromUDP(p.buf[:])
	if err != nil {
		return ""
	}
	return string(p.buf[:n])
}

// want receives a message and demands that it begins so.
func (p *peer) want(prefix string) string {
	p.t.Helper()
	m := p.recv(5 * time.Second)
	if !strings.HasPrefix(m, prefix) {
		p.t.Fatalf("want %q, got %q", prefix, m)
	}
	return m
}

// none demands that nothing comes: it asks the server for something else, whose
// answer is behind whatever the server would have sent.
func (p *peer) none(s *server) {
	p.t.Helper()
	ping := request{method: "OPTIONS", uri: "sip:probe@127.0.0.1", callID: fmt.Sprint("probe-", time.Now().UnixNano()), from: p}.String()
	p.send(s.addr, ping)
	if m := p.recv(5 * time.Second); !strings.HasPrefix(m, "SIP/2.0 ") || !strings.Contains(m, "probe-") {
		p.t.Fatalf("nothing was to come, got %q", m)
	}
}

// request builds messages of the tests.
type request struct {
	method, uri, callID string
	branch, toTag       string
	cseq                int
	from                *peer
	headers             []string
	body                string
}

func (r request) String() string {
	if r.callID == "" {
		r.callID = "call-1"
	}
	if r.branch == "" {
		r.branch = "z9hG4bK-" + r.callID + "-" + fmt.Sprint(r.cseq)
	}
	if r.cseq == 0 {
		r.cseq = 1
	}
	var b bytes.Buffer
	cm := r.method
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", r.method, r.uri)
	fmt.Fprintf(&b, "Via: SIP/2.0/UDP %s;branch=%s\r\n", r.from.addr(), r.branch)
	for _, h := range r.headers {
		b.WriteString(h + "\r\n")
	}
	to := "<sip:bob@example.net>"
	if r.toTag != "" {
		to += ";tag=" + r.toTag
	}
	fmt.Fprintf(&b, "From: <sip:alice@example.com>;tag=a1\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n", to, r.callID, r.cseq, cm)
	if !strings.Contains(b.String(), "Max-Forwards:") {
		b.WriteString("Max-Forwards: 70\r\n")
	}
	fmt.Fprintf(&b, "Contact: <sip:alice@%s>\r\nContent-Length: %d\r\n\r\n%s", r.from.addr(), len(r.body), r.body)
	return b.String()
}

// header is the body of the first header of that name; "" if there is none.
func header(msg, name string) string {
	for _, l := range strings.Split(msg, "\r\n") {
		if i := strings.IndexByte(l, ':'); i > 0 && strings.EqualFold(l[:i], name) {
			return strings.TrimSpace(l[i+1:])
		}
		if l == "" {
			break
		}
	}
	return ""
}

// answer makes a reply to a request, with its Vias and dialog headers.
func answer(req string, code int, reason string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", code, reason)
	for _, l := range strings.Split(req, "\r\n")[1:] {
		name, _, _ := strings.Cut(l, ":")
		switch strings.ToLower(name) {
		case "via", "from", "call-id", "cseq", "record-route":
			b.WriteString(l + "\r\n")
		case "to":
			if !strings.Contains(l, "tag=") {
				l += ";tag=b1"
			}
			b.WriteString(l + "\r\n")
		}
		if l == "" {
			break
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.String()
}
