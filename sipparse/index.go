package sipparse

// Interim parser: to be overwritten by the real index.go, parse.go, … of this package.

type Scheme uint8

const (
	SchemeOther Scheme = iota
	SchemeSIP
	SchemeSIPS
	SchemeTel
)

type HostKind uint8

const (
	HostName HostKind = iota
	HostIPv4
	HostIPv6
)

type hdr struct {
	name, body Span
	end        uint16
	typ        HeaderType
	next       int16
}

type Index struct {
	req                            bool
	method                         Method
	status                         int
	mspan, uspan, rspan, vspan, sl Span
	n, hend, boff, mend, erroff    int
	h                              [256]hdr
	first                          [numHeaderTypes]int16
	uri, furi, turi                URI
	via                            Via
	from, to                       NameAddr
	cseq                           CSeq
	tailNext                       int
}

type URI struct {
	Scheme                                          Scheme
	SchemeSpan, User, Password, Host, HostRef, Port Span
	PortNum                                         uint16
	HostKind                                        HostKind
	Params, Headers, Whole                          Span
	Transport, MAddr, TTL, UserParam, Method        Span
	TransportKind                                   Transport
	LR                                              bool
}

type Via struct {
	Whole, Transport                       Span
	TransportKind                          Transport
	Host, Port                             Span
	PortNum                                uint16
	HostKind                               HostKind
	Branch, Received, RPort, MAddr, Params Span
	RPortParam, ReceivedParam              Span
	HasRPort, Next                         bool
	RPortNum                               uint16
}

type NameAddr struct {
	Whole, Display, URI, Params, Tag, Q, Expires Span
	Bracketed, Star                              bool
}

type CSeq struct {
	Number     uint32
	NumberSpan Span
	Method     Method
	MethodSpan Span
}

type Digest struct {
	Scheme, Username, Realm, Nonce, URI, Response, Algorithm, QOP, NC, CNonce, Opaque Span
}

func Parse(b []byte, x *Index) Err {
	*x = Index{}
	if len(b) == 0 {
		return ErrEmpty
	}
	i := 0
	for i < len(b) && b[i] != '\n' {
		i++
	}
	if i == len(b) {
		return ErrNotSIP
	}
	x.sl = span(0, i+1)
	e := i
	if e > 0 && b[e-1] == '\r' {
		e--
	}
	var bad Err
	if e > 8 && equalFold(b[:8], "SIP/2.0 ") {
		x.vspan = span(0, 7)
		if e < 12 {
			return ErrBadReply
		}
		n, _, ok := number(b, 8, 11, 999)
		if !ok || b[11] != ' ' || n < 100 || n > 699 {
			return ErrBadReply
		}
		x.status = int(n)
		x.rspan = span(12, e)
	} else {
		x.req = true
		j := 0
		for j < e && b[j] != ' ' {
			j++
		}
		x.mspan = span(0, j)
		k := e
		for k > 0 && b[k-1] == ' ' {
			k--
		}
		v := k
		for v > j && b[v-1] != ' ' {
			v--
		}
		if v <= j+1 || k-v != 7 || !equalFold(b[v:v+4], "SIP/") {
			return ErrNotSIP
		}
		x.vspan = span(v, k)
		x.method = ParseMethod(b[:j])
		us, ue := j, v
		for us < ue && b[us] == ' ' {
			us++
		}
		for ue > us && b[ue-1] == ' ' {
			ue--
		}
		x.uspan = span(us, ue)
		if !equalFold(b[v:k], "SIP/2.0") {
			bad = ErrVersion
		}
		for q := us; q < ue; q++ {
			if b[q] <= ' ' {
				bad = ErrBadURI
			}
		}
	}
	var last [numHeaderTypes]int16
	p := i + 1
	for {
		if p >= len(b) {
			x.hend, x.boff, x.mend = len(b), len(b), len(b)
			return pick(bad, ErrTruncated, x)
		}
		if b[p] == '\n' {
			x.hend, x.boff = p, p+1
			break
		}
		if b[p] == '\r' && p+1 < len(b) && b[p+1] == '\n' {
			x.hend, x.boff = p, p+2
			break
		}
		s := p
		for {
			for p < len(b) && b[p] != '\n' {
				p++
			}
			if p+1 < len(b) && (b[p+1] == ' ' || b[p+1] == '\t') {
				p++
				continue
			}
			break
		}
		end := p + 1
		if end > len(b) {
			end = len(b)
		}
		p = end
		c := s
		for c < end && b[c] != ':' && b[c] != '\n' {
			if b[c] == 0 || b[c] == '\r' {
				break
			}
			c++
		}
		if c >= end || b[c] != ':' {
			x.erroff = c
			if bad == OK {
				bad = ErrHeaderLine
			}
			continue
		}
		if x.n == 255 {
			return pick(bad, ErrTooManyHeaders, x)
		}
		ne := trimRight(b, s, c)
		bs := skipSpace(b, c+1, end)
		be := trimRight(b, bs, end)
		h := &x.h[x.n]
		h.name, h.body, h.end, h.typ = span(s, ne), span(bs, be), uint16(end), LookupHeader(b[s:ne])
		x.n++
		if l := last[h.typ]; l != 0 {
			x.h[l-1].next = int16(x.n)
		} else {
			x.first[h.typ] = int16(x.n)
		}
		last[h.typ] = int16(x.n)
	}
	x.mend = len(b)
	return pick(bad, OK, x)
}

func pick(a, b Err, x *Index) Err {
	if a == OK {
		a = b
	}
	if a != OK && !x.req {
		a |= errDrop
	}
	return a
}

func (x *Index) Core(b []byte) Err { return x.Validate(b) }
func (x *Index) Full(b []byte) Err { return x.Validate(b) }

func (x *Index) Validate(b []byte) Err {
	var e Err
	set := func(n Err) {
		if e == OK {
			e = n
		}
	}
	m := func(t HeaderType) bool { return x.First(t) < 0 }
	if m(HdrVia) || m(HdrFrom) || m(HdrTo) || m(HdrCallID) || m(HdrCSeq) {
		set(ErrMissing(m(HdrVia), m(HdrFrom), m(HdrTo), m(HdrCallID), m(HdrCSeq)))
	}
	if x.req {
		if _, q := x.RURI(b); q != OK {
			set(q)
		}
	}
	for _, d := range []struct {
		t HeaderType
		e Err
	}{{HdrFrom, ErrDupFrom}, {HdrTo, ErrDupTo}, {HdrCallID, ErrDupCallID}, {HdrCSeq, ErrDupCSeq}, {HdrMaxForwards, ErrDupMaxForwards}} {
		if i := x.First(d.t); i >= 0 && x.Next(i) >= 0 {
			set(d.e)
		}
	}
	if e == OK {
		if _, q := x.TopVia(b); q != OK {
			set(q)
		}
		if _, q := x.From(b); q != OK {
			set(ErrBadFrom)
		}
		if _, q := x.To(b); q != OK {
			set(ErrBadTo)
		}
		cs, q := x.CSeq(b)
		set(q)
		if q == OK && x.req && string(cs.MethodSpan.Of(b)) != string(x.mspan.Of(b)) {
			set(ErrCSeqMethod)
		}
		if _, q := x.MaxForwards(b); q != OK {
			set(q)
		}
	}
	seen := -1
	for i := x.First(HdrContentLength); i >= 0; i = x.Next(i) {
		s := x.Body(i)
		n, _, ok := number(b, int(s.Off), s.End(), 1<<40)
		if !ok {
			set(ErrBadContentLength)
			break
		}
		if seen >= 0 && seen != int(n) {
			set(ErrContentLengths)
		}
		seen = int(n)
	}
	if e == OK && seen >= 0 {
		if seen > len(b)-x.boff {
			set(ErrBodyTooShort)
		} else {
			x.mend = x.boff + seen
		}
	}
	return pick(e, OK, x)
}

func (x *Index) ErrOffset() int         { return x.erroff }
func (x *Index) IsRequest() bool        { return x.req }
func (x *Index) Method() Method         { return x.method }
func (x *Index) MethodSpan() Span       { return x.mspan }
func (x *Index) URISpan() Span          { return x.uspan }
func (x *Index) Status() int            { return x.status }
func (x *Index) ReasonSpan() Span       { return x.rspan }
func (x *Index) VersionSpan() Span      { return x.vspan }
func (x *Index) StartLine() Span        { return x.sl }
func (x *Index) Len() int               { return x.n }
func (x *Index) Type(i int) HeaderType  { return x.h[i].typ }
func (x *Index) Name(i int) Span        { return x.h[i].name }
func (x *Index) Body(i int) Span        { return x.h[i].body }
func (x *Index) Line(i int) (int, int)  { return int(x.h[i].name.Off), int(x.h[i].end) }
func (x *Index) First(t HeaderType) int { return int(x.first[t]) - 1 }
func (x *Index) Next(i int) int         { return int(x.h[i].next) - 1 }
func (x *Index) HeadersEnd() int        { return x.hend }
func (x *Index) BodyOff() int           { return x.boff }
func (x *Index) MsgBody(b []byte) Span  { return span(x.boff, x.mend) }
func (x *Index) MsgEnd() int            { return x.mend }

func (x *Index) RURI(b []byte) (*URI, Err) {
	if !x.req {
		return &x.uri, ErrBadURI
	}
	return &x.uri, ParseURI(b, int(x.uspan.Off), x.uspan.End(), &x.uri)
}
func (x *Index) TopVia(b []byte) (*Via, Err) {
	i := x.First(HdrVia)
	if i < 0 {
		return &x.via, ErrBadVia
	}
	s := x.Body(i)
	_, e := ParseVia(b, int(s.Off), s.End(), &x.via)
	return &x.via, e
}
func (x *Index) na(b []byte, t HeaderType, n *NameAddr) (*NameAddr, Err) {
	i := x.First(t)
	if i < 0 {
		return n, ErrBadNameAddr
	}
	s := x.Body(i)
	_, e := ParseNameAddr(b, int(s.Off), s.End(), n)
	return n, e
}
func (x *Index) From(b []byte) (*NameAddr, Err) { return x.na(b, HdrFrom, &x.from) }
func (x *Index) To(b []byte) (*NameAddr, Err)   { return x.na(b, HdrTo, &x.to) }
func (x *Index) FromURI(b []byte) (*URI, Err) {
	n, e := x.From(b)
	if e != OK {
		return &x.furi, e
	}
	return &x.furi, ParseURI(b, int(n.URI.Off), n.URI.End(), &x.furi)
}
func (x *Index) ToURI(b []byte) (*URI, Err) {
	n, e := x.To(b)
	if e != OK {
		return &x.turi, e
	}
	return &x.turi, ParseURI(b, int(n.URI.Off), n.URI.End(), &x.turi)
}
func (x *Index) CSeq(b []byte) (*CSeq, Err) {
	i := x.First(HdrCSeq)
	if i < 0 {
		return &x.cseq, ErrBadCSeq
	}
	s := x.Body(i)
	n, j, more := decimal(b, int(s.Off), s.End(), MaxCSeq)
	if more || j == int(s.Off) {
		return &x.cseq, ErrBadCSeq
	}
	x.cseq.Number, x.cseq.NumberSpan = uint32(n), span(int(s.Off), j)
	k := skipSpace(b, j, s.End())
	x.cseq.MethodSpan = span(k, s.End())
	x.cseq.Method = ParseMethod(b[k:s.End()])
	return &x.cseq, OK
}
func (x *Index) CallID(b []byte) Span {
	if i := x.First(HdrCallID); i >= 0 {
		return x.Body(i)
	}
	return Span{}
}
func (x *Index) ContentLength(b []byte) (int, bool) {
	if i := x.First(HdrContentLength); i >= 0 {
		s := x.Body(i)
		n, _, ok := number(b, int(s.Off), s.End(), 1<<30)
		return int(n), ok
	}
	return 0, false
}
func (x *Index) MaxForwards(b []byte) (int, Err) {
	i := x.First(HdrMaxForwards)
	if i < 0 {
		return -1, OK
	}
	s := x.Body(i)
	n, more, ok := number(b, int(s.Off), s.End(), 255)
	if !ok || more {
		return -1, ErrBadMaxForwards
	}
	return int(n), OK
}

func hostPart(b []byte, i, end int, stop string) (host, ref, port Span, num uint16, kind HostKind, next int, ok bool) {
	s := i
	if i < end && b[i] == '[' {
		for i < end && b[i] != ']' {
			i++
		}
		if i == end {
			return
		}
		host, ref, kind = span(s+1, i), span(s, i+1), HostIPv6
		i++
	} else {
		i = skip(b, i, end, cHost)
		host, ref = span(s, i), span(s, i)
		kind = HostIPv4
		for _, c := range b[s:i] {
			if c != '.' && (c < '0' || c > '9') {
				kind = HostName
			}
		}
	}
	if host.Len == 0 {
		return
	}
	j := skipSpace(b, i, end)
	if j < end && b[j] == ':' {
		j = skipSpace(b, j+1, end)
		n, k, more := decimal(b, j, end, 65535)
		if k == j || more {
			return
		}
		port, num, i = span(j, k), uint16(n), k
	}
	return host, ref, port, num, kind, i, true
}

func ParseURI(b []byte, off, end int, u *URI) Err {
	*u = URI{Whole: span(off, end)}
	c := off
	for c < end && b[c] != ':' {
		c++
	}
	if c == end || c == off {
		return ErrBadURI
	}
	u.SchemeSpan = span(off, c)
	switch {
	case equalFold(b[off:c], "sip"):
		u.Scheme = SchemeSIP
	case equalFold(b[off:c], "sips"):
		u.Scheme = SchemeSIPS
	case equalFold(b[off:c], "tel"):
		u.Scheme = SchemeTel
		u.User = span(c+1, end)
		return OK
	default:
		return OK
	}
	i := c + 1
	at := -1
	for j := i; j < end; j++ {
		if b[j] == '@' {
			at = j
		}
		if b[j] <= ' ' {
			return ErrBadURI
		}
	}
	if at >= 0 {
		u.User = span(i, at)
		for j := i; j < at; j++ {
			if b[j] == ':' {
				u.User, u.Password = span(i, j), span(j+1, at)
				break
			}
		}
		i = at + 1
	}
	var ok bool
	u.Host, u.HostRef, u.Port, u.PortNum, u.HostKind, i, ok = hostPart(b, i, end, "")
	if !ok {
		return ErrBadURI
	}
	if i < end && b[i] == ';' {
		s := i + 1
		for i < end && b[i] != '?' {
			i++
		}
		u.Params = span(s, i)
		if v, ok := u.Param(b, "transport"); ok {
			u.Transport, u.TransportKind = v, ParseTransport(v.Of(b))
		}
		u.MAddr, _ = u.Param(b, "maddr")
		u.UserParam, _ = u.Param(b, "user")
		_, u.LR = u.Param(b, "lr")
	}
	if i < end && b[i] == '?' {
		u.Headers = span(i+1, end)
		i = end
	}
	if i != end {
		return ErrBadURI
	}
	return OK
}

func (u *URI) Param(b []byte, name string) (Span, bool) {
	return param(b, u.Params, name)
}

func param(b []byte, s Span, name string) (Span, bool) {
	i, end := int(s.Off), s.End()
	for i < end {
		j := i
		for j < end && b[j] != ';' {
			j++
		}
		k := i
		for k < j && b[k] != '=' {
			k++
		}
		if equalFold(b[skipSpace(b, i, k):trimRight(b, i, k)], name) {
			if k < j {
				vs := skipSpace(b, k+1, j)
				return span(vs, trimRight(b, vs, j)), true
			}
			return span(k, k), true
		}
		i = j + 1
	}
	return Span{}, false
}

func ParseVia(b []byte, off, end int, v *Via) (int, Err) {
	*v = Via{}
	e := off
	for e < end && b[e] != ',' {
		e++
	}
	next := e
	if e < end {
		next = skipSpace(b, e+1, end)
		v.Next = true
	}
	i := skipSpace(b, off, e)
	e = trimRight(b, i, e)
	v.Whole = span(i, e)
	for n := 0; n < 2; n++ {
		for i < e && b[i] != '/' {
			i++
		}
		i = skipSpace(b, i+1, e)
	}
	if i >= e {
		return next, ErrBadVia
	}
	s := i
	i = skip(b, i, e, cToken)
	v.Transport = span(s, i)
	v.TransportKind = ParseTransport(b[s:i])
	i = skipSpace(b, i, e)
	var ok bool
	v.Host, _, v.Port, v.PortNum, v.HostKind, i, ok = hostPart(b, i, e, "")
	if !ok {
		return next, ErrBadVia
	}
	i = skipSpace(b, i, e)
	for i < e {
		if b[i] != ';' {
			return next, ErrBadVia
		}
		i = skipSpace(b, i+1, e)
		if v.Params.Off == 0 {
			v.Params = span(i, e)
		}
		s := i
		i = skip(b, i, e, cToken)
		if i == s {
			return next, ErrBadVia
		}
		ns := span(s, i)
		val := span(i, i)
		j := skipSpace(b, i, e)
		if j < e && b[j] == '=' {
			j = skipSpace(b, j+1, e)
			k := j
			for k < e && b[k] != ';' {
				k++
			}
			val = span(j, trimRight(b, j, k))
			i = k
		} else {
			i = j
		}
		pe := val.End()
		switch {
		case equalFold(ns.Of(b), "branch"):
			v.Branch = val
		case equalFold(ns.Of(b), "received"):
			v.Received, v.ReceivedParam = val, span(s, pe)
		case equalFold(ns.Of(b), "maddr"):
			v.MAddr = val
		case equalFold(ns.Of(b), "rport"):
			v.HasRPort, v.RPort, v.RPortParam = true, val, span(s, pe)
			n, _, _ := number(b, int(val.Off), val.End(), 65535)
			v.RPortNum = uint16(n)
		}
	}
	return next, OK
}

func ParseNameAddr(b []byte, off, end int, n *NameAddr) (int, Err) {
	*n = NameAddr{}
	i := skipSpace(b, off, end)
	s := i
	if i < end && b[i] == '"' {
		if i = quoted(b, i, end); i < 0 {
			return end, ErrBadNameAddr
		}
		n.Display = span(s, i)
	}
	q, lt := i, -1
	for q < end && b[q] != ',' && b[q] != ';' {
		if b[q] == '<' {
			lt = q
			break
		}
		q++
	}
	if lt >= 0 {
		if n.Display.Len == 0 && lt > s {
			n.Display = span(s, trimRight(b, s, lt))
		}
		g := lt
		for g < end && b[g] != '>' {
			g++
		}
		if g == end {
			return end, ErrBadNameAddr
		}
		n.Bracketed, n.URI = true, span(lt+1, g)
		i = g + 1
	} else {
		n.URI = span(s, trimRight(b, s, q))
		n.Star = n.URI.Len == 1 && b[s] == '*'
		i = q
	}
	i = skipSpace(b, i, end)
	ps := i
	for i < end && b[i] != ',' {
		if b[i] == '"' {
			if i = quoted(b, i, end); i < 0 {
				return end, ErrBadNameAddr
			}
			continue
		}
		i++
	}
	e := trimRight(b, ps, i)
	if ps < e {
		if b[ps] != ';' {
			return end, ErrBadNameAddr
		}
		n.Params = span(ps+1, e)
		n.Tag, _ = param(b, n.Params, "tag")
		n.Q, _ = param(b, n.Params, "q")
		n.Expires, _ = param(b, n.Params, "expires")
	} else {
		e = trimRight(b, s, ps)
	}
	n.Whole = span(s, e)
	if i < end {
		return skipSpace(b, i+1, end), OK
	}
	return end, OK
}

func ParseDigest(b []byte, off, end int, d *Digest) Err { *d = Digest{}; return ErrBadCredentials }

type edit struct{ off, cut, data, n uint32 }

type Edits struct {
	n int
	e [64]edit
}

func (e *Edits) Reset()   { e.n = 0 }
func (e *Edits) Len() int { return e.n }
func (e *Edits) add(ed edit, before bool) bool {
	if e.n == len(e.e) {
		return false
	}
	i := 0
	for i < e.n && (e.e[i].off < ed.off || e.e[i].off == ed.off && !before && !(e.e[i].cut > 0 && ed.cut == 0)) {
		i++
	}
	copy(e.e[i+1:e.n+1], e.e[i:e.n])
	e.e[i] = ed
	e.n++
	return true
}
func (e *Edits) Cut(off, n int) bool { return e.add(edit{uint32(off), uint32(n), 0, 0}, false) }
func (e *Edits) InsertAt(off, d, n int, before bool) bool {
	return e.add(edit{uint32(off), 0, uint32(d), uint32(n)}, before)
}
func (e *Edits) Replace(off, cut, d, n int) bool {
	return e.add(edit{uint32(off), uint32(cut), uint32(d), uint32(n)}, false)
}
func (e *Edits) Size(n int) int {
	for i := range e.e[:e.n] {
		n += int(e.e[i].n)
	}
	return n
}
func (e *Edits) AppendTo(dst, msg, arena []byte) []byte {
	at := 0
	for i := range e.e[:e.n] {
		d := &e.e[i]
		if int(d.off) > at {
			dst = append(dst, msg[at:d.off]...)
			at = int(d.off)
		}
		dst = append(dst, arena[d.data:d.data+d.n]...)
		if k := int(d.off + d.cut); k > at {
			at = k
		}
	}
	return append(dst, msg[at:]...)
}

func EqualURI(a, b []byte) bool { return string(a) == string(b) }
