package e2e

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sipedge/script/rt"
)

// pki is an authority of the test, with its files in a directory.
type pki struct {
	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  crypto.Signer
	next int64
}

func newPKI(t testing.TB) *pki {
	t.Helper()
	p := &pki{t: t, dir: t.TempDir(), next: 1}
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "Test CA", Organization: []string{"CA Org"}}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	p.cert, p.key = p.sign(c, nil)
	p.write("ca.pem", "CERTIFICATE", p.cert.Raw)
	return p
}

// sign makes a certificate; self-signed where the authority has none yet or change
// wants it.
func (p *pki) sign(c *x509.Certificate, change func(*x509.Certificate)) (*x509.Certificate, crypto.Signer) {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	c.SerialNumber = big.NewInt(p.next)
	p.next++
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(90*24*time.Hour)
	if change != nil {
		change(c)
	}
	parent, signer := p.cert, p.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		p.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		p.t.Fatal(err)
	}
	return cert, key
}

func (p *pki) write(name, kind string, der []byte) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// issue writes name.pem and name.key for a common name, which is also the DNS name.
func (p *pki) issue(name, cn string, change func(*x509.Certificate)) tls.Certificate {
	p.t.Helper()
	uri, err := url.Parse("sip:" + cn)
	if err != nil {
		p.t.Fatal(err)
	}
	c, key := p.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: cn, Organization: []string{"Org of " + cn}, Country: []string{"DE"}}, DNSNames: []string{cn}, URIs: []*url.URL{uri},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, change)
	p.write(name+".pem", "CERTIFICATE", c.Raw)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(name+".key", "PRIVATE KEY", der)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}
}

func (p *pki) path(name string) string { return filepath.Join(p.dir, name) }

// text writes a file.
func (p *pki) text(name, text string) string {
	p.t.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return p.path(name)
}

// roots are what clients of the test trust.
func (p *pki) roots() *x509.CertPool {
	all := x509.NewCertPool()
	all.AddCert(p.cert)
	return all
}

// usual is a tls.cfg with the certificate "srv".
func (p *pki) usual() string {
	return "[server:default]\nmethod = TLSv1.2+\ncertificate = " + p.path("srv.pem") + "\nprivate_key = " + p.path("srv.key") + "\n" +
		"[client:default]\nverify_certificate = yes\nca_list = " + p.path("ca.pem") + "\n"
}

// head is the head of a script with TLS by that tls.cfg.
func (p *pki) head(config string) string {
	return "enable_tls=yes\ndebug=2\nlisten=tls:127.0.0.1:0\nloadmodule \"sl\"\nloadmodule \"tls\"\nloadmodule \"pv\"\nloadmodule \"xlog\"\nmodparam(\"tls\", \"config\", \"" + p.text("tls.cfg", config) + "\")\n"
}

// tlsAddr is the server's TLS address.
func tlsAddr(t testing.TB, s *server) netip.AddrPort {
	t.Helper()
	for _, k := range s.Snapshot().Sockets() {
		if k.Proto == rt.ProtoTLS {
			return k.Addr
		}
	}
	t.Fatal("no TLS address")
	panic("unreachable")
}

// tlsPeer is a TLS connection of the test; it has tcpPeer's way with messages.
type tlsPeer struct {
	tcpPeer
	conn *tls.Conn
}

func (p *tlsPeer) send(msg string) {
	p.t.Helper()
	if _, err := p.conn.Write([]byte(msg)); err != nil {
		p.t.Fatal(err)
	}
}

func tlsOver(t testing.TB, c net.Conn, conn *tls.Conn) *tlsPeer {
	p := &tlsPeer{tcpPeer: *tcpConn(t, c), conn: conn}
	p.r = bufio.NewReader(conn)
	return p
}

// dialTLS connects and completes the handshake.
func dialTLS(t testing.TB, to netip.AddrPort, config *tls.Config) *tlsPeer {
	t.Helper()
	p, err := tryTLS(t, to, config)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryTLS(t testing.TB, to netip.AddrPort, config *tls.Config) (*tlsPeer, error) {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(c, config)
	p := tlsOver(t, c, conn)
	return p, conn.Handshake()
}

// askTLS is a request as it comes over TLS.
func askTLS(method, uri, callID string) string {
	return replaceVia(ask(method, uri, "127.0.0.1:5999", callID, ""), "TLS")
}

// revoke writes a list that names certificates.
func (p *pki) revoke(name string, certs ...*x509.Certificate) {
	p.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(p.next), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(time.Hour)}
	for _, c := range certs {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, p.cert, p.key)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(name, "X509 CRL", der)
}

// wantFailures waits until so many handshakes have failed: the client may hear of it first.
func wantFailures(t testing.TB, s *server, n uint64) {
	t.Helper()
	end := time.Now().Add(5 * time.Second)
	for s.Stats().Total["handshakesFailed"] < n && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
	if got := s.Stats().Total["handshakesFailed"]; got != n {
		t.Errorf("%d handshakes failed, want %d", got, n)
	}
}
