package dns

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/dns/dnstest"
)

// run runs a command line; \_ stands for a space within an argument, ” for an empty one.
func run(t *testing.T, r *Resolver, line string) (Reply, error) {
	t.Helper()
	words := strings.Fields(line)
	for i := range words {
		if words[i] = strings.ReplaceAll(words[i], `\_`, " "); words[i] == "''" {
			words[i] = ""
		}
	}
	return r.Run(t.Context(), words[0], words[1:]...)
}

// text is a reply on one line.
func (r Reply) text() string {
	var all []string
	for _, s := range r {
		all = append(all, s.text())
	}
	return strings.Join(all, " ")
}

func (s Struct) text() string {
	var fields []string
	for _, f := range s {
		if f.Name == "size_bytes" || f.Name == "last_used" {
			continue
		}
		v := fmt.Sprint(f.Value)
		if r, ok := f.Value.(Reply); ok {
			v = r.text()
		}
		fields = append(fields, strings.TrimPrefix(f.Name+"="+v, "="))
	}
	return "{" + strings.Join(fields, " ") + "}"
}

// TestCommands runs each command and looks at what it answers and at what the cache then has.
func TestCommands(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("asked.test", dnstest.Fast("@ 60 IN A 192.0.2.9"))
	r := newResolver(t, settings(), s)
	used := map[string]bool{}
	for _, c := range []struct{ line, want string }{
		{"dns.get_server_state", "{1}"},
		{"dns.add_a gw.test 100 192.0.2.1 0", "{status=ok}"},
		{"dns.add_a gw.test 100 192.0.2.2", "{status=ok}"},
		{"dns.lookup A GW.test", "{name=gw.test type=A permanent=no expires=100 negative_entry=no stale=no records={rr_idx=0 rr_ip=192.0.2.1 rr_permanent=no rr_expires=100} {rr_idx=1 rr_ip=192.0.2.2 rr_permanent=no rr_expires=100}}"},
		{"dns.add_aaaa gw.test 0 2001:db8::1 2", "{status=ok}"},
		{"dns.lookup aaaa gw.test", "{name=gw.test type=AAAA permanent=yes expires=0 negative_entry=no stale=no records={rr_idx=0 rr_ip=2001:db8::1 rr_permanent=yes rr_expires=0}}"},
		{"dns.add_srv _sip._udp.gw.test 100 1 2 5070 gw.test 0", "{status=ok}"},
		{"dns.lookup SRV _sip._udp.gw.test", "{name=_sip._udp.gw.test type=SRV permanent=no expires=100 negative_entry=no stale=no records={rr_idx=0 rr_name=gw.test rr_port=5070 rr_priority=1 rr_weight=2 rr_permanent=no rr_expires=100}}"},
		{"dns.add_naptr gw.test 100 10 20 s SIP+D2U '' _sip._udp.gw.test 2", "{status=ok}"},
		{"dns.lookup NAPTR gw.test", "{name=gw.test type=NAPTR permanent=yes expires=0 negative_entry=no stale=no records={rr_idx=0 rr_order=10 rr_preference=20 rr_flags=s rr_service=SIP+D2U rr_regexp= rr_replacement=_sip._udp.gw.test rr_permanent=yes rr_expires=0}}"},
		{`dns.add_txt gw.test 100 one\_text 0`, "{status=ok}"},
		{"dns.lookup TXT gw.test", "{name=gw.test type=TXT permanent=no expires=100 negative_entry=no stale=no records={rr_idx=0 rr_name=one text rr_permanent=no rr_expires=100}}"},
		{"dns.add_cname al.test 100 gw.test 0", "{status=ok}"},
		{"dns.lookup CNAME al.test", "{name=al.test type=CNAME permanent=no expires=100 negative_entry=no stale=no records={rr_idx=0 rr_name=gw.test rr_permanent=no rr_expires=100}}"},
		{"dns.add_ptr 1.2.0.192.in-addr.arpa 100 gw.test 0", "{status=ok}"},
		{"dns.lookup PTR 1.2.0.192.in-addr.arpa", "{name=1.2.0.192.in-addr.arpa type=PTR permanent=no expires=100 negative_entry=no stale=no records={rr_idx=0 rr_name=gw.test rr_permanent=no rr_expires=100}}"},
		{"dns.add_a none.test 100 192.0.2.1 1", "{status=ok}"},
		{"dns.lookup A none.test", ErrNotFound.Error()},
		{"dns.lookup A asked.test", "{name=asked.test type=A permanent=no expires=60 negative_entry=no stale=no records={rr_idx=0 rr_ip=192.0.2.9 rr_permanent=no rr_expires=60}}"},
		{"dns.lookup A nobody.test", ErrNotFound.Error()},
		{"dns.lookup EBL gw.test", ErrUsage.Error()},
		{"dns.delete_a gw.test", "{status=ok}"},
		{"dns.delete_a gw.test", ErrNotFound.Error()},
		{"dns.delete_srv _sip._udp.gw.test", "{status=ok}"},
		{"dns.delete_naptr gw.test", "{status=ok}"},
		{"dns.delete_txt gw.test", "{status=ok}"},
		{"dns.delete_cname al.test", "{status=ok}"},
		{"dns.delete_ptr 1.2.0.192.in-addr.arpa", "{status=ok}"},
		{"dns.delete_all", "{status=ok}"},
		{"dns.view", "{name=gw.test type=AAAA permanent=yes expires=0 negative_entry=no stale=no records={rr_idx=0 rr_ip=2001:db8::1 rr_permanent=yes rr_expires=0}}"},
		{"dns.debug_all", "{name=gw.test type=AAAA permanent=yes expires=0 negative_entry=no stale=no records={rr_idx=0 rr_ip=2001:db8::1 rr_permanent=yes rr_expires=0}}"},
		{"dns.debug", "{name=gw.test type=AAAA permanent=yes expires=0 negative_entry=no stale=no}"},
		{"dns.delete_aaaa gw.test", "{status=ok}"},
		{"dns.add_a gw.test 0 192.0.2.1 2", "{status=ok}"},
		{"dns.delete_all_force", "{status=ok}"},
		{"dns.view", ""},
		{"dns.set_server_state 0", "{status=ok}"},
		{"dns.get_server_state", "{0}"},
		{"dns.set_server_state 1", "{status=ok}"},
		// What is refused.
		{"dns.add_a gw.test 100", ErrUsage.Error()},
		{"dns.add_a gw.test x 192.0.2.1 0", ErrUsage.Error()},
		{"dns.add_a gw.test -1 192.0.2.1 0", ErrUsage.Error()},
		{"dns.add_a gw.test 100 192.0.2.1 4", ErrUsage.Error()},
		{"dns.add_a gw.test 100 192.0.2.1 0 0", ErrUsage.Error()},
		{"dns.add_a gw.test 100 192.0.2 0", "not valid"},
		{"dns.add_a gw.test 100 2001:db8::1 0", "not valid"},
		{"dns.add_aaaa gw.test 100 192.0.2.1 0", "not valid"},
		{"dns.add_srv gw.test 100 1 2 70000 gw.test 0", ErrUsage.Error()},
		{"dns.add_a bad\\_name 100 192.0.2.1 0", ErrName.Error()},
		{"dns.set_server_state 2", ErrUsage.Error()},
		{"dns.nothing", ErrNoSuch.Error()},
	} {
		used[strings.Fields(c.line)[0]] = true
		got, err := run(t, r, c.line)
		if text := got.text(); err == nil && text != c.want || err != nil && !strings.Contains(err.Error(), c.want) || err != nil && strings.HasPrefix(c.want, "{") {
			t.Errorf("%s: %s, %v\nwant %s", c.line, text, err, c.want)
		}
	}
	got, err := run(t, r, "dns.mem_info")
	m := r.Cache().MemInfo()
	if err != nil || !strings.HasPrefix(got.text(), fmt.Sprintf("{used=%d limit=%d entries=0 ", m.Used, m.Limit)) {
		t.Errorf("mem_info: %s, %v", got.text(), err)
	}
	used["dns.mem_info"] = true
	for _, c := range Commands() {
		if !used[c.Name] || c.Doc == "" || !strings.HasPrefix(c.Usage(), c.Name) {
			t.Errorf("%s: nothing runs it, or no text describes it", c.Name)
		}
	}
	off := settings()
	off.UseCache = false
	r.Configure(off)
	if _, err := run(t, r, "dns.view"); !errors.Is(err, ErrOff) {
		t.Errorf("without a cache: %v", err)
	}
}

// TestAPermanentEntrySurvives everything but being deleted by name or by force.
func TestAPermanentEntrySurvives(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("gw.test", dnstest.Fast("@ 60 IN A 192.0.2.66"))
	set := settings()
	set.Cache.DelNonexp = true
	r := newResolver(t, set, s)
	must := func(line string) {
		t.Helper()
		if _, err := run(t, r, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	must("dns.add_a gw.test 1 192.0.2.1 2")
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"its time", func() { r.Cache().SetNow(1 << 40) }},
		{"a clean-up", func() { r.Cache().Collect() }},
		{"dns.delete_all", func() { must("dns.delete_all") }},
		{"a full cache", func() {
			for i := range 20_000 {
				r.Cache().Put(fmt.Appendf(nil, "n%d.test", i), answerA("192.0.2.2"), 1_000_000)
			}
		}},
		{"a smaller cache", func() { set.Cache.Limit = 64 << 10; r.Configure(set) }},
		{"a larger cache", func() { set.Cache.Limit = 1 << 20; r.Configure(set) }},
		{"a server's answer", func() { var a Answer; r.renew("gw.test", TypeA, &a) }},
		{"the switch off and on of the cache", func() {
			set.UseCache = false
			r.Configure(set)
			set.UseCache = true
			r.Configure(set)
		}},
		{"servers that are not asked", func() { must("dns.set_server_state 0") }},
	} {
		step.do()
		if list, err := lookupA(t, r, "gw.test"); err != nil || !slices.Equal(list, []string{"192.0.2.1"}) {
			t.Fatalf("after %s: %v, %v", step.what, list, err)
		}
	}
	must("dns.delete_a gw.test")
	must("dns.set_server_state 1")
	if list, err := lookupA(t, r, "gw.test"); err != nil || !slices.Equal(list, []string{"192.0.2.66"}) {
		t.Errorf("after it was deleted: %v, %v", list, err)
	}
}

// TestServersThatAreNotAsked: dns.set_server_state 0 sends no query; what is known is used beyond
// its time, what is not known fails at once, and nothing of that is remembered.
func TestServersThatAreNotAsked(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Fast("@ 10 IN A 192.0.2.1"))
	r := newResolver(t, settings(), s)
	if _, err := lookupA(t, r, "known.test"); err != nil {
		t.Fatal(err)
	}
	r.SetServersUp(false)
	r.Cache().SetNow(20_000)
	for range 3 {
		if list, err := lookupA(t, r, "known.test"); err != nil || len(list) != 1 {
			t.Errorf("known: %v, %v", list, err)
		}
		if _, err := lookupA(t, r, "new.test"); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("new: %v", err)
		}
	}
	if n := s.Count("", ""); n != 1 {
		t.Errorf("%d queries", n)
	}
	r.SetServersUp(true)
	if list, err := lookupA(t, r, "new.test"); err != nil || len(list) != 1 {
		t.Errorf("afterwards: %v, %v", list, err)
	}
}

// TestBytesOfEntriesAreReal: what dns.view says of all entries is what their memory is, but
// for the table and what pages have free.
func TestBytesOfEntriesAreReal(t *testing.T) {
	k := newCache(func(c *CacheConfig) { c.Limit = 4 << 20 })
	for i := range 5000 {
		a := &Answer{}
		a.Reset(TypeTXT)
		a.AddText(strings.Repeat("x", i%300))
		k.Put(fmt.Appendf(nil, "name%d.test", i), a, int64(time.Hour/time.Millisecond))
	}
	sum := 0
	k.View(func(e *Entry) bool { sum += e.Bytes; return true })
	if used := k.MemInfo().Used; sum > used || sum < used*3/4 {
		t.Errorf("entries of %d bytes in %d", sum, used)
	}
	if e, ok := k.Entry("name7.test", TypeTXT); !ok || e.Bytes != entrySize+blockSize {
		t.Errorf("%+v", e)
	}
}
