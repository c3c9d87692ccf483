package tm

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// statusFunctions ask what has become of a transaction.
func statusFunctions() []registry.Function {
	const any = rt.RequestRoute | rt.FailureRoute | rt.TMReplyRoute | rt.ReplyRoute | rt.BranchRoute | rt.EventRoute
	ask := func(name, doc string, f func(m *layer, p *core.Proc, t *tx) bool) registry.Function {
		return simple(name, any, doc, func(m *layer, p *core.Proc) int32 {
			t := m.lookup(p)
			return truth(t != nil && f(m, p, t))
		})
	}
	return []registry.Function{
		ask("t_any_timeout", "True where a branch has not got its final reply in time.",
			func(_ *layer, _ *core.Proc, t *tx) bool { return t.flags&fAnyTimeout != 0 }),
		ask("t_any_replied", "True where a branch has had a reply.",
			func(_ *layer, _ *core.Proc, t *tx) bool { return t.flags&fAnyReplied != 0 }),
		ask("t_branch_timeout", "True where the branch that the failure_route is about has not got its final reply in time.",
			func(m *layer, p *core.Proc, t *tx) bool {
				b := m.branchNumber(t, int(p.TxnBranch))
				return b != nil && b.flags&bTimedOut != 0
			}),
		ask("t_branch_replied", "True where that branch has had a reply.",
			func(m *layer, p *core.Proc, t *tx) bool {
				b := m.branchNumber(t, int(p.TxnBranch))
				return b != nil && b.flags&bReplied != 0
			}),
		ask("t_is_canceled", "True where the request has been cancelled.",
			func(_ *layer, _ *core.Proc, t *tx) bool { return t.flags&fCanceled != 0 }),
		ask("t_is_expired", "True where the transaction has lived as long as it may.",
			func(m *layer, _ *core.Proc, t *tx) bool { return m.loop.Now() >= t.lifeEnd }),
		simple("t_is_failure_route", rt.AnyRoute, "True in a failure_route.",
			func(_ *layer, p *core.Proc) int32 { return truth(p.Route == rt.FailureRoute) }),
		simple("t_is_branch_route", rt.AnyRoute, "True in a branch_route.",
			func(_ *layer, p *core.Proc) int32 { return truth(p.Route == rt.BranchRoute) }),
		simple("t_is_reply_route", rt.AnyRoute, "True in an onreply_route.",
			func(_ *layer, p *core.Proc) int32 { return truth(p.Route&(rt.TMReplyRoute|rt.ReplyRoute) != 0) }),
		simple("t_is_request_route", rt.AnyRoute, "True in the request's own route.",
			func(_ *layer, p *core.Proc) int32 { return truth(p.Route == rt.RequestRoute) }),
		simple("t_get_status_code", any, "The status of the transaction as a number, -1 for none.",
			func(m *layer, p *core.Proc) int32 {
				if t := m.lookup(p); t != nil {
					return int32(m.statusFor(p, t))
				}
				return -1
			}),
		{
			Name: "t_check_status", Routes: any, Stateful: true, Source: source,
			Doc:  "True where the status matches the regular expression: in a failure_route of the best failure, in an onreply_route of the reply, else of the last reply sent.",
			Args: []registry.Arg{{Name: "pattern", Kind: registry.ArgFormat}},
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				match, err := statusPattern(b, args)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					code := 0
					if p.Route&(rt.ReplyRoute|rt.TMReplyRoute) != 0 && !p.Index.IsRequest() {
						code = p.Index.Status()
					} else if t := m.lookup(p); t != nil {
						code = m.statusFor(p, t)
					}
					return truth(match(c, code))
				}, nil
			},
		},
		{
			Name: "t_grep_status", Routes: any, Stateful: true, Source: source,
			Doc:  "True where a branch of the transaction has ended with the code.",
			Args: []registry.Arg{{Name: "code", Kind: registry.ArgFormat}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				code, err := arg.NewNumber(args, 0, "t_grep_status: code", 100, 699)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					n, ok := code.Get(c)
					t := m.lookup(p)
					if !ok || t == nil {
						return -1
					}
					for k := t.first; k != 0; {
						b := m.brs.At(k - 1)
						if int64(b.status) == n && b.state == brFinal && b.flags&bDropped == 0 {
							return 1
						}
						k = b.next
					}
					return -1
				}, nil
			},
		},
		{
			Name: "t_local_replied", Routes: any, Stateful: true, Source: source, Bare: true,
			Doc:  "True where the last reply, or with \"all\" every one, was made here.",
			Args: []registry.Arg{{Name: "which", Kind: registry.ArgStatic, Optional: true}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				all := false
				if arg.Given(args, 0) {
					switch args[0].Text {
					case "all":
						all = true
					case "last", "":
					default:
						return nil, arg.Error(0, "t_local_replied: \"all\" or \"last\", not %q", args[0].Text)
					}
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					t := m.lookup(p)
					if t == nil {
						return -1
					}
					if all {
						return truth(t.flags&fAnyReplied == 0)
					}
					return truth(m.localLast(p, t))
				}, nil
			},
		},
	}
}

// localLast reports whether the reply that the block is about was made here.
func (m *layer) localLast(p *core.Proc, t *tx) bool {
	if p.Notes[noteOwner]&ofBranch != 0 {
		b := m.branchNumber(t, int(p.TxnBranch))
		return b != nil && b.flags&bFaked != 0
	}
	if p.Route == rt.FailureRoute && t.winner != 0 {
		return m.brs.At(t.winner-1).flags&bFaked != 0
	}
	return t.flags&fLocalFinal != 0
}

// statusFor is the status that a block is about.
func (m *layer) statusFor(p *core.Proc, t *tx) int {
	switch {
	case p.Route == rt.FailureRoute:
		return int(t.best)
	case p.Notes[noteOwner]&ofBranch != 0:
		if b := m.branchNumber(t, int(p.TxnBranch)); b != nil {
			return int(b.status)
		}
	case !p.Index.IsRequest():
		return p.Index.Status()
	}
	return int(t.status)
}

// statusPattern compiles the pattern of t_check_status.
func statusPattern(b registry.Build, args []registry.Actual) (func(c *rt.Ctx, code int) bool, error) {
	if text, ok := arg.Const(&args[0]); ok {
		re, err := b.Regex(text, true)
		if err != nil {
			return nil, arg.Error(0, "t_check_status: %v", err)
		}
		return func(_ *rt.Ctx, code int) bool {
			var buf [8]byte
			return re.Match(value.AppendInt(buf[:0], int64(code)))
		}, nil
	}
	eval := args[0].Eval
	return func(c *rt.Ctx, code int) bool {
		re, err := b.RegexCached(c.Text(eval(c)), true)
		if err != nil {
			core.Of(c).Logf(levelErr, "t_check_status: %v", err)
			return false
		}
		var buf [8]byte
		return re.Match(value.AppendInt(buf[:0], int64(code)))
	}, nil
}
