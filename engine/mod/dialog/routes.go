package dialog

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// contactOf is the URI of a message's first Contact, nil for none.
func contactOf(x *sipparse.Index, b []byte) []byte {
	i := x.First(sipparse.HdrContact)
	if i < 0 {
		return nil
	}
	body := x.Body(i)
	var na sipparse.NameAddr
	if _, e := sipparse.ParseNameAddr(b, int(body.Off), body.End(), &na); e != sipparse.OK || na.Star {
		return nil
	}
	return na.URI.Of(b)
}

// eachRecordRoute calls f with each entry of a message's Record-Route headers, as
// it is written, and its URI; f says whether to go on.
func eachRecordRoute(x *sipparse.Index, b []byte, f func(whole, uri sipparse.Span) bool) {
	for i := x.First(sipparse.HdrRecordRoute); i >= 0; i = x.Next(i) {
		body := x.Body(i)
		for at := int(body.Off); at < body.End(); {
			var na sipparse.NameAddr
			next, e := sipparse.ParseNameAddr(b, at, body.End(), &na)
			if e != sipparse.OK || na.URI.Len == 0 || next <= at {
				return
			}
			if !f(na.Whole, na.URI) {
				return
			}
			at = next
		}
	}
}

// routesDown is the Route set from here to the caller: the Record-Routes of the
// INVITE as it came, in their order (RFC 3261 §12.1.1). count is their number.
func (m *layer) routesDown(p *core.Proc) (routes []byte, count int) {
	m.text = m.text[:0]
	eachRecordRoute(&p.Index, p.Msg, func(whole, _ sipparse.Span) bool {
		m.appendRoute(whole.Of(p.Msg))
		count++
		return true
	})
	return m.text, count
}

func (m *layer) appendRoute(r []byte) {
	if len(m.text) > 0 {
		m.text = append(m.text, ", "...)
	}
	m.text = append(m.text, r...)
}

// routesUp is the Route set from here to the callee: the Record-Routes of the 2xx
// above our own, backwards (RFC 3261 §12.1.2). before of them are older than this
// server's.
func (m *layer) routesUp(p *core.Proc, before int) []byte {
	total := 0
	eachRecordRoute(&p.Index, p.Msg, func(_, _ sipparse.Span) bool { total++; return true })
	var above [maxRouteEntries]sipparse.Span
	n := 0
	eachRecordRoute(&p.Index, p.Msg, func(whole, uri sipparse.Span) bool {
		if n == len(above) || n >= total-before || isOurs(p, uri) {
			return false
		}
		above[n] = whole
		n++
		return true
	})
	m.text = m.text[:0]
	for n--; n >= 0; n-- {
		m.appendRoute(above[n].Of(p.Msg))
	}
	return m.text
}

// maxRouteEntries bounds the Route set to the callee.
const maxRouteEntries = 64

func isOurs(p *core.Proc, s sipparse.Span) bool {
	var u sipparse.URI
	if sipparse.ParseURI(p.Msg, int(s.Off), s.End(), &u) != sipparse.OK {
		return false
	}
	port := u.PortNum
	if port == 0 {
		port = 5060
		if u.Scheme == sipparse.SchemeSIPS || u.TransportKind == sipparse.TransportTLS || u.TransportKind == sipparse.TransportWSS {
			port = 5061
		}
	}
	return p.Env.IsMyself(u.Host.Of(p.Msg), port, rt.Proto(u.TransportKind))
}
