package pv

import (
	"strings"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// elementExpr is the n-th address in the headers of a type, with its parameters.
func elementExpr(t sipparse.HeaderType, n int64) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		var na sipparse.NameAddr
		if !element(c, t, n, &na) {
			return undef
		}
		return present(na.Whole)
	}
}

// addrHeader makes a row for a header that holds addresses: @from.uri.host,
// @contact.q, @record_route.uri.params.lr, @route[2].uri.
func addrHeader(prefix string, t sipparse.HeaderType, doc string) registry.Select {
	return sel(prefix, doc+": uri and its parts, name, tag, q, expires, params[\"name\"]; without more the first header's body",
		func(_ registry.Build, s *steps) (rt.Expr, error) {
			if s.done() {
				return firstBody(t), nil
			}
			n := int64(0)
			if i, ok := s.index(); ok {
				if i < 1 {
					return nil, s.unknown("an index from 1")
				}
				n = i - 1
			}
			return addrSel(elementExpr(t, n), s)
		})
}

// viaSel binds @via: one Via, counted from 1 or from the end, and its parts.
func viaSel(_ registry.Build, s *steps) (rt.Expr, error) {
	n := int64(0)
	if i, ok := s.index(); ok {
		switch {
		case i > 0:
			n = i - 1
		case i < 0:
			n = i
		default:
			return nil, s.unknown("an index from 1, or -1 for the last")
		}
	}
	spanOf := func(pick func(v *sipparse.Via) sipparse.Span) rt.Expr {
		return func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaIndex(c, n, &v) {
				return undef
			}
			return present(pick(&v))
		}
	}
	if s.done() {
		return spanOf(func(v *sipparse.Via) sipparse.Span { return v.Whole }), nil
	}
	params := spanOf(func(v *sipparse.Via) sipparse.Span { return v.Params })
	step := s.rest[0]
	switch s.name() {
	case "host":
		return func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaIndex(c, n, &v) {
				return undef
			}
			return present(viaHost(c, &v))
		}, nil
	case "port":
		return spanOf(func(v *sipparse.Via) sipparse.Span { return v.Port }), nil
	case "transport":
		return spanOf(func(v *sipparse.Via) sipparse.Span { return v.Transport }), nil
	case "name", "version": // of SIP/2.0
		word := 0
		if step.Name == "version" {
			word = 1
		}
		return func(c *rt.Ctx) value.Value {
			var v sipparse.Via
			if !viaIndex(c, n, &v) {
				return undef
			}
			return present(viaWord(c, &v, word))
		}, nil
	case "comment": // RFC 3261 has none
		return func(*rt.Ctx) value.Value { return undef }, nil
	case "params":
		return paramSel(params, s)
	case "branch", "received", "rport", "i", "alias", "maddr", "ttl":
		s.rest = append([]registry.SelectStep{step}, s.rest...)
		return paramSel(params, s)
	}
	return nil, s.unknown("name, version, transport, host, port, branch, received, rport, i, alias or params[\"name\"]")
}

// viaIndex is viaAt with any negative index counted from the end.
func viaIndex(c *rt.Ctx, n int64, v *sipparse.Via) bool {
	if n < 0 {
		total := int64(0)
		for w := (vias{}); w.next(c, v); {
			total++
		}
		if n += total; n < 0 {
			return false
		}
	}
	for w := (vias{}); w.next(c, v); n-- {
		if n == 0 {
			return true
		}
	}
	return false
}

// headerKey is the name of a header in a select, where _ stands for -.
func headerKey(s *steps) (hdrName, bool) {
	if len(s.rest) == 0 || s.rest[0].IsInt {
		return hdrName{}, false
	}
	step := s.rest[0]
	s.rest = s.rest[1:]
	if step.IsArg {
		return nameOf([]byte(step.Arg)), true
	}
	return nameOf([]byte(strings.ReplaceAll(step.Name, "_", "-"))), true
}

// msgSel binds @msg: the message, its parts, or a header by name.
func msgSel(_ registry.Build, s *steps) (rt.Expr, error) {
	if s.done() {
		return whole, nil
	}
	if len(s.rest) == 1 && !s.rest[0].IsArg {
		switch s.rest[0].Name {
		case "len":
			s.rest = nil
			return messageSize, nil
		case "body":
			s.rest = nil
			return body, nil
		case "body_sdp":
			s.rest = nil
			return sdpBody, nil
		case "first_line":
			s.rest = nil
			return firstLine, nil
		case "type":
			s.rest = nil
			return messageType, nil
		case "id":
			s.rest = nil
			return messageID, nil
		case "flags":
			s.rest = nil
			return func(c *rt.Ctx) value.Value { return value.FromInt(int64(c.Flags)) }, nil
		case "header":
			s.rest = nil
			return func(c *rt.Ctx) value.Value {
				return whole(c).Slice(c.Index.StartLine().End(), c.Index.HeadersEnd())
			}, nil
		}
	}
	if !s.rest[0].IsArg && s.rest[0].Name == "header" {
		s.rest = s.rest[1:]
	}
	h, ok := headerKey(s)
	if !ok {
		return nil, s.unknown("the name of a header")
	}
	n := int64(0)
	if i, ok := s.index(); ok {
		if n = i; i > 0 {
			n = i - 1
		}
	}
	x := rt.Expr(func(c *rt.Ctx) value.Value { return h.at(c, n) })
	if s.done() {
		return x, nil
	}
	switch s.name() {
	case "nameaddr":
		if s.done() {
			return addrSel(x, &steps{all: s.all, rest: []registry.SelectStep{{Name: "nameaddr"}}})
		}
		return addrSel(x, s)
	case "params":
		return paramSel(headerParams(x), s)
	}
	return nil, s.unknown("nameaddr or params[\"name\"] behind the header")
}

// headerParams is what follows the first ; of a header's value that is not
// inside quotes or <>.
func headerParams(x rt.Expr) rt.Expr {
	return chain(x, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
		if i := paramStart(b); i >= 0 {
			return v.Slice(i, len(b))
		}
		return undef
	})
}

// paramStart is the offset behind the first ; outside quotes and <>, -1 for none.
func paramStart(b []byte) int {
	if i := sipparse.Separator(b, 0, ';'); i < len(b) {
		return i + 1
	}
	return -1
}

// firstLine is the first line without its line end.
func firstLine(c *rt.Ctx) value.Value {
	v := inMsg(c.Index.StartLine())
	b := c.Bytes(v)
	n := len(b)
	for n > 0 && (b[n-1] == '\r' || b[n-1] == '\n') {
		n--
	}
	return v.Slice(0, n)
}

// sdpBody is the body of a message whose content is application/sdp.
func sdpBody(c *rt.Ctx) value.Value {
	i := c.Index.First(sipparse.HdrContentType)
	const sdp = "application/sdp"
	if i < 0 {
		return undef
	}
	b := c.Index.Body(i).Of(c.Msg)
	if len(b) < len(sdp) || !equalFold(b[:len(sdp)], sdp) {
		return undef
	}
	return body(c)
}

// viaWord is SIP (n 0) or 2.0 (n 1) of "SIP/2.0/UDP", as which a Via begins.
func viaWord(c *rt.Ctx, v *sipparse.Via, n int) sipparse.Span {
	i := int(v.Whole.Off)
	for ; n > 0 && i < v.Whole.End(); i++ {
		if c.Msg[i] == '/' {
			n--
		}
	}
	for i < v.Whole.End() && isSpace(c.Msg[i]) {
		i++
	}
	end := i
	for end < v.Whole.End() && c.Msg[end] != '/' && !isSpace(c.Msg[end]) {
		end++
	}
	return sipparse.Span{Off: uint16(i), Len: uint16(end - i)}
}
