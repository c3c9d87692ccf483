// Package core is the SIP server: it takes the batches that the reactor
// delivers, parses each message, finds the loop that its call lives on, runs
// the routing script on it and sends what comes out.
//
// Start with receive.go: a message's whole life is in it, top to bottom. Then
// proc.go (what is known about the message that is processed, and what modules
// may do with it), forward.go and reply.go (what leaves), suspend.go (scripts
// that wait), home.go (which loop a call lives on), snapshot.go and load.go
// (configuration, and its exchange under traffic), stream.go (connections), framer.go,
// http.go and websocket.go (what else than SIP comes over them), resolve.go, failover.go, failed.go and
// undelivered.go (names, their further addresses, destinations that failed). hook.go, block.go, copy.go and
// saved.go are for modules that keep state of their own on a loop: tm.
//
// A routing block is run in one of these ways; they differ in whose message it
// works on, and in whether it may wait:
//
//   - Proc.RunBlock: the block is all that happens to a message that its caller
//     owns or has revived (failure_route, onreply_route[name]). It may wait; a
//     function gets the message when it has ended. EventRun is built on it.
//   - Server.RunEvent and PostEvent: a block without a message from the network,
//     on a message of its own (event_route[htable:mod-init]). It may wait.
//   - Proc.RunInline: a block in the middle of a function, on the same message,
//     that has to end at once (event_route[sl:local-response], onsend_route).
//   - rt.Ctx.RunInner: the same, but the block may wait, and the function with it
//     (branch_route inside of t_relay()). It saves the running script's registers,
//     which costs more than RunInline does.
//   - rt.Ctx.Enter: no block runs inside; the running script goes on in another
//     route block, as route() does (route_if_exists()). Nothing is saved.
//
// core knows no module: modules import core, are handed to New as descriptors,
// and reach the message through Of.
package core
