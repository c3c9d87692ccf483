package e2e

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// waiter is a module of the tests whose functions wait on the pool.
type waiter struct {
	calls   atomic.Int64
	started chan struct{} // one token for each wait that has begun
	hold    chan struct{} // hold() waits until it is closed or gets a token

	mu    sync.Mutex
	notes []string
}

func newWaiter() *waiter {
	return &waiter{started: make(chan struct{}, 1024), hold: make(chan struct{}, 1024)}
}

func (w *waiter) noted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.notes...)
}

// module has wait(ms, result): waits that long; hold(result): waits for the
// test; note(text): remembers a text; boom(): panics.
func (w *waiter) module() *registry.Module {
	return &registry.Module{
		Name: "waiter",
		Functions: []registry.Function{
			{
				Name: "wait", Routes: rt.AnyRoute &^ rt.SendRoute, Stateful: true,
				Args: []registry.Arg{{Name: "ms", Kind: registry.ArgInt}, {Name: "result", Kind: registry.ArgInt, Optional: true}},
				Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
					return func(c *rt.Ctx) int32 {
						w.calls.Add(1)
						result := int64(1)
						if args[1].Given {
							result = c.Int(args[1].Eval(c))
						}
						d := time.Duration(c.Int(args[0].Eval(c))) * time.Millisecond
						return core.Of(c).Await(10*time.Second, func(ctx context.Context) (int64, any, error) {
							tm := time.NewTimer(d)
							defer tm.Stop()
							select {
							case <-tm.C:
								return result, nil, nil
							case <-ctx.Done():
								return -1, nil, ctx.Err()
							}
						}, nil)
					}, nil
				},
			},
			{
				Name: "hold", Routes: rt.AnyRoute &^ rt.SendRoute, Stateful: true,
				Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
					return func(c *rt.Ctx) int32 {
						w.calls.Add(1)
						return core.Of(c).Await(30*time.Second, func(ctx context.Context) (int64, any, error) {
							w.started <- struct{}{}
							select {
							case <-w.hold:
								return 1, nil, nil
							case <-ctx.Done():
								return -1, nil, ctx.Err()
							}
						}, nil)
					}, nil
				},
			},
			{
				Name: "note", Routes: rt.AnyRoute,
				Args: []registry.Arg{{Name: "text", Kind: registry.ArgFormat}},
				Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
					return func(c *rt.Ctx) int32 {
						s := string(c.Text(args[0].Eval(c)))
						w.mu.Lock()
						w.notes = append(w.notes, s)
						w.mu.Unlock()
						return 1
					}, nil
				},
			},
			{
				Name: "boom", Routes: rt.AnyRoute,
				Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
					return func(*rt.Ctx) int32 { panic(fmt.Sprint("boom ", w.calls.Add(1))) }, nil
				},
			},
		},
	}
}
