package core

import (
	"errors"

	"sipedge/script/rt"
)

// Requests that are too large for UDP (RFC 3261 §18.1.1, cookbook udp_mtu).

// errLarge: the copy has to go by another transport; only its Via says so.
var errLarge = errors.New("larger than udp_mtu")

// SetLargeProto is the transport of this request if it is larger than udp_mtu, in
// the place of udp_mtu_try_proto; ProtoUDP sends it over UDP all the same.
func (p *Proc) SetLargeProto(proto rt.Proto) { p.largeProto = proto }

// tooLarge reports whether the edited request is larger than udp_mtu.
func (p *Proc) tooLarge() bool {
	mtu := p.snap.cfg.UDPMTU
	return mtu > 0 && p.Edits.Size(len(p.Msg)) > mtu
}

// largeTarget is where a request for t goes that is too large for UDP; nil: there is
// no other transport to go by.
func (p *Proc) largeTarget(t Target) (Target, *Socket) {
	t.Proto = p.snap.cfg.LargeProto
	if p.largeProto != rt.ProtoNone {
		t.Proto = p.largeProto
	}
	if t.Proto == rt.ProtoUDP {
		return t, nil
	}
	out, err := p.outSocket(t)
	if err != nil {
		return t, nil
	}
	return t, out
}
