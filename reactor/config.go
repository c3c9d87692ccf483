package reactor

import (
	"net/netip"
	"strconv"
	"time"
)

// Listen is one address to listen on.
type Listen struct {
	// Transport is UDP, TCP, TLS or SCTP.
	Transport Transport
	// Addr is address and port. Port 0 lets the system choose one, the same for
	// all loops; a stream's is not the same as a datagram socket's. An IPv6 wildcard does not include IPv4.
	Addr netip.AddrPort
	// TOS is the type-of-service byte of what is sent (IP_TOS, IPV6_TCLASS); 0
	// leaves the system's.
	TOS uint8
	// More are further addresses of an SCTP socket, for peers that reach it by several
	// ways (RFC 9260 section 6.4); their ports do not count.
	More []netip.Addr
	// Device binds the socket to an interface by name (SO_BINDTODEVICE); Linux.
	Device string
	// Proxy says what is read at the start of a stream's connection before its data.
	Proxy ProxyMode
}

// ProxyMode says whether connections begin with the header of HAProxy's PROXY
// protocol, which tells whose connection a load balancer passes on.
type ProxyMode uint8

// The modes. A listen address that takes the header must be reachable by load
// balancers alone: whoever else connects says who they are at will.
const (
	ProxyOff  ProxyMode = iota
	ProxyMay            // a connection may begin with the header
	ProxyMust           // it must
)

// Policy is a scheduling class, numbered as the cookbook's rt_policy.
type Policy int

// The scheduling classes. The cookbook's text says 0 to 3 and names three.
const (
	SchedOther Policy = iota
	SchedRR
	SchedFIFO
)

// String is the system's name of the class.
func (p Policy) String() string {
	switch p {
	case SchedOther:
		return "SCHED_OTHER"
	case SchedRR:
		return "SCHED_RR"
	case SchedFIFO:
		return "SCHED_FIFO"
	}
	return "policy " + strconv.Itoa(int(p))
}

// Sched is the scheduling class of the loops' threads (parameters real_time,
// rt_policy and rt_prio). New refuses a real-time class when it would leave no
// allowed CPU to the Go runtime, when the priority is not in the class's range,
// or when the system does not permit it.
type Sched struct {
	Policy Policy
	// Prio is 1 to 99 for the real-time classes and 0 for SCHED_OTHER.
	Prio int
}

// Config says what New builds. Zero fields mean their defaults (limits.go).
type Config struct {
	// Loops is the number of event loops, 1 to MaxLoops; 0 is one per allowed CPU.
	Loops int
	// Listen is the listen addresses; SocketID is the index in it.
	Listen []Listen
	// Handler makes the handler of each loop. It is called by New.
	Handler func(loop int) Handler

	// Pin binds each loop's thread to one of the allowed CPUs.
	Pin   bool
	Sched Sched
	// Gather lets one loop's thread run all loops while one CPU has plenty of room
	// for them (gather.go). Each loop's callbacks still run one at a time.
	Gather bool
	// Poller names the back end: "epoll_lt", "epoll_et" (Linux), "kqueue" (BSD,
	// macOS), "poll", "select"; "" is the system's best.
	Poller string

	// Framer makes what cuts a stream into messages, one for each connection; those
	// of closed connections are used again. It is called on the loops.
	Framer func() Framer
	// Streams are the bounds of connections; Reactor.SetStreams changes them.
	Streams Streams
	// SCTP is the options of SCTP sockets; Reactor.SetSCTP changes them.
	SCTP SCTPConfig
	// ServerTLS gives the settings of TLS connections that are accepted; nil when
	// none are.
	ServerTLS ServerTLS

	// Counts and bytes, each with its default in limits.go.
	RecvBatch, SendBatch       int
	SendQueue, SendQueueBytes  int
	MailboxSlots, MailboxLarge int
	MaxTimers                  int
	RecvBuffer, SendBuffer     int

	// OnPanic hears of a panic in a handler, on the loop's goroutine. callback is
	// the Handler method. The loop goes on.
	OnPanic func(loop int, callback string, value any, stack []byte)
	// OnSlow hears of a callback that took SlowCallback or longer, on the loop's
	// goroutine. kind is that of the mail or timer.
	OnSlow func(loop int, callback string, kind uint32, took time.Duration)
}

func (c *Config) setDefaults() {
	def := func(p *int, d int) {
		if *p <= 0 {
			*p = d
		}
	}
	def(&c.Loops, len(allowedCPUs()))
	c.Loops = min(c.Loops, MaxLoops)
	def(&c.RecvBatch, DefaultRecvBatch)
	def(&c.SendBatch, DefaultSendBatch)
	c.RecvBatch = min(c.RecvBatch, MaxBatch)
	c.SendBatch = min(c.SendBatch, MaxBatch)
	def(&c.SendQueue, DefaultSendQueue)
	def(&c.SendQueueBytes, DefaultSendQueueBytes)
	def(&c.MailboxSlots, DefaultMailboxSlots)
	def(&c.MailboxLarge, DefaultMailboxLarge)
	def(&c.MaxTimers, DefaultMaxTimers)
	def(&c.RecvBuffer, DefaultRecvBuffer)
	def(&c.SendBuffer, DefaultSendBuffer)
}
