package uac_redirect

import (
	"slices"
	"strconv"
	"strings"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/engine/mod/acc"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// compileGet is get_redirects().
func compileGet(b registry.Build, args []registry.Actual) (rt.Func, error) {
	c := b.Config("uac_redirect").(*Config)
	text, _ := arg.Const(&args[0])
	totalText, branchText, two := strings.Cut(text, ":")
	total, ok := bound(totalText)
	branch, ok2 := maxContacts, true
	if two {
		branch, ok2 = bound(branchText)
	}
	if !ok || !ok2 {
		return nil, arg.Error(0, `get_redirects: max is "total" or "total:branch", each a number or *, not %q`, text)
	}
	var reason rt.Expr
	if arg.Given(args, 1) {
		if b.Config("acc") == nil {
			return nil, arg.Error(1, "get_redirects: a reason is accounted by the module acc, which is not loaded")
		}
		reason = args[1].Eval
	}
	return func(ctx *rt.Ctx) int32 {
		p := core.Of(ctx)
		if of(p.Server()).get(p, c, total, branch, reason) == 0 {
			return -1
		}
		return 1
	}, nil
}

// bound reads a bound of contacts; 0 and * stand for none but our own.
func bound(s string) (int, bool) {
	if s == "*" {
		return maxContacts, true
	}
	n, err := strconv.Atoi(s)
	if n == 0 {
		n = maxContacts
	}
	return n, err == nil && n > 0 && n <= 255
}

// contact is a Contact of a reply.
type contact struct {
	uri []byte
	q   int64
}

// get adds the Contacts of the replies that have come since the last call, and
// returns how many it has added.
func (r *redirects) get(p *core.Proc, c *Config, total, most int, reason rt.Expr) int {
	t := r.api.Transaction(p)
	x := &r.scratch[p.LoopID()]
	added := 0
	branch := int(c.next.Get(&p.Ctx).Int())
	for ; r.api.BranchURI(t, branch) != nil; branch++ {
		b := r.api.ReplyBytes(t, branch)
		if b == nil || sipparse.Parse(b, x) != sipparse.OK || x.Status() < 300 || x.Status() >= 400 {
			continue
		}
		var list [maxContacts]contact
		all := c.contacts(p, x, b, list[:0])
		slices.SortStableFunc(all, func(a, b contact) int { return int(b.q - a.q) })
		for _, k := range all[:min(len(all), most)] {
			if added == total {
				break
			}
			uri := p.NewString(k.uri)
			if !p.AppendBranch(rt.Branch{URI: uri, Q: int16(k.q), Flags: uint32(c.BranchFlags)}) {
				p.Logf(levelErr, "get_redirects: there is no room for the destination %q, or it is no URI", k.uri)
				continue
			}
			added++
			if reason != nil && c.AccFunction != "acc_db_request" {
				was := p.NewURI
				p.NewURI = uri // what the line says of the request
				acc.LogRequest(p, p.Bytes(p.Str(reason(&p.Ctx))))
				p.NewURI = was
			}
		}
	}
	c.next.Set(&p.Ctx, value.FromInt(int64(branch)))
	return added
}

// contacts collects the Contacts of a reply that pass the filters.
func (c *Config) contacts(p *core.Proc, x *sipparse.Index, b []byte, list []contact) []contact {
	for i := x.First(sipparse.HdrContact); i >= 0; i = x.Next(i) {
		body := x.Body(i)
		for off := int(body.Off); off < body.End() && len(list) < cap(list); {
			var na sipparse.NameAddr
			next, e := sipparse.ParseNameAddr(b, off, body.End(), &na)
			if e != sipparse.OK || next <= off {
				break // the rest of the header cannot be told apart
			}
			off = next
			if uri := na.URI.Of(b); !na.Star && len(uri) > 0 && c.passes(p, uri) {
				list = append(list, contact{uri, c.q(na.Q.Of(b))})
			}
		}
	}
	return list
}

// q reads a q value in thousandths (RFC 3261 §25.1: 0 to 1, three decimals).
func (c *Config) q(b []byte) int64 {
	if len(b) == 0 || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' || len(b) > 5 {
		return c.QValue
	}
	n, scale := int64(b[0]-'0')*1000, int64(100)
	for _, ch := range b[min(2, len(b)):] {
		if ch < '0' || ch > '9' {
			return c.QValue
		}
		n += int64(ch-'0') * scale
		scale /= 10
	}
	return min(n, 1000)
}
