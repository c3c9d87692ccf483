package textops

import (
	"bytes"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/pv"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func substFunctions() []registry.Function {
	expression := registry.Arg{Name: "/re/replacement/flags", Kind: registry.ArgStatic}
	row := func(name, doc string, routes rt.RouteKind, f func(p *core.Proc, x *pv.Substitution) bool) registry.Function {
		return registry.Function{
			Name: name, Routes: routes, Args: []registry.Arg{expression}, Source: source,
			Doc: doc + ` True if it matched. \0 to \9 and pseudo-variables stand in the replacement; flags: i any case, g every match, s across lines.`,
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				x, err := newSubst(b, args, 0, name)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 { return truth(f(core.Of(c), x)) }, nil
			},
		}
	}
	const uriRoutes = rt.RequestRoute | rt.FailureRoute | rt.BranchRoute
	return []registry.Function{
		row("subst", "Replaces in headers and body.", editRoutes, func(p *core.Proc, x *pv.Substitution) bool { return substIn(p, behindStartLine, x) }),
		row("subst_body", "Replaces in the body.", editRoutes, func(p *core.Proc, x *pv.Substitution) bool { return substIn(p, bodyOnly, x) }),
		row("subst_uri", "Replaces in the Request-URI.", uriRoutes, substURI),
		row("subst_user", "Replaces in the user of the Request-URI.", uriRoutes, substUser),
		{
			Name: "subst_hf", Routes: editRoutes, Source: source,
			Args: []registry.Arg{
				{Name: "name", Kind: registry.ArgStatic}, expression, {Name: "which", Kind: registry.ArgStatic},
			},
			Doc:     "Replaces in the body of headers of that name: of every one (a), of the first (f) or of the last (l). True if one matched.",
			Compile: compileSubstHeader,
		},
	}
}

func newSubst(b registry.Build, args []registry.Actual, i int, name string) (*pv.Substitution, error) {
	text, _ := arg.Const(&args[i])
	x, err := pv.NewSubstitution(b, text)
	if err != nil {
		return nil, arg.Error(i, "%s: %q: %w", name, text, err)
	}
	return x, nil
}

func substIn(p *core.Proc, in region, x *pv.Substitution) bool {
	s := in(p)
	return substSpan(p, int(s.Off), int(s.Len), x)
}

// substSpan substitutes in n bytes at off of the message, line by line unless
// matches may reach over line ends.
func substSpan(p *core.Proc, off, n int, x *pv.Substitution) bool {
	if x.Across() {
		v, hit, ok := x.Apply(&p.Ctx, p.Msg[off:off+n])
		return hit && ok && putDifference(p, off, n, v)
	}
	done := false
	for end := off + n; off < end; {
		line := end - off
		if k := bytes.IndexByte(p.Msg[off:end], '\n'); k >= 0 {
			line = k
		}
		v, hit, ok := x.Apply(&p.Ctx, p.Msg[off:off+line])
		if !ok {
			p.Logf(levelErr, "subst: the pattern matches nothing at a place")
			return done
		}
		if hit {
			if !putDifference(p, off, line, v) {
				return false
			}
			if done = true; !x.All() {
				break
			}
		}
		off += line + 1
	}
	return done
}

func substURI(p *core.Proc, x *pv.Substitution) bool {
	v, hit, ok := x.Apply(&p.Ctx, p.Bytes(p.URI()))
	return hit && ok && p.SetURI(v)
}

func substUser(p *core.Proc, x *pv.Substitution) bool {
	u, b, e := p.ParsedURI()
	if e != 0 {
		return false
	}
	v, hit, ok := x.Apply(&p.Ctx, u.User.Of(b))
	return hit && ok && p.SetURIUser(v)
}

func compileSubstHeader(b registry.Build, args []registry.Actual) (rt.Func, error) {
	h, err := arg.NewHeader(args, 0, "subst_hf")
	if err != nil {
		return nil, err
	}
	x, err := newSubst(b, args, 1, "subst_hf")
	if err != nil {
		return nil, err
	}
	which, _ := arg.Const(&args[2])
	switch which {
	case "a", "f", "l":
	default:
		return nil, arg.Error(2, `subst_hf: which must be "a", "f" or "l", not %q`, which)
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		i := h.First(c)
		if which == "l" {
			i = h.Last(c)
		}
		done := false
		for ; i >= 0; i = h.Next(c, i) {
			body := p.Index.Body(i)
			done = substSpan(p, int(body.Off), int(body.Len), x) || done
			if which != "a" {
				break
			}
		}
		return truth(done)
	}, nil
}

func substringFunctions() []registry.Function {
	return []registry.Function{{
		Name: "regex_substring", Routes: rt.AnyRoute,
		Args: []registry.Arg{
			{Name: "text", Kind: registry.ArgFormat}, {Name: "re", Kind: registry.ArgRegex}, {Name: "group", Kind: registry.ArgFormat},
			{Name: "groups", Kind: registry.ArgFormat}, {Name: "variable", Kind: registry.ArgPV},
		},
		Doc: "Writes a group of the pattern's match in a text to a variable; 0 is the whole match. groups is how many the pattern has. " +
			"-1: an error, -2: no match.",
		Source:  source,
		Compile: compileSubstring,
	}}
}

func compileSubstring(b registry.Build, args []registry.Actual) (rt.Func, error) {
	re, err := arg.NewPattern(b, args, 1)
	if err != nil {
		return nil, err
	}
	group, err := arg.NewNumber(args, 2, "regex_substring: group", 0, maxGroup)
	if err != nil {
		return nil, err
	}
	if _, err := arg.NewNumber(args, 3, "regex_substring: number of groups", 0, maxGroup+1); err != nil {
		return nil, err
	}
	to := args[4].PV
	if to.Set == nil {
		return nil, arg.Error(4, "regex_substring: $%s cannot be written", to.Name)
	}
	text := args[0].Eval
	return func(c *rt.Ctx) int32 {
		m, v := re.Matcher(c), c.Str(text(c))
		n, ok := group.Get(c)
		if m == nil || !ok || int(n) > m.NumSubexp() {
			return -1
		}
		loc := arg.FindLine(c, m, c.Bytes(v), 0)
		if loc == nil {
			return -2
		}
		sub := value.Empty()
		if loc[2*n] >= 0 {
			sub = v.Slice(loc[2*n], loc[2*n+1])
		}
		return truth(to.Set(c, sub))
	}, nil
}
