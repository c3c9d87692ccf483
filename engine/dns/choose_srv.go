package dns

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"

	"sipedge/script/rt"
)

// Outcomes of one step of Choose: the next is to be tried; the service is denied (RFC
// 2782: the target ".").
var (
	errNext   = errors.New("no destination by these records")
	errDenied = errors.New("the domain says that it has no such service")
)

// srvRecord is an SRV record by the place of its target.
type srvRecord struct {
	priority, weight, port uint16
	at                     int32 // in Work.srv
}

// srvPrefix is the service and transport in front of a domain (RFC 3263 §4.1, RFC 4168 §7).
func srvPrefix(t rt.Proto) string {
	switch t {
	case rt.ProtoTCP:
		return "_sip._tcp."
	case rt.ProtoTLS:
		return "_sips._tcp."
	case rt.ProtoSCTP:
		return "_sip._sctp."
	}
	return "_sip._udp."
}

// srvOrder is the order of transports in which SRV records are asked for; it ends
// with ProtoNone.
func (p *Policy) srvOrder(q *Query, fixed rt.Proto) (list [rt.ProtoWSS + 1]rt.Proto) {
	switch {
	case fixed != rt.ProtoNone || q.Secure:
		list[0] = q.plain(fixed)
		return list
	case !p.TryNAPTR:
		list[0] = rt.ProtoUDP
		return list
	}
	n := 0
	for _, t := range [...]rt.Proto{rt.ProtoUDP, rt.ProtoTCP, rt.ProtoSCTP, rt.ProtoTLS} {
		if !p.Served[t] || p.Preference[t] < 0 {
			continue
		}
		i := n
		for ; i > 0 && p.Preference[list[i-1]] < p.Preference[t]; i-- {
			list[i] = list[i-1]
		}
		list[i] = t
		n++
	}
	return list
}

// bySRV adds the addresses of the targets of a name's SRV records.
func (p *Policy) bySRV(name []byte, proto rt.Proto, src Source, w *Work, out *Targets) error {
	err := src.Lookup(name, TypeSRV, &w.srv)
	switch err {
	case nil:
	case ErrMiss:
		return err
	default:
		w.late = w.late || NoAnswer(err)
		return errNext
	}
	records := w.records[:0]
	denied := false
	for r, off := w.srv.NextSRV(0); off >= 0; r, off = w.srv.NextSRV(off) {
		if string(r.Target) == "." {
			denied = true
			continue
		}
		if len(records) < len(w.records) && r.Port != 0 {
			records = append(records, srvRecord{r.Priority, r.Weight, r.Port, int32(off - len(r.Target))})
		}
	}
	if len(records) == 0 {
		if denied {
			return errDenied
		}
		return errNext
	}
	orderSRV(records, p.SRVLB, w.Rand)
	records = records[:min(len(records), w.targets)]
	for _, r := range records {
		p.wantAddrs(w.srvTarget(r), src)
	}
	before := out.n
	for _, r := range records {
		w.targets--
		target := w.srvTarget(r)
		if ip, ok := literal(target); ok { // RFC 2782 forbids it, some have it
			if p.allows(ip) {
				out.add(Target{proto, netip.AddrPortFrom(ip, r.port)})
			}
		} else if err := p.addrs(target, proto, r.port, src, w, out); err == ErrMiss {
			return err
		}
		if out.n > before && !p.Failover {
			return nil
		}
	}
	if out.n > before {
		return nil
	}
	return errNext
}

// srvTarget is a record's target.
func (w *Work) srvTarget(r srvRecord) []byte {
	n := int32(w.srv.data[r.at-1])
	return w.srv.data[r.at : r.at+n : r.at+n]
}

// orderSRV puts records into the order in which they are to be tried (RFC 2782):
// by priority, the lowest first; within one priority by chance with lb, each with
// the probability that its weight is of the weights that are left; without, the
// largest weight first, as Kamailio does. A weight of 0 among others is a very
// small chance. (The algorithm as the RFC words it gives the first of two equal
// records two thirds.)
func orderSRV(r []srvRecord, lb bool, rnd *rand.Rand) {
	slices.SortStableFunc(r, func(a, b srvRecord) int {
		if a.priority != b.priority {
			return int(a.priority) - int(b.priority)
		}
		return int(b.weight) - int(a.weight)
	})
	if !lb {
		return
	}
	for len(r) > 1 {
		n := 1
		for n < len(r) && r[n].priority == r[0].priority {
			n++
		}
		shuffle(r[:n], rnd)
		r = r[n:]
	}
}

// shuffle orders records of one priority by weight and chance.
func shuffle(r []srvRecord, rnd *rand.Rand) {
	for ; len(r) > 1; r = r[1:] {
		sum := uint64(0)
		for i := range r {
			sum += share(r[i].weight)
		}
		pick := rnd.Uint64N(sum)
		for i := range r {
			if s := share(r[i].weight); pick >= s {
				pick -= s
				continue
			}
			k := r[i]
			copy(r[1:i+1], r[:i]) // the others keep their order
			r[0] = k
			break
		}
	}
}

// share is a weight with room below 1 for the weight 0.
func share(weight uint16) uint64 {
	if weight == 0 {
		return 1
	}
	return uint64(weight) << 10
}
