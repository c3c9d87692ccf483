package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sipedge/script/rt"
)

const proxyLine = "PROXY TCP4 203.0.113.7 198.51.100.9 40001 5060\r\n"

// seen answers with what the script sees of a request's way.
const seen = `
loadmodule "xlog"
loadmodule "pv"
route { append_to_reply("X-Seen: $si $sp $Ri $Rp $su\r\n"); if (src_ip==203.0.113.7 && dst_ip==198.51.100.9) append_to_reply("X-Proxied: yes\r\n"); sl_send_reply("200", "OK"); }
`

// TestAScriptSeesWhoIsBehindALoadBalancer (tcp_accept_haproxy), and $Ri goes on to be the
// address that we listen on, as in Kamailio. The answer notes the client's address.
func TestAScriptSeesWhoIsBehindALoadBalancer(t *testing.T) {
	_, at := startBoth(t, "tcp_accept_haproxy=yes\nloadmodule \"textops\"\n"+seen)
	p := dialTCP(t, at)
	p.send(proxyLine + ask("OPTIONS", "sip:b@example.net", "10.1.1.1:5060", "proxied", ";rport"))
	m := p.want("SIP/2.0 200 OK")
	if got, want := header(m, "X-Seen"), fmt.Sprintf("203.0.113.7 40001 %s %d sip:203.0.113.7:40001;transport=tcp", at.Addr(), at.Port()); got != want {
		t.Errorf("the script sees %q, want %q", got, want)
	}
	if header(m, "X-Proxied") != "yes" {
		t.Error("src_ip and dst_ip are not the client's")
	}
	if v := header(m, "Via"); !strings.Contains(v, ";rport=40001") || !strings.Contains(v, ";received=203.0.113.7") {
		t.Errorf("the Via is %q", v)
	}
	// Without a header a connection is as it seems.
	q := dialTCP(t, at)
	q.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "plain", ""))
	if got := header(q.want("SIP/2.0 200 OK"), "X-Seen"); !strings.HasPrefix(got, "127.0.0.1 ") {
		t.Errorf("the script sees %q", got)
	}
}

// TestAnAnswerFindsTheClientBehindALoadBalancer: by the connection that is its own, for a
// reply that comes late and for a new request to it.
func TestAnAnswerFindsTheClientBehindALoadBalancer(t *testing.T) {
	b := newPeer(t)
	s, at := startBoth(t, fmt.Sprintf("tcp_accept_haproxy=yes\nroute { if (proto==TCP) forward_udp(\"127.0.0.1\", %d); else forward_tcp(\"203.0.113.7\", 40001); }", b.addr().Port))
	p := dialTCP(t, at)
	p.send(proxyLine + ask("INVITE", "sip:bob@example.net", "10.1.1.1:5060", "late", ""))
	m := b.want("INVITE")
	b.send(s.addr, answer(m, 180, "Ringing"))
	p.want("SIP/2.0 180 Ringing")
	b.send(s.addr, request{method: "OPTIONS", uri: "sip:alice@203.0.113.7:40001", from: b}.String())
	p.want("OPTIONS")
}

// TestAListenAddressForLoadBalancersAlone: "listen=… haproxy" takes no connection without
// a header; who it was stands in the log.
func TestAListenAddressForLoadBalancersAlone(t *testing.T) {
	s := startOn(t, "udp:127.0.0.1:0", "listen=tcp:127.0.0.1:0 haproxy\nlisten=tcp:127.0.0.2:0\ndebug=2\nloadmodule \"sl\"\n"+answering)
	at := map[string]netip.AddrPort{}
	for _, k := range s.Snapshot().Sockets() {
		if k.Proto == rt.ProtoTCP {
			at[k.Addr.Addr().String()] = k.Addr
		}
	}
	one := func(to string) string { return ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", to, "") }
	p := dialTCP(t, at["127.0.0.1"])
	p.send(proxyLine + one("with"))
	p.want("SIP/2.0 200 OK")
	q := dialTCP(t, at["127.0.0.2"])
	q.send(one("other"))
	q.want("SIP/2.0 200 OK")
	for _, bytes := range []string{one("without"), strings.Replace(proxyLine, "TCP4", "TCP5", 1) + one("malformed")} {
		r := dialTCP(t, at["127.0.0.1"])
		r.send(bytes)
		if m, err := r.r.ReadByte(); err == nil {
			t.Errorf("%q is answered: %q", bytes[:20], m)
		}
		s.logs.waitFor(t, "connection from "+r.LocalAddr().String()+":")
	}
	if n := s.Stats().Total["connsRefused"]; n != 2 {
		t.Errorf("%d connections are counted", n)
	}
	// A reload does not change it.
	text := fmt.Sprintf("listen=udp:%s\nlisten=tcp:%s\nlisten=tcp:%s\nloadmodule \"sl\"\n"+answering, s.addr, at["127.0.0.1"], at["127.0.0.2"])
	if _, err := s.Reload("new.cfg", []byte(text)); err == nil || !strings.Contains(err.Error(), "haproxy") {
		t.Errorf("a reload: %v", err)
	}
}
