//go:build !linux

package framing

import (
	"net/netip"
	"time"
)

// queuesEmpty gives the server time to read what was sent to it.
func queuesEmpty(netip.AddrPort) (bool, error) {
	time.Sleep(5 * time.Millisecond)
	return true, nil
}
