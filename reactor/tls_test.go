//go:build linux

package reactor

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestMessagesPassThroughTLS with both versions and every poller: small ones, many in
// one write, a large one, one that comes in parts.
func TestMessagesPassThroughTLS(t *testing.T) {
	for _, kind := range pollers {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			metas := make(chan Meta, 300)
			h := &streamFuncs{}
			h.receive = func(l Loop, b []Message) {
				for i := range b {
					metas <- b[i].Meta
				}
				answer(l, b)
			}
			r := runTLS(t, h, Config{Poller: kind.name}, nil)
			config := clientConfig()
			config.MaxVersion = version
			p := connectTLS(t, r, config)
			p.send(pack("hello"))
			if got := p.recv(); got != "hello" {
				t.Fatalf("%s: %q", kind.name, got)
			}
			if m := <-metas; m.Transport != TLS || m.Conn == 0 || m.Local.AddrPort() != r.Addr(0) {
				t.Errorf("%s: %+v", kind.name, m)
			}
			var many strings.Builder
			for i := range 200 {
				many.WriteString(pack(strings.Repeat("x", i)))
			}
			p.send(many.String())
			for i := range 200 {
				if got := p.recv(); len(got) != i {
					t.Fatalf("%s: message %d has %d bytes", kind.name, i, len(got))
				}
			}
			big := strings.Repeat("y", 9999)
			p.send(pack(big))
			if got := p.recv(); got != big {
				t.Fatalf("%s: %d bytes", kind.name, len(got))
			}
			for _, c := range pack("in parts") {
				p.send(string(c))
			}
			if got := p.recv(); got != "in parts" {
				t.Fatalf("%s: %q", kind.name, got)
			}
			if v := p.Conn.ConnectionState().Version; v != version {
				t.Errorf("version %x", v)
			}
		}
	}
}

// held is a connection whose writes wait, from the second on, until they are let go
// in one piece.
type held struct {
	net.Conn
	writes int
	kept   []byte
}

func (h *held) Write(b []byte) (int, error) {
	if h.writes++; h.writes == 1 {
		return h.Conn.Write(b)
	}
	h.kept = append(h.kept, b...)
	return len(b), nil
}

// TestARequestInTheSegmentOfFinishedIsServed: nothing announces it any more once the
// handshake is over.
func TestARequestInTheSegmentOfFinishedIsServed(t *testing.T) {
	for _, kind := range pollers {
		r := runTLS(t, &streamFuncs{}, Config{Poller: kind.name}, nil)
		p := connectTo(t, r)
		w := &held{Conn: p.TCPConn}
		c := tls.Client(w, clientConfig())
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, _ = io.WriteString(c, pack("early"))
		}
		if _, err := p.TCPConn.Write(w.kept); err != nil {
			t.Fatal(err)
		}
		p.r.Reset(c)
		for range 3 {
			if got := p.recv(); got != "early" {
				t.Errorf("%s: %q", kind.name, got)
			}
		}
	}
}

// TestARequestBeforeTheEndIsServed: Finished, a request and the end of the peer's side come
// at once.
func TestARequestBeforeTheEndIsServed(t *testing.T) {
	for _, kind := range pollers {
		for _, bye := range []bool{true, false} {
			r := runTLS(t, &streamFuncs{}, Config{Poller: kind.name}, nil)
			p := connectTo(t, r)
			w := &held{Conn: p.TCPConn}
			c := tls.Client(w, clientConfig())
			if err := c.Handshake(); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(c, pack("last"))
			if bye {
				_ = c.CloseWrite()
				_ = p.SetDeadline(time.Now().Add(patience)) // crypto/tls has ended that for writing
			}
			if _, err := p.TCPConn.Write(w.kept); err != nil {
				t.Fatal(err)
			}
			_ = p.TCPConn.CloseWrite()
			p.r.Reset(c)
			if got := p.recv(); got != "last" {
				t.Errorf("%s: %q", kind.name, got)
			}
			if _, err := p.r.ReadByte(); err != io.EOF {
				t.Errorf("%s: %v", kind.name, err)
			}
		}
	}
}

// TestAHandshakeBeginsWithAWholeClientHello, and bytes that drip cost no step.
func TestAHandshakeBeginsWithAWholeClientHello(t *testing.T) {
	r := runTLS(t, &streamFuncs{}, Config{}, nil)
	p := connectTo(t, r)
	b := hello(t)
	for i := range b[:len(b)-1] {
		p.send(string(b[i : i+1]))
		if i%50 == 0 {
			eventually(t, "reading", func() bool { return total(r).BytesIn == uint64(i+1) })
		}
	}
	eventually(t, "reading", func() bool { return total(r).BytesIn == uint64(len(b)-1) })
	if n := underWay(r); n != 0 {
		t.Fatalf("%d handshakes have begun", n)
	}
	p.send(string(b[len(b)-1:]))
	eventually(t, "the begin", func() bool { return underWay(r) == 1 })
	p.Close()
	eventually(t, "the end", func() bool { return underWay(r) == 0 })
}

func TestHalfAHandshakeEndsInTime(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 8)
	h.event = closes(ends)
	r := runTLS(t, h, Config{Streams: Streams{Handshake: 50 * time.Millisecond}}, nil)
	for _, sent := range []string{"", string(hello(t)[:9]), string(hello(t))} {
		p := connectTo(t, r)
		p.send(sent)
		_, _ = io.Copy(io.Discard, p.TCPConn)
		e := need(t, ends, "the end")
		var he *HandshakeError
		if !errors.As(e.why, &he) || he.Err != ErrHandshakeTimeout || he.Remote.String() != p.LocalAddr().String() {
			t.Errorf("after %d bytes: %v", len(sent), e.why)
		}
	}
	if s := total(r); s.HandshakeTimeouts != 3 || s.HandshakesFailed != 3 || underWay(r) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsNoTLSIsClosed(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 8)
	h.event = closes(ends)
	r := runTLS(t, h, Config{}, nil)
	tooLong := []byte{22, 3, 1, 0, 4, 1, 1, 0, 0}
	for _, sent := range []string{"OPTIONS sip:a SIP/2.0\r\n", "\r\n", "\x16\x02\x00\x01\x00", "\x16\x03\x01\x00\x04\x02\x00\x00\x00", string(tooLong), "\x16\x03\x01\xff\xff", "\x16\x03\x01\x00\x00"} {
		p := connectTo(t, r)
		p.send(sent)
		_, _ = io.Copy(io.Discard, p.TCPConn)
		if e := need(t, ends, "the end"); !errors.Is(e.why, ErrNotTLS) {
			t.Errorf("%q: %v", sent, e.why)
		}
	}
	if s := total(r); s.NotTLS != 7 {
		t.Errorf("%+v", s)
	}
}

// TestAddressesShareTheHandshakes: one that has its share under way leaves room to
// others, and its own wait.
func TestAddressesShareTheHandshakes(t *testing.T) {
	r := runTLS(t, &streamFuncs{}, Config{Streams: Streams{MaxHandshakes: 8}}, nil)
	b := hello(t)
	var flood []*peer
	for range 20 {
		p := connectTo(t, r)
		p.send(string(b))
		flood = append(flood, p)
	}
	eventually(t, "the share", func() bool { return underWay(r) == 2 })
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}
	for range 5 {
		c, err := d.Dial("tcp", r.Addr(0).String())
		if err != nil {
			t.Fatal(err)
		}
		q := secureOver(newPeer(t, c.(*net.TCPConn)), nil)
		q.send(pack("other"))
		if got := q.recv(); got != "other" {
			t.Error(got)
		}
	}
	if n := underWay(r); n != 2 {
		t.Errorf("%d handshakes are under way", n)
	}
	// Those that waited begin as the others end.
	for _, p := range flood[:18] {
		p.Close()
	}
	eventually(t, "the others' turn", func() bool {
		r.slots.mu.Lock()
		defer r.slots.mu.Unlock()
		return r.slots.begun == 2 && r.slots.fresh.Len() == 0 && len(r.slots.askers) == 1
	})
	for _, p := range flood[18:] {
		p.Close()
	}
	eventually(t, "the end", func() bool {
		r.slots.mu.Lock()
		defer r.slots.mu.Unlock()
		return r.slots.begun == 0 && len(r.slots.askers) == 0
	})
}

// TestTheLastOfTheRoomIsForNewAddresses.
func TestTheLastOfTheRoomIsForNewAddresses(t *testing.T) {
	r := runTLS(t, &streamFuncs{}, Config{Streams: Streams{MaxHandshakes: 8, HandshakeShare: 100}}, nil)
	b := hello(t)
	from := func(host byte) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, host)}}
		c, err := d.Dial("tcp", r.Addr(0).String())
		if err != nil {
			t.Fatal(err)
		}
		newPeer(t, c.(*net.TCPConn)).send(string(b))
	}
	for range 20 {
		from(2)
	}
	eventually(t, "the room for one", func() bool { return underWay(r) == 6 })
	from(3)
	from(4)
	eventually(t, "the room for others", func() bool { return underWay(r) == 8 })
	from(5)
	eventually(t, "reading", func() bool { return total(r).BytesIn == uint64(23*len(b)) })
	if n := underWay(r); n != 8 {
		t.Errorf("%d are under way", n)
	}
}

// TestAClientWithoutACertificateIsTold why, and so is the handler.
func TestAClientWithoutACertificateIsTold(t *testing.T) {
	config := serverConfig()
	_, config.ClientCAs = testCert()
	config.ClientAuth = tls.RequireAndVerifyClientCert
	h := &streamFuncs{}
	ends := make(chan closing, 8)
	h.event = closes(ends)
	r := runTLS(t, h, Config{}, config)
	for version, alert := range map[uint16]string{tls.VersionTLS12: "handshake failure", tls.VersionTLS13: "certificate required"} {
		c := clientConfig()
		c.MaxVersion = version
		p := secureOver(connectTo(t, r), c)
		err := p.Conn.Handshake()
		if err == nil {
			_, err = p.r.ReadByte()
		}
		if err == nil || !strings.Contains(err.Error(), alert) {
			t.Errorf("%x: the client hears %v", version, err)
		}
		if e := need(t, ends, "the end"); !strings.Contains(e.why.Error(), "client didn't provide a certificate") {
			t.Errorf("%x: %v", version, e.why)
		}
	}
	states := make(chan *tls.ConnectionState, 1)
	h2 := &streamFuncs{}
	h2.event = func(l Loop, c ConnID, ev ConnEvent, _ error) {
		if i, _ := l.Conn(c); ev == ConnOpened {
			states <- i.TLS
		}
	}
	r = runTLS(t, h2, Config{}, config)
	c := clientConfig()
	cert, _ := testCert()
	c.Certificates = []tls.Certificate{cert}
	p := connectTLS(t, r, c)
	p.send(pack("x"))
	p.recv()
	if st := need(t, states, "the state"); len(st.PeerCertificates) != 1 || st.PeerCertificates[0].Subject.CommonName != "sip.example.org" {
		t.Errorf("%+v", st)
	}
}

// TestTheEndIsAnnounced with close_notify, from both sides.
func TestTheEndIsAnnounced(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 8)
	h.event = closes(ends)
	h.receive = func(l Loop, b []Message) {
		answer(l, b)
		if string(b[0].Data) == pack("bye") {
			_ = l.CloseConn(b[0].Meta.Conn, CloseAfterWrite)
		}
	}
	r := runTLS(t, h, Config{}, nil)
	p := connectTLS(t, r, nil)
	p.send(pack("bye"))
	if got := p.recv(); got != "bye" {
		t.Error(got)
	}
	if _, err := p.r.ReadByte(); err != io.EOF { // crypto/tls: io.ErrUnexpectedEOF without the announcement
		t.Error(err)
	}
	if e := need(t, ends, "the end"); e.why != ErrClosedHere {
		t.Error(e.why)
	}
	p = connectTLS(t, r, nil)
	p.send(pack("x"))
	p.recv()
	if err := p.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if e := need(t, ends, "the end"); e.why != io.EOF {
		t.Error(e.why)
	}
	if _, err := p.r.ReadByte(); err != io.EOF {
		t.Error(err)
	}
}

// TestPartOfARecordIsPartOfAMessage: a peer that does not complete one has no more
// time than it has for a message.
func TestPartOfARecordIsPartOfAMessage(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 1)
	h.event = closes(ends)
	r := runTLS(t, h, Config{Streams: Streams{WholeMessage: 50 * time.Millisecond}}, nil)
	p := connectTLS(t, r, nil)
	p.send(pack("x"))
	p.recv()
	_, _ = p.TCPConn.Write([]byte{23, 3, 3, 0, 200, 1, 2, 3})
	if e := need(t, ends, "the end"); e.why != ErrWholeMessage {
		t.Error(e.why)
	}
}

// TestARecordOfTLSsOwnIsNoPartOfAMessage: one that comes in two pieces and brings no bytes of
// a message, as a session ticket, does not leave the time of one running.
func TestARecordOfTLSsOwnIsNoPartOfAMessage(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	r := runTLS(t, h, Config{}, nil)
	s := server(t)
	config := clientConfig()
	config.ClientSessionCache = tls.NewLRUClientSessionCache(1) // asks for tickets
	var id ConnID
	ask(t, r, func(l Loop) {
		d := dialTo(s.Addr().String())
		d.Transport, d.TLS = TLS, config
		id, _ = l.Connect(d)
		_ = l.SendConn(id, 0, []byte(pack("x")))
	})
	raw := acceptFrom(t, s)
	held := &heldBack{Conn: raw.TCPConn, from: 2} // of the server's flights the second is the ticket
	asks := serverConfig()
	asks.ClientAuth = tls.RequestClientCert // so the ticket follows the client's last flight
	c := tls.Server(held, asks)
	raw.r.Reset(c)
	if raw.recv() != "x" {
		t.Error("another message")
	}
	if o := need(t, out, "an event"); o.ev != ConnOpened {
		t.Fatalf("%+v", o)
	}
	if len(held.kept) < 20 {
		t.Fatalf("a ticket of %d bytes", len(held.kept))
	}
	began := func() (v bool) {
		got := make(chan bool, 1)
		ask(t, r, func(l Loop) { got <- l.(*loop).conn(id).began != 0 })
		return need(t, got, "a look at the connection")
	}
	if began() {
		t.Fatal("a message has begun before anything came")
	}
	_, _ = raw.TCPConn.Write(held.kept[:7])
	eventually(t, "the beginning", began)
	_, _ = raw.TCPConn.Write(held.kept[7:])
	eventually(t, "the end", func() bool { return !began() })
}

// heldBack keeps what is written from the write of a number on.
type heldBack struct {
	net.Conn
	from, n int
	kept    []byte
}

func (h *heldBack) Write(b []byte) (int, error) {
	if h.n++; h.n >= h.from {
		h.kept = append(h.kept, b...)
		return len(b), nil
	}
	return h.Conn.Write(b)
}

// TestAForgedRecordEndsTheConnection with an alert.
func TestAForgedRecordEndsTheConnection(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 1)
	h.event = closes(ends)
	r := runTLS(t, h, Config{}, nil)
	p := connectTLS(t, r, nil)
	p.send(pack("x"))
	p.recv()
	_, _ = p.TCPConn.Write(append([]byte{23, 3, 3, 0, 200}, make([]byte, 200)...))
	if e := need(t, ends, "the end"); e.why == nil || !strings.Contains(e.why.Error(), "bad record MAC") {
		t.Error(e.why)
	}
	if _, err := p.r.ReadByte(); err == nil || !strings.Contains(err.Error(), "bad record MAC") {
		t.Error(err)
	}
}

// TestATLSPeerThatDoesNotReadIsClosed at the bound of its queue.
func TestATLSPeerThatDoesNotReadIsClosed(t *testing.T) {
	h := &streamFuncs{}
	ends := make(chan closing, 1)
	h.event = closes(ends)
	big := []byte(pack(strings.Repeat("z", 9000)))
	h.receive = func(l Loop, b []Message) {
		for range 50 {
			_ = l.SendConn(b[0].Meta.Conn, 0, big)
		}
	}
	r := runTLS(t, h, Config{Streams: Streams{SendBuffer: 4096}}, nil)
	p := connectTLS(t, r, nil)
	_ = p.SetReadBuffer(4096)
	for range 20 {
		if _, err := p.Conn.Write([]byte(pack("more"))); err != nil {
			break
		}
	}
	if e := need(t, ends, "the end"); e.why != ErrConnQueueFull {
		t.Error(e.why)
	}
	if n := r.queued.Load(); n != 0 {
		t.Errorf("%d bytes are still counted", n)
	}
	if s := total(r); s.QueueFull != 1 {
		t.Errorf("%+v", s)
	}
}

// TestMessagesWaitForTheHandshakeOfOurOwnConnections, and nothing leaves in clear.
func TestMessagesWaitForTheHandshakeOfOurOwnConnections(t *testing.T) {
	for _, kind := range pollers {
		h := &streamFuncs{}
		out := outcomes(h)
		got := make(chan string, 4)
		h.receive = func(_ Loop, b []Message) { got <- string(b[0].Data) }
		r := runTLS(t, h, Config{Poller: kind.name}, nil)
		s := server(t)
		ids := make(chan ConnID, 1)
		ask(t, r, func(l Loop) {
			d := dialTo(s.Addr().String())
			d.Transport, d.TLS = TLS, clientConfig()
			c, err := l.Connect(d)
			if err != nil {
				t.Error(err)
			}
			_ = l.SendConn(c, 1, []byte(pack("one")))
			_ = l.SendConn(c, 2, []byte(pack("two")))
			if i, _ := l.Conn(c); !i.Opening || i.Queued != 14 {
				t.Errorf("%+v", i)
			}
			ids <- c
		})
		raw := acceptFrom(t, s)
		var seen bytes.Buffer
		c := tls.Server(&recorded{raw.TCPConn, &seen}, serverConfig())
		raw.r.Reset(c)
		if a, b := raw.recv(), raw.recv(); a != "one" || b != "two" {
			t.Errorf("%q, %q", a, b)
		}
		if bytes.Contains(seen.Bytes(), []byte("one")) {
			t.Error("it went in clear")
		}
		if o := need(t, out, "an event"); o.ev != ConnOpened || o.tag != 0 {
			t.Errorf("%+v", o)
		}
		_, _ = io.WriteString(c, pack("back"))
		if b := need(t, got, "the answer"); b != pack("back") {
			t.Error(b)
		}
		if s := total(r); s.Connected != 1 || s.Handshakes != 1 {
			t.Errorf("%+v", s)
		}
	}
}

type recorded struct {
	net.Conn
	seen *bytes.Buffer
}

func (r *recorded) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.seen.Write(b[:n])
	return n, err
}

// TestAPeerWithTheWrongNameGetsNothing: the messages come back, with the reason.
func TestAPeerWithTheWrongNameGetsNothing(t *testing.T) {
	h := &streamFuncs{}
	out := outcomes(h)
	r := runTLS(t, h, Config{}, nil)
	s := server(t)
	ask(t, r, func(l Loop) {
		d := dialTo(s.Addr().String())
		d.Transport, d.TLS = TLS, clientConfig()
		d.TLS.ServerName = "other.example.org"
		c, err := l.Connect(d)
		if err != nil {
			t.Error(err)
		}
		_ = l.SendConn(c, 7, []byte(pack("secret")))
	})
	p := acceptFrom(t, s)
	if err := tls.Server(p.TCPConn, serverConfig()).Handshake(); err == nil {
		t.Error("the handshake succeeds")
	}
	o := need(t, out, "the lost message")
	var bad x509.HostnameError
	if o.tag != 7 || !errors.As(o.why, &bad) {
		t.Errorf("%+v", o)
	}
	if o = need(t, out, "the end"); o.ev != ConnClosed || !errors.As(o.why, &bad) {
		t.Errorf("%+v", o)
	}
	if n := r.queued.Load(); n != 0 {
		t.Errorf("%d bytes are still counted", n)
	}
}

// TestAConnectionClosedDuringItsHandshakeLeavesNothing, at whatever point.
func TestAConnectionClosedDuringItsHandshakeLeavesNothing(t *testing.T) {
	r := runTLS(t, &streamFuncs{}, Config{}, nil)
	b := hello(t)
	for i := range 200 {
		p := connectTo(t, r)
		p.send(string(b))
		if i%2 == 0 {
			_ = p.SetLinger(0)
		}
		p.Close()
	}
	eventually(t, "the end", func() bool {
		s := total(r)
		return s.ConnsClosed == 200 && s.Conns == 0 && underWay(r) == 0
	})
	p := connectTLS(t, r, nil)
	p.send(pack("well"))
	if got := p.recv(); got != "well" {
		t.Error(got)
	}
}
