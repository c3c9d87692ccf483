package reactor

import (
	"crypto/tls"
	"time"
)

// ConnID is id and generation of a stream's connection; 0 for datagrams. It says
// on which loop the connection lives. An id is not used again before its slot has
// been through 2^32 generations.
type ConnID uint64

const (
	connSlotBits = 24
	connLoopBits = 8
	connSlotMask = 1<<connSlotBits - 1
)

// MakeConnID puts an id together: loop 0 to MaxLoops-1, slot below 2^24,
// generation from 1. It is for implementations of Loop.
func MakeConnID(loop int, slot, generation uint32) ConnID {
	return ConnID(generation)<<32 | ConnID(loop)<<connSlotBits | ConnID(slot&connSlotMask)
}

// Loop is the number of the loop that the connection lives on.
func (c ConnID) Loop() int { return int(c >> connSlotBits & (1<<connLoopBits - 1)) }

// Slot is the connection's place in its loop's table.
func (c ConnID) Slot() uint32 { return uint32(c & connSlotMask) }

// Generation tells apart the connections that have had one slot.
func (c ConnID) Generation() uint32 { return uint32(c >> 32) }

// Frame says what was found in a stream.
type Frame uint8

// The frames. A datagram is a FrameMessage.
const (
	FrameMessage Frame = iota // a message
	FramePing                 // a keep-alive that wants an answer
	FramePong                 // one that does not
	// FrameBad is the beginning of something that is no message, as much of it as
	// the Framer has told. It is the last thing read from its connection, which is
	// closed once the handler's answer has been written.
	FrameBad
	// FrameTooLarge is FrameBad for a message longer than Streams.MaxMessage.
	FrameTooLarge
	// FrameMore is a Framer's "nothing complete yet". It is never handed on. With n above
	// 0 those bytes are taken all the same: they are no part of a message, or one that
	// the Framer keeps.
	FrameMore
	// FrameTurn is a message after which the stream may be of another kind: the handler
	// has it before the Framer is called again.
	FrameTurn
	// FrameClose is the peer's farewell. Like FrameBad it is the last thing read.
	FrameClose
)

// Framer cuts one stream into messages. It is called with all bytes that are not
// yet taken and looks at those that it has not seen. n bytes of buf belong to the
// frame that it found.
type Framer interface {
	Next(buf []byte) (n int, f Frame)
	// Reset makes it ready for another stream. It is called when one ends, too.
	Reset()
}

// Unwrapper is a Framer whose messages are not the bytes of the stream as they came.
type Unwrapper interface {
	Framer
	// Unwrap is the message in the frame that Next has just found. With own set it lies
	// in the Framer's memory and is handed on before Next is called again.
	Unwrap(frame []byte) (message []byte, own bool)
	// Partial is the number of the message of which the Framer keeps a part, 0 for none.
	// The time of each is bounded by Streams.WholeMessage.
	Partial() uint32
}

// ConnEvent is what has happened to a connection.
type ConnEvent uint8

// The events of a connection, in this order. A connection that could not be
// opened has a ConnClosed alone, as has one whose Connect returned no error and
// that failed later, and one whose TLS handshake did (*HandshakeError).
const (
	// ConnOpened: it was accepted or the peer has accepted it, and a TLS handshake is
	// over.
	ConnOpened ConnEvent = iota
	// ConnHalfClosed: the peer will send nothing more. What answers it may still be
	// sent, for Streams.HalfClose after its last message. One whose last message has been
	// answered is closed instead.
	ConnHalfClosed
	// ConnClosed: it is gone. The error says why; io.EOF: the peer has closed it. One whose
	// PROXY header was refused has a ConnClosed alone, with a *ProxyError.
	ConnClosed
)

// StreamHandler is a Handler that serves streams. A reactor with a stream's
// address or a Connect needs one. The events come on the connection's loop.
type StreamHandler interface {
	Handler
	// ConnEvent tells of a connection; why is set with ConnClosed.
	ConnEvent(l Loop, c ConnID, ev ConnEvent, why error)
	// Unsent tells that the message which was sent with tag, not 0, has not been given to
	// the system as a whole, or with ErrMaybeLost that it was one of the last before the
	// connection was reset. It precedes ConnClosed.
	Unsent(l Loop, c ConnID, tag uint64, why error)
}

// Dial says how to open a connection.
type Dial struct {
	// Transport is TCP or TLS.
	Transport Transport
	// TLS is the settings of a TLS connection, with the name that the peer has to
	// show. It must not be changed any more. TLSNote is what ConnInfo.TLSNote will be.
	TLS     *tls.Config
	TLSNote any
	// Socket is the listen address that the connection counts for, in Meta.Socket;
	// NoSocket for none.
	Socket SocketID
	// From is the address to come from; zero, or an address that the system does
	// not let us have: its choice. A port of 0 is the system's choice too.
	From Addr
	To   Addr
	// TOS is the type-of-service byte; 0 leaves the system's.
	TOS uint8
	// Timeout bounds the opening; 0 is Streams.ConnectTimeout.
	Timeout time.Duration
}

// ConnInfo describes a connection of this loop.
type ConnInfo struct {
	Remote, Local Addr
	Socket        SocketID
	Transport     Transport
	Outbound      bool
	// Open and Opening are both false once it is being closed, and nothing more can
	// be sent. Opening: the peer has not answered.
	Open, Opening bool
	// HalfClosed: the peer sends nothing more.
	HalfClosed bool
	// Queued is the bytes that wait to be written.
	Queued int
	// TLS is how a TLS connection is encrypted and who the peer is, nil before the end
	// of the handshake. It does not change and is good for longer than the connection.
	TLS *tls.ConnectionState
	// TLSNote is what ServerTLS, or Dial.TLSNote, has said about it.
	TLSNote any
}

// CloseMode says how to close a connection.
type CloseMode uint8

// The ways of closing.
const (
	// CloseAfterWrite writes what is queued first. Nothing more is read or can be
	// sent.
	CloseAfterWrite CloseMode = iota
	// CloseNow gives up what is queued.
	CloseNow
)

// Conns is the part of Loop that deals with streams. Connections of other loops
// can be named: the data is copied into that loop's mailbox, in order, and what
// goes wrong there is told there (StreamHandler.Unsent).
type Conns interface {
	// Connect begins to open a connection on this loop. Messages may be sent on it
	// at once; they wait in its queue. Errors: ErrConnTable (the table is full),
	// ErrNoStreams, ErrFamily and what the system knows at once.
	Connect(d *Dial) (ConnID, error)
	// CommitConn sends the first n bytes of what Reserve gave on a connection. tag
	// comes back with Unsent; 0 asks for no news. The bytes are written with the
	// flush at the end of the cycle; what the system does not take is queued.
	// Errors: ErrNoReserve, ErrNoConn, ErrConnQueueFull (the queue is at its bound; an
	// open connection is closed, one that is being opened refuses the message alone),
	// ErrMailboxFull for a connection of another loop.
	CommitConn(c ConnID, tag uint64, n int) error
	// CommitAssoc sends the first n bytes of what Reserve gave as one message by an
	// SCTP socket: over an association, as long as it is there and its peer has to's
	// IP, else to the address, by the association to it or a new one. tag is that of
	// CommitConn. Errors: ErrNoReserve, ErrNoSocket, ErrFamily, ErrSendQueueFull (the
	// socket's backlog is at its bound), ErrConnQueueFull (the peer takes nothing),
	// ErrAssocTable (SCTP.MaxAssocs), ErrMailboxFull where the socket is another
	// loop's, and what the system knows at once.
	CommitAssoc(sock SocketID, over ConnID, to Addr, tag uint64, n int) error
	// SendConn is Reserve, copy and CommitConn. In addition it returns ErrTooLarge.
	SendConn(c ConnID, tag uint64, data []byte) error
	// CloseConn closes a connection or an association. Errors: ErrNoConn, ErrMailboxFull.
	CloseConn(c ConnID, how CloseMode) error
	// Conn describes a connection of this loop; false when there is none.
	Conn(c ConnID) (ConnInfo, bool)
	// ConnFramer is the Framer of a connection of this loop; nil when there is none.
	ConnFramer(c ConnID) Framer
	// TurnConn has the messages of a connection of this loop carry another transport and
	// listen address. Error: ErrNoConn.
	TurnConn(c ConnID, t Transport, sock SocketID) error
	// Reframe calls the Framer again, in the next cycle, for what has come and was not
	// taken. Errors: ErrNoConn, ErrMailboxFull.
	Reframe(c ConnID) error
}

// Streams are the bounds and times of connections. Zero fields mean their
// defaults (limits.go), negative ones "none" where that makes sense.
type Streams struct {
	// MaxConns bounds the connections of all loops, inbound and outbound. 0: as
	// many as RLIMIT_NOFILE allows, less a reserve.
	MaxConns int
	// MaxTLS bounds the TLS connections among them; 0: only MaxConns does.
	MaxTLS int
	// SharePercent is how much of the table the connections from one address may
	// take, 1 to 100; for IPv6 an address is a /64.
	SharePercent int
	// Reserve is the last places of the table: they are for outbound connections
	// and for addresses that have none yet.
	Reserve int

	// MaxMessage is the longest message, bytes, 512 to MaxDatagram.
	MaxMessage int
	// ConnQueue and AllQueues bound the bytes that wait to be written, on one
	// connection and on all. On one that is being opened, and for BurstTime on one whose
	// peer stops taking it, BurstQueues times as much may wait. At the bound of all, those
	// go first whose peers have taken nothing for longest. Negative: nothing waits, so a connection that does not
	// take a message at once is closed.
	ConnQueue, AllQueues int

	ConnectTimeout time.Duration
	// Handshake is the time that a TLS handshake has, from the opening of the
	// connection.
	Handshake time.Duration
	// MaxHandshakes bounds the TLS handshakes of all loops that have begun and are
	// not over, HandshakeShare the percentage of it for one address. What is beyond
	// waits.
	MaxHandshakes, HandshakeShare int
	// SendTimeout is how long a peer may take nothing while something waits, here or in
	// the system's buffer; TLSSendTimeout is that of TLS connections, where it differs.
	SendTimeout, TLSSendTimeout time.Duration
	// FirstMessage is the time from accept to the first complete message or ping.
	// TLSFirstMessage is that of TLS connections, where it differs.
	FirstMessage, TLSFirstMessage time.Duration
	// WholeMessage is the time from a message's first byte to its last.
	WholeMessage time.Duration
	// ProxyHeader is the time from accept to the end of the PROXY header, where one
	// is read.
	ProxyHeader time.Duration
	// Idle is how long a connection lives without traffic; negative: for ever.
	// NoIdle stands for 0, which closes at once.
	Idle time.Duration
	// HalfClose is how long after its last message a peer that has closed its side
	// can be answered, when it was not before.
	HalfClose time.Duration

	// The socket options. 0 leaves the system's.
	KeepAlive                    bool
	KeepIdle, KeepIntvl, KeepCnt int // seconds, seconds, probes
	DeferAccept                  int // seconds
	DelayedAck                   bool
	SynCnt                       int // retransmissions
	Linger2                      int // seconds
	// Nagle leaves TCP_NODELAY off.
	Nagle bool
	// RecvBuffer and SendBuffer are SO_RCVBUF and SO_SNDBUF, bytes.
	RecvBuffer, SendBuffer int
	ReusePort              bool
}

// TagLost is the tag of messages whose sender wants to know only what certainly was not
// sent.
const TagLost uint64 = 1

// NoIdle closes a connection as soon as it has nothing to do.
const NoIdle = time.Duration(1)

// NoConns is the Conns of a Loop that has no streams.
type NoConns struct{}

// Connect implements Conns.
func (NoConns) Connect(*Dial) (ConnID, error) { return 0, ErrNoStreams }

// CommitConn implements Conns.
func (NoConns) CommitConn(ConnID, uint64, int) error { return ErrNoConn }

// CommitAssoc implements Conns.
func (NoConns) CommitAssoc(SocketID, ConnID, Addr, uint64, int) error { return ErrNoSocket }

// SendConn implements Conns.
func (NoConns) SendConn(ConnID, uint64, []byte) error { return ErrNoConn }

// CloseConn implements Conns.
func (NoConns) CloseConn(ConnID, CloseMode) error { return ErrNoConn }

// Conn implements Conns.
func (NoConns) Conn(ConnID) (ConnInfo, bool) { return ConnInfo{}, false }

// ConnFramer implements Conns.
func (NoConns) ConnFramer(ConnID) Framer { return nil }

// TurnConn implements Conns.
func (NoConns) TurnConn(ConnID, Transport, SocketID) error { return ErrNoConn }

// Reframe implements Conns.
func (NoConns) Reframe(ConnID) error { return ErrNoConn }
