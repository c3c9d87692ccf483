package e2e

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// coreTLS is the head of a script that serves TLS by the core's parameters alone.
func (p *pki) coreTLS(more string) string {
	return "enable_tls=yes\ndebug=2\nlisten=tls:127.0.0.1:0\ntls_certificate=\"" + p.path("srv.pem") + "\"\ntls_private_key=\"" + p.path("srv.key") + "\"\n" + more + "\nloadmodule \"sl\"\n" + answering
}

// served says whether a client is answered over TLS.
func (p *pki) served(t *testing.T, at netip.AddrPort, config *tls.Config) error {
	t.Helper()
	config.RootCAs, config.ServerName = p.roots(), "sip.example.org"
	c, err := tryTLS(t, at, config)
	if err != nil {
		return err
	}
	if _, err := c.conn.Write([]byte(askTLS("OPTIONS", "sip:b@example.net", "served"))); err != nil {
		return err
	}
	line, err := c.r.ReadString('\n')
	if err == nil && line != "SIP/2.0 200 OK\r\n" {
		err = errors.New(line)
	}
	return err
}

// TestTheCoresParametersServeTLS without the module: versions, client certificates and
// authorities are theirs too.
func TestTheCoresParametersServeTLS(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	good, bad := p.issue("good", "good.example.org", nil), other.issue("bad", "bad.example.org", nil)
	ca := "tls_ca_list=\"" + p.path("ca.pem") + "\"\n"
	for _, tc := range []struct {
		set  string
		cert []tls.Certificate
		max  uint16
		want bool
	}{
		{"", nil, 0, true}, {"", []tls.Certificate{bad}, 0, true},
		{"tls_method=\"TLSv1.3\"", nil, tls.VersionTLS12, false}, {"tls_method=\"TLSv1.2\"", nil, tls.VersionTLS12, true},
		{ca + "tls_verify=yes", nil, 0, true}, {ca + "tls_verify=yes", []tls.Certificate{bad}, 0, false}, {ca + "tls_verify=yes", []tls.Certificate{good}, 0, true},
		{"tls_verify=yes", []tls.Certificate{good}, 0, false},
		{ca + "tls_require_certificate=yes", nil, 0, false}, {ca + "tls_require_certificate=yes", []tls.Certificate{good}, 0, true},
	} {
		s := start(t, p.coreTLS(tc.set))
		if err := p.served(t, tlsAddr(t, s), &tls.Config{Certificates: tc.cert, MaxVersion: tc.max}); (err == nil) != tc.want {
			t.Errorf("%q with %d certificates: %v", tc.set, len(tc.cert), err)
		}
	}
}

// TestTLSIsServedWhereItIsEnabled: by enable_tls, or by disable_tls=no; not by a listen
// line alone, nor without settings.
func TestTLSIsServedWhereItIsEnabled(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	files := "tls_certificate=\"" + p.path("srv.pem") + "\"\ntls_private_key=\"" + p.path("srv.key") + "\"\n"
	for set, want := range map[string]bool{
		"enable_tls=yes\n" + files: true, "tls_enable=1\n" + files: true, "disable_tls=no\n" + files: true, "tls_disable=0\n" + files: true,
		files: false, "disable_tls=yes\n" + files: false, "enable_tls=no\n" + files: false, "enable_tls=yes\n": false, "enable_tls=yes\ndisable_tcp=yes\n" + files: false,
		"loadmodule \"tls\"\n": false,
	} {
		s := start(t, "debug=2\nlisten=tls:127.0.0.1:0\n"+set+"loadmodule \"sl\"\n"+answering)
		got := false
		for _, k := range s.Snapshot().Sockets() {
			got = got || k.Proto.String() == "tls"
		}
		if got != want {
			t.Errorf("%q: served %v", set, got)
		}
		if !got {
			s.logs.waitFor(t, "not listening on tls: 127.0.0.1:0 (")
		}
	}
	// A line without a protocol is for TLS too, on the port behind.
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s := start(t, fmt.Sprintf("listen=127.0.0.1:%d\nenable_tls=yes\n%sloadmodule \"sl\"\n%s", port-1, files, answering))
	if at := tlsAddr(t, s); int(at.Port()) != port {
		t.Errorf("TLS is on %v", at)
	}
	// tls_port_no is for lines without a port.
	s = start(t, fmt.Sprintf("listen=tls:127.0.0.2\ntls_port_no=%d\nenable_tls=yes\n%sloadmodule \"sl\"\n%s", port, files, answering))
	if at := tlsAddr(t, s); int(at.Port()) != port {
		t.Errorf("TLS is on %v", at)
	}
}

// TestATimeOfTLSIsOver: tls_handshake_timeout, connection_timeout and tls_send_timeout
// close connections that others keep.
func TestATimeOfTLSIsOver(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	ends := func(c net.Conn) bool {
		_ = c.SetReadDeadline(time.Now().Add(1800 * time.Millisecond))
		_, err := io.Copy(io.Discard, c)
		var ne net.Error
		return !errors.As(err, &ne) || !ne.Timeout()
	}
	for set, want := range map[string]bool{"tls_handshake_timeout=1": true, "tcp_first_timeout=1": false} {
		s := start(t, p.coreTLS(set))
		c, err := net.Dial("tcp", tlsAddr(t, s).String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got := ends(c); got != want {
			t.Errorf("%s: a connection without a handshake is closed: %v", set, got)
		}
	}
	for set, want := range map[string]bool{"modparam(\"tls\", \"connection_timeout\", 1)": true, "modparam(\"tls\", \"connection_timeout\", -1)\ntcp_first_timeout=1": false} {
		s := start(t, p.head(p.usual())+set+"\n"+answering)
		c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"})
		if got := ends(c.conn); got != want {
			t.Errorf("%s: a connection without a message is closed: %v", set, got)
		}
	}
	// A peer that takes no answers.
	for set, want := range map[string]bool{"tls_send_timeout=1": true, "tcp_send_timeout=1\ntls_send_timeout=30": false} {
		s := start(t, strings.Replace(p.coreTLS(set+"\ntcp_conn_wq_max=1000000"), answering, "loadmodule \"textops\"\nroute { append_to_reply(\"X-Much: $(mb{s.rm,\r\n})\\r\\n\"); sl_send_reply(\"200\", \"OK\"); }", 1)+"")
		raw, err := net.Dial("tcp", tlsAddr(t, s).String())
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		_ = raw.(*net.TCPConn).SetReadBuffer(4096)
		c := tls.Client(raw, &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"})
		_ = raw.SetDeadline(time.Now().Add(20 * time.Second))
		msg := askTLS("OPTIONS", "sip:b@example.net", "stuck")
		msg = strings.Replace(msg, "Max-Forwards", "X-Long: "+strings.Repeat("y", 2000)+"\r\nMax-Forwards", 1)
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		_ = raw.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)) // by then nothing more goes in
		for {
			if _, err := c.Write([]byte(msg)); err != nil {
				break
			}
		}
		timeouts := func() (n uint64) {
			for _, r := range s.Stats().Reactor {
				n += r.SendTimeouts
			}
			return n
		}
		for end := time.Now().Add(3 * time.Second); timeouts() == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		}
		if got := timeouts() > 0; got != want {
			t.Errorf("%s: a peer that takes nothing is closed: %v", set, got)
		}
	}
}

// TestTLSConnectionsAreBounded by tls_max_connections; others are not.
func TestTLSConnectionsAreBounded(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, "listen=tcp:127.0.0.1:0\n"+p.coreTLS("tls_max_connections=2"))
	var kept []*tlsPeer
	for range 2 {
		kept = append(kept, dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"}))
	}
	if _, err := tryTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"}); err == nil {
		t.Error("a third connection is served")
	}
	for _, k := range s.Snapshot().Sockets() {
		if k.Proto.String() == "tcp" {
			c := dialTCP(t, k.Addr)
			c.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "tcp", ""))
			c.want("SIP/2.0 200")
		}
	}
	kept[0].conn.Close()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if p.served(t, tlsAddr(t, s), &tls.Config{}) == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a place that was given back is not used")
		}
	}
}

// TestEachConnectionHasALine at the level of tlslog or tls_log.
func TestEachConnectionHasALine(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	for _, script := range []string{p.coreTLS("tlslog=1"), p.head(p.usual()) + "modparam(\"tls\", \"tls_log\", 1)\n" + answering} {
		s := start(t, script)
		if err := p.served(t, tlsAddr(t, s), &tls.Config{}); err != nil {
			t.Fatal(err)
		}
		s.logs.waitFor(t, "by profile [server:default]: TLS 1.3, TLS_AES_128_GCM_SHA256, resumed false, no certificate")
	}
}
