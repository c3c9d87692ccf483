package pv

import (
	"net/netip"
	"os"
	"time"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// authSel makes @authorization or @proxy_authorization: the credentials for a
// realm and their fields.
func authSel(prefix string, t sipparse.HeaderType) registry.Select {
	return sel(prefix, "credentials for a realm: "+prefix+"[\"realm\"].username, .username.user, .username.domain, .realm, .nonce, .uri, .response, .algorithm, .cnonce, .opaque, .qop, .nc",
		func(_ registry.Build, s *steps) (rt.Expr, error) {
			realm := ""
			any := true
			if len(s.rest) > 0 && s.rest[0].IsArg {
				realm, _ = s.key()
				any = false
			}
			if s.done() {
				return func(c *rt.Ctx) value.Value {
					var d sipparse.Digest
					i := findRealm(c, t, realm, any, &d)
					if i < 0 {
						return undef
					}
					return inMsg(c.Index.Body(i))
				}, nil
			}
			pick := digestField(s.name())
			if pick == nil {
				return nil, s.unknown("username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop or nc")
			}
			get := func(c *rt.Ctx) value.Value {
				var d sipparse.Digest
				if findRealm(c, t, realm, any, &d) < 0 {
					return undef
				}
				if sp := pick(d); sp.Len > 0 {
					return field(c, sp)
				}
				return undef
			}
			if s.done() {
				return get, nil
			}
			switch s.name() {
			case "user":
				return func(c *rt.Ctx) value.Value { u, _ := splitUser(c, get(c)); return u }, nil
			case "domain":
				return func(c *rt.Ctx) value.Value { _, d := splitUser(c, get(c)); return d }, nil
			}
			return nil, s.unknown("user or domain behind username")
		})
}

// findRealm is the first header of a type with credentials for a realm, or with
// any; -1 for none.
func findRealm(c *rt.Ctx, t sipparse.HeaderType, realm string, any bool, d *sipparse.Digest) int {
	for i := c.Index.First(t); i >= 0; i = c.Index.Next(i) {
		if digestAt(c, i, d) && (any || string(c.Bytes(field(c, d.Realm))) == realm) {
			return i
		}
	}
	return -1
}

// digestField is the field of that name, nil for an unknown one. It takes the
// credentials by value: a pointer given to a function value would move them to
// the heap.
func digestField(name string) func(d sipparse.Digest) sipparse.Span {
	switch name {
	case "username":
		return func(d sipparse.Digest) sipparse.Span { return d.Username }
	case "realm":
		return func(d sipparse.Digest) sipparse.Span { return d.Realm }
	case "nonce":
		return func(d sipparse.Digest) sipparse.Span { return d.Nonce }
	case "uri":
		return func(d sipparse.Digest) sipparse.Span { return d.URI }
	case "response":
		return func(d sipparse.Digest) sipparse.Span { return d.Response }
	case "algorithm":
		return func(d sipparse.Digest) sipparse.Span { return d.Algorithm }
	case "cnonce":
		return func(d sipparse.Digest) sipparse.Span { return d.CNonce }
	case "opaque":
		return func(d sipparse.Digest) sipparse.Span { return d.Opaque }
	case "qop":
		return func(d sipparse.Digest) sipparse.Span { return d.QOP }
	case "nc":
		return func(d sipparse.Digest) sipparse.Span { return d.NC }
	}
	return nil
}

// portText is a port as text.
func portText(c *rt.Ctx, at netip.AddrPort) value.Value {
	m := c.Mark()
	appendNumber(c, int64(at.Port()))
	return c.FromMark(m)
}

func addrPortText(c *rt.Ctx, at netip.AddrPort) value.Value {
	m := c.Mark()
	appendAddr(c, at.Addr(), true)
	c.AppendByte(':')
	appendNumber(c, int64(at.Port()))
	return c.FromMark(m)
}

// endSels are @src, @dst and @received: one end of the way of the message.
func endSels(prefix, doc string, end func(c *rt.Ctx) netip.AddrPort) []registry.Select {
	return []registry.Select{
		plainSel(prefix+".ip", doc+", address", func(c *rt.Ctx) value.Value { return addrText(c, end(c).Addr(), true) }),
		plainSel(prefix+".port", doc+", port", func(c *rt.Ctx) value.Value { return portText(c, end(c)) }),
		plainSel(prefix+".ip_port", doc+", address:port", func(c *rt.Ctx) value.Value { return addrPortText(c, end(c)) }),
	}
}

// nextHop is where the request goes: the destination URI, else the Request-URI.
func nextHop(c *rt.Ctx) value.Value {
	if !c.DstURI.IsUndef() {
		return c.DstURI
	}
	return c.URI()
}

func dstURI(c *rt.Ctx) value.Value { return c.DstURI }

// uriSelect makes a row for a URI of the context.
func uriSelect(prefix, doc string, get rt.Expr) registry.Select {
	return sel(prefix, doc+": user, pwd, host, port, hostport, params, params[\"name\"], headers, type",
		func(_ registry.Build, s *steps) (rt.Expr, error) { return uriSel(get, s) })
}

// nowSel binds @sys.now: seconds since 1970, or the time as text.
func nowSel(_ registry.Build, s *steps) (rt.Expr, error) {
	if s.done() {
		return seconds, nil
	}
	switch s.name() {
	case "local":
		return dateText, nil
	case "utc", "gmt":
		return func(c *rt.Ctx) value.Value { return formatted(c, "%a %b %e %H:%M:%S %Y", time.UTC) }, nil
	}
	return nil, s.unknown("local, utc or gmt")
}

// eventPackage is the package in the Event header, without its parameters.
func eventPackage(c *rt.Ctx) value.Value {
	v := firstBody(sipparse.HdrEvent)(c)
	b := c.Bytes(v)
	if i := paramStart(b); i >= 0 {
		lo, hi := trim(b, 0, i-1)
		return v.Slice(lo, hi)
	}
	return v
}

// cseqSel binds @cseq, @cseq.num and @cseq.method.
func cseqSel(_ registry.Build, s *steps) (rt.Expr, error) {
	if s.done() {
		return firstBody(sipparse.HdrCSeq), nil
	}
	switch s.name() {
	case "num":
		return cseqNumber, nil
	case "method":
		return func(c *rt.Ctx) value.Value {
			q, err := c.Index.CSeq(c.Msg)
			if err != sipparse.OK {
				return undef
			}
			return present(q.MethodSpan)
		}, nil
	}
	return nil, s.unknown("num or method")
}

func selects() []registry.Select {
	src := func(c *rt.Ctx) netip.AddrPort { return c.Src }
	dst := func(c *rt.Ctx) netip.AddrPort { return c.Dst }
	pid := int64(os.Getpid())
	list := []registry.Select{
		uriSelect("ruri", "Request-URI", (*rt.Ctx).URI),
		uriSelect("dst_uri", "destination URI", dstURI),
		uriSelect("next_hop", "where the request goes: destination URI, else Request-URI", nextHop),
		plainSel("method", "method", methodOf),
		plainSel("call_id", "Call-ID", callID),
		plainSel("subject", "Subject header", firstBody(sipparse.HdrSubject)),
		plainSel("user_agent", "User-Agent header", firstBody(sipparse.HdrUserAgent)),
		plainSel("expires", "Expires header", firstBody(sipparse.HdrExpires)),
		plainSel("event", "package in the Event header", eventPackage),
		sel("cseq", "CSeq header: num, method", cseqSel),
		sel("via", "a Via, @via[n] counted from 1, negative from the end: name, version, transport, host, port, branch, received, rport, i, alias, params[\"name\"]", viaSel),
		sel("msg", "the message: len, body, body_sdp, first_line, type, header, and any header by name with nameaddr and params[\"name\"]; _ stands for -", msgSel),
		sel("message", "same as @msg", msgSel),
		sel("hf_value", "one value of a header that is a comma list: @hf_value.name[n].uri, .name, .nameaddr, .p[\"param\"], .param", hfValueSel),
		sel("hf_value2", "a header with parameters in a comma list: @hf_value2.authorization.realm", hfValue2Sel),
		sel("hf_value_exists", "1 where a header's comma list has a value: @hf_value_exists.supported.timer", hfExistsSel),
		authSel("authorization", sipparse.HdrAuthorization),
		authSel("proxy_authorization", sipparse.HdrProxyAuthorization),
		sel("received.proto", "transport on which the message arrived", func(b registry.Build, _ *steps) (rt.Expr, error) {
			return receivedProto(b), nil
		}),
		plainSel("received.proto_ip_port", "where the message arrived, proto:address:port", func(c *rt.Ctx) value.Value { return socketText(c, c.Proto, c.Dst) }),
		plainSel("sys.pid", "process id of the server", func(*rt.Ctx) value.Value { return value.FromInt(pid) }),
		plainSel("sys.server_id", "the parameter server_id", serverID),
		sel("sys.now", "seconds since 1970; local, utc or gmt as text", nowSel),
	}
	for _, h := range []struct {
		name string
		typ  sipparse.HeaderType
		doc  string
	}{
		{"from", sipparse.HdrFrom, "From header"}, {"f", sipparse.HdrFrom, "From header"},
		{"to", sipparse.HdrTo, "To header"}, {"t", sipparse.HdrTo, "To header"},
		{"contact", sipparse.HdrContact, "Contact header"}, {"m", sipparse.HdrContact, "Contact header"},
		{"record_route", sipparse.HdrRecordRoute, "Record-Route header"}, {"rr", sipparse.HdrRecordRoute, "Record-Route header"},
		{"route", sipparse.HdrRoute, "Route header"}, {"refer_to", sipparse.HdrReferTo, "Refer-To header"},
		{"rpid", sipparse.HdrRemotePartyID, "Remote-Party-ID header"},
	} {
		list = append(list, addrHeader(h.name, h.typ, h.doc))
	}
	list = append(list, endSels("src", "source of the message", src)...)
	list = append(list, endSels("dst", "local end on which the message arrived", dst)...)
	return append(list, endSels("received", "local end on which the message arrived", dst)...)
}
