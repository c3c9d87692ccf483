package regex

import (
	"errors"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// failed is the result where there is no pattern to match with, as in Kamailio.
const failed = -4

// text is the value of an expression as bytes.
func text(c *rt.Ctx, x rt.Expr) []byte { return c.Bytes(c.Str(x(c))) }

func compileMatch(b registry.Build, args []registry.Actual) (rt.Func, error) {
	x, o := args[0].Eval, b.Config("regex").(*Config).options
	if pattern, ok := arg.Const(&args[1]); ok {
		re, err := compile(pattern, o)
		if err != nil {
			return nil, &registry.ArgError{Index: 1, Err: err}
		}
		return func(c *rt.Ctx) int32 { return truth(re.Match(text(c, x))) }, nil
	}
	pattern := args[1].Eval
	return func(c *rt.Ctx) int32 {
		p := text(c, pattern)
		re, err := dynamic.get(p, o)
		if err != nil {
			c.LogError("pcre_match: bad regular expression", p)
			return failed
		}
		return truth(re.Match(text(c, x)))
	}, nil
}

func compileMatchGroup(b registry.Build, args []registry.Actual) (rt.Func, error) {
	cfg := b.Config("regex").(*Config)
	if cfg.File == "" {
		return nil, errors.New(`there are no groups; set the parameter "file" of module regex`)
	}
	if !cfg.loaded {
		return func(*rt.Ctx) int32 { return failed }, nil // Check has said why
	}
	x, groups := args[0].Eval, cfg.groups
	group := arg.Fixed(0)
	if arg.Given(args, 1) {
		var err error
		if group, err = arg.NewNumber(args, 1, "the group", 0, maxMaxGroups); err != nil {
			return nil, err
		}
	}
	if constant := !arg.Given(args, 1) || args[1].Const; constant {
		if n, _ := group.Get(nil); n >= int64(len(groups)) {
			return nil, arg.Error(1, "there is no group %d; the file has %d, counted from 0", n, len(groups))
		}
	}
	return func(c *rt.Ctx) int32 {
		n, ok := group.Get(c)
		if !ok || n >= int64(len(groups)) {
			c.LogError("pcre_match_group: there is no such group", nil)
			return failed
		}
		re := groups[n]
		return truth(re != nil && re.Match(text(c, x)))
	}, nil
}
