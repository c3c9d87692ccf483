//go:build unix

package reactor

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// udpSocket is one listen address on one loop.
type udpSocket struct {
	id       SocketID
	fd       int
	addr     Addr // as bound, with the real port
	wildcard bool
	closing  bool
	more     bool   // is in loop.ready or being read from it
	dropped  uint32 // the kernel's count of datagrams that found no room

	queue   sendQueue
	waiting bool // for room in the kernel's buffer, which the poller reports
	paused  bool // is in loop.paused
}

// openUDP binds one socket. Several loops share an address as a group: the
// first socket is bound without SO_REUSEPORT, so that an address which anybody
// holds already, another sipedge of the same user included, is refused; it
// joins the group it founds afterwards.
func openUDP(l Listen, addr netip.AddrPort, first, group bool, c *Config) (fd int, bound netip.AddrPort, err error) {
	family := unix.AF_INET
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	if fd, err = unix.Socket(family, unix.SOCK_DGRAM, 0); err != nil {
		return -1, addr, err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	unix.CloseOnExec(fd)
	if err = unix.SetNonblock(fd, true); err != nil {
		return -1, addr, err
	}
	if family == unix.AF_INET6 {
		if err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return -1, addr, err
		}
	}
	if err = udpOptions(fd, family, l, addr.Addr().IsUnspecified(), c); err != nil {
		return -1, addr, err
	}
	if !first {
		if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return -1, addr, err
		}
	}
	if err = unix.Bind(fd, sockaddr(addr)); err != nil {
		return -1, addr, err
	}
	if first && group {
		if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return -1, addr, err
		}
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return -1, addr, err
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		bound = netip.AddrPortFrom(addr.Addr(), uint16(sa.Port))
	case *unix.SockaddrInet6:
		bound = netip.AddrPortFrom(addr.Addr(), uint16(sa.Port))
	}
	return fd, bound, nil
}

// openGroup binds a listen address for n loops. Nothing stays open after an error.
func openGroup(l Listen, n int, c *Config) (fds []int, bound netip.AddrPort, err error) {
	bound = netip.AddrPortFrom(l.Addr.Addr().Unmap(), l.Addr.Port())
	for i := range n {
		fd, b, err := openUDP(l, bound, i == 0, n > 1, c)
		if err != nil {
			closeAll(fds)
			return nil, b, listenErr(l, bound, err)
		}
		fds, bound = append(fds, fd), b
	}
	return fds, bound, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if ip := a.Addr().Unmap(); ip.Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: ip.As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: zoneIndex(a.Addr().Zone())}
}

func isAddrInUse(err error) bool { return err == unix.EADDRINUSE }

// sendQueue holds what the kernel would not take, in order. It is bounded in
// datagrams and bytes.
type sendQueue struct {
	ents  []queued
	bytes int
}

type queued struct {
	from, to Addr
	refused  int // times that the kernel had no memory for it
	data     []byte
}

// push copies a datagram into the queue; false when it is at its bound.
func (q *sendQueue) push(from, to Addr, b []byte, c *Config) bool {
	if len(q.ents) >= c.SendQueue || q.bytes+len(b) > c.SendQueueBytes {
		return false
	}
	q.ents = append(q.ents, queued{from: from, to: to, data: append([]byte(nil), b...)})
	q.bytes += len(b)
	return true
}

// drop takes the first n datagrams out.
func (q *sendQueue) drop(n int) {
	if n == 0 {
		return
	}
	for i := range n {
		q.bytes -= len(q.ents[i].data)
	}
	q.ents = append(q.ents[:0], q.ents[n:]...)
	clear(q.ents[len(q.ents):cap(q.ents)])
}
