package dns

import (
	"testing"

	wire "github.com/miekg/dns"
)

// FuzzAnswers feeds packets to what reads servers' answers: nothing crashes, only
// what was asked for is taken, every bound holds, and what was taken survives the
// cache unchanged.
func FuzzAnswers(f *testing.F) {
	types := []Type{TypeA, TypeAAAA, TypeSRV, TypeNAPTR, TypePTR, TypeTXT, TypeCNAME}
	for i, zone := range []string{
		"name.test. 60 IN A 192.0.2.1", "name.test. 60 IN AAAA 2001:db8::1", "name.test. 60 IN SRV 1 2 3 t.test.",
		`name.test. 60 IN NAPTR 1 2 "s" "SIP+D2U" "" r.test.`, "name.test. 60 IN PTR p.test.", `name.test. 60 IN TXT "t"`, "name.test. 60 IN CNAME c.test.",
		"name.test. 60 IN CNAME name.test.", "other.test. 60 IN A 192.0.2.1", "test. 60 IN SOA a. b. 1 2 3 4 5",
	} {
		m := new(wire.Msg)
		m.SetQuestion("name.test.", uint16(types[i%len(types)]))
		m.Id, m.Response = 7, true
		rr, err := wire.NewRR(zone)
		if err != nil {
			f.Fatal(err)
		}
		m.Answer = []wire.RR{rr, rr}
		m.Ns = []wire.RR{rr}
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint8(i), i%2 == 0)
	}
	k := newCache(nil)
	f.Fuzz(func(t *testing.T, packet []byte, kind uint8, any bool) {
		typ := types[int(kind)%len(types)]
		query := new(wire.Msg)
		query.SetQuestion("name.test.", uint16(typ))
		query.Id = 7
		m := answerTo(query, packet)
		if m == nil {
			return
		}
		var a Answer
		a.Reset(typ)
		r := interpret(m, "name.test", "name", any, 0, &a)
		switch {
		case a.Len() > MaxRecords || len(a.data) > MaxAnswer:
			t.Fatalf("%d records, %d bytes", a.Len(), len(a.data))
		case (r.status == Found) != (a.Len() > 0):
			t.Fatalf("status %d with %d records", r.status, a.Len())
		case r.status == Unknown && r.alias == "":
			t.Fatal("neither an answer nor an alias")
		case r.ttl < 0 || r.ttl > 1<<32-1:
			t.Fatalf("ttl %d", r.ttl)
		case r.status != Found:
			return
		}
		n := 0
		switch typ {
		case TypeSRV:
			for s, off := a.NextSRV(0); off >= 0; s, off = a.NextSRV(off) {
				if n++; len(s.Target) == 0 || len(s.Target) > MaxName {
					t.Fatalf("target %q", s.Target)
				}
			}
		case TypeNAPTR:
			for s, off := a.NextNAPTR(0); off >= 0; s, off = a.NextNAPTR(off) {
				if n++; len(s.Replacement) > MaxName {
					t.Fatalf("replacement %q", s.Replacement)
				}
			}
		case TypeA, TypeAAAA:
			for ; n < a.Len() && a.Addr(n).IsValid(); n++ {
			}
		default:
			for _, off := a.NextText(0); off >= 0; _, off = a.NextText(off) {
				n++
			}
		}
		if n != a.Len() {
			t.Fatalf("%d records can be read of %d", n, a.Len())
		}
		var b Answer
		if !k.Put([]byte("name.test"), &a, 1000) || k.Get([]byte("name.test"), typ, &b) == Miss || string(a.data) != string(b.data) {
			t.Fatal("the cache does not give back what was put")
		}
	})
}
