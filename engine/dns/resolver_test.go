package dns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/miekg/dns"

	"sipedge/engine/dns/dnstest"
)

// settings are quick ones, so that a silent server costs a test little.
func settings() Settings {
	s := DefaultSettings()
	s.Retries, s.RetryTime, s.Deadline = 1, 150*time.Millisecond, 1500*time.Millisecond
	s.StaleWait = 50 * time.Millisecond
	return s
}

func newResolver(t *testing.T, set Settings, servers ...*dnstest.Server) *Resolver {
	t.Helper()
	sys := System{NDots: 1}
	for _, s := range servers {
		sys.Servers = append(sys.Servers, s.Addr())
	}
	r := New(Config{Settings: set, System: &sys, ManualClock: true})
	t.Cleanup(r.Close)
	return r
}

func lookupA(t *testing.T, r *Resolver, name string) ([]string, error) {
	t.Helper()
	var a Answer
	err := r.Lookup(t.Context(), name, TypeA, &a)
	var list []string
	for i := range a.Len() {
		list = append(list, a.Addr(i).String())
	}
	return list, err
}

// TestEveryBehaviourEndsInTime: whatever a server does, a look-up ends within the
// deadline with the error that its caller has to know.
func TestEveryBehaviourEndsInTime(t *testing.T) {
	t.Parallel()
	const zone = "@ 300 IN A 127.0.0.1"
	for _, c := range []struct {
		b    dnstest.Behaviour
		want error
		n    int
	}{
		{dnstest.Fast(zone), nil, 1},
		{dnstest.Slow(100*time.Millisecond, zone), nil, 1},
		{dnstest.Slow(3*time.Second, zone), ErrNoAnswer, 0},
		{dnstest.Silent(), ErrNoAnswer, 0},
		{dnstest.ServFail(), ErrServers, 0},
		{dnstest.NXDomain(), ErrNoName, 0},
		{dnstest.Refused(), ErrServers, 0},
		{dnstest.Empty(), ErrNoRecord, 0},
		{dnstest.Truncated(zone), nil, 1},
		{dnstest.TCPRefused(), ErrNoAnswer, 0},
		{dnstest.CNAMEChain(8, zone), nil, 1},
		{dnstest.CNAMEChain(11, zone), ErrAliases, 0},
		{dnstest.CNAMELoop(), ErrAliases, 0},
		{dnstest.ManyA(1500), nil, MaxRecords},
		{dnstest.Corrupt(), ErrNoAnswer, 0},
		{dnstest.WrongID(), ErrNoAnswer, 0},
		{dnstest.WrongQuestion(), ErrNoAnswer, 0},
		{dnstest.WrongThenRight(), nil, 1},
		{dnstest.CompressionLoop(), ErrNoAnswer, 0},
		{dnstest.TTL(0), nil, 1},
		{dnstest.TTL(1 << 31), nil, 1},
		{dnstest.Mixed(), nil, 1},
		{dnstest.NoEDNS(zone), nil, 1},
	} {
		t.Run(c.b.Label, func(t *testing.T) {
			t.Parallel()
			s := dnstest.Start(t)
			s.Handle("name.test", c.b)
			r := newResolver(t, settings(), s)
			began := time.Now()
			list, err := lookupA(t, r, "name.test")
			if !errors.Is(err, c.want) || len(list) != c.n {
				t.Errorf("got %d addresses %v and %v, want %d and %v", len(list), list, err, c.n, c.want)
			}
			if d := time.Since(began); d > 3*time.Second {
				t.Errorf("took %v", d)
			}
			if n := s.MostOutstanding("name.test"); n > maxPerName {
				t.Errorf("%d queries were outstanding", n)
			}
		})
	}
}

// TestStepsOfAliasesAreFollowed: a server that tells one alias at a time is asked again.
func TestStepsOfAliasesAreFollowed(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	for _, c := range []struct {
		n    int
		want error
	}{{8, nil}, {12, ErrAliases}} {
		base := fmt.Sprintf("steps%d.test", c.n)
		s.Handle(base, dnstest.CNAMESteps(c.n, "@ 300 IN A 127.0.0.1"))
		s.Handle("*."+base, dnstest.CNAMESteps(c.n, "@ 300 IN A 127.0.0.1"))
		if _, err := lookupA(t, newResolver(t, settings(), s), base); !errors.Is(err, c.want) {
			t.Errorf("%d steps: %v", c.n, err)
		}
	}
}

// TestEveryTypeIsRead holds the encoding of each type of record from the wire to
// the accessors.
func TestEveryTypeIsRead(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Fast(
		"@ 60 IN A 192.0.2.1", "@ 60 IN AAAA 2001:db8::1",
		"@ 60 IN SRV 10 20 5070 Target.Example.", "@ 60 IN SRV 11 0 5071 .",
		`@ 60 IN NAPTR 50 60 "s" "SIP+D2T" "" _sip._tcp.example.`,
		"@ 60 IN PTR host.example.", `@ 60 IN TXT "one " "text"`))
	r := newResolver(t, settings(), s)
	var a Answer
	get := func(name string, typ Type) {
		t.Helper()
		for _, from := range []string{"the server", "the cache"} {
			if err := r.Lookup(t.Context(), name, typ, &a); err != nil {
				t.Fatalf("%v from %s: %v", typ, from, err)
			}
		}
		if n := s.Count(name, typ.String()); n != 1 {
			t.Errorf("%v: %d queries", typ, n)
		}
	}
	get("all.test", TypeA)
	if a.Len() != 1 || a.Addr(0) != netip.MustParseAddr("192.0.2.1") || a.TTL != 60000 {
		t.Errorf("A: %+v", a)
	}
	get("all.test", TypeAAAA)
	if a.Len() != 1 || a.Addr(0) != netip.MustParseAddr("2001:db8::1") {
		t.Errorf("AAAA: %+v", a)
	}
	get("all.test", TypeSRV)
	one, off := a.NextSRV(0)
	two, off := a.NextSRV(off)
	_, end := a.NextSRV(off)
	if fmt.Sprintf("%d %d %d %s", one.Priority, one.Weight, one.Port, one.Target) != "10 20 5070 target.example" || string(two.Target) != "." || end != -1 {
		t.Errorf("SRV: %v %v %d", one, two, end)
	}
	get("all.test", TypeNAPTR)
	n, off := a.NextNAPTR(0)
	_, end = a.NextNAPTR(off)
	if fmt.Sprintf("%d %d %s %s %s %s", n.Order, n.Preference, n.Flags, n.Service, n.Regexp, n.Replacement) != "50 60 s SIP+D2T  _sip._tcp.example" || end != -1 {
		t.Errorf("NAPTR: %v", n)
	}
	get("all.test", TypeTXT)
	if text, _ := a.NextText(0); string(text) != "one text" {
		t.Errorf("TXT: %q", text)
	}
	for _, ip := range []string{"192.0.2.7", "2001:db8::7"} {
		names, err := r.Names(t.Context(), netip.MustParseAddr(ip), nil)
		if err != nil || len(names) != 1 || names[0] != "host.example" {
			t.Errorf("PTR of %s: %v %v", ip, names, err)
		}
	}
	if s.Count("7.2.0.192.in-addr.arpa", "PTR") != 1 {
		t.Error("the reverse name of 192.0.2.7 was not asked for")
	}
}

// TestOneNameIsAskedForOnce: a hundred callers cost one query, which is all that a
// slow server sees.
func TestOneNameIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("busy.test", dnstest.Slow(100*time.Millisecond, "@ 60 IN A 127.0.0.1"))
	r := newResolver(t, settings(), s)
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			var a Answer
			if err := r.Lookup(context.Background(), "Busy.TEST", TypeA, &a); err != nil || a.Len() != 1 {
				t.Errorf("%v, %d records", err, a.Len())
			}
		})
	}
	wg.Wait()
	if n := s.Count("busy.test", ""); n != 1 {
		t.Errorf("%d queries", n)
	}
	if st := r.Stats(); st.Lookups != 1 || st.Waiting != 0 {
		t.Errorf("%+v", st)
	}
}

// TestQueriesForOneNameAreFew: five types of one name are asked for two at a time.
func TestQueriesForOneNameAreFew(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("many.test", dnstest.Slow(50*time.Millisecond, "@ 60 IN A 127.0.0.1"))
	r := newResolver(t, settings(), s)
	var wg sync.WaitGroup
	for _, typ := range []Type{TypeA, TypeAAAA, TypeSRV, TypeNAPTR, TypeTXT} {
		wg.Go(func() {
			var a Answer
			_ = r.Lookup(context.Background(), "many.test", typ, &a)
		})
	}
	wg.Wait()
	if n := s.MostOutstanding("many.test"); n != maxPerName || s.Count("many.test", "") != 5 {
		t.Errorf("%d outstanding of %d", n, s.Count("many.test", ""))
	}
}

// TestQueriesForOneAliasAreFew: names without number that are aliases of one name do not
// make sipedge ask for that one as often.
func TestQueriesForOneAliasAreFew(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*.many.test", dnstest.Fast("@ 60 IN CNAME victim.test."))
	s.Handle("victim.test", dnstest.Silent())
	set := settings()
	r := newResolver(t, set, s)
	var now, most atomic.Int32
	r.exchange = func(ctx context.Context, s *serverState, q question) (*wire.Msg, error) {
		if q.name == "victim.test" {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
		}
		return ask(ctx, s, q)
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := lookupA(t, r, fmt.Sprintf("n%d.many.test", i)); !errors.Is(err, ErrNoAnswer) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if n := most.Load(); n == 0 || n > maxPerName {
		t.Errorf("%d queries were outstanding", n)
	}
}

// TestLookupsAreBounded: when as many wait as may, the next is refused at once.
func TestLookupsAreBounded(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	r := New(Config{Settings: settings(), System: &System{Servers: []netip.AddrPort{s.Addr()}}, Lookups: 3})
	defer r.Close()
	for i := range 3 {
		if _, err := r.begin(fmt.Sprintf("n%d.test", i), TypeA); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := lookupA(t, r, "n3.test"); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := r.begin("n1.test", TypeA); err != nil {
		t.Errorf("joining one that waits: %v", err)
	}
}

// TestIDsAndPortsAreRandom: consecutive queries share neither (RFC 5452 §9).
func TestIDsAndPortsAreRandom(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Fast("@ 60 IN A 127.0.0.1"))
	r := newResolver(t, settings(), s)
	ids, ports := map[uint16]bool{}, map[uint16]bool{}
	near := 0
	last := uint16(0)
	for i := range 64 {
		_, _ = lookupA(t, r, fmt.Sprintf("n%d.test", i))
	}
	for _, q := range s.Queries("") {
		ids[q.ID], ports[q.From.Port()] = true, true
		if q.ID-last < 16 {
			near++
		}
		last = q.ID
		if !q.EDNS {
			t.Errorf("a query for %s without EDNS0", q.Name)
		}
	}
	if len(ids) < 62 || len(ports) < 50 || near > 5 {
		t.Errorf("%d ids, %d ports, %d ids close to the one before", len(ids), len(ports), near)
	}
}

// TestNextServerIsAsked: a server that fails or is silent costs its time-out once;
// after that it is asked last.
func TestNextServerIsAsked(t *testing.T) {
	t.Parallel()
	for _, b := range []dnstest.Behaviour{dnstest.Silent(), dnstest.ServFail(), dnstest.Refused()} {
		bad, good := dnstest.Start(t), dnstest.Start(t)
		bad.Handle("*", b)
		good.Handle("*", dnstest.Fast("@ 60 IN A 127.0.0.1"))
		r := newResolver(t, settings(), bad, good)
		for i := range 5 {
			if _, err := lookupA(t, r, fmt.Sprintf("n%d.test", i)); err != nil {
				t.Errorf("%s: %v", b.Label, err)
			}
		}
		if n := bad.Count("", ""); b.Silent && n != 1 {
			t.Errorf("%s: asked %d times", b.Label, n)
		}
		one := settings()
		one.Servers = 1
		if _, err := lookupA(t, newResolver(t, one, bad, good), "n.test"); err == nil {
			t.Errorf("%s: dns_servers_no 1, and the second was asked", b.Label)
		}
	}
}

// TestRetries: dns_retr_no and dns_retr_time decide how often and for how long a
// silent server is asked.
func TestRetries(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	for retries := range 3 {
		set := settings()
		set.Retries, set.RetryTime = retries, 60*time.Millisecond
		name := fmt.Sprintf("r%d.test", retries)
		began := time.Now()
		_, err := lookupA(t, newResolver(t, set, s), name)
		d := time.Since(began)
		if want := retries + 1; s.Count(name, "") != want || !errors.Is(err, ErrNoAnswer) || d < time.Duration(want)*60*time.Millisecond {
			t.Errorf("%d retries: %d queries in %v, %v", retries, s.Count(name, ""), d, err)
		}
	}
}

// TestSearchList holds the order of resolv.conf(5), and the parameters about it.
func TestSearchList(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("short.two.test", dnstest.Fast("@ 60 IN A 127.0.0.2"))
	s.Handle("a.b.two.test", dnstest.Fast("@ 60 IN A 127.0.0.3"))
	s.Handle("moved.one.test", dnstest.OtherDomain("elsewhere.test", "127.0.0.4"))
	sys := System{Servers: []netip.AddrPort{s.Addr()}, Search: []string{"one.test", "two.test"}, NDots: 1}
	run := func(change func(*Settings), name string) ([]string, []string, error) {
		set := settings()
		change(&set)
		r := New(Config{Settings: set, System: &sys})
		defer r.Close()
		before := len(s.Queries(""))
		list, err := lookupA(t, r, name)
		var asked []string
		for _, q := range s.Queries("")[before:] {
			asked = append(asked, q.Name)
		}
		return list, asked, err
	}
	for _, c := range []struct {
		what   string
		change func(*Settings)
		name   string
		asked  []string
		found  []string
	}{
		{"a short name", func(*Settings) {}, "short", []string{"short.one.test", "short.two.test"}, []string{"127.0.0.2"}},
		{"a long name", func(*Settings) {}, "a.b", []string{"a.b", "a.b.one.test", "a.b.two.test"}, []string{"127.0.0.3"}},
		{"an absolute name", func(*Settings) {}, "a.b.", []string{"a.b"}, nil},
		{"no search list", func(s *Settings) { s.UseSearchList = false }, "short", []string{"short"}, nil},
		{"full match", func(*Settings) {}, "moved", []string{"moved.one.test", "moved.two.test", "moved"}, nil},
		{"no full match", func(s *Settings) { s.SearchFullMatch = false }, "moved", []string{"moved.one.test"}, []string{"127.0.0.4"}},
	} {
		found, asked, _ := run(c.change, c.name)
		if fmt.Sprint(asked) != fmt.Sprint(c.asked) || fmt.Sprint(found) != fmt.Sprint(c.found) {
			t.Errorf("%s: asked %v, found %v", c.what, asked, found)
		}
	}
}

// TestFailureOfANameIsNotDenial: where the servers of a name fail, "no such name" of a search
// domain says nothing of it, and its last good answer stays.
func TestFailureOfANameIsNotDenial(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, asks string
		search     map[string]dnstest.Behaviour
		want       error
	}{
		{"gw.peer.test", "gw.peer.test", nil, ErrServers},
		{"gw", "gw.one.test", nil, ErrServers},
		{"none.peer.test", "else.test", map[string]dnstest.Behaviour{"*.one.test": dnstest.ServFail()}, ErrNoName},
		{"here.peer.test", "here.peer.test", map[string]dnstest.Behaviour{"here.peer.test": dnstest.Empty(), "*.one.test": dnstest.ServFail()}, ErrNoRecord},
	} {
		s := dnstest.Start(t)
		s.Handle("*", dnstest.NXDomain())
		s.Handle(c.asks, dnstest.ServFail())
		for n, b := range c.search {
			s.Handle(n, b)
		}
		r := New(Config{Settings: settings(), ManualClock: true, System: &System{Servers: []netip.AddrPort{s.Addr()}, Search: []string{"one.test"}, NDots: 1}})
		t.Cleanup(r.Close)
		if _, err := lookupA(t, r, c.name); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	s := dnstest.Start(t)
	s.Handle("*", dnstest.NXDomain())
	s.Handle("gw.peer.test", dnstest.Fast("@ 2 IN A 192.0.2.1"))
	r := New(Config{Settings: settings(), ManualClock: true, System: &System{Servers: []netip.AddrPort{s.Addr()}, Search: []string{"one.test"}, NDots: 1}})
	t.Cleanup(r.Close)
	if _, err := lookupA(t, r, "gw.peer.test"); err != nil {
		t.Fatal(err)
	}
	s.Handle("gw.peer.test", dnstest.ServFail())
	r.Cache().SetNow(5000)
	if list, err := lookupA(t, r, "gw.peer.test"); err != nil || fmt.Sprint(list) != "[192.0.2.1]" {
		t.Errorf("while its servers fail: %v %v", list, err)
	}
}

// TestSickServerIsTriedByOne: when a silent server's time at the end of the list is over, one
// look-up waits for it, not all.
func TestSickServerIsTriedByOne(t *testing.T) {
	v := newServers(System{Servers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:53"), netip.MustParseAddrPort("192.0.2.2:53")}})
	first := func(now int64) byte { return v.order(0, now)[0].addr.Addr().As4()[3] }
	v.state[0].sick.Store(100)
	for i, c := range []struct {
		now  int64
		want byte
	}{{99, 2}, {100, 1}, {100, 2}, {101, 2}, {100 + int64(sickTime), 1}, {101 + int64(sickTime), 2}} {
		if got := first(c.now); got != c.want {
			t.Errorf("step %d: server %d is asked first, want %d", i, got, c.want)
		}
	}
	v.state[0].sick.Store(0)
	for range 2 {
		if first(1) != 1 {
			t.Error("a server that answers is not asked as listed")
		}
	}
}

// TestOtherNamesAreNotBelieved: what a server says unasked is not kept.
func TestOtherNamesAreNotBelieved(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	s.Handle("evil.test", dnstest.Poison("bank.test", "127.6.6.6"))
	r := newResolver(t, settings(), s)
	if list, err := lookupA(t, r, "evil.test"); err != nil || fmt.Sprint(list) != "[127.0.0.7]" {
		t.Errorf("%v %v", list, err)
	}
	if list, err := lookupA(t, r, "bank.test"); err == nil {
		t.Errorf("bank.test is at %v", list)
	}
}

// TestResolvConfIsReadAgain when it changes.
func TestResolvConfIsReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resolv.conf")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("nameserver 192.0.2.1\nsearch a.test. b.test\noptions ndots:2 timeout:3 attempts:4\n")
	f := &systemFile{path: path}
	v := f.get()
	if v.Servers[0] != netip.MustParseAddrPort("192.0.2.1:53") || fmt.Sprint(v.Search) != "[a.test b.test]" || v.NDots != 2 || v.Timeout != 3*time.Second || v.Attempts != 4 {
		t.Errorf("%+v", v.System)
	}
	write("nameserver 2001:db8::1\nnameserver 192.0.2.2\n")
	if f.get() != v {
		t.Error("the file was read again at once")
	}
	f.looked = f.looked.Add(-rereadEvery)
	if v = f.get(); len(v.Servers) != 2 || v.Servers[0].Addr() != netip.MustParseAddr("2001:db8::1") {
		t.Errorf("%+v", v.System)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f.looked = f.looked.Add(-rereadEvery)
	if f.get() != v {
		t.Error("a file that is gone changed the list")
	}
	if g := (&systemFile{path: path}).get(); len(g.Servers) != 1 || g.Servers[0] != netip.MustParseAddrPort("127.0.0.1:53") {
		t.Errorf("without a file: %+v", g.System)
	}
}

// TestServersOnOtherPorts: OpenBSD's form; other nonsense is passed over.
func TestServersOnOtherPorts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resolv.conf")
	text := "nameserver [127.0.0.1]:5353\nnameserver [2001:db8::1]:54\nnameserver [x]:1\nnameserver []:\nnameserver 192.0.2.1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSystem(path)
	if err != nil || fmt.Sprint(s.Servers) != "[127.0.0.1:5353 [2001:db8::1]:54 192.0.2.1:53]" {
		t.Errorf("%v, %v", s, err)
	}
}

// TestCloseEndsWhatWaits at once, and leaves no goroutine.
func TestCloseEndsWhatWaits(t *testing.T) {
	s := dnstest.Start(t)
	s.Handle("*", dnstest.Silent())
	set := settings()
	set.RetryTime, set.Deadline = time.Minute, time.Minute
	before := runtime.NumGoroutine()
	r := New(Config{Settings: set, System: &System{Servers: []netip.AddrPort{s.Addr()}}})
	got := make(chan error, 2)
	go func() { _, err := lookupA(t, r, "a.test"); got <- err }()
	for s.Count("", "") == 0 {
		runtime.Gosched()
	}
	if err := r.Resolve(&Query{Host: []byte("b.test")}, testPolicy(nil), func(_ *Targets, err error) { got <- err }); err != nil {
		t.Fatal(err)
	}
	r.Close()
	for range 2 {
		if err := <-got; !NoAnswer(err) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := lookupA(t, r, "c.test"); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	for wait := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+4; {
		if time.Now().After(wait) {
			t.Fatalf("%d goroutines, before %d", runtime.NumGoroutine(), before)
		}
		runtime.Gosched()
	}
}

// TestSystemResolver: with use_dns_cache off the hosts file counts and nothing is kept.
func TestSystemResolver(t *testing.T) {
	t.Parallel()
	s := dnstest.Start(t)
	set := settings()
	set.UseCache = false
	r := newResolver(t, set, s)
	list, err := lookupA(t, r, "localhost")
	if err != nil || len(list) == 0 || list[0] != "127.0.0.1" {
		t.Errorf("localhost: %v %v", list, err)
	}
	if r.Cache().MemInfo().Entries != 0 || s.Count("", "") != 0 {
		t.Error("the servers were asked or the cache was used")
	}
	set.UseCache = true
	r.Configure(set) // switched at run time
	if _, err := lookupA(t, r, "localhost"); !errors.Is(err, ErrNoName) || s.Count("localhost", "A") != 1 {
		t.Errorf("with the cache the hosts file was used: %v", err)
	}
}
