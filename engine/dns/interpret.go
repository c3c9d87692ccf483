package dns

import (
	"strings"

	wire "github.com/miekg/dns"
)

// reading is what an answer of a server says about a question.
type reading struct {
	status Status
	alias  string // status Unknown: the name that has to be asked for instead
	steps  int    // CNAME records that were followed
	ttl    int64  // seconds, the least of all records used
}

// interpret takes from a server's message what it says about owner and adds the
// records of out's type to out. Only records of the answer section count, only
// those of the owner or of the aliases that lead from it; whatever else a server
// sends along is not believed. anyDomain (dns_search_full_match off) also takes
// records of a name that begins with short and a dot. steps is how many aliases
// were followed before.
func interpret(m *wire.Msg, owner, short string, anyDomain bool, steps int, out *Answer) reading {
	r := reading{steps: steps, ttl: 1<<32 - 1}
	switch m.Rcode {
	case wire.RcodeSuccess, wire.RcodeNameError:
	default:
		r.status = Refused
		return r
	}
	name, moved := owner, false
	for {
		found := false
		next := ""
		for _, rr := range m.Answer {
			h := rr.Header()
			if h == nil || h.Class != wire.ClassINET || !owns(h.Name, name, short, anyDomain && !moved) {
				continue
			}
			if c, ok := rr.(*wire.CNAME); ok && out.Type != TypeCNAME {
				if n, ok := cleanName(c.Target); ok && next == "" {
					next = n
					r.ttl = min(r.ttl, int64(h.Ttl))
				}
				continue
			}
			if h.Rrtype == uint16(out.Type) {
				if add(out, rr) {
					found = true
					r.ttl = min(r.ttl, int64(h.Ttl))
				}
			}
		}
		switch {
		case found:
			r.status = Found
			return r
		case next == "":
			return r.ended(m, name, moved)
		}
		r.steps++
		if r.steps > maxAliases || next == name || next == owner {
			r.status = Looped
			return r
		}
		name, moved = next, true
	}
}

// ended is the reading where no record was found: the name of an alias that this
// server has said nothing more about, or a negative answer with the time that
// its SOA record gives (RFC 2308 §5).
func (r reading) ended(m *wire.Msg, name string, moved bool) reading {
	if m.Rcode == wire.RcodeNameError {
		r.status = NoName
	} else {
		r.status = NoRecord
		if moved && !hasSOA(m) {
			r.status, r.alias = Unknown, name
			return r
		}
	}
	for _, rr := range m.Ns {
		if s, ok := rr.(*wire.SOA); ok {
			r.ttl = min(r.ttl, int64(s.Hdr.Ttl), int64(s.Minttl))
		}
	}
	return r
}

func hasSOA(m *wire.Msg) bool {
	for _, rr := range m.Ns {
		if _, ok := rr.(*wire.SOA); ok {
			return true
		}
	}
	return false
}

func owns(owner, name, short string, anyDomain bool) bool {
	owner = strings.TrimSuffix(owner, ".")
	if strings.EqualFold(owner, name) {
		return true
	}
	return anyDomain && len(owner) > len(short) && owner[len(short)] == '.' && strings.EqualFold(owner[:len(short)], short)
}

// add adds a record to an answer of its type.
func add(out *Answer, rr wire.RR) bool {
	switch v := rr.(type) {
	case *wire.A:
		ip, ok := addrOf(v.A)
		return ok && ip.Is4() && out.AddAddr(ip)
	case *wire.AAAA:
		ip, ok := addrOf(v.AAAA)
		return ok && out.AddAddr(ip)
	case *wire.SRV:
		return out.AddSRV(v.Priority, v.Weight, v.Port, v.Target)
	case *wire.NAPTR:
		return out.AddNAPTR(v.Order, v.Preference, v.Flags, v.Service, v.Regexp, v.Replacement)
	case *wire.PTR:
		return out.AddText(v.Ptr)
	case *wire.CNAME:
		return out.AddText(v.Target)
	case *wire.TXT:
		return out.AddText(strings.Join(v.Txt, ""))
	}
	return false
}
