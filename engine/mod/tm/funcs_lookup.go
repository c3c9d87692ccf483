package tm

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// lookupFunctions find transactions.
func lookupFunctions() []registry.Function {
	const any = rt.RequestRoute | rt.ReplyRoute | rt.TMReplyRoute | rt.FailureRoute | rt.BranchRoute | rt.SendRoute
	return []registry.Function{
		simple("t_lookup_request", rt.RequestRoute, "True where the request has a transaction.",
			func(m *layer, p *core.Proc) int32 { return truth(m.lookup(p) != nil) }),
		simple("t_check_trans", any,
			"True where the message belongs to a transaction. A retransmission is answered, and the ACK of a failure taken, and the script ends; for a CANCEL it tells whether its INVITE is known.",
			func(m *layer, p *core.Proc) int32 { return m.checkTrans(p) }),
		simple("t_relay_cancel", rt.RequestRoute,
			"Cancels the INVITE that a CANCEL is for and ends the script; true where there is no such INVITE.",
			func(m *layer, p *core.Proc) int32 {
				if p.Index.Method() != sipparse.MethodCancel {
					return 1
				}
				i, t := m.find(p, true)
				if t == nil {
					m.stats.cancelsNobody.Add(1)
					return 1
				}
				m.cancel(i, t, p)
				return 0
			}),
		{
			Name: "t_lookup_cancel", Routes: rt.RequestRoute, Stateful: true, Bare: true, Source: source,
			Doc:  "True where the INVITE that a CANCEL is for is known; with 1 the message gets the INVITE's flags.",
			Args: []registry.Arg{{Name: "flags", Kind: registry.ArgFormat, Optional: true}},
			Compile: func(_ registry.Build, args []registry.Actual) (rt.Func, error) {
				take := arg.Fixed(0)
				if arg.Given(args, 0) {
					var err error
					if take, err = arg.NewNumber(args, 0, "t_lookup_cancel: flags", 0, 1); err != nil {
						return nil, err
					}
				}
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					m := layerOf(p)
					i, t := m.find(p, true)
					if p.Index.Method() != sipparse.MethodCancel || t == nil {
						return -1
					}
					if n, _ := take.Get(c); n == 1 {
						if q := m.revive(i, t); q != nil {
							p.Flags = q.Flags
							m.loop.Put(q)
						}
					}
					return 1
				}, nil
			},
		},
	}
}

func truth(ok bool) int32 {
	if ok {
		return 1
	}
	return -1
}

// lookup is the transaction that a message belongs to, nil for none: the one that
// it has been given, else the one that it matches.
func (m *layer) lookup(p *core.Proc) *tx {
	if p.Txn != 0 {
		return m.get(Handle(p.Txn))
	}
	if p.Notes[noteOwner]&looked != 0 {
		return nil
	}
	if !p.Index.IsRequest() {
		bi, _, ok := m.findBranch(p)
		if !ok {
			p.Notes[noteOwner] |= looked
			return nil
		}
		b := m.brs.At(bi)
		p.Txn, p.TxnBranch = uint64(m.handle(b.tx)), int32(b.num)
		return m.txs.At(b.tx)
	}
	i, t := m.find(p, false)
	if t == nil {
		return nil
	}
	p.Txn = uint64(m.handle(i))
	return t
}

// checkTrans is t_check_trans().
func (m *layer) checkTrans(p *core.Proc) int32 {
	if !p.Index.IsRequest() || p.Notes[noteOwner]&(owns|fromRoute) != 0 {
		return truth(m.lookup(p) != nil)
	}
	if p.Index.Method() == sipparse.MethodCancel {
		_, t := m.find(p, true)
		return truth(t != nil)
	}
	i, t := m.find(p, false)
	switch {
	case t == nil && p.Index.Method() == sipparse.MethodAck:
		_, t = m.findAccepted(p)
		return truth(t != nil)
	case t == nil:
		return -1
	case p.Index.Method() == sipparse.MethodAck:
		if t.status >= 300 {
			m.acknowledge(i, t, p)
			return 0
		}
		return 1
	}
	m.retransmission(i, t, p)
	return 0
}
