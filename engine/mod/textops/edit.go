package textops

import (
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func editFunctions() []registry.Function {
	return []registry.Function{
		addFunction("append_hf", "Adds header lines behind the last header, or behind the last one of a name.", false),
		addFunction("insert_hf", "Adds header lines before the first header, or before the first one of a name.", true),
		{
			Name: "append_urihf", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute,
			Args: []registry.Arg{
				{Name: "prefix", Kind: registry.ArgFormat},
				{Name: "suffix", Kind: registry.ArgFormat},
			},
			Doc:     "Adds a header line made of a prefix, the Request-URI as received and a suffix.",
			Source:  source,
			Compile: compileAppendURI,
		},
		{
			Name: "remove_hf", Routes: editRoutes,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgStatic}},
			Doc:     "Removes all headers of that name, in full or compact form. True if there was one.",
			Source:  source,
			Compile: compileRemove,
		},
		{
			Name: "remove_hf_pv", Routes: editRoutes,
			Args:    []registry.Arg{{Name: "name", Kind: registry.ArgFormat}},
			Doc:     "remove_hf() with a name computed at run time.",
			Source:  source,
			Compile: compileRemovePV,
		},
		{
			Name: "remove_hf_re", Aliases: []string{"remove_hf_re_pv"}, Routes: editRoutes,
			Args:    []registry.Arg{{Name: "re", Kind: registry.ArgRegex}},
			Doc:     "Removes all headers whose name matches. True if there was one.",
			Source:  source,
			Compile: compileRemoveRE,
		},
		{
			Name: "remove_hf_idx", Routes: editRoutes,
			Args: []registry.Arg{
				{Name: "name", Kind: registry.ArgFormat},
				{Name: "index", Kind: registry.ArgFormat},
			},
			Doc:     "Removes the header of that name with this index, from 0; negative ones count from the last, -1.",
			Source:  source,
			Compile: compileRemoveIndex,
		},
	}
}

func addFunction(name, doc string, before bool) registry.Function {
	return registry.Function{
		Name: name, Routes: editRoutes, Doc: doc, Source: source,
		Args: []registry.Arg{
			{Name: "text", Kind: registry.ArgFormat},
			{Name: "name", Kind: registry.ArgStatic, Optional: true},
		},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			if err := checkLine(args, 0, name); err != nil {
				return nil, err
			}
			eval := args[0].Eval
			if !arg.Given(args, 1) {
				return func(c *rt.Ctx) int32 { return add(core.Of(c), eval(c), nil, before) }, nil
			}
			h, err := arg.NewHeader(args, 1, name)
			if err != nil {
				return nil, err
			}
			return func(c *rt.Ctx) int32 { return add(core.Of(c), eval(c), &h, before) }, nil
		},
	}
}

// checkLine refuses a constant that is no header line.
func checkLine(args []registry.Actual, i int, function string) error {
	text, ok := arg.Const(&args[i])
	if !ok {
		return nil
	}
	if name, _, ok := strings.Cut(text, ":"); !ok || !arg.IsToken(strings.TrimRight(name, " \t")) {
		return arg.Error(i, `%s: %q is no header line, such as "Name: value\r\n"`, function, text)
	}
	return nil
}

// add puts header lines before or behind the headers of a name, or of all where
// h is nil or there is none of the name.
func add(p *core.Proc, line value.Value, h *arg.Header, before bool) int32 {
	at := -1
	switch {
	case h == nil:
	case before:
		at = h.First(&p.Ctx)
	default:
		at = h.Last(&p.Ctx)
	}
	switch {
	case at < 0 && before:
		return truth(p.InsertHeader(0, line))
	case at < 0:
		return truth(p.AppendHeader(line))
	case before:
		return truth(p.InsertHeader(at, line))
	}
	return truth(p.InsertHeaderAfter(at, line))
}

func compileAppendURI(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	prefix, suffix := args[0].Eval, args[1].Eval
	return func(c *rt.Ctx) int32 {
		before, after := prefix(c), suffix(c)
		m := c.Mark()
		c.AppendValue(before)
		c.AppendValue(c.OriginalURI())
		c.AppendValue(after)
		return truth(core.Of(c).AppendHeader(c.FromMark(m)))
	}, nil
}

func compileRemove(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	h, err := arg.NewHeader(args, 0, "remove_hf")
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 { return remove(core.Of(c), &h) }, nil
}

func compileRemovePV(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 {
		h := arg.HeaderOf(text(c, eval))
		return remove(core.Of(c), &h)
	}, nil
}

func remove(p *core.Proc, h *arg.Header) int32 {
	done := int32(-1)
	for i := h.First(&p.Ctx); i >= 0; i = h.Next(&p.Ctx, i) {
		if !p.RemoveHeader(i) {
			return -1
		}
		done = 1
	}
	return done
}

func compileRemoveRE(b registry.Build, args []registry.Actual) (rt.Func, error) {
	re, err := arg.NewPattern(b, args, 0)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		p, m, done := core.Of(c), re.Matcher(c), int32(-1)
		for i := 0; m != nil && i < p.Index.Len(); i++ {
			if !m.Match(p.Index.Name(i).Of(p.Msg)) {
				continue
			}
			if !p.RemoveHeader(i) {
				return -1
			}
			done = 1
		}
		return done
	}, nil
}

// nothingRemoved is what remove_hf_idx() returns where there is no such header.
const nothingRemoved = 2

func compileRemoveIndex(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	name := args[0].Eval
	index, err := arg.NewNumber(args, 1, "remove_hf_idx: index", -maxHeaders, maxHeaders)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		h := arg.HeaderOf(text(c, name))
		n, ok := index.Get(c)
		if n < 0 {
			for i := h.First(&p.Ctx); i >= 0; i = h.Next(&p.Ctx, i) {
				n++
			}
		}
		if !ok {
			return -1
		}
		i := h.First(&p.Ctx)
		for ; i >= 0 && n > 0; n-- {
			i = h.Next(&p.Ctx, i)
		}
		if i < 0 || n < 0 {
			return nothingRemoved
		}
		return truth(p.RemoveHeader(i))
	}, nil
}
