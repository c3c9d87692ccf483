package tm

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// uacSend is t_uac_send(): a request of our own from the script.
func uacSend() registry.Function {
	names := [...]string{"method", "ruri", "next_hop", "socket", "headers", "body"}
	f := registry.Function{
		Name: "t_uac_send", Aliases: []string{"t_uac_req"}, Routes: rt.AnyRoute, Stateful: true, Source: source,
		Doc: "Sends a request of our own; headers are whole lines, From and To among them, and so may be Call-ID and CSeq. An empty next_hop is the URI, an empty socket any that fits.",
	}
	for _, n := range names {
		f.Args = append(f.Args, registry.Arg{Name: n, Kind: registry.ArgFormat})
	}
	f.Compile = func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			var text [len(names)]string
			for i := range names {
				text[i] = string(c.Text(args[i].Eval(c)))
			}
			r := Request{Method: text[0], URI: text[1], NextHop: text[2], Body: text[5]}
			if text[3] != "" {
				for _, s := range p.Snapshot().Sockets() {
					if string(s.Name()) == text[3] {
						r.Socket = s
					}
				}
				if r.Socket == nil {
					p.Logf(levelErr, "t_uac_send: there is no listen address %s", text[3])
					return -1
				}
			}
			takeHeaders(&r, text[4])
			m := layerOf(p)
			if r.CallID != "" && p.Server().CallHome([]byte(r.CallID)) != p.LoopID() {
				if err := m.api.SendHome(&r, nil); err != nil {
					return p.Refuse(err)
				}
				return 1
			}
			if _, err := m.send(p.Snapshot(), &r); err != nil {
				p.Logf(levelErr, "t_uac_send: %v", err)
				return p.Refuse(err)
			}
			return 1
		}, nil
	}
	return f
}
