package sipparse

const (
	bitVia    = 1 << HdrVia
	bitFrom   = 1 << HdrFrom
	bitTo     = 1 << HdrTo
	bitCallID = 1 << HdrCallID
	bitCSeq   = 1 << HdrCSeq
	bitMaxFwd = 1 << HdrMaxForwards

	mandatory = bitVia | bitFrom | bitTo | bitCallID | bitCSeq
	single    = bitFrom | bitTo | bitCallID | bitCSeq | bitMaxFwd
)

// Core parses what routing needs: the Request-URI, the top Via with its
// parameters, From and To with their URIs and tags, Call-ID, CSeq,
// Content-Length and Max-Forwards. Its error is the first thing wrong with one
// of them; a header that is missing counts unless it is Max-Forwards or
// Content-Length. A URI of a header in an unknown scheme is fine.
func (x *Index) Core(b []byte) Err {
	var err Err
	if x.seen&mandatory != mandatory {
		err = ErrMissing(x.seen&bitVia == 0, x.seen&bitFrom == 0, x.seen&bitTo == 0,
			x.seen&bitCallID == 0, x.seen&bitCSeq == 0)
		x.errOff = x.headersEnd
		return x.mark(err)
	}
	if x.request {
		if _, err = x.RURI(b); err != OK {
			return x.mark(err)
		}
	}
	if _, err = x.TopVia(b); err != OK {
		return x.mark(err)
	}
	if _, err = x.FromURI(b); err != OK {
		return x.mark(err)
	}
	if _, err = x.ToURI(b); err != OK {
		return x.mark(err)
	}
	if _, err = x.CSeq(b); err != OK {
		return x.mark(err)
	}
	if s := x.CallID(b); s.Len == 0 {
		return x.fail(ErrBadCallID, int(s.Off))
	}
	if _, err = x.MaxForwards(b); err != OK {
		return x.mark(err)
	}
	return x.mark(x.readLength(b))
}

// Validate is Core and all else that makes a message one that no element of
// RFC 3261 may process: errors of Parse, headers that may stand once only and
// stand twice, a CSeq of another method than the request's, headers in the
// Request-URI. An error in a reply is not answerable; the reply is dropped.
func (x *Index) Validate(b []byte) Err {
	if x.parseErr != OK {
		return x.parseErr
	}
	if e := x.Core(b); e != OK {
		return e
	}
	if x.twice&single != 0 {
		return x.doubled()
	}
	if !x.request {
		return OK
	}
	if x.cseq.Method != x.kind || x.kind == MethodOther && string(x.cseq.MethodSpan.Of(b)) != string(x.method.Of(b)) {
		return x.fail(ErrCSeqMethod, int(x.cseq.MethodSpan.Off))
	}
	if x.ruri.Headers.Len > 0 {
		return x.fail(ErrURIHeaders, int(x.ruri.Headers.Off))
	}
	return OK
}

// doubled names the header that stands twice.
func (x *Index) doubled() Err {
	for _, d := range [...]struct {
		t HeaderType
		e Err
	}{
		{HdrFrom, ErrDupFrom}, {HdrTo, ErrDupTo}, {HdrCallID, ErrDupCallID},
		{HdrCSeq, ErrDupCSeq}, {HdrMaxForwards, ErrDupMaxForwards},
	} {
		if x.twice>>d.t&1 != 0 {
			return x.fail(d.e, int(x.lines[x.Next(x.First(d.t))].off))
		}
	}
	return OK
}

// Full is Core and a look at every element of the Via, Contact, Route and
// Record-Route headers and their URIs; its error is the first thing wrong.
// Nothing of it is kept: who needs the elements walks them with ParseVia and
// ParseNameAddr.
func (x *Index) Full(b []byte) Err {
	if e := x.Core(b); e != OK {
		return e
	}
	top := x.First(HdrVia)
	for i, t := range x.types[:x.n] {
		var e Err
		switch HeaderType(t) {
		case HdrVia:
			if i == top && !x.via.Next {
				continue // Core has read it
			}
			e = x.allVias(b, x.Body(i))
		case HdrContact:
			e = x.allAddresses(b, x.Body(i), ErrBadContact)
		case HdrRoute:
			e = x.allAddresses(b, x.Body(i), ErrBadRoute)
		case HdrRecordRoute:
			e = x.allAddresses(b, x.Body(i), ErrBadRecordRoute)
		}
		if e != OK {
			return e
		}
	}
	return OK
}

func (x *Index) allVias(b []byte, s Span) Err {
	var v Via
	i, end := int(s.Off), s.End()
	for range maxElements {
		next, e := ParseVia(b, i, end, &v)
		if e != OK {
			return x.fail(e, next)
		}
		if i = next; i >= end {
			return OK
		}
	}
	return x.fail(ErrBadVia, i)
}

func (x *Index) allAddresses(b []byte, s Span, bad Err) Err {
	var n NameAddr
	var u URI
	i, end := int(s.Off), s.End()
	for range maxElements {
		next, e := ParseNameAddr(b, i, end, &n)
		if e == OK && !n.Star {
			e = ParseURI(b, int(n.URI.Off), n.URI.End(), &u)
		}
		// A star stands alone, and in a Contact only (RFC 3261 section 20.10).
		if e != OK || n.Star && (bad != ErrBadContact || n.Whole != s) {
			return x.fail(bad, i)
		}
		if i = next; i >= end {
			return OK
		}
	}
	return x.fail(bad, i)
}
