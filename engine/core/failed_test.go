package core

import (
	"syscall"
	"testing"

	"sipedge/reactor"
)

// TestOnlyAPeersOwnFailureIsHeldAgainstIt: what runs out here says nothing about whom a
// connection was for (use_dst_blacklist).
func TestOnlyAPeersOwnFailureIsHeldAgainstIt(t *testing.T) {
	for _, err := range []error{syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH, reactor.ErrConnectTimeout} {
		if !peersFault(err) {
			t.Errorf("%v is not held against the peer", err)
		}
	}
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.EAGAIN, syscall.EPERM} {
		if peersFault(err) {
			t.Errorf("%v is held against the peer", err)
		}
	}
}
