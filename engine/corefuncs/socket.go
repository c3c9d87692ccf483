package corefuncs

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// socketFunctions choose the socket that a request leaves by.
func socketFunctions() []registry.Function {
	return []registry.Function{{
		Name:   "force_send_socket",
		Args:   []registry.Arg{{Name: "socket", Kind: registry.ArgIdent}},
		Routes: rt.RequestRoute | rt.BranchRoute | rt.FailureRoute,
		Doc: "Sends the request from a listen address, [proto:]address[:port]. Where its protocol or " +
			"family does not fit the destination, the first listen address that fits is taken.",
		Source:  `cookbook "force_send_socket"`,
		Compile: compileForceSendSocket,
	}}
}

func compileForceSendSocket(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	text, ok := arg.Const(&args[0])
	if !ok {
		eval := args[0].Eval
		return func(c *rt.Ctx) int32 {
			v := eval(c)
			if v.Kind() != value.Str {
				return noSocket(c, nil)
			}
			hp, ok := arg.ParseHostPort(c.Bytes(v))
			if !ok {
				return noSocket(c, c.Bytes(v))
			}
			return forceSendSocket(c, &hp, c.Bytes(v))
		}, nil
	}
	b := []byte(text)
	hp, ok := arg.ParseHostPort(b)
	if !ok {
		return nil, arg.Error(0, "socket must be [proto:]address[:port], not %q", text)
	}
	return func(c *rt.Ctx) int32 { return forceSendSocket(c, &hp, b) }, nil
}

func forceSendSocket(c *rt.Ctx, hp *arg.HostPort, text []byte) int32 {
	s, ok := core.Of(c).FindSocket(hp.Proto, hp.Host, hp.Port)
	if !ok {
		return noSocket(c, text)
	}
	c.SendSocket = s.ID
	return 1
}

func noSocket(c *rt.Ctx, text []byte) int32 {
	p := core.Of(c)
	p.Logf(levelErr, "force_send_socket: %q: %v", text, core.ErrLooseSocket)
	return p.Refuse(core.ErrLooseSocket)
}
