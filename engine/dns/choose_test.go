package dns

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"sipedge/script/rt"
)

func testPolicy(change func(*Policy)) *Policy {
	p := &Policy{TryNAPTR: true, NAPTRIgnoreRFC: true, TryIPv6: true, Failover: true}
	for t := range p.Served {
		p.Served[t] = t > 0
	}
	p.Preference = [rt.ProtoWSS + 1]int64{rt.ProtoUDP: 30, rt.ProtoTCP: 20, rt.ProtoTLS: 10, rt.ProtoSCTP: 20}
	if change != nil {
		change(p)
	}
	return p
}

// zone is a Source made of lines "name TYPE values"; it notes what is asked.
type zone struct {
	records map[string]*Answer
	asked   []string
}

func newZone(lines ...string) *zone {
	z := &zone{records: map[string]*Answer{}}
	for _, l := range lines {
		f := strings.Fields(l)
		typ := map[string]Type{"A": TypeA, "AAAA": TypeAAAA, "SRV": TypeSRV, "NAPTR": TypeNAPTR, "TIMEOUT": TypeA}[f[1]]
		k := f[0] + " " + typ.String()
		a := z.records[k]
		if a == nil {
			a = &Answer{}
			a.Reset(typ)
			z.records[k] = a
		}
		switch f[1] {
		case "A", "AAAA":
			a.AddAddr(netip.MustParseAddr(f[2]))
		case "SRV":
			var prio, weight, port uint16
			_, _ = fmt.Sscan(strings.Join(f[2:5], " "), &prio, &weight, &port)
			a.AddSRV(prio, weight, port, f[5])
		case "NAPTR":
			var order, pref uint16
			_, _ = fmt.Sscan(strings.Join(f[2:4], " "), &order, &pref)
			a.AddNAPTR(order, pref, f[4], f[5], "", f[6])
		case "TIMEOUT":
			a.Status = Failed
		}
	}
	return z
}

func (z *zone) Lookup(name []byte, t Type, a *Answer) error {
	k := string(name) + " " + t.String()
	z.asked = append(z.asked, k)
	if r := z.records[k]; r != nil {
		a.CopyFrom(r)
		return a.Status.Err()
	}
	return ErrNoName
}
func (z *zone) Want([]byte, Type) {}
func (z *zone) Usable()           {}

func show(t *Targets) string {
	var s []string
	for i := range t.Len() {
		s = append(s, fmt.Sprintf("%v:%v", t.At(i).Proto, t.At(i).Addr))
	}
	return strings.Join(s, " ")
}

// TestDecisionTable is RFC 3263 §4 row by row: what a URI says, what the domain
// says, where the request goes.
func TestDecisionTable(t *testing.T) {
	host := []string{"h.test A 192.0.2.1"}
	srv := append([]string{
		"_sip._udp.h.test SRV 1 1 5070 u.test", "_sip._tcp.h.test SRV 1 1 5071 t.test", "_sips._tcp.h.test SRV 1 1 5072 s.test", "_sip._sctp.h.test SRV 1 1 5073 c.test",
		"u.test A 192.0.2.11", "t.test A 192.0.2.12", "s.test A 192.0.2.13", "c.test A 192.0.2.14"}, host...)
	naptr := append([]string{"h.test NAPTR 10 10 s SIPS+D2T _sips._tcp.h.test", "h.test NAPTR 20 10 s SIP+D2T _sip._tcp.h.test", "h.test NAPTR 30 10 s SIP+D2U _sip._udp.h.test"}, srv...)
	rows := 0
	equal := func(p *Policy) {
		p.Preference = [rt.ProtoWSS + 1]int64{rt.ProtoUDP: 1, rt.ProtoTCP: 1, rt.ProtoTLS: 1, rt.ProtoSCTP: 1}
	}
	for i, c := range []struct {
		uri    string // sip(s) host port transport
		zone   []string
		policy func(*Policy)
		want   string
	}{
		// Numeric hosts: nothing is asked.
		{"sip 192.0.2.9 0 none", nil, nil, "udp:192.0.2.9:5060"},
		{"sip 192.0.2.9 5080 none", nil, nil, "udp:192.0.2.9:5080"},
		{"sip 192.0.2.9 0 tcp", nil, nil, "tcp:192.0.2.9:5060"},
		{"sip 192.0.2.9 0 tls", nil, nil, "tls:192.0.2.9:5061"},
		{"sips 192.0.2.9 0 none", nil, nil, "tls:192.0.2.9:5061"},
		{"sips 192.0.2.9 5080 tcp", nil, nil, "tls:192.0.2.9:5080"},
		{"sips 192.0.2.9 0 udp", nil, nil, ErrTransport.Error()},
		{"sip [2001:db8::9] 0 none", nil, nil, "udp:[2001:db8::9]:5060"},
		{"sip [2001:db8::9] 0 none", nil, func(p *Policy) { p.TryIPv6 = false }, ErrFamily.Error()},
		// A port: address records only.
		{"sip h.test 5080 none", naptr, nil, "udp:192.0.2.1:5080"},
		{"sip h.test 5080 tcp", naptr, nil, "tcp:192.0.2.1:5080"},
		{"sips h.test 5080 none", naptr, nil, "tls:192.0.2.1:5080"},
		// A transport: its SRV records, then address records.
		{"sip h.test 0 udp", naptr, nil, "udp:192.0.2.11:5070"},
		{"sip h.test 0 tcp", naptr, nil, "tcp:192.0.2.12:5071"},
		{"sip h.test 0 tls", naptr, nil, "tls:192.0.2.13:5072"},
		{"sip h.test 0 sctp", naptr, nil, "sctp:192.0.2.14:5073"},
		{"sip h.test 0 tcp", host, nil, "tcp:192.0.2.1:5060"},
		{"sip h.test 0 ws", host, nil, "ws:192.0.2.1:80"},
		{"sips h.test 0 tcp", naptr, nil, "tls:192.0.2.13:5072"},
		{"sips h.test 0 sctp", naptr, nil, ErrTransport.Error()},
		// Neither: NAPTR, SRV, address records. For failover the other services follow.
		{"sip h.test 0 none", naptr, func(p *Policy) { p.Failover = false }, "udp:192.0.2.11:5070"},
		{"sip h.test 0 none", naptr, nil, "udp:192.0.2.11:5070 tcp:192.0.2.12:5071 tls:192.0.2.13:5072"},
		{"sip h.test 0 none", naptr, equal, "tls:192.0.2.13:5072 tcp:192.0.2.12:5071 udp:192.0.2.11:5070"},
		{"sip h.test 0 none", naptr, func(p *Policy) { p.Preference[rt.ProtoUDP] = -1 }, "tcp:192.0.2.12:5071 tls:192.0.2.13:5072"},
		{"sip h.test 0 none", naptr, func(p *Policy) { p.NAPTRIgnoreRFC = false }, "tls:192.0.2.13:5072 tcp:192.0.2.12:5071 udp:192.0.2.11:5070"},
		{"sip h.test 0 none", naptr, func(p *Policy) { equal(p); p.Served[rt.ProtoTLS] = false }, "tcp:192.0.2.12:5071 udp:192.0.2.11:5070"},
		{"sip h.test 0 none", srv, nil, "udp:192.0.2.11:5070"},
		{"sip h.test 0 none", srv, func(p *Policy) { p.TryNAPTR = false }, "udp:192.0.2.11:5070"},
		{"sip h.test 0 none", srv[1:], func(p *Policy) { p.TryNAPTR = false }, "udp:192.0.2.1:5060"},
		{"sip h.test 0 none", srv[1:], nil, "tcp:192.0.2.12:5071"},
		{"sip h.test 0 none", host, nil, "udp:192.0.2.1:5060"},
		{"sips h.test 0 none", naptr, nil, "tls:192.0.2.13:5072"},
		{"sips h.test 0 none", host, nil, "tls:192.0.2.1:5061"},
		// Families.
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1"}, nil, "udp:[2001:db8::1]:1"},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1"}, func(p *Policy) { p.TryIPv6 = false }, ErrNoName.Error()},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1"}, func(p *Policy) { p.No6 = true }, ErrNoName.Error()},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1", host[0]}, nil, "udp:192.0.2.1:1"},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1", host[0]}, func(p *Policy) { p.PreferIPv6 = true }, "udp:[2001:db8::1]:1"},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1", host[0]}, func(p *Policy) { p.IPv6Only = true }, "udp:[2001:db8::1]:1"},
		{"sip h.test 1 udp", []string{"h.test AAAA 2001:db8::1"}, func(p *Policy) { p.IPv4Only = true }, ErrNoName.Error()},
		// What leads nowhere.
		{"sip nobody.test 0 none", host, nil, ErrNoName.Error()},
		{"sip late.test 0 none", []string{"late.test TIMEOUT"}, nil, ErrNoAnswer.Error()},
		{"sip h.test 0 udp", []string{"_sip._udp.h.test SRV 1 1 5060 gone.test", host[0]}, nil, "udp:192.0.2.1:5060"},
		{"sip h.test 0 udp", []string{"_sip._udp.h.test SRV 0 0 0 .", host[0]}, nil, ErrNoRecord.Error()},
		{"sip h.test 1 udp", []string{"h.test A 0.0.0.0", "h.test A 224.0.0.1"}, nil, ErrNoRecord.Error()},
		{"sip no@host 0 none", nil, nil, ErrName.Error()},
		{"sip H.TEST 0 tcp", srv, nil, "tcp:192.0.2.12:5071"},
		// Order of targets.
		{"sip h.test 0 udp", []string{"_sip._udp.h.test SRV 2 9 1 a.test", "_sip._udp.h.test SRV 1 1 2 b.test", "_sip._udp.h.test SRV 1 5 3 c.test",
			"a.test A 192.0.2.21", "b.test A 192.0.2.22", "c.test A 192.0.2.23"}, nil, "udp:192.0.2.23:3 udp:192.0.2.22:2 udp:192.0.2.21:1"},
		{"sip h.test 0 udp", []string{"_sip._udp.h.test SRV 2 9 1 a.test", "_sip._udp.h.test SRV 1 1 2 b.test", "a.test A 192.0.2.21", "b.test A 192.0.2.22"},
			func(p *Policy) { p.Failover = false }, "udp:192.0.2.22:2"},
	} {
		rows++
		f := strings.Fields(c.uri)
		q := Query{Secure: f[0] == "sips", Host: []byte(f[1])}
		_, _ = fmt.Sscan(f[2], &q.Port)
		for p := rt.ProtoUDP; p <= rt.ProtoWSS; p++ {
			if p.String() == f[3] {
				q.Proto = p
			}
		}
		var out Targets
		z := newZone(c.zone...)
		got := ""
		if err := Choose(&q, testPolicy(c.policy), z, NewWork(1, 2), &out); err != nil {
			got = err.Error()
		} else {
			got = show(&out)
		}
		if got != c.want {
			t.Errorf("row %d, %s:\n got %s\nwant %s\nasked %v", i, c.uri, got, c.want, z.asked)
		}
		if c.zone == nil && len(z.asked) > 0 {
			t.Errorf("row %d asked %v", i, z.asked)
		}
	}
	if rows < 30 {
		t.Errorf("%d rows", rows)
	}
	fmt.Printf("PROOF dns-table: %d rows\n", rows)
}

// TestWeightsArePicked: of 100,000 picks each record has its share within 2 %, the
// second places too (RFC 2782).
func TestWeightsArePicked(t *testing.T) {
	const picks = 100_000
	worst := 0.0
	for _, weights := range [][]uint16{{60, 30, 10}, {1, 1}, {1, 2, 3, 4}, {65535, 65535, 1000}, {0, 0, 0}, {100, 0}} {
		w := NewWork(1, 2)
		z := newZone()
		a := &Answer{}
		a.Reset(TypeSRV)
		sum := 0.0
		for i, x := range weights {
			a.AddSRV(1, x, uint16(i+1), fmt.Sprintf("t%d.test", i))
			z.records[fmt.Sprintf("t%d.test A", i)] = func() *Answer {
				b := &Answer{}
				b.Reset(TypeA)
				b.AddAddr(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}))
				return b
			}()
			sum += float64(x)
		}
		z.records["_sip._udp.h.test SRV"] = a
		p := testPolicy(func(p *Policy) { p.SRVLB = true })
		first, second := make([]float64, len(weights)), make([]float64, len(weights))
		var out Targets
		for range picks {
			z.asked = z.asked[:0]
			if err := Choose(&Query{Host: []byte("h.test"), Proto: rt.ProtoUDP}, p, z, w, &out); err != nil || out.Len() != len(weights) {
				t.Fatal(err, out.Len())
			}
			first[out.At(0).Addr.Port()-1]++
			second[out.At(1).Addr.Port()-1]++
		}
		for i, x := range weights {
			share := float64(x) / sum
			if sum == 0 {
				share = 1 / float64(len(weights))
			}
			if share >= 0.05 {
				worst = max(worst, math.Abs(first[i]/picks-share)/share)
			}
			if math.Abs(first[i]/picks-share) > 0.02*max(share, 0.05) {
				t.Errorf("weights %v: record %d came first %.4f of the times, want %.4f", weights, i, first[i]/picks, share)
			}
			then := 0.0
			for k, y := range weights {
				if k != i && sum > float64(y) {
					then += float64(y) / sum * float64(x) / (sum - float64(y))
				}
			}
			if sum > 0 && len(weights) > 2 && math.Abs(second[i]/picks-then) > 0.02 {
				t.Errorf("weights %v: record %d came second %.4f of the times, want %.4f", weights, i, second[i]/picks, then)
			}
		}
	}
	fmt.Printf("PROOF dns-weights: %d picks of each of six sets of weights, at most %.2f %% off\n", picks, 100*worst)
}

// TestServicesAreTriedInOrder: NAPTR records by their order, then preference (RFC 3263 §4.1),
// or by ours where they say so; one that leads nowhere gives way to the next.
func TestServicesAreTriedInOrder(t *testing.T) {
	records := []string{
		"h.test NAPTR 20 1 s SIP+D2U _u.h.test", "h.test NAPTR 10 20 s SIP+D2T _t2.h.test", "h.test NAPTR 10 10 s SIP+D2T _t1.h.test", "h.test NAPTR 5 1 s SIP+D2S _gone.h.test",
		"h.test NAPTR 1 1 a SIP+D2U a.h.test", "h.test NAPTR 1 1 u E2U+sip _e.h.test",
		"_u.h.test SRV 1 1 1 g.test", "_t1.h.test SRV 1 1 2 g.test", "_t2.h.test SRV 1 1 3 g.test", "g.test A 192.0.2.1",
	}
	for _, c := range []struct {
		policy func(*Policy)
		want   string
		gone   string // left out of the records
	}{
		{func(p *Policy) { p.NAPTRIgnoreRFC = false }, "tcp:192.0.2.1:2", ""},
		{func(p *Policy) { p.NAPTRIgnoreRFC = false }, "tcp:192.0.2.1:3", "_t1.h.test SRV"},
		{nil, "udp:192.0.2.1:1", ""},
		{nil, "tcp:192.0.2.1:2", "_u.h.test SRV"},
		{func(p *Policy) {
			p.Preference = [rt.ProtoWSS + 1]int64{rt.ProtoUDP: 1, rt.ProtoTCP: 1, rt.ProtoTLS: 1, rt.ProtoSCTP: 1}
		}, "tcp:192.0.2.1:2", ""},
	} {
		z := newZone(records...)
		delete(z.records, c.gone)
		var out Targets
		p := testPolicy(c.policy)
		p.Failover = false // the first service that leads somewhere is looked for
		if err := Choose(&Query{Host: []byte("h.test")}, p, z, NewWork(1, 2), &out); err != nil || show(&out) != c.want {
			t.Errorf("without %q: %s, %v; want %s", c.gone, show(&out), err, c.want)
		}
	}
}

// TestWithoutBalancingTheOrderIsFixed: the largest weight first.
func TestWithoutBalancingTheOrderIsFixed(t *testing.T) {
	r := []srvRecord{{2, 9, 1, 0}, {1, 3, 2, 0}, {1, 7, 3, 0}, {1, 3, 4, 0}}
	orderSRV(r, false, rand.New(rand.NewPCG(1, 2)))
	if fmt.Sprint(r) != "[{1 7 3 0} {1 3 2 0} {1 3 4 0} {2 9 1 0}]" {
		t.Errorf("%v", r)
	}
}

// TestTargetsAreBounded: of 60 targets eight are looked up, of 1,500 addresses
// sixteen are taken.
func TestTargetsAreBounded(t *testing.T) {
	z := newZone()
	a := &Answer{}
	a.Reset(TypeSRV)
	for i := range 60 {
		a.AddSRV(1, 1, 5060, fmt.Sprintf("t%d.test", i))
	}
	z.records["_sip._udp.h.test SRV"] = a
	var out Targets
	if err := Choose(&Query{Host: []byte("h.test"), Proto: rt.ProtoUDP}, testPolicy(func(p *Policy) { p.No6 = true }), z, NewWork(1, 2), &out); err != ErrNoName {
		t.Errorf("got %v", err)
	}
	if n := len(z.asked); n != 1+MaxSRVTargets+1 {
		t.Errorf("%d names were looked up: %v", n, z.asked)
	}
	// Nor more where NAPTR records lead to several such services, or those of other transports
	// are tried.
	for _, naptr := range []bool{true, false} {
		z := newZone()
		for _, s := range []string{"udp", "tcp", "sctp"} {
			a := &Answer{}
			a.Reset(TypeSRV)
			for i := range 60 {
				a.AddSRV(1, 1, 5060, fmt.Sprintf("%s%d.test", s, i))
			}
			z.records["_sip._"+s+".h.test SRV"] = a
		}
		if naptr {
			z.records["h.test NAPTR"] = newZone("h.test NAPTR 1 1 s SIP+D2U _sip._udp.h.test", "h.test NAPTR 2 1 s SIP+D2T _sip._tcp.h.test", "h.test NAPTR 3 1 s SIP+D2S _sip._sctp.h.test").records["h.test NAPTR"]
		}
		err := Choose(&Query{Host: []byte("h.test")}, testPolicy(func(p *Policy) { p.No6 = true }), z, NewWork(1, 2), &out)
		targets := 0
		for _, q := range z.asked {
			if strings.HasSuffix(q, ".test A") && q != "h.test A" {
				targets++
			}
		}
		if err == nil || targets != MaxSRVTargets {
			t.Errorf("NAPTR %v: %d targets were looked up, %v", naptr, targets, err)
		}
	}
	b := &Answer{}
	b.Reset(TypeA)
	for i := range 60 {
		b.AddAddr(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
	}
	z.records["h.test A"] = b
	if err := Choose(&Query{Host: []byte("h.test"), Port: 1}, testPolicy(nil), z, NewWork(1, 2), &out); err != nil || out.Len() != MaxTargets {
		t.Errorf("%d targets, %v", out.Len(), err)
	}
}
