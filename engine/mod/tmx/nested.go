package tmx

import (
	"fmt"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/mod/tm"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// $T_req(pv), $T_rpl(pv) and $T_inv(pv) read a variable from another message of the
// transaction: a context of it is made for the moment.

// other makes the context; nil where there is no such message. The caller puts it
// back (tm.API.Release).
type other func(p *core.Proc, a *tm.API) *core.Proc

func ofRequest(p *core.Proc, a *tm.API) *core.Proc {
	if p.Route&replyRoutes == 0 || p.Index.IsRequest() {
		return nil
	}
	if t := a.Lookup(p); t != 0 {
		return a.Request(t)
	}
	return nil
}

func ofInvite(p *core.Proc, a *tm.API) *core.Proc {
	if !isCancel(p) {
		return nil
	}
	if t := a.Invite(p); t != 0 {
		return a.Request(t)
	}
	return nil
}

func ofReply(p *core.Proc, a *tm.API) *core.Proc {
	if p.Route != rt.FailureRoute {
		return nil
	}
	b := a.ReplyBytes(a.Transaction(p), int(p.TxnBranch))
	if b == nil {
		return nil
	}
	q, ok := p.HomeLoop().Revive(p.Snapshot(), b, &p.Meta)
	if !ok {
		return nil
	}
	return q
}

// nested binds a variable of another message.
func nested(name string, find other) func(registry.Build, string, string) (*registry.Var, error) {
	return func(b registry.Build, inner, index string) (*registry.Var, error) {
		inner = strings.TrimSpace(inner)
		if index != "" || len(inner) < 2 || inner[0] != '$' {
			return nil, fmt.Errorf("$%s(…) takes a variable, as in $%s($ci)", name, name)
		}
		spec := inner[1:]
		if spec[0] == '(' && spec[len(spec)-1] == ')' {
			spec = spec[1 : len(spec)-1]
		}
		v, err := b.Var(spec)
		if err != nil {
			return nil, err
		}
		get := v.Get
		return &registry.Var{Name: name, Get: func(c *rt.Ctx) value.Value {
			p := core.Of(c)
			a := api(p)
			q := find(p, a)
			if q == nil {
				return value.Value{}
			}
			v := get(&q.Ctx)
			if v.Kind() == value.Str {
				v = p.NewString(q.Bytes(v))
			}
			a.Release(q)
			return v
		}}, nil
	}
}
