//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// withoutSCTP are the checks before the kernel has SCTP.
func withoutSCTP() []check {
	return []check{
		{"enable_sctp=2 without SCTP in the kernel starts and says so once", func() (string, error) {
			s, err := start("enable_sctp=2\nroute { sl_send_reply(\"200\", \"OK\"); }\n")
			if err != nil {
				return "", err
			}
			u, err := listenUDP(0)
			if err != nil {
				return "", err
			}
			if err := u.send(request("OPTIONS", "sip:127.0.0.1", fmt.Sprintf("UDP 127.0.0.1:%d", u.port))); err != nil {
				return "", err
			}
			if text, err := u.recv(soon); err != nil || !strings.HasPrefix(text, "SIP/2.0 200") {
				return "", fmt.Errorf("UDP is not served: %q, %v", text, err)
			}
			if err := s.reload("enable_sctp=2\nroute { sl_send_reply(\"200\", \"OK\"); }\n"); err != nil {
				return "", err
			}
			if n := strings.Count(s.logged(), "not listening on [sctp: 127.0.0.1:5060]"); n != 1 {
				return "", fmt.Errorf("said %d times: %s", n, s.logged())
			}
			return "UDP is served", nil
		}},
	}
}

// option is where a parameter stands in a socket option's value.
type option struct {
	row        string // of the cookbook's index
	param      string
	value      int
	again      int // another value, for a reload; 0 for one that only a start sets
	level, opt int
	size, at   int
	bits       int
	factor     int // of what the system reports
}

var options = []option{
	{"SC012", "sctp_srto_initial", 2500, 2600, unix.IPPROTO_SCTP, 0, 16, 4, 32, 1},
	{"SC013", "sctp_srto_max", 50000, 51000, unix.IPPROTO_SCTP, 0, 16, 8, 32, 1},
	{"SC014", "sctp_srto_min", 600, 700, unix.IPPROTO_SCTP, 0, 16, 12, 32, 1},
	{"SC015", "sctp_asocmaxrxt", 7, 8, unix.IPPROTO_SCTP, 1, 20, 4, 16, 1},
	{"SC016", "sctp_init_max_attempts", 5, 6, unix.IPPROTO_SCTP, 2, 8, 4, 16, 1},
	{"SC017", "sctp_init_max_timeo", 20000, 21000, unix.IPPROTO_SCTP, 2, 8, 6, 16, 1},
	{"SC018", "sctp_hbinterval", 11000, 12000, unix.IPPROTO_SCTP, 9, 156, 132, 32, 1},
	{"SC019", "sctp_pathmaxrxt", 3, 4, unix.IPPROTO_SCTP, 9, 156, 136, 16, 1},
	{"SC020", "sctp_sack_delay", 150, 160, unix.IPPROTO_SCTP, 16, 12, 4, 32, 1},
	{"SC021", "sctp_sack_freq", 3, 4, unix.IPPROTO_SCTP, 16, 12, 8, 32, 1},
	{"SC022", "sctp_max_burst", 6, 7, unix.IPPROTO_SCTP, 20, 8, 4, 32, 1},
	{"SC006", "sctp_autoclose", 77, 78, unix.IPPROTO_SCTP, 4, 4, 0, 32, 1},
	{"SC004", "sctp_socket_rcvbuf", 50000, 0, unix.SOL_SOCKET, unix.SO_RCVBUF, 4, 0, 32, 2},
	{"SC005", "sctp_socket_sndbuf", 60000, 0, unix.SOL_SOCKET, unix.SO_SNDBUF, 4, 0, 32, 2},
}

// read is the parameter's value on a socket.
func (o *option) read(fd int) (int, error) {
	b := make([]byte, o.size)
	n := uint32(o.size)
	if _, _, e := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(o.level), uintptr(o.opt), uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&n)), 0); e != 0 {
		return 0, e
	}
	if o.bits == 16 {
		return int(binary.NativeEndian.Uint16(b[o.at:])), nil
	}
	return int(binary.NativeEndian.Uint32(b[o.at:])), nil
}

// system is what a new socket has.
func (o *option) system() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_SEQPACKET, unix.IPPROTO_SCTP)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	return o.read(fd)
}

const idle = "route { exit; }\n"

// optionChecks are those of all options together.
func optionChecks() []check {
	var first, second string
	for _, o := range options {
		first += fmt.Sprintf("%s=%d\n", o.param, o.value)
		if o.again != 0 {
			second += fmt.Sprintf("%s=%d\n", o.param, o.again)
		} else {
			second += fmt.Sprintf("%s=%d\n", o.param, o.value)
		}
	}
	return []check{{"a reload changes the options", func() (string, error) {
		s, err := start(first + idle)
		if err != nil {
			return "", err
		}
		if err := s.reload(second + idle); err != nil {
			return "", err
		}
		fd, err := s.sctpSocket()
		if err != nil {
			return "", err
		}
		defer unix.Close(fd)
		n := 0
		for _, o := range options {
			got, err := o.read(fd)
			if err != nil {
				return "", err
			}
			if o.again != 0 && got != o.again {
				return "", fmt.Errorf("%s is %d, not %d", o.param, got, o.again)
			}
			n++
		}
		keep := "sctp_socket_rcvbuf=50000\nsctp_socket_sndbuf=60000\nsctp_hbinterval=-1\n" + idle
		if err := s.reload(keep); err != nil {
			return "", err
		}
		hb := option{"", "", 0, 0, unix.IPPROTO_SCTP, 9, 156, 146, 32, 1}
		flags, err := hb.read(fd)
		if err != nil || flags&3 != 2 {
			return "", fmt.Errorf("sctp_hbinterval=-1: flags %#x, %v", flags, err)
		}
		if err := s.reload(strings.Replace(keep, "sctp_hbinterval=-1\n", "", 1)); err != nil {
			return "", err
		}
		for _, o := range options {
			if o.again == 0 || o.param == "sctp_autoclose" {
				continue
			}
			got, err := o.read(fd)
			if err != nil {
				return "", err
			}
			if system, err := o.system(); err != nil || got != system {
				return "", fmt.Errorf("without the parameter, %s is %d and the system's is %d, %v", o.param, got, system, err)
			}
		}
		return fmt.Sprintf("%d options, and back to the system's values", n), nil
	}}}
}
