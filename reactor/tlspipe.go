//go:build unix

package reactor

import (
	"crypto/tls"
	"net"
	"time"
)

// secure is the encryption of a connection. crypto/tls sits between two ends of
// memory: its reads are served with what a system call brought, its writes go to the
// connection's queue.
type secure struct {
	conn  *tls.Conn
	pipe  pipe
	shake *handshake           // from its begin to its end
	state *tls.ConnectionState // after it
	in    records
	// config is the settings until the handshake has begun.
	config *tls.Config
	note   any // ConnInfo.TLSNote
	// bye: close_notify was sent.
	bye bool
	// full: so much came during the handshake that no more is read before it is over.
	full bool
	// ended: the peer has closed its side during the handshake. What it has sent before
	// may complete that, and hold messages.
	ended bool

	// What is to be sent once the handshake is over, and where in it the messages
	// end.
	plain     []byte
	plainEnds []tagEnd
}

// pipe is the net.Conn of a tls.Conn. During the handshake it belongs to whoever
// runs a step of that, and after it to the loop.
type pipe struct {
	in []byte // not yet read
	// more waits for bytes, in a handshake; false: there will be none.
	more func() bool
	out  []byte // what the handshake has written

	loop *loop // after the handshake
	c    *conn
	peer net.Addr
	self net.Addr
}

// noInput is what a pipe's Read returns when there is nothing now. crypto/tls goes on
// after errors that are temporary, and after no others.
type noInput struct{}

func (noInput) Error() string   { return "reactor: nothing to read" }
func (noInput) Timeout() bool   { return true }
func (noInput) Temporary() bool { return true }

var errNoInput net.Error = noInput{}

// Read implements net.Conn.
func (p *pipe) Read(b []byte) (int, error) {
	for len(p.in) == 0 {
		if p.more == nil {
			return 0, errNoInput
		}
		if !p.more() {
			return 0, net.ErrClosed
		}
	}
	n := copy(b, p.in)
	p.in = p.in[n:]
	return n, nil
}

// Write implements net.Conn. It takes everything; bounds are held by who writes to
// the tls.Conn.
func (p *pipe) Write(b []byte) (int, error) {
	if p.loop != nil {
		p.loop.appendOut(p.c, b)
	} else {
		p.out = append(p.out, b...)
	}
	return len(b), nil
}

// Close implements net.Conn.
func (p *pipe) Close() error { return nil }

// LocalAddr implements net.Conn.
func (p *pipe) LocalAddr() net.Addr { return p.self }

// RemoteAddr implements net.Conn.
func (p *pipe) RemoteAddr() net.Addr { return p.peer }

// SetDeadline implements net.Conn; deadlines are the loop's.
func (p *pipe) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (p *pipe) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
