package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// body is the message body; the empty string where there is none.
func body(c *rt.Ctx) value.Value { return inMsg(c.Index.MsgBody(c.Msg)) }

func bodySize(c *rt.Ctx) value.Value {
	return value.FromInt(int64(c.Index.MsgBody(c.Msg).Len))
}

func messageSize(c *rt.Ctx) value.Value { return value.FromInt(int64(len(c.Msg))) }

// updated is the message with the changes that the script has asked for so
// far: edits and Request-URI.
func updated(c *rt.Ctx) value.Value {
	m := c.Mark()
	n := c.Edits.Size(len(c.Msg))
	if c.NewURI.IsUndef() || !c.Index.IsRequest() {
		dst := c.Extend(n)
		c.Edits.AppendTo(dst[:0], c.Msg, c.Arena())
		return c.FromMark(m)
	}
	// No edit touches the request line before the header block: the new URI
	// goes into the place of the old one.
	u := c.Index.URISpan()
	c.Append(c.Msg[:u.Off])
	c.AppendValue(c.NewURI)
	dst := c.Extend(n)
	c.Edits.AppendTo(dst[:0], c.Msg, c.Arena())
	copy(dst, dst[u.End():])
	c.Truncate(c.Mark() - u.End())
	return c.FromMark(m)
}

// withoutLineEnd takes the line end off a line or the last one of several.
func withoutLineEnd(c *rt.Ctx, v value.Value) value.Value {
	b := c.Bytes(v)
	n := len(b)
	if n > 0 && b[n-1] == '\n' {
		n--
	}
	if n > 0 && b[n-1] == '\r' {
		n--
	}
	return v.Slice(0, n)
}

// bodyVars are the variables of the body and of the message as a whole.
func bodyVars() []registry.PV {
	return []registry.PV{
		read("rb", value.Str, "message body", body),
		read("bs", value.Int, "size of the body in bytes", bodySize),
		read("mb", value.Str, "the message as received", whole),
		read("mbu", value.Str, "the message with the changes made so far", updated),
		read("ml", value.Int, "size of the message in bytes", messageSize),
		messageByteRow(),
		attrs("msg", "parts of the message: buf, len, body, body_len, hdrs (the header block), hdrs_len, fline (the first line without its end), "+
			"fpart (first line and headers), lpart (headers and body)", []attr{
			{key: "buf", kind: value.Str, get: whole},
			{key: "len", kind: value.Int, get: messageSize},
			{key: "body", kind: value.Str, get: body},
			{key: "hdrs", kind: value.Str, get: func(c *rt.Ctx) value.Value {
				return withoutLineEnd(c, whole(c).Slice(c.Index.StartLine().End(), c.Index.HeadersEnd()))
			}},
			{key: "fline", kind: value.Str, get: func(c *rt.Ctx) value.Value { return withoutLineEnd(c, inMsg(c.Index.StartLine())) }},
			{key: "fpart", kind: value.Str, get: func(c *rt.Ctx) value.Value { return whole(c).Slice(0, c.Index.HeadersEnd()) }},
			{key: "lpart", kind: value.Str, get: func(c *rt.Ctx) value.Value {
				return whole(c).Slice(c.Index.StartLine().End(), len(c.Msg))
			}},
			{key: "body_len", kind: value.Int, get: bodySize},
			{key: "hdrs_len", kind: value.Int, get: func(c *rt.Ctx) value.Value {
				return value.FromInt(int64(c.Index.HeadersEnd() - c.Index.StartLine().End()))
			}},
		}),
	}
}

// messageByteRow is $msgbuf(index), one byte of the message as received.
func messageByteRow() registry.PV {
	return registry.PV{Name: "msgbuf", Inner: registry.Always, Source: "pseudo-variables, $msgbuf(index)",
		Doc: "the byte of the message at an offset from 0, a number or a variable; undefined beyond its end",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("msgbuf")
			}
			at, err := indexOf(b, inner, 0)
			if err != nil || inner == "" || inner == "*" {
				return nil, errIndex
			}
			return &registry.Var{Name: "msgbuf(" + inner + ")", Get: func(c *rt.Ctx) value.Value {
				n := at(c)
				if n < 0 || n >= int64(len(c.Msg)) {
					return undef
				}
				return whole(c).Slice(int(n), int(n)+1)
			}}, nil
		}}
}
