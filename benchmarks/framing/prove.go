package framing

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
)

// Prove runs Check with the built program, in a process of its own.
func Prove(ctx context.Context, program string) (Report, error) {
	dir, err := os.MkdirTemp("", "framing")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	port, err := freePort()
	if err != nil {
		return Report{}, err
	}
	at := fmt.Sprintf("127.0.0.1:%d", port)
	s, err := servers.Start(ctx, servers.Sipedge(program).With("-l", "udp:"+at, "-l", "tcp:"+at), dir, port, configs.Script(Script))
	if err != nil {
		return Report{}, err
	}
	defer s.Stop()
	r, err := Check(ctx, netip.MustParseAddrPort(at))
	if err == nil && !s.Alive() {
		err = fmt.Errorf("the server has ended")
	}
	return r, err
}

// freePort is a port that nobody uses for datagrams or connections.
func freePort() (int, error) {
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		l.Close()
		if err == nil {
			u.Close()
			return port, nil
		}
	}
	return 0, fmt.Errorf("no port is free for both datagrams and connections")
}
