package corefuncs

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// flagFunctions work on the message's flags, 0 to 31 or declared names.
func flagFunctions() []registry.Function {
	return []registry.Function{
		flagFunction("setflag", "Sets a flag of the message.", func(c *rt.Ctx, bit uint64) int32 {
			c.Flags |= uint32(bit)
			return 1
		}),
		flagFunction("resetflag", "Clears a flag of the message.", func(c *rt.Ctx, bit uint64) int32 {
			c.Flags &^= uint32(bit)
			return 1
		}),
		flagFunction("isflagset", "True if a flag of the message is set.", func(c *rt.Ctx, bit uint64) int32 {
			return truth(c.Flags&uint32(bit) != 0)
		}),
	}
}

func flagFunction(name, doc string, f func(c *rt.Ctx, bit uint64) int32) registry.Function {
	return registry.Function{
		Name:   name,
		Args:   []registry.Arg{{Name: "flag", Kind: registry.ArgFlag}},
		Routes: rt.AnyRoute,
		Doc:    doc,
		Source: `cookbook "` + name + `"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			return arg.Flag(args, name, maxFlag, f)
		},
	}
}
