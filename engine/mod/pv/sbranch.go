package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// sbranchFunctions make the branch that a script has put together in $sbranch(…)
// a destination.
func sbranchFunctions() []registry.Function {
	function := func(name string, routes rt.RouteKind, doc string, f rt.Func) registry.Function {
		return registry.Function{Name: name, Routes: routes, Doc: doc, Source: source,
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return f, nil }}
	}
	const uriRoutes = rt.RequestRoute | rt.BranchRoute | rt.FailureRoute
	return []registry.Function{
		function("sbranch_append", uriRoutes, "Adds the branch that $sbranch(…) describes to the destinations. False where its URI is not set, or there are too many.",
			func(c *rt.Ctx) int32 {
				b := c.StaticBranch()
				return truth(b != nil && c.AppendBranch(*b))
			}),
		function("sbranch_set_ruri", uriRoutes, "Makes the branch that $sbranch(…) describes the first: Request-URI, $du, $fs and branch flags. False where its URI is not set.",
			func(c *rt.Ctx) int32 {
				b := c.StaticBranch()
				if b == nil || !c.SetURI(b.URI) {
					return -1
				}
				c.SetDstURI(b.DstURI)
				c.SendSocket, c.BranchFlags = b.Socket, b.Flags
				return 1
			}),
		function("sbranch_reset", rt.AnyRoute, "Empties $sbranch(…).", func(c *rt.Ctx) int32 {
			c.ResetStaticBranch()
			return 1
		}),
	}
}
