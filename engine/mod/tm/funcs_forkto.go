package tm

import (
	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// forkTo is t_fork_to(), of which the cookbook says no more than that append_branch
// is like it, but for taking the current URI: it adds the destination that it is
// given. Early scripts call it t_fork_to_uri().
func forkTo() registry.Function {
	return registry.Function{
		Name: "t_fork_to", Aliases: []string{"t_fork_to_uri"}, Routes: rt.RequestRoute | rt.FailureRoute,
		Doc:    "Adds a destination by its URI, like append_branch(uri), but without the current $du.",
		Source: `cookbook "append_branch"`,
		Args:   []registry.Arg{{Name: "uri", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			uri := args[0].Eval
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				if !p.AppendBranch(rt.Branch{URI: uri(c), Q: noQ, Socket: p.SendSocket, Flags: p.BranchFlags}) {
					return -1
				}
				return 1
			}, nil
		},
	}
}
