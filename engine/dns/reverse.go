package dns

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
)

// ReverseName is the name under which the names of an address are found (RFC 1035
// §3.5, RFC 3596 §2.5).
func ReverseName(ip netip.Addr) string {
	return string(appendReverse(make([]byte, 0, maxReverse), ip))
}

// maxReverse is the longest reverse name: that of an IPv6 address.
const maxReverse = 16*4 + len("ip6.arpa")

func appendReverse(b []byte, ip netip.Addr) []byte {
	ip = ip.Unmap()
	if ip.Is4() {
		a := ip.As4()
		for i := 3; i >= 0; i-- {
			b = append(strconv.AppendUint(b, uint64(a[i]), 10), '.')
		}
		return append(b, "in-addr.arpa"...)
	}
	const hex = "0123456789abcdef"
	a := ip.As16()
	for i := 15; i >= 0; i-- {
		b = append(b, hex[a[i]&15], '.', hex[a[i]>>4], '.')
	}
	return append(b, "ip6.arpa"...)
}

// reverseAddr is the address that a reverse name stands for.
func reverseAddr(name string) (netip.Addr, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if s, ok := strings.CutSuffix(name, ".in-addr.arpa"); ok {
		p := strings.Split(s, ".")
		if len(p) != 4 {
			return netip.Addr{}, false
		}
		a, err := netip.ParseAddr(p[3] + "." + p[2] + "." + p[1] + "." + p[0])
		return a, err == nil
	}
	s, ok := strings.CutSuffix(name, ".ip6.arpa")
	p := strings.Split(s, ".")
	if !ok || len(p) != 32 {
		return netip.Addr{}, false
	}
	var b strings.Builder
	for i := 31; i >= 0; i-- {
		b.WriteString(p[i])
		if i%4 == 0 && i > 0 {
			b.WriteByte(':')
		}
	}
	a, err := netip.ParseAddr(b.String())
	return a, err == nil
}

// Names appends the names of an address (PTR records) to dst. It waits like Lookup.
func (r *Resolver) Names(ctx context.Context, ip netip.Addr, dst []string) ([]string, error) {
	var a Answer
	if err := r.Lookup(ctx, ReverseName(ip)+".", TypePTR, &a); err != nil {
		return dst, err
	}
	for text, off := a.NextText(0); off >= 0; text, off = a.NextText(off) {
		dst = append(dst, string(text))
	}
	return dst, nil
}
