package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// nextHopURI is where the request goes: the destination URI, else the Request-URI.
func nextHopURI(c *rt.Ctx) (*sipparse.URI, value.Value, bool) {
	if c.DstURI.Len() > 0 {
		return destinationURI(c)
	}
	return requestURI(c)
}

// nextHopRow is $nh(key).
func nextHopRow() registry.PV {
	return registry.PV{Name: "nh", Inner: registry.Always, Source: "pseudo-variables, $nh(key)",
		Doc: "next hop, the destination URI where there is one, else the Request-URI: u URI, U user, d host, p port, P transport",
		Bind: func(b registry.Build, inner, index string) (*registry.Var, error) {
			if index != "" {
				return nil, errNoIndex("nh")
			}
			rows := []attr{
				{key: "u", get: func(c *rt.Ctx) value.Value {
					if c.DstURI.Len() > 0 {
						return c.DstURI
					}
					return c.URI()
				}},
				{key: "U", get: userExpr(nextHopURI)},
				{key: "d", get: hostExpr(nextHopURI)},
				{key: "p", get: portOf(b, nextHopURI)},
				{key: "P", get: protoOf(b, nextHopURI)},
			}
			for _, a := range rows {
				if a.key == inner {
					return &registry.Var{Name: "nh(" + inner + ")", Get: a.get}, nil
				}
			}
			return nil, errKey("nh", inner, rows)
		}}
}
