package dns

import (
	"slices"

	"sipedge/script/rt"
)

// naptrService is a NAPTR record that names a transport of ours.
type naptrService struct {
	order, preference uint16
	proto             rt.Proto
	ours              int64 // our preference
	at, n             int32 // replacement, in Work.naptr
}

// naptrProto is the transport of a service field (RFC 3263 §4.1, RFC 4168 §7).
func naptrProto(service []byte, secure bool) rt.Proto {
	var b [8]byte
	if len(service) > len(b) {
		return rt.ProtoNone
	}
	n := copy(b[:], service)
	for i := range b[:n] {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	switch string(b[:n]) {
	case "sips+d2t":
		return rt.ProtoTLS
	case "sip+d2u":
		if !secure {
			return rt.ProtoUDP
		}
	case "sip+d2t":
		if !secure {
			return rt.ProtoTCP
		}
	case "sip+d2s":
		if !secure {
			return rt.ProtoSCTP
		}
	}
	return rt.ProtoNone
}

// byNAPTR follows the NAPTR records of a domain in the order of preference until
// one leads to an address; for failover all of them, since another transport may do where
// one does not.
func (p *Policy) byNAPTR(q *Query, name []byte, src Source, w *Work, out *Targets) error {
	switch err := src.Lookup(name, TypeNAPTR, &w.naptr); err {
	case nil:
	case ErrMiss:
		return err
	default:
		w.late = w.late || NoAnswer(err)
		return errNext
	}
	list := w.services[:0]
	for r, off := w.naptr.NextNAPTR(0); off >= 0; r, off = w.naptr.NextNAPTR(off) {
		t := naptrProto(r.Service, q.Secure)
		if t == rt.ProtoNone || !p.Served[t] || p.Preference[t] < 0 || len(r.Regexp) > 0 || len(r.Replacement) < 2 ||
			len(r.Flags) != 1 || r.Flags[0]|0x20 != 's' || len(list) == len(w.services) {
			continue
		}
		n := int32(len(r.Replacement))
		list = append(list, naptrService{r.Order, r.Preference, t, p.Preference[t], int32(off) - n, n})
	}
	orderNAPTR(list, p.NAPTRIgnoreRFC)
	for i, s := range list {
		if i == MaxSRVTargets {
			break
		}
		err := p.bySRV(w.naptr.data[s.at:s.at+s.n:s.at+s.n], s.proto, src, w, out)
		if err == ErrMiss || err == nil && !p.Failover {
			return err
		}
	}
	if out.n > 0 {
		return nil
	}
	return errNext
}

// orderNAPTR puts services into the order in which they are to be tried: by our
// preference, then by the domain's; with rfc the domain's order comes first, then our preference
// (RFC 3263 §4.1).
func orderNAPTR(list []naptrService, ours bool) {
	byOurs := func(a, b naptrService) int {
		switch {
		case a.ours > b.ours:
			return -1
		case a.ours < b.ours:
			return 1
		}
		return 0
	}
	byTheirs := func(a, b naptrService) int { return int(a.order) - int(b.order) }
	first, second := byTheirs, byOurs
	if ours {
		first, second = byOurs, byTheirs
	}
	slices.SortStableFunc(list, func(a, b naptrService) int {
		if c := first(a, b); c != 0 {
			return c
		}
		if c := second(a, b); c != 0 {
			return c
		}
		return int(a.preference) - int(b.preference)
	})
}
