package textopsx

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

const (
	// minCode and maxCode bound a status code (RFC 3261 §7.2).
	minCode = 100
	maxCode = 699
)

func statusFunctions() []registry.Function {
	code := registry.Arg{Name: "code", Kind: registry.ArgFormat}
	return []registry.Function{
		{
			Name: "change_reply_status", Routes: replyRoutes,
			Args: []registry.Arg{code, {Name: "reason", Kind: registry.ArgFormat}},
			Doc: "Changes code and reason of the reply that is passed on. A provisional reply stays one, and so does a 2xx; " +
				"of the failures each can become any other.",
			Source:  source,
			Compile: compileStatus("change_reply_status"),
		},
		{
			Name: "change_reply_status_code", Routes: replyRoutes, Args: []registry.Arg{code},
			Doc:     "change_reply_status() that leaves the reason as it is.",
			Source:  source,
			Compile: compileStatus("change_reply_status_code"),
		},
	}
}

func compileStatus(name string) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		code, err := arg.NewNumber(args, 0, name+": status code", minCode, maxCode)
		if err != nil {
			return nil, err
		}
		var reason rt.Expr
		if arg.Given(args, 1) {
			if s, ok := arg.Const(&args[1]); ok && !oneLine([]byte(s)) {
				return nil, arg.Error(1, "%s: reason must be one line of text, not %q", name, s)
			}
			reason = args[1].Eval
		}
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			n, ok := code.Get(c)
			if !ok {
				n = 0 // refused below
			}
			v := value.Value{}
			if reason != nil {
				v = c.Str(reason(c))
			}
			return result(p, name, p.ChangeStatus(int(n), v))
		}, nil
	}
}

// oneLine reports whether a text can be a reason phrase: no control byte.
func oneLine(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
