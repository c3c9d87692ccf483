package corefuncs

import (
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// avpFlagFunctions work on the flags of the values of AVPs, 0 to 31 or names
// declared with avpflags. A flag belongs to one value: a new value begins without
// flags, and they go with it.
func avpFlagFunctions() []registry.Function {
	return []registry.Function{
		avpFlagFunction("setavpflag", "Sets a flag of a value: of the newest one, of $(avp(x)[n]), or with [*] of all. False where there is no value.",
			func(flags *uint32, bit uint32) bool {
				*flags |= bit
				return true
			}),
		avpFlagFunction("resetavpflag", "Clears a flag of a value, found as by setavpflag(). False where there is no value.",
			func(flags *uint32, bit uint32) bool {
				*flags &^= bit
				return true
			}),
		avpFlagFunction("isavpflagset", "True if a flag of a value is set; with [*] if it is set for one of them.",
			func(flags *uint32, bit uint32) bool { return *flags&bit != 0 }),
	}
}

func avpFlagFunction(name, doc string, f func(flags *uint32, bit uint32) bool) registry.Function {
	return registry.Function{
		Name:   name,
		Args:   []registry.Arg{{Name: "avp", Kind: registry.ArgPV}, {Name: "flag", Kind: registry.ArgAVPFlag}},
		Routes: rt.AnyRoute,
		Doc:    doc,
		Source: `cookbook "` + name + `"`,
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			avp := args[0].PV.AVP()
			if avp == nil {
				return nil, arg.Error(0, "$%s is no AVP; only their values have flags", args[0].PV.Name)
			}
			flag, err := arg.NewNumber(args, 1, name+": the flag", 0, maxFlag)
			return func(c *rt.Ctx) int32 {
				n, ok := flag.Get(c)
				if !ok {
					return -1
				}
				bit := uint32(1) << uint(n)
				if !avp.All {
					flags := c.AVPFlags(avp.Name, avp.Index(c))
					return truth(flags != nil && f(flags, bit))
				}
				any := false
				for k := c.AVPs(avp.Name); c.NextAVP(&k); {
					any = f(c.AVPFlagsAt(&k), bit) || any
				}
				return truth(any)
			}, err
		},
	}
}
