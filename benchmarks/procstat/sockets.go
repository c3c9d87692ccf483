package procstat

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// UDPDrops returns, for every local UDP port in use (IPv4 and IPv6), how many datagrams the kernel dropped since the socket
// was opened because its receive buffer was full. Ports shared by several sockets have their counts added.
func UDPDrops() (map[int]uint64, error) {
	drops := make(map[int]uint64)
	read := 0
	for _, name := range []string{"udp", "udp6"} {
		text, err := os.ReadFile(filepath.Join(root, "net", name))
		if err != nil {
			continue // a kernel without IPv6 has no udp6
		}
		if err := parseUDP(string(text), drops); err != nil {
			return nil, err
		}
		read++
	}
	if read == 0 {
		return nil, errors.New("no table of UDP sockets under " + root)
	}
	return drops, nil
}

// parseUDP adds the rows of /proc/net/udp to drops: the local port is hexadecimal behind the colon of the second column, the
// dropped datagrams are the last column.
func parseUDP(text string, drops map[int]uint64) error {
	return sockets(text, 3, func(port int, fields []string) error {
		dropped, err := strconv.ParseUint(fields[len(fields)-1], 10, 64)
		if err != nil {
			return fmt.Errorf("drop count %q is not a number", fields[len(fields)-1])
		}
		drops[port] += dropped
		return nil
	})
}

// sockets goes through the rows of a table of /proc/net, with the local port and the columns of each; rows of fewer columns are
// passed over.
func sockets(text string, columns int, row func(port int, fields []string) error) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		if len(fields) < columns {
			continue
		}
		_, port, ok := strings.Cut(fields[1], ":")
		if !ok {
			return fmt.Errorf("socket row without a local port: %q", line)
		}
		number, err := strconv.ParseUint(port, 16, 16)
		if err != nil {
			return fmt.Errorf("local port %q is not a hexadecimal number", port)
		}
		if err := row(int(number), fields); err != nil {
			return err
		}
	}
	return nil
}

// listenState is how /proc/net/tcp spells the state of a listening socket.
const listenState = "0A"

// Listening returns the local TCP ports that a socket listens on, over IPv4 or IPv6.
func Listening() (map[int]bool, error) {
	ports := make(map[int]bool)
	read := 0
	for _, name := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(root, "net", name))
		if err != nil {
			continue
		}
		err = parseTCP(string(text), func(port int, state string, _ uint64) {
			if state == listenState {
				ports[port] = true
			}
		})
		if err != nil {
			return nil, err
		}
		read++
	}
	if read == 0 {
		return nil, errors.New("no table of TCP sockets under " + root)
	}
	return ports, nil
}

// SendQueues returns how many bytes the kernel keeps for the connections of a local TCP port over IPv4 that their peers have not
// acknowledged: the most of one of them, and of all.
func SendQueues(port int) (most, all uint64, err error) {
	text, err := os.ReadFile(filepath.Join(root, "net", "tcp"))
	if err != nil {
		return 0, 0, err
	}
	err = parseTCP(string(text), func(local int, state string, queued uint64) {
		if local == port && state != listenState {
			most = max(most, queued)
			all += queued
		}
	})
	return most, all, err
}

// parseTCP goes through the rows of /proc/net/tcp: the local address is the second column, the state the fourth, the queues the fifth.
func parseTCP(text string, row func(port int, state string, sendQueue uint64)) error {
	return sockets(text, 5, func(port int, fields []string) error {
		send, _, _ := strings.Cut(fields[4], ":")
		queued, err := strconv.ParseUint(send, 16, 64)
		if err != nil {
			return fmt.Errorf("send queue %q is not a hexadecimal number", fields[4])
		}
		row(port, fields[3], queued)
		return nil
	})
}
