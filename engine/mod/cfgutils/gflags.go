package cfgutils

import (
	"sync/atomic"

	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// gflags are the global flags of a server, seen by all messages. They outlive a
// reload.
type gflags struct{ bits atomic.Uint32 }

func gflagFunctions() []registry.Function {
	return []registry.Function{
		gflagFunction("set_gflag", "Sets the global flag.", func(g *gflags, bit uint32) int32 {
			g.bits.Or(bit)
			return 1
		}),
		gflagFunction("reset_gflag", "Clears the global flag.", func(g *gflags, bit uint32) int32 {
			g.bits.And(^bit)
			return 1
		}),
		gflagFunction("is_gflag", "True if the global flag is set.", func(g *gflags, bit uint32) int32 {
			return truth(g.bits.Load()&bit != 0)
		}),
	}
}

func gflagFunction(name, doc string, f func(*gflags, uint32) int32) registry.Function {
	return registry.Function{
		Name: name, Routes: messageRoutes, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "flag", Kind: registry.ArgFlag}},
		Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
			g := live(b, "gflags", func() *gflags {
				g := &gflags{}
				g.bits.Store(uint32(b.Config("cfgutils").(*Config).GFlags))
				return g
			})
			flag := args[0].Eval
			return func(c *rt.Ctx) int32 {
				n := int64(flagBits)
				if v := flag(c); v.Kind() == value.Int || v.Kind() == value.Str && v.Len() > 0 {
					n = c.Int(v)
				}
				if n < 0 || n >= flagBits {
					c.LogError(name+"(): the flag is none of 0 to 31", nil)
					return -1
				}
				return f(g, 1<<n)
			}, nil
		},
	}
}
