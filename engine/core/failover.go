package core

import (
	"bytes"
	"syscall"

	"sipedge/engine/dns"
	"sipedge/reactor"
	"sipedge/script/rt"
)

// A destination that is a name has several addresses, often of several hosts. With
// use_dns_failover those behind the chosen one are kept, to be tried in turn when
// nothing can be sent to it, and by tm also when nobody answers or a 503 comes (RFC
// 3263 §4.3).

// keepOthers notes the targets behind number first.
func (p *Proc) keepOthers(t *dns.Targets, first int, host []byte) {
	p.otherOf, p.nOthers = p.named(asTarget(t.At(first)), host), 0
	if !p.snap.core.UseDNSFailover {
		return
	}
	for i := first + 1; i < t.Len() && p.nOthers < len(p.others); i++ {
		if sendable(t.At(i).Addr.Addr()) {
			p.others[p.nOthers] = p.named(asTarget(t.At(i)), host)
			p.nOthers++
		}
	}
}

// Others are the targets to be tried after t, which was the last that a name was
// found to lead to, in order; none without use_dns_failover. They are good until the
// next look-up of a destination.
func (p *Proc) Others(t Target) []Target {
	if p.nOthers == 0 || t != p.otherOf {
		return nil
	}
	return p.others[:p.nOthers]
}

// TriesNext reports whether the next target may be better off than one that a request could
// not be sent to: the error is about the way there, not about the request.
func TriesNext(err error) bool {
	switch err {
	case ErrListed, ErrNoSocket, ErrNotServed, ErrSendFull, ErrNoConnect, ErrBlocked:
		return true
	}
	_, system := err.(syscall.Errno)
	return system
}

// RouteLike is the socket by which a request goes to t that was sent by another
// before: that one if it fits, else as RouteTo chooses.
func (p *Proc) RouteLike(t Target, sock reactor.SocketID) (*Socket, error) {
	out := p.snap.socket(sock)
	if !out.fits(t) {
		var err error
		if out, err = p.outSocket(t); err != nil {
			return nil, err
		}
	}
	if p.listed(t) {
		return nil, ErrListed
	}
	return out, nil
}

// AppendResent appends a request that was sent before, to go to t by out with branch in
// our Via; nothing else of it changes. One that is too large for UDP goes by another transport
// (udp_mtu), which t and out are then. ErrBlocked: the onsend_route has dropped it.
func (p *Proc) AppendResent(dst []byte, t *Target, out **Socket, branch, sent []byte) ([]byte, error) {
	from, to, ok := topVia(sent)
	if !ok {
		return dst, ErrNoVia
	}
	if mtu := p.snap.cfg.UDPMTU; (*out).Proto == rt.ProtoUDP && mtu > 0 && len(sent) > mtu {
		if large, by := p.largeTarget(*t); by != nil {
			*t, *out = large, by
		}
	}
	m := p.Mark()
	p.writeVia(*out, nil, branch)
	via := p.Bytes(p.FromMark(m))
	if len(sent)-(to-from)+len(via) > maxDatagram {
		return dst, ErrTooLong
	}
	start := len(dst)
	dst = append(append(append(dst, sent[:from]...), via...), sent[to:]...)
	if p.snap.prog.Send != nil && !p.runOnSend(*t, *out, len(dst)-start) {
		return dst[:start], ErrBlocked
	}
	return dst, nil
}

// topVia is where the line of our Via stands in a request that we have sent, with its
// end.
func topVia(sent []byte) (from, to int, ok bool) {
	for at := 0; ; {
		line := bytes.IndexByte(sent[at:], '\n')
		if line < 0 {
			return 0, 0, false
		}
		at += line + 1
		if bytes.HasPrefix(sent[at:], []byte("Via: ")) {
			end := bytes.Index(sent[at:], []byte("\r\n"))
			if end < 0 {
				return at, len(sent), false
			}
			return at, at + end + 2, true
		}
	}
}

// SentBranch is the branch in our Via of the beginning of a request that we have sent;
// false where it is not there to its end.
func SentBranch(b []byte) ([]byte, bool) {
	from, to, whole := topVia(b)
	if to == 0 {
		return nil, false
	}
	_, branch, ok := bytes.Cut(b[from:to], []byte(";branch="))
	if end := bytes.IndexByte(branch, ';'); end >= 0 {
		return branch[:end], true
	}
	return bytes.TrimSuffix(branch, []byte("\r\n")), ok && whole
}
