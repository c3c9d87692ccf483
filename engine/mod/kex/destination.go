package kex

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

func destinationFunctions() []registry.Function {
	plain := func(name, doc string, f rt.Func) registry.Function {
		return registry.Function{
			Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil },
		}
	}
	return []registry.Function{
		{
			Name: "setdsturi", Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{{Name: "uri", Kind: registry.ArgFormat}},
			Doc:  "Sets the destination URI ($du), to which the request is sent in place of the Request-URI. False, and nothing changes, where it is no SIP URI.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				if text, ok := arg.Const(&args[0]); ok && !isSIPURI([]byte(text)) {
					return nil, arg.Error(0, "setdsturi: %q is no SIP URI", text)
				}
				eval := args[0].Eval
				return func(c *rt.Ctx) int32 {
					v := eval(c)
					return truth(v.Kind() == value.Str && v.Len() > 0 && c.SetDstURI(v))
				}, nil
			},
		},
		plain("resetdsturi", "Clears the destination URI.", func(c *rt.Ctx) int32 {
			return truth(c.SetDstURI(value.Value{}))
		}),
		plain("isdsturiset", "True if the destination URI is set.", func(c *rt.Ctx) int32 {
			return truth(!c.DstURI.IsUndef())
		}),
		{
			Name: "km_append_branch", Routes: rt.RequestRoute | rt.FailureRoute, Source: source,
			Args: []registry.Arg{{Name: "uri", Kind: registry.ArgFormat, Optional: true}},
			Doc:  "Adds a destination, as append_branch() does: the current Request-URI, or the one given, with the current $du and branch flags.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				uri := (*rt.Ctx).URI
				if text, ok := arg.Const(&args[0]); args[0].Given && (!ok || text != "") {
					uri = args[0].Eval
				}
				return func(c *rt.Ctx) int32 {
					return truth(core.Of(c).AppendBranch(rt.Branch{URI: uri(c), DstURI: c.DstURI, Q: -1, Socket: c.SendSocket, Flags: c.BranchFlags}))
				}, nil
			},
		},
		{
			Name: "is_myself", Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{{Name: "uri", Kind: registry.ArgFormat}},
			Doc: "True if a SIP URI, or a host alone, names this server: a listen address, an advertised name or an alias. " +
				"A port or transport that is not given is not compared.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				eval := args[0].Eval
				return func(c *rt.Ctx) int32 { return truth(isMyself(c, c.Text(eval(c)))) }, nil
			},
		},
		{
			Name: "pv_printf", Aliases: []string{"avp_printf"}, Routes: rt.AnyRoute, Source: source,
			Args:    []registry.Arg{{Name: "variable", Kind: registry.ArgPV}, {Name: "text", Kind: registry.ArgFormat}},
			Doc:     "Puts a text with its variables replaced into a variable.",
			Compile: compilePrintf,
		},
	}
}

// isSIPURI reports whether text is one sip or sips URI and nothing else.
func isSIPURI(text []byte) bool {
	var u sipparse.URI
	return len(text) <= rt.MaxURI && sipparse.ParseURI(text, 0, len(text), &u) == sipparse.OK && (u.Scheme == sipparse.SchemeSIP || u.Scheme == sipparse.SchemeSIPS)
}

func isMyself(c *rt.Ctx, text []byte) bool {
	if !hasScheme(text) {
		return len(text) > 0 && c.Env.IsMyself(text, 0, rt.ProtoNone)
	}
	var u sipparse.URI
	if len(text) > rt.MaxURI || sipparse.ParseURI(text, 0, len(text), &u) != sipparse.OK || u.HostRef.Len == 0 {
		return false
	}
	return c.Env.IsMyself(u.Host.Of(text), u.PortNum, rt.Proto(u.TransportKind))
}

func hasScheme(text []byte) bool {
	n := bytes.IndexByte(text, ':')
	return n == 3 && bytes.EqualFold(text[:3], sip) || n == 4 && bytes.EqualFold(text[:4], sips)
}

var sip, sips = []byte("sip"), []byte("sips")

func compilePrintf(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	v := args[0].PV
	if v.Set == nil {
		return nil, arg.Error(0, "pv_printf: $%s cannot be written", v.Name)
	}
	eval := args[1].Eval
	return func(c *rt.Ctx) int32 { return truth(v.Set(c, c.Str(eval(c)))) }, nil
}
