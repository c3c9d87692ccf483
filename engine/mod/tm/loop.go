package tm

import (
	"sipedge/engine/core"
	"sipedge/sipparse"
)

// Loops (RFC 5393 §4.2, RFC 3261 §16.3): a request that comes back to us the same
// in all that decides where it goes has come round in a loop; with another
// Request-URI or Route set it is a spiral and passes. Each branch that we make
// carries a hash of these fields.

// loopHash is the hash of a request as it goes in: RFC 5393 §4.2.1, the received
// Request-URI, Route set, Proxy-Require, Proxy-Authorization, and what tells calls
// apart. It is keyed by the process: a branch of another server, which may well
// have forwarded the request as it was, is no sign of a loop.
func (m *layer) loopHash(p *core.Proc) uint32 {
	srv := m.loop.Server()
	x, b := &p.Index, p.Msg
	h := srv.HashBytes(x.URISpan().Of(b))
	mix := func(b []byte) { h = h*fnvPrime ^ srv.HashBytes(b) }
	for _, t := range [...]sipparse.HeaderType{sipparse.HdrRoute, sipparse.HdrProxyRequire, sipparse.HdrProxyAuthorization} {
		for i := x.First(t); i >= 0; i = x.Next(i) {
			mix(x.Body(i).Of(b))
		}
	}
	mix(x.CallID(b).Of(b))
	if f, e := x.From(b); e == sipparse.OK {
		mix(f.Tag.Of(b))
	}
	if f, e := x.To(b); e == sipparse.OK {
		mix(f.Tag.Of(b))
	}
	if c, e := x.CSeq(b); e == sipparse.OK {
		mix(c.NumberSpan.Of(b))
	}
	return uint32(h ^ h>>32)
}

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// looped reports whether one of the request's Vias is of a branch of ours for the
// same request.
func (m *layer) looped(p *core.Proc) bool {
	var want uint32
	known := false
	x := &p.Index
	for i := x.First(sipparse.HdrVia); i >= 0; i = x.Next(i) {
		body := x.Body(i)
		for at := int(body.Off); at < body.End(); {
			var v sipparse.Via
			next, e := sipparse.ParseVia(p.Msg, at, body.End(), &v)
			if e != sipparse.OK || next <= at {
				break
			}
			at = next
			tok, own := core.OwnBranchRest(v.Branch.Of(p.Msg))
			if !own || len(tok) != tokenLen {
				continue
			}
			got, ok := core.ParseHex(tok[tokenLen-tokenHash:])
			if !ok {
				continue
			}
			if !known {
				want, known = m.loopHash(p), true
			}
			if uint32(got) == want {
				return true
			}
		}
	}
	return false
}
