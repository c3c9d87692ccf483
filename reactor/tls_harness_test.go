//go:build unix

package reactor

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// testCert is a self-signed certificate for sip.example.org, and the pool that trusts
// it.
var testCert = sync.OnceValues(func() (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sip.example.org"}, DNSNames: []string{"sip.example.org"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
})

// serverConfig is what the tests' reactors serve with.
func serverConfig() *tls.Config {
	cert, _ := testCert()
	return &tls.Config{Certificates: []tls.Certificate{cert}, DynamicRecordSizingDisabled: true}
}

func clientConfig() *tls.Config {
	_, roots := testCert()
	return &tls.Config{RootCAs: roots, ServerName: "sip.example.org"}
}

func listenTLS(addr string) Listen {
	return Listen{Transport: TLS, Addr: netip.MustParseAddrPort(addr)}
}

// runTLS is a reactor that serves TLS with config, nil for the usual one.
func runTLS(t testing.TB, h *streamFuncs, c Config, config *tls.Config) *Reactor {
	t.Helper()
	if config == nil {
		config = serverConfig()
	}
	c.Listen = []Listen{listenTLS("127.0.0.1:0")}
	c.ServerTLS = func(*Meta) (*tls.Config, any) { return config, nil }
	return runStreams(t, h, c)
}

// tlsPeer is a TLS connection of the test over p.
type tlsPeer struct {
	*peer
	*tls.Conn
}

func (p *tlsPeer) send(s string) {
	p.t.Helper()
	if _, err := p.Conn.Write([]byte(s)); err != nil {
		p.t.Fatal(err)
	}
}

func secureOver(p *peer, config *tls.Config) *tlsPeer {
	if config == nil {
		config = clientConfig()
	}
	c := tls.Client(p.TCPConn, config)
	p.r = bufio.NewReader(c)
	return &tlsPeer{p, c}
}

func connectTLS(t testing.TB, r *Reactor, config *tls.Config) *tlsPeer {
	t.Helper()
	p := secureOver(connectTo(t, r), config)
	if err := p.Conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return p
}

// hello is a ClientHello as it goes over the wire.
func hello(t testing.TB) []byte {
	t.Helper()
	w := &firstWrite{done: make(chan []byte, 1)}
	_ = tls.Client(w, clientConfig()).Handshake()
	return <-w.done
}

// firstWrite is a connection that keeps the first thing written to it.
type firstWrite struct {
	net.Conn
	done chan []byte
}

func (w *firstWrite) Write(b []byte) (int, error) {
	w.done <- append([]byte(nil), b...)
	return 0, net.ErrClosed
}
func (w *firstWrite) Read([]byte) (int, error)    { return 0, net.ErrClosed }
func (w *firstWrite) SetDeadline(time.Time) error { return nil }
func (w *firstWrite) Close() error                { return nil }

// underWay is the number of handshakes that were begun and are not over.
func underWay(r *Reactor) int {
	r.slots.mu.Lock()
	defer r.slots.mu.Unlock()
	return r.slots.begun
}
