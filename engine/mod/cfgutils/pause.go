package cfgutils

import (
	"time"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func pauseFunctions() []registry.Function {
	row := func(name, unit string, scale time.Duration, most int64) registry.Function {
		return registry.Function{
			Name: name, Routes: rt.AnyRoute,
			Args: []registry.Arg{{Name: unit, Kind: registry.ArgFormat}},
			Doc: "The script waits for this many " + unit + ", at most one day, and the server goes on with other messages. " +
				"False where the number is none or the script cannot wait in this block.",
			Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				n, err := arg.NewNumber(args, 0, name+": "+unit, 0, most)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 {
					k, ok := n.Get(c)
					switch {
					case !ok:
						c.LogError(name+"(): the number is none or out of range", nil)
						return -1
					case k == 0:
						return 1
					case !c.CanWait():
						c.LogError(name+"(): the script cannot wait in this block", nil)
						return -1
					}
					return core.Of(c).Sleep(time.Duration(k) * scale)
				}, nil
			},
		}
	}
	return []registry.Function{
		row("sleep", "seconds", time.Second, maxPauseSeconds),
		row("usleep", "microseconds", time.Microsecond, maxPauseMicroseconds),
	}
}
