package corefuncs

import (
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// streamFunctions say how a message uses connections.
func streamFunctions() []registry.Function {
	// Elsewhere they may stand, and mean nothing.
	const forwards = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute | rt.SendRoute | rt.ReplyRoute
	const replies = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.EventRoute
	return []registry.Function{
		streamFunction("set_forward_no_connect", core.ForwardNoConnect, forwards,
			"Forwards the message only over a connection that is open already. Means nothing over UDP."),
		streamFunction("set_forward_close", core.ForwardClose, forwards,
			"Closes the connection once the message has been forwarded over it."),
		streamFunction("set_reply_no_connect", core.ReplyNoConnect, replies,
			"Sends replies only over a connection that is open already. Means nothing over UDP."),
		streamFunction("set_reply_close", core.ReplyClose, replies,
			"Closes the connection once a reply has been sent over it."),
		{
			Name: "force_tcp_alias", Aliases: []string{"add_tcp_alias"}, Bare: true,
			Args:   []registry.Arg{{Name: "port", Kind: registry.ArgInt, Optional: true}},
			Routes: rt.RequestRoute,
			Doc: "Sends what goes to that port of the sender, else to the port of the top Via, over the connection that the " +
				"request came by, until it ends. Means nothing over UDP.",
			Source: `cookbook "force_tcp_alias", RFC 5923`,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				if len(args) == 0 || !args[0].Given {
					return func(c *rt.Ctx) int32 { return aliased(core.Of(c), 0) }, nil
				}
				n, err := arg.NewNumber(args, 0, "force_tcp_alias: the port", 1, 65535)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 {
					port, ok := n.Get(c)
					if !ok {
						return -1
					}
					return aliased(core.Of(c), uint16(port))
				}, nil
			},
		},
		{
			Name:   "udp_mtu_try_proto",
			Args:   []registry.Arg{{Name: "proto", Kind: registry.ArgIdent}},
			Routes: rt.RequestRoute | rt.BranchRoute | rt.FailureRoute,
			Doc:    "The transport of this request if it is larger than udp_mtu, in the place of the parameter of that name: TCP, TLS, SCTP or UDP.",
			Source: `cookbook "udp_mtu_try_proto"`,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				word, _ := arg.Const(&args[0])
				proto, ok := largeProtos[strings.ToLower(word)]
				if !ok {
					return nil, arg.Error(0, "proto must be TCP, TLS, SCTP or UDP, not %q", word)
				}
				return func(c *rt.Ctx) int32 {
					core.Of(c).SetLargeProto(proto)
					return 1
				}, nil
			},
		},
	}
}

var largeProtos = map[string]rt.Proto{"udp": rt.ProtoUDP, "tcp": rt.ProtoTCP, "tls": rt.ProtoTLS, "sctp": rt.ProtoSCTP}

func streamFunction(name string, flag core.StreamFlags, routes rt.RouteKind, doc string) registry.Function {
	return registry.Function{
		Name: name, Bare: true, Routes: rt.AnyRoute, Doc: doc, Source: `cookbook "` + name + `"`,
		Compile: plain(func(c *rt.Ctx) int32 {
			if p := core.Of(c); p.Route&routes != 0 {
				p.SetStreamFlags(flag)
			}
			return 1
		}),
	}
}

func aliased(p *core.Proc, port uint16) int32 {
	return outcome(p, "force_tcp_alias", p.ForceAlias(port))
}
