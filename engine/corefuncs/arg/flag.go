package arg

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
)

// Flag compiles the function name whose one argument is a flag, 0 to max, known at
// start (a declared name too, for an ArgFlag) or computed. f gets the flag as a bit.
func Flag(args []registry.Actual, name string, max int64, f func(c *rt.Ctx, bit uint64) int32) (rt.Func, error) {
	n, err := NewNumber(args, 0, name+": the flag", 0, max)
	if err == nil && n.eval == nil {
		bit := uint64(1) << uint(n.n)
		return func(c *rt.Ctx) int32 { return f(c, bit) }, nil
	}
	return func(c *rt.Ctx) int32 {
		k, ok := n.Get(c)
		if !ok {
			return -1
		}
		return f(c, 1<<uint(k))
	}, err
}
