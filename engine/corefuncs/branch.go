package corefuncs

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// branchFunctions add destinations to the request.
func branchFunctions() []registry.Function {
	return []registry.Function{{
		Name: "append_branch",
		Args: []registry.Arg{
			{Name: "uri", Kind: registry.ArgFormat, Optional: true},
			{Name: "q", Kind: registry.ArgFormat, Optional: true},
		},
		Routes: rt.RequestRoute | rt.FailureRoute,
		Bare:   true,
		Doc: "Adds a destination: the current Request-URI, or the one given, with the current $du and " +
			"branch flags. forward() sends to the first destination alone; a 3xx reply lists them all.",
		Source:  `cookbook "append_branch"`,
		Compile: compileAppendBranch,
	}, {
		Name: "clear_branches", Routes: rt.RequestRoute | rt.FailureRoute, Bare: true,
		Doc: "Takes back the destinations that append_branch() and $br have added.", Source: "Kamailio 5.x: clear_branches",
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				c.ClearBranches()
				return 1
			}, nil
		},
	}}
}

func compileAppendBranch(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	uri := (*rt.Ctx).URI
	if arg.Given(args, 0) {
		if text, ok := arg.Const(&args[0]); !ok || text != "" { // "" is the current URI, as in the reference
			uri = args[0].Eval
		}
	}
	q := func(*rt.Ctx) (int16, bool) { return noQ, true }
	if arg.Given(args, 1) {
		if text, ok := arg.Const(&args[1]); ok {
			n, ok := parseQ([]byte(text))
			if !ok {
				return nil, arg.Error(1, "append_branch: q must be 0 to 1 with at most three decimals, not %q", text)
			}
			q = func(*rt.Ctx) (int16, bool) { return n, true }
		} else {
			eval := args[1].Eval
			q = func(c *rt.Ctx) (int16, bool) { return parseQ(c.Text(eval(c))) }
		}
	}
	return func(c *rt.Ctx) int32 {
		n, ok := q(c)
		if !ok {
			return -1
		}
		v := uri(c)
		if v.Kind() == value.Str && v.Len() == 0 {
			v = c.URI()
		}
		if !core.Of(c).AppendBranch(rt.Branch{
			URI: v, DstURI: c.DstURI, Q: n, Socket: c.SendSocket, Flags: c.BranchFlags,
		}) {
			return -1
		}
		if v == c.URI() { // it has its branch now, and another one only once it is set anew
			c.UseURI()
		}
		return 1
	}, nil
}

// noQ is the q value of a destination that has none.
const noQ = -1

// parseQ reads a q value (RFC 3261 §20.10: 0 to 1 with up to three decimals)
// as thousandths. An empty text is noQ.
func parseQ(b []byte) (int16, bool) {
	if len(b) == 0 {
		return noQ, true
	}
	if len(b) > 5 || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' {
		return 0, false
	}
	n, unit := int16(b[0]-'0')*1000, int16(100)
	if len(b) > 2 {
		for _, ch := range b[2:] {
			if ch < '0' || ch > '9' {
				return 0, false
			}
			n += int16(ch-'0') * unit
			unit /= 10
		}
	}
	return n, n <= 1000
}
