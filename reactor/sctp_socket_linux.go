package reactor

import (
	"net/netip"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// assocSocket is the socket of one SCTP listen address, with everything that its
// loop knows about its associations.
type assocSocket struct {
	id     SocketID
	loop   int
	fd     int
	addr   Addr
	sys    *sctpCalls
	system SCTPConfig // the system's own values of what can be set
	ttl    int        // milliseconds

	in     assocHeader
	out    assocHeader
	sent   sentRing
	table  assocTable
	up     int            // associations that are there
	pieces map[int32]bool // associations in the middle of a message that is too long

	queue      []assocQueued // what the kernel did not take, in order
	queueBytes int
	waiting    bool // for room, which the poller reports
	halted     bool
	swept      int64     // when sweepAssocs has last looked, ns
	ask        [256]byte // what the kernel is asked
	// maxWaiting is how many messages may wait in one association.
	maxWaiting int32
}

// assocQueued is a message that waits for room in the kernel's buffer.
type assocQueued struct {
	over  ConnID
	to    Addr
	tag   uint64
	tries int
	data  []byte
}

// sctpCalls are the system calls of SCTP sockets.
type sctpCalls struct {
	send func(fd int, h *unix.Msghdr) (int, error)
	recv func(fd int, h *unix.Msghdr) (int, error)
	set  func(fd, level, opt int, value []byte) error
	get  func(fd, opt int, value []byte) (int, error) // of level SCTP
}

var linuxSCTP = sctpCalls{
	send: func(fd int, h *unix.Msghdr) (int, error) {
		n, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(h)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		if e != 0 {
			return 0, e
		}
		return int(n), nil
	},
	recv: func(fd int, h *unix.Msghdr) (int, error) {
		n, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(h)), unix.MSG_DONTWAIT)
		if e != 0 {
			return 0, e
		}
		return int(n), nil
	},
	set: func(fd, level, opt int, value []byte) error {
		return unix.SetsockoptString(fd, level, opt, string(value))
	},
	get: func(fd, opt int, value []byte) (int, error) {
		n := uint32(len(value))
		_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), solSCTP, uintptr(opt), uintptr(unsafe.Pointer(unsafe.SliceData(value))), uintptr(unsafe.Pointer(&n)), 0)
		if e != 0 {
			return 0, e
		}
		return int(n), nil
	},
}

// sndRcvInfo is struct sctp_sndrcvinfo (RFC 6458 section 5.3.2), as bytes.
type sndRcvInfo [32]byte

// assocHeader is what one system call needs. Its parts point into each other, so it
// is never copied.
type assocHeader struct {
	hdr  unix.Msghdr
	iov  unix.Iovec
	name rawName
	ctl  struct {
		h unix.Cmsghdr
		b sndRcvInfo
	}
}

// HasSCTP reports whether the system has SCTP.
func HasSCTP() bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// openAssocSocket binds an address and listens. ErrNoSCTP: the system has none.
func openAssocSocket(l Listen, c *SCTPConfig) (s *assocSocket, bound netip.AddrPort, err error) {
	addr := netip.AddrPortFrom(l.Addr.Addr().Unmap(), l.Addr.Port())
	family := unix.AF_INET
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
	switch err {
	case nil:
	case unix.EPROTONOSUPPORT, unix.ESOCKTNOSUPPORT, unix.EAFNOSUPPORT:
		return nil, addr, ErrNoSCTP
	default:
		return nil, addr, err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	// Associations of an earlier socket that are still being shut down do not keep the
	// port taken; one that listens does.
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return nil, addr, err
	}
	if family == unix.AF_INET6 {
		if err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return nil, addr, err
		}
	}
	if l.Device != "" {
		if err = unix.BindToDevice(fd, l.Device); err != nil {
			return nil, addr, err
		}
	}
	if l.TOS != 0 {
		level, opt := unix.IPPROTO_IP, unix.IP_TOS
		if family == unix.AF_INET6 {
			level, opt = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		if err = unix.SetsockoptInt(fd, level, opt, int(l.TOS)); err != nil {
			return nil, addr, err
		}
	}
	s = newAssocSocket(fd, &linuxSCTP)
	if err = apply(openOptions, c, s.set); err != nil {
		return nil, addr, err
	}
	s.system = defaults(s.get)
	if err = apply(sctpOptions, c, s.set); err != nil {
		return nil, addr, err
	}
	s.bounds(c)
	if n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil {
		s.maxWaiting = max(minWaiting, int32(n/(waitingShare*waitingCost)))
	}
	if err = unix.Bind(fd, sockaddr(addr)); err != nil {
		return nil, addr, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, addr, err
	}
	bound = netip.AddrPortFrom(addr.Addr(), addrOf(sa).Port)
	if len(l.More) > 0 {
		if err = s.set(solSCTP, sctpBindxAdd, packedAddrs(l.More, bound.Port())); err != nil {
			return nil, addr, err
		}
	}
	if err = unix.Listen(fd, listenBacklog); err != nil {
		return nil, addr, err
	}
	return s, bound, nil
}

// packedAddrs is sockaddr structures one after another, each as long as it is.
func packedAddrs(more []netip.Addr, port uint16) (b []byte) {
	for _, ip := range more {
		var n rawName
		a := FromAddrPort(netip.AddrPortFrom(ip, port))
		b = append(b, n[:n.set(&a)]...)
	}
	return b
}

func newAssocSocket(fd int, sys *sctpCalls) *assocSocket {
	s := &assocSocket{fd: fd, sys: sys, pieces: map[int32]bool{}, maxWaiting: minWaiting}
	for _, h := range []*assocHeader{&s.in, &s.out} {
		h.hdr.Iov = &h.iov
		h.hdr.SetIovlen(1)
		h.hdr.Name = &h.name[0]
	}
	s.sent.init()
	return s
}

// name gives the socket its place.
func (s *assocSocket) name(id SocketID, loop int, addr Addr) { s.id, s.loop, s.addr = id, loop, addr }

func (s *assocSocket) set(level, opt int, value []byte) error {
	return s.sys.set(s.fd, level, opt, value)
}

func (s *assocSocket) get(opt int, value []byte) (int, error) { return s.sys.get(s.fd, opt, value) }

// configure applies changed parameters.
func (s *assocSocket) configure(c *SCTPConfig) error {
	s.bounds(c)
	all := c.or(&s.system)
	return apply(sctpOptions, &all, s.set)
}

// bounds are the parameters that are no socket options.
func (s *assocSocket) bounds(c *SCTPConfig) {
	s.ttl = c.SendTTL
	s.sent.keep(c.SendRetries > 0)
	s.table.track(c.Tracking)
}

// send gives one message to the kernel: by number of an association, or, where that
// is 0, by address.
func (s *assocSocket) send(assoc int32, to *Addr, flags uint16, context uint32, data []byte) error {
	h := &s.out
	h.hdr.Namelen = 0
	h.hdr.Name = nil
	if assoc == 0 {
		h.hdr.Name = &h.name[0]
		h.hdr.Namelen = h.name.set(to)
	}
	h.iov.Base = unsafe.SliceData(data)
	h.iov.SetLen(len(data))
	h.hdr.Iov = &h.iov
	h.hdr.SetIovlen(1)
	if len(data) == 0 { // flags alone
		h.hdr.Iov = nil
		h.hdr.SetIovlen(0)
	}
	h.ctl.h.Level, h.ctl.h.Type = solSCTP, cmsgSndRcv
	h.ctl.h.SetLen(unix.CmsgLen(len(h.ctl.b)))
	h.ctl.b = sndRcvInfo{}
	ne.PutUint16(h.ctl.b[4:], flags)
	ne.PutUint32(h.ctl.b[12:], context)
	ne.PutUint32(h.ctl.b[16:], uint32(s.ttl))
	ne.PutUint32(h.ctl.b[28:], uint32(assoc))
	h.hdr.Control = (*byte)(unsafe.Pointer(&h.ctl))
	h.hdr.SetControllen(unix.CmsgSpace(len(h.ctl.b)))
	_, err := s.sys.send(s.fd, &h.hdr)
	h.iov.Base = nil
	runtime.KeepAlive(data)
	return err
}

const (
	cmsgSndRcv  = 1
	cmsgRcvInfo = 3

	// sctpUnordered: messages of different calls do not wait for each other
	// (RFC 4168 section 5.1).
	sctpUnordered = 1
	sctpAbort     = 4
	sctpEOF       = 0x200

	msgNotification = 0x8000
)

// end closes an association.
func (s *assocSocket) end(assoc int32, how CloseMode) error {
	flags := uint16(sctpEOF)
	if how == CloseNow {
		flags = sctpAbort
	}
	if s.send(assoc, nil, flags, 0, nil) != nil {
		return ErrNoConn
	}
	return nil
}
