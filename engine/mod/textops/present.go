package textops

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func presentFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "is_present_hf", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgStatic}},
			Doc:     "True if the message has a header of that name, in full or compact form.",
			Source:  source,
			Compile: compileIsPresent,
		},
		{
			Name: "is_present_hf_pv", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgFormat}},
			Doc:     "is_present_hf() with a name computed at run time.",
			Source:  source,
			Compile: compileIsPresentPV,
		},
		{
			Name: "is_present_hf_re", Aliases: []string{"is_present_hf_re_pv"}, Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "re", Kind: registry.ArgRegex}},
			Doc:     "True if the message has a header whose name matches.",
			Source:  source,
			Compile: compileIsPresentRE,
		},
		{
			Name: "is_privacy", Routes: rt.AnyRoute,
			Args:    []registry.Arg{{Name: "value", Kind: registry.ArgStatic}},
			Doc:     "True if a Privacy header asks for this value.",
			Source:  source + "; RFC 3323 §4.2",
			Compile: compileIsPrivacy,
		},
	}
}

func compileIsPresent(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	h, err := arg.NewHeader(args, 0, "is_present_hf")
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 { return truth(h.First(c) >= 0) }, nil
}

func compileIsPresentPV(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 {
		h := arg.HeaderOf(text(c, eval))
		return truth(h.First(c) >= 0)
	}, nil
}

func compileIsPresentRE(b registry.Build, args []registry.Actual) (rt.Func, error) {
	re, err := arg.NewPattern(b, args, 0)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		m := re.Matcher(c)
		for i := 0; m != nil && i < c.Index.Len(); i++ {
			if m.Match(c.Index.Name(i).Of(c.Msg)) {
				return 1
			}
		}
		return -1
	}, nil
}

func compileIsPrivacy(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	value, _ := arg.Const(&args[0])
	if !arg.IsToken(value) {
		return nil, arg.Error(0, "is_privacy: %q is no privacy value", value)
	}
	h, want := arg.HeaderOf([]byte("Privacy")), []byte(value)
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		for i := h.First(&p.Ctx); i >= 0; i = h.Next(&p.Ctx, i) {
			if listed(p.Index.Body(i).Of(p.Msg), want) {
				return 1
			}
		}
		return -1
	}, nil
}
