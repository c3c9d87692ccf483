package servers

import "net"

// FreePorts returns n different ports that nobody uses on 127.0.0.1, for UDP or for TCP. All are held until the last is found,
// so that none comes twice; after the return they are free for whoever binds them first.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	loopback := net.IPv4(127, 0, 0, 1)
	for tries := 0; len(ports) < n; tries++ {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback})
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		port := conn.LocalAddr().(*net.UDPAddr).Port
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: loopback, Port: port})
		if err != nil {
			if tries > n+takenPorts {
				return nil, err
			}
			continue
		}
		defer l.Close()
		ports = append(ports, port)
	}
	return ports, nil
}

// takenPorts is how many UDP ports may be passed over since their TCP port is taken.
const takenPorts = 1000
