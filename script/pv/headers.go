package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// A hdrName is a header name of a script: its type, or for a header that
// sipparse does not know its text; all is set for "*".
type hdrName struct {
	typ  sipparse.HeaderType
	text []byte
	all  bool
	// whole says that the body of each header is one value, commas or not.
	whole bool
}

func nameOf(text []byte) hdrName {
	if len(text) == 1 && text[0] == '*' {
		return hdrName{all: true}
	}
	return hdrName{typ: sipparse.LookupHeader(text), text: text}
}

// next is the first header of that name after number i (-1 for the first), -1
// for none.
func (h *hdrName) next(c *rt.Ctx, i int) int {
	x := &c.Index
	if h.all {
		if i++; i < x.Len() {
			return i
		}
		return -1
	}
	if i < 0 {
		i = x.First(h.typ)
	} else {
		i = x.Next(i)
	}
	if h.typ == sipparse.HdrOther {
		for i >= 0 && !equalFold(x.Name(i).Of(c.Msg), h.text) {
			i = x.Next(i)
		}
	}
	return i
}

// count is the number of headers of that name.
func (h *hdrName) count(c *rt.Ctx) int64 {
	n := int64(0)
	for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
		n++
	}
	return n
}

// at is the body of the index-th header of that name: from 0, from the end for
// a negative index, all joined by commas for indexAll.
func (h *hdrName) at(c *rt.Ctx, index int64) value.Value {
	if index == indexAll {
		return h.joined(c)
	}
	if index < 0 {
		if index += h.count(c); index < 0 {
			return undef
		}
	}
	for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
		if index == 0 {
			return inMsg(withBlanks(c, c.Index.Body(i)))
		}
		index--
	}
	return undef
}

// withBlanks is a header's body with the white space before its line end, which
// the reference counts as a part of it.
func withBlanks(c *rt.Ctx, s sipparse.Span) sipparse.Span {
	for i := s.End(); i < len(c.Msg) && (c.Msg[i] == ' ' || c.Msg[i] == '\t'); i++ {
		s.Len++
	}
	return s
}

func (h *hdrName) joined(c *rt.Ctx) value.Value {
	i := h.next(c, -1)
	if i < 0 {
		return undef
	}
	if h.next(c, i) < 0 {
		return inMsg(c.Index.Body(i))
	}
	m := c.Mark()
	for n := 0; i >= 0; i, n = h.next(c, i), n+1 {
		if n > 0 {
			c.AppendByte(',')
		}
		c.Append(c.Index.Body(i).Of(c.Msg))
	}
	return c.FromMark(m)
}

// hdrRow makes $name(header)[index]; read is called with the header's name and
// the index.
func hdrRow(name, doc string, kind value.Kind, read func(*rt.Ctx, hdrName, int64) value.Value) registry.PV {
	return registry.PV{Name: name, Inner: registry.Always, Doc: doc, Source: "pseudo-variables, $" + name + "(name)",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			text, expr, err := textOf(b, inner)
			if err != nil {
				return nil, err
			}
			at, err := indexOf(b, index, 0)
			if err != nil {
				return nil, err
			}
			v := &registry.Var{Name: name + "(" + inner + ")", Kind: kind}
			if expr != nil {
				v.Get = func(c *rt.Ctx) value.Value {
					return read(c, nameOf(c.Text(c.Str(expr(c)))), at(c))
				}
				return v, nil
			}
			h := nameOf([]byte(text))
			v.Get = func(c *rt.Ctx) value.Value { return read(c, h, at(c)) }
			return v, nil
		}}
}

// firstBody is the body of the first header of a type.
func firstBody(t sipparse.HeaderType) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		i := c.Index.First(t)
		if i < 0 {
			return undef
		}
		return inMsg(c.Index.Body(i))
	}
}

// firstNumber is the number in the first header of a type.
func firstNumber(t sipparse.HeaderType) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		i := c.Index.First(t)
		if i < 0 {
			return undef
		}
		n, ok := value.ParseInt(c.Index.Body(i).Of(c.Msg))
		if !ok {
			return undef
		}
		return value.FromInt(n)
	}
}

// addrs walks over the addresses in all headers of a type.
type addrs struct {
	typ      sipparse.HeaderType
	hdr      int // header + 1, 0 before the first
	off, end int
}

// next parses the next address into na; false at the end and at one that is
// malformed.
func (a *addrs) next(c *rt.Ctx, na *sipparse.NameAddr) bool {
	x := &c.Index
	for a.off >= a.end {
		i := -1
		if a.hdr == 0 {
			i = x.First(a.typ)
		} else {
			i = x.Next(a.hdr - 1)
		}
		if i < 0 {
			return false
		}
		s := x.Body(i)
		a.hdr, a.off, a.end = i+1, int(s.Off), s.End()
	}
	next, err := sipparse.ParseNameAddr(c.Msg, a.off, a.end, na)
	if err != sipparse.OK || next <= a.off {
		a.off = a.end
		return false
	}
	a.off = next
	return true
}

// element parses the n-th address of all headers of a type, counted over
// comma lists, into na.
func element(c *rt.Ctx, t sipparse.HeaderType, n int64, na *sipparse.NameAddr) bool {
	if n < 0 {
		return false
	}
	it := addrs{typ: t}
	for it.next(c, na) {
		if n == 0 {
			return true
		}
		n--
	}
	return false
}

// firstURI is the URI of the first address in a header of a type.
func firstURI(t sipparse.HeaderType) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		var na sipparse.NameAddr
		if !element(c, t, 0, &na) {
			return undef
		}
		return present(na.URI)
	}
}

// firstDisplay is the display name of the first address in a header of a type.
func firstDisplay(t sipparse.HeaderType) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		var na sipparse.NameAddr
		if !element(c, t, 0, &na) {
			return undef
		}
		return present(na.Display)
	}
}

// firstParam is a header parameter of the first address in a header of a type.
func firstParam(t sipparse.HeaderType, name string) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		var na sipparse.NameAddr
		if !element(c, t, 0, &na) {
			return undef
		}
		v, _ := param(c, inMsg(na.Params), name, ';')
		return v
	}
}

// uriPart is user (host false) or host of the URI of the first address in a
// header of a type.
func uriPart(t sipparse.HeaderType, host bool) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		var na sipparse.NameAddr
		if !element(c, t, 0, &na) {
			return undef
		}
		var u sipparse.URI
		if sipparse.ParseURI(c.Msg, int(na.URI.Off), na.URI.End(), &u) != sipparse.OK {
			return undef
		}
		if host {
			return present(u.HostRef)
		}
		return present(u.User)
	}
}

// assertedURI is $ai: the URI of the index-th P-Asserted-Identity.
func assertedURI() registry.PV {
	return registry.PV{Name: "ai", Inner: registry.Never, Source: "RFC 3325, pseudo-variables, $ai",
		Doc: "URI of the P-Asserted-Identity header; $(ai[n]) for the n-th one",
		Bind: func(b registry.Build, _, index string) (*registry.Var, error) {
			at, err := indexOf(b, index, 0)
			if err != nil {
				return nil, err
			}
			return &registry.Var{Name: "ai", Get: func(c *rt.Ctx) value.Value {
				var na sipparse.NameAddr
				if !element(c, sipparse.HdrPAssertedIdentity, at(c), &na) {
					return undef
				}
				return present(na.URI)
			}}, nil
		}}
}

// callID is the Call-ID.
func callID(c *rt.Ctx) value.Value { return present(c.Index.CallID(c.Msg)) }

// cseqNumber is the number of the CSeq header as text.
func cseqNumber(c *rt.Ctx) value.Value {
	if _, err := c.Index.CSeq(c.Msg); err != sipparse.OK {
		return undef
	}
	s := c.Index.Body(c.Index.First(sipparse.HdrCSeq))
	n := 0
	for b := s.Of(c.Msg); n < len(b) && b[n] >= '0' && b[n] <= '9'; {
		n++
	}
	return inMsg(s).Slice(0, n)
}

// headerVars are the variables of single headers.
func headerVars() []registry.PV {
	const di, ppi = sipparse.HdrDiversion, sipparse.HdrPPreferredIdentity
	return []registry.PV{
		hdrRow("hdr", "body of a header; $(hdr(name)[n]) for the n-th, [-1] for the last, [*] for all; name * is any header",
			value.Undef, func(c *rt.Ctx, h hdrName, i int64) value.Value { return h.at(c, i) }),
		hdrRow("hdrc", "number of headers of that name",
			value.Int, func(c *rt.Ctx, h hdrName, _ int64) value.Value { return value.FromInt(h.count(c)) }),
		hdrRow("hfl", "one value of a header of addresses or of Via, counted over the comma lists of all headers of the name; other headers are one value each",
			value.Undef, func(c *rt.Ctx, h hdrName, i int64) value.Value {
				h.whole = !h.addressList()
				return h.listed(c, i)
			}),
		hdrRow("hflc", "number of values that $hfl counts",
			value.Int, func(c *rt.Ctx, h hdrName, _ int64) value.Value {
				h.whole = !h.addressList()
				return value.FromInt(h.listCount(c))
			}),
		read("ct", value.Undef, "body of the first Contact header", firstBody(sipparse.HdrContact)),
		read("ua", value.Undef, "body of the User-Agent header", firstBody(sipparse.HdrUserAgent)),
		read("cT", value.Undef, "body of the Content-Type header", firstBody(sipparse.HdrContentType)),
		read("cl", value.Undef, "number in the Content-Length header", firstNumber(sipparse.HdrContentLength)),
		read("ci", value.Undef, "Call-ID", callID),
		read("cs", value.Undef, "number of the CSeq header", cseqNumber),
		read("csb", value.Undef, "body of the CSeq header", firstBody(sipparse.HdrCSeq)),
		read("rt", value.Undef, "URI of the Refer-To header", firstURI(sipparse.HdrReferTo)),
		read("re", value.Undef, "URI of the Remote-Party-ID header", firstURI(sipparse.HdrRemotePartyID)),
		assertedURI(),
		read("pu", value.Undef, "URI of the P-Preferred-Identity header", firstURI(ppi)),
		read("pU", value.Undef, "user part of the P-Preferred-Identity URI", uriPart(ppi, false)),
		read("pd", value.Undef, "host of the P-Preferred-Identity URI", uriPart(ppi, true)),
		read("pn", value.Undef, "display name of the P-Preferred-Identity header", firstDisplay(ppi)),
		read("di", value.Undef, "URI of the Diversion header", firstURI(di)),
		read("dir", value.Undef, "parameter reason of the Diversion header", firstParam(di, "reason")),
		read("dip", value.Undef, "parameter privacy of the Diversion header", firstParam(di, "privacy")),
		read("dic", value.Undef, "parameter counter of the Diversion header", firstParam(di, "counter")),
		read("rr_count", value.Int, "number of Record-Routes, counted over comma lists", recordRoutes),
		read("rr_top_count", value.Int, "number of Record-Routes that the topmost proxy has added: 2 where the first has r2, else 1; 0 for none", topRecordRoutes),
		attrs("expires", "smallest (min) or largest (max) lifetime in seconds: of each Contact its parameter, else the Expires header", []attr{
			{key: "min", get: func(c *rt.Ctx) value.Value { return expires(c, false) }},
			{key: "max", get: func(c *rt.Ctx) value.Value { return expires(c, true) }},
		}),
	}
}

// recordRoutes is $rr_count.
func recordRoutes(c *rt.Ctx) value.Value {
	n := int64(0)
	var na sipparse.NameAddr
	for it := (addrs{typ: sipparse.HdrRecordRoute}); it.next(c, &na); {
		n++
	}
	return value.FromInt(n)
}

// topRecordRoutes is $rr_top_count.
func topRecordRoutes(c *rt.Ctx) value.Value {
	var na sipparse.NameAddr
	if !element(c, sipparse.HdrRecordRoute, 0, &na) {
		return value.FromInt(0)
	}
	var u sipparse.URI
	if sipparse.ParseURI(c.Msg, int(na.URI.Off), na.URI.End(), &u) == sipparse.OK {
		if _, ok := u.Param(c.Msg, "r2"); ok {
			return value.FromInt(2)
		}
	}
	return value.FromInt(1)
}

// expires is $expires(min) and $expires(max).
func expires(c *rt.Ctx, largest bool) value.Value {
	best := undef
	var na sipparse.NameAddr
	for it := (addrs{typ: sipparse.HdrContact}); it.next(c, &na); {
		t, found := param(c, inMsg(na.Params), "expires", ';')
		e, ok := int64(0), false
		if found && !t.IsUndef() {
			e, ok = value.ParseInt(c.Bytes(t))
		} else if all := firstNumber(sipparse.HdrExpires)(c); !all.IsUndef() {
			e, ok = all.Int(), true // a Contact without the parameter
		}
		if ok && (best.IsUndef() || largest == (e > best.Int())) {
			best = value.FromInt(e)
		}
	}
	if best.IsUndef() {
		return firstNumber(sipparse.HdrExpires)(c)
	}
	return best
}
