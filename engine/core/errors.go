package core

import "errors"

// Errors of sending and suspending. They are values, so that a failure on the
// message path allocates nothing.
var (
	ErrSuspendFull = errors.New("the table of suspended messages is full (suspend_max)")
	ErrBadTarget   = errors.New("the destination is a broadcast, multicast or unspecified address")
	ErrNoSocket    = errors.New("no listen address fits the destination's protocol and address family")
	ErrNotServed   = errors.New("the destination's transport is not served; UDP, TCP, TLS and SCTP are")
	ErrNoConnect   = errors.New("there is no connection to the destination, and none may be opened")
	ErrBadURI      = errors.New("the destination is not a SIP URI")
	ErrEdits       = errors.New("too many changes to one message")
	ErrTooLong     = errors.New("the message is too long for a datagram")
	ErrNoVia       = errors.New("there is no Via to send the reply to")
	ErrNotRequest  = errors.New("only requests can be forwarded and answered")
	ErrIsAck       = errors.New("an ACK is never answered")
	ErrBlocked     = errors.New("blocked by onsend_route")
	ErrRefused     = errors.New("the request was answered instead of being forwarded")
	ErrBadCode     = errors.New("a reply's status code must be from 100 to 699")
	ErrBadReason   = errors.New("a reason phrase must not contain line ends")
	ErrTimers      = errors.New("the loop's timers are at their bound")
	ErrOverload    = errors.New("the server has no room for more")
	ErrSendFull    = errors.New("the send queue is full")
	ErrLooseSocket = errors.New("no such listen address")
	ErrFromNetwork = errors.New("a message that did not come from the network has no reply target")
	ErrHops        = errors.New("the request has passed too many hops (Max-Forwards)")
	ErrBadMessage  = errors.New("the changed message is no valid SIP message")
	ErrNotReply    = errors.New("only a reply has a status line and can be passed on as one")
	ErrStatusClass = errors.New("a reply stays provisional, successful or a failure; the code is of another class")
	ErrKind        = errors.New("a request cannot become a reply, nor a reply a request")
	ErrMessageRoom = errors.New("there is no room for the changed message")
	ErrReflection  = errors.New("the reply would be much longer than the request, whose source nobody has verified")
)

// NameError is a host name where only an address can be: a target that is made
// without a message, for which names cannot be looked up.
type NameError struct{ Name string }

func (e *NameError) Error() string {
	return "the destination " + e.Name + " is a name, not an IP address"
}
