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
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		if len(fields) < 3 {
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
		dropped, err := strconv.ParseUint(fields[len(fields)-1], 10, 64)
		if err != nil {
			return fmt.Errorf("drop count %q is not a number", fields[len(fields)-1])
		}
		drops[int(number)] += dropped
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
		if err := parseTCP(string(text), ports); err != nil {
			return nil, err
		}
		read++
	}
	if read == 0 {
		return nil, errors.New("no table of TCP sockets under " + root)
	}
	return ports, nil
}

// parseTCP adds the listening ports of /proc/net/tcp: the local address is the second column, the state the fourth.
func parseTCP(text string, ports map[int]bool) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines[1:] {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[3] != listenState {
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
		ports[int(number)] = true
	}
	return nil
}
