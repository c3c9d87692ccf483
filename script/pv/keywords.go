package pv

import (
	"net/netip"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// uriIsMyself reports whether a URI's host and port are ours. The port is
// 5060, or 5061 for sips and TLS, where the URI has none. What has no host (tel)
// is not.
func uriIsMyself(c *rt.Ctx, from uriSource) bool {
	u, origin, ok := from(c)
	if !ok || u.HostRef.Len == 0 || u.Scheme != sipparse.SchemeSIP && u.Scheme != sipparse.SchemeSIPS || c.Env == nil {
		return false
	}
	host := c.Bytes(piece(origin, u.Host))
	return c.Env.IsMyself(host, uint16(portOrDefault(u)), rt.ProtoNone)
}

// addrIsMyself reports whether an address is ours, at any port.
func addrIsMyself(c *rt.Ctx, a netip.Addr) bool {
	if !a.IsValid() || c.Env == nil {
		return false
	}
	m := c.Mark()
	appendAddr(c, a, false)
	mine := c.Env.IsMyself(c.Bytes(c.FromMark(m)), 0, rt.ProtoNone)
	c.Truncate(m)
	return mine
}

// uriKeyword makes a keyword whose operand is a URI.
func uriKeyword(name, doc string, get rt.Expr, from uriSource) registry.Keyword {
	return registry.Keyword{Name: name, Type: registry.OperandString, Doc: doc, Source: "cookbook \"Core Keywords\", " + name, Get: get,
		Myself: func(c *rt.Ctx) bool { return uriIsMyself(c, from) }}
}

// addrKeyword makes a keyword whose operand is an address.
func addrKeyword(name, doc string, routes rt.RouteKind, of func(c *rt.Ctx) netip.AddrPort) registry.Keyword {
	return registry.Keyword{Name: name, Type: registry.OperandAddr, Routes: routes, Doc: doc, Source: "cookbook \"Core Keywords\", " + name,
		Get:    func(c *rt.Ctx) value.Value { return addrText(c, of(c).Addr(), false) },
		Addr:   func(c *rt.Ctx) registry.Addr { return of(c).Addr().Unmap() },
		Myself: func(c *rt.Ctx) bool { return addrIsMyself(c, of(c).Addr()) }}
}

// intKeyword makes a keyword whose operand is a number, or stands for one.
func intKeyword(name string, t registry.OperandType, doc string, routes rt.RouteKind, get func(c *rt.Ctx) int64, aliases ...string) registry.Keyword {
	return registry.Keyword{Name: name, Aliases: aliases, Type: t, Routes: routes, Doc: doc, Source: "cookbook \"Core Keywords\", " + name,
		Get: func(c *rt.Ctx) value.Value { return value.FromInt(get(c)) }}
}

// status is the keyword of that name: the code of the reply, in a request route
// the code of the last reply that was sent for the request.
func status(c *rt.Ctx) value.Value {
	if !c.Index.IsRequest() {
		return statusText(c)
	}
	if c.LastReply == 0 {
		return undef
	}
	m := c.Mark()
	appendNumber(c, int64(c.LastReply))
	return c.FromMark(m)
}

// messageLen is msg:len: in an onsend_route the length on the wire.
func messageLen(c *rt.Ctx) int64 {
	if c.Route == rt.SendRoute {
		return int64(c.SendLen)
	}
	return int64(len(c.Msg))
}

func uriHost(c *rt.Ctx) value.Value { return hostOf(c, requestURI) }

func uriPortNumber(c *rt.Ctx) int64 {
	u, _, ok := requestURI(c)
	if !ok {
		return 0
	}
	return portOrDefault(u)
}

func keywords() []registry.Keyword {
	src := func(c *rt.Ctx) netip.AddrPort { return c.Src }
	dst := func(c *rt.Ctx) netip.AddrPort { return c.Dst }
	from := func(c *rt.Ctx) netip.AddrPort { return c.SendFrom }
	to := func(c *rt.Ctx) netip.AddrPort { return c.SendTo }
	const num, proto, af = registry.OperandInt, registry.OperandProto, registry.OperandAF
	return []registry.Keyword{
		{Name: "method", Type: registry.OperandMethod, Doc: "method of the request; for a reply the method of its CSeq",
			Source: "cookbook \"Core Keywords\", method", Get: methodOf},
		uriKeyword("uri", "the current Request-URI", (*rt.Ctx).URI, requestURI),
		uriKeyword("from_uri", "URI of the From header", addrSpan((*sipparse.Index).From, pickURI), fromURI),
		uriKeyword("to_uri", "URI of the To header", addrSpan((*sipparse.Index).To, pickURI), toURI),
		addrKeyword("src_ip", "source address of the message", 0, src),
		addrKeyword("dst_ip", "local address on which the message arrived", 0, dst),
		intKeyword("src_port", num, "source port of the message", 0, func(c *rt.Ctx) int64 { return int64(c.Src.Port()) }),
		intKeyword("dst_port", num, "local port on which the message arrived", 0, func(c *rt.Ctx) int64 { return int64(c.Dst.Port()) }),
		intKeyword("proto", proto, "transport on which the message arrived: UDP, TCP, TLS, SCTP, WS or WSS", 0, func(c *rt.Ctx) int64 { return int64(c.Proto) }),
		intKeyword("af", af, "address family over which the message arrived: INET or INET6", 0, func(c *rt.Ctx) int64 { return family(c.Src.Addr()) }),
		{Name: "status", Type: registry.OperandString, Doc: "status code of the reply; in a request route that of the last reply sent for the request",
			Source: "cookbook \"Core Keywords\", status", Get: status},
		intKeyword("msg:len", num, "size of the message in bytes; in onsend_route its length on the wire", 0, messageLen),
		{Name: "uri:host", Type: registry.OperandString, Doc: "host of the Request-URI, as destination of forward", Source: "cookbook \"Core functions\", forward", Get: uriHost},
		intKeyword("uri:port", num, "port of the Request-URI, as port of forward", 0, uriPortNumber),
		addrKeyword("snd_ip", "local address from which the message is sent", rt.SendRoute, from),
		addrKeyword("to_ip", "address to which the message is sent", rt.SendRoute, to),
		intKeyword("snd_port", num, "local port from which the message is sent", rt.SendRoute, func(c *rt.Ctx) int64 { return int64(c.SendFrom.Port()) }),
		intKeyword("to_port", num, "port to which the message is sent", rt.SendRoute, func(c *rt.Ctx) int64 { return int64(c.SendTo.Port()) }),
		intKeyword("snd_proto", proto, "transport over which the message is sent", rt.SendRoute, func(c *rt.Ctx) int64 { return int64(c.SendProto) }, "to_proto"),
		intKeyword("snd_af", af, "address family over which the message is sent", rt.SendRoute, func(c *rt.Ctx) int64 { return family(c.SendTo.Addr()) }, "to_af"),
	}
}
