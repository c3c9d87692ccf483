package tls

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

const (
	yes = 1
	no  = -1
)

func compileVerified(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 {
		if s := core.Of(c).Secure(); s != nil && s.Peer != nil && s.Peer.Verified {
			return yes
		}
		return no
	}, nil
}

func compileServerID(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	id := args[0].Eval
	return func(c *rt.Ctx) int32 {
		v := id(c)
		if v.Kind() == value.Undef {
			return no
		}
		core.Of(c).SetTLSServerID(c.Bytes(v))
		return yes
	}, nil
}
