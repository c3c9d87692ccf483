package siputils

import (
	"bytes"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func uriFunctions() []registry.Function {
	paramName := registry.Arg{Name: "name", Kind: registry.ArgStatic}
	return []registry.Function{
		{
			Name: "uri_param", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.SendRoute,
			Args: []registry.Arg{paramName, {Name: "value", Kind: registry.ArgFormat, Optional: true}},
			Doc: "True if the Request-URI has the parameter: without a value, or with this one where a second " +
				"argument is given.",
			Source:  source,
			Compile: compileURIParam,
		},
		{
			Name: "uri_param_any", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.SendRoute,
			Args:    []registry.Arg{paramName},
			Doc:     "True if the Request-URI has the parameter, with or without a value.",
			Source:  source,
			Compile: compileURIParamAny,
		},
		{
			Name: "is_uri", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
			Doc:    "True if the text is a URI.",
			Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				x := args[0].Eval
				return func(c *rt.Ctx) int32 {
					var u sipparse.URI
					return truth(parse(text(c, x), &u))
				}, nil
			},
		},
		{
			Name: "cmp_uri", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "a", Kind: registry.ArgFormat}, {Name: "b", Kind: registry.ArgFormat}},
			Doc:     "True if the two URIs are the same by RFC 3261.",
			Source:  "RFC 3261 §19.1.4",
			Compile: comparison(sipparse.EqualURI),
		},
		{
			Name: "cmp_aor", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "a", Kind: registry.ArgFormat}, {Name: "b", Kind: registry.ArgFormat}},
			Doc:    "True if user, host and port of the two URIs are the same, 5060 where none is given.",
			Source: source,
			Compile: comparison(func(a, b []byte) bool {
				var u, v sipparse.URI
				return parse(a, &u) && parse(b, &v) && bytes.Equal(u.User.Of(a), v.User.Of(b)) &&
					bytes.EqualFold(u.Host.Of(a), v.Host.Of(b)) && port(&u) == port(&v)
			}),
		},
		{
			Name: "cmp_hdr_name", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "a", Kind: registry.ArgFormat}, {Name: "b", Kind: registry.ArgFormat}},
			Doc:    "True if the two texts name the same header, in full or compact form.",
			Source: source,
			Compile: comparison(func(a, b []byte) bool {
				t := sipparse.LookupHeader(a)
				return t == sipparse.LookupHeader(b) && (t != sipparse.HdrOther || bytes.EqualFold(a, b))
			}),
		},
	}
}

func compileURIParam(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	param, err := name(args, 0, "uri_param")
	if err != nil {
		return nil, err
	}
	key := string(param)
	if !arg.Given(args, 1) {
		return func(c *rt.Ctx) int32 {
			v, ok := uriParam(c, key)
			return truth(ok && len(v) == 0)
		}, nil
	}
	want := args[1].Eval
	return func(c *rt.Ctx) int32 {
		v, ok := uriParam(c, key)
		return truth(ok && bytes.EqualFold(v, text(c, want)))
	}, nil
}

func compileURIParamAny(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	param, err := name(args, 0, "uri_param_any")
	if err != nil {
		return nil, err
	}
	key := string(param)
	return func(c *rt.Ctx) int32 {
		_, ok := uriParam(c, key)
		return truth(ok)
	}, nil
}

// uriParam is a parameter of the current Request-URI.
func uriParam(c *rt.Ctx, key string) ([]byte, bool) {
	u, b, e := c.ParsedURI()
	if e != sipparse.OK {
		return nil, false
	}
	v, ok := u.Param(b, key)
	return v.Of(b), ok
}

func comparison(same func(a, b []byte) bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		x, y := args[0].Eval, args[1].Eval
		return func(c *rt.Ctx) int32 {
			a := text(c, x)
			return truth(same(a, text(c, y)))
		}, nil
	}
}

func port(u *sipparse.URI) uint16 {
	if u.PortNum == 0 {
		return 5060 // RFC 3261 §19.1.2
	}
	return u.PortNum
}

// parse reads a text that is a whole URI.
func parse(b []byte, u *sipparse.URI) bool {
	return len(b) > 0 && len(b) <= rt.MaxURI && sipparse.ParseURI(b, 0, len(b), u) == sipparse.OK
}
