package reactor

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNoNet is ENONET, which other systems do not have.
var errNoNet error = unix.ENONET

// errReader reads what the kernel keeps of ICMP errors (IP_RECVERR; ip(7)).
type errReader struct {
	hdr     unix.Msghdr
	iov     unix.Iovec
	name    rawName
	control [errControlLen]byte
	data    [MaxQuote]byte
}

// errControlLen is the room for the control messages of an error: itself with the
// address of who has sent it, packet info, the count of dropped datagrams.
const errControlLen = 256

// extendedErr is struct sock_extended_err.
type extendedErr struct {
	errno              uint32
	origin, kind, code uint8
	_                  uint8
	_, _               uint32 // ee_info and ee_data
}

func newErrReader() *errReader {
	r := &errReader{}
	r.iov.Base = &r.data[0]
	r.iov.SetLen(len(r.data))
	r.hdr.Name = &r.name[0]
	r.hdr.Iov = &r.iov
	r.hdr.SetIovlen(1)
	return r
}

// read takes one error off a socket; false: there is none. Of one that does not
// mean that the datagram was lost for good, Err is nil.
func (r *errReader) read(s *udpSocket, u *Undelivered) bool {
	h := &r.hdr
	h.Namelen = uint32(len(r.name))
	h.Control = &r.control[0]
	h.SetControllen(len(r.control))
	h.Flags = 0
	r.name = rawName{}
	n, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(s.fd), uintptr(unsafe.Pointer(h)), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if e != 0 {
		return false
	}
	*u = Undelivered{Socket: s.id, To: r.name.addr(), Data: r.data[:n]}
	b := r.control[:h.Controllen]
	for len(b) >= unix.SizeofCmsghdr {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		k := int(c.Len)
		if k < unix.SizeofCmsghdr || k > len(b) {
			break
		}
		d := b[unix.CmsgLen(0):k]
		if (c.Level == unix.IPPROTO_IP && c.Type == unix.IP_RECVERR || c.Level == unix.IPPROTO_IPV6 && c.Type == unix.IPV6_RECVERR) && len(d) >= int(unsafe.Sizeof(extendedErr{})) {
			x := extendedErr{errno: binary.NativeEndian.Uint32(d), origin: d[4], kind: d[5], code: d[6]}
			if x.lost() {
				u.Err = unix.Errno(x.errno)
			}
		}
		if k = unix.CmsgSpace(k - unix.CmsgLen(0)); k > len(b) {
			break
		}
		b = b[k:]
	}
	return true
}

// ICMP and ICMPv6 types and codes (RFC 792, RFC 4443).
const (
	icmpUnreachable  = 3
	icmpFragNeeded   = 4 // code
	icmpParameter    = 12
	icmp6Unreachable = 1
	icmp6Parameter   = 4
)

// lost reports whether an error ends the attempt (RFC 3261 section 18.4): the
// network, host, protocol or port cannot be reached, or a parameter is wrong. Source
// quench and time exceeded do not; a datagram that was too large is repeated in pieces.
func (x *extendedErr) lost() bool {
	switch x.origin {
	case unix.SO_EE_ORIGIN_ICMP:
		return x.kind == icmpUnreachable && x.code != icmpFragNeeded || x.kind == icmpParameter
	case unix.SO_EE_ORIGIN_ICMP6:
		return x.kind == icmp6Unreachable || x.kind == icmp6Parameter
	}
	return false
}

// wantErrors has the kernel keep ICMP errors for us.
func wantErrors(fd, family int) {
	if family == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		return
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
}
