// Package core is the SIP server: it takes the batches that the reactor
// delivers, parses each message, finds the loop that its call lives on, runs
// the routing script on it and sends what comes out.
//
// Start with receive.go: a message's whole life is in it, top to bottom. Then
// proc.go (what is known about the message that is processed, and what modules
// may do with it), forward.go and reply.go (what leaves), suspend.go (scripts
// that wait), home.go (which loop a call lives on), snapshot.go and load.go
// (configuration, and its exchange under traffic). hook.go, block.go, copy.go and
// saved.go are for modules that keep state of their own on a loop: tm.
//
// core knows no module: modules import core, are handed to New as descriptors,
// and reach the message through Of.
package core
