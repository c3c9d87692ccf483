package rr

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// isSecond reports whether next is the other one of a pair of Record-Route
// headers of ours (r2=on in both), of which top is the first.
func (r *binding) isSecond(p *core.Proc, top, next *route) bool {
	return r.cfg.DoubleRR != doubleNever && hasR2(p, top) && hasR2(p, next) && isOurs(&p.Ctx, &next.uri, p.Msg)
}

func hasR2(p *core.Proc, r *route) bool {
	_, ok := r.uri.Param(p.Msg, "r2")
	return ok
}

// sendFrom chooses the listen address that a Route URI of ours names as the one
// to send from: it was the other side's when the dialog began.
func (r *binding) sendFrom(p *core.Proc, u *sipparse.URI) {
	if r.cfg.SocketName {
		if name, ok := u.Param(p.Msg, "sn"); ok {
			if s, ok := p.NamedSocket(name.Of(p.Msg)); ok {
				p.SendSocket = s.ID
				return
			}
		}
	}
	proto := rt.Proto(u.TransportKind)
	if proto == rt.ProtoNone {
		proto = rt.ProtoUDP
		if u.Scheme == sipparse.SchemeSIPS {
			proto = rt.ProtoTLS
		}
	}
	s, ok := p.FindSocket(proto, u.Host.Of(p.Msg), portOf(u))
	if ok {
		p.SendSocket = s.ID
		return
	}
	if r.cfg.MismatchWarning {
		p.Logf(levelWarn, "loose_route: the Route URI %q of ours is no listen address to send from", u.Whole.Of(p.Msg))
	}
}
