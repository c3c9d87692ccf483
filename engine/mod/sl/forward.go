package sl

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// compileForward makes sl_forward_reply: the reply is passed on now, once with this
// status. What the script has changed of it stays as it was.
func compileForward(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	code := arg.Fixed(0)
	if arg.Given(args, 0) {
		var err error
		if code, err = arg.NewNumber(args, 0, "sl_forward_reply: status code", minCode, maxCode); err != nil {
			return nil, err
		}
	}
	var reason rt.Expr
	if arg.Given(args, 1) {
		if text, ok := arg.Const(&args[1]); ok && !validReason([]byte(text)) {
			return nil, arg.Error(1, "sl_forward_reply: reason must be one line of text, not %q", text)
		}
		reason = args[1].Eval
	}
	var forward func(p *core.Proc) int32
	forward = func(p *core.Proc) int32 {
		saved := p.Edits
		err := changed(p, &code, reason)
		if err == nil {
			err = p.ForwardReply()
		}
		p.Edits = saved
		if err == core.ErrUnresolved {
			return p.AwaitName(forward)
		}
		return result(p, "sl_forward_reply", err)
	}
	return func(c *rt.Ctx) int32 { return forward(core.Of(c)) }, nil
}

func changed(p *core.Proc, code *arg.Number, reason rt.Expr) error {
	n, ok := code.Get(&p.Ctx)
	old := p.Index.Status()
	switch {
	case !ok:
		return core.ErrBadCode
	case n == 0:
		return nil
	case int(n)/100 != old/100:
		return core.ErrStatusClass
	}
	v := value.Value{}
	if reason != nil {
		v = p.Str(reason(&p.Ctx))
	}
	return p.ChangeStatus(int(n), v)
}
