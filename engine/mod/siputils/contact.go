package siputils

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// An encoded contact has the fields of the contact's URI in its user part, and our
// own host: sip:prefix*user*password*host*port*transport@ours. So requests for it
// come to us, and we find out where they are to go without having kept it.

func contactFunctions() []registry.Function {
	const messages = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.BranchRoute
	return []registry.Function{
		{
			Name: "encode_contact", Routes: messages, Source: source,
			Args: []registry.Arg{{Name: "prefix", Kind: registry.ArgFormat}, {Name: "host", Kind: registry.ArgFormat}},
			Doc: "Puts user, host, port and transport of each Contact into the user part of a URI at host, so that requests for it " +
				"come here. False where a Contact is no SIP URI that can be written so.",
			Compile: compileEncode,
		},
		{
			Name: "decode_contact", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute, Source: source,
			Doc:     "Turns a Request-URI that encode_contact() has written back into the contact's. False for any other.",
			Compile: compileDecode,
		},
		{
			Name: "decode_contact_header", Routes: messages, Source: source,
			Doc:     "Turns each Contact that encode_contact() has written back. False where one is another.",
			Compile: compileDecodeHeader,
		},
	}
}

// eachContact replaces the URI of every Contact by what rewrite appends for it. False
// where there is none, or one cannot be replaced.
func eachContact(p *core.Proc, rewrite func(p *core.Proc, uri []byte) bool) bool {
	var na sipparse.NameAddr
	any := false
	for i := p.Index.First(sipparse.HdrContact); i >= 0; i = p.Index.Next(i) {
		body := p.Index.Body(i)
		for off := int(body.Off); off < body.End(); {
			next, e := sipparse.ParseNameAddr(p.Msg, off, body.End(), &na)
			if e != sipparse.OK || next <= off {
				return false
			}
			off, any = next, true
			if na.Star {
				continue
			}
			m := p.Mark()
			if !na.Bracketed {
				p.AppendByte('<') // what is written may have parameters
			}
			if !rewrite(p, na.URI.Of(p.Msg)) {
				p.Truncate(m)
				return false
			}
			if !na.Bracketed {
				p.AppendByte('>')
			}
			p.Edits.Withdraw(int(na.URI.Off), int(na.URI.Len))
			if !p.Replace(int(na.URI.Off), int(na.URI.Len), p.FromMark(m)) {
				return false
			}
		}
	}
	return any
}

func compileEncode(b registry.Build, args []registry.Actual) (rt.Func, error) {
	prefix, host := args[0].Eval, args[1].Eval
	sep := b.Config("siputils").(*Config).Separator[0]
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		head, own := c.NewString(c.Text(prefix(c))), c.NewString(c.Text(host(c)))
		if !eachContact(p, func(p *core.Proc, uri []byte) bool { return encode(p, uri, head, own, sep) }) {
			p.Logf(levelErr, "encode_contact: there is no Contact, or one that cannot be written in this way")
			return -1
		}
		return 1
	}, nil
}

// encode appends the encoded form of a URI.
func encode(p *core.Proc, uri []byte, prefix, host value.Value, sep byte) bool {
	var u sipparse.URI
	if !parse(uri, &u) || u.Scheme != sipparse.SchemeSIP || u.HostKind == sipparse.HostIPv6 {
		return false
	}
	m := p.Mark()
	p.AppendString("sip:")
	p.AppendValue(prefix)
	for _, s := range [...]sipparse.Span{u.User, u.Password, u.Host, u.Port, u.Transport} {
		if bytes.IndexByte(s.Of(uri), sep) >= 0 {
			return false
		}
		p.AppendByte(sep)
		p.Append(s.Of(uri))
	}
	p.AppendByte('@')
	p.AppendValue(host)
	made := p.Bytes(p.FromMark(m))
	return bytes.IndexByte(p.Bytes(prefix), sep) < 0 && parse(made, &u) && u.User.Len > 0
}

// decode appends the URI that an encoded one stands for.
func decode(p *core.Proc, uri []byte, sep byte) bool {
	var u sipparse.URI
	if !parse(uri, &u) || u.Scheme != sipparse.SchemeSIP {
		return false
	}
	const nFields = 6 // the prefix and what encode writes
	var f [nFields][]byte
	rest := u.User.Of(uri)
	for i := range f {
		at := bytes.IndexByte(rest, sep)
		if at < 0 != (i == nFields-1) {
			return false // too few or too many
		}
		if at < 0 {
			at = len(rest)
		}
		f[i] = rest[:at]
		rest = rest[min(at+1, len(rest)):]
	}
	user, pass, host, port, transport := f[1], f[2], f[3], f[4], f[5]
	m := p.Mark()
	p.AppendString("sip:")
	if len(user) > 0 {
		p.Append(user)
		if len(pass) > 0 {
			p.AppendByte(':')
			p.Append(pass)
		}
		p.AppendByte('@')
	}
	p.Append(host)
	if len(port) > 0 {
		p.AppendByte(':')
		p.Append(port)
	}
	if len(transport) > 0 {
		p.AppendString(";transport=")
		p.Append(transport)
	}
	return len(host) > 0 && parse(p.Bytes(p.FromMark(m)), &u)
}

func compileDecode(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	sep := b.Config("siputils").(*Config).Separator[0]
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		m := c.Mark()
		if !decode(p, c.Bytes(c.URI()), sep) || !c.SetURI(c.FromMark(m)) {
			c.Truncate(m)
			p.Logf(levelErr, "decode_contact: the Request-URI is none that encode_contact() writes")
			return -1
		}
		return 1
	}, nil
}

func compileDecodeHeader(b registry.Build, _ []registry.Actual) (rt.Func, error) {
	sep := b.Config("siputils").(*Config).Separator[0]
	rewrite := func(p *core.Proc, uri []byte) bool { return decode(p, uri, sep) }
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		if !eachContact(p, rewrite) {
			p.Logf(levelErr, "decode_contact_header: there is no Contact, or one that is none that encode_contact() writes")
			return -1
		}
		return 1
	}, nil
}
