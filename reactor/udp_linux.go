package reactor

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr of recvmmsg(2) and sendmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// controlLen is the room for control messages of one datagram: packet info and
// the count of dropped datagrams.
const controlLen = 96

// rawName is a socket address as the kernel writes it, of either family.
type rawName [28]byte

// udpOptions sets what must be set before the socket is bound.
func udpOptions(fd, family int, l Listen, wildcard bool, c *Config) error {
	set := func(level, opt, v int) error { return unix.SetsockoptInt(fd, level, opt, v) }
	_ = set(unix.SOL_SOCKET, unix.SO_RCVBUF, c.RecvBuffer) // the kernel grants what it permits
	_ = set(unix.SOL_SOCKET, unix.SO_SNDBUF, c.SendBuffer)
	_ = set(unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
	wantErrors(fd, family)
	if l.Device != "" {
		if err := unix.BindToDevice(fd, l.Device); err != nil {
			return err
		}
	}
	if family == unix.AF_INET {
		if wildcard {
			if err := set(unix.IPPROTO_IP, unix.IP_PKTINFO, 1); err != nil {
				return err
			}
		}
		if l.TOS != 0 {
			return set(unix.IPPROTO_IP, unix.IP_TOS, int(l.TOS))
		}
		return nil
	}
	if wildcard {
		if err := set(unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1); err != nil {
			return err
		}
	}
	if l.TOS != 0 {
		return set(unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(l.TOS))
	}
	return nil
}

// receiver reads datagrams in batches into slots of its own. The slots are
// large enough for any datagram; memory that no datagram has reached is never
// touched.
type receiver struct {
	hdrs    []mmsghdr
	iovs    []unix.Iovec
	names   []rawName
	control [][controlLen]byte
	slots   []byte
	batch   []Message
	used    int // headers that the last call may have changed
}

func newReceiver(n int) *receiver {
	r := &receiver{
		hdrs: make([]mmsghdr, n), iovs: make([]unix.Iovec, n), names: make([]rawName, n),
		control: make([][controlLen]byte, n), slots: make([]byte, n*slotStride), batch: make([]Message, n), used: n,
	}
	for i := range n {
		r.iovs[i].Base = &r.slots[i*slotStride]
		r.iovs[i].SetLen(MaxDatagram)
		h := &r.hdrs[i].hdr
		h.Iov = &r.iovs[i]
		h.SetIovlen(1)
		h.Name = &r.names[i][0]
	}
	return r
}

// read takes a batch of datagrams off a socket. more is set when there may be
// others.
func (r *receiver) read(s *udpSocket, now int64, c *counters) (batch []Message, more bool, err error) {
	for i := range r.used {
		h := &r.hdrs[i].hdr
		h.Namelen = uint32(len(rawName{}))
		h.Control = &r.control[i][0]
		h.SetControllen(controlLen)
		h.Flags = 0
	}
	n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&r.hdrs[0])), uintptr(len(r.hdrs)), unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		r.used = 1
		// Another error is told once and takes no datagram: there may be more.
		return nil, e != unix.EAGAIN, e
	}
	r.used = min(int(n)+1, len(r.hdrs)) // and the one that found nothing
	k := 0
	var bytes uint64
	for i := range int(n) {
		m := &r.hdrs[i]
		if m.hdr.Flags&unix.MSG_TRUNC != 0 {
			c.truncated.Add(1)
			continue
		}
		o := i * slotStride
		b := &r.batch[k]
		b.Data = r.slots[o : o+int(m.n) : o+slotStride]
		b.Meta = Meta{Local: s.addr, Socket: s.id, Transport: UDP, Received: now}
		b.Meta.Remote = r.names[i].addr()
		if m.hdr.Controllen > 0 {
			r.readControl(r.control[i][:m.hdr.Controllen], s, &b.Meta, c)
		}
		bytes += uint64(m.n)
		k++
	}
	c.msgsIn.Add(uint64(k))
	c.bytesIn.Add(bytes)
	return r.batch[:k], int(n) == len(r.hdrs), nil
}

// readControl takes the destination address and the count of drops out of a
// datagram's control messages.
func (r *receiver) readControl(b []byte, s *udpSocket, m *Meta, c *counters) {
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		n := int(h.Len)
		if n < unix.SizeofCmsghdr || n > len(b) {
			return
		}
		d := b[unix.CmsgLen(0):n]
		switch {
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_RXQ_OVFL && len(d) >= 4:
			total := binary.NativeEndian.Uint32(d)
			c.kernelDrops.Add(uint64(total - s.dropped))
			s.dropped = total
		case s.wildcard && h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(d) >= unix.SizeofInet4Pktinfo:
			p := (*unix.Inet4Pktinfo)(unsafe.Pointer(&d[0]))
			copy(m.Local.IP[:4], p.Spec_dst[:]) // not Addr, which may be a broadcast
		case s.wildcard && h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(d) >= unix.SizeofInet6Pktinfo:
			p := (*unix.Inet6Pktinfo)(unsafe.Pointer(&d[0]))
			m.Local.IP = p.Addr
			if p.Addr[0] == 0xfe && p.Addr[1]&0xc0 == 0x80 {
				m.Local.Zone = p.Ifindex
			}
		}
		if n = unix.CmsgSpace(n - unix.CmsgLen(0)); n > len(b) {
			return
		}
		b = b[n:]
	}
}

func (n *rawName) addr() (a Addr) {
	switch binary.NativeEndian.Uint16(n[:]) {
	case unix.AF_INET:
		a.Port = binary.BigEndian.Uint16(n[2:])
		copy(a.IP[:4], n[4:8])
		a.Is4 = true
	case unix.AF_INET6:
		a.Port = binary.BigEndian.Uint16(n[2:])
		copy(a.IP[:], n[8:24])
		a.Zone = binary.NativeEndian.Uint32(n[24:])
	}
	return a
}

func (n *rawName) set(a *Addr) uint32 {
	*n = rawName{}
	binary.BigEndian.PutUint16(n[2:], a.Port)
	if a.Is4 {
		binary.NativeEndian.PutUint16(n[:], unix.AF_INET)
		copy(n[4:8], a.IP[:4])
		return unix.SizeofSockaddrInet4
	}
	binary.NativeEndian.PutUint16(n[:], unix.AF_INET6)
	copy(n[8:24], a.IP[:])
	binary.NativeEndian.PutUint32(n[24:], a.Zone)
	return unix.SizeofSockaddrInet6
}

// sender holds the headers of the send batch.
type sender struct {
	hdrs    []mmsghdr
	iovs    []unix.Iovec
	names   []rawName
	control [][controlLen]byte
}

func newSender(n int) *sender {
	s := &sender{hdrs: make([]mmsghdr, n), iovs: make([]unix.Iovec, n), names: make([]rawName, n), control: make([][controlLen]byte, n)}
	for i := range n {
		h := &s.hdrs[i].hdr
		h.Iov = &s.iovs[i]
		h.SetIovlen(1)
		h.Name = &s.names[i][0]
	}
	return s
}

// set fills place i of the batch.
func (s *sender) set(i int, k *udpSocket, from, to *Addr, b []byte) {
	h := &s.hdrs[i].hdr
	h.Namelen = s.names[i].set(to)
	s.iovs[i].Base = unsafe.SliceData(b)
	s.iovs[i].SetLen(len(b))
	h.Control = nil
	h.SetControllen(0)
	if k.wildcard && from.canSend() && from.Is4 == to.Is4 {
		h.Control = &s.control[i][0]
		h.SetControllen(setSource(&s.control[i], from))
	}
}

// setSource writes the control message that makes a datagram leave from an address.
func setSource(c *[controlLen]byte, from *Addr) int {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	if from.Is4 {
		h.Level, h.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
		h.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
		p := (*unix.Inet4Pktinfo)(unsafe.Pointer(&c[unix.CmsgLen(0)]))
		*p = unix.Inet4Pktinfo{}
		copy(p.Spec_dst[:], from.IP[:4])
		return unix.CmsgSpace(unix.SizeofInet4Pktinfo)
	}
	h.Level, h.Type = unix.IPPROTO_IPV6, unix.IPV6_PKTINFO
	h.SetLen(unix.CmsgLen(unix.SizeofInet6Pktinfo))
	p := (*unix.Inet6Pktinfo)(unsafe.Pointer(&c[unix.CmsgLen(0)]))
	*p = unix.Inet6Pktinfo{Addr: from.IP, Ifindex: from.Zone}
	return unix.CmsgSpace(unix.SizeofInet6Pktinfo)
}

// send gives n datagrams from place i on to the kernel and returns how many it took.
func (s *sender) send(fd, i, n int) (int, error) {
	k, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&s.hdrs[i])), uintptr(n), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(k), nil
}
