//go:build darwin || freebsd

package reactor

import "golang.org/x/sys/unix"

type streamVec struct{}

func readFD(fd int, b []byte) (int, error) { return unix.Read(fd, b) }

func writeFD(fd int, b []byte) (int, error) { return unix.Write(fd, b) }

// writev writes pieces of the batch, one after the other.
func (o *outBatch) writev(fd int, v []piece) (n int, err error) {
	for _, p := range v {
		k, err := unix.Write(fd, o.buf[p.off:p.end])
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return -1, err
		}
		n += k
		if k < p.end-p.off {
			break
		}
	}
	return n, nil
}

func streamSocket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, prepareFD(fd)
}

// prepareFD makes a descriptor of ours; Go programs ignore SIGPIPE of sockets.
func prepareFD(fd int) error {
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return err
	}
	return nil
}

func acceptFD(fd int) (int, Addr, error) {
	n, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, Addr{}, err
	}
	return n, addrOf(sa), prepareFD(n)
}

func bindToDevice(int, string) error { return unix.ENOTSUP }

func bindLater(int) {}

// streamOptions sets the options that these systems have in common.
func streamOptions(fd, family int, _ Transport, tos uint8, s *Streams, _ bool) error {
	if tos != 0 {
		level, opt := unix.IPPROTO_IP, unix.IP_TOS
		if family == unix.AF_INET6 {
			level, opt = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		if err := unix.SetsockoptInt(fd, level, opt, int(tos)); err != nil {
			return err
		}
	}
	if !s.Nagle {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if s.KeepAlive {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	}
	if s.RecvBuffer > 0 {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, s.RecvBuffer)
	}
	if s.SendBuffer > 0 {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, s.SendBuffer)
	}
	return nil
}

// limitUnsent is Linux's.
func limitUnsent(int, int) {}

func acceptedOptions(int, *Streams) {}
