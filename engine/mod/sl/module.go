// Package sl is the module sl: replies that are sent statelessly (RFC 3261
// §8.2.7). The reply itself is made by engine/core (To tag, Via, route of the
// reply); the module checks the script's arguments and lists the destinations of
// a redirect.
package sl

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Module is the descriptor of sl.
func Module() *registry.Module {
	return &registry.Module{
		Name:      "sl",
		Doc:       "Answers requests statelessly.",
		NewConfig: newConfig,
		Params:    params,
		Functions: []registry.Function{
			replyFunction("sl_send_reply", []string{"sl_reply"}, rt.RequestRoute|rt.FailureRoute|rt.EventRoute,
				"Answers the request statelessly. A 3xx reply lists the destinations that the script has set as Contact."),
			replyFunction("send_reply", nil, rt.RequestRoute|rt.FailureRoute|rt.BranchRoute|rt.TMReplyRoute|rt.EventRoute,
				"Answers the request by its transaction (module tm), without one as sl_send_reply() does."),
			{
				Name:   "sl_reply_error",
				Routes: rt.RequestRoute | rt.FailureRoute,
				Doc: "Answers the request with the reason why the last forward, send or reply failed; " +
					"with 500 where none did.",
				Source:  "Kamailio module sl",
				Compile: compileReplyError,
			},
		},
	}
}

func replyFunction(name string, aliases []string, routes rt.RouteKind, doc string) registry.Function {
	return registry.Function{
		Name: name, Aliases: aliases, Routes: routes,
		Args: []registry.Arg{
			{Name: "code", Kind: registry.ArgFormat},
			{Name: "reason", Kind: registry.ArgFormat},
		},
		Doc:    doc,
		Source: "RFC 3261 §8.2.6, §8.2.7; Kamailio module sl",
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			return compileReply(name, b, args)
		},
	}
}
