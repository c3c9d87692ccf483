package cfgutils

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func routeFunctions() []registry.Function {
	args := []registry.Arg{{Name: "name", Kind: registry.ArgRoute, RouteKind: rt.RequestRoute, Runs: true}}
	return []registry.Function{
		{
			Name: "check_route_exists", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "name", Kind: registry.ArgFormat}},
			Doc:    "True if there is a route block of that name.",
			Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				name := args[0].Eval
				return func(c *rt.Ctx) int32 { return truth(c.Program().Route(c.Text(name(c))) != nil) }, nil
			},
		},
		{
			Name: "route_if_exists", Routes: rt.AnyRoute, Args: args,
			Doc:    "Runs the route block of that name as route() does and returns its result; false where there is none.",
			Source: source,
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				name := args[0].Eval
				return func(c *rt.Ctx) int32 {
					block := c.Program().Route(c.Text(name(c)))
					if block == nil {
						return -1
					}
					return c.Enter(block)
				}, nil
			},
		},
	}
}
