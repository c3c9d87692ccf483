package textopsx

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func applyFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "msg_apply_changes", Routes: rt.RequestRoute | rt.ReplyRoute,
			Doc: "Makes the message as changed so far the message that the script goes on with. False, and nothing is done, " +
				"where the result is no valid message.",
			Source: source,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					return result(p, "msg_apply_changes", p.ApplyChanges())
				}, nil
			},
		},
		{
			Name: "msg_set_buffer", Routes: rt.RequestRoute | rt.ReplyRoute,
			Args: []registry.Arg{{Name: "message", Kind: registry.ArgFormat}},
			Doc: "Puts another message in the place of this one: a request for a request, a reply for a reply. False, and " +
				"nothing is done, where the text is no valid one.",
			Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				message := args[0].Eval
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					return result(p, "msg_set_buffer", p.SetMessage(text(c, message)))
				}, nil
			},
		},
	}
}

func result(p *core.Proc, name string, err error) int32 {
	if err != nil {
		p.Logf(levelErr, "%s: %v", name, err)
	}
	return truth(err == nil)
}
