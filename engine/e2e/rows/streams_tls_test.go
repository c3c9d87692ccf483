package rows

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sipedge/engine/tlsconf"
	"sipedge/script/rt"
)

// secret is the files of a self-signed certificate.
type secret struct{ cert, key string }

func (e *edge) secret() secret { return selfSigned(e.t) }

func selfSigned(t *testing.T) secret {
	dir := t.TempDir()
	s := secret{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	cert, key, err := tlsconf.MakeSelfSigned([]string{"sip.example.org", "127.0.0.1"}, time.Now())
	for name, data := range map[string][]byte{s.cert: cert, s.key: key} {
		if err == nil {
			err = os.WriteFile(name, data, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settings are the core's parameters with the files.
func (s secret) settings() string {
	return "tls_certificate=\"" + s.cert + "\"\ntls_private_key=\"" + s.key + "\"\n"
}

// pair is the certificate as a peer shows it.
func (e *edge) pair(s secret) tls.Certificate {
	c, err := tls.LoadX509KeyPair(s.cert, s.key)
	e.must(err)
	return c
}

// tlsAddr is the server's address for TLS, invalid for none.
func (e *edge) tlsAddr() (at netip.AddrPort) {
	for _, k := range e.Snapshot().Sockets() {
		if k.Proto == rt.ProtoTLS {
			at = k.Addr
		}
	}
	return at
}

// overTLS asks the server over TLS and returns the status line, or what went wrong.
func (e *edge) overTLS(trusted secret, config *tls.Config) string {
	at := e.tlsAddr()
	if !at.IsValid() {
		return "TLS is not served"
	}
	pem, err := os.ReadFile(trusted.cert)
	e.must(err)
	config.RootCAs, config.ServerName = x509.NewCertPool(), "sip.example.org"
	config.RootCAs.AppendCertsFromPEM(pem)
	raw, err := net.Dial("tcp", at.String())
	e.must(err)
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(patience))
	c := tls.Client(raw, config)
	if _, err := fmt.Fprintf(c, "OPTIONS sip:b@example.net SIP/2.0\r\nVia: SIP/2.0/TLS %s;branch=z9hG4bKtls\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.net>\r\n"+
		"Call-ID: tls\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", raw.LocalAddr()); err != nil {
		return err.Error()
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(line)
}

const both = "listen=udp:127.0.0.1:0\nlisten=tls:127.0.0.1:0\n"

// tlsServed is a case that holds if TLS is served with what is set.
func tlsServed(e *edge, set string) {
	s := e.secret()
	e.start(both + set + "\n" + s.settings() + answers)
	e.want("the answer over TLS", e.overTLS(s, &tls.Config{}), "SIP/2.0 200 OK")
}

// coreTLS is a case of one of the core's parameters tls_…: want is the answer to a client
// with those settings.
func coreTLS(name, set, instead, shows, want string, client func(e *edge, s secret) *tls.Config) streamCase {
	return streamCase{row: "CP060", set: set, instead: instead, shows: name + ": " + shows, run: func(e *edge, set string) {
		s := e.secret()
		fill := strings.NewReplacer("CERT", s.cert, "KEY", s.key)
		script := both + "enable_tls=yes\n"
		for _, own := range []string{"tls_certificate=\"CERT\"", "tls_private_key=\"KEY\""} {
			if !strings.HasPrefix(own, name+"=") {
				script += fill.Replace(own) + "\n"
			}
		}
		e.start(script + fill.Replace(set) + "\n" + answers)
		e.want("what a client gets", e.overTLS(s, client(e, s)), want)
	}}
}

func plain(*edge, secret) *tls.Config { return &tls.Config{} }

func init() {
	addStreamCases(
		streamCase{row: "CP012", set: "disable_tls=no", shows: "disable_tls=no serves TLS.", run: tlsServed},
		streamCase{row: "CP012", set: "tls_disable=0", instead: "tls_disable=1", shows: "tls_disable is the same.", run: tlsServed},
		streamCase{row: "CP013", set: "enable_tls=yes", shows: "enable_tls serves TLS.", run: tlsServed},
		streamCase{row: "CP013", set: "tls_enable=1", instead: "tls_enable=0", shows: "tls_enable is the same.", run: tlsServed},

		streamCase{row: "MN001", set: `loadmodule "tls"`, instead: `loadmodule "sl"`, shows: "Module tls serves TLS by the profiles of tls.cfg.",
			run: func(e *edge, set string) {
				s := e.secret()
				cfg := filepath.Join(filepath.Dir(s.cert), "tls.cfg")
				e.must(os.WriteFile(cfg, []byte("[server:default]\ncertificate = "+s.cert+"\nprivate_key = "+s.key+"\n"), 0o600))
				script := both + "enable_tls=yes\n" + set + "\n"
				if strings.Contains(set, "tls") {
					script += "modparam(\"tls\", \"config\", \"" + cfg + "\")\n"
				}
				e.start(script + answers)
				e.want("the answer over TLS", e.overTLS(s, &tls.Config{}), "SIP/2.0 200 OK")
			}},

		streamCase{row: "FN014", set: "forward_tls", instead: "forward_tcp", shows: "forward_tls: over TLS, to host and port in one text or two, to the Request-URI.",
			run: func(e *edge, set string) {
				s := e.secret()
				l := e.host("127.0.0.1:0")
				port := portOf(l)
				e.start(both + "listen=tcp:127.0.0.1:0\nenable_tls=yes\n" + s.settings() + fmt.Sprintf(`
loadmodule "sl"
route {
	switch ($rU) {
	case "two": %[1]s("127.0.0.1", %[2]d); break;
	case "one": %[1]s("127.0.0.1:%[2]d"); break;
	case "none": $ru = "sip:none@127.0.0.1:%[2]d"; %[1]s(); break;
	}
}`, set, port))
				p := e.phone()
				for i, user := range []string{"two", "one", "none"} {
					p.send(e.request("INVITE", "sip:"+user+"@example.net", p))
					if i > 0 {
						e.until(patience, func() bool { return e.Stats().Total["forwarded"] == uint64(i+1) })
						continue
					}
					_ = l.SetDeadline(time.Now().Add(patience))
					raw, err := l.Accept()
					e.must(err)
					e.t.Cleanup(func() { raw.Close() })
					_ = raw.SetDeadline(time.Now().Add(patience))
					c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{e.pair(s)}})
					if err := c.Handshake(); err != nil {
						e.fatal("what arrives is no TLS: %v", err)
					}
					go func() { _, _ = io.Copy(io.Discard, c) }()
				}
				if n := e.Stats().Total["connsOpened"]; n != 1 {
					e.fail("%d connections were opened for one destination", n)
				}
			}},

		coreTLS("tls_certificate", `tls_certificate="CERT"`, "", "the server's certificate.", "SIP/2.0 200 OK", plain),
		coreTLS("tls_private_key", `tls_private_key="KEY"`, "", "its key.", "SIP/2.0 200 OK", plain),
		coreTLS("tls_method", "tls_method=\"TLSv1.2\"", "", "the versions that are spoken.", "remote error: tls: protocol version not supported",
			func(*edge, secret) *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS13} }),
		coreTLS("tls_require_certificate", "tls_ca_list=\"CERT\"\ntls_require_certificate=yes", "tls_ca_list=\"CERT\"", "a client without a certificate is refused.",
			"remote error: tls: certificate required", plain),
		coreTLS("tls_verify", "tls_ca_list=\"CERT\"\ntls_verify=yes", "tls_ca_list=\"CERT\"", "a certificate that is shown has to be good.", "remote error: tls: bad certificate",
			func(e *edge, _ secret) *tls.Config {
				return &tls.Config{Certificates: []tls.Certificate{e.pair(e.secret())}}
			}),
		coreTLS("tls_ca_list", "tls_require_certificate=yes\ntls_ca_list=\"CERT\"", "tls_require_certificate=yes", "the authorities that make one good.", "SIP/2.0 200 OK",
			func(e *edge, s secret) *tls.Config {
				return &tls.Config{Certificates: []tls.Certificate{e.pair(s)}}
			}),
		streamCase{row: "CP060", set: "tls_port_no", instead: "port", shows: "tls_port_no: the port of a listen line for TLS that names none.",
			run: func(e *edge, set string) {
				s, l := e.secret(), e.host("127.0.0.1:0")
				port := portOf(l)
				l.Close()
				e.start(fmt.Sprintf("listen=udp:127.0.0.1:0\nlisten=tls:127.0.0.7\n%s=%d\nenable_tls=yes\n%s%s", set, port, s.settings(), answers))
				if at := e.tlsAddr(); int(at.Port()) != port {
					e.fail("TLS is on %v", at)
				}
			}},
		streamCase{row: "CP060", set: "tls_handshake_timeout=1", shows: "tls_handshake_timeout: a connection whose handshake is not complete is closed.",
			run: func(e *edge, set string) {
				s := e.secret()
				e.start(both + "enable_tls=yes\n" + set + "\n" + s.settings() + answers)
				e.dial(e.tlsAddr()).closed("the connection without a handshake")
			}},
		streamCase{row: "CP060", set: "tlslog=1", shows: "tlslog: the level of the line about each connection.",
			run: func(e *edge, set string) {
				s := e.secret()
				e.start(both + "debug=2\nenable_tls=yes\n" + set + "\n" + s.settings() + answers)
				e.want("the answer over TLS", e.overTLS(s, &tls.Config{}), "SIP/2.0 200 OK")
				if !e.until(soon, func() bool { return e.logs.has("TLS connection from 127.0.0.1:") }) {
					e.fail("there is no line about the connection")
				}
			}},
	)
}
