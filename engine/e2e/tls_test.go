package e2e

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
)

func replaceVia(msg, transport string) string {
	return strings.Replace(msg, "Via: SIP/2.0/TCP", "Via: SIP/2.0/"+transport, 1)
}

// TestRequestsOverTLSAreAnswered on their connection, with both versions.
func TestRequestsOverTLSAreAnswered(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, p.head(p.usual())+`route { if (proto == TLS) sl_send_reply("200", "$tls_version $pr"); }`)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", MaxVersion: version})
		c.send(askTLS("OPTIONS", "sip:b@example.net", "tls1"))
		want := "SIP/2.0 200 " + strings.ReplaceAll(tls.VersionName(version), " ", "v") + " tls"
		if m := c.want(want); !strings.Contains(m, "Via: SIP/2.0/TLS 127.0.0.1:5999") {
			t.Error(m)
		}
	}
}

// tlsServer is a server of the test that accepts TLS connections with a certificate.
type tlsServer struct {
	*net.TCPListener
	t      testing.TB
	config *tls.Config
}

func listenTLS(t testing.TB, certs ...tls.Certificate) *tlsServer {
	return &tlsServer{listenTCP(t), t, &tls.Config{Certificates: certs}}
}

// accept takes a connection; the handshake comes with the first message.
func (l *tlsServer) accept() *tlsPeer {
	l.t.Helper()
	_ = l.SetDeadline(time.Now().Add(10 * time.Second))
	c, err := l.AcceptTCP()
	if err != nil {
		l.t.Fatal(err)
	}
	return tlsOver(l.t, c, tls.Server(c, l.config))
}

func (l *tlsServer) port() int { return l.Addr().(*net.TCPAddr).Port }

// TestRequestsGoOutOverTLS by ;transport=tls, by sips, and by forward_tls() and
// t_relay_to_tls(); the Via says so, the replies come back, and one connection serves.
func TestRequestsGoOutOverTLS(t *testing.T) {
	p := newPKI(t)
	srv := p.issue("srv", "sip.example.org", nil)
	l := listenTLS(t, srv)
	port := l.port()
	s := start(t, p.head(p.usual())+fmt.Sprintf(`
loadmodule "tm"
route {
	switch ($rU) {
	case "uri": $du = "sip:127.0.0.1:%[1]d;transport=tls"; t_relay(); break;
	case "sips": $du = "sips:127.0.0.1:%[1]d"; t_relay(); break;
	case "sipstcp": $du = "sips:127.0.0.1:%[1]d;transport=tcp"; t_relay(); break;
	case "stateless": forward_tls("127.0.0.1", %[1]d); break;
	case "to": t_relay_to_tls("127.0.0.1", "%[1]d"); break;
	}
}`, port))
	a := newPeer(t)
	var out *tlsPeer
	for i, user := range []string{"uri", "sips", "sipstcp", "stateless", "to"} {
		a.send(s.addr, request{method: "OPTIONS", uri: "sip:" + user + "@example.net", callID: "out" + user, from: a}.String())
		if i == 0 {
			out = l.accept()
		}
		m := out.want("OPTIONS sip:" + user + "@example.net")
		if !strings.Contains(m, "Via: SIP/2.0/TLS 127.0.0.1:"+fmt.Sprint(tlsAddr(t, s).Port())) {
			t.Errorf("%s: %s", user, m)
		}
		out.send(replyTo(m, "200 OK"))
		for m := a.recv(5 * time.Second); !strings.HasPrefix(m, "SIP/2.0 200 OK"); m = a.recv(5 * time.Second) {
			if !strings.HasPrefix(m, "SIP/2.0 1") {
				t.Fatalf("%s: %q", user, m)
			}
		}
	}
	if n := s.Stats().Total["connsOpened"]; n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// replyTo answers a request.
func replyTo(m, status string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for l := range strings.SplitSeq(m, "\r\n") {
		name, _, _ := strings.Cut(l, ":")
		switch name {
		case "Via", "From", "Call-ID", "CSeq":
			b.WriteString(l + "\r\n")
		case "To":
			b.WriteString(l + ";tag=uas\r\n")
		}
	}
	return b.String() + "Content-Length: 0\r\n\r\n"
}

// failure says whether a message is a final answer that is none.
func failure(m string) bool {
	return strings.HasPrefix(m, "SIP/2.0 4") || strings.HasPrefix(m, "SIP/2.0 5")
}

// TestARequestForAnUntrustedServerFailsAtOnce, with the reason in the log and nothing
// sent.
func TestARequestForAnUntrustedServerFailsAtOnce(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	l := listenTLS(t, other.issue("foreign", "foreign.example.org", nil))
	s := start(t, p.head(p.usual())+fmt.Sprintf(`
loadmodule "tm"
route { $du = "sip:127.0.0.1:%d;transport=tls"; t_relay(); }`, l.port()))
	a := newPeer(t)
	a.send(s.addr, request{method: "INVITE", uri: "sip:b@example.net", callID: "untrusted", from: a}.String())
	out := l.accept()
	if m, err := out.r.ReadByte(); err == nil {
		t.Errorf("a byte came: %q", m)
	}
	a.want("SIP/2.0 100 ")
	if m := a.recv(5 * time.Second); !failure(m) { // 477, or 500 by RFC 3261 §16.9
		t.Errorf("%q", m)
	}
	s.logs.waitFor(t, fmt.Sprintf("TLS connection to 127.0.0.1:%d", l.port()))
	s.logs.waitFor(t, "it is signed by CN=Test CA,O=CA Org, which ca_list does not lead to")
}

// TestClientsAreRefusedWithTheReason: none, expired, of another authority, revoked; a
// good one is let in and its names can be asked for.
func TestClientsAreRefusedWithTheReason(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	good := p.issue("good", "phone.example.org", nil)
	revoked := p.issue("revoked", "stolen.example.org", nil)
	p.revoke("crl.pem", revoked.Leaf)
	config := p.usual() + "[server:any]\nserver_name = none\n[server:127.0.0.1]\nrequire_certificate = yes\nca_list = " + p.path("ca.pem") + "\ncrl = " + p.path("crl.pem") + "\n"
	s := start(t, p.head(config)+`route {
		if (!is_peer_verified()) { sl_send_reply("403", "Not Verified"); exit; }
		sl_send_reply("200", "$tls_peer_subject_cn/$tls_peer_issuer_organization/$tls_peer_san_uri/$tls_peer_subject_country/$tls_peer_verified$tls_peer_expired$tls_peer_selfsigned/$tls_my_subject_cn");
	}`)
	expired := p.issue("expired", "old.example.org", func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	})
	for _, tc := range []struct {
		cert []tls.Certificate
		why  string
	}{
		{nil, "client didn't provide a certificate"},
		{[]tls.Certificate{expired}, "certificate CN=old.example.org,O=Org of old.example.org,C=DE: it expired on "},
		{[]tls.Certificate{other.issue("x", "x.example.org", nil)}, "certificate CN=x.example.org,O=Org of x.example.org,C=DE: it is signed by CN=Test CA"},
		{[]tls.Certificate{revoked}, "certificate CN=stolen.example.org,O=Org of stolen.example.org,C=DE with serial number"},
	} {
		c, err := tryTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", Certificates: tc.cert})
		if err == nil {
			_, err = c.r.ReadByte()
		}
		if err == nil {
			t.Errorf("%s: accepted", tc.why)
		}
		s.logs.waitFor(t, fmt.Sprintf("TLS connection from %s to %s refused: ", c.conn.LocalAddr(), tlsAddr(t, s)))
		s.logs.waitFor(t, tc.why)
	}
	c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", Certificates: []tls.Certificate{good}})
	c.send(askTLS("OPTIONS", "sip:b@example.net", "good"))
	c.want("SIP/2.0 200 phone.example.org/CA Org/sip:phone.example.org/DE/100/sip.example.org\r\n")
	wantFailures(t, s, 4)
}

// TestOptionalNoCATakesAnyCertificate and tells that it is not good.
func TestOptionalNoCATakesAnyCertificate(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	s := start(t, p.head(strings.Replace(p.usual(), "method = TLSv1.2+", "verify_client = optional_no_ca\nca_list = "+p.path("ca.pem"), 1))+
		`route { $var(v) = @tls.peer.verified; sl_send_reply("200", "$tls_peer_verified$var(v) $tls_peer_subject_cn"); }`)
	for want, certs := range map[string][]tls.Certificate{
		"00 <null>": nil, "00 x.example.org": {other.issue("x", "x.example.org", nil)}, "11 y.example.org": {p.issue("y", "y.example.org", nil)},
	} {
		c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", Certificates: certs})
		c.send(askTLS("OPTIONS", "sip:b@example.net", "any"))
		c.want("SIP/2.0 200 " + want + "\r\n")
	}
}

// TestTheNameThatAClientAsksForChoosesTheCertificate.
func TestTheNameThatAClientAsksForChoosesTheCertificate(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	p.issue("net", "example.net", func(c *x509.Certificate) { c.DNSNames = []string{"*.example.net", "example.net"} })
	p.issue("local", "local.example.org", nil)
	config := p.usual()
	profile := func(section, name, cert, mode string) {
		config += "[server:" + section + "]\nserver_name = " + name + "\nserver_name_mode = " + mode + "\ncertificate = " + p.path(cert+".pem") + "\nprivate_key = " + p.path(cert+".key") + "\n"
	}
	profile("any", "example.net", "net", "1")
	profile("127.0.0.1", "Local.Example.org", "local", "0")
	s := start(t, p.head(config)+`route { sl_send_reply("200", "$tls_peer_server_name $tls_my_subject_cn"); }`)
	for name, cert := range map[string]string{
		"sip.example.org": "sip.example.org", "example.net": "example.net", "pbx.example.net": "example.net", "local.example.org": "local.example.org",
	} {
		c := dialTLS(t, tlsAddr(t, s), &tls.Config{RootCAs: p.roots(), ServerName: name})
		c.send(askTLS("OPTIONS", "sip:b@example.net", "sni"))
		c.want("SIP/2.0 200 " + name + " " + cert + "\r\n")
	}
}

// TestAReloadBringsNewCertificatesAndDropsNothing: open connections work on, the next
// handshake shows the new certificate, clients resume with their tickets of before; a
// reload whose files are wrong changes nothing and says which line.
func TestAReloadBringsNewCertificatesAndDropsNothing(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	script := p.head(p.usual()) + `route { sl_send_reply("200", "$tls_my_serial"); }`
	s := start(t, script)
	at := tlsAddr(t, s)
	config := &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org", ClientSessionCache: tls.NewLRUClientSessionCache(8)}
	old := dialTLS(t, at, config)
	old.send(askTLS("OPTIONS", "sip:b@example.net", "r1"))
	before := old.want("SIP/2.0 200 ")
	p.issue("srv", "sip.example.org", nil)
	reload := func() error {
		_, err := s.Reload("", []byte(fmt.Sprintf("listen=%s\n%s", "udp:"+s.addr.String(), strings.Replace(script, "tls:127.0.0.1:0", "tls:"+at.String(), 1))))
		return err
	}
	if err := reload(); err != nil {
		t.Fatal(err)
	}
	old.send(askTLS("OPTIONS", "sip:b@example.net", "r1"))
	if after := old.want("SIP/2.0 200 "); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
	again := dialTLS(t, at, config)
	if !again.conn.ConnectionState().DidResume {
		t.Error("the session was not resumed")
	}
	fresh := dialTLS(t, at, &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"})
	fresh.send(askTLS("OPTIONS", "sip:b@example.net", "r1"))
	if m := fresh.want("SIP/2.0 200 "); m == before {
		t.Error("the old certificate is shown")
	}
	now := fresh.conn.ConnectionState().PeerCertificates[0].SerialNumber

	p.issue("other", "sip.example.org", nil)
	p.text("tls.cfg", strings.Replace(p.usual(), p.path("srv.key"), p.path("other.key"), 1))
	if err := reload(); err == nil {
		t.Error("a key of another certificate is accepted")
	}
	c := dialTLS(t, at, &tls.Config{RootCAs: p.roots(), ServerName: "sip.example.org"})
	if got := c.conn.ConnectionState().PeerCertificates[0].SerialNumber; got.Cmp(now) != 0 {
		t.Error("the refused reload has changed the certificate")
	}
}

// TestConnectionsAreForOneName: two names at one address have a connection each, with
// the certificate of each; a peer that does not prove its name gets nothing.
func TestConnectionsAreForOneName(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	l := listenTLS(t, p.issue("a", "a.example.net", nil), p.issue("b", "b.example.net", nil))
	names := dnstest.Start(t)
	for _, n := range []string{"a", "b", "c"} {
		names.Handle(n+".example.net", dnstest.Fast("@ 300 IN A 127.0.0.1"))
	}
	s, _ := startNames(t, dns.DefaultSettings(), names, p.head(p.usual())+fmt.Sprintf(`
loadmodule "tm"
route { $du = "sip:" + $rU + ".example.net:%d;transport=tls"; if (!t_relay()) sl_reply_error(); }`, l.port()))
	a := newPeer(t)
	relay := func(user, callID string) {
		a.send(s.addr, request{method: "OPTIONS", uri: "sip:" + user + "@example.net", callID: callID, from: a}.String())
	}
	relay("a", "na")
	toA := l.accept()
	toA.want("OPTIONS sip:a@")
	relay("b", "nb")
	toB := l.accept()
	toB.want("OPTIONS sip:b@")
	if n := toA.conn.ConnectionState().ServerName; n != "a.example.net" {
		t.Error(n)
	}
	if n := toB.conn.ConnectionState().ServerName; n != "b.example.net" {
		t.Error(n)
	}
	relay("a", "na2")
	toA.want("OPTIONS sip:a@")
	relay("c", "nc")
	toC := l.accept()
	if _, err := toC.r.ReadByte(); err == nil {
		t.Error("a peer that is not c.example.net gets a request for it")
	}
	wantFailures(t, s, 1)
}

// TestOpenSSLConnects: a client that is not Go's.
func TestOpenSSLConnects(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	p.issue("cli", "phone.example.org", nil)
	s := start(t, p.head(strings.Replace(p.usual(), "method = TLSv1.2+", "verify_certificate = yes\nca_list = "+p.path("ca.pem"), 1))+
		`route { sl_send_reply("200", "$tls_version $tls_cipher_info $tls_cipher_bits $tls_peer_subject_cn"); }`)
	for flag, want := range map[string]string{
		"-tls1_2": "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256 128 phone.example.org", "-tls1_3": "TLSv1.3 TLS_AES_128_GCM_SHA256 128 phone.example.org",
	} {
		cmd := exec.Command(openssl, "s_client", flag, "-connect", tlsAddr(t, s).String(), "-servername", "sip.example.org", "-verify_return_error", "-CAfile", p.path("ca.pem"),
			"-cert", p.path("cli.pem"), "-key", p.path("cli.key"), "-quiet", "-no_ign_eof", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-ciphersuites", "TLS_AES_128_GCM_SHA256")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_, _ = io.WriteString(in, askTLS("OPTIONS", "sip:b@example.net", "openssl"))
		line, err := bufio.NewReader(out).ReadString('\n')
		if line != "SIP/2.0 200 "+want+"\r\n" {
			t.Errorf("%s: %q, %v", flag, line, err)
		}
		in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		timer.Stop()
	}
}

// TestTheScriptMaySeeWhoWasConnectedTo: event_route[tls:connection-out], whose drop keeps
// the request from a peer.
func TestTheScriptMaySeeWhoWasConnectedTo(t *testing.T) {
	p := newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	yes, no := listenTLS(t, p.issue("a", "a.example.net", nil)), listenTLS(t, p.issue("b", "b.example.net", nil))
	s := start(t, p.head(p.usual())+`
loadmodule "tm"
event_route[tls:connection-out] {
	xlog("L_NOTICE", "out to $sndto(ip):$sndto(port) $tls_peer_subject_cn $tls_peer_verified\n");
	if ($tls_peer_subject_cn == "b.example.net") drop;
}
route { $du = "sip:127.0.0.1:" + $rU + ";transport=tls"; t_relay(); }`)
	a := newPeer(t)
	for _, l := range []*tlsServer{yes, no} {
		a.send(s.addr, request{method: "INVITE", uri: fmt.Sprintf("sip:%d@example.net", l.port()), callID: fmt.Sprint(l.port()), from: a}.String())
		c := l.accept()
		if l == yes {
			c.want("INVITE ")
		} else if b, err := c.r.ReadByte(); err == nil {
			t.Errorf("%q is sent to a peer that was dropped", b)
		}
	}
	s.logs.waitFor(t, fmt.Sprintf("out to 127.0.0.1:%d a.example.net 1", yes.port()))
	s.logs.waitFor(t, fmt.Sprintf("out to 127.0.0.1:%d b.example.net 1", no.port()))
	for m := a.recv(5 * time.Second); !failure(m); m = a.recv(5 * time.Second) {
		if m == "" {
			t.Fatal("the lost request has no answer")
		}
	}
}
