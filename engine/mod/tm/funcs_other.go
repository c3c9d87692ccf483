package tm

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/reactor"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// otherFunctions change how one transaction is dealt with.
func otherFunctions() []registry.Function {
	const routes = rt.RequestRoute | rt.FailureRoute | rt.BranchRoute | rt.TMReplyRoute | rt.EventRoute
	return []registry.Function{
		switchFunction("t_set_auto_inv_100", routes, "Whether the INVITE is answered with 100 when it is relayed.",
			func(p *core.Proc, t *tx, on bool) {
				p.Notes[noteYes100] = 1
				setFlag(p, t, fNo100, !on)
			}),
		switchFunction("t_set_disable_6xx", routes, "Whether a 6xx is like any other failure.",
			func(p *core.Proc, t *tx, on bool) { setFlag(p, t, fNo6xx, on) }),
		switchFunction("t_set_disable_failover", routes, "Whether the request stays at the first address of a name (use_dns_failover).",
			func(p *core.Proc, t *tx, on bool) { setFlag(p, t, fNoFailover, on) }),
		alias("t_disable_e2e_cancel_reason", switchFunction("t_set_no_e2e_cancel_reason", routes, "Whether the Reason headers of a CANCEL are not passed on.",
			func(p *core.Proc, t *tx, on bool) { setFlag(p, t, fNoReason, on) })),
		switchFunction("t_set_disable_internal_reply", routes, "Whether a request that t_relay() cannot send on is left unanswered, for the script to answer.",
			func(p *core.Proc, t *tx, on bool) { setFlag(p, t, fNoInternal, on) }),
		simple("t_clean", rt.AnyRoute, "Nothing: every transaction has a timer that ends it, so that there are no old ones to clean away.",
			func(*layer, *core.Proc) int32 { return 1 }),
		{
			Name: "t_next_contact_flow", Routes: rt.EventRoute, Stateful: true, Bare: true, Source: source,
			Doc: "Refused when the script is loaded: contacts have no instance ids here, so that there are no flows to choose from.",
			Compile: func(registry.Build, []registry.Actual) (rt.Func, error) {
				return nil, errors.New("t_next_contact_flow: contacts have no +sip.instance in this version; append_branch() adds another destination, t_next_contacts() those of the next q")
			},
		},
		{
			Name: "t_drop_replies", Routes: rt.FailureRoute, Stateful: true, Bare: true, Source: source,
			Doc:  "Failures that have come are not chosen any more: \"a\" (or nothing) all, \"l\" those of the last fork, \"n\" none.",
			Args: []registry.Arg{{Name: "mode", Kind: registry.ArgStatic, Optional: true}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				mode := "a"
				if arg.Given(args, 0) && args[0].Text != "" {
					mode = args[0].Text
				}
				if mode != "a" && mode != "l" && mode != "n" {
					return nil, arg.Error(0, "t_drop_replies: \"a\", \"l\" or \"n\", not %q", mode)
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					t := m.get(Handle(p.Txn))
					if t == nil {
						return -1
					}
					switch mode {
					case "a":
						t.drop = dropAll
					case "l":
						t.drop = dropLast
					case "n":
						t.drop = dropNone
					}
					return 1
				}, nil
			},
		},
		simple("t_save_lumps", rt.RequestRoute, "Keeps the changes made to the request so far for the branches of later forks, and no later ones.",
			func(m *layer, p *core.Proc) int32 {
				t := m.get(Handle(p.Txn))
				if t == nil || p.Notes[noteOwner]&owns == 0 {
					return p.Refuse(ErrGone)
				}
				m.save(t, p)
				t.flags |= fLumpsSaved
				return 1
			}),
		{
			Name: "t_cancel_branches", Routes: rt.TMReplyRoute | rt.FailureRoute | rt.RequestRoute, Stateful: true, Bare: true, Source: source,
			Doc:  "Cancels branches of the transaction: \"all\", \"others\" than the one that the block is about, or \"this\".",
			Args: []registry.Arg{{Name: "which", Kind: registry.ArgStatic, Optional: true}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				which := "all"
				if arg.Given(args, 0) && args[0].Text != "" {
					which = args[0].Text
				}
				if which != "all" && which != "others" && which != "this" {
					return nil, arg.Error(0, "t_cancel_branches: \"all\", \"others\" or \"this\", not %q", which)
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					t := m.get(Handle(p.Txn))
					if t == nil {
						return -1
					}
					m.cancelSome(Handle(p.Txn).slot(), t, which, int(p.TxnBranch))
					return 1
				}, nil
			},
		},
		{
			Name: "t_cancel_callid", Routes: rt.AnyRoute, Stateful: true, Source: source,
			Doc:  "Cancels the INVITE with this Call-ID and CSeq number; flag, a message flag, is set for its later routes; code is why, for the Reason header.",
			Args: []registry.Arg{{Name: "callid", Kind: registry.ArgFormat}, {Name: "cseq", Kind: registry.ArgFormat}, {Name: "flag", Kind: registry.ArgFlag, Optional: true}, {Name: "code", Kind: registry.ArgFormat, Optional: true}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				cseq, err := arg.NewNumber(args, 1, "t_cancel_callid: cseq", 0, 1<<31-1)
				if err != nil {
					return nil, err
				}
				code := arg.Fixed(0)
				if arg.Given(args, 3) {
					if code, err = arg.NewNumber(args, 3, "t_cancel_callid: code", 0, 699); err != nil {
						return nil, err
					}
				}
				callID := args[0].Eval
				flag, hasFlag := uint32(0), arg.Given(args, 2)
				if hasFlag {
					flag = 1 << uint(args[2].Num&31)
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					n, ok := cseq.Get(c)
					why, _ := code.Get(c)
					id := c.Text(callID(c))
					if !ok || len(id) == 0 {
						return -1
					}
					return layerOf(p).cancelAnywhere(p, id, uint32(n), flag, int(why))
				}, nil
			},
		},
		{
			Name: "t_is_set", Routes: rt.AnyRoute, Stateful: true, Source: source,
			Doc:  "True where a block is armed: \"failure_route\", \"onreply_route\", \"branch_route\" or \"branch_failure_route\".",
			Args: []registry.Arg{{Name: "what", Kind: registry.ArgStatic}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				note, ok := map[string]int{"failure_route": noteFailure, "onreply_route": noteReply, "branch_route": noteBranch, "branch_failure_route": noteBranchFailure}[args[0].Text]
				if !ok {
					return nil, arg.Error(0, "t_is_set: \"failure_route\", \"onreply_route\", \"branch_route\" or \"branch_failure_route\", not %q", args[0].Text)
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					t := layerOf(p).get(Handle(p.Txn))
					if t == nil {
						return truth(p.Notes[note] != 0)
					}
					return truth([...]uint16{noteFailure: t.onFailure, noteReply: t.onReply, noteBranch: t.onBranch, noteBranchFailure: t.onBranchFailure}[note] != 0)
				}, nil
			},
		},
		uacSend(),
		simple("t_use_uac_headers", routes, "Nothing: CANCEL and ACK are always made from the request as it was sent.",
			func(*layer, *core.Proc) int32 { return 1 }),
	}
}

// setFlag sets a flag on the message, and on its transaction where there is one.
func setFlag(p *core.Proc, t *tx, f txFlags, on bool) {
	if on {
		p.Notes[noteFlags] |= uint32(f)
	} else {
		p.Notes[noteFlags] &^= uint32(f)
	}
	if t == nil {
		return
	}
	if on {
		t.flags |= f
	} else {
		t.flags &^= f
	}
}

// alias gives a function another name.
func alias(other string, f registry.Function) registry.Function {
	f.Aliases = append(f.Aliases, other)
	return f
}

func switchFunction(name string, routes rt.RouteKind, doc string, f func(p *core.Proc, t *tx, on bool)) registry.Function {
	return registry.Function{
		Name: name, Routes: routes, Stateful: true, Doc: doc, Source: source,
		Args: []registry.Arg{{Name: "on", Kind: registry.ArgFormat}},
		Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
			on, err := arg.NewNumber(args, 0, name+": 0 or 1", 0, 1)
			if err != nil {
				return nil, err
			}
			return func(c *rt.Ctx) int32 {
				p := core.Of(c)
				n, ok := on.Get(c)
				if !ok {
					return -1
				}
				f(p, layerOf(p).get(Handle(p.Txn)), n == 1)
				return 1
			}, nil
		},
	}
}

// cancelSome cancels branches that have no final reply.
func (m *layer) cancelSome(i int32, t *tx, which string, this int) {
	for n := t.first; n != 0; {
		b := m.brs.At(n - 1)
		next := b.next
		mine := int(b.num) == this
		if t.method == sipparse.MethodInvite && b.state != brFinal && b.flags&(bCanceled|bHasFinal) == 0 && (which == "all" || mine == (which == "this")) {
			if b.state == brProceeding {
				m.sendCancel(i, t, n-1, b, -1)
			} else {
				b.cancelLater(-1)
			}
		}
		n = next
	}
}

// cancelAnywhere is t_cancel_callid(): the INVITE lives on the home loop of its
// Call-ID, and the script waits for the answer from there. A block that cannot wait
// is told that it was found.
func (m *layer) cancelAnywhere(p *core.Proc, id []byte, cseq, flag uint32, code int) int32 {
	srv := m.loop.Server()
	home := srv.CallHome(id)
	if home == p.LoopID() {
		return m.cancelCall(id, cseq, flag, code)
	}
	var h core.Handle
	if p.CanWait() {
		var err error
		if h, err = p.Suspend(nil); err != nil {
			return p.Refuse(err)
		}
	}
	kept := append([]byte(nil), id...)
	err := srv.Post(home, func(loop int) {
		r := srv.HookOf(loop).(*layer).cancelCall(kept, cseq, flag, code)
		if h == 0 {
			return
		}
		resume(srv, loop, h, r)
	})
	switch {
	case err != nil:
		return p.Refuse(err)
	case h != 0:
		return rt.Pending
	}
	return 1
}

// resume lets a script that waits go on; a full mailbox is tried again.
func resume(srv *core.Server, loop int, h core.Handle, r int32) {
	if err := srv.Resume(h, int64(r), nil); err != nil && !errors.Is(err, reactor.ErrClosed) {
		_ = srv.AfterOn(loop, resumeRetry, func(int) { resume(srv, loop, h, r) })
	}
}

// cancelCall cancels the INVITE of a Call-ID and CSeq number on this loop.
func (m *layer) cancelCall(id []byte, cseq, flag uint32, code int) int32 {
	key := m.callKey(id, cseq)
	for k := m.calls[key&uint64(len(m.calls)-1)]; k != 0; {
		i, t := k-1, m.txs.At(k-1)
		k = t.callNext
		if t.call != key || t.cseq != cseq || t.status >= 200 || string(t.callID.Of(m.requestBytes(t))) != string(id) {
			continue
		}
		if flag != 0 {
			if q := m.revive(i, t); q != nil {
				q.Flags |= flag
				m.save(t, q)
				m.loop.Put(q)
			}
		}
		cause := -1
		if code >= 200 {
			cause = code
		}
		m.cancelPending(i, t, cause)
		return 1
	}
	return -1
}
