// Package reactortest runs handlers of package reactor over a virtual clock and
// a virtual network, in the goroutine of the test. Nothing sleeps, no socket is
// opened, and everything that real loops leave to chance is decided by a seed:
// which loop runs next, how much of its mailbox and sockets it handles, how long
// a datagram travels, whether it is lost, doubled or overtaken, how long a job of
// the pool takes. The same seed gives the same run, so a test that fails with
// some seed fails again with it.
//
//	n := reactortest.New(seed, reactortest.Options{Loops: 4, Loss: 0.1})
//	sock := n.Listen(netip.MustParseAddrPort("192.0.2.1:5060"))
//	n.Run(func(loop int) reactor.Handler { return … })
//	ep := n.Endpoint(netip.MustParseAddrPort("192.0.2.9:5060"), func(now time.Duration, from reactor.Addr, data []byte) { … })
//	ep.Send(netip.MustParseAddrPort("192.0.2.1:5060"), request)
//	n.Advance(32 * time.Second)
//
// Streams are there as well (stream.go, conn.go): bytes arrive in order, in segments
// of the seed's choice, after delays of its choice, or end in a reset; a peer that
// stops reading makes the loop's queue grow to its bound.
//
// What the real reactor promises holds here as well, and nothing more: mail of one
// loop to one other stays in order, and so does what one socket of one loop has
// received; datagrams of one source address to one listen address reach the same
// loop; a timer never fires early; what a callback was given is valid until it
// returns, and is overwritten then.
//
// Net (net.go) is the clock and the events, loop (loop.go) one event loop, link.go
// the wire between addresses and pool.go the work that would block.
package reactortest
