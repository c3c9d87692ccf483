package textops

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func searchFunctions() []registry.Function {
	re := registry.Arg{Name: "re", Kind: registry.ArgRegex}
	return []registry.Function{
		{
			Name: "search", Routes: rt.AnyRoute, Args: []registry.Arg{re},
			Doc:    "True if a line of the message as received matches, without regard to case. ^ and $ are the ends of a line.",
			Source: source + `; cookbook "onsend_route"`,
			Compile: compileSearch(func(p *core.Proc) []byte {
				return p.Msg[:p.Index.MsgEnd()]
			}),
		},
		{
			Name: "search_body", Routes: rt.AnyRoute, Args: []registry.Arg{re},
			Doc:    "True if a line of the message's body matches, without regard to case.",
			Source: source,
			Compile: compileSearch(func(p *core.Proc) []byte {
				return p.Index.MsgBody(p.Msg).Of(p.Msg)
			}),
		},
		{
			Name: "search_str", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "text", Kind: registry.ArgFormat}, re},
			Doc:     "True if a line of the text matches, without regard to case.",
			Source:  source,
			Compile: compileSearchText,
		},
		{
			Name: "search_hf", Routes: rt.AnyRoute,
			Args: []registry.Arg{
				{Name: "name", Kind: registry.ArgStatic}, re, {Name: "which", Kind: registry.ArgStatic, Optional: true},
			},
			Doc:     "True if the body of a header of that name matches: of any (a), of the first (f) or of the last (l).",
			Source:  source,
			Compile: compileSearchHeader,
		},
	}
}

func compileSearch(of func(*core.Proc) []byte) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		re, err := arg.NewPattern(b, args, 0)
		if err != nil {
			return nil, err
		}
		return func(c *rt.Ctx) int32 { return truth(re.MatchLine(c, of(core.Of(c)))) }, nil
	}
}

func compileSearchText(b registry.Build, args []registry.Actual) (rt.Func, error) {
	re, err := arg.NewPattern(b, args, 1)
	if err != nil {
		return nil, err
	}
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 { return truth(re.MatchLine(c, text(c, eval))) }, nil
}

func compileSearchHeader(b registry.Build, args []registry.Actual) (rt.Func, error) {
	h, err := arg.NewHeader(args, 0, "search_hf")
	if err != nil {
		return nil, err
	}
	re, err := arg.NewPattern(b, args, 1)
	if err != nil {
		return nil, err
	}
	which := "a"
	if arg.Given(args, 2) {
		which, _ = arg.Const(&args[2])
	}
	match := func(c *rt.Ctx, i int) bool {
		return i >= 0 && re.MatchLine(c, c.Index.Body(i).Of(c.Msg))
	}
	switch which {
	case "a":
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			for i := h.First(&p.Ctx); i >= 0; i = h.Next(&p.Ctx, i) {
				if match(c, i) {
					return 1
				}
			}
			return -1
		}, nil
	case "f":
		return func(c *rt.Ctx) int32 { return truth(match(c, h.First(c))) }, nil
	case "l":
		return func(c *rt.Ctx) int32 { return truth(match(c, h.Last(c))) }, nil
	}
	return nil, arg.Error(2, `search_hf: which must be "a", "f" or "l", not %q`, which)
}
