package avpops

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

func pushFunctions() []registry.Function {
	return []registry.Function{{
		Name: "avp_pushto", Routes: rt.RequestRoute | rt.FailureRoute | rt.BranchRoute,
		Args: []registry.Arg{{Name: "destination", Kind: registry.ArgStatic}, {Name: "name", Kind: registry.ArgStatic}},
		Doc: "Writes a variable to $ru, $ru/username, $ru/domain or $du, or adds it as a destination with $br. " +
			"With /g all values of an AVP: for $ru the destination before becomes an additional one each time.",
		Source:  source,
		Compile: compilePush,
	}}
}

// destinations are what avp_pushto writes to.
var destinations = map[string]func(c *rt.Ctx, v value.Value) bool{
	"$ru":          (*rt.Ctx).SetURI,
	"$ru/username": func(c *rt.Ctx, v value.Value) bool { return c.SetURIUser(c.Str(v)) },
	"$ru/domain":   func(c *rt.Ctx, v value.Value) bool { return c.SetURIHost(c.Str(v)) },
	"$du":          (*rt.Ctx).SetDstURI,
	"$br":          func(c *rt.Ctx, v value.Value) bool { return core.Of(c).AppendBranch(rt.Branch{URI: v, Q: noQ}) },
}

// noQ is the q value of a destination that has none.
const noQ = -1

func compilePush(b registry.Build, args []registry.Actual) (rt.Func, error) {
	where := constant(args, 0)
	put := destinations[where]
	if put == nil {
		return nil, arg.Error(0, "expected $ru, $ru/username, $ru/domain, $du or $br, not %q", where)
	}
	forks := where[:3] == "$ru"
	from, rest, err := cutList(b, constant(args, 1))
	if err != nil {
		return nil, wrong(1, err)
	}
	f, err := flags(rest, "g")
	if err != nil {
		return nil, wrong(1, err)
	}
	all := f.has("g")
	return func(c *rt.Ctx) int32 {
		n, failed := 0, false
		from.any(c, all, func(v value.Value) bool {
			if v.IsUndef() {
				failed = true
				return true
			}
			if n++; forks && n > 1 && !core.Of(c).AppendBranch(rt.Branch{URI: c.URI(), DstURI: c.DstURI, Q: noQ, Socket: c.SendSocket, Flags: c.BranchFlags}) {
				failed = true
				return true
			}
			failed = !put(c, v)
			return failed
		})
		return truth(n > 0 && !failed)
	}, nil
}
