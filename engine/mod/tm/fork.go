package tm

import (
	"math/rand/v2"
	"slices"

	"sipedge/engine/core"
	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// Serial forking (RFC 3261 §16.5, §16.6; Kamailio's t_load_contacts): the request's
// destinations are sorted by q and kept; each call of t_next_contacts() makes
// those of the next q the request's destinations, to be tried in parallel.

// forkFunctions are the two functions.
func forkFunctions() []registry.Function {
	const routes = rt.RequestRoute | rt.FailureRoute
	return []registry.Function{
		{
			Name: "t_load_contacts", Routes: routes, Stateful: true, Bare: true, Source: source,
			Doc:  "Takes the request's destinations away and keeps them in the order of their q; with mode 1 in an order that chance makes with q as weight.",
			Args: []registry.Arg{{Name: "mode", Kind: registry.ArgFormat, Optional: true}},
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				mode := arg.Fixed(0)
				if arg.Given(args, 0) {
					var err error
					if mode, err = arg.NewNumber(args, 0, "t_load_contacts: mode", 0, 1); err != nil {
						return nil, err
					}
				}
				k := newContacts(b)
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					if !k.enabled {
						p.Logf(levelErr, "t_load_contacts: the parameter contacts_avp is not set")
						return -1
					}
					n, ok := mode.Get(c)
					if !ok {
						return -1
					}
					return k.load(p, n == 1)
				}, nil
			},
		},
		{
			Name: "t_next_contacts", Routes: routes, Stateful: true, Bare: true, Source: source,
			Doc: "Makes the kept destinations of the next q the request's; -2 where none is left.",
			Compile: func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
				k := newContacts(b)
				return func(c *rt.Ctx) int32 {
					p := core.Of(c)
					if !k.enabled {
						p.Logf(levelErr, "t_next_contacts: the parameter contacts_avp is not set")
						return -1
					}
					return k.next(p)
				}, nil
			},
		},
	}
}

// contacts are the kept destinations: AVPs, so that they are seen by later routes
// of the transaction. Each is five AVPs, one name for each part; the newest is the
// next to be tried.
type contacts struct {
	enabled              bool
	uri, dst, path, ruid rt.AVPName
	rest                 rt.AVPName // q, group, socket and flags
	flags                rt.AVPName
}

func newContacts(b registry.Build) contacts {
	c := b.Config("tm").(*Config)
	n := func(s string) rt.AVPName { return b.AVP("\x00tm.contact." + s) }
	return contacts{
		enabled: c.ContactsAVP != "" || c.XAVPContact != "",
		uri:     n("uri"), dst: n("dst"), path: n("path"), ruid: n("ruid"), rest: n("rest"), flags: n("flags"),
	}
}

// contact is one destination while the list is sorted.
type contact struct {
	br    rt.Branch
	group int64
}

func (k *contacts) load(p *core.Proc, byChance bool) int32 {
	c := &p.Ctx
	if len(p.Branches()) == 0 {
		return 1 // one destination needs no order
	}
	var all [rt.MaxBranches + 1]contact
	list := all[:0]
	if !p.URIUsed() {
		list = append(list, contact{br: rt.Branch{URI: p.URI(), DstURI: p.DstURI, Q: noQ, Socket: p.SendSocket, Flags: p.BranchFlags}})
	}
	for _, b := range p.Branches() {
		list = append(list, contact{br: b})
	}
	p.ClearBranches()
	if byChance {
		shuffle(list)
	} else {
		slices.SortStableFunc(list, func(a, b contact) int { return int(qOf(b.br.Q)) - int(qOf(a.br.Q)) })
	}
	group := int64(0)
	for i := range list {
		if i > 0 && (byChance || qOf(list[i].br.Q) != qOf(list[i-1].br.Q)) {
			group++
		}
		list[i].group = group
	}
	k.clear(c)
	for i := len(list) - 1; i >= 0; i-- {
		b := &list[i].br
		c.AddAVP(k.uri, b.URI)
		c.AddAVP(k.dst, b.DstURI)
		c.AddAVP(k.path, b.Path)
		c.AddAVP(k.ruid, b.RUID)
		c.AddAVP(k.rest, value.FromInt(list[i].group<<32|int64(uint16(b.Q))<<16|int64(uint16(b.Socket))))
		c.AddAVP(k.flags, value.FromInt(int64(b.Flags)))
	}
	return 1
}

func (k *contacts) clear(c *rt.Ctx) {
	for _, n := range [...]rt.AVPName{k.uri, k.dst, k.path, k.ruid, k.rest, k.flags} {
		c.DeleteAVPs(n, true)
	}
}

// next makes the destinations of the next group the request's.
func (k *contacts) next(p *core.Proc) int32 {
	c := &p.Ctx
	if c.CountAVPs(k.uri) == 0 {
		return -2
	}
	p.ClearBranches()
	group, first := c.AVP(k.rest, 0).Int()>>32, true
	for c.CountAVPs(k.uri) > 0 {
		rest := c.AVP(k.rest, 0).Int()
		if rest>>32 != group {
			break
		}
		b := rt.Branch{
			URI: c.AVP(k.uri, 0), DstURI: c.AVP(k.dst, 0), Path: c.AVP(k.path, 0), RUID: c.AVP(k.ruid, 0),
			Q: int16(rest >> 16), Socket: int32(int16(rest)), Flags: uint32(c.AVP(k.flags, 0).Int()),
		}
		for _, n := range [...]rt.AVPName{k.uri, k.dst, k.path, k.ruid, k.rest, k.flags} {
			c.DeleteAVPs(n, false)
		}
		if first && b.Path.IsUndef() {
			first = false
			if !c.SetURI(c.NewString(c.Bytes(b.URI))) {
				return -1
			}
			c.DstURI, c.SendSocket, c.BranchFlags = b.DstURI, b.Socket, b.Flags
			c.RenewURI()
			continue
		}
		first = false
		if !c.AppendBranch(b) {
			return -1
		}
	}
	return 1
}

const noQ = -1

// qOf is a q value with 1 for one that is not given (RFC 3261 §20.10 leaves the
// order of these to us; Kamailio tries them first).
func qOf(q int16) int16 {
	if q < 0 {
		return 1000
	}
	return q
}

// shuffle orders by chance with q as weight; what has q 0 comes last.
func shuffle(l []contact) {
	for i := range l {
		total := 0
		for _, c := range l[i:] {
			total += int(qOf(c.br.Q))
		}
		if total == 0 {
			return
		}
		at := rand.IntN(total)
		for j := i; j < len(l); j++ {
			if at -= int(qOf(l[j].br.Q)); at < 0 {
				l[i], l[j] = l[j], l[i]
				break
			}
		}
	}
}
