package servers

import "net"

// FreePorts returns n different UDP ports that nobody uses on 127.0.0.1. All are held until the last is found, so that none
// comes twice; after the return they are free for whoever binds them first.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range n {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		ports = append(ports, conn.LocalAddr().(*net.UDPAddr).Port)
	}
	return ports, nil
}
