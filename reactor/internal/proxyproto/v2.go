package proxyproto

import (
	"encoding/binary"
	"net/netip"
)

// signature begins a header of version 2 (section 2.2).
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// fixedV2 is the bytes before the addresses: signature, version and command, family
// and protocol, length.
const fixedV2 = 16

// What stands in the byte behind the signature: version in the upper half, command
// in the lower one.
const (
	version2 = 0x20
	local    = 0x0
	proxied  = 0x1
)

// Families and protocols that are TCP, and the last ones that are defined.
const (
	tcp4       = 0x11
	tcp6       = 0x21
	lastFamily = 0x3
	lastProto  = 0x2
)

// parseV2 reads a header of version 2. TLVs behind the addresses are passed over.
func parseV2(b []byte) (h Header, n int, err error) {
	command, family := b[12], b[13]
	size := int(binary.BigEndian.Uint16(b[14:]))
	switch {
	case command&0xf0 != version2 || command&0xf > proxied || family>>4 > lastFamily || family&0xf > lastProto:
		return h, 0, ErrV2
	case size > maxV2:
		return h, 0, ErrLong
	case command&0xf == proxied && size < addressSize(family):
		return h, 0, ErrV2
	}
	if n = fixedV2 + size; len(b) < n {
		return h, 0, ErrMore
	}
	if command&0xf == local {
		return h, n, nil
	}
	a := b[fixedV2:n]
	switch family {
	case tcp4:
		h.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(a[0:4])), binary.BigEndian.Uint16(a[8:]))
		h.Dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(a[4:8])), binary.BigEndian.Uint16(a[10:]))
	case tcp6:
		h.Src = netip.AddrPortFrom(netip.AddrFrom16([16]byte(a[0:16])).Unmap(), binary.BigEndian.Uint16(a[32:]))
		h.Dst = netip.AddrPortFrom(netip.AddrFrom16([16]byte(a[16:32])).Unmap(), binary.BigEndian.Uint16(a[34:]))
	}
	return h, n, nil
}

// addressSize is how long the addresses of a family are.
func addressSize(family byte) int {
	switch family >> 4 {
	case 1:
		return 12
	case 2:
		return 36
	case 3:
		return 216
	}
	return 0
}
