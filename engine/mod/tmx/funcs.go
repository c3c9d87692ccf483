package tmx

import (
	"fmt"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

func compileSuspend(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		a := api(p)
		t := a.Suspend(p)
		if t == 0 {
			return -1
		}
		// The caller of an INVITE must not repeat it meanwhile (RFC 3261 §17.2.1).
		cfg, _ := p.Config("tm").(*tm.Config)
		if code, _ := a.Status(t); code == 0 && cfg != nil && cfg.AutoInv100 && p.Index.Method() == sipparse.MethodInvite {
			if err := a.Reply(t, p, 100, cfg.AutoInv100Reason); err != nil {
				p.Logf(levelErr, "t_suspend: %v", err)
			}
		}
		return 1
	}, nil
}

// A transaction's handle as two numbers, as Kamailio names transactions.
func index(h tm.Handle) int64 { return int64(h >> 32) }
func label(h tm.Handle) int64 { return int64(uint32(h)) }

func compileContinue(b registry.Build, args []registry.Actual) (rt.Func, error) {
	const most = 1<<32 - 1
	i, err := arg.NewNumber(args, 0, "t_continue: index", 0, 1<<62)
	if err != nil {
		return nil, err
	}
	l, err := arg.NewNumber(args, 1, "t_continue: label", 0, most)
	if err != nil {
		return nil, err
	}
	if name, ok := arg.Const(&args[2]); ok && !b.Route(rt.RequestRoute, name) {
		return nil, arg.Error(2, "t_continue: there is no route[%s]", name)
	}
	route := args[2].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		hi, ok1 := i.Get(c)
		lo, ok2 := l.Get(c)
		h := tm.Handle(uint64(hi)<<32 | uint64(lo))
		name := c.Text(route(c))
		if !ok1 || !ok2 || h == 0 || h.Loop() >= p.Server().Loops() {
			p.Logf(levelErr, "t_continue: index and label name no transaction")
			return -1
		}
		if len(name) == 0 || p.Snapshot().Block(rt.RequestRoute, string(name)) == nil {
			p.Logf(levelErr, "t_continue: there is no route[%s]", name)
			return -1
		}
		if h.Loop() == p.LoopID() && !api(p).Suspended(h) {
			return -1
		}
		if err := api(p).Continue(h, string(name)); err != nil {
			p.Logf(levelErr, "t_continue: %v", err)
			return -1
		}
		return 1
	}, nil
}

func compileDrop(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	if arg.Given(args, 0) { // only what Kamailio's own events are told
		if _, err := arg.NewNumber(args, 0, "t_drop: code", 0, 699); err != nil {
			return nil, err
		}
	}
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		if !api(p).Drop(p) {
			return -1
		}
		return 0 // the script ends
	}, nil
}

func compileReuse(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		uri := api(p).BranchURI(api(p).Transaction(p), int(p.TxnBranch)) // its flags are the message's already
		if uri == nil || p.BranchesClosed {
			return -1
		}
		if !p.SetURI(p.NewString(uri)) {
			return -1
		}
		p.RenewURI()
		return 1
	}, nil
}

func compileFlush(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		t := api(p).Transaction(p)
		if t == 0 {
			return -1
		}
		api(p).Save(t, p)
		return 1
	}, nil
}

func compileReplyCallID(_ registry.Build, args []registry.Actual) (rt.Func, error) {
	cseq, err := arg.NewNumber(args, 1, "t_reply_callid: cseq", 0, 1<<32-1)
	if err != nil {
		return nil, err
	}
	code, err := arg.NewNumber(args, 2, "t_reply_callid: code", 100, 699)
	if err != nil {
		return nil, err
	}
	if text, ok := arg.Const(&args[3]); ok && !core.ValidReason([]byte(text)) {
		return nil, arg.Error(3, "t_reply_callid: reason must be one line of text, not %q", text)
	}
	callID, reason := args[0].Eval, args[3].Eval
	return func(c *rt.Ctx) int32 {
		p := core.Of(c)
		n, ok1 := cseq.Get(c)
		k, ok2 := code.Get(c)
		id, why := string(c.Bytes(c.Str(callID(c)))), string(c.Bytes(c.Str(reason(c))))
		if !ok1 || !ok2 || id == "" || !core.ValidReason([]byte(why)) {
			return -1
		}
		if err := replyCall(p, id, uint32(n), int(k), why); err != nil {
			p.Logf(levelErr, "t_reply_callid: %v", err)
			return -1
		}
		return 1
	}, nil
}

// replyCall answers the request of a call, on the loop that deals with it.
func replyCall(p *core.Proc, id string, cseq uint32, code int, reason string) error {
	a := api(p)
	answer := func(loop int) error {
		t := a.Find(loop, []byte(id), cseq)
		if t == 0 {
			return fmt.Errorf("no request with Call-ID %q and CSeq %d awaits an answer", id, cseq)
		}
		return a.Reply(t, nil, code, reason)
	}
	home := p.Server().CallHome([]byte(id))
	if home == p.LoopID() {
		return answer(home)
	}
	s := p.Server()
	return s.Post(home, func(loop int) {
		if err := answer(loop); err != nil {
			s.Log().Printf(levelErr, "t_reply_callid: %v", err)
		}
	})
}
