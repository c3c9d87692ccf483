package corex

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func messageFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "is_faked_msg", Routes: rt.AnyRoute, Source: source,
			Doc: "True in an event_route that runs without a message from the network.",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 { return truth(core.Of(c).Event() != nil) }, nil
			},
		},
		{
			Name: "forward_reply", Routes: rt.ReplyRoute | rt.TMReplyRoute, Source: source,
			Doc: "Passes the reply on now by its next Via, with the changes made so far. It is passed on again when the script " +
				"ends, unless it is dropped.",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 { return forwardReply(core.Of(c)) }, nil
			},
		},
	}
}

func forwardReply(p *core.Proc) int32 {
	switch err := p.ForwardReply(); err {
	case nil:
		return 1
	case core.ErrUnresolved:
		return p.AwaitName(forwardReply)
	default:
		p.Logf(levelErr, "forward_reply: %v", err)
		return -1
	}
}
