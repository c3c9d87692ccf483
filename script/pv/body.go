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
		attrs("msg", "parts of the message: buf, len, body, hdrs (the header block), fline (the first line)", []attr{
			{key: "buf", kind: value.Str, get: whole},
			{key: "len", kind: value.Int, get: messageSize},
			{key: "body", kind: value.Str, get: body},
			{key: "hdrs", kind: value.Str, get: func(c *rt.Ctx) value.Value {
				return withoutLineEnd(c, whole(c).Slice(c.Index.StartLine().End(), c.Index.HeadersEnd()))
			}},
			{key: "fline", kind: value.Str, get: func(c *rt.Ctx) value.Value { return withoutLineEnd(c, inMsg(c.Index.StartLine())) }},
		}),
	}
}
