package framing

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
)

// queuesEmpty tells whether the sockets with a local port have nothing in their receive
// queues, which is when their server has read all that was sent.
func queuesEmpty(at netip.AddrPort) (bool, error) {
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		return false, err
	}
	return !waits(table, fmt.Appendf(nil, ":%04X", at.Port())), nil
}

// waits reports whether a socket with that local port has something to be read. A line of
// the table is "sl local_address rem_address st tx_queue:rx_queue …".
func waits(table, port []byte) bool {
	for line := range bytes.Lines(table) {
		if !bytes.Contains(line, port) {
			continue
		}
		f := bytes.Fields(line)
		if len(f) < 5 || !bytes.HasSuffix(f[1], port) {
			continue
		}
		if _, queue, ok := bytes.Cut(f[4], []byte(":")); ok && string(queue) != "00000000" {
			return true
		}
	}
	return false
}
