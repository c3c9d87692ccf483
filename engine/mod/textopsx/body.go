package textopsx

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func bodyFunctions() []registry.Function {
	return []registry.Function{{
		Name: "remove_body", Routes: editRoutes,
		Doc:    "Takes the body out of the message. Content-Type stays: remove_hf() takes it out.",
		Source: source,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				body := p.Index.MsgBody(p.Msg)
				if body.Len == 0 {
					return 1
				}
				p.Edits.Forget(int(body.Off), body.End())
				return truth(p.Cut(int(body.Off), int(body.Len)))
			}, nil
		},
	}}
}
