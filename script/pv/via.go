package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// vias walks over the Via values of the message, comma lists included.
type vias struct {
	hdr      int // header + 1, 0 before the first
	off, end int
}

// next parses the next Via into v; false at the end and at a malformed one.
func (w *vias) next(c *rt.Ctx, v *sipparse.Via) bool {
	x := &c.Index
	for w.off >= w.end {
		i := -1
		if w.hdr == 0 {
			i = x.First(sipparse.HdrVia)
		} else {
			i = x.Next(w.hdr - 1)
		}
		if i < 0 {
			return false
		}
		s := x.Body(i)
		w.hdr, w.off, w.end = i+1, int(s.Off), s.End()
	}
	next, err := sipparse.ParseVia(c.Msg, w.off, w.end, v)
	if err != sipparse.OK || next <= w.off {
		return false
	}
	w.off = next
	return true
}

// viaAt parses the n-th Via from the top, from 0; -1 is the last.
func viaAt(c *rt.Ctx, n int64, v *sipparse.Via) bool {
	var w vias
	found := false
	for w.next(c, v) {
		if n == 0 {
			return true
		}
		found = true
		n--
	}
	return found && n < -1
}

// viaRow is $via0(attr), $via1(attr) or $viaZ(attr).
func viaRow(name, which string, n int64) registry.PV {
	span := func(pick func(v *sipparse.Via) sipparse.Span) rt.Expr {
		return func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaAt(c, n, &v) {
				return undef
			}
			return present(pick(&v))
		}
	}
	number := func(get func(v *sipparse.Via) int64) rt.Expr {
		return func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaAt(c, n, &v) {
				return undef
			}
			return value.FromInt(get(&v))
		}
	}
	return attrs(name, which+": host, port, proto, protoid, branch, rport, received, params", []attr{
		{key: "host", get: func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaAt(c, n, &v) {
				return undef
			}
			return present(viaHost(c, &v))
		}},
		{key: "port", get: number(func(v *sipparse.Via) int64 {
			if v.PortNum == 0 {
				return defaultPort
			}
			return int64(v.PortNum)
		})},
		{key: "proto", get: span(func(v *sipparse.Via) sipparse.Span { return v.Transport })},
		{key: "protoid", get: number(func(v *sipparse.Via) int64 { return int64(v.TransportKind) })},
		{key: "branch", get: span(func(v *sipparse.Via) sipparse.Span { return v.Branch })},
		{key: "rport", get: span(func(v *sipparse.Via) sipparse.Span { return v.RPort })},
		{key: "received", get: span(func(v *sipparse.Via) sipparse.Span { return v.Received })},
		{key: "params", get: span(func(v *sipparse.Via) sipparse.Span { return v.Params })},
	})
}

// viaHost is the host of a Via, an IPv6 address with its brackets.
func viaHost(c *rt.Ctx, v *sipparse.Via) sipparse.Span {
	h := v.Host
	if h.Off > 0 && h.End() < len(c.Msg) && c.Msg[h.Off-1] == '[' && c.Msg[h.End()] == ']' {
		h.Off--
		h.Len += 2
	}
	return h
}

// defaultPort is the port of SIP where none is given (RFC 3261 §18.1.1).
const defaultPort = 5060

func viaVars() []registry.PV {
	return []registry.PV{
		viaRow("via0", "attribute of the topmost Via", 0),
		viaRow("via1", "attribute of the second Via", 1),
		viaRow("viaZ", "attribute of the last Via", -1),
	}
}
