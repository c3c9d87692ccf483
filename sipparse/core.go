package sipparse

// The typed pieces below are parsed when they are first asked for. The pointer
// that comes back is into x, and stays valid until x is parsed into again;
// after an error it points to a zero value.

// RURI is the Request-URI.
func (x *Index) RURI(b []byte) (*URI, Err) {
	if x.parsed>>pieceRURI&1 == 0 {
		e := Err(ErrBadURI)
		if x.request && x.uri.Len > 0 {
			e = ParseURI(b, int(x.uri.Off), x.uri.End(), &x.ruri)
		}
		if e != OK {
			x.ruri, x.errOff = URI{}, x.uri.Off
		}
		x.keep(pieceRURI, e)
	}
	return &x.ruri, x.errs[pieceRURI]
}

// TopVia is the first element of the first Via header.
func (x *Index) TopVia(b []byte) (*Via, Err) {
	if x.parsed>>pieceVia&1 == 0 {
		e := Err(ErrBadVia)
		if i := x.First(HdrVia); i >= 0 {
			s := x.Body(i)
			var at int
			if at, e = ParseVia(b, int(s.Off), s.End(), &x.via); e != OK {
				x.errOff = uint16(at)
			}
		}
		if e != OK {
			x.via = Via{}
		}
		x.keep(pieceVia, e)
	}
	return &x.via, x.errs[pieceVia]
}

// From is the From header.
func (x *Index) From(b []byte) (*NameAddr, Err) {
	if x.parsed>>pieceFrom&1 == 0 {
		x.keep(pieceFrom, x.address(b, HdrFrom, &x.from, ErrBadFrom))
	}
	return &x.from, x.errs[pieceFrom]
}

// To is the To header.
func (x *Index) To(b []byte) (*NameAddr, Err) {
	if x.parsed>>pieceTo&1 == 0 {
		x.keep(pieceTo, x.address(b, HdrTo, &x.to, ErrBadTo))
	}
	return &x.to, x.errs[pieceTo]
}

// address parses a header that has one address and nothing else.
func (x *Index) address(b []byte, t HeaderType, n *NameAddr, bad Err) Err {
	i := x.First(t)
	if i < 0 {
		*n = NameAddr{}
		return bad
	}
	s := x.Body(i)
	at, e := ParseNameAddr(b, int(s.Off), s.End(), n)
	if e != OK || at != s.End() || n.Star {
		*n = NameAddr{}
		x.errOff = uint16(at)
		return bad
	}
	return OK
}

// FromURI is the URI of the From header.
func (x *Index) FromURI(b []byte) (*URI, Err) {
	if x.parsed>>pieceFromURI&1 == 0 {
		n, e := x.From(b)
		if e == OK && ParseURI(b, int(n.URI.Off), n.URI.End(), &x.fromURI) != OK {
			e = ErrBadFrom
			x.errOff = n.URI.Off
		}
		if e != OK {
			x.fromURI = URI{}
		}
		x.keep(pieceFromURI, e)
	}
	return &x.fromURI, x.errs[pieceFromURI]
}

// ToURI is the URI of the To header.
func (x *Index) ToURI(b []byte) (*URI, Err) {
	if x.parsed>>pieceToURI&1 == 0 {
		n, e := x.To(b)
		if e == OK && ParseURI(b, int(n.URI.Off), n.URI.End(), &x.toURI) != OK {
			e = ErrBadTo
			x.errOff = n.URI.Off
		}
		if e != OK {
			x.toURI = URI{}
		}
		x.keep(pieceToURI, e)
	}
	return &x.toURI, x.errs[pieceToURI]
}

// CSeq is the first CSeq header.
func (x *Index) CSeq(b []byte) (*CSeq, Err) {
	if x.parsed>>pieceCSeq&1 == 0 {
		e := Err(ErrBadCSeq)
		if i := x.First(HdrCSeq); i >= 0 {
			s := x.Body(i)
			if e = ParseCSeq(b, int(s.Off), s.End(), &x.cseq); e != OK {
				x.errOff = s.Off
			}
		}
		if e != OK {
			x.cseq = CSeq{}
		}
		x.keep(pieceCSeq, e)
	}
	return &x.cseq, x.errs[pieceCSeq]
}

// CallID is the body of the first Call-ID header, zero if there is none.
func (x *Index) CallID(b []byte) Span {
	if i := x.First(HdrCallID); i >= 0 {
		return x.Body(i)
	}
	return Span{}
}

// ContentLength is the number in the Content-Length headers. ok is false if
// there is none, if one is not a number or if they differ; values that do not
// fit are 2^31-1.
func (x *Index) ContentLength(b []byte) (n int, ok bool) {
	e := x.readLength(b)
	return int(max(x.length, 0)), e == OK && x.length >= 0
}

// readLength reads Content-Length once and bounds the body by it.
func (x *Index) readLength(b []byte) Err {
	if x.parsed>>pieceLength&1 != 0 {
		return x.errs[pieceLength]
	}
	x.length = -1
	var e Err
	for i := x.First(HdrContentLength); i >= 0 && e == OK; i = x.Next(i) {
		s := x.Body(i)
		n, _, ok := number(b, int(s.Off), s.End(), 1<<31-1)
		switch {
		case !ok:
			e = ErrBadContentLength
		case x.length >= 0 && x.length != int32(n):
			e = ErrContentLengths
		}
		if e != OK {
			x.errOff = s.Off
		}
		x.length = int32(n)
	}
	if e == OK && x.length >= 0 {
		if end := int(x.bodyOff) + int(x.length); end <= int(x.bodyEnd) {
			x.bodyEnd = uint16(end)
		} else {
			e = ErrBodyTooShort
			x.errOff = x.bodyEnd
		}
	}
	x.keep(pieceLength, e)
	return e
}

// MaxForwards is the number in the first Max-Forwards header, -1 if there is none.
func (x *Index) MaxForwards(b []byte) (n int, e Err) {
	if x.parsed>>pieceForwards&1 == 0 {
		x.hops = -1
		if i := x.First(HdrMaxForwards); i >= 0 {
			s := x.Body(i)
			v, more, ok := number(b, int(s.Off), s.End(), MaxMaxForwards)
			if ok && !more {
				x.hops = int16(v)
			} else {
				e = ErrBadMaxForwards
				x.errOff = s.Off
			}
		}
		x.keep(pieceForwards, e)
	}
	return int(x.hops), x.errs[pieceForwards]
}

// Expires is the number of seconds in the first Expires header; ok is false if
// there is none or it is no number. Values that do not fit are MaxDelta.
func (x *Index) Expires(b []byte) (seconds uint32, ok bool) {
	if x.parsed>>pieceExpires&1 == 0 {
		e := Err(ErrBadExpires)
		if i := x.First(HdrExpires); i >= 0 {
			s := x.Body(i)
			if n, _, ok := number(b, int(s.Off), s.End(), MaxDelta); ok {
				x.expires, e = uint32(n), OK
			}
		}
		x.keep(pieceExpires, e)
	}
	return x.expires, x.errs[pieceExpires] == OK
}

func (x *Index) keep(piece uint, e Err) {
	x.parsed |= 1 << piece
	x.errs[piece] = e
}
