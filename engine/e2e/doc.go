// Package e2e holds the tests that run whole servers over real sockets on the
// loopback: what sipedge promises, seen from a peer. It has no code of its own.
package e2e
