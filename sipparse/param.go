package sipparse

// nextParam reads the header parameter behind the semicolon at b[i], to the
// end of b: a name and, if vs is not negative, a value, which may be a quoted
// string. next is the offset of what follows it and the white space behind it,
// -1 if this is no parameter.
func nextParam(b []byte, i int) (ns, ne, vs, ve, next int) {
	i++
	i = space(b, i)
	ns = i
	i = run(b, i, cName)
	ne = i
	if ns == ne {
		return ns, ne, -1, -1, -1
	}
	i = space(b, i)
	if i >= len(b) || b[i] != '=' {
		return ns, ne, -1, -1, i
	}
	i++
	eq := i
	i = space(b, i)
	vs = i
	if i < len(b) && b[i] == '"' {
		if i = quoted(b, i, len(b)); i < 0 {
			return ns, ne, vs, vs, -1
		}
	} else {
		i = run(b, i, cValue)
	}
	ve = i
	if vs == ve {
		vs, ve = eq, eq // white space is no value
	}
	i = space(b, i)
	return ns, ne, vs, ve, i
}

// findParam looks for a parameter in s, a list with semicolons between its
// elements and none before the first, and gives its value; one without a value
// is there with an empty one. Quotes are kept.
func findParam(b []byte, s Span, name string) (Span, bool) {
	if s.Len == 0 {
		return Span{}, false
	}
	b = b[:s.End()]
	for i := int(s.Off) - 1; i >= 0 && i < len(b); {
		ns, ne, vs, ve, next := nextParam(b, i)
		if next < 0 {
			break
		}
		if ne-ns == len(name) && equalFold(b[ns:ne], name) {
			if vs < 0 {
				return span(ne, ne), true
			}
			return span(vs, ve), true
		}
		if next < len(b) && b[next] != ';' {
			break
		}
		i = next
	}
	return Span{}, false
}

// itemEnd is where a list element ends: the offset of the next element if b[i]
// is a comma with something behind it. ok is false if anything else but the end
// of b stands there.
func itemEnd(b []byte, i int) (next int, more, ok bool) {
	if i >= len(b) {
		return len(b), false, true
	}
	if b[i] != ',' {
		return i, false, false
	}
	next = skipSpace(b, i+1, len(b))
	return next, true, next < len(b)
}
