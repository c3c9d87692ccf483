package sim

import (
	"context"
	"math/rand/v2"
	"time"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// maxWork is how long pause waits at most.
const maxWork = 3 * time.Second

// module has pause(), which makes a script wait for work elsewhere, as a database
// or a slow name server does. Mostly it waits; now and then the answer is there
// at once, or the work fails.
func module(rng *rand.Rand, waited *int) *registry.Module {
	pause := func(c *rt.Ctx) int32 {
		if rng.IntN(8) == 0 {
			return 1
		}
		*waited++
		return core.Of(c).Await(time.Minute, func(context.Context) (int64, any, error) { return 1, nil, nil }, nil)
	}
	return &registry.Module{Name: "sim", Functions: []registry.Function{{
		Name: "pause", Routes: rt.RequestRoute | rt.BranchRoute | rt.FailureRoute | rt.TMReplyRoute | rt.ReplyRoute, Stateful: true,
		Compile: func(registry.Build, []registry.Actual) (rt.Func, error) { return pause, nil },
	}}}
}
