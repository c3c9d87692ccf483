package corefuncs

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// rportFunctions ask for symmetric response routing (RFC 3581).
func rportFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "force_rport", Aliases: []string{"add_rport"}, Bare: true,
			Routes: rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute,
			Doc: "Notes the source port in the top Via even where the client did not ask for it, and answers " +
				"the request to its source address and port.",
			Source:  `cookbook "force_rport", RFC 3581`,
			Compile: plain(func(c *rt.Ctx) int32 { core.Of(c).SetForceRport(); return 1 }),
		},
		{
			Name: "add_local_rport", Bare: true,
			Routes:  rt.RequestRoute | rt.BranchRoute | rt.FailureRoute,
			Doc:     "Puts ;rport into the Via that is added when the request is forwarded.",
			Source:  `cookbook "add_local_rport", RFC 3581`,
			Compile: plain(func(c *rt.Ctx) int32 { c.LocalRport = true; return 1 }),
		},
	}
}
