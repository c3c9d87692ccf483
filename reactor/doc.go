// Package reactor moves bytes between sockets and handlers: event loops, one
// per core, that read datagrams in batches, keep timers, hand messages to each
// other and send what the handlers wrote, once per cycle. It knows no SIP and
// decides nothing about the bytes that pass through it.
//
// Everything a handler may use is in Loop (loopiface.go): time, sending, timers
// and mail to other loops. All methods of a Handler run on its loop's
// goroutine, or while there is little to do on that of loop 0 (Config.Gather,
// gather.go), one at a time: state that belongs to a loop needs no lock. A handler must never
// wait; work that may block goes to package pool, whose completions come back
// as mail (see Completer).
//
// The cycle of a loop, in loop.go, reads top to bottom:
//
//	wait (up to the next timer) → mailbox → ready sockets, in batches →
//	timers → CycleEnd → flush the send batch
//
// Streams: all loops accept from one descriptor per address; a connection belongs
// to the loop that accepted or opened it (conntable.go). What has come is cut by
// the engine's Framer and handed to Receive like datagrams (connread.go); messages
// are written with the flush, and wait in a bounded queue when the peer does not
// take them (connwrite.go). A connection that waits holds no buffer, one timer and
// its record. ConnID says slot and generation, so that a late answer never reaches
// somebody else. A stream may become one of another kind on its way (connturn.go), as
// HTTP becomes WebSocket.
//
// TLS sits between the system calls and the functions that cut and queue (tlsdata.go):
// records are opened and sealed on the loop. Handshakes run beside the loops, a bounded
// number at a time, and one that waits for its peer runs nowhere (handshake.go,
// handshakeslots.go).
//
// SCTP (sctp.go): a listen address is one socket of one loop, whose messages name
// their association in Meta.Conn; CommitAssoc sends over one, or to an address. What
// the kernel tells about associations comes as AssocEvent and Unsent.
//
// Memory is handed out under one rule: what a callback receives (Message.Data,
// Mail.Data) is valid until that callback returns. Built with the tag
// debugpool, the package overwrites it then, so that a handler that keeps a
// slice is found by its tests.
//
// Package reactortest implements the same interface over virtual time and a
// seeded, lossy network. Start reading with loopiface.go, reactor.go and loop.go.
package reactor
