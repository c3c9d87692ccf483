package corefuncs

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// sendFunctions send the message as it was received, without a Via of ours.
func sendFunctions() []registry.Function {
	return []registry.Function{
		sendFunction("send", []string{"send_udp"}, rt.ProtoUDP, "Sends the message unchanged, without a Via of ours, over UDP to host[:port]."),
		sendFunction("send_tcp", nil, rt.ProtoTCP, "send() over TCP, by a connection to that address, which is opened where there is none."),
	}
}

func sendFunction(name string, aliases []string, proto rt.Proto, doc string) registry.Function {
	return registry.Function{
		Name:    name,
		Aliases: aliases,
		Args:    destinationArgs(false),
		Routes:  rt.RequestRoute | rt.SendRoute,
		Doc:     doc,
		Source:  `cookbook "send"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			d, err := newDestination(args, proto)
			if err != nil {
				return nil, err
			}
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				t, err := d.target(c)
				if err == nil {
					err = p.Send(t)
				}
				return outcome(p, name, err)
			}, nil
		},
	}
}
