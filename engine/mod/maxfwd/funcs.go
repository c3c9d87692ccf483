package maxfwd

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// The results of the functions.
const (
	lowered = 1
	added   = 2
	isZero  = -1
	failed  = -2

	isBelow    = 1
	isNotBelow = -1
	isMissing  = -2
	isBroken   = -3
)

// maxForwards is what the functions of one program share. The number that is
// to leave is kept while the script runs and written when the request is sent,
// so that a script may lower it more than once.
type maxForwards struct {
	outgoing arg.State // what mf_process_maxfwd_header decided, a number
	limit    int64
	hook     core.SendHook // write, bound once
}

func bind(b registry.Build) *maxForwards {
	mf := &maxForwards{outgoing: arg.NewState(b, "maxfwd", "outgoing"), limit: b.Config("maxfwd").(*Config).MaxLimit}
	mf.hook = mf.write
	return mf
}

func compileProcess(b registry.Build, args []registry.Actual) (rt.Func, error) {
	initial, err := arg.NewNumber(args, 0, "mf_process_maxfwd_header: max_value", 1, sipparse.MaxMaxForwards)
	if err != nil {
		return nil, err
	}
	mf := bind(b)
	return func(c *rt.Ctx) int32 { return mf.process(core.Of(c), &initial) }, nil
}

// process is RFC 3261 §16.6 step 3.
func (mf *maxForwards) process(p *core.Proc, initial *arg.Number) int32 {
	n, ok := mf.current(p)
	if !ok {
		return failed
	}
	if n == 0 {
		return isZero
	}
	result := int32(lowered)
	if n--; n < 0 {
		if n, ok = initial.Get(&p.Ctx); !ok {
			return failed
		}
		result = added
	}
	if mf.outgoing.Get(&p.Ctx).IsUndef() && !p.AddSendHook(mf.hook, value.Value{}) {
		return failed
	}
	mf.outgoing.Set(&p.Ctx, value.FromInt(min(n, mf.limit)))
	p.SetMaxForwards()
	return result
}

// current is the number as decided so far, else as received; -1 where the
// request has none. false: the header is no number.
func (mf *maxForwards) current(p *core.Proc) (int64, bool) {
	if v := mf.outgoing.Get(&p.Ctx); !v.IsUndef() {
		return v.Int(), true
	}
	n, e := p.Index.MaxForwards(p.Msg)
	return int64(n), e == sipparse.OK
}

// write puts the decided number into the copy that is being sent.
func (mf *maxForwards) write(p *core.Proc, _ *core.Socket, _ value.Value) {
	n := mf.outgoing.Get(&p.Ctx)
	m := p.Mark()
	if i := p.Index.First(sipparse.HdrMaxForwards); i >= 0 {
		body := p.Index.Body(i)
		p.AppendValue(n)
		p.Replace(int(body.Off), int(body.Len), p.FromMark(m))
		return
	}
	p.AppendString("Max-Forwards: ")
	p.AppendValue(n)
	p.AppendHeader(p.FromMark(m))
}

func compileIsBelow(b registry.Build, args []registry.Actual) (rt.Func, error) {
	most, err := arg.NewNumber(args, 0, "is_maxfwd_lt: max_value", 0, maxMaxLimit)
	if err != nil {
		return nil, err
	}
	mf := bind(b)
	return func(c *rt.Ctx) int32 {
		n, ok := mf.current(core.Of(c))
		bound, boundOK := most.Get(c)
		switch {
		case !ok || !boundOK:
			return isBroken
		case n < 0:
			return isMissing
		case n < bound:
			return isBelow
		}
		return isNotBelow
	}, nil
}
