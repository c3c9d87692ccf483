package reactor

// SCTP (RFC 9260): one-to-many sockets of the kernel's. A listen address is one
// socket, which belongs to one loop; what others send by it is copied into that
// loop's mailbox. The kernel opens an association when something is sent to an
// address that has none, and says later what came of it.

// assocSlot marks the ConnID of an association: its generation is the kernel's
// number of the association, which the kernel uses again only after it has been
// through all of them; its slot is the listen address.
const assocSlot = 1 << (connSlotBits - 1)

// makeAssocID is the ConnID of an association; 0 for none.
func makeAssocID(loop int, sock SocketID, assoc int32) ConnID {
	if assoc == 0 {
		return 0
	}
	return MakeConnID(loop, assocSlot|uint32(sock), uint32(assoc))
}

// IsAssoc tells that c is an association of SCTP and no stream's connection.
func (c ConnID) IsAssoc() bool { return c&assocSlot != 0 }

// SCTPConfig is the options of SCTP sockets and the bounds of associations. 0 leaves
// what the system has, where nothing else is said. Options are those of
// associations opened later.
type SCTPConfig struct {
	// RecvBuffer and SendBuffer are SO_RCVBUF and SO_SNDBUF, bytes, of which the system
	// grants what it permits; all associations of a socket share them. 0 is
	// DefaultRecvBuffer and DefaultSendBuffer. They count for sockets opened later.
	RecvBuffer, SendBuffer int
	// Autoclose is how long an association may be idle, seconds; 0: for ever.
	Autoclose int
	// SendTTL is how long a message may wait to be sent, milliseconds; 0: for ever.
	SendTTL int
	// SendRetries is how often a message that the kernel gave up is sent again, on a
	// new association.
	SendRetries int
	// Tracking keeps a table of associations: messages name theirs (Meta.Conn), and
	// MaxAssocs is held before one is opened.
	Tracking bool
	// MaxAssocs bounds the associations of all sockets; 0: as the system does,
	// negative: none. A surplus one is aborted when it is there; with Tracking it is
	// not opened from here.
	MaxAssocs int

	RTOInitial, RTOMin, RTOMax int // milliseconds
	AssocMaxRetrans            int // retransmissions in a row until an association is lost
	InitAttempts               int // INITs sent again
	InitTimeout                int // longest time between them, milliseconds
	Heartbeat                  int // milliseconds; negative: none are sent
	PathMaxRetrans             int // retransmissions in a row until a path is out of use
	SackDelay                  int // milliseconds
	SackFreq                   int // packets
	MaxBurst                   int // packets
}

// AssocKind is what an AssocEvent tells.
type AssocKind uint8

// The kinds.
const (
	AssocUp        AssocKind = iota // it was opened, from there or from here
	AssocRestarted                  // the peer has begun anew; the association goes on
	AssocLost                       // the peer does not answer, or either side has aborted it
	AssocClosed                     // it was shut down
	AssocFailed                     // it could not be opened
	AssocSurplus                    // it was aborted since there are MaxAssocs others
	AssocStuck                      // it was aborted since the peer takes nothing
	AssocShutdown                   // the peer wants no more data and closes it
	AssocPath                       // one of the peer's addresses changed its state
	AssocUnsent                     // a message was given up; it may be sent again
)

var assocKinds = [...]string{"up", "restarted", "lost", "closed", "not opened", "surplus", "stuck", "shut down by the peer", "path changed", "message given up"}

// String is a word or two for logs.
func (k AssocKind) String() string { return assocKinds[k] }

// AssocEvent is something that has happened to an association.
type AssocEvent struct {
	Kind   AssocKind
	Socket SocketID
	// Assoc is 0 for one that was never there.
	Assoc ConnID
	// Peer is the peer's primary address; of AssocPath the one that changed.
	Peer Addr
	// Cause is the error cause code of RFC 9260 section 3.3.10, 0 for none; of
	// AssocPath the new state: 0 available, 1 unreachable, 2 removed, 3 added, 4
	// primary, 5 confirmed.
	Cause uint16
}

// AssocHandler is a StreamHandler that wants to hear of associations. The events
// come on the loop of the socket.
type AssocHandler interface {
	StreamHandler
	// AssocEvent tells of an association; e is valid until it returns.
	AssocEvent(l Loop, e *AssocEvent)
}
