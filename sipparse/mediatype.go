package sipparse

// ContentType is the body of a Content-Type header (RFC 3261 section 20.15).
type ContentType struct {
	Type     Span
	Subtype  Span
	Params   Span // without the first semicolon
	Boundary Span // of a multipart body, without quotes
}

// ParseContentType parses b[off:end], the whole body of a Content-Type header.
func ParseContentType(b []byte, off, end int, c *ContentType) Err {
	*c = ContentType{}
	b = b[:end]
	s := skipSpace(b, off, end)
	i := skip(b, s, end, cToken)
	c.Type = span(s, i)
	k := skipSpace(b, i, end)
	if i == s || k == end || b[k] != '/' {
		return ErrBadContentType
	}
	s = skipSpace(b, k+1, end)
	i = skip(b, s, end, cToken)
	c.Subtype = span(s, i)
	if i == s {
		return ErrBadContentType
	}
	var e Err
	if c.Params, e = restOfParams(b, i, ErrBadContentType); e != OK {
		return e
	}
	if v, ok := findParam(b, c.Params, "boundary"); ok {
		c.Boundary = unquotedSpan(b, v)
	}
	return OK
}

// Is reports whether the type is typ/subtype, in any case.
func (c *ContentType) Is(b []byte, typ, subtype string) bool {
	return equalFold(c.Type.Of(b), typ) && equalFold(c.Subtype.Of(b), subtype)
}

// Param is the value of a parameter by its name in any case, a quoted string
// with its quotes.
func (c *ContentType) Param(b []byte, name string) (value Span, ok bool) {
	return findParam(b, c.Params, name)
}

// restOfParams reads the parameters that fill b from i on, if there are any.
func restOfParams(b []byte, i int, bad Err) (Span, Err) {
	i = skipSpace(b, i, len(b))
	first, stop := i+1, i
	for i < len(b) && b[i] == ';' {
		_, ne, _, ve, next := nextParam(b, i)
		if next < 0 {
			return Span{}, bad
		}
		stop = max(ne, ve)
		i = next
	}
	if i != len(b) {
		return Span{}, bad
	}
	if stop < first {
		return Span{}, OK
	}
	return span(first, stop), OK
}

// unquotedSpan is v without its quotes, if it has any.
func unquotedSpan(b []byte, v Span) Span {
	if v.Len >= 2 && b[v.Off] == '"' {
		return Span{v.Off + 1, v.Len - 2}
	}
	return v
}
