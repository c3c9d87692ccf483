package reactor

// Undelivered is a datagram that did not arrive. It is valid until the call ends.
type Undelivered struct {
	// Socket is the listen address that it left by, To where it was to go. With
	// several loops the report of a router comes to any one of them, whichever loop has
	// sent the datagram.
	Socket SocketID
	To     Addr
	// Refused: our own system did not take it. Otherwise an ICMP error says that
	// the network, host or port is unreachable, and anybody who knows our addresses
	// can send such a message: only what Data repeats of the datagram vouches for it.
	Refused bool
	// Err is the system's error.
	Err error
	// Data is the beginning of the datagram, at most MaxQuote bytes: as much as the
	// ICMP message has of it, which may be nothing.
	Data []byte
}

// DatagramHandler is a Handler that hears of datagrams that did not arrive.
// Whether routers and hosts say so is theirs to choose; what is passing, or leads to
// a smaller packet size (RFC 3261 section 18.4), is not told.
type DatagramHandler interface {
	Handler
	// Undelivered is called on the loop that the report has come to.
	Undelivered(l Loop, u *Undelivered)
}
