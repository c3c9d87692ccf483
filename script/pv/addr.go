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

// setAddr changes the address of a From or To header.
func setAddr(parse headerParser, set func(*rt.Ctx, *sipparse.NameAddr, value.Value) bool) setter {
	return func(c *rt.Ctx, v value.Value) bool {
		n, err := parse(&c.Index, c.Msg)
		return err == sipparse.OK && !n.Star && set(c, n, v)
	}
}

// addrVars are the variables of From ($f…) and To ($t…).
func addrVars() []registry.PV {
	from, to := (*sipparse.Index).From, (*sipparse.Index).To
	return []registry.PV{
		write("fu", value.Undef, "URI of the From header; what is written shows when the message is sent", addrSpan(from, pickURI), setAddr(from, (*rt.Ctx).SetAddressURI)),
		write("fU", value.Undef, "user part of the From URI; assigning nothing takes it out", userExpr(fromURI), setAddr(from, (*rt.Ctx).SetAddressUser)),
		write("fd", value.Undef, "host of the From URI", hostExpr(fromURI), setAddr(from, (*rt.Ctx).SetAddressHost)),
		write("fn", value.Undef, "display name of the From header as written, with its quotes; assigning nothing takes it out", addrSpan(from, pickDisplay), setAddr(from, (*rt.Ctx).SetAddressDisplay)),
		read("ft", value.Undef, "tag of the From header", addrSpan(from, pickTag)),
		read("fUl", value.Undef, "length of the From URI's user part", userLen(fromURI)),
		write("tu", value.Undef, "URI of the To header; what is written shows when the message is sent", addrSpan(to, pickURI), setAddr(to, (*rt.Ctx).SetAddressURI)),
		write("tU", value.Undef, "user part of the To URI; assigning nothing takes it out", userExpr(toURI), setAddr(to, (*rt.Ctx).SetAddressUser)),
		write("td", value.Undef, "host of the To URI", hostExpr(toURI), setAddr(to, (*rt.Ctx).SetAddressHost)),
		write("tn", value.Undef, "display name of the To header as written, with its quotes; assigning nothing takes it out", addrSpan(to, pickDisplay), setAddr(to, (*rt.Ctx).SetAddressDisplay)),
		read("tt", value.Undef, "tag of the To header", addrSpan(to, pickTag)),
		read("tUl", value.Undef, "length of the To URI's user part", userLen(toURI)),
	}
}
