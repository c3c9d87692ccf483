package reactor

import "time"

// Bounds and defaults. Those that a Config field overrides say so.
const (
	// MaxDatagram is the largest datagram, bytes: the 16-bit length of UDP
	// (RFC 768). The kernel refuses a little less: 65507 over IPv4.
	MaxDatagram = 65535

	// MaxLoops bounds Config.Loops. Ours.
	MaxLoops = 256

	// TimerTick is the resolution of timers. Kamailio's timer tick is 1/16 s
	// (62.5 ms); the shortest SIP timer is T1/2.
	TimerTick = time.Millisecond

	// DefaultRecvBatch is the number of datagrams read by one system call and
	// handed to Receive at once. Config.RecvBatch, 1 to MaxBatch.
	DefaultRecvBatch = 64
	// DefaultSendBatch is the number of datagrams collected before they are sent
	// even though the cycle has not ended. Config.SendBatch, 1 to MaxBatch.
	DefaultSendBatch = 128
	// MaxBatch is UIO_MAXIOV, the kernel's own bound on recvmmsg and sendmmsg.
	MaxBatch = 1024

	// DefaultSendQueue is how many datagrams per socket and loop wait when the
	// kernel's send buffer is full. Config.SendQueue.
	DefaultSendQueue = 1024
	// DefaultSendQueueBytes bounds the bytes of the same queue. Config.SendQueueBytes.
	DefaultSendQueueBytes = 4 << 20

	// DefaultMailboxSlots is the capacity of a loop's mailbox in mails, rounded
	// up to a power of two. Config.MailboxSlots.
	DefaultMailboxSlots = 4096
	// DefaultMailboxLarge is how many mails with more data than InlineMail can be
	// in a mailbox at once. Config.MailboxLarge.
	DefaultMailboxLarge = 256
	// InlineMail is the data of a mail, bytes, that lies in the ring itself; an
	// INVITE with SDP is usually 0.8 to 1.6 KB.
	InlineMail = 2048
	// MaxMail is the largest data of a mail, bytes: a datagram or a stream's
	// message of that size.
	MaxMail = MaxDatagram

	// DefaultMaxTimers bounds the armed timers of one loop. Config.MaxTimers.
	DefaultMaxTimers = 8 << 20

	// DefaultRecvBuffer is asked for with SO_RCVBUF, bytes; the kernel grants up
	// to net.core.rmem_max. Kamailio probes upwards to maxbuffer, 256 KB.
	// Config.RecvBuffer.
	DefaultRecvBuffer = 4 << 20
	// DefaultSendBuffer is the same for SO_SNDBUF. Config.SendBuffer.
	DefaultSendBuffer = 1 << 20

	// The bounds of connections, each overridden by the field of Streams of that
	// name. Kamailio's defaults are those of the parameter named.
	//
	// connTableReserve descriptors are left to everything else when MaxConns
	// follows from RLIMIT_NOFILE (tcp_max_connections: 2048).
	connTableReserve = 256
	// defaultSharePercent: no address fills the table, nor do three.
	defaultSharePercent = 25
	// defaultReserveShare is the part of the table, one in so many, of
	// Streams.Reserve.
	defaultReserveShare = 16
	// defaultMaxMessage is the longest message of a stream (tcp_rd_buf_size: 4096).
	defaultMaxMessage = MaxDatagram
	minMaxMessage     = 512
	// defaultConnQueue is tcp_conn_wq_max, defaultAllQueues tcp_wq_max.
	defaultConnQueue = 32 << 10
	defaultAllQueues = 10 << 20
	// BurstQueues is how many times Streams.ConnQueue may wait on a connection that is
	// being opened, or whose peer took something less than BurstTime ago: the calls of a
	// trunk do not pause for its round trips.
	BurstQueues = 8
	BurstTime   = time.Second
	// unsentBytes is what the system keeps unsent of a connection that is not proven
	// (TCP_NOTSENT_LOWAT): with its queue here, a peer that never reads costs 64 KB.
	// provenBytes is what a peer that never reads cannot have taken: more than Linux lets a
	// receive buffer be (net.core.rmem_max, twice 208 KB). One that is proven has the
	// system's own bound, megabytes, so that a trunk may pause for a moment.
	unsentBytes = 24 << 10
	provenBytes = 512 << 10
	// unprovenRead is what is read at once from a connection that is not proven, bytes:
	// so few that the answers have room in its queue.
	unprovenRead = 16 << 10
	// maxUserTimeout bounds TCP_USER_TIMEOUT, which the system counts in 32-bit
	// milliseconds.
	maxUserTimeout = 240 * time.Hour
	// defaultConnectTimeout is tcp_connect_timeout, defaultSendTimeout
	// tcp_send_timeout, defaultIdle tcp_connection_lifetime.
	defaultConnectTimeout = 10 * time.Second
	defaultSendTimeout    = 10 * time.Second
	defaultIdle           = 120 * time.Second
	// defaultFirstMessage, defaultWholeMessage and defaultHalfClose are ours.
	defaultFirstMessage = 60 * time.Second
	defaultWholeMessage = 20 * time.Second
	defaultHalfClose    = 5 * time.Second
	// defaultProxyHeader is tcp_wait_data.
	defaultProxyHeader = 5 * time.Second

	// defaultHandshake and defaultMaxHandshakes are ours; a handshake under way takes
	// about 40 KB. tls_handshake_timeout was 120 s in Kamailio 3.1.
	defaultHandshake     = 20 * time.Second
	defaultMaxHandshakes = 1024
	// handshakeReserve is the part of the bound, one in so many, that is for addresses
	// which have begun no handshake.
	handshakeReserve = 4
	// maxClientHello is the longest ClientHello, bytes; usual ones have 0.3 to 2 KB.
	maxClientHello = 16 << 10
	// maxHandshakeInput is how much is read ahead of a handshake.
	maxHandshakeInput = 64 << 10
	// sealAhead is what is encrypted at least before it is written, bytes.
	sealAhead = 32 << 10

	// listenBacklog is how many connections may wait to be accepted; the kernel
	// bounds it by net.core.somaxconn.
	listenBacklog = 4096
	// acceptBatch bounds what one loop accepts in a cycle, so that the others get
	// their part of a burst.
	acceptBatch = 16
	// acceptPause is how long a loop does not accept when there are no descriptors.
	acceptPause = 100 * time.Millisecond
	// streamRead is what is read from a connection at once, bytes.
	streamRead = 64 << 10
	// lingerTime and lingerBytes bound how long and how much a connection that was
	// closed from here is read on: unread bytes would make the system discard what
	// is on its way to the peer (RFC 1122 section 4.2.2.13).
	lingerTime  = 2 * time.Second
	lingerBytes = 256 << 10
	// keptTags is how many of the last messages of a connection their senders are told of
	// when it is reset.
	keptTags = 64
	// tagCost is what a message's tag adds to its connection's queue, bytes.
	tagCost = 16
	// iovecs is the pieces given to one system call.
	iovecs = 64
	// keptBuffers bounds the free buffers that a loop keeps of each size, bytes.
	keptBuffers = 1 << 20
	// keptConns bounds the free connection records that a loop keeps.
	keptConns = 256
	// trimConns is how many connections fewer make it worth to give memory back to the
	// system, trimAfter how much later that is done, when most of the rest are gone too.
	trimConns = 1024
	trimAfter = time.Second
	// never is a deadline that does not come, ns.
	never = int64(1<<63 - 1)

	// sentMessages is how many messages an SCTP socket remembers that the kernel may
	// give up; a power of two. At 10,000 messages a second that is 6 s.
	sentMessages = 1 << 16
	// sentBytes is how much of them it keeps to send again (SCTP.SendRetries).
	sentBytes = 4 << 20
	// maxAssocAliases bounds the further addresses of a peer that are known.
	maxAssocAliases = 8
	// assocCheck is how much is sent over an association, bytes, before the kernel is
	// asked how much of it waits. One association may have one in waitingShare of the
	// send buffer, which is that of all, waiting in it; a message takes about
	// waitingCost bytes. minWaiting messages may wait in any case.
	assocCheck   = 16 << 10
	waitingShare = 4
	waitingCost  = 3000
	minWaiting   = 32
	// stuckTime is how long a peer may take nothing that waits before its association is
	// aborted; tcp_send_timeout is the like of it.
	stuckTime = 10 * time.Second
	// sweepPause is how often, and sweepAtOnce how many of them at once, associations
	// are looked at for peers that take nothing, while the send buffer is full.
	sweepPause  = time.Second
	sweepAtOnce = 1024

	// SlowCallback is the duration from which a callback is counted and named.
	SlowCallback = 5 * time.Millisecond

	// maxTimersPerCycle bounds the timers that fire before sockets are read
	// again, so that a stall does not become a longer one.
	maxTimersPerCycle = 1024
	// maxEndsPerCycle is the same for the deadlines of connections: to close one is some
	// 10 µs of system calls.
	maxEndsPerCycle = 64
	// maxDelay is the longest time that After keeps, 146 years: a longer one must
	// not overflow into the past.
	maxDelay = time.Duration(1 << 62)
	// readBatches bounds the batches taken from one socket before the others and
	// the timers have their turn.
	readBatches = 4
	// drainBatches bounds what is read from a socket that is to be closed.
	drainBatches = 1024
	// retryPause is how long a socket waits whose datagrams the kernel refused for
	// want of memory (ENOBUFS), which no poller reports the end of.
	retryPause = time.Millisecond
	// maxRefusals is how often the kernel may refuse a datagram for want of memory
	// before it is given up: it may be one that never fits.
	maxRefusals = 100
	// MaxQuote is how much of a datagram that did not arrive is told, bytes: what a
	// host's ICMP error usually has of it (RFC 1812 section 4.3.2.3: 576 in all).
	MaxQuote = 512
	// maxRefused bounds the refused datagrams of a cycle that the handler hears of.
	maxRefused = 64
	// errorsPerCycle bounds the ICMP errors read from a socket in one cycle.
	errorsPerCycle = 64
	// staleErrors is how many errors of earlier datagrams a send may meet before the
	// error is taken for its own.
	staleErrors = 3
	// maxEvents is the number of ready descriptors taken from the poller at once.
	maxEvents = 256
	// slotStride is the distance of receive slots: room for MaxDatagram and an
	// odd number of cache lines more, so that the heads of all slots do not fall
	// into the same sets of the cache.
	slotStride = 65536 + 13*64

	// weighEvery is how often a loop looks how busy it is (gather.go).
	weighEvery = 20 * time.Millisecond
	// gatherBelow is the load of two loops together, in thousandths of a CPU, below
	// which one visits the other when it has lasted for calmWindows looks;
	// spreadAbove is the load of both on one thread at which they part.
	gatherBelow = 350
	spreadAbove = 600
	calmWindows = 5
	// apartFor is how long loops keep apart after a callback that held up all on the
	// thread.
	apartFor = 5 * time.Second

	// runtimeRoom is what GOMAXPROCS has above the number of running loops: one
	// for the collector, one for pool and control plane.
	runtimeRoom = 2

	// stopPoll is how often a stopping loop looks whether the others are done.
	stopPoll = time.Millisecond
	// stopFlush bounds how long a stopping loop waits for the kernel to take
	// what is queued.
	stopFlush = 200 * time.Millisecond

	// rtTimeLimit is the soft RLIMIT_RTTIME of the process once loops have run in a
	// real-time class: a thread that uses its CPU that long without a sleep is
	// stuck outside of Go code.
	rtTimeLimit = 2 * time.Second
	// rtBreath is after how much time a busy real-time loop sleeps for a moment,
	// since only a sleep resets the kernel's count for rtTimeLimit.
	rtBreath = 200 * time.Millisecond
)
