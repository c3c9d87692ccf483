package rr

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// route is one element of the Route headers.
type route struct {
	header int // its header in the index
	off    int // where it begins
	next   int // where the next one of the header begins; the end of the header's body for its last
	last   bool
	span   sipparse.Span // the URI
	uri    sipparse.URI
}

// value is the URI as a value of the message.
func (r *route) value() value.Value {
	return value.FromSpan(value.Msg, int(r.span.Off), int(r.span.Len))
}

// status tells how the reading of Route headers went.
type status uint8

const (
	found status = iota
	atEnd
	broken
)

// firstRoute reads the first element of the Route headers.
func firstRoute(p *core.Proc, r *route) status {
	i := p.Index.First(sipparse.HdrRoute)
	if i < 0 {
		return atEnd
	}
	return readRoute(p, i, int(p.Index.Body(i).Off), r)
}

// nextRoute reads the element behind from into r; the two may be the same.
func nextRoute(p *core.Proc, from, r *route) status {
	if !from.last {
		return readRoute(p, from.header, from.next, r)
	}
	i := p.Index.Next(from.header)
	if i < 0 {
		return atEnd
	}
	return readRoute(p, i, int(p.Index.Body(i).Off), r)
}

func readRoute(p *core.Proc, header, off int, r *route) status {
	end := p.Index.Body(header).End()
	var na sipparse.NameAddr
	next, e := sipparse.ParseNameAddr(p.Msg, off, end, &na)
	if e != sipparse.OK || na.Star || na.URI.Len == 0 {
		return broken
	}
	r.header, r.off, r.span = header, off, na.URI
	r.next, r.last = next, next >= end
	if sipparse.ParseURI(p.Msg, int(na.URI.Off), na.URI.End(), &r.uri) != sipparse.OK || !isSIP(&r.uri) {
		return broken
	}
	return found
}

func isSIP(u *sipparse.URI) bool {
	return u.Scheme == sipparse.SchemeSIP || u.Scheme == sipparse.SchemeSIPS
}

// dropBefore takes all elements before r out of the message. false: too many edits.
func dropBefore(p *core.Proc, r *route) bool {
	for i := p.Index.First(sipparse.HdrRoute); i >= 0 && i != r.header; i = p.Index.Next(i) {
		if !p.RemoveHeader(i) {
			return false
		}
	}
	off := int(p.Index.Body(r.header).Off)
	return r.off <= off || p.Cut(off, r.off-off)
}

// dropThrough takes all elements up to r, and r itself, out of the message.
func dropThrough(p *core.Proc, r *route) bool {
	for i := p.Index.First(sipparse.HdrRoute); i >= 0; i = p.Index.Next(i) {
		if i != r.header {
			if !p.RemoveHeader(i) {
				return false
			}
			continue
		}
		if r.last {
			return p.RemoveHeader(i)
		}
		off := int(p.Index.Body(i).Off)
		return p.Cut(off, r.next-off)
	}
	return true
}

// dropAll takes every Route header out of the message.
func dropAll(p *core.Proc) bool {
	for i := p.Index.First(sipparse.HdrRoute); i >= 0; i = p.Index.Next(i) {
		if !p.RemoveHeader(i) {
			return false
		}
	}
	return true
}

// elementEnd is the offset of the comma behind an element that is not the last
// of its header.
func elementEnd(p *core.Proc, r *route) int {
	i := r.next - 1
	for i > r.off && p.Msg[i] != ',' {
		i--
	}
	return i
}

// dropLast takes the last element, r, out of the message; before is the comma
// behind the one in front of it that stays in the same header, 0 where there is none.
func dropLast(p *core.Proc, r *route, before int) bool {
	if before == 0 {
		return p.RemoveHeader(r.header)
	}
	return p.Cut(before, p.Index.Body(r.header).End()-before)
}

// isOurs reports whether a URI names this server. A URI without a port means the
// scheme's default port, so an alias has to carry its port unless it is that one
// (cookbook "alias").
func isOurs(c *rt.Ctx, u *sipparse.URI, b []byte) bool {
	return c.Env.IsMyself(u.Host.Of(b), portOf(u), rt.Proto(u.TransportKind))
}

// portOf is the port that a URI means.
func portOf(u *sipparse.URI) uint16 {
	switch {
	case u.PortNum != 0:
		return u.PortNum
	case u.Scheme == sipparse.SchemeSIPS || u.TransportKind == sipparse.TransportTLS || u.TransportKind == sipparse.TransportWSS:
		return 5061
	}
	return 5060
}

// bindRouteURI makes $route_uri.
func bindRouteURI(_ registry.Build, _, _ string) (*registry.Var, error) {
	return &registry.Var{Get: func(c *rt.Ctx) value.Value {
		p, ok := c.Owner.(*core.Proc)
		var r route
		if !ok || firstRoute(p, &r) != found {
			return value.Value{}
		}
		return r.value()
	}}, nil
}
