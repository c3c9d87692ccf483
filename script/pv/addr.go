package pv

import (
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// A headerParser is Index.From or Index.To.
type headerParser func(x *sipparse.Index, b []byte) (*sipparse.NameAddr, sipparse.Err)

// addrSpan reads one span of a From or To header.
func addrSpan(parse headerParser, pick func(n *sipparse.NameAddr) sipparse.Span) rt.Expr {
	return func(c *rt.Ctx) value.Value {
		n, err := parse(&c.Index, c.Msg)
		if err != sipparse.OK {
			return undef
		}
		return present(pick(n))
	}
}

func pickURI(n *sipparse.NameAddr) sipparse.Span     { return n.URI }
func pickTag(n *sipparse.NameAddr) sipparse.Span     { return n.Tag }
func pickDisplay(n *sipparse.NameAddr) sipparse.Span { return n.Display }

// addrVars are the variables of From ($f…) and To ($t…).
func addrVars() []registry.PV {
	from, to := (*sipparse.Index).From, (*sipparse.Index).To
	return []registry.PV{
		read("fu", value.Undef, "URI of the From header", addrSpan(from, pickURI)),
		read("fU", value.Undef, "user part of the From URI", userExpr(fromURI)),
		read("fd", value.Undef, "host of the From URI", hostExpr(fromURI)),
		read("fn", value.Undef, "display name of the From header as written, with its quotes", addrSpan(from, pickDisplay)),
		read("ft", value.Undef, "tag of the From header", addrSpan(from, pickTag)),
		read("fUl", value.Undef, "length of the From URI's user part", userLen(fromURI)),
		read("tu", value.Undef, "URI of the To header", addrSpan(to, pickURI)),
		read("tU", value.Undef, "user part of the To URI", userExpr(toURI)),
		read("td", value.Undef, "host of the To URI", hostExpr(toURI)),
		read("tn", value.Undef, "display name of the To header as written, with its quotes", addrSpan(to, pickDisplay)),
		read("tt", value.Undef, "tag of the To header", addrSpan(to, pickTag)),
		read("tUl", value.Undef, "length of the To URI's user part", userLen(toURI)),
	}
}
