package tm

import (
	"errors"

	"sipedge/engine/core"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// vars are the pseudo-variables of the transaction.
func vars() []registry.PV {
	row := func(name, doc string, get func(m *layer, p *core.Proc) value.Value) registry.PV {
		return registry.PV{
			Name: name, Inner: registry.Never, Doc: doc, Source: "Kamailio modules tm and tmx",
			Bind: func(_ registry.Build, _, index string) (*registry.Var, error) {
				if index != "" {
					return nil, errors.New("$" + name + " has no index")
				}
				return &registry.Var{Name: name, Get: func(c *rt.Ctx) value.Value {
					p := core.Of(c)
					return get(layerOf(p), p)
				}}, nil
			},
		}
	}
	return []registry.PV{
		row("T_branch_idx", "Number of the branch that the block is about, from 0; in a failure_route the number of branches so far, in the main onreply_route -1, elsewhere 0.",
			func(m *layer, p *core.Proc) value.Value {
				switch {
				case p.Notes[noteOwner]&ofBranch != 0 || p.Route&(rt.BranchRoute|rt.TMReplyRoute|rt.ReplyRoute) != 0:
					return value.FromInt(int64(p.TxnBranch))
				case p.Route == rt.FailureRoute:
					if t := m.get(Handle(p.Txn)); t != nil {
						return value.FromInt(int64(t.branches))
					}
				}
				return value.FromInt(0)
			}),
		row("T_reply_code", "The status that the block is about: in a failure_route the best failure, in an onreply_route the reply's, else of the last reply sent.",
			func(m *layer, p *core.Proc) value.Value {
				if p.Route&(rt.TMReplyRoute|rt.ReplyRoute) != 0 && !p.Index.IsRequest() {
					return value.FromInt(int64(p.Index.Status()))
				}
				t := m.lookup(p)
				if t == nil {
					return value.FromInt(0)
				}
				return value.FromInt(int64(m.statusFor(p, t)))
			}),
	}
}

// selects are @tm.…
func selects() []registry.Select {
	return []registry.Select{{
		Prefix: "tm",
		Doc:    "uas.status, uas.reply_status: the last reply sent upstream; uas.request.method; uac.count: the number of branches; uac[n].status: the status of branch n; uac[n].relayed.",
		Source: source,
		Bind:   bindSelect,
	}}
}

func bindSelect(_ registry.Build, path []registry.SelectStep) (rt.Expr, error) {
	rest := path
	if len(rest) > 0 && !rest[0].IsArg && rest[0].Name == "tm" {
		rest = rest[1:]
	}
	name := func(i int) string {
		if i < len(rest) && !rest[i].IsArg {
			return rest[i].Name
		}
		return ""
	}
	of := func(get func(m *layer, p *core.Proc, t *tx) value.Value) rt.Expr {
		return func(c *rt.Ctx) value.Value {
			p := core.Of(c)
			m := layerOf(p)
			if t := m.lookup(p); t != nil {
				return get(m, p, t)
			}
			return value.Value{}
		}
	}
	switch {
	case name(0) == "uas" && (name(1) == "status" || name(1) == "reply_status") && len(rest) == 2:
		return of(func(_ *layer, _ *core.Proc, t *tx) value.Value { return value.FromInt(int64(t.status)) }), nil
	case name(0) == "uas" && name(1) == "request" && name(2) == "method" && len(rest) == 3:
		return of(func(m *layer, p *core.Proc, t *tx) value.Value {
			b := m.requestBytes(t)
			for i, ch := range b {
				if ch == ' ' {
					return p.NewString(b[:i])
				}
			}
			return value.Value{}
		}), nil
	case name(0) == "uac" && name(1) == "count" && len(rest) == 2:
		return of(func(_ *layer, _ *core.Proc, t *tx) value.Value { return value.FromInt(int64(t.branches)) }), nil
	case name(0) == "uac" && len(rest) == 3 && rest[1].IsInt && (name(2) == "status" || name(2) == "last_received"):
		n := int(rest[1].Num)
		return of(func(m *layer, _ *core.Proc, t *tx) value.Value {
			if b := m.branchNumber(t, n); b != nil {
				return value.FromInt(int64(b.status))
			}
			return value.Value{}
		}), nil
	}
	return nil, errors.New("@tm has uas.status, uas.request.method, uac.count and uac[n].status")
}
