package rr

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// write is the send hook: it puts the Record-Route headers into the copy that
// leaves by out, on top of those that are there, else behind the Vias.
func (r *recorder) write(p *core.Proc, out *core.Socket, _ value.Value) {
	mode := r.mode.Get(&p.Ctx).Int()
	if mode == recordNothing {
		return
	}
	m := p.Mark()
	switch mode {
	case recordSocket:
		in := p.InSocket()
		if in != nil && (r.cfg.DoubleRR == doubleAlways || r.cfg.DoubleRR == doubleOnChange && in != out) {
			r.bySocket(p, out, true)
			r.bySocket(p, in, true)
		} else {
			r.bySocket(p, out, false)
		}
	case recordPreset:
		r.byAddress(p, r.address.Get(&p.Ctx), rt.ProtoNone)
		if b := r.address2.Get(&p.Ctx); !b.IsUndef() {
			r.byAddress(p, b, rt.ProtoNone)
		}
	case recordAdvertised:
		in, a := p.InSocket(), r.address.Get(&p.Ctx)
		if in != nil && (r.cfg.DoubleRR == doubleAlways || r.cfg.DoubleRR == doubleOnChange && in.Proto != out.Proto) {
			r.byAddress(p, a, out.Proto)
			r.byAddress(p, a, in.Proto)
		} else {
			r.byAddress(p, a, rt.ProtoNone)
		}
	}
	lines := p.FromMark(m)
	if i := p.Index.First(sipparse.HdrRecordRoute); i >= 0 {
		off, _ := p.Index.Line(i)
		p.Insert(off, lines, true)
		return
	}
	last := 0
	for i := p.Index.First(sipparse.HdrVia); i >= 0; i = p.Index.Next(i) {
		last = i
	}
	_, end := p.Index.Line(last)
	p.Insert(end, lines, false)
}

// bySocket writes a header with a socket's address.
func (r *recorder) bySocket(p *core.Proc, s *core.Socket, double bool) {
	r.beginLine(p)
	p.AppendSentBy(s)
	if s.Proto != rt.ProtoUDP {
		r.appendTransport(p, s.Proto)
	}
	if double {
		p.AppendString(";r2=on")
	}
	if r.cfg.SocketName {
		p.AppendString(";sn=")
		p.Append(s.Name())
	}
	r.appendLR(p)
	r.appendFromTag(p)
	r.endLine(p)
}

// byAddress writes a header with an address of the script's; proto is said, and
// the header one of two, where it is not ProtoNone.
func (r *recorder) byAddress(p *core.Proc, address value.Value, proto rt.Proto) {
	r.beginLine(p)
	p.AppendValue(address)
	if proto != rt.ProtoNone {
		r.appendTransport(p, proto)
		p.AppendString(";r2=on")
	}
	r.appendFromTag(p)
	r.appendLR(p)
	r.endLine(p)
}

func (r *recorder) beginLine(p *core.Proc) {
	p.AppendString("Record-Route: <sip")
	if u, _, e := p.ParsedURI(); e == sipparse.OK && u.Scheme == sipparse.SchemeSIPS && !r.cfg.IgnoreSIPS {
		p.AppendByte('s')
	}
	p.AppendByte(':')
	if u := r.user.Get(&p.Ctx); !u.IsUndef() {
		p.AppendValue(u)
		p.AppendByte('@')
	}
}

func (r *recorder) endLine(p *core.Proc) {
	p.AppendValue(r.args.Get(&p.Ctx))
	p.AppendValue(r.added.Get(&p.Ctx))
	for _, f := range r.cfg.onWrite {
		f(p)
	}
	p.AppendString(">\r\n")
}

func (r *recorder) appendTransport(p *core.Proc, proto rt.Proto) {
	p.AppendString(";transport=")
	p.AppendString(proto.String())
}

func (r *recorder) appendLR(p *core.Proc) {
	p.AppendString(";lr")
	if r.cfg.FullLR {
		p.AppendString("=on")
	}
}

// appendFromTag writes the tag of the dialog's caller: From's, or To's in a
// request that goes back to the caller.
func (r *recorder) appendFromTag(p *core.Proc) {
	if !r.cfg.FromTag {
		return
	}
	from, e := p.Index.From(p.Msg)
	if e == sipparse.OK && r.upstream(p) {
		from, e = p.Index.To(p.Msg)
	}
	if e != sipparse.OK || from.Tag.Len == 0 || !cleanText(from.Tag.Of(p.Msg)) {
		return
	}
	p.AppendString(";ftag=")
	p.Append(from.Tag.Of(p.Msg))
}
