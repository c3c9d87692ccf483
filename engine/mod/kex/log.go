package kex

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Log levels go from -5 (alert) to 3 (debug); more than that changes nothing.
const minLevel, maxLevel = -9, 9

func logFunctions() []registry.Function {
	return []registry.Function{
		{
			Name: "setdebug", Routes: rt.AnyRoute, Source: source,
			Args: []registry.Arg{{Name: "level", Kind: registry.ArgFormat}},
			Doc: "Sets the log level of the event loop on which the message is processed, in place of the parameter debug and until " +
				"resetdebug(). Other loops keep theirs, as other processes do in Kamailio.",
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				level, err := arg.NewNumber(args, 0, "setdebug: the level", minLevel, maxLevel)
				return func(c *rt.Ctx) int32 {
					n, ok := level.Get(c)
					if ok {
						core.Of(c).SetLogLevel(int(n))
					}
					return truth(ok)
				}, err
			},
		},
		{
			Name: "resetdebug", Routes: rt.AnyRoute, Source: source,
			Doc: "Lets the parameter debug decide again on the event loop on which the message is processed.",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return func(c *rt.Ctx) int32 {
					core.Of(c).ResetLogLevel()
					return 1
				}, nil
			},
		},
	}
}
