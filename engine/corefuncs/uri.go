package corefuncs

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// uriRoutes are the blocks in which the Request-URI can be changed.
const uriRoutes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute | rt.EventRoute

// maxStrip bounds strip() and strip_tail(): no user part is longer.
const maxStrip = rt.MaxURI

// uriFunctions change the Request-URI. Each returns false, and changes nothing,
// where the result would not be a URI.
func uriFunctions() []registry.Function {
	return []registry.Function{
		textFunction("rewriteuri", []string{"seturi"}, "uri", (*rt.Ctx).SetURI,
			"Replaces the whole Request-URI."),
		textFunction("rewritehost", []string{"sethost", "seth"}, "host", (*rt.Ctx).SetURIHost,
			"Replaces the host of the Request-URI; user, port and parameters stay."),
		textFunction("rewritehostport", []string{"sethostport", "sethp"}, "hostport", (*rt.Ctx).SetURIHostPort,
			"Replaces host and port of the Request-URI; user and parameters stay."),
		textFunction("rewritehostporttrans", []string{"sethostporttrans", "sethpt"}, "hostporttrans", (*rt.Ctx).SetURIHostPortTrans,
			"Replaces host, port and, with ;transport=, the transport of the Request-URI."),
		textFunction("rewriteport", []string{"setport", "setp"}, "port", (*rt.Ctx).SetURIPort,
			"Sets the port of the Request-URI; an empty text removes it."),
		textFunction("rewriteuser", []string{"setuser", "setu"}, "user", (*rt.Ctx).SetURIUser,
			"Sets the user part of the Request-URI; an empty text removes it."),
		textFunction("rewriteuserpass", []string{"setuserpass", "setup"}, "userpass", (*rt.Ctx).SetURIPass,
			"Replaces user and password of the Request-URI by user[:password]."),
		textFunction("prefix", nil, "prefix", (*rt.Ctx).PrefixUser,
			"Puts a text before the user part of the Request-URI."),
		countFunction("strip", (*rt.Ctx).StripUser,
			"Removes the first n characters of the user part of the Request-URI."),
		countFunction("strip_tail", (*rt.Ctx).StripTail,
			"Removes the last n characters of the user part of the Request-URI."),
		{
			Name: "userphone", Routes: uriRoutes, Bare: true,
			Doc:     "Adds the parameter user=phone to the Request-URI where it has none.",
			Source:  `cookbook "userphone"`,
			Compile: plain(func(c *rt.Ctx) int32 { return truth(c.UserPhone()) }),
		},
		{
			Name: "revert_uri", Routes: uriRoutes, Bare: true,
			Doc:     "Sets the Request-URI to the one that was received.",
			Source:  `cookbook "revert_uri"`,
			Compile: plain(func(c *rt.Ctx) int32 { c.RevertURI(); return 1 }),
		},
	}
}

// textFunction is a function that gives one text to a method of the context.
func textFunction(name string, aliases []string, argName string, set func(*rt.Ctx, value.Value) bool, doc string) registry.Function {
	return registry.Function{
		Name: name, Aliases: aliases, Routes: uriRoutes,
		Args:   []registry.Arg{{Name: argName, Kind: registry.ArgFormat}},
		Doc:    doc,
		Source: `cookbook "` + name + `"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			eval := args[0].Eval
			return func(c *rt.Ctx) int32 { return truth(set(c, eval(c))) }, nil
		},
	}
}

// countFunction is a function that gives one number, 0 or more, to a method of the context.
func countFunction(name string, f func(*rt.Ctx, int64) bool, doc string) registry.Function {
	return registry.Function{
		Name: name, Routes: uriRoutes,
		Args:   []registry.Arg{{Name: "n", Kind: registry.ArgFormat}},
		Doc:    doc,
		Source: `cookbook "` + name + `"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			n, err := arg.NewNumber(args, 0, name+": the number of characters", 0, maxStrip)
			if err != nil {
				return nil, err
			}
			return func(c *rt.Ctx) int32 {
				k, ok := n.Get(c)
				return truth(ok && f(c, k))
			}, nil
		},
	}
}

// plain is the Compile of a function without arguments.
func plain(f rt.Func) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }
}

// truth is a script's true or false.
func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}
