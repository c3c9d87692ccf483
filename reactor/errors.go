package reactor

import (
	"errors"
	"fmt"
	"net/netip"
)

// Errors of Loop's and Poster's methods.
var (
	ErrNoReserve     = errors.New("reactor: commit without reserve, or of more bytes than reserved")
	ErrNoSocket      = errors.New("reactor: no such socket on this loop")
	ErrFamily        = errors.New("reactor: destination is not of the socket's address family")
	ErrSendQueueFull = errors.New("reactor: send queue of the socket is full")
	ErrTooLarge      = errors.New("reactor: message is larger than the transport or mailbox takes")
	ErrMailboxFull   = errors.New("reactor: mailbox is full")
	ErrNoLoop        = errors.New("reactor: no such loop")
	ErrClosed        = errors.New("reactor: stopped")
	ErrNoStreams     = errors.New("reactor: streams need a Framer and a StreamHandler")
	ErrNoConn        = errors.New("reactor: the connection is closed")
	ErrConnTable     = errors.New("reactor: the table of connections is full")
	ErrConnQueueFull = errors.New("reactor: write queue of the connection is full")
	ErrNoSCTP        = errors.New("reactor: the system has no SCTP")
	ErrAssocTable    = errors.New("reactor: there are as many associations as allowed")
	ErrAssocSend     = errors.New("reactor: the association could not deliver the message")
)

// Reasons why a connection was closed from here; those of the system and io.EOF
// come as they are.
var (
	ErrConnectTimeout = errors.New("reactor: the peer did not answer in time")
	ErrSendTimeout    = errors.New("reactor: the peer takes no data")
	ErrFirstMessage   = errors.New("reactor: no complete message came in time")
	ErrWholeMessage   = errors.New("reactor: a message was not complete in time")
	ErrIdle           = errors.New("reactor: the connection was idle")
	ErrFraming        = errors.New("reactor: the stream has lost its framing")
	ErrProxyTime      = errors.New("the PROXY header was not there in time")
	// ErrMaybeLost is Unsent's reason for a message that the system had taken when its
	// connection was reset: it may have arrived.
	ErrMaybeLost  = errors.New("reactor: the connection was reset, the message may be lost")
	ErrClosedHere = errors.New("reactor: closed by the handler")
)

// ProxyError is why a connection was closed before it began: its PROXY header was
// malformed, missing, or not there in time. The handler hears of no more of it than this.
type ProxyError struct {
	// Peer is who had connected, as the system says.
	Peer Addr
	Err  error
}

// Error says who it was and what was wrong.
func (e *ProxyError) Error() string { return fmt.Sprintf("connection from %s: %v", e.Peer, e.Err) }

// Unwrap is what was wrong.
func (e *ProxyError) Unwrap() error { return e.Err }

// ListenError is why a listen address could not be opened. It names the address.
type ListenError struct {
	Listen Listen
	// InUse tells that the address and port are taken by another socket, of this
	// or of another process.
	InUse bool
	Err   error
}

// Error says the address and the reason in one line.
func (e *ListenError) Error() string {
	if e.InUse {
		return fmt.Sprintf("cannot listen on %s:%s: address already in use", e.Listen.Transport, e.Listen.Addr)
	}
	return fmt.Sprintf("cannot listen on %s:%s: %v", e.Listen.Transport, e.Listen.Addr, e.Err)
}

// Unwrap is the system's error.
func (e *ListenError) Unwrap() error { return e.Err }

// SchedError is why the loops cannot run in the scheduling class asked for.
type SchedError struct {
	Policy Policy
	Prio   int
	Reason string
	Err    error
}

// Error names the policy, the priority and the reason.
func (e *SchedError) Error() string {
	s := fmt.Sprintf("cannot run loops with %s priority %d: %s", e.Policy, e.Prio, e.Reason)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap is the system's error, if there was one.
func (e *SchedError) Unwrap() error { return e.Err }

func listenErr(l Listen, addr netip.AddrPort, err error) *ListenError {
	l.Addr = addr
	return &ListenError{Listen: l, InUse: isAddrInUse(err), Err: err}
}
