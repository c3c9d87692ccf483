// Package proxyproto reads the header of HAProxy's PROXY protocol, versions 1 and
// 2, with which a load balancer says at the start of a connection whose it is
// (proxy-protocol.txt of HAProxy 2.x). It looks at bytes that may still be few, and
// keeps nothing.
package proxyproto

import (
	"errors"
	"net/netip"
)

// Bounds.
const (
	// maxV1 is the longest line of version 1, its CRLF included (section 2.1).
	maxV1 = 107
	// maxV2 is the longest header of version 2 behind its 16 fixed bytes. The format
	// allows 65535; addresses take 36, and the TLVs of load balancers a few hundred.
	maxV2 = 4096
	// MaxHeader is the longest header that is taken, bytes.
	MaxHeader = fixedV2 + maxV2
)

// What Parse says of bytes that are no whole header.
var (
	// ErrMore: they may be the beginning of one.
	ErrMore = errors.New("the PROXY header is not complete")
	// ErrNone: they begin something else.
	ErrNone = errors.New("there is no PROXY header")
	// ErrV1 and ErrV2: they begin like a header of that version, which is malformed.
	ErrV1 = errors.New("the PROXY header of version 1 is malformed")
	ErrV2 = errors.New("the PROXY header of version 2 is malformed")
	// ErrLong: the header is longer than MaxHeader, or than its version allows.
	ErrLong = errors.New("the PROXY header is too long")
	// ErrAddress: an address of the header cannot be one end of a connection.
	ErrAddress = errors.New("the PROXY header names an address that no connection can have")
)

// Header is what a load balancer has said.
type Header struct {
	// Src and Dst are the ends of the client's connection. Both are zero where the
	// header leaves them open: the load balancer speaks for itself (LOCAL), or has
	// something else than TCP on its side. The connection's own ends count then.
	Src, Dst netip.AddrPort
}

// Parse reads the header at the front of b; it is n bytes long. Everything behind
// it belongs to the connection's own data.
func Parse(b []byte) (h Header, n int, err error) {
	switch {
	case begins(b, prefixV1):
		if len(b) < len(prefixV1) {
			return h, 0, ErrMore
		}
		h, n, err = parseV1(b)
	case begins(b, signature):
		if len(b) < fixedV2 {
			return h, 0, ErrMore
		}
		h, n, err = parseV2(b)
	default:
		return h, 0, ErrNone
	}
	if err == nil && !h.possible() {
		return Header{}, 0, ErrAddress
	}
	if err != nil {
		return Header{}, 0, err
	}
	return h, n, nil
}

// begins reports whether b begins with prefix, or is the beginning of it.
func begins(b []byte, prefix string) bool {
	n := min(len(b), len(prefix))
	return string(b[:n]) == prefix[:n]
}

// possible reports whether a connection can have these ends.
func (h *Header) possible() bool {
	if h.Src == (netip.AddrPort{}) && h.Dst == (netip.AddrPort{}) {
		return true
	}
	for _, a := range [...]netip.AddrPort{h.Src, h.Dst} {
		if ip := a.Addr(); ip.IsUnspecified() || ip.IsMulticast() || ip == broadcast || a.Port() == 0 {
			return false
		}
	}
	return true
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
