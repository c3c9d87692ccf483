// Package tlsload loads a server over TLS: calls (Calls), crowds of peers that do not complete their handshake (Hold), clients
// that connect at a steady rate and ask (Ask), and kept connections (Keep). It stays on loopback addresses and is bounded in
// connections, calls and time.
//
// Start at Calls, Hold, Ask and Keep; package sipcall has the texts of calls.
package tlsload

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	// maxConns bounds the connections of a run, maxRate the new ones per second.
	maxConns = 15_000
	maxRate  = 2000
	// dialLimit bounds the opening of a connection and its handshake, askLimit an answer: Timer B (RFC 3261 §17.1.1.2).
	dialLimit = 32 * time.Second
	askLimit  = 32 * time.Second
	// dripEvery is the time between two bytes of a slow peer, dripTick that between two peers whose turn it is.
	dripEvery = time.Second
	dripTick  = 5 * time.Millisecond
	// dialers is how many connections are opened at the same time.
	dialers = 32
)

// Server is the server to load and the certificate that it is trusted by.
type Server struct {
	Addr netip.AddrPort
	// CertFile is a file with the certificate that signs the server's, in PEM, Name the name in it.
	CertFile, Name string
}

// config is the clients' settings.
func (s Server) config() (*tls.Config, error) {
	pem, err := os.ReadFile(s.CertFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", s.CertFile)
	}
	return &tls.Config{RootCAs: roots, ServerName: s.Name}, nil
}

// dial opens a connection from a loopback address.
func (s Server) dial(from netip.Addr) (net.Conn, error) {
	if !s.Addr.Addr().IsLoopback() || !from.IsLoopback() {
		return nil, fmt.Errorf("%v and %v are not both loopback addresses", s.Addr, from)
	}
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: dialLimit}
	return d.Dial("tcp4", s.Addr.String())
}

// Source is the loopback address 127.0.0.n, n from 1 to 254.
func Source(n int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, byte(n)}) }
