package reactor

import "sync/atomic"

// Stats counts what one loop has done since the start.
type Stats struct {
	Cycles uint64
	// Sleeps is the cycles that waited for something to happen.
	Sleeps uint64

	MessagesIn, BytesIn uint64
	// Batches is the calls of Receive.
	Batches uint64
	// Truncated is datagrams longer than MaxDatagram; they are dropped.
	Truncated uint64
	// KernelDrops is datagrams that the kernel dropped since the receive buffer
	// was full, where the system tells.
	KernelDrops uint64
	// RecvErrors is failed receive calls, pending ICMP errors included.
	RecvErrors uint64
	// ICMPErrors is ICMP messages about datagrams sent from here.
	ICMPErrors uint64

	MessagesOut, BytesOut uint64
	// SendCalls is the system calls that sent them.
	SendCalls uint64
	// SendAgain is how often the kernel's send buffer was full.
	SendAgain uint64
	// SendQueued is datagrams that had to wait for it, SendDrops those lost
	// because the queue was at its bound or the loop stopped.
	SendQueued, SendDrops uint64
	// SendErrors is datagrams that the kernel refused for another reason.
	SendErrors uint64
	// ReserveFailed is Reserve calls that returned nil.
	ReserveFailed uint64

	// PostsOut is mails this loop posted to others, PostsIn mails it received,
	// Wakes how often it woke another loop, MailboxFull posts to it that were refused.
	PostsOut, PostsIn, Wakes, MailboxFull uint64

	// Visits is how often the loop was a guest on the thread of loop 0
	// (Config.Gather), Visiting 1 while it is.
	Visits, Visiting uint64

	TimersFired uint64
	// TimersRefused is calls of After beyond MaxTimers.
	TimersRefused uint64
	// TimersArmed is the number of timers armed now.
	TimersArmed uint64

	// Conns is the connections that this loop has now, opening and closing ones
	// included.
	Conns uint64
	// Queued is the bytes that wait to be written on all connections; all loops' stand
	// with the first.
	Queued uint64
	// Accepted and Connected are connections that were opened from there and from
	// here, ConnsClosed those that have ended.
	Accepted, Connected, ConnsClosed uint64
	// ConnectFailed is connections that could not be opened; ConnectTimeouts is those
	// of them whose peer did not answer.
	ConnectFailed, ConnectTimeouts uint64
	// TableRefused is connections refused since the table was full, ShareRefused
	// since their address had its share of it.
	TableRefused, ShareRefused uint64
	// AcceptPauses is how often accepting had to wait for descriptors, AcceptErrors
	// the connections that were lost while they were accepted.
	AcceptPauses, AcceptErrors uint64
	// SilentClosed, SlowClosed, IdleClosed and SendTimeouts are connections closed
	// since no first message came, a message was not completed, nothing happened, or
	// the peer took no data in time.
	SilentClosed, SlowClosed, IdleClosed, SendTimeouts uint64
	// Proxied is connections of which a PROXY header has said whose they are,
	// ProxyRefused those closed since theirs was malformed, missing or late.
	Proxied, ProxyRefused uint64
	// QueueFull is connections closed at the bound of a write queue, QueueRefused
	// messages refused at that of one that was being opened, FramingErrors connections
	// whose stream was not understood.
	QueueFull, QueueRefused, FramingErrors uint64

	// AssocsUp and AssocsDown are associations of SCTP that were there and that have
	// ended, AssocFailed those that could not be opened, AssocRefused those beyond
	// SCTP.MaxAssocs, AssocRetries messages sent again on a new association.
	AssocsUp, AssocsDown, AssocFailed, AssocRefused, AssocRetries uint64
	// Handshakes is TLS handshakes that succeeded, HandshakesFailed those that did
	// not; of these HandshakeTimeouts were not complete in time, and NotTLS is peers
	// that did not speak TLS.
	Handshakes, HandshakesFailed, HandshakeTimeouts, NotTLS uint64

	// Slow is callbacks of SlowCallback or longer, Panics those that panicked.
	Slow, Panics uint64
	// Lag is how long the last cycle took, from the end of its wait to the end
	// of its flush, nanoseconds; MaxLag the longest.
	Lag, MaxLag uint64
}

// Add adds o to s; Lag and MaxLag become the larger ones.
func (s *Stats) Add(o Stats) {
	s.Cycles += o.Cycles
	s.Sleeps += o.Sleeps
	s.MessagesIn += o.MessagesIn
	s.BytesIn += o.BytesIn
	s.Batches += o.Batches
	s.Truncated += o.Truncated
	s.KernelDrops += o.KernelDrops
	s.RecvErrors += o.RecvErrors
	s.ICMPErrors += o.ICMPErrors
	s.MessagesOut += o.MessagesOut
	s.BytesOut += o.BytesOut
	s.SendCalls += o.SendCalls
	s.SendAgain += o.SendAgain
	s.SendQueued += o.SendQueued
	s.SendDrops += o.SendDrops
	s.SendErrors += o.SendErrors
	s.ReserveFailed += o.ReserveFailed
	s.PostsOut += o.PostsOut
	s.PostsIn += o.PostsIn
	s.Wakes += o.Wakes
	s.MailboxFull += o.MailboxFull
	s.Visits += o.Visits
	s.Visiting += o.Visiting
	s.TimersFired += o.TimersFired
	s.TimersRefused += o.TimersRefused
	s.TimersArmed += o.TimersArmed
	s.Accepted += o.Accepted
	s.Connected += o.Connected
	s.ConnsClosed += o.ConnsClosed
	s.ConnectFailed += o.ConnectFailed
	s.ConnectTimeouts += o.ConnectTimeouts
	s.TableRefused += o.TableRefused
	s.ShareRefused += o.ShareRefused
	s.AcceptPauses += o.AcceptPauses
	s.AcceptErrors += o.AcceptErrors
	s.SilentClosed += o.SilentClosed
	s.SlowClosed += o.SlowClosed
	s.IdleClosed += o.IdleClosed
	s.SendTimeouts += o.SendTimeouts
	s.Proxied += o.Proxied
	s.ProxyRefused += o.ProxyRefused
	s.QueueFull += o.QueueFull
	s.QueueRefused += o.QueueRefused
	s.FramingErrors += o.FramingErrors
	s.Conns += o.Conns
	s.AssocsUp += o.AssocsUp
	s.AssocsDown += o.AssocsDown
	s.AssocFailed += o.AssocFailed
	s.AssocRefused += o.AssocRefused
	s.AssocRetries += o.AssocRetries
	s.Queued += o.Queued
	s.Handshakes += o.Handshakes
	s.HandshakesFailed += o.HandshakesFailed
	s.HandshakeTimeouts += o.HandshakeTimeouts
	s.NotTLS += o.NotTLS
	s.Slow += o.Slow
	s.Panics += o.Panics
	s.Lag = max(s.Lag, o.Lag)
	s.MaxLag = max(s.MaxLag, o.MaxLag)
}

// counters are written by the loop, per batch rather than per message, and read
// by anyone.
type counters struct {
	cycles, sleeps                                 atomic.Uint64
	msgsIn, bytesIn, batches                       atomic.Uint64
	truncated, kernelDrops, recvErrors             atomic.Uint64
	icmpErrors                                     atomic.Uint64
	msgsOut, bytesOut, sendCalls, sendAgain        atomic.Uint64
	sendQueued, sendDrops, sendErrors              atomic.Uint64
	reserveFailed                                  atomic.Uint64
	postsOut, postsIn, wakes                       atomic.Uint64
	visits, visiting                               atomic.Uint64
	timersFired, timersRefused, timersArmed        atomic.Uint64
	slow, panics                                   atomic.Uint64
	conns, accepted, connected, connsClosed        atomic.Uint64
	connectFailed, connectTimeouts                 atomic.Uint64
	tableRefused, shareRefused                     atomic.Uint64
	acceptPauses, acceptErrors                     atomic.Uint64
	silent, slowMessages, idle                     atomic.Uint64
	sendTimeouts, queueFull, queueRefused, framing atomic.Uint64
	proxied, proxyRefused                          atomic.Uint64
	assocsUp, assocsDown, assocFailed              atomic.Uint64
	assocRefused, assocRetries                     atomic.Uint64
	handshakes, handshakesFailed                   atomic.Uint64
	handshakeTimeouts, notTLS                      atomic.Uint64
	lag, maxLag                                    atomic.Uint64
}

func (c *counters) snapshot() Stats {
	return Stats{
		Cycles: c.cycles.Load(), Sleeps: c.sleeps.Load(),
		MessagesIn: c.msgsIn.Load(), BytesIn: c.bytesIn.Load(), Batches: c.batches.Load(),
		Truncated: c.truncated.Load(), KernelDrops: c.kernelDrops.Load(), RecvErrors: c.recvErrors.Load(), ICMPErrors: c.icmpErrors.Load(),
		MessagesOut: c.msgsOut.Load(), BytesOut: c.bytesOut.Load(), SendCalls: c.sendCalls.Load(),
		SendAgain: c.sendAgain.Load(), SendQueued: c.sendQueued.Load(), SendDrops: c.sendDrops.Load(),
		SendErrors: c.sendErrors.Load(), ReserveFailed: c.reserveFailed.Load(),
		PostsOut: c.postsOut.Load(), PostsIn: c.postsIn.Load(), Wakes: c.wakes.Load(),
		Visits: c.visits.Load(), Visiting: c.visiting.Load(),
		TimersFired: c.timersFired.Load(), TimersRefused: c.timersRefused.Load(), TimersArmed: c.timersArmed.Load(),
		Accepted: c.accepted.Load(), Connected: c.connected.Load(), ConnsClosed: c.connsClosed.Load(), ConnectFailed: c.connectFailed.Load(),
		ConnectTimeouts: c.connectTimeouts.Load(), TableRefused: c.tableRefused.Load(), ShareRefused: c.shareRefused.Load(), AcceptPauses: c.acceptPauses.Load(),
		AcceptErrors: c.acceptErrors.Load(), SilentClosed: c.silent.Load(), SlowClosed: c.slowMessages.Load(), IdleClosed: c.idle.Load(),
		SendTimeouts: c.sendTimeouts.Load(), QueueFull: c.queueFull.Load(), QueueRefused: c.queueRefused.Load(), FramingErrors: c.framing.Load(), Conns: c.conns.Load(),
		Proxied: c.proxied.Load(), ProxyRefused: c.proxyRefused.Load(),
		AssocsUp: c.assocsUp.Load(), AssocsDown: c.assocsDown.Load(), AssocFailed: c.assocFailed.Load(),
		AssocRefused: c.assocRefused.Load(), AssocRetries: c.assocRetries.Load(),
		Handshakes: c.handshakes.Load(), HandshakesFailed: c.handshakesFailed.Load(), HandshakeTimeouts: c.handshakeTimeouts.Load(), NotTLS: c.notTLS.Load(),
		Slow: c.slow.Load(), Panics: c.panics.Load(), Lag: c.lag.Load(), MaxLag: c.maxLag.Load(),
	}
}
