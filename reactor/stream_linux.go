package reactor

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// streamVec is what one system call writes.
type streamVec [iovecs]unix.Iovec

func readFD(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

func writeFD(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

// writev writes pieces of the batch.
func (o *outBatch) writev(fd int, v []piece) (int, error) {
	if len(v) == 1 {
		return writeFD(fd, o.buf[v[0].off:v[0].end])
	}
	for i, p := range v {
		o.iov[i].Base = &o.buf[p.off]
		o.iov[i].SetLen(p.end - p.off)
	}
	h := unix.Msghdr{Iov: &o.iov[0]}
	h.SetIovlen(len(v))
	n, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

func streamSocket(family int) (int, error) {
	return unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

// acceptFD accepts one connection.
func acceptFD(fd int) (int, Addr, error) {
	var name rawName
	size := uint32(len(name))
	n, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&size)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if e != 0 {
		return -1, Addr{}, e
	}
	return int(n), name.addr(), nil
}

func bindToDevice(fd int, device string) error { return unix.BindToDevice(fd, device) }

// bindLater leaves the choice of a port to connect, so that one port serves for
// several destinations.
func bindLater(fd int) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}

// limitUnsent bounds what the system keeps of a connection without having sent it, bytes;
// 0 leaves its own bound.
func limitUnsent(fd, n int) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, n)
}

// streamOptions sets a socket's options. Accepted connections have those of their
// listening socket.
func streamOptions(fd, family int, kind Transport, tos uint8, s *Streams, listening bool) error {
	if tos != 0 {
		level, opt := unix.IPPROTO_IP, unix.IP_TOS
		if family == unix.AF_INET6 {
			level, opt = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		if err := unix.SetsockoptInt(fd, level, opt, int(tos)); err != nil {
			return err
		}
	}
	set := func(level, opt, v int) {
		if v > 0 { // the system bounds what it grants
			_ = unix.SetsockoptInt(fd, level, opt, v)
		}
	}
	const tcp = unix.IPPROTO_TCP
	if !s.Nagle {
		set(tcp, unix.TCP_NODELAY, 1)
	}
	if s.KeepAlive {
		set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		set(tcp, unix.TCP_KEEPIDLE, s.KeepIdle)
		set(tcp, unix.TCP_KEEPINTVL, s.KeepIntvl)
		set(tcp, unix.TCP_KEEPCNT, s.KeepCnt)
	}
	set(tcp, unix.TCP_USER_TIMEOUT, int(s.userTimeout(kind)/time.Millisecond))
	set(tcp, unix.TCP_SYNCNT, s.SynCnt)
	set(tcp, unix.TCP_LINGER2, s.Linger2)
	set(unix.SOL_SOCKET, unix.SO_RCVBUF, s.RecvBuffer)
	set(unix.SOL_SOCKET, unix.SO_SNDBUF, s.SendBuffer)
	if listening {
		limitUnsent(fd, unsentBytes) // until one is proven
		set(tcp, unix.TCP_DEFER_ACCEPT, s.DeferAccept)
	}
	return nil
}

// userTimeout is SendTimeout for what is in the system's buffer, where a peer that
// never reads, or is gone, would keep it for hours; a tenth less, since the system
// looks only when it probes. Lost keep-alive probes end a connection
// after this time too, so that it is not shorter than the probes that were asked for.
func (s *Streams) userTimeout(kind Transport) time.Duration {
	d := s.SendTimeout
	if kind == TLS {
		d = s.TLSSendTimeout
	}
	d = d / 10 * 9
	if s.KeepAlive && (s.KeepIdle > 0 || s.KeepIntvl > 0 || s.KeepCnt > 0) {
		or := func(n, system int) int {
			if n > 0 {
				return n
			}
			return system
		}
		probes := or(s.KeepIdle, 7200) + or(s.KeepIntvl, 75)*or(s.KeepCnt, 9) // tcp(7)
		d = max(d, time.Duration(probes)*time.Second)
	}
	return min(d, maxUserTimeout)
}

// acceptedOptions sets what is not inherited. The first acknowledgement goes with
// the first data when DelayedAck is set.
func acceptedOptions(fd int, s *Streams) {
	if s.DelayedAck {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0)
	}
}
