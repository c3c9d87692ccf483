package reactor

import "time"

// SocketID names a listen address: its index in the order given to New, or what
// AddListen returned. An id is not used again in the life of a Reactor.
type SocketID int32

// NoSocket is the SocketID of nothing.
const NoSocket SocketID = -1

// TimerID names an armed timer; 0 is none. An id that has fired or was cancelled
// never names a later timer.
type TimerID uint64

// Meta says where a message came from. It holds no pointer.
type Meta struct {
	Remote Addr
	// Local is the address that the message was sent to: with a socket bound to
	// a wildcard, the address from the packet, or our own on that network when it
	// was a broadcast or an IPv4 multicast.
	Local     Addr
	Socket    SocketID
	Transport Transport
	Conn      ConnID
	// Proxied: Remote and Local are what a PROXY header has said.
	Proxied bool
	// Received is the receiving loop's clock, Loop.Now, in nanoseconds.
	Received int64
}

// Message is one received message.
type Message struct {
	// Data is valid until Receive returns and may be changed until then. Its
	// capacity ends with the message's receive slot.
	Data []byte
	Meta Meta
	// Frame is what a stream's Framer has found.
	Frame Frame
}

// Mail is what loops, and others through a Poster, send to a loop.
type Mail struct {
	// Kind and Arg are the poster's; the reactor does not look at them.
	Kind uint32
	// From is the loop that posted, set by Post; -1 for a Poster.
	From   int32
	Arg    uint64
	Result int64
	// Ref and Err are passed on as they are.
	Ref  any
	Err  error
	Meta Meta
	// Data is copied once by Post, into the target's mailbox. The receiver's
	// copy is valid until Posted returns.
	Data []byte

	op connOp // the reactor's own mail about a connection
}

// Handler is what runs on a loop. All methods run on the loop's goroutine. A
// method that panics ends this one call; see Config.OnPanic.
type Handler interface {
	// Start is called once, before the first cycle.
	Start(l Loop)
	// Receive gets messages of one socket, or of one connection, in the order of
	// their arrival. batch
	// and all Data are valid until it returns. A panic costs the rest of the
	// batch, so a handler that processes messages recovers for each itself.
	Receive(l Loop, batch []Message)
	// Posted gets one mail; m and m.Data are valid until it returns.
	Posted(l Loop, m *Mail)
	// Timer gets what After was given, at the time asked for or later.
	Timer(l Loop, kind uint32, arg uint64)
	// CycleEnd runs after everything else of a cycle and before the send batch
	// is flushed.
	CycleEnd(l Loop)
	// Stop is the last call: sockets are no longer read, no timer fires any more,
	// mailboxes are empty, sending still works.
	Stop(l Loop)
}

// Loop is what a handler sees of its loop. Its methods are for the loop's
// goroutine only, that is from inside a Handler's methods; Poster gives a handle
// for everybody else. None of them waits or allocates.
type Loop interface {
	// ID is the loop's number, 0 to Loops()-1.
	ID() int
	// Loops is the number of loops.
	Loops() int

	// Now is a monotonic time in nanoseconds, positive, read once per cycle. All
	// loops of a reactor count from the same moment.
	Now() int64
	// Wall is the time of day in nanoseconds since 1970, read once per cycle.
	Wall() int64

	// SocketAddr is the bound address of a listen address, with the real port;
	// the zero Addr where there is none (yet, or any more) on this loop.
	SocketAddr(sock SocketID) Addr

	// Reserve gives n bytes of space in the send batch, with capacity n, valid
	// until Commit, the next Reserve or Send, or the end of the callback. It is
	// nil, and counted, when n is above MaxDatagram or negative.
	Reserve(n int) []byte
	// Commit sends the first n bytes of what Reserve gave. The bytes leave with
	// the flush at the end of the cycle, or earlier when the batch is full.
	// Errors: ErrNoReserve, ErrNoSocket, ErrFamily (to is not of the socket's
	// family), ErrSendQueueFull (the socket's backlog is at its bound; counted).
	Commit(sock SocketID, to Addr, n int) error
	// CommitFrom is Commit with a source address, for sockets bound to a
	// wildcard: a reply passes Meta.Local so that it leaves from the address
	// that the request was sent to. from's port is ignored, and so is all of it
	// when it is zero, a wildcard, a multicast group, or the socket is bound to one
	// address.
	CommitFrom(sock SocketID, from, to Addr, n int) error
	// Send is Reserve, copy and Commit. In addition it returns ErrTooLarge.
	Send(sock SocketID, to Addr, data []byte) error
	// SendFrom is Send with CommitFrom's source address.
	SendFrom(sock SocketID, from, to Addr, data []byte) error

	Conns

	// After arms a timer: Handler.Timer(kind, arg) is called once, d after Now or
	// up to TimerTick later, never earlier; a d of 0 or less is the next tick. It
	// returns 0, and counts, when the loop's timers are at their bound.
	After(d time.Duration, kind uint32, arg uint64) TimerID
	// Cancel disarms a timer. False means that it has fired or was cancelled.
	Cancel(id TimerID) bool

	// Post puts a copy of m into a loop's mailbox; to the loop itself as well,
	// which gets it in its next cycle. Mail of one loop to one other arrives in
	// order. A sleeping target is woken once per batch. Errors: ErrMailboxFull
	// (counted by the target), ErrNoLoop, ErrTooLarge, ErrClosed.
	Post(loop int, m *Mail) error
	// Poster is a handle by which other goroutines post to this loop.
	Poster() Poster
}

// Poster posts to one loop. It is safe for use from any goroutine.
type Poster interface {
	// Post puts a copy of m into the loop's mailbox and wakes the loop if it
	// sleeps. It never blocks. Errors as for Loop.Post.
	Post(m *Mail) error
	// ID is the loop's number.
	ID() int
}
