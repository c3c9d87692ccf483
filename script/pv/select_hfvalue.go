package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// hfValueSel binds @hf_value.name[index].part: one value of a header whose
// values are a comma list; index counts from 1, or from the end where negative.
// Without an index it is all values, separated by commas, or a part of the first.
func hfValueSel(_ registry.Build, s *steps) (rt.Expr, error) {
	h, ok := headerKey(s)
	if !ok {
		return nil, s.unknown("the name of a header")
	}
	n := int64(indexAll)
	if i, ok := s.index(); ok {
		if n = i; i > 0 {
			n = i - 1
		}
	}
	if n == indexAll {
		if s.done() {
			return func(c *rt.Ctx) value.Value { return h.allListed(c) }, nil
		}
		n = 0
	}
	return hfPart(rt.Expr(func(c *rt.Ctx) value.Value { return h.listed(c, n) }), s)
}

// hfPart binds what may stand behind one value: uri, name without its quotes,
// nameaddr, p["name"], param["name"] or a parameter's name.
func hfPart(x rt.Expr, s *steps) (rt.Expr, error) {
	if s.done() {
		return x, nil
	}
	switch step := s.rest[0]; step.Name {
	case "uri", "nameaddr":
		return addrSel(x, s)
	case "name":
		display, err := addrSel(x, s)
		if err != nil {
			return nil, err
		}
		return chain(display, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
				return v.Slice(1, n-1)
			}
			return v
		}), nil
	case "p", "param", "params":
		s.name()
		if s.done() {
			return nil, s.unknown("the name of a parameter")
		}
	}
	return paramSel(headerParams(x), s)
}

// hfValue2Sel binds @hf_value2.name.part: a header with comma-separated
// parameters, such as the Authorization family.
func hfValue2Sel(_ registry.Build, s *steps) (rt.Expr, error) {
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
	name, ok := s.key()
	if !ok {
		return nil, s.unknown("the name of a parameter")
	}
	return chain(x, func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		// The scheme is one word before the list.
		i := 0
		for i < len(b) && !isSpace(b[i]) {
			i++
		}
		val, ok := param(c, v.Slice(i, len(b)), name, ',')
		if !ok {
			return undef
		}
		return val
	}), nil
}

// hfExistsSel binds @hf_value_exists.name.value: "1" where a value of the
// comma list is that one, else "0".
func hfExistsSel(b registry.Build, s *steps) (rt.Expr, error) {
	h, ok := headerKey(s)
	if !ok {
		return nil, s.unknown("the name of a header")
	}
	want, ok := s.key()
	if !ok {
		return nil, s.unknown("a value")
	}
	yes, no := b.Const("1"), b.Const("0")
	return func(c *rt.Ctx) value.Value {
		for i := h.next(c, -1); i >= 0; i = h.next(c, i) {
			body := c.Index.Body(i).Of(c.Msg)
			for at := 0; at <= len(body); {
				end := sipparse.Separator(body, at, ',')
				item := body[at:end]
				if p := paramStart(item); p >= 0 {
					item = item[:p-1]
				}
				lo, hi := trim(item, 0, len(item))
				if equalFold(item[lo:hi], want) {
					return yes
				}
				at = end + 1
			}
		}
		return no
	}, nil
}
