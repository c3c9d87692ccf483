package reactor

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// Reasons why a TLS connection did not come about.
var (
	ErrNotTLS           = errors.New("the peer does not speak TLS")
	ErrHandshakeTimeout = errors.New("the TLS handshake was not complete in time")
	ErrNoTLS            = errors.New("no TLS settings for the connection")
	ErrHandshakeEnd     = errors.New("the peer ended the connection in the TLS handshake")
)

// HandshakeError is why a TLS connection did not come about: the reason in the
// ConnClosed of one that has had no ConnOpened. It is not a connection that could
// not be opened: the peer was there.
type HandshakeError struct {
	Remote, Local Addr
	Outbound      bool
	// Err is that of crypto/tls, of the settings' own checks, or ErrNotTLS,
	// ErrHandshakeTimeout, ErrHandshakeEnd, ErrNoTLS.
	Err error
}

// Error names the peer and the reason.
func (e *HandshakeError) Error() string {
	return fmt.Sprintf("TLS handshake with %s: %v", e.Remote, e.Err)
}

// Unwrap is the reason alone.
func (e *HandshakeError) Unwrap() error { return e.Err }

// ServerTLS gives the settings for a connection that was accepted on a listen
// address of the transport TLS, whose ClientHello is there; nil for none, which
// closes it. It is called on the loops, once per connection, and must not wait. What
// depends on the ClientHello is up to the Config's own functions, which run where
// handshakes do and may take their time there.
// note is what ConnInfo.TLSNote shows of the connection.
type ServerTLS func(m *Meta) (config *tls.Config, note any)
