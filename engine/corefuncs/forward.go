package corefuncs

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// forwardFunctions are the stateless forwards. All take no argument (by the
// destination URI, else by the Request-URI), a host with or without port in
// one text, or host and port.
func forwardFunctions() []registry.Function {
	return []registry.Function{
		forwardFunction("forward", rt.ProtoNone, "Forwards the request statelessly to the destination, else to $du, else to the Request-URI. Lowers Max-Forwards unless the script has dealt with it; a request that has none left is answered with 483."),
		forwardFunction("forward_udp", rt.ProtoUDP, "forward() over UDP."),
		forwardFunction("forward_tcp", rt.ProtoTCP, "forward() over TCP, by a connection to the destination, which is opened where there is none."),
		forwardFunction("forward_tls", rt.ProtoTLS, "forward() over TLS, by a connection for this name to the destination, which is opened where there is none."),
		forwardFunction("forward_sctp", rt.ProtoSCTP, "forward() over SCTP, by the association to the destination, which is opened where there is none."),
	}
}

func forwardFunction(name string, proto rt.Proto, doc string) registry.Function {
	return registry.Function{
		Name:   name,
		Args:   destinationArgs(true),
		Routes: rt.RequestRoute,
		Bare:   true,
		Doc:    doc,
		Source: `cookbook "forward"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			if len(args) == 0 || !args[0].Given {
				t := core.Target{Proto: proto}
				return waiting(name, func(p *core.Proc) error { return p.Forward(t) }), nil
			}
			d, err := newDestination(args, proto)
			if err != nil {
				return nil, err
			}
			return waiting(name, func(p *core.Proc) error {
				t, err := d.target(p)
				if err == nil {
					err = p.Forward(t)
				}
				return err
			}), nil
		},
	}
}

// waiting makes a script function of a send: where its destination is a name that has to
// be asked for, the script waits and the send is made again.
func waiting(name string, send func(*core.Proc) error) rt.Func {
	var run func(*core.Proc) int32
	run = func(p *core.Proc) int32 {
		err := send(p)
		if err == core.ErrUnresolved {
			return p.AwaitName(run)
		}
		return outcome(p, name, err)
	}
	return func(c *rt.Ctx) int32 { return run(core.Of(c)) }
}

// outcome turns the error of a send into the script's result and logs it. What
// the script or the server has decided itself is no news.
func outcome(p *core.Proc, name string, err error) int32 {
	if err == nil {
		return 1
	}
	if !errors.Is(err, core.ErrBlocked) && !errors.Is(err, core.ErrRefused) && !errors.Is(err, core.ErrHops) {
		p.Logf(levelErr, "%s: %v", name, err)
	}
	return p.Refuse(err)
}
