package siputils

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

func uriParamFunctions() []registry.Function {
	const routes = rt.RequestRoute | rt.FailureRoute | rt.BranchRoute
	return []registry.Function{
		{
			Name: "add_uri_param", Routes: routes,
			Args:    []registry.Arg{{Name: "param", Kind: registry.ArgFormat}},
			Doc:     "Adds a parameter, name=value, to the Request-URI. False where the result is no URI.",
			Source:  source,
			Compile: compileAddParam,
		},
		{
			Name: "get_uri_param", Routes: routes,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgStatic}, {Name: "variable", Kind: registry.ArgPV}},
			Doc:     "Writes the value of a parameter of the Request-URI to a variable. False where there is no such parameter.",
			Source:  source,
			Compile: compileGetParam,
		},
		{
			Name: "uri_param_rm", Routes: routes,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgStatic}},
			Doc:     "Takes a parameter out of the Request-URI. False where there is none such.",
			Source:  source,
			Compile: compileRemoveParam,
		},
	}
}

func compileAddParam(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	param := args[0].Eval
	return func(c *rt.Ctx) int32 {
		v := c.Str(param(c))
		u, b, e := c.ParsedURI()
		if e != sipparse.OK || !isSIP(u) || v.Len() == 0 {
			return truth(e == sipparse.OK && v.Len() == 0)
		}
		end := paramsEnd(u)
		m := c.Mark()
		c.Append(b[u.Whole.Off:end])
		c.AppendString(";")
		c.AppendValue(v)
		c.Append(b[end:u.Whole.End()])
		return truth(c.SetURI(c.FromMark(m)))
	}, nil
}

// paramsEnd is where a URI's parameters end: its headers or its end.
func paramsEnd(u *sipparse.URI) int {
	if u.Headers.Len > 0 {
		return int(u.Headers.Off) - 1
	}
	return u.Whole.End()
}

func isSIP(u *sipparse.URI) bool {
	return u.Scheme == sipparse.SchemeSIP || u.Scheme == sipparse.SchemeSIPS
}

func compileGetParam(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	param, err := name(args, 0, "get_uri_param")
	if err != nil {
		return nil, err
	}
	to, key := args[1].PV, string(param)
	if to.Set == nil {
		return nil, arg.Error(1, "get_uri_param: $%s cannot be written", to.Name)
	}
	return func(c *rt.Ctx) int32 {
		u, b, e := c.ParsedURI()
		if e != sipparse.OK {
			return -1
		}
		s, ok := u.Param(b, key)
		if !ok {
			return -1
		}
		// The variable may be the URI itself, so the text is copied.
		v := value.Empty()
		if s.Len > 0 {
			v = c.NewString(s.Of(b))
		}
		return truth(to.Set(c, v))
	}, nil
}

func compileRemoveParam(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	param, err := name(args, 0, "uri_param_rm")
	if err != nil {
		return nil, err
	}
	key := string(param)
	return func(c *rt.Ctx) int32 {
		u, b, e := c.ParsedURI()
		if e != sipparse.OK {
			return -1
		}
		s, ok := u.Param(b, key)
		if !ok {
			return -1
		}
		// The semicolon before the name is the last one before the value.
		from := int(s.Off)
		for b[from-1] != ';' {
			from--
		}
		m := c.Mark()
		c.Append(b[u.Whole.Off : from-1])
		c.Append(b[s.End():u.Whole.End()])
		return truth(c.SetURI(c.FromMark(m)))
	}, nil
}
