package siputils

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func messageFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "has_totag", Routes: rt.AnyRoute,
			Doc:    "True if To has a tag: the request is within a dialog.",
			Source: "RFC 3261 §12.2",
			Compile: plain(func(c *rt.Ctx) int32 {
				to, e := c.Index.To(c.Msg)
				return truth(e == sipparse.OK && to.Tag.Len > 0)
			}),
		},
		{
			Name: "is_request", Routes: rt.AnyRoute, Doc: "True for a request.", Source: source,
			Compile: plain(func(c *rt.Ctx) int32 { return truth(c.Index.IsRequest()) }),
		},
		{
			Name: "is_reply", Routes: rt.AnyRoute, Doc: "True for a reply.", Source: source,
			Compile: plain(func(c *rt.Ctx) int32 { return truth(!c.Index.IsRequest()) }),
		},
		{
			Name: "is_first_hop", Routes: rt.AnyRoute,
			Args: []registry.Arg{{Name: "mode", Kind: registry.ArgFormat, Optional: true}},
			Doc: "True if the sender was the first hop: a request with one Via; a reply whose first Record-Route is " +
				"ours by address and that did not come from here (mode 1: is ours).",
			Source:  source,
			Compile: compileIsFirstHop,
		},
		{
			Name: "is_supported", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "option", Kind: registry.ArgStatic}},
			Doc:     "True if a Supported header lists the option tag.",
			Source:  source + "; RFC 3261 §20.37",
			Compile: compileIsSupported,
		},
	}
}

// plain is the Compile of a function without arguments.
func plain(f rt.Func) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }
}

func compileIsFirstHop(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	mode := arg.Fixed(0)
	if arg.Given(args, 0) {
		var err error
		if mode, err = arg.NewNumber(args, 0, "is_first_hop: mode", 0, 1); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		if p.Index.IsRequest() {
			return truth(oneVia(p))
		}
		m, ok := mode.Get(c)
		return truth(ok && recordedHere(p, m == 1))
	}, nil
}

// oneVia reports whether the message has a single Via element.
func oneVia(p *core.Proc) bool {
	i := p.Index.First(sipparse.HdrVia)
	if i < 0 || p.Index.Next(i) >= 0 {
		return false
	}
	via, e := p.Index.TopVia(p.Msg)
	return e == sipparse.OK && !via.Next
}

// recordedHere reports whether the first Record-Route of a reply is ours.
func recordedHere(p *core.Proc, names bool) bool {
	i := p.Index.First(sipparse.HdrRecordRoute)
	if i < 0 {
		return false
	}
	body := p.Index.Body(i)
	var na sipparse.NameAddr
	var u sipparse.URI
	if _, e := sipparse.ParseNameAddr(p.Msg, int(body.Off), body.End(), &na); e != sipparse.OK {
		return false
	}
	if sipparse.ParseURI(p.Msg, int(na.URI.Off), na.URI.End(), &u) != sipparse.OK {
		return false
	}
	port := u.PortNum
	if port == 0 {
		port = 5060
	}
	if !p.IsMyself(u.Host.Of(p.Msg), port, rt.Proto(u.TransportKind)) {
		return false
	}
	if names {
		return true
	}
	var buf [48]byte
	return u.HostKind != sipparse.HostName && !p.IsMyself(p.Src.Addr().AppendTo(buf[:0]), 0, rt.ProtoNone)
}

func compileIsSupported(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	option, err := name(args, 0, "is_supported")
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		for i := c.Index.First(sipparse.HdrSupported); i >= 0; i = c.Index.Next(i) {
			b := c.Index.Body(i).Of(c.Msg)
			for len(b) > 0 {
				item := b
				if n := bytes.IndexByte(b, ','); n >= 0 {
					item, b = b[:n], b[n+1:]
				} else {
					b = nil
				}
				if bytes.EqualFold(bytes.TrimSpace(item), option) {
					return 1
				}
			}
		}
		return -1
	}, nil
}
