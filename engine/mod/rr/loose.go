package rr

import (
	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
	"sipedge/sipparse"
)

// The results of loose_route, as Kamailio 5.6 gives them.
const (
	routed = 1
	// notRouted: no Route header, or one that cannot be used.
	notRouted = -1
	// onlyOurs: a request out of dialog whose Route headers named this server
	// alone; they are taken off and the script routes by the Request-URI.
	onlyOurs = -3
)

// How loose_route looks at a request.
type looseMode uint8

const (
	modeAny       looseMode = iota
	modeLoose               // the previous hop is a loose router
	modePreloaded           // only requests out of dialog
)

func compileLoose(mode looseMode) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
		r := bind(b)
		return func(c *rt.Ctx) int32 {
			p := core.Of(c)
			return r.told(p, r.loose(p, mode))
		}, nil
	}
}

func compileLooseMode(b registry.Build, args []registry.Actual) (rt.Func, error) {
	n, err := arg.NewNumber(args, 0, "loose_route_mode: mode", 0, 1)
	if err != nil {
		return nil, err
	}
	mode := modeAny
	if k, _ := n.Get(nil); k == 1 {
		mode = modeLoose
	}
	return compileLoose(mode)(b, nil)
}

// loose routes the request by its Route headers.
func (r *binding) loose(p *core.Proc, mode looseMode) int32 {
	var top route
	r.routed.Clear(&p.Ctx)
	r.nextHop.Clear(&p.Ctx)
	if firstRoute(p, &top) != found {
		return notRouted
	}
	to, e := p.Index.To(p.Msg)
	inDialog := e == sipparse.OK && to.Tag.Len > 0
	switch {
	case mode == modePreloaded:
		if inDialog {
			return notRouted
		}
		if r.afterLoose(p, &top, false) == notRouted {
			return notRouted
		}
		return routed
	case inDialog && mode == modeAny && uriIsOurs(p):
		return r.afterStrict(p, &top)
	}
	return r.afterLoose(p, &top, inDialog)
}

// uriIsOurs reports whether the Request-URI is ours: the previous hop was a
// strict router, which put our Record-Route URI there.
func uriIsOurs(p *core.Proc) bool {
	u, b, e := p.ParsedURI()
	return e == sipparse.OK && isSIP(u) && isOurs(&p.Ctx, u, b)
}

// afterLoose routes a request that came from a loose router (RFC 3261 §16.4:
// the first Route header is taken off if it is ours; both of them where we had
// record-routed twice).
func (r *binding) afterLoose(p *core.Proc, top *route, inDialog bool) int32 {
	next := *top
	if isOurs(&p.Ctx, &top.uri, p.Msg) {
		r.setRouted(&p.Ctx, top.value(), &top.uri)
		st := nextRoute(p, top, &next)
		double := false
		if st == found && r.isSecond(p, top, &next) {
			double = true
			r.sendFrom(p, &next.uri)
			st = nextRoute(p, &next, &next)
		}
		if !double && r.cfg.ForceSocket {
			r.sendFrom(p, &top.uri)
		}
		switch st {
		case broken:
			return notRouted
		case atEnd:
			if !dropAll(p) {
				return notRouted
			}
			if inDialog {
				return routed
			}
			return onlyOurs
		}
	}
	r.nextHop.Set(&p.Ctx, value.FromInt(1))
	if next.uri.LR {
		if !p.SetDstURI(next.value()) || !dropBefore(p, &next) {
			return notRouted
		}
		return routed
	}
	return toStrict(p, &next)
}

// toStrict sends to a strict router (RFC 3261 §16.6 step 6): its URI becomes the
// Request-URI, the Request-URI the last Route.
func toStrict(p *core.Proc, next *route) int32 {
	m := p.Mark()
	p.AppendString("Route: <")
	p.AppendValue(p.URI())
	p.AppendString(">\r\n")
	line := p.FromMark(m)
	last := next.header
	for i := p.Index.Next(last); i >= 0; i = p.Index.Next(i) {
		last = i
	}
	_, end := p.Index.Line(last)
	p.DstURI = value.Value{}
	if !p.SetURI(next.value()) || !dropThrough(p, next) || !p.Insert(end, line, false) {
		return notRouted
	}
	return routed
}

// afterStrict routes a request whose Request-URI is our Record-Route URI
// (RFC 3261 §16.4): the real one is the last Route.
func (r *binding) afterStrict(p *core.Proc, top *route) int32 {
	u, b, _ := p.ParsedURI()
	r.setRouted(&p.Ctx, p.URI(), u)
	first := *top
	if _, two := u.Param(b, "r2"); two && r.cfg.DoubleRR != doubleNever && hasR2(p, top) && isOurs(&p.Ctx, &top.uri, p.Msg) {
		r.sendFrom(p, &top.uri)
		if nextRoute(p, top, &first) != found || !dropBefore(p, &first) {
			return notRouted
		}
	}
	r.nextHop.Set(&p.Ctx, value.FromInt(1))
	if !first.uri.LR { // the next hop is a strict router as well
		p.DstURI = value.Value{}
		if !p.SetURI(first.value()) || !dropThrough(p, &first) {
			return notRouted
		}
		return routed
	}
	last, before := first, 0
	for {
		var n route
		switch nextRoute(p, &last, &n) {
		case broken:
			return notRouted
		case found:
			before = 0
			if n.header == last.header {
				before = elementEnd(p, &last)
			}
			last = n
			continue
		}
		break
	}
	if !p.SetDstURI(first.value()) || !p.SetURI(last.value()) || !dropLast(p, &last, before) {
		return notRouted
	}
	return routed
}
