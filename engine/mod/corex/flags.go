package corex

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// flagFunctions work on the extended flags of a message, 0 to 63, which are apart
// from those of setflag().
func flagFunctions() []registry.Function {
	return []registry.Function{
		flagFunction("setxflag", "Sets an extended flag of the message, 0 to 63.", func(c *rt.Ctx, bit uint64) int32 {
			c.XFlags |= bit
			return 1
		}),
		flagFunction("resetxflag", "Clears an extended flag of the message.", func(c *rt.Ctx, bit uint64) int32 {
			c.XFlags &^= bit
			return 1
		}),
		flagFunction("isxflagset", "True if an extended flag of the message is set.", func(c *rt.Ctx, bit uint64) int32 {
			return truth(c.XFlags&bit != 0)
		}),
	}
}

func flagFunction(name, doc string, f func(c *rt.Ctx, bit uint64) int32) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "flag", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			return arg.Flag(args, name, maxXFlag, f)
		},
	}
}
