package rows

import (
	"fmt"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// descriptor is the server's socket with these ends; a zero peer is a listening one. The
// server runs in this process.
func (e *edge) descriptor(local, peer netip.AddrPort) int {
	dir, err := os.ReadDir("/proc/self/fd")
	e.must(err)
	for _, d := range dir {
		fd := 0
		fmt.Sscan(d.Name(), &fd)
		sa, err := unix.Getsockname(fd)
		if err != nil || addrPort(sa) != local {
			continue
		}
		kind, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
		if kind != unix.SOCK_STREAM {
			continue
		}
		if sa, err = unix.Getpeername(fd); err != nil && !peer.IsValid() || err == nil && addrPort(sa) == peer {
			return fd
		}
	}
	e.fatal("the server has no socket from %s to %s", local, peer)
	return -1
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// option reads a socket option of the server's end of a connection.
func (e *edge) option(f *far, level, opt int) int {
	peer := netip.MustParseAddrPort(f.conn.RemoteAddr().String())
	v, err := unix.GetsockoptInt(e.descriptor(peer, f.addr()), level, opt)
	e.must(err)
	return v
}

// option cases set a parameter, and read the option back from a connection that was
// accepted and from one that was opened.
func optionCase(row, set, shows string, level, opt, want int) streamCase {
	return streamCase{row: row, set: set, shows: shows, run: func(e *edge, set string) {
		l := e.host("127.0.0.1:0")
		e.start(set + fmt.Sprintf("\nloadmodule \"sl\"\nroute { if (method==\"OPTIONS\") sl_send_reply(\"200\", \"OK\"); else forward_tcp(\"127.0.0.1\", %d); }", portOf(l)))
		in := e.dial(e.tcp)
		in.served("the connection")
		if got := e.option(in, level, opt); got != want {
			e.fail("of an accepted connection it is %d, want %d", got, want)
		}
		in.send(e.request("INVITE", "sip:b@example.net", in))
		out := e.accept(l)
		out.expect("INVITE …")
		if got := e.option(out, level, opt); got != want {
			e.fail("of an opened connection it is %d, want %d", got, want)
		}
	}}
}

// watched tells how the server waits for a connection's events: by the mask with which an
// epoll descriptor of this process watches it, or not by one.
func (e *edge) watched(fd int) (mask uint64, byEpoll bool) {
	dir, err := os.ReadDir("/proc/self/fdinfo")
	e.must(err)
	for _, d := range dir {
		text, _ := os.ReadFile("/proc/self/fdinfo/" + d.Name())
		for line := range strings.Lines(string(text)) {
			var tfd int
			var events uint64
			if n, _ := fmt.Sscanf(line, "tfd: %d events: %x", &tfd, &events); n == 2 && tfd == fd {
				return events, true
			}
		}
	}
	return 0, false
}

// waitsIn reports whether a thread of this process waits in one of these system calls;
// known is false where the system does not tell.
func waitsIn(calls ...int) (found, known bool) {
	dir, _ := os.ReadDir("/proc/self/task")
	for _, d := range dir {
		text, err := os.ReadFile("/proc/self/task/" + d.Name() + "/syscall")
		if err != nil {
			continue
		}
		n := -1
		fmt.Sscan(string(text), &n)
		known = known || n >= 0
		for _, c := range calls {
			found = found || n == c
		}
	}
	return found, known
}

// backlog is an address that listens, with room for hardly a connection.
func (e *edge) backlog() netip.AddrPort {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	e.must(err)
	e.t.Cleanup(func() { unix.Close(fd) })
	e.must(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	e.must(unix.Listen(fd, 0))
	sa, err := unix.Getsockname(fd)
	e.must(err)
	return addrPort(sa)
}

const tcp = unix.IPPROTO_TCP

func init() {
	addStreamCases(
		streamCase{row: "TC009", set: "tcp_defer_accept=5", shows: "tcp_defer_accept: the system holds a connection back until data comes.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				v, err := unix.GetsockoptInt(e.descriptor(e.tcp, netip.AddrPort{}), tcp, unix.TCP_DEFER_ACCEPT)
				e.must(err)
				if v < 5 || v > 15 { // the system rounds
					e.fail("TCP_DEFER_ACCEPT of the listening socket is %d", v)
				}
				silent := e.dial(e.tcp)
				e.dial(e.tcp).served("another connection")
				if n := e.Stats().Total["connsOpened"]; n != 1 {
					e.fail("%d connections are open before anything has come on one", n)
				}
				silent.served("the first connection")
			}},
		streamCase{row: "TC010", set: "tcp_delayed_ack=no", shows: "tcp_delayed_ack: with no, TCP_QUICKACK stays on.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				p := e.dial(e.tcp)
				if !e.until(patience, func() bool { return e.Stats().Total["connsOpened"] == 1 }) {
					e.fatal("the connection was not accepted")
				}
				if got := e.option(p, tcp, unix.TCP_QUICKACK); got != 1 {
					e.fail("TCP_QUICKACK is %d", got)
				}
			}},
		optionCase("TC012", "tcp_keepalive=no", "tcp_keepalive: SO_KEEPALIVE of connections.", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0),
		optionCase("TC013", "tcp_keepcnt=4", "tcp_keepcnt: TCP_KEEPCNT of connections.", tcp, unix.TCP_KEEPCNT, 4),
		optionCase("TC014", "tcp_keepidle=77", "tcp_keepidle: TCP_KEEPIDLE of connections.", tcp, unix.TCP_KEEPIDLE, 77),
		optionCase("TC015", "tcp_keepintvl=23", "tcp_keepintvl: TCP_KEEPINTVL of connections.", tcp, unix.TCP_KEEPINTVL, 23),
		optionCase("TC016", "tcp_linger2=11", "tcp_linger2: TCP_LINGER2 of connections.", tcp, unix.TCP_LINGER2, 11),
		optionCase("TC024", "tcp_syncnt=3", "tcp_syncnt: TCP_SYNCNT of connections.", tcp, unix.TCP_SYNCNT, 3),
		pollCase("epoll_lt", "tcp_poll_method=poll", true, 0),
		pollCase("epoll_et", "", true, unix.EPOLLET),
		pollCase("sigio_rt", "", true, unix.EPOLLET),
		pollCase("poll", "", false, 0, unix.SYS_POLL, unix.SYS_PPOLL),
		pollCase("select", "", false, 0, unix.SYS_SELECT, unix.SYS_PSELECT6),
		streamCase{row: "TC019", set: "tcp_poll_method=kqueue", instead: "tcp_poll_method=none", shows: "tcp_poll_method: what the system does not have is refused with what it has.",
			run: func(e *edge, set string) {
				e.prepare(set + "\n" + answers)
				err := e.Server.Start()
				if err == nil {
					e.fatal("it is taken")
				}
				e.want("the error", err.Error(), "tcp_poll_method=kqueue is not available on this system, it has poll, epoll_lt, epoll_et, sigio_rt…select")
			}},
	)
}

// pollCase sets a poll method: calls are served with it, and the system sees it used. calls
// are the system calls in which the loops wait, where no epoll descriptor tells.
func pollCase(method, instead string, byEpoll bool, mask uint64, calls ...int) streamCase {
	return streamCase{row: "TC019", set: "tcp_poll_method=" + method, instead: instead, shows: "tcp_poll_method: how the loops wait for events.",
		run: func(e *edge, set string) {
			e.start(set + "\n" + answers)
			p := e.dial(e.tcp)
			p.served("a connection")
			got, by := e.watched(e.descriptor(e.tcp, p.addr()))
			if by != byEpoll || got&unix.EPOLLET != mask {
				e.fail("the connection is watched by an epoll descriptor: %v, with the mask %x", by, got)
			}
			if len(calls) > 0 {
				used := e.until(soon, func() bool { found, known := waitsIn(calls...); return found || !known })
				if !used {
					e.fail("no thread waits in the system calls %v", calls)
				}
			}
			u := e.phone()
			u.send(e.request("OPTIONS", "sip:b@example.net", u))
			u.expect("SIP/2.0 200 OK")
			p.served("the connection again")
		}}
}
