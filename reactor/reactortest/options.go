package reactortest

import (
	"net/netip"
	"time"

	"sipedge/pool"
	"sipedge/reactor"
)

// Options describe a Net. Zero fields mean no faults, no delay, one loop and the
// reactor's own bounds.
type Options struct {
	// Loops is the number of event loops, 0 is one.
	Loops int

	// Loss, Duplicate and Reorder are probabilities, 0 to 1, for each datagram
	// between two addresses.
	Loss, Duplicate, Reorder float64
	// Calm is how long after New none of these happens.
	Calm time.Duration
	// MinDelay and MaxDelay bound the time that a datagram travels. Without
	// Reorder those of one address to one other arrive in the order of sending.
	MinDelay, MaxDelay time.Duration

	// MinWork and MaxWork bound the time that a job of the pool takes.
	MinWork, MaxWork time.Duration
	// MaxJobs is how many jobs can be under way; another one is refused with
	// pool.ErrFull. 0 is pool.DefaultQueue.
	MaxJobs int

	// Framer and Streams are those of reactor.Config; of Streams the bounds and times
	// hold, but not the share of an address, and socket options mean nothing.
	Framer  func() reactor.Framer
	Streams reactor.Streams
	// Segment is the most bytes of a stream that travel together; 0: what is written
	// at once arrives at once.
	Segment int
	// Window is how many bytes of a stream can be under way; 0 is 64 KB.
	Window int
	// Reset is the probability that a segment is answered by a reset.
	Reset float64

	// RecvBatch, MailboxSlots and MaxTimers are those of reactor.Config.
	RecvBatch, MailboxSlots, MaxTimers int

	// Tap sees each datagram when it is sent and each copy of it when it arrives at
	// a loop or an endpoint; data is valid until it returns.
	Tap func(e Event, from, to netip.AddrPort, data []byte)

	// OnPanic hears of a panic in a handler, which then costs that callback alone.
	// Without it the panic goes on to the test.
	OnPanic func(loop int, callback string, value any)
}

func (o *Options) setDefaults() {
	def := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	def(&o.Loops, 1)
	def(&o.MaxJobs, pool.DefaultQueue)
	def(&o.RecvBatch, reactor.DefaultRecvBatch)
	def(&o.MailboxSlots, reactor.DefaultMailboxSlots)
	def(&o.MaxTimers, reactor.DefaultMaxTimers)
	def(&o.Window, streamWindow)
	o.Streams = o.Streams.WithDefaults(maxConns)
	o.MaxDelay = max(o.MaxDelay, o.MinDelay)
	o.MaxWork = max(o.MaxWork, o.MinWork)
}

// Event is what Options.Tap sees.
type Event uint8

// The events of a datagram.
const (
	Sent Event = iota
	Arrived
)

// Counters say what has happened on a Net.
type Counters struct {
	Sent      uint64 // datagrams that endpoints and loops have sent
	Delivered uint64 // that have arrived, copies included
	Lost      uint64
	// Duplicated are datagrams of which a copy was sent as well.
	Duplicated uint64
	// Reordered are datagrams held back, so that later ones overtake them.
	Reordered uint64
	// Delayed are datagrams that took longer than MinDelay.
	Delayed uint64
	// Undelivered are datagrams to an address where nobody is.
	Undelivered uint64

	Segments     uint64 // pieces of streams that were sent
	Resets       uint64 // of the seed's choice
	ConnsRefused uint64 // connections beyond Streams.MaxConns

	Posts        uint64 // mails taken by mailboxes
	MailboxFull  uint64 // mails refused
	Cycles       uint64 // turns of all loops
	Jobs         uint64 // jobs submitted and taken
	JobsRefused  uint64
	JobsOverdue  uint64 // outcomes that were pool.ErrDeadline
	JobsRetried  uint64 // deliveries repeated, since the mailbox was full
	Panics       uint64
	TimersFired  uint64
	SendsRefused uint64 // Commit and Send with an error
}
