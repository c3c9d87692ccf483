package siputils

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func telFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "tel2sip", Routes: rt.AnyRoute, Source: source + "; RFC 3261 §19.1.6",
			Args: []registry.Arg{{Name: "uri", Kind: registry.ArgFormat}, {Name: "host", Kind: registry.ArgFormat}, {Name: "result", Kind: registry.ArgPV}},
			Doc: "Writes the SIP URI at host for a tel URI to the variable: 1; without hyphens, dots and parentheses in the number, " +
				"in small letters, with user=phone. 2, and the variable stays, for what is no tel URI; -1 where the result is no URI.",
			Compile: compileTel2SIP,
		},
		{
			Name: "is_gruu", Routes: rt.AnyRoute, Source: source + "; RFC 5627",
			Args:    []registry.Arg{{Name: "uri", Kind: registry.ArgFormat, Optional: true}},
			Doc:     "True if the URI, or the Request-URI, has the parameter gr: 1 with a value, 2 without one.",
			Compile: compileIsGRUU,
		},
		{
			Name: "hdr_date_check", Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{{Name: "seconds", Kind: registry.ArgFormat}},
			Doc: "True if the time in the Date header is at most that many seconds ago. -1: there is no date; -4: it is older " +
				"than that.",
			Compile: compileDateCheck,
		},
	}
}

func compileTel2SIP(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	uri, host, out := args[0].Eval, args[1].Eval, args[2].PV
	if out.Set == nil {
		return nil, arg.Error(2, "tel2sip: $%s cannot be written", out.Name)
	}
	return func(c *rt.Ctx) int32 {
		v := c.Str(uri(c))
		at := c.NewString(text(c, host))
		b := c.Bytes(v)
		var u sipparse.URI
		if !parse(b, &u) || u.Scheme != sipparse.SchemeTel {
			return 2
		}
		m := c.Mark()
		c.AppendString("sip:")
		visual := true // hyphens and the like may stand in the number
		for _, ch := range b[u.SchemeSpan.End()+1:] {
			switch {
			case ch == ';':
				visual = false
			case visual && (ch == '-' || ch == '.' || ch == '(' || ch == ')'):
				continue
			case ch >= 'A' && ch <= 'Z':
				ch |= 0x20
			}
			c.AppendByte(ch)
		}
		c.AppendByte('@')
		c.AppendValue(at)
		c.AppendString(";user=phone")
		made := c.FromMark(m)
		if !parse(c.Bytes(made), &u) {
			c.Truncate(m)
			return -1
		}
		return truth(out.Set(c, made))
	}, nil
}

func compileIsGRUU(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	kind := func(u *sipparse.URI, b []byte) int32 {
		v, ok := u.Param(b, "gr")
		switch {
		case !ok:
			return -1
		case v.Len > 0:
			return 1
		}
		return 2
	}
	if !arg.Given(args, 0) {
		return func(c *rt.Ctx) int32 {
			u, b, e := c.ParsedURI()
			if e != sipparse.OK {
				return -1
			}
			return kind(u, b)
		}, nil
	}
	x := args[0].Eval
	return func(c *rt.Ctx) int32 {
		var u sipparse.URI
		b := text(c, x)
		if !parse(b, &u) {
			return -1
		}
		return kind(&u, b)
	}, nil
}

func compileDateCheck(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	n, err := arg.NewNumber(args, 0, "hdr_date_check: seconds", 0, 1<<31-1)
	if err != nil {
		return nil, err
	}
	const noDate, tooOld, second = -1, -4, 1_000_000_000
	return func(c *rt.Ctx) int32 {
		most, ok := n.Get(c)
		i := c.Index.First(sipparse.HdrDate)
		if !ok || i < 0 {
			return noDate
		}
		body := c.Index.Body(i)
		var at int64
		if sipparse.ParseDate(c.Msg, int(body.Off), body.End(), &at) != sipparse.OK {
			return noDate
		}
		if c.Env.WallClock()/second-at > most {
			return tooOld
		}
		return 1
	}, nil
}
