package core

import (
	"hash/maphash"

	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// What follows is for modules that send copies of a request, and replies to it,
// more than once: the bytes go into a buffer of theirs.

// RefuseForward is what a proxy must answer instead of forwarding where the
// script has not decided (RFC 3261 §16.3); 0 for nothing. An ACK that may not go
// on gives 483, which must not be sent.
func (p *Proc) RefuseForward() (code int, reason string) { return p.refuseForward() }

// RouteTo finds the target that t leaves open (a zero Addr: the destination URI,
// else the Request-URI) and the socket by which the request leaves.
func (p *Proc) RouteTo(t Target) (Target, *Socket, error) {
	if t.Addr == (reactor.Addr{}) {
		proto := t.Proto
		var err error
		if t, err = p.nextHop(proto); err != nil {
			return t, nil, err
		}
		if proto != rt.ProtoNone {
			t.Proto = proto
		}
	}
	out, err := p.outSocket(t)
	if err == nil && p.listed(t) {
		err = ErrListed
	}
	return t, out, err
}

// BeginCopy makes the edits of one outgoing copy with branch in our Via and
// returns its length. A copy that is too large for UDP goes by another transport
// (udp_mtu), which t and out are then. EndCopy appends the copy and undoes the edits;
// after an error they are undone already.
func (p *Proc) BeginCopy(t *Target, out **Socket, branch []byte) (int, error) {
	p.kept = p.Edits
	err := p.editCopy(*t, *out, *out, branch)
	if err == errLarge {
		p.Edits = p.kept
		shown := *out
		*t, *out = p.largeTarget(*t)
		err = p.editCopy(*t, *out, shown, branch)
	}
	if err != nil {
		p.Edits = p.kept
		return 0, err
	}
	n := p.Edits.Size(len(p.Msg))
	if n > maxDatagram {
		p.Edits = p.kept
		return 0, ErrTooLong
	}
	return n, nil
}

// EndCopy: see BeginCopy.
func (p *Proc) EndCopy(dst []byte) []byte {
	dst = p.Edits.AppendTo(dst, p.Msg, p.Arena())
	p.Edits = p.kept
	return dst
}

// SourceFor is the address that a message to to leaves from by out, for Loop.SendBytes.
func (p *Proc) SourceFor(out *Socket, to reactor.Addr) reactor.Addr { return p.sourceFor(out, to) }

// ReplyTo is where replies to the request go; false: nowhere that can be sent to.
func (p *Proc) ReplyTo() (reactor.Addr, bool) {
	p.settleVia()
	if !p.respOK {
		p.respTo = p.Meta.Remote
	}
	return p.respTo, sendable(p.respTo.AddrPort().Addr()) && p.respTo.Port != 0
}

// ReplySize bounds the length of a reply made here.
func (p *Proc) ReplySize(reason string) int { p.settleVia(); return p.replySize(reason) }

// AppendReply appends a reply made here, with the headers that the script has
// added for replies.
func (p *Proc) AppendReply(dst []byte, code int, reason string) []byte {
	p.settleVia()
	return p.appendReply(dst, code, reason, true, false)
}

// StripVia takes our Via off the reply (RFC 3261 §16.7 step 3) and the surplus
// off its end.
func (p *Proc) StripVia() error {
	if _, err := p.stripVia(); err != nil {
		return err
	}
	if !p.cutSurplus() || !p.settleEdits() {
		return ErrEdits
	}
	return nil
}

// EditedSize is the length of the message with its edits made.
func (p *Proc) EditedSize() int { return p.Edits.Size(len(p.Msg)) }

// AppendEdited appends the message with its edits made.
func (p *Proc) AppendEdited(dst []byte) []byte {
	return p.Edits.AppendTo(dst, p.Msg, p.Arena())
}

// Hash is the keyed hash of a request's transaction (RFC 3261 §17.2.3): the same
// for retransmissions, for the CANCEL and for the ACK of a failure. Of a request
// without the magic cookie (RFC 2543) it takes Call-ID and CSeq number alone: what
// else has to be the same is for the parameters of tm to say.
func (p *Proc) Hash() uint64 {
	seed := p.loop.srv.seed
	if via, e := p.Index.TopVia(p.Msg); e == sipparse.OK && !hasCookie(via.Branch.Of(p.Msg)) {
		h := maphash.Bytes(seed, p.Index.CallID(p.Msg).Of(p.Msg))
		if cs, e := p.Index.CSeq(p.Msg); e == sipparse.OK {
			h = h*mix ^ uint64(cs.Number)
		}
		return h
	}
	return p.transactionHash(seed)
}

// HashBytes is a hash of some bytes, keyed per process.
func (s *Server) HashBytes(b []byte) uint64 { return s.hashBytes(b) }

// LocalTag appends the tag that stands in the To of the replies that are made
// here to the request.
func (p *Proc) LocalTag(dst []byte) []byte { return appendHex(dst, p.localTag(), 16) }

// InsertRoute puts a Route set before the request's own.
func (p *Proc) InsertRoute(path value.Value) bool {
	m := p.Mark()
	p.AppendString("Route: ")
	p.AppendValue(path)
	line := p.FromMark(m)
	if i := p.Index.First(sipparse.HdrRoute); i >= 0 {
		return p.InsertHeader(i, line)
	}
	return p.AppendHeader(line)
}

// ValidReason reports whether a text can be a reply's reason phrase.
func ValidReason(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
