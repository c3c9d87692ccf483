package acc

import (
	"sipedge/engine/core"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// avp is an AVP that is put aside.
type avp struct {
	name  rt.AVPName
	v     value.Value
	flags uint32
}

// writeAs writes the line of an ACK with the AVPs of its INVITE's transaction in
// place of its own, as Kamailio does; afterwards it has its own ones again.
func (a *accounts) writeAs(inv, ack *core.Proc, c *Config, l *entry) {
	own := a.aside[ack.LoopID()][:0]
	m := ack.Mark()
	for k := ack.AVPs(rt.AnyAVP); ack.NextAVP(&k); {
		own = append(own, avpAt(ack, &k))
		ack.RemoveAVP(&k)
	}
	lent := len(own)
	defer func() {
		if err := recover(); err != nil {
			ack.Logf(levelErr, "acc: the ACK is not accounted: %v", err)
		}
		for k := ack.AVPs(rt.AnyAVP); ack.NextAVP(&k); {
			ack.RemoveAVP(&k)
		}
		ack.Truncate(m)
		addAVPs(ack, own[:lent])
		a.aside[ack.LoopID()] = own[:0]
	}()
	for k := inv.AVPs(rt.AnyAVP); inv.NextAVP(&k); {
		own = append(own, avpAt(inv, &k))
	}
	for i := range own[lent:] {
		if e := &own[lent+i]; e.v.Kind() == value.Str {
			e.v = ack.NewString(inv.Bytes(e.v))
		}
	}
	addAVPs(ack, own[lent:])
	c.write(ack, l)
}

func avpAt(p *core.Proc, k *rt.AVPCursor) avp {
	name, v := p.AVPAt(k)
	return avp{name, v, *p.AVPFlagsAt(k)}
}

// addAVPs adds AVPs that are given from the newest to the oldest.
func addAVPs(p *core.Proc, all []avp) {
	for i := len(all) - 1; i >= 0; i-- {
		p.AddAVP(all[i].name, all[i].v)
		if all[i].flags != 0 {
			*p.AVPFlags(all[i].name, 0) = all[i].flags
		}
	}
}
