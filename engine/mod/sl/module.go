// Package sl is the module sl: replies that are sent statelessly (RFC 3261
// §8.2.7). The reply itself is made by engine/core (To tag, Via, route of the
// reply); the module checks the script's arguments and lists the destinations of
// a redirect.
package sl

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
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
		Events:    []string{core.AckEvent, localResponse},
		EventDocs: map[string]string{
			core.AckEvent: "For the ACK of a failure reply that was sent statelessly, which goes no further.",
			localResponse: "When a function of this module has sent a reply, whose code is status in it. It cannot wait.",
		},
		Functions: []registry.Function{
			replyFunction("sl_send_reply", []string{"sl_reply"}, rt.RequestRoute|rt.FailureRoute|rt.EventRoute,
				"Answers the request statelessly. A 3xx reply lists the destinations that the script has set as Contact."),
			replyFunction("send_reply", nil, rt.RequestRoute|rt.FailureRoute|rt.BranchRoute|rt.TMReplyRoute|rt.EventRoute,
				"Answers the request by its transaction (module tm), without one as sl_send_reply() does."),
			modeFunction(),
			{
				Name:   "sl_forward_reply",
				Routes: rt.ReplyRoute | rt.TMReplyRoute,
				Args: []registry.Arg{
					{Name: "code", Kind: registry.ArgFormat, Optional: true},
					{Name: "reason", Kind: registry.ArgFormat, Optional: true},
				},
				Doc: "Passes the reply on now, with this code of the same class and reason. It is passed on again when the script " +
					"ends, unless it is dropped.",
				Source:  "Kamailio module sl",
				Compile: compileForward,
			},
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

// modeFunction is send_reply_mode. Its modes are about the connection that a reply
// leaves by, which datagrams have none of.
func modeFunction() registry.Function {
	f := replyFunction("send_reply_mode", nil, rt.RequestRoute|rt.FailureRoute|rt.BranchRoute|rt.TMReplyRoute|rt.EventRoute,
		"send_reply() with a mode: 1 makes no connection for the reply, 2 closes the one that it leaves by. A datagram has none.")
	f.Args = append(f.Args, registry.Arg{Name: "mode", Kind: registry.ArgFormat})
	compile := f.Compile
	f.Compile = func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		if _, err := arg.NewNumber(args, 2, "send_reply_mode: mode", 0, 3); err != nil {
			return nil, err
		}
		return compile(b, args)
	}
	return f
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
