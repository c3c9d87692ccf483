package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// A uriSource finds a URI of the context and parses it. The spans of the URI
// are parts of origin. The URI is good until the next use of the source.
type uriSource func(c *rt.Ctx) (u *sipparse.URI, origin value.Value, ok bool)

// requestURI is the current Request-URI.
func requestURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	u, _, err := c.ParsedURI()
	origin := c.NewURI
	if origin.IsUndef() {
		origin = whole(c)
	}
	return u, origin, err == sipparse.OK
}

// originalURI is the Request-URI as received.
func originalURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	u, _, err := c.ParsedOriginalURI()
	return u, whole(c), err == sipparse.OK
}

// destinationURI is $du.
func destinationURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	u, _, err := c.ParsedDstURI()
	return u, c.DstURI, err == sipparse.OK
}

func fromURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	u, err := c.Index.FromURI(c.Msg)
	return u, whole(c), err == sipparse.OK
}

func toURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	u, err := c.Index.ToURI(c.Msg)
	return u, whole(c), err == sipparse.OK
}

// userOf is the user part: a tel URI's number, a URN's namespace identifier.
func userOf(c *rt.Ctx, from uriSource) value.Value {
	u, origin, ok := from(c)
	if !ok {
		return undef
	}
	if user, _, ok := urnParts(c, u, origin); ok {
		return user
	}
	if isPhone(c, u, origin) { // a telephone number (cookbook "phone2tel")
		return piece(origin, numberOf(c.Bytes(origin), u.User))
	}
	return piece(origin, u.User)
}

// hostOf is the host, an IPv6 address in brackets; a URN's namespace specific string.
func hostOf(c *rt.Ctx, from uriSource) value.Value {
	u, origin, ok := from(c)
	if !ok {
		return undef
	}
	if _, nss, ok := urnParts(c, u, origin); ok {
		return nss
	}
	return piece(origin, u.HostRef)
}

// urnParts takes urn:nid:nss apart (RFC 8141).
func urnParts(c *rt.Ctx, u *sipparse.URI, origin value.Value) (nid, nss value.Value, ok bool) {
	if u.Scheme != sipparse.SchemeOther || u.SchemeSpan.Len != 3 {
		return undef, undef, false
	}
	w := piece(origin, u.Whole)
	b := c.Bytes(w)
	if len(b) < 4 || b[0]|0x20 != 'u' || b[1]|0x20 != 'r' || b[2]|0x20 != 'n' {
		return undef, undef, false
	}
	for i := 4; i < len(b); i++ {
		if b[i] == ':' {
			return w.Slice(4, i), w.Slice(i+1, len(b)), true
		}
	}
	return undef, undef, false
}

// portOf is the port's text, 5060 where the URI has none.
func portOf(b registry.Build, from uriSource) rt.Expr {
	def := b.Const("5060")
	return func(c *rt.Ctx) value.Value {
		u, origin, ok := from(c)
		switch {
		case !ok:
			return undef
		case u.Port.Len > 0:
			return piece(origin, u.Port)
		}
		return def
	}
}

// protoOf is the transport parameter as written, "UDP" where there is none.
func protoOf(b registry.Build, from uriSource) rt.Expr {
	def := b.Const("UDP")
	return func(c *rt.Ctx) value.Value {
		u, origin, ok := from(c)
		switch {
		case !ok:
			return undef
		case u.Transport.Len > 0:
			return piece(origin, u.Transport)
		}
		return def
	}
}

// schemeOf is the scheme in lower case. A SIP URI with user=phone counts as
// "tel" (sips: "tels"), as Kamailio has it.
func schemeOf(b registry.Build, from uriSource) rt.Expr {
	sip, sips, tel, tels := b.Const("sip"), b.Const("sips"), b.Const("tel"), b.Const("tels")
	urn, none := b.Const("urn"), b.Const("none")
	return func(c *rt.Ctx) value.Value {
		u, origin, ok := from(c)
		if !ok {
			if c.Index.IsRequest() {
				return none
			}
			return undef
		}
		phone := isPhone(c, u, origin)
		switch {
		case u.Scheme == sipparse.SchemeTel, phone && u.Scheme == sipparse.SchemeSIP:
			return tel
		case phone && u.Scheme == sipparse.SchemeSIPS:
			return tels
		case u.Scheme == sipparse.SchemeSIP:
			return sip
		case u.Scheme == sipparse.SchemeSIPS:
			return sips
		}
		if _, _, ok := urnParts(c, u, origin); ok {
			return urn
		}
		return piece(origin, u.SchemeSpan)
	}
}

// numberOf is a telephone number without the parameters behind it.
func numberOf(b []byte, user sipparse.Span) sipparse.Span {
	for i, ch := range user.Of(b) {
		if ch == ';' {
			user.Len = uint16(i)
			break
		}
	}
	return user
}

func isPhone(c *rt.Ctx, u *sipparse.URI, origin value.Value) bool {
	return u.UserParam.Len == 5 && equalFold(c.Bytes(piece(origin, u.UserParam)), "phone")
}

// userLen is the length of the user part in bytes, 0 for none.
func userLen(from uriSource) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		if _, _, ok := from(c); !ok {
			return undef
		}
		v := userOf(c, from)
		if v.IsUndef() {
			return value.FromInt(0)
		}
		return value.FromInt(int64(v.Len()))
	}
}

func userExpr(from uriSource) rt.Expr {
	return func(c *rt.Ctx) value.Value { return userOf(c, from) }
}

func hostExpr(from uriSource) rt.Expr {
	return func(c *rt.Ctx) value.Value { return hostOf(c, from) }
}

// uriVars are the variables of the Request-URI ($r…), the original one ($o…)
// and the destination URI ($d…).
func uriVars() []registry.PV {
	port := func(from uriSource) func(registry.Build) rt.Expr {
		return func(b registry.Build) rt.Expr { return portOf(b, from) }
	}
	proto := func(from uriSource) func(registry.Build) rt.Expr {
		return func(b registry.Build) rt.Expr { return protoOf(b, from) }
	}
	return []registry.PV{
		write("ru", value.Undef, "Request-URI; assigning changes it, a text that is no URI is refused",
			(*rt.Ctx).URI, (*rt.Ctx).SetURI),
		write("rU", value.Undef, "user part of the Request-URI; assigning replaces it, $null or \"\" removes it",
			userExpr(requestURI), setUser),
		write("rd", value.Undef, "host of the Request-URI without port; assigning replaces it", hostExpr(requestURI), setHost),
		bound("rp", value.Undef, "port of the Request-URI, 5060 where it has none; assigning replaces it, $null or \"\" removes it",
			port(requestURI), (*rt.Ctx).SetURIPort),
		bound("rP", value.Undef, "transport parameter of the Request-URI, UDP where it has none", proto(requestURI), nil),
		bound("rz", value.Undef, "scheme of the Request-URI: sip, sips, tel, tels or urn (user=phone counts as tel)",
			func(b registry.Build) rt.Expr { return schemeOf(b, requestURI) }, nil),
		read("rUl", value.Undef, "length of the Request-URI's user part", userLen(requestURI)),

		read("ouri", value.Undef, "$ou", (*rt.Ctx).OriginalURI),
		read("ou", value.Undef, "Request-URI as received", (*rt.Ctx).OriginalURI),
		read("oU", value.Undef, "user part of the received Request-URI", userExpr(originalURI)),
		read("od", value.Undef, "host of the received Request-URI", hostExpr(originalURI)),
		bound("op", value.Undef, "port of the received Request-URI, 5060 where it has none", port(originalURI), nil),
		bound("oP", value.Undef, "transport parameter of the received Request-URI, UDP where it has none", proto(originalURI), nil),
		read("oUl", value.Undef, "length of the received Request-URI's user part", userLen(originalURI)),

		write("du", value.Undef, "destination URI (next hop); assigning $null or \"\" clears it",
			func(c *rt.Ctx) value.Value { return c.DstURI }, (*rt.Ctx).SetDstURI),
		read("duri", value.Undef, "$du", func(c *rt.Ctx) value.Value { return c.DstURI }),
		read("dd", value.Undef, "host of the destination URI", hostExpr(destinationURI)),
		bound("dp", value.Undef, "port of the destination URI, 5060 where it has none", port(destinationURI), nil),
		bound("dP", value.Undef, "transport parameter of the destination URI, UDP where it has none", proto(destinationURI), nil),
		nextHopRow(),
	}
}

// setUser writes $rU: a string, or nothing to remove user and password. A number
// is refused, as for the host.
func setUser(c *rt.Ctx, v value.Value) bool { return v.Kind() != value.Int && c.SetURIUser(v) }

func setHost(c *rt.Ctx, v value.Value) bool {
	return v.Kind() == value.Str && c.SetURIHost(v)
}
