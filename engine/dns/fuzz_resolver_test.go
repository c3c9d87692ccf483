package dns

import (
	"context"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"sipedge/script/rt"
)

// FuzzResolver gives a resolver the records of arbitrary packets for whatever it asks, packet after packet, and
// looks for a destination with NAPTR, SRV and address records: it ends, has asked little, and
// where it finds something, that is an address that can be sent to.
func FuzzResolver(f *testing.F) {
	seed := func(zones ...string) {
		var packets []byte
		for _, z := range zones {
			m := new(wire.Msg)
			m.Response = true
			if z != "" {
				rr, err := wire.NewRR(z)
				if err != nil {
					f.Fatal(err)
				}
				m.SetQuestion(rr.Header().Name, rr.Header().Rrtype)
				m.Response = true
				m.Answer = []wire.RR{rr}
			}
			b, err := m.Pack()
			if err != nil {
				f.Fatal(err)
			}
			packets = append(append(packets, byte(len(b)>>8), byte(len(b))), b...)
		}
		for kind := range uint8(4) {
			f.Add(packets, kind)
		}
	}
	seed(`name.test. 60 IN NAPTR 1 2 "s" "SIP+D2U" "" _sip._udp.name.test.`, "name.test. 60 IN SRV 1 2 3 t.test.", "name.test. 60 IN A 192.0.2.1")
	seed("name.test. 60 IN CNAME c.test.", "c.test. 60 IN CNAME name.test.")
	seed("", "_sip._udp.name.test. 60 IN SRV 1 2 3 .", "name.test. 60 IN A 0.0.0.0")
	seed("name.test. 0 IN A 192.0.2.1", "name.test. 2147483648 IN AAAA 2001:db8::1")
	f.Fuzz(func(t *testing.T, packets []byte, kind uint8) {
		set := DefaultSettings()
		set.Retries, set.Deadline = 0, 5*time.Second
		set.Cache.Refresh = false
		r := New(Config{Settings: set, System: &System{Search: []string{"d.test"}, NDots: 1}, ManualClock: true})
		defer r.Close()
		asked := 0
		rest := packets
		r.exchange = func(_ context.Context, _ *serverState, q question) (*wire.Msg, error) {
			asked++
			query := new(wire.Msg)
			query.SetQuestion(q.name+".", uint16(q.typ))
			if len(rest) < 2 {
				rest = packets // again from the first
			}
			if len(rest) < 2 {
				return nil, context.DeadlineExceeded
			}
			n := min(int(rest[0])<<8|int(rest[1]), len(rest)-2)
			p := append([]byte(nil), rest[2:2+n]...)
			rest = rest[2+n:]
			// A server that answers this question, with records of the asked name where the packet has
			// some of name.test.
			m := new(wire.Msg)
			if m.Unpack(p) != nil {
				return nil, context.DeadlineExceeded
			}
			m.Id, m.Response, m.Opcode, m.Question = query.Id, true, wire.OpcodeQuery, query.Question
			for _, rr := range m.Answer {
				if h := rr.Header(); h.Name == "name.test." {
					h.Name = query.Question[0].Name
				}
			}
			if b, err := m.Pack(); err == nil && answerTo(query, b) == nil {
				t.Fatal("an answer to the question is not taken")
			}
			return m, nil
		}
		p := testPolicy(func(p *Policy) { p.SRVLB, p.TryNAPTR = kind&1 != 0, kind&2 != 0 })
		var out Targets
		began := time.Now()
		err := r.ResolveNow(t.Context(), &Query{Host: []byte("name.test")}, p, NewWork(1, 2), &out)
		switch {
		case time.Since(began) > 10*time.Second:
			t.Fatalf("took %v", time.Since(began))
		case asked > 4000: // services × targets × families × names × aliases, and then some
			t.Fatalf("%d questions", asked)
		case err == nil && out.Len() == 0:
			t.Fatal("neither a target nor an error")
		}
		for i := range out.Len() {
			x := out.At(i)
			if err != nil || !usable(x.Addr.Addr()) || x.Addr.Port() == 0 || x.Proto < rt.ProtoUDP || x.Proto > rt.ProtoSCTP {
				if err == nil {
					t.Fatalf("target %v", x)
				}
			}
		}
	})
}
