package pv

import (
	"fmt"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// steps is what stands behind a select's prefix, taken from the left by the
// functions that bind it.
type steps struct {
	all  []registry.SelectStep // with the prefix, for messages
	rest []registry.SelectStep
}

// name takes the next .name; "" where none stands there.
func (s *steps) name() string {
	if len(s.rest) == 0 || s.rest[0].IsArg {
		return ""
	}
	n := s.rest[0].Name
	s.rest = s.rest[1:]
	return n
}

// key takes the next .name or ["text"].
func (s *steps) key() (string, bool) {
	if len(s.rest) == 0 || s.rest[0].IsArg && s.rest[0].IsInt {
		return "", false
	}
	st := s.rest[0]
	s.rest = s.rest[1:]
	if st.IsArg {
		return st.Arg, true
	}
	return st.Name, true
}

// index takes the next [number].
func (s *steps) index() (int64, bool) {
	if len(s.rest) == 0 || !s.rest[0].IsInt {
		return 0, false
	}
	n := s.rest[0].Num
	s.rest = s.rest[1:]
	return n, true
}

func (s *steps) done() bool { return len(s.rest) == 0 }

// String is the path as a script writes it.
func (s *steps) String() string {
	t := "@"
	for i, st := range s.all {
		switch {
		case st.IsInt:
			t += fmt.Sprintf("[%d]", st.Num)
		case st.IsArg:
			t += fmt.Sprintf("[%q]", st.Arg)
		case i > 0:
			t += "." + st.Name
		default:
			t += st.Name
		}
	}
	return t
}

func (s *steps) unknown(what string) error {
	if len(s.rest) == 0 {
		return fmt.Errorf("the select %s is not complete; expected %s", s, what)
	}
	return fmt.Errorf("the select %s does not exist; expected %s", s, what)
}

// sel makes a row; bind sees the steps behind the prefix.
func sel(prefix, doc string, bind func(b registry.Build, s *steps) (rt.Expr, error)) registry.Select {
	return registry.Select{Prefix: prefix, Doc: doc, Bind: func(b registry.Build, path []registry.SelectStep) (rt.Expr, error) {
		s := &steps{all: path}
		n := 1
		for i := range len(prefix) {
			if prefix[i] == '.' {
				n++
			}
		}
		s.rest = path[min(n, len(path)):]
		x, err := bind(b, s)
		if err != nil {
			return nil, err
		}
		if !s.done() {
			return nil, s.unknown("nothing behind it")
		}
		return x, nil
	}}
}

// plainSel makes a row for a path without any parts.
func plainSel(prefix, doc string, get rt.Expr) registry.Select {
	return sel(prefix, doc, func(registry.Build, *steps) (rt.Expr, error) { return get, nil })
}

// chain is f applied to what x gives; undefined stays undefined.
func chain(x rt.Expr, f func(c *rt.Ctx, v value.Value, b []byte) value.Value) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		v := x(c)
		if v.Kind() != value.Str {
			return undef
		}
		return f(c, v, c.Bytes(v))
	}
}

// found is part, undefined where absent: selects know no empty parts.
func found(v value.Value, s sipparse.Span) value.Value {
	if s.Len == 0 {
		return undef
	}
	return v.Slice(int(s.Off), s.End())
}

// uriSel binds what may stand behind a URI: user, pwd, host, port, hostport,
// rhost, params, params["name"], headers, type.
func uriSel(uri rt.Expr, s *steps) (rt.Expr, error) {
	if s.done() {
		return uri, nil
	}
	spanOf := func(pick func(u *sipparse.URI) sipparse.Span) rt.Expr {
		return chain(uri, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			var u sipparse.URI
			if !parseText(b, &u) {
				return undef
			}
			return found(v, pick(&u))
		})
	}
	switch s.name() {
	case "user":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.User }), nil
	case "pwd":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.Password }), nil
	case "host":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.HostRef }), nil
	case "rhost":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.Host }), nil
	case "port":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.Port }), nil
	case "type":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.SchemeSpan }), nil
	case "headers":
		return spanOf(func(u *sipparse.URI) sipparse.Span { return u.Headers }), nil
	case "hostport":
		return chain(uri, hostPort), nil
	case "params":
		return paramSel(spanOf(func(u *sipparse.URI) sipparse.Span { return u.Params }), s)
	}
	return nil, s.unknown("user, pwd, host, port, hostport, params, headers or type behind the URI")
}

// hostPort is host:port of a URI, with the default port where it has none.
func hostPort(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) || u.HostRef.Len == 0 {
		return undef
	}
	m := c.Mark()
	c.Append(u.HostRef.Of(b))
	c.AppendByte(':')
	appendNumber(c, portOrDefault(&u))
	return c.FromMark(m)
}

// paramSel binds the rest behind a list of parameters: nothing, or one name.
func paramSel(list rt.Expr, s *steps) (rt.Expr, error) {
	if s.done() {
		return list, nil
	}
	name, ok := s.key()
	if !ok {
		return nil, s.unknown("the name of a parameter")
	}
	return chain(list, func(c *rt.Ctx, v value.Value, _ []byte) value.Value {
		val, ok := param(c, v, name, ';')
		if !ok {
			return undef
		}
		return val
	}), nil
}

// addrSel binds what may stand behind an address of a header: uri and its
// parts, name, tag and other parameters, params["name"].
func addrSel(x rt.Expr, s *steps) (rt.Expr, error) {
	if s.done() {
		return x, nil
	}
	spanOf := func(pick func(n *sipparse.NameAddr) sipparse.Span) rt.Expr {
		return chain(x, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			var n sipparse.NameAddr
			if len(b) == 0 || len(b) > maxURIText {
				return undef
			}
			if _, err := sipparse.ParseNameAddr(b, 0, len(b), &n); err != sipparse.OK {
				return undef
			}
			return found(v, pick(&n))
		})
	}
	params := spanOf(func(n *sipparse.NameAddr) sipparse.Span { return n.Params })
	step := s.rest[0]
	switch s.name() {
	case "uri":
		return uriSel(spanOf(pickURI), s)
	case "name":
		return spanOf(pickDisplay), nil
	case "nameaddr":
		return chain(x, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
			_, _, size := nameAddr(b)
			return v.Slice(0, size)
		}), nil
	case "params", "p", "param":
		return paramSel(params, s)
	case "tag", "q", "expires", "method", "received":
		s.rest = append([]registry.SelectStep{step}, s.rest...)
		return paramSel(params, s)
	case "instance":
		s.rest = append([]registry.SelectStep{{Name: "+sip.instance"}}, s.rest...)
		return paramSel(params, s)
	}
	return nil, s.unknown("uri, name, tag, q, expires, params or params[\"name\"]")
}
