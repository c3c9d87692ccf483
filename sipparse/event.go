package sipparse

// Event is the body of an Event header (RFC 6665 section 8.2.1).
type Event struct {
	Package Span // with its templates: "presence.winfo"
	ID      Span
	Params  Span // without the first semicolon
}

// ParseEvent parses b[off:end], the whole body of an Event header.
func ParseEvent(b []byte, off, end int, v *Event) Err {
	*v = Event{}
	b = b[:end]
	s := skipSpace(b, off, end)
	i := skip(b, s, end, cToken)
	if i == s {
		return ErrBadEvent
	}
	v.Package = span(s, i)
	var e Err
	if v.Params, e = restOfParams(b, i, ErrBadEvent); e != OK {
		return e
	}
	v.ID, _ = findParam(b, v.Params, "id")
	return OK
}

// SessionExpires is the body of a Session-Expires header (RFC 4028 section 4).
type SessionExpires struct {
	Seconds   uint32
	Refresher Span // "uac" or "uas"
	Params    Span // without the first semicolon
}

// ParseSessionExpires parses b[off:end], the whole body of a Session-Expires
// header; the body of Min-SE has the same form.
func ParseSessionExpires(b []byte, off, end int, v *SessionExpires) Err {
	*v = SessionExpires{}
	b = b[:end]
	s := skipSpace(b, off, end)
	n, i, _ := decimal(b, s, end, MaxDelta)
	if i == s {
		return ErrBadSessionExpires
	}
	v.Seconds = uint32(n)
	var e Err
	if v.Params, e = restOfParams(b, i, ErrBadSessionExpires); e != OK {
		return e
	}
	v.Refresher, _ = findParam(b, v.Params, "refresher")
	return OK
}

// RetryAfter is the body of a Retry-After header (RFC 3261 section 20.33).
type RetryAfter struct {
	Seconds     uint32
	Comment     Span // with its parentheses
	Params      Span // without the first semicolon
	Duration    uint32
	HasDuration bool
}

// ParseRetryAfter parses b[off:end], the whole body of a Retry-After header.
func ParseRetryAfter(b []byte, off, end int, v *RetryAfter) Err {
	*v = RetryAfter{}
	b = b[:end]
	s := skipSpace(b, off, end)
	n, i, more := decimal(b, s, end, MaxDelta)
	if i == s || more {
		return ErrBadRetryAfter
	}
	v.Seconds = uint32(n)
	i = skipSpace(b, i, end)
	if i < end && b[i] == '(' {
		k := comment(b, i)
		if k < 0 {
			return ErrBadRetryAfter
		}
		v.Comment = span(i, k)
		i = k
	}
	var e Err
	if v.Params, e = restOfParams(b, i, ErrBadRetryAfter); e != OK {
		return e
	}
	if d, ok := findParam(b, v.Params, "duration"); ok {
		n, more, ok := number(b, int(d.Off), d.End(), MaxDelta)
		if !ok || more {
			return ErrBadRetryAfter
		}
		v.Duration, v.HasDuration = uint32(n), true
	}
	return OK
}

// comment is the offset behind the comment that begins at b[i]; comments nest.
func comment(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// Reason is one element of a Reason header (RFC 3326).
type Reason struct {
	Protocol Span
	Params   Span   // without the first semicolon
	Text     Span   // with its quotes
	Cause    uint32 // 0 if there is none
}

// ParseReason parses the element of a Reason list that begins in b[off:end];
// next is the offset of the next one, or end.
func ParseReason(b []byte, off, end int, v *Reason) (next int, e Err) {
	*v = Reason{}
	b = b[:end]
	s := skipSpace(b, off, end)
	i := skip(b, s, end, cToken)
	if i == s {
		return i, ErrBadReason
	}
	v.Protocol = span(s, i)
	i = skipSpace(b, i, end)
	first := i + 1
	for i < len(b) && b[i] == ';' {
		ns, ne, vs, ve, after := nextParam(b, i)
		if after < 0 {
			return i, ErrBadReason
		}
		if vs >= 0 && equalFold(b[ns:ne], "cause") {
			n, more, ok := number(b, vs, ve, MaxDelta)
			if !ok || more {
				return vs, ErrBadReason
			}
			v.Cause = uint32(n)
		} else if vs >= 0 && equalFold(b[ns:ne], "text") {
			v.Text = span(vs, ve)
		}
		v.Params = span(first, max(ne, ve))
		i = after
	}
	next, _, ok := itemEnd(b, i)
	if !ok {
		return i, ErrBadReason
	}
	return next, OK
}
