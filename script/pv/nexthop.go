package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// A reply's next hop is the second Via: what it names, or where its request came
// from (RFC 3261 §18.2.2, RFC 3581 §4).
type replyHop struct {
	host, transport sipparse.Span
	port            int64
}

func nextReplyHop(c *rt.Ctx) (h replyHop, ok bool) {
	var v sipparse.Via
	if !viaAt(c, 1, &v) {
		return h, false
	}
	h = replyHop{host: viaHost(c, &v), transport: v.Transport, port: int64(v.PortNum)}
	if v.Received.Len > 0 {
		h.host = v.Received
		if p, ok := value.ParseInt(v.RPort.Of(c.Msg)); ok {
			h.port = p
		}
	}
	if h.port == 0 {
		h.port = defaultPort
	}
	return h, true
}

// lowerText is a span in lower case.
func lowerText(c *rt.Ctx, s sipparse.Span) value.Value {
	return mapCase(c, inMsg(s), s.Of(c.Msg), 'A', 'Z')
}

// onReply makes the reply's half of a key of $nh.
func onReply(request rt.Expr, reply func(c *rt.Ctx, h replyHop) value.Value) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		if c.Index.IsRequest() {
			return request(c)
		}
		h, ok := nextReplyHop(c)
		if !ok {
			return undef
		}
		return reply(c, h)
	}
}

func replyHopURI(c *rt.Ctx, h replyHop) value.Value {
	transport := lowerText(c, h.transport)
	m := c.Mark()
	c.AppendString("sip:")
	c.Append(h.host.Of(c.Msg))
	c.AppendByte(':')
	appendNumber(c, h.port)
	c.AppendString(";transport=")
	c.AppendValue(transport)
	return c.FromMark(m)
}

// nextHopURI is where the request goes: the destination URI, else the Request-URI.
func nextHopURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	if c.DstURI.Len() > 0 {
		return destinationURI(c)
	}
	return requestURI(c)
}

// nextHopRow is $nh(key).
func nextHopRow() registry.PV {
	return registry.PV{Name: "nh", Inner: registry.Always, Source: "pseudo-variables, $nh(key)",
		Doc: "next hop: of a request the destination URI, else the Request-URI; of a reply the second Via: u URI, U user, d host, p port, P transport",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("nh")
			}
			rows := []attr{
				{key: "u", get: onReply(func(c *rt.Ctx) value.Value {
					if c.DstURI.Len() > 0 {
						return c.DstURI
					}
					return c.URI()
				}, replyHopURI)},
				{key: "U", get: userExpr(nextHopURI)},
				{key: "d", get: onReply(hostExpr(nextHopURI), func(_ *rt.Ctx, h replyHop) value.Value { return present(h.host) })},
				{key: "p", get: onReply(portOf(b, nextHopURI), func(_ *rt.Ctx, h replyHop) value.Value { return value.FromInt(h.port) })},
				{key: "P", get: onReply(protoOf(b, nextHopURI), func(c *rt.Ctx, h replyHop) value.Value { return lowerText(c, h.transport) })},
			}
			for _, a := range rows {
				if a.key == inner {
					return &registry.Var{Name: "nh(" + inner + ")", Get: a.get}, nil
				}
			}
			return nil, errKey("nh", inner, rows)
		}}
}
