package corex

import (
	"net/netip"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

const uriRoutes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute

func socketFunctions() []registry.Function {
	address := []registry.Arg{{Name: "address", Kind: registry.ArgFormat}}
	name := []registry.Arg{{Name: "name", Kind: registry.ArgFormat}}
	send := func(c *rt.Ctx, s rt.SocketInfo) bool {
		c.SendSocket = s.ID
		return true
	}
	receive := func(c *rt.Ctx, s rt.SocketInfo) bool { return core.Of(c).SetReceiveSocket(s.ID) }
	return []registry.Function{
		{
			Name: "set_send_socket", Routes: uriRoutes, Args: address, Source: source,
			Doc:     "Sends the request from a listen address, [proto:]address[:port], as $fs = … does. False where there is none such.",
			Compile: choose("set_send_socket", byAddress, send),
		},
		{
			Name: "set_send_socket_name", Routes: uriRoutes, Args: name, Source: source,
			Doc:     "Sends the request from the listen address of that name, as $fsn = … does. False where there is none such.",
			Compile: choose("set_send_socket_name", byName, send),
		},
		{
			Name: "set_recv_socket", Routes: rt.AnyRoute &^ rt.SendRoute, Args: address, Source: source,
			Doc:     "Goes on as if the message had arrived on that listen address of the same transport: $Ri, $Rp, and where replies leave from.",
			Compile: choose("set_recv_socket", byAddress, receive),
		},
		{
			Name: "set_recv_socket_name", Routes: rt.AnyRoute &^ rt.SendRoute, Args: name, Source: source,
			Doc:     "set_recv_socket() by the name of the listen address.",
			Compile: choose("set_recv_socket_name", byName, receive),
		},
		{
			Name: "is_socket_name", Routes: rt.AnyRoute, Args: name, Source: source,
			Doc: "True if a listen address has that name.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				eval := args[0].Eval
				return func(c *rt.Ctx) int32 {
					_, ok := byName(core.Of(c), c.Text(eval(c)))
					return truth(ok)
				}, nil
			},
		},
		{
			Name: "set_source_address", Routes: rt.AnyRoute &^ rt.SendRoute, Args: address, Source: source,
			Doc: "Makes [proto:]address[:port] the source of the message as the script sees it ($si, $sp) and as the topmost Via " +
				"notes it (received). Replies made here go to where the message came from. False for a name.",
			Compile: compileSource,
		},
	}
}

// finder finds a listen address by what a script calls it.
type finder func(p *core.Proc, text []byte) (rt.SocketInfo, bool)

func byAddress(p *core.Proc, text []byte) (rt.SocketInfo, bool) {
	hp, ok := arg.ParseHostPort(text)
	if !ok {
		return rt.SocketInfo{}, false
	}
	return p.FindSocket(hp.Proto, hp.Host, hp.Port)
}

func byName(p *core.Proc, text []byte) (rt.SocketInfo, bool) { return p.NamedSocket(text) }

func choose(function string, find finder, use func(*rt.Ctx, rt.SocketInfo) bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		eval := args[0].Eval
		return func(c *rt.Ctx) int32 {
			p, text := core.Of(c), c.Text(eval(c))
			s, ok := find(p, text)
			if !ok {
				p.Logf(levelErr, "%s: %q: %v", function, text, core.ErrLooseSocket)
				return -1
			}
			if !use(c, s) {
				p.Logf(levelErr, "%s: %q is of another transport than the message", function, text)
				return -1
			}
			return 1
		}, nil
	}
}

func compileSource(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	eval := args[0].Eval
	return func(c *rt.Ctx) int32 {
		p, text := core.Of(c), c.Text(eval(c))
		hp, ok := arg.ParseHostPort(text)
		var ip netip.Addr
		if ok {
			ip, ok = parseAddr(hp.Host)
		}
		if !ok {
			p.Logf(levelErr, "set_source_address: %q is no [proto:]address[:port]", text)
			return -1
		}
		port := hp.Port
		if port == 0 {
			port = c.Src.Port()
		}
		c.Src = netip.AddrPortFrom(ip, port)
		return 1
	}, nil
}

// parseAddr reads an address without an allocation for what is one.
func parseAddr(b []byte) (netip.Addr, bool) {
	var a netip.Addr
	err := a.UnmarshalText(b)
	return a, err == nil && a.IsValid() && a.Zone() == ""
}
