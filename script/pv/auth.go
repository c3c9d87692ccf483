package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// credentials parses the digest credentials of the request: those of
// Proxy-Authorization where there are any, else of Authorization.
func credentials(c *rt.Ctx, d *sipparse.Digest) bool {
	return digestAt(c, c.Index.First(sipparse.HdrProxyAuthorization), d) ||
		digestAt(c, c.Index.First(sipparse.HdrAuthorization), d)
}

// digestAt parses the credentials in header i, -1 for none.
func digestAt(c *rt.Ctx, i int, d *sipparse.Digest) bool {
	if i < 0 {
		return false
	}
	s := c.Index.Body(i)
	return sipparse.ParseDigest(c.Msg, int(s.Off), s.End(), d) == sipparse.OK
}

// digest reads one field of the credentials; a field that is missing in
// credentials that are there is the empty string.
func digest(name string) rt.Expr {
	pick := digestField(name)
	return func(c *rt.Ctx) value.Value {
		var d sipparse.Digest
		if !credentials(c, &d) {
			return undef
		}
		return field(c, pick(d))
	}
}

// field is a field of credentials without its quotes.
func field(c *rt.Ctx, s sipparse.Span) value.Value {
	v := inMsg(s)
	if b := s.Of(c.Msg); len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		return v.Slice(1, len(b)-1)
	}
	if s.Len == 0 {
		return value.Empty()
	}
	return v
}

// splitUser takes a user name apart at its @, if it has one.
func splitUser(c *rt.Ctx, v value.Value) (user, domain value.Value) {
	if v.IsUndef() {
		return undef, undef
	}
	for i, ch := range c.Bytes(v) {
		if ch == '@' {
			return v.Slice(0, i), v.Slice(i+1, v.Len())
		}
	}
	return v, value.Empty()
}

func authUser(c *rt.Ctx, domain bool) value.Value {
	var d sipparse.Digest
	if !credentials(c, &d) {
		return undef
	}
	user, dom := splitUser(c, field(c, d.Username))
	if domain {
		return dom
	}
	return user
}

// account is $Au and $AU: what verified credentials say, else the From header.
func account(c *rt.Ctx, withRealm bool) value.Value {
	var d sipparse.Digest
	if c.Authorized > 0 && digestAt(c, int(c.Authorized)-1, &d) {
		user, _ := splitUser(c, field(c, d.Username))
		if !withRealm {
			return user
		}
		return joinAt(c, user, field(c, d.Realm))
	}
	user := userOf(c, fromURI)
	if !withRealm || user.IsUndef() {
		return user
	}
	return joinAt(c, user, hostOf(c, fromURI))
}

// joinAt is "a@b".
func joinAt(c *rt.Ctx, a, b value.Value) value.Value {
	m := c.Mark()
	c.AppendValue(a)
	c.AppendByte('@')
	c.AppendValue(b)
	return c.FromMark(m)
}

// authVars are the variables of the digest credentials (RFC 7616).
func authVars() []registry.PV {
	return []registry.PV{
		read("aa", value.Undef, "algorithm of the credentials", digest("algorithm")),
		read("adu", value.Undef, "uri of the credentials", digest("uri")),
		read("adc", value.Undef, "cnonce of the credentials", digest("cnonce")),
		read("adn", value.Undef, "nonce of the credentials", digest("nonce")),
		read("ado", value.Undef, "opaque of the credentials", digest("opaque")),
		read("adr", value.Undef, "response of the credentials", digest("response")),
		read("ar", value.Undef, "realm of the credentials", digest("realm")),
		read("aU", value.Undef, "whole user name of the credentials", digest("username")),
		read("au", value.Undef, "user name of the credentials up to its @", func(c *rt.Ctx) value.Value { return authUser(c, false) }),
		read("ad", value.Undef, "what follows the @ in the user name of the credentials", func(c *rt.Ctx) value.Value { return authUser(c, true) }),
		read("Au", value.Undef, "user@realm of verified credentials, else user@host of the From URI", func(c *rt.Ctx) value.Value { return account(c, true) }),
		read("AU", value.Undef, "user of verified credentials, else of the From URI", func(c *rt.Ctx) value.Value { return account(c, false) }),
	}
}
