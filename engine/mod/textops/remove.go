package textops

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func removeFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "remove_hf_exp", Aliases: []string{"remove_hf_exp_pv"}, Routes: editRoutes,
			Args:    []registry.Arg{{Name: "match", Kind: registry.ArgRegex}, {Name: "skip", Kind: registry.ArgRegex}},
			Doc:     "Removes all headers whose name matches the first pattern and not the second. True if there was one.",
			Source:  source,
			Compile: compileRemoveExp,
		},
		{
			Name: "remove_hf_match", Routes: editRoutes,
			Args: []registry.Arg{
				{Name: "name", Kind: registry.ArgFormat}, {Name: "op", Kind: registry.ArgStatic}, {Name: "expr", Kind: registry.ArgFormat},
			},
			Doc:     "Removes all headers of that name whose body is (eq), is not (ne), holds (in) or matches (re) the text. True if there was one.",
			Source:  source,
			Compile: compileRemoveMatch,
		},
	}
}

func compileRemoveExp(b registry.Build, args []registry.Actual) (rt.Func, error) {
	match, err := arg.NewPattern(b, args, 0)
	if err != nil {
		return nil, err
	}
	skip, err := arg.NewPattern(b, args, 1)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		p, yes, no, done := core.Of(c), match.Matcher(c), skip.Matcher(c), false
		if yes == nil || no == nil {
			return -1
		}
		for i := range p.Index.Len() {
			name := p.Index.Name(i).Of(p.Msg)
			if !yes.Match(name) || no.Match(name) {
				continue
			}
			if !p.RemoveHeader(i) {
				return -1
			}
			done = true
		}
		return truth(done)
	}, nil
}

func compileRemoveMatch(b registry.Build, args []registry.Actual) (rt.Func, error) {
	op, _ := arg.Const(&args[1])
	var re arg.Pattern
	switch op {
	case "eq", "ne", "in":
	case "re":
		var err error
		if re, err = arg.NewPattern(b, args, 2); err != nil {
			return nil, err
		}
	default:
		return nil, arg.Error(1, `remove_hf_match: op must be "eq", "ne", "in" or "re", not %q`, op)
	}
	name, expr := args[0].Eval, args[2].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, v := c.Str(name(c)), c.Str(expr(c))
		h, want, done := arg.HeaderOf(c.Bytes(n)), c.Bytes(v), false
		for i := h.First(c); i >= 0; i = h.Next(c, i) {
			body := p.Index.Body(i).Of(p.Msg)
			hit := false
			switch op {
			case "eq":
				hit = bytes.Equal(body, want)
			case "ne":
				hit = !bytes.Equal(body, want)
			case "in":
				hit = bytes.Contains(body, want)
			case "re":
				hit = re.MatchLine(c, body)
			}
			if !hit {
				continue
			}
			if !p.RemoveHeader(i) {
				return -1
			}
			done = true
		}
		return truth(done)
	}, nil
}
