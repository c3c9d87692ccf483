package path

import (
	"bytes"
	"net/netip"
	"strconv"

	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// follow is use_received: the request goes to the address that the Route header of
// ours, which was the phone's Path once, says that the phone was seen at.
func (c *Config) follow(p *core.Proc) {
	v := c.rr.RouteParam(p, c.ReceivedName)
	if len(v) == 0 {
		return
	}
	m := p.Mark()
	ok := false
	if c.ReceivedFormat == formatParts {
		ok = appendParts(p, v)
	} else {
		p.Append(sipparse.Unescape(p.Scratch(), v))
		ok = true
	}
	if !ok || !p.SetDstURI(p.FromMark(m)) {
		p.Logf(levelErr, "path: the parameter %s of our Route header is no address to send to: %q", c.ReceivedName, v)
		p.Truncate(m)
	}
}

// appendParts writes the URI of address~port~transport.
func appendParts(p *core.Proc, v []byte) bool {
	host, rest, ok := bytes.Cut(v, []byte("~"))
	port, proto, ok2 := bytes.Cut(rest, []byte("~"))
	a, err := netip.ParseAddr(string(bytes.Trim(host, "[]")))
	n, err2 := strconv.ParseUint(string(port), 10, 16)
	k, err3 := strconv.ParseUint(string(proto), 10, 8)
	if !ok || !ok2 || err != nil || err2 != nil || err3 != nil || n == 0 || k < uint64(rt.ProtoUDP) || k > uint64(rt.ProtoWSS) {
		return false
	}
	var buf [56]byte
	p.AppendString("sip:")
	p.Append(netip.AddrPortFrom(a.Unmap(), uint16(n)).AppendTo(buf[:0]))
	if rt.Proto(k) != rt.ProtoUDP {
		p.AppendString(";transport=")
		p.AppendString(rt.Proto(k).String())
	}
	return true
}
