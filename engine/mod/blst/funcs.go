package blst

import (
	"sipedge/engine/blacklist"
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}

func compileAdd(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	seconds := arg.Fixed(0)
	if arg.Given(args, 0) {
		var err error
		if seconds, err = arg.NewNumber(args, 0, "blst_add: timeout", 0, maxTimeout); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx) int32 {
		n, ok := seconds.Get(c)
		return truth(ok && core.Of(c).ListSource(n))
	}, nil
}

func compileRetryAfter(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	least, err := arg.NewNumber(args, 0, "blst_add_retry_after: min", 0, maxTimeout)
	if err != nil {
		return nil, err
	}
	most, err := arg.NewNumber(args, 1, "blst_add_retry_after: max", 0, maxTimeout)
	if err != nil {
		return nil, err
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		low, ok1 := least.Get(c)
		high, ok2 := most.Get(c)
		k := p.Index.First(sipparse.HdrRetryAfter)
		if !ok1 || !ok2 || k < 0 {
			return -1
		}
		body := p.Index.Body(k)
		var r sipparse.RetryAfter
		if sipparse.ParseRetryAfter(p.Msg, int(body.Off), body.End(), &r) != sipparse.OK {
			return -1
		}
		n := min(max(int64(r.Seconds), low), high)
		return truth(n == 0 || p.ListSource(n))
	}, nil
}

func compileDel(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 { return truth(core.Of(c).UnlistSource()) }, nil
}

func compileIs(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 { return truth(core.Of(c).SourceListed()) }, nil
}

func compileMask(name string, set, reply bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
		flags := arg.Fixed(int64(blacklist.AllCauses))
		if arg.Given(args, 0) {
			var err error
			if flags, err = arg.NewNumber(args, 0, name+": flags", 0, 255); err != nil {
				return nil, err
			}
		}
		return func(c *rt.Ctx) int32 {
			n, ok := flags.Get(c)
			if !ok {
				return -1
			}
			if set {
				core.Of(c).IgnoreFailures(blacklist.Cause(n), 0, reply)
			} else {
				core.Of(c).IgnoreFailures(0, blacklist.Cause(n), reply)
			}
			return 1
		}, nil
	}
}
