package rows

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sipedge/script/rt"
)

// certificate is a file with a certificate for localhost, and its key.
func (e *edge) certificate() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	e.must(err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	e.must(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	e.must(err)
	name := filepath.Join(e.t.TempDir(), "both.pem")
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	e.must(os.WriteFile(name, both, 0o600))
	return name
}

// secureAt is the server's address for TLS; false: it has none.
func (e *edge) secureAt() (netip.AddrPort, bool) {
	for _, k := range e.Snapshot().Sockets() {
		if k.Proto == rt.ProtoTLS {
			return k.Addr, true
		}
	}
	return netip.AddrPort{}, false
}

// secure demands that a request is answered over TLS, by a client that speaks at most that
// version.
func (e *edge) secure(version uint16) error {
	at, ok := e.secureAt()
	if !ok {
		return fmt.Errorf("TLS is not served")
	}
	d := net.Dialer{Timeout: patience}
	c, err := tls.DialWithDialer(&d, "tcp", at.String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: version})
	if err != nil {
		return err
	}
	f := e.own(c)
	f.send(strings.Replace(e.request("OPTIONS", "sip:b@example.net", f), "SIP/2.0/TCP", "SIP/2.0/TLS", 1))
	if got := f.first(patience); got != "SIP/2.0 200 OK" {
		return fmt.Errorf("%q instead of an answer", got)
	}
	return nil
}

// overTLS is a script with an address for TLS.
func (e *edge) overTLS(set, certificate string) {
	if certificate != "" {
		set = fmt.Sprintf("tls_certificate=%q\n%s", certificate, set)
	}
	e.start("listen=udp:127.0.0.1:0\nlisten=tcp:127.0.0.1:0\nlisten=tls:127.0.0.1:0\n" + set + "\n" + answers)
}

func init() {
	for _, set := range []string{"disable_tls=yes", "tls_disable=yes"} {
		addStreamCases(streamCase{row: "CP012", set: set, instead: "disable_tls=no", shows: "disable_tls: nothing listens for TLS, and the rest is served.",
			run: func(e *edge, set string) {
				e.overTLS(set, e.certificate())
				if at, ok := e.secureAt(); ok {
					e.fail("TLS is served on %s", at)
				}
				e.dial(e.tcp).served("TCP")
			}})
	}
	for _, set := range []string{"enable_tls=yes", "tls_enable=yes"} {
		addStreamCases(streamCase{row: "CP013", set: set, shows: "enable_tls: TLS is served.",
			run: func(e *edge, set string) {
				e.overTLS(set, e.certificate())
				if err := e.secure(0); err != nil {
					e.fail("%v", err)
				}
			}})
	}
	addStreamCases(
		streamCase{row: "CP060", set: "tls_method=TLSv1.3", shows: "tls_method: an older version is refused.",
			run: func(e *edge, set string) {
				e.overTLS("enable_tls=yes\n"+set, e.certificate())
				if err := e.secure(tls.VersionTLS13); err != nil {
					e.fail("TLS 1.3: %v", err)
				}
				if e.secure(tls.VersionTLS12) == nil {
					e.fail("TLS 1.2 is spoken")
				}
			}},
		streamCase{row: "CP060", set: "tls_require_certificate=yes", shows: "tls_require_certificate: a client without a certificate is refused.",
			run: func(e *edge, set string) {
				own := e.certificate()
				e.overTLS(fmt.Sprintf("enable_tls=yes\ntls_ca_list=%q\n%s", own, set), own)
				if e.secure(tls.VersionTLS12) == nil {
					e.fail("it is served")
				}
			}},
		streamCase{row: "MN001", set: `loadmodule "tls"
modparam("tls", "certificate", "FILE")
modparam("tls", "private_key", "FILE")`, shows: "The module tls has the settings of TLS.",
			run: func(e *edge, set string) {
				e.overTLS("enable_tls=yes\n"+strings.ReplaceAll(set, "FILE", e.certificate()), "")
				if err := e.secure(0); err != nil {
					e.fail("%v", err)
				}
			}},
		streamCase{row: "FN014", set: "forward_tls", instead: "forward_tcp", shows: "forward_tls: the request goes out over TLS, and its Via says so.",
			run: func(e *edge, set string) {
				own := e.certificate()
				pair, err := tls.LoadX509KeyPair(own, own)
				e.must(err)
				l := e.host("127.0.0.1:0")
				e.start(fmt.Sprintf("listen=udp:127.0.0.1:0\nlisten=tcp:127.0.0.1:0\nlisten=tls:127.0.0.1:0\nenable_tls=yes\ntls_certificate=%q\nroute { %s(\"127.0.0.1\", %d); }", own, set, portOf(l)))
				p := e.phone()
				p.send(e.request("INVITE", "sip:b@example.net", p))
				_ = l.SetDeadline(time.Now().Add(patience))
				c, err := l.Accept()
				e.must(err)
				raw := &peeked{Conn: c, r: bufio.NewReader(c)}
				_ = c.SetDeadline(time.Now().Add(patience))
				const handshakeRecord = 22
				if b, err := raw.r.Peek(1); err != nil || b[0] != handshakeRecord {
					e.fatal("what comes is no TLS: %q, %v", b, err)
				}
				f := e.own(tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{pair}}))
				e.want("its Via", valueOf(f.expect("INVITE …"), "Via"), "SIP/2.0/TLS …")
			}},
	)
}

// peeked is a connection whose first bytes were looked at.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }
