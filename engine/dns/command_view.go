package dns

import "time"

// How the dns.* commands show entries.

// view is the answer of dns.view and its kin: a struct for each entry.
func (r *Resolver) view(records bool) Reply {
	all := Reply{}
	r.cache.View(func(e *Entry) bool {
		all = append(all, e.describe(records))
		return true
	})
	return all
}

// describe is an entry as a struct, with or without its records.
func (e *Entry) describe(records bool) Struct {
	a := &e.Answer
	expires := int64(0) // of what stays, as Kamailio shows it
	if !a.Permanent {
		expires = a.TTL / 1000
	}
	s := Struct{
		{"name", e.Name}, {"type", a.Type.String()}, {"size_bytes", int64(e.Bytes)}, {"permanent", yes(a.Permanent)}, {"expires", expires},
		{"last_used", int64(e.Unused / time.Second)}, {"negative_entry", yes(a.Status != Found)}, {"stale", yes(a.Stale)},
	}
	if records && a.Len() > 0 {
		s = append(s, Field{"records", a.describe(expires)})
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// describe is a struct for each record.
func (a *Answer) describe(expires int64) (all Reply) {
	add := func(fields ...Field) {
		s := append(Struct{{"rr_idx", int64(len(all))}}, fields...)
		all = append(all, append(s, Field{"rr_permanent", yes(a.Permanent)}, Field{"rr_expires", expires}))
	}
	switch a.Type {
	case TypeA, TypeAAAA:
		for i := range a.Len() {
			add(Field{"rr_ip", a.Addr(i).String()})
		}
	case TypeSRV:
		for r, off := a.NextSRV(0); off >= 0; r, off = a.NextSRV(off) {
			add(Field{"rr_name", string(r.Target)}, Field{"rr_port", int64(r.Port)}, Field{"rr_priority", int64(r.Priority)}, Field{"rr_weight", int64(r.Weight)})
		}
	case TypeNAPTR:
		for r, off := a.NextNAPTR(0); off >= 0; r, off = a.NextNAPTR(off) {
			add(Field{"rr_order", int64(r.Order)}, Field{"rr_preference", int64(r.Preference)}, Field{"rr_flags", string(r.Flags)},
				Field{"rr_service", string(r.Service)}, Field{"rr_regexp", string(r.Regexp)}, Field{"rr_replacement", string(r.Replacement)})
		}
	default:
		for text, off := a.NextText(0); off >= 0; text, off = a.NextText(off) {
			add(Field{"rr_name", string(text)})
		}
	}
	return all
}
