package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
)

// dnsTraffic asks by a name again and again for d and says how many requests were not
// answered with 200.
func dnsTraffic(s *server, p *peer, uri string, d, pause time.Duration, mark string) (sent, lost int) {
	for end := time.Now().Add(d); time.Now().Before(end); sent++ {
		p.send(s.addr, request{method: "OPTIONS", uri: uri, callID: fmt.Sprint(mark, sent), from: p}.String())
		m := p.recv(5 * time.Second)
		for strings.HasPrefix(m, "SIP/2.0 1") {
			m = p.recv(5 * time.Second)
		}
		if !strings.HasPrefix(m, "SIP/2.0 200") {
			lost++
		}
		time.Sleep(pause)
	}
	return sent, lost
}

// TestTrafficNeverMissesAHotName: records of two seconds, from a server that takes 100 ms, are
// renewed while they are good: of all requests only the first waits. Without
// dns_cache_refresh one waits each time that they are over.
func TestTrafficNeverMissesAHotName(t *testing.T) {
	t.Parallel()
	for _, refresh := range []bool{true, false} {
		names := dnstest.Start(t)
		names.Handle("hot.test", dnstest.Slow(100*time.Millisecond, "@ 2 IN A 127.0.0.1"))
		set := dns.DefaultSettings()
		set.Cache.Refresh, set.Cache.StaleMax = refresh, 0
		s, r := startNames(t, set, names, dnsScript)
		gw, p := newPeer(t), newPeer(t)
		go answerAll(gw)
		sent, lost := dnsTraffic(s, p, fmt.Sprintf("sip:stateless@hot.test:%d", gw.addr().Port), 7*time.Second, 5*time.Millisecond, "hot")
		waited, queries := s.Stats().Total["suspended"], names.Count("hot.test", "A")
		if lost != 0 || queries < 3 {
			t.Errorf("refresh %v: %d of %d lost, %d queries", refresh, lost, sent, queries)
		}
		if refresh != (waited == 1) {
			t.Errorf("refresh %v: %d of %d requests waited", refresh, waited, sent)
		}
		if refresh {
			fmt.Printf("PROOF dns-refresh: %d requests in 7 s to a name of 2 s: %d queries, %d refreshes, 0 misses behind the first request\n", sent, queries, r.Stats().Refreshes)
		}
	}
}

// TestCallsFlowWhileAllNameServersAreDead: for the time that dns_cache_stale_max says the last
// good answer is used, and the dead servers are waited for by hardly anybody; beyond it
// requests end with 500; when the servers are back, all is as before.
func TestCallsFlowWhileAllNameServersAreDead(t *testing.T) {
	t.Parallel()
	names := dnstest.Start(t)
	names.Handle("gw.test", dnstest.Fast("@ 10 IN A 127.0.0.1"))
	set := dns.DefaultSettings()
	set.Cache.StaleMax = 60_000
	set.Deadline, set.FailureTTL = 2*time.Second, time.Second
	s, r := startNames(t, set, names, dnsScript)
	gw, p := newPeer(t), newPeer(t)
	go answerAll(gw)
	uri := fmt.Sprintf("sip:stateful@gw.test:%d", gw.addr().Port)
	cache := r.Cache()
	began := cache.Now()
	if _, lost := dnsTraffic(s, p, uri, 100*time.Millisecond, time.Millisecond, "alive"); lost != 0 {
		t.Fatal("not even now")
	}
	names.SetDead(true)
	all := 0
	for at := int64(11_000); at < 69_000; at += 5000 { // a minute of the cache's time
		cache.SetNow(began + at)
		sent, lost := dnsTraffic(s, p, uri, 50*time.Millisecond, time.Millisecond, fmt.Sprint("dead", at))
		if all += sent; lost != 0 {
			t.Errorf("%d ms behind the death: %d of %d lost", at, lost, sent)
		}
	}
	if waited := s.Stats().Total["suspended"]; waited > 2 { // the very first, and the one that finds out
		t.Errorf("%d requests waited for the dead servers", waited-1)
	}
	cache.SetNow(began + 71_000)
	p.send(s.addr, request{method: "OPTIONS", uri: uri, callID: "beyond", from: p}.String())
	m := p.recv(5 * time.Second)
	for strings.HasPrefix(m, "SIP/2.0 1") {
		m = p.recv(5 * time.Second)
	}
	if !strings.HasPrefix(m, "SIP/2.0 500") {
		t.Errorf("beyond the largest age: %q", m)
	}
	names.SetDead(false)
	cache.SetNow(began + 80_000)
	if _, lost := dnsTraffic(s, p, uri, 50*time.Millisecond, time.Millisecond, "back"); lost != 0 {
		t.Errorf("the servers are back: %d lost", lost)
	}
	fmt.Printf("PROOF dns-stale: %d requests in a minute with all name servers dead: 0 lost; 500 beyond it\n", all)
}
