package e2e

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
)

// startNames is start with name servers of the test.
func startNames(t testing.TB, set dns.Settings, names *dnstest.Server, script string) (*server, *dns.Resolver) {
	t.Helper()
	r := dns.New(dns.Config{Settings: set, System: &dns.System{Servers: []netip.AddrPort{names.Addr()}, NDots: 1}})
	opts := options()
	opts.Names = r
	s, diags := core.New("test.cfg", []byte("listen=udp:127.0.0.1:0\n"+script), opts)
	if s == nil {
		t.Fatalf("the script was refused:\n%s", diags)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		r.Close()
	})
	a := s.Snapshot().Sockets()[0].Addr
	return &server{Server: s, addr: net.UDPAddrFromAddrPort(a), logs: &logSink{wake: make(chan struct{}, 1)}}, r
}

const dnsScript = `
loadmodule "sl"
loadmodule "tm"
children=2
route {
	if ($rU == "local") { sl_send_reply("200", "OK"); exit; }
	if ($rU == "stateless") { if (!forward()) sl_reply_error(); exit; }
	if (!t_relay()) sl_reply_error();
}`

// TestBadNamesHoldUpNobodyElse: every behaviour at once, statefully and statelessly,
// beside requests that need no name. These are answered, all of them, without waiting; each
// bad name's requests get their final answer within ten seconds, and its server sees at most
// two queries for one name at a time.
func TestBadNamesHoldUpNobodyElse(t *testing.T) {
	t.Parallel()
	names := dnstest.Start(t)
	gw := newPeer(t)
	go answerAll(gw)
	all := dnstest.Zoo()
	for _, b := range all {
		names.HandleNamed(b, "test")
	}
	set := dns.DefaultSettings()
	s, r := startNames(t, set, names, dnsScript)

	stop := make(chan struct{})
	var wg sync.WaitGroup
	var sent, answered, slow atomic.Int64
	wg.Go(func() { // the others
		p := newPeer(t)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			began := time.Now()
			sent.Add(1)
			p.send(s.addr, request{method: "OPTIONS", uri: "sip:local@127.0.0.1", callID: fmt.Sprint("other", i), from: p}.String())
			if m := p.recv(2 * time.Second); strings.HasPrefix(m, "SIP/2.0 200") {
				answered.Add(1)
			}
			if time.Since(began) > lateAnswer {
				slow.Add(1)
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	port := gw.addr().Port
	var asks sync.WaitGroup
	for _, b := range all {
		n := b.Label
		for _, user := range []string{"stateless", "stateful"} {
			asks.Go(func() {
				p := newPeer(t)
				uri := fmt.Sprintf("sip:%s@%s.test:%d", user, n, port)
				if b.Fresh {
					uri = fmt.Sprintf("sip:%s@%s.%s.test:%d", user, user, n, port)
				}
				if b.SRV { // a port would mean address records only
					uri = fmt.Sprintf("sip:%s@%s.test", user, n)
				}
				began := time.Now()
				for i := range 5 {
					p.send(s.addr, request{method: "OPTIONS", uri: uri, callID: fmt.Sprint(n, user, i), from: p}.String())
				}
				for range 5 {
					m := p.recv(11 * time.Second)
					for strings.HasPrefix(m, "SIP/2.0 1") {
						m = p.recv(11 * time.Second)
					}
					if !strings.HasPrefix(m, fmt.Sprint("SIP/2.0 ", b.Status)) {
						line, _, _ := strings.Cut(m, "\r\n")
						t.Errorf("%s to %s: %q after %v, want %d", user, uri, line, time.Since(began), b.Status)
						return
					}
				}
				if d := time.Since(began); d > 10*time.Second {
					t.Errorf("%s to %s took %v", user, uri, d)
				}
			})
		}
	}
	asks.Wait()
	close(stop)
	wg.Wait()
	if n := sent.Load() - answered.Load(); n != 0 {
		t.Errorf("%d of %d other requests were not answered", n, sent.Load())
	}
	if slow.Load() > sent.Load()/100 {
		t.Errorf("%d of %d other requests took more than %v", slow.Load(), sent.Load(), lateAnswer)
	}
	targets := map[string]bool{}
	for _, q := range names.Queries("") {
		if n := names.MostOutstanding(q.Name); n > 2 {
			t.Errorf("%d queries for %s were outstanding", n, q.Name)
		}
		if strings.HasSuffix(q.Name, "."+dnstest.DeadTargets) {
			targets[q.Name] = true
		}
	}
	if len(targets) > 8*2 { // two destinations: with and without a transaction they are the same, looked up at most twice
		t.Errorf("%d SRV targets were looked up", len(targets))
	}
	t.Logf("%d other requests; %+v", sent.Load(), r.Stats())
}

// lateAnswer is far beyond what other tests on the same CPUs cost an answer, and far
// below what waiting for a name server would.
const lateAnswer = 250 * time.Millisecond

// answerAll is a peer that answers every request with 200.
func answerAll(p *peer) {
	for {
		n, from, err := p.ReadFromUDP(p.buf[:])
		if err != nil {
			return
		}
		_, _ = p.WriteToUDP([]byte(answerOK(string(p.buf[:n]))), from)
	}
}

// answerOK makes a 200 of a request.
func answerOK(req string) string {
	head, _, _ := strings.Cut(req, "\r\n\r\n")
	lines := []string{"SIP/2.0 200 OK"}
	for _, l := range strings.Split(head, "\r\n")[1:] {
		for _, h := range []string{"Via:", "From:", "To:", "Call-ID:", "CSeq:"} {
			if strings.HasPrefix(l, h) {
				lines = append(lines, l)
			}
		}
	}
	return strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n"
}

// TestRetransmissionsAreAbsorbedWhileANameIsAskedFor: five copies of an INVITE to a
// slow name are one INVITE behind us.
func TestRetransmissionsAreAbsorbedWhileANameIsAskedFor(t *testing.T) {
	t.Parallel()
	names := dnstest.Start(t)
	names.Handle("slow.test", dnstest.Slow(400*time.Millisecond, "@ 300 IN A 127.0.0.1"))
	s, _ := startNames(t, dns.DefaultSettings(), names, dnsScript)
	a, b := newPeer(t), newPeer(t)
	m := request{method: "INVITE", uri: fmt.Sprintf("sip:bob@slow.test:%d", b.addr().Port), from: a}.String()
	for range 5 {
		a.send(s.addr, m)
	}
	got := b.want("INVITE sip:bob@slow.test")
	b.send(s.addr, answerOK(got))
	a.want("SIP/2.0 100")
	a.want("SIP/2.0 200")
	if m := b.recv(300 * time.Millisecond); m != "" {
		t.Errorf("another one arrived: %q", m)
	}
}
