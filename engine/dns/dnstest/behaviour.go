package dnstest

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	wire "github.com/miekg/dns"
)

// Behaviour is how the server treats queries for a name.
type Behaviour struct {
	Label     string
	Delay     time.Duration // before the answer
	Silent    bool          // no answer at all
	RefuseTCP bool          // connections are reset

	reply func(q *wire.Msg, tcp bool) [][]byte
}

func (b Behaviour) packets(q *wire.Msg, tcp bool) [][]byte {
	if b.Silent || b.reply == nil {
		return nil
	}
	return b.reply(q, tcp)
}

// messages makes a behaviour of a function that makes one answer.
func messages(label string, f func(q, m *wire.Msg)) Behaviour {
	return Behaviour{Label: label, reply: func(q *wire.Msg, tcp bool) [][]byte {
		m := new(wire.Msg)
		m.SetReply(q)
		m.RecursionAvailable = true
		f(q, m)
		m.Compress = true
		if !tcp {
			size := 512
			if o := q.IsEdns0(); o != nil {
				size = int(o.UDPSize())
				m.SetEdns0(1232, false)
			}
			m.Truncate(size)
		}
		return pack(m)
	}}
}

func pack(m *wire.Msg) [][]byte {
	b, err := m.Pack()
	if err != nil {
		panic(err) // a mistake in a test
	}
	return [][]byte{b}
}

// RR reads records in the form of zone files. A "@" at the beginning of one stands
// for the name that is asked for.
func records(q *wire.Msg, zone []string) (list []wire.RR) {
	for _, line := range zone {
		if rest, ok := strings.CutPrefix(line, "@"); ok {
			line = q.Question[0].Name + rest
		}
		rr, err := wire.NewRR(line)
		if err != nil {
			panic(err)
		}
		list = append(list, rr)
	}
	return list
}

// matching fills an answer with the records of the asked type; without any, it
// is "no such record" with an SOA record.
func matching(q, m *wire.Msg, list []wire.RR) {
	for _, rr := range list {
		if t := rr.Header().Rrtype; t == q.Question[0].Qtype || t == wire.TypeCNAME {
			m.Answer = append(m.Answer, rr)
		}
	}
	if len(m.Answer) == 0 {
		negative(q, m)
	}
}

func negative(q, m *wire.Msg) {
	m.Ns = records(q, []string{"@ 300 IN SOA ns.test. root.test. 1 3600 600 86400 300"})
}

// Fast answers at once with the records of the asked type, lines of a zone file
// in which "@" at the beginning is the asked name.
func Fast(zone ...string) Behaviour {
	return messages("fast", func(q, m *wire.Msg) { matching(q, m, records(q, zone)) })
}

// Slow is Fast after a while.
func Slow(d time.Duration, zone ...string) Behaviour {
	b := Fast(zone...)
	b.Label, b.Delay = "after "+d.String(), d
	return b
}

// Silent never answers.
func Silent() Behaviour { return Behaviour{Label: "silent", Silent: true} }

func rcode(label string, code int) Behaviour {
	return messages(label, func(q, m *wire.Msg) {
		m.Rcode = code
		if code == wire.RcodeNameError {
			negative(q, m)
		}
	})
}

// ServFail answers SERVFAIL.
func ServFail() Behaviour { return rcode("SERVFAIL", wire.RcodeServerFailure) }

// NXDomain answers that there is no such name.
func NXDomain() Behaviour { return rcode("NXDOMAIN", wire.RcodeNameError) }

// Refused answers REFUSED.
func Refused() Behaviour { return rcode("REFUSED", wire.RcodeRefused) }

// NoEDNS answers FORMERR to queries with EDNS0, as servers before 1999 do.
func NoEDNS(zone ...string) Behaviour {
	b := Fast(zone...)
	plain := b.reply
	b.Label = "no EDNS0"
	b.reply = func(q *wire.Msg, tcp bool) [][]byte {
		if q.IsEdns0() == nil {
			return plain(q, tcp)
		}
		m := new(wire.Msg)
		m.SetReply(q)
		m.Rcode = wire.RcodeFormatError
		return pack(m)
	}
	return b
}

// Empty answers that the name has no record of the asked type.
func Empty() Behaviour { return messages("no record", negative) }

// Truncated answers over UDP that the answer is too long, over TCP with it.
func Truncated(zone ...string) Behaviour {
	b := Fast(zone...)
	full := b.reply
	b.Label = "truncated over UDP"
	b.reply = func(q *wire.Msg, tcp bool) [][]byte {
		if tcp {
			return full(q, tcp)
		}
		m := new(wire.Msg)
		m.SetReply(q)
		m.Truncated = true
		return pack(m)
	}
	return b
}

// TCPRefused is Truncated with nobody on TCP.
func TCPRefused() Behaviour {
	b := Truncated()
	b.Label, b.RefuseTCP = "truncated, TCP refused", true
	return b
}

// CNAMEChain answers with n aliases that lead to the records of the zone's lines.
func CNAMEChain(n int, zone ...string) Behaviour {
	return messages(fmt.Sprintf("chain of %d CNAMEs", n), func(q, m *wire.Msg) {
		name := q.Question[0].Name
		for i := range n {
			next := fmt.Sprintf("c%d.%s", i, q.Question[0].Name)
			m.Answer = append(m.Answer, records(q, []string{name + " 300 IN CNAME " + next})...)
			name = next
		}
		for _, rr := range records(q, zone) {
			if rr.Header().Rrtype == q.Question[0].Qtype {
				rr.Header().Name = name
				m.Answer = append(m.Answer, rr)
			}
		}
	})
}

// CNAMESteps answers every query for a name c<i>.x with one alias to c<i+1>.x, the n-th
// with the records: each step has to be asked for. It is to be bound to x and all below it.
func CNAMESteps(n int, zone ...string) Behaviour {
	return messages(fmt.Sprintf("%d CNAMEs one by one", n), func(q, m *wire.Msg) {
		name, i := q.Question[0].Name, -1
		base := name
		if first, rest, ok := strings.Cut(name, "."); ok {
			if k, err := fmt.Sscanf(first, "c%d", &i); err == nil && k == 1 {
				base = rest
			}
		}
		if i+1 < n {
			m.Answer = records(q, []string{fmt.Sprintf("@ 300 IN CNAME c%d.%s", i+1, base)})
			return
		}
		matching(q, m, records(q, zone))
	})
}

// CNAMELoop answers with aliases that lead to each other.
func CNAMELoop() Behaviour {
	return messages("CNAME loop", func(q, m *wire.Msg) {
		other := "loop." + strings.TrimPrefix(q.Question[0].Name, "loop.")
		m.Answer = records(q, []string{"@ 300 IN CNAME " + other, other + " 300 IN CNAME " + q.Question[0].Name})
	})
}

// ManyA answers with n addresses, the first of which is 127.0.0.1.
func ManyA(n int) Behaviour {
	zone := []string{"@ 300 IN A 127.0.0.1"}
	for i := range n - 1 {
		zone = append(zone, fmt.Sprintf("@ 300 IN A 127.%d.%d.1", 10+i/250, i%250+1))
	}
	b := Fast(zone...)
	b.Label = fmt.Sprintf("%d A records", n)
	return b
}

// DeadSRV answers SRV queries with n targets below base; what becomes of these is
// their own behaviour.
func DeadSRV(n int, base string) Behaviour {
	var zone []string
	for i := range n {
		zone = append(zone, fmt.Sprintf("@ 300 IN SRV %d 1 5060 t%d.%s.", i%4, i, base))
	}
	b := Fast(zone...)
	b.Label = fmt.Sprintf("%d SRV targets", n)
	return b
}

// Corrupt answers with packets that are none.
func Corrupt() Behaviour {
	return Behaviour{Label: "corrupt packets", reply: func(q *wire.Msg, _ bool) [][]byte {
		good := answer(q)
		cut := good[:len(good)-7]
		noise := append(binary.BigEndian.AppendUint16(nil, q.Id), 0x81, 0x80, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
		return [][]byte{cut, noise, good[:5], {}}
	}}
}

// answer is a good answer to an A query.
func answer(q *wire.Msg) []byte {
	m := new(wire.Msg)
	m.SetReply(q)
	m.Answer = records(q, []string{"@ 300 IN A 127.6.6.6"})
	return pack(m)[0]
}

// WrongID answers with another id than the query's.
func WrongID() Behaviour {
	return Behaviour{Label: "wrong id", reply: func(q *wire.Msg, _ bool) [][]byte {
		b := answer(q)
		binary.BigEndian.PutUint16(b, q.Id+1)
		return [][]byte{b}
	}}
}

// WrongQuestion answers another question.
func WrongQuestion() Behaviour {
	return Behaviour{Label: "wrong question", reply: func(q *wire.Msg, _ bool) [][]byte {
		other := q.Copy()
		other.Question[0].Name = "other.test."
		return [][]byte{answer(other)}
	}}
}

// WrongThenRight sends forged answers before the good one.
func WrongThenRight() Behaviour {
	return Behaviour{Label: "forged, then right", reply: func(q *wire.Msg, _ bool) [][]byte {
		good := WrongID().reply(q, false)
		good = append(good, WrongQuestion().reply(q, false)...)
		m := new(wire.Msg)
		m.SetReply(q)
		matching(q, m, records(q, []string{"@ 300 IN A 127.0.0.9"}))
		return append(good, pack(m)...)
	}}
}

// CompressionLoop answers with names whose compression pointers point at themselves.
func CompressionLoop() Behaviour {
	return Behaviour{Label: "compression loop", reply: func(q *wire.Msg, _ bool) [][]byte {
		b := answer(q)
		name := 12 + len(q.Question[0].Name) + 1 + 4 // behind header and question
		b[name], b[name+1] = 0xc0, byte(name)
		return [][]byte{b}
	}}
}

// TTL answers with a record of this many seconds.
func TTL(seconds uint32) Behaviour {
	b := Fast(fmt.Sprintf("@ %d IN A 127.0.0.1", seconds))
	b.Label = fmt.Sprintf("TTL %d", seconds)
	return b
}

// Mixed answers with addresses of both families.
func Mixed() Behaviour {
	b := Fast("@ 300 IN A 127.0.0.1", "@ 300 IN AAAA ::1")
	b.Label = "mixed A and AAAA"
	return b
}

// Poison answers with records that were not asked for besides the right one.
func Poison(victim, addr string) Behaviour {
	return messages("poison", func(q, m *wire.Msg) {
		matching(q, m, records(q, []string{"@ 300 IN A 127.0.0.7"}))
		m.Answer = append(m.Answer, records(q, []string{victim + ". 300 IN A " + addr})...)
		m.Extra = append(m.Extra, records(q, []string{victim + ". 300 IN A " + addr})...)
	})
}

// OtherDomain answers with the owner's first label in another domain.
func OtherDomain(domain, addr string) Behaviour {
	return messages("other domain", func(q, m *wire.Msg) {
		first, _, _ := strings.Cut(q.Question[0].Name, ".")
		m.Answer = records(q, []string{first + "." + domain + ". 300 IN A " + addr})
	})
}

// Typed is a behaviour for each type of record; Empty for others.
func Typed(byType map[string]Behaviour) Behaviour {
	return Behaviour{Label: "by type", reply: func(q *wire.Msg, tcp bool) [][]byte {
		b, ok := byType[wire.TypeToString[q.Question[0].Qtype]]
		if !ok {
			b = Empty()
		}
		time.Sleep(b.Delay)
		return b.packets(q, tcp)
	}}
}
