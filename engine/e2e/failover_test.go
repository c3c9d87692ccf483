package e2e

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sipedge/engine/blacklist"
	"sipedge/engine/dns"
	"sipedge/engine/dns/dnstest"
	"sipedge/script/rt"
)

// deadPorts are a UDP and a TCP port where nobody is.
func deadPorts(t testing.TB) (udp, tcp int) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, tcp = c.LocalAddr().(*net.UDPAddr).Port, l.Addr().(*net.TCPAddr).Port
	c.Close()
	l.Close()
	return udp, tcp
}

// TestNextHopsThatAreNotThereAreToldAtOnce: a closed UDP port by its ICMP error within a second, a
// refused TCP connection within a tenth of one (the median, beside other tests on the same CPUs);
// nobody else's call ends.
func TestNextHopsThatAreNotThereAreToldAtOnce(t *testing.T) {
	udp, tcp := deadPorts(t)
	gw := newPeer(t)
	s, _ := startBoth(t, fmt.Sprintf(`loadmodule "tm"
children=2
route {
	if ($rU == "udp") { if (!t_relay_to_udp("127.0.0.1", "%d")) sl_reply_error(); exit; }
	if ($rU == "tcp") { if (!t_relay_to_tcp("127.0.0.1", "%d")) sl_reply_error(); exit; }
	if (!t_relay_to_udp("127.0.0.1", "%d")) sl_reply_error();
}`, udp, tcp, gw.addr().Port))
	p := newPeer(t)
	other := newPeer(t)
	other.send(s.addr, request{method: "INVITE", uri: "sip:other@example.net", callID: "other", from: other}.String())
	other.want("SIP/2.0 100 ")
	held := gw.want("INVITE")
	took := map[string][]time.Duration{}
	for i := range 20 {
		for _, user := range []string{"udp", "tcp"} {
			for _, method := range []string{"INVITE", "MESSAGE"} {
				began := time.Now()
				p.send(s.addr, request{method: method, uri: "sip:" + user + "@example.net", callID: fmt.Sprint(user, method, i), from: p}.String())
				got := p.recv(5 * time.Second)
				for strings.HasPrefix(got, "SIP/2.0 1") {
					got = p.recv(5 * time.Second)
				}
				took[user] = append(took[user], time.Since(began))
				if code := got[len("SIP/2.0 "):min(len(got), 11)]; code != "500" && !(user == "tcp" && code == "477") {
					t.Errorf("%s over %s ended with %q", method, user, got)
				}
				if method == "INVITE" {
					p.send(s.addr, request{method: "ACK", uri: "sip:" + user + "@example.net", callID: fmt.Sprint(user, method, i), from: p}.String())
				}
			}
		}
	}
	for user, limit := range map[string]time.Duration{"udp": time.Second, "tcp": 100 * time.Millisecond} {
		slices.Sort(took[user])
		half, last := took[user][len(took[user])/2], took[user][len(took[user])-1]
		if half > limit || last > time.Second {
			t.Errorf("over %s: median %v, at most %v", user, half, last)
		}
		fmt.Printf("PROOF dead-%s: final answer of a next hop that is not there: median %v, at most %v of %d\n", user, half.Round(10*time.Microsecond), last.Round(10*time.Microsecond), len(took[user]))
	}
	gw.send(s.addr, answer(held, 200, "OK"))
	other.want("SIP/2.0 200 OK")
	if n := s.Stats().Total["undelivered"]; n != 40 {
		t.Errorf("%d ICMP errors, want 40", n)
	}
}

// TestACallFailsOverToTheTargetThatLives: a name has a dead UDP port, a refused TCP port and a
// good one. The call succeeds by the third; with use_dst_blacklist the next goes straight to it, and
// after dst_blacklist_expire the first is tried again.
func TestACallFailsOverToTheTargetThatLives(t *testing.T) {
	for _, good := range []string{"udp", "tcp"} {
		t.Run(good, func(t *testing.T) {
			udp, tcp := deadPorts(t)
			gw := newPeer(t)
			l := listenTCP(t)
			port := gw.addr().Port
			if good == "tcp" {
				port = l.Addr().(*net.TCPAddr).Port
			}
			names := dnstest.Start(t)
			names.Handle("gw.test", dnstest.Fast(
				`@ 300 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.gw.test.`,
				`@ 300 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.gw.test.`))
			third := fmt.Sprintf("@ 300 IN SRV 3 1 %d a.gw.test.", port)
			first := []string{fmt.Sprintf("@ 300 IN SRV 1 1 %d a.gw.test.", udp)}
			second := []string{fmt.Sprintf("@ 300 IN SRV 2 1 %d a.gw.test.", tcp)}
			script := "dns_tcp_pref=10"
			if good == "tcp" {
				second = append(second, third)
			} else { // the refused one first
				script = "dns_tcp_pref=40"
				first = append(first, third)
			}
			names.Handle("_sip._udp.gw.test", dnstest.Fast(first...))
			names.Handle("_sip._tcp.gw.test", dnstest.Fast(second...))
			names.Handle("a.gw.test", dnstest.Fast("@ 300 IN A 127.0.0.1"))
			s, _ := startNames(t, dns.DefaultSettings(), names, `
listen=tcp:127.0.0.1:0
loadmodule "sl"
loadmodule "tm"
use_dns_failover=yes
use_dst_blacklist=yes
dst_blacklist_expire=2
dns_try_naptr=yes
children=2
`+script+`
route { if (!t_relay()) sl_reply_error(); }`)
			p := newPeer(t)
			var conn *tcpPeer
			call := func(id string) {
				t.Helper()
				p.send(s.addr, request{method: "INVITE", uri: "sip:bob@gw.test", callID: id, from: p}.String())
				p.want("SIP/2.0 100 ")
				if good == "udp" {
					gw.send(s.addr, answer(gw.want("INVITE sip:bob@gw.test"), 200, "OK"))
				} else {
					if conn == nil {
						c, err := l.Accept()
						if err != nil {
							t.Fatal(err)
						}
						conn = tcpConn(t, c)
					}
					conn.send(answer(conn.want("INVITE sip:bob@gw.test"), 200, "OK"))
				}
				p.want("SIP/2.0 200 OK")
			}
			dead := func() (udpTried uint64, tcpTried uint64) {
				st := s.Stats()
				for _, r := range st.Reactor {
					tcpTried += r.ConnectFailed
				}
				return st.Total["undelivered"], tcpTried
			}
			call("one")
			if u, c := dead(); u != 1 || c != 1 {
				t.Fatalf("first call: the UDP port was tried %d times, the TCP port %d times", u, c)
			}
			if _, on := s.Blacklist().Listed(rt.ProtoUDP, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(udp)), s.Now()/1e6); !on {
				t.Error("the UDP port is not on the list")
			}
			call("two")
			if u, c := dead(); u != 1 || c != 1 {
				t.Errorf("second call: the UDP port was tried %d times, the TCP port %d times", u, c)
			}
			for deadline := time.Now().Add(10 * time.Second); s.Blacklist().MemInfo().Entries > 0 && time.Now().Before(deadline); {
				s.Blacklist().Collect(s.Now() / 1e6)
				time.Sleep(50 * time.Millisecond)
			}
			call("three")
			if u, c := dead(); u != 2 || c != 2 {
				t.Errorf("after its time: the UDP port was tried %d times, the TCP port %d times", u, c)
			}
		})
	}
}

// TestAReplyThatCannotConnectListsTheCaller: the caller's connection is gone, and the port of its Via
// refuses another; not where the script says that this does not count.
func TestAReplyThatCannotConnectListsTheCaller(t *testing.T) {
	for _, tc := range []struct {
		script string
		listed bool
	}{
		{`usleep("300000"); sl_send_reply("480", "Gone"); }`, true},
		{`blst_rpl_set_ignore("4"); usleep("300000"); sl_send_reply("480", "Gone"); }`, false},
		{`blst_set_ignore("4"); usleep("300000"); sl_send_reply("480", "Gone"); }`, true},
		{`t_newtran(); usleep("300000"); t_reply("480", "Gone"); }`, true},
		{`t_newtran(); blst_rpl_set_ignore(); usleep("300000"); t_reply("480", "Gone"); }`, false},
		{`t_relay_to_udp("127.0.0.1", "%d"); }`, true},
		{`t_on_reply("r"); t_relay_to_udp("127.0.0.1", "%d"); } onreply_route[r] { blst_set_ignore("4"); }`, false},
		{`t_on_reply("r"); t_relay_to_udp("127.0.0.1", "%d"); } onreply_route[r] { blst_rpl_set_ignore("4"); }`, true},
	} {
		t.Run(tc.script, func(t *testing.T) {
			t.Parallel()
			gw := newPeer(t)
			_, dead := deadPorts(t)
			s, at := startBoth(t, "use_dst_blacklist=yes\nloadmodule \"tm\"\nloadmodule \"blst\"\nloadmodule \"cfgutils\"\nroute { "+strings.Replace(tc.script, "%d", fmt.Sprint(gw.addr().Port), 1))
			p := dialTCP(t, at)
			p.send(ask("MESSAGE", "sip:bob@example.net", fmt.Sprint("127.0.0.1:", dead), "gone", ""))
			relayed := strings.Contains(tc.script, "relay")
			got := ""
			if relayed {
				got = gw.want("MESSAGE")
			} else {
				await(t, func() bool { return s.Stats().Total["suspended"] > 0 })
			}
			_ = p.SetLinger(0) // a reset: it is gone at once
			p.Close()
			await(t, func() bool { return s.Stats().Total["connsClosed"] == 1 })
			if relayed {
				gw.send(s.addr, answer(got, 200, "OK"))
			}
			await(t, func() bool {
				failed := uint64(0)
				for _, r := range s.Stats().Reactor {
					failed += r.ConnectFailed
				}
				return failed > 0 || s.Blacklist().MemInfo().Added > 0 || s.Stats().Total["sendFull"] > 0
			})
			settled(t, s) // a loop hears of it behind its count
			if added := s.Blacklist().MemInfo().Added > 0; added != tc.listed {
				t.Errorf("listed is %v", added)
			}
		})
	}
}

// settled returns when each loop has dealt with what had happened before.
func settled(t *testing.T, s *server) {
	t.Helper()
	for i := range s.Loops() {
		done := make(chan struct{})
		if err := s.Post(i, func(int) { close(done) }); err != nil {
			t.Fatal(err)
		}
		<-done
	}
}

// await waits for something that the server's figures show.
func await(t *testing.T, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !there(); {
		if time.Now().After(deadline) {
			t.Fatal("it does not happen")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestFailoverOverTLS: a target that cannot prove the name of the URI is passed by like one that is
// not there, is put on the list, and gets nothing; the next one has to prove the name too.
func TestFailoverOverTLS(t *testing.T) {
	p, other := newPKI(t), newPKI(t)
	p.issue("srv", "sip.example.org", nil)
	foreign := listenTLS(t, other.issue("foreign", "gw.example.net", nil))
	misnamed := listenTLS(t, p.issue("misnamed", "else.example.net", nil))
	good := listenTLS(t, p.issue("good", "gw.example.net", nil))
	names := dnstest.Start(t)
	records := []string{}
	for i, l := range []*tlsServer{foreign, misnamed, good} {
		records = append(records, fmt.Sprintf("@ 300 IN SRV %d 1 %d host.example.net.", i+1, l.port()))
	}
	names.Handle("_sips._tcp.gw.example.net", dnstest.Fast(records...))
	names.Handle("host.example.net", dnstest.Fast("@ 300 IN A 127.0.0.1"))
	s, _ := startNames(t, dns.DefaultSettings(), names, p.head(p.usual())+`
use_dns_failover=yes
use_dst_blacklist=yes
loadmodule "tm"
route { if (!t_relay()) sl_reply_error(); }`)
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sips:bob@gw.example.net", callID: "tls", from: a}.String())
	for _, l := range []*tlsServer{foreign, misnamed} {
		if m, err := l.accept().r.ReadByte(); err == nil {
			t.Errorf("a target that cannot prove its name gets %q", m)
		}
	}
	out := good.accept()
	m := out.want("OPTIONS sips:bob@gw.example.net")
	out.send(replyTo(m, "200 OK"))
	a.want("SIP/2.0 200 OK")
	listed := map[uint16]blacklist.Cause{}
	s.BlacklistView(func(e blacklist.Entry, _ time.Duration) bool {
		if e.Proto != rt.ProtoTLS {
			t.Errorf("on the list: %+v", e)
		}
		listed[e.Addr.Port()] = e.Cause
		return true
	})
	if len(listed) != 2 || listed[uint16(foreign.port())] != blacklist.ConnectFailed || listed[uint16(misnamed.port())] != blacklist.ConnectFailed {
		t.Errorf("on the list: %v", listed)
	}
}

// TestFailoverOfALargeRequest: what is too large for UDP goes to the next address over TCP
// (udp_mtu).
func TestFailoverOfALargeRequest(t *testing.T) {
	dead, _ := deadPorts(t)
	l := listenTCP(t)
	names := dnstest.Start(t)
	names.Handle("_sip._udp.gw.test", dnstest.Fast(
		fmt.Sprintf("@ 300 IN SRV 1 1 %d a.gw.test.", dead), fmt.Sprintf("@ 300 IN SRV 2 1 %d a.gw.test.", l.Addr().(*net.TCPAddr).Port)))
	names.Handle("a.gw.test", dnstest.Fast("@ 300 IN A 127.0.0.1"))
	s, _ := startNames(t, dns.DefaultSettings(), names, `
listen=tcp:127.0.0.1:0
loadmodule "sl"
loadmodule "tm"
use_dns_failover=yes
udp_mtu=300
udp_mtu_try_proto=TCP
route { if (!t_relay()) sl_reply_error(); }`)
	p := newPeer(t)
	p.send(s.addr, request{method: "OPTIONS", uri: "sip:bob@gw.test", callID: strings.Repeat("large", 60), from: p}.String())
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	out := tcpConn(t, c)
	m := out.want("OPTIONS sip:bob@gw.test")
	if !strings.HasPrefix(m[strings.Index(m, "\r\n")+2:], "Via: SIP/2.0/TCP ") {
		t.Errorf("the request is\n%s", m)
	}
	out.send(answer(m, 200, "OK"))
	p.want("SIP/2.0 200 OK")
}
