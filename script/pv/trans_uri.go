package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// parseText parses a text as a URI.
func parseText(b []byte, u *sipparse.URI) bool {
	return len(b) > 0 && len(b) <= maxURIText && sipparse.ParseURI(b, 0, len(b), u) == sipparse.OK
}

// part is a span of v, the empty string where it is absent.
func part(v value.Value, s sipparse.Span) value.Value {
	if s.Len == 0 {
		return value.Empty()
	}
	return v.Slice(int(s.Off), s.End())
}

// uriPartTrans makes a row for a part of a URI: undefined for a text that is no
// URI, the empty string for a part that is absent.
func uriPartTrans(name, doc string, pick func(u *sipparse.URI) sipparse.Span) registry.Transformation {
	return plainTrans("uri", name, doc, func(_ *rt.Ctx, v value.Value, b []byte) value.Value {
		var u sipparse.URI
		if !parseText(b, &u) {
			return undef
		}
		return part(v, pick(&u))
	})
}

// uriParamTrans makes a row for the value of a URI parameter.
func uriParamTrans(name string) registry.Transformation {
	return plainTrans("uri", name, "value of the parameter "+name, func(c *rt.Ctx, v value.Value, b []byte) value.Value {
		return uriParam(c, v, b, name)
	})
}

func uriParam[N []byte | string](c *rt.Ctx, v value.Value, b []byte, name N) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) {
		return undef
	}
	p := paramIter{b: u.Params.Of(b), sep: ';'}
	for p.next() {
		if equalFold(p.b[p.name[0]:p.name[1]], name) {
			at := int(u.Params.Off)
			return v.Slice(at+p.val[0], at+p.val[1])
		}
	}
	return value.Empty()
}

func bindURIParam(_ registry.Build, args []registry.TransArg) (transformer, error) {
	name := textArg(args[0])
	return func(c *rt.Ctx, v value.Value, b []byte) value.Value { return uriParam(c, v, b, name(c)) }, nil
}

// uriUser is the user part. In a SIP URI that stands for a telephone number, what
// follows the number is left out (cookbook "phone2tel").
func uriUser(_ *rt.Ctx, v value.Value, b []byte) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) {
		return undef
	}
	user := u.User
	if u.UserParam.Len == 5 && equalFold(u.UserParam.Of(b), "phone") {
		user = numberOf(b, user)
	}
	return part(v, user)
}

// uriPort is the port as a number, undefined where there is none.
func uriPort(_ *rt.Ctx, _ value.Value, b []byte) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) {
		return undef
	}
	if u.Port.Len == 0 {
		return undef
	}
	return value.FromInt(int64(u.PortNum))
}

// uriTrans is the part of class uri that takes a URI apart.
func uriTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("uri", "user", "user part; without its parameters where the URI is a telephone number (user=phone)", uriUser),
		uriPartTrans("host", "host, an IPv6 address in brackets", func(u *sipparse.URI) sipparse.Span { return u.HostRef }),
		uriPartTrans("domain", "same as uri.host", func(u *sipparse.URI) sipparse.Span { return u.HostRef }),
		uriPartTrans("passwd", "password", func(u *sipparse.URI) sipparse.Span { return u.Password }),
		plainTrans("uri", "port", "port; undefined where there is none", uriPort),
		uriPartTrans("params", "all parameters; empty for a tel URI", func(u *sipparse.URI) sipparse.Span {
			if u.Scheme == sipparse.SchemeTel {
				return sipparse.Span{}
			}
			return u.Params
		}),
		uriPartTrans("headers", "all headers", func(u *sipparse.URI) sipparse.Span { return u.Headers }),
		uriPartTrans("scheme", "scheme", func(u *sipparse.URI) sipparse.Span { return u.SchemeSpan }),
		trans("uri", "param", 1, 1, "param,name: value of the parameter; empty where it is absent or has none", bindURIParam),
		uriParamTrans("transport"), uriParamTrans("ttl"), uriParamTrans("maddr"), uriParamTrans("method"),
		uriParamTrans("lr"), uriParamTrans("r2"),
		plainTrans("uri", "uparam", "value of the parameter user", func(c *rt.Ctx, v value.Value, b []byte) value.Value {
			return uriParam(c, v, b, "user")
		}),
	}
}

// appendParts appends scheme, user, host and, where asked for, port and
// transport of a URI.
func appendParts(c *rt.Ctx, b []byte, u *sipparse.URI, user, portAndTransport bool) {
	c.Append(u.SchemeSpan.Of(b))
	c.AppendByte(':')
	if user && u.User.Len > 0 {
		c.Append(u.User.Of(b))
		if u.HostRef.Len > 0 {
			c.AppendByte('@')
		}
	}
	c.Append(u.HostRef.Of(b))
	if !portAndTransport {
		return
	}
	if u.Port.Len > 0 {
		c.AppendByte(':')
		c.Append(u.Port.Of(b))
	}
	if u.Transport.Len > 0 {
		c.AppendString(";transport=")
		c.Append(u.Transport.Of(b))
	}
}

// uriBuilder makes uri.duri, uri.saor and uri.suri.
func uriBuilder(user, portAndTransport bool) transformer {
	return func(c *rt.Ctx, _ value.Value, b []byte) value.Value {
		var u sipparse.URI
		if !parseText(b, &u) {
			return undef
		}
		m := c.Mark()
		appendParts(c, b, &u, user, portAndTransport)
		return c.FromMark(m)
	}
}

// transportOf is the transport that a SIP URI asks for: its parameter, else TLS
// for sips and UDP for sip.
func transportOf(u *sipparse.URI) rt.Proto {
	switch {
	case u.TransportKind > sipparse.TransportNone && u.TransportKind <= sipparse.TransportWSS:
		return rt.Proto(u.TransportKind)
	case u.Scheme == sipparse.SchemeSIPS:
		return rt.ProtoTLS
	}
	return rt.ProtoUDP
}

// portOrDefault is the URI's port, else 5061 for TLS and 5060 for the others.
func portOrDefault(u *sipparse.URI) int64 {
	switch {
	case u.PortNum != 0:
		return int64(u.PortNum)
	case transportOf(u) == rt.ProtoTLS:
		return defaultTLSPort
	}
	return defaultPort
}

// defaultTLSPort is the port of SIP over TLS (RFC 3261 §18.1.1).
const defaultTLSPort = 5061

// toSocket is uri.tosocket: "proto:host:port". It is empty for a URI that does not
// name both port and transport.
func toSocket(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) {
		return undef
	}
	if u.HostRef.Len == 0 || u.Port.Len == 0 || u.TransportKind <= sipparse.TransportNone || u.TransportKind > sipparse.TransportWSS {
		return value.Empty()
	}
	m := c.Mark()
	c.AppendString(transportOf(&u).String())
	c.AppendByte(':')
	c.Append(u.HostRef.Of(b))
	c.AppendByte(':')
	appendNumber(c, portOrDefault(&u))
	return c.FromMark(m)
}

// encodeAlias is urialias.encode: "host~port~protoid", empty for a text that is no
// URI. Only the parameter transport counts, as in the reference: a sips URI
// without it is taken for UDP.
func encodeAlias(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	var u sipparse.URI
	if !parseText(b, &u) {
		if len(b) == 0 {
			return undef
		}
		return value.Empty()
	}
	port, proto := int64(defaultPort), rt.ProtoUDP
	if u.TransportKind > sipparse.TransportNone && u.TransportKind <= sipparse.TransportWSS {
		if proto = rt.Proto(u.TransportKind); proto == rt.ProtoTLS {
			port = defaultTLSPort
		}
	}
	if u.PortNum != 0 {
		port = int64(u.PortNum)
	}
	m := c.Mark()
	c.Append(u.HostRef.Of(b))
	c.AppendByte('~')
	appendNumber(c, port)
	c.AppendByte('~')
	appendNumber(c, int64(proto))
	return c.FromMark(m)
}

// decodeAlias is urialias.decode; the transport is left out for UDP.
func decodeAlias(c *rt.Ctx, _ value.Value, b []byte) value.Value {
	var field [3][2]int
	at := 0
	for i := range field {
		lo, hi, found := fieldAt(b, int64(i), '~')
		if !found {
			return undef
		}
		field[i], at = [2]int{lo, hi}, hi
	}
	proto, ok := value.ParseInt(b[field[2][0]:field[2][1]])
	if at != len(b) || !ok || proto < int64(rt.ProtoUDP) || proto > int64(rt.ProtoWSS) {
		return undef
	}
	m := c.Mark()
	c.AppendString("sip:")
	c.Append(b[field[0][0]:field[0][1]])
	c.AppendByte(':')
	c.Append(b[field[1][0]:field[1][1]])
	if p := rt.Proto(proto); p != rt.ProtoUDP {
		c.AppendString(";transport=")
		c.AppendString(p.String())
	}
	return c.FromMark(m)
}

// uriBuildTrans is what makes another text of a URI.
func uriBuildTrans() []registry.Transformation {
	return []registry.Transformation{
		plainTrans("uri", "duri", "scheme, host, port and transport only", uriBuilder(false, true)),
		plainTrans("uri", "saor", "scheme, user and host only", uriBuilder(true, false)),
		plainTrans("uri", "suri", "scheme, user, host, port and transport only", uriBuilder(true, true)),
		plainTrans("uri", "tosocket", "proto:host:port", toSocket),
		plainTrans("urialias", "encode", "host~port~protoid of a URI", encodeAlias),
		plainTrans("urialias", "decode", "the reverse of urialias.encode", decodeAlias),
	}
}
