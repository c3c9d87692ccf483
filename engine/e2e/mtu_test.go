package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// TestLargeRequestsGoByTheOtherTransport (cookbook udp_mtu): the Via is made for it,
// the Record-Route stays as it is for UDP. Where nothing listens, UDP it is.
func TestLargeRequestsGoByTheOtherTransport(t *testing.T) {
	for _, tc := range []struct {
		conf, script string
		tcp          bool
	}{
		{"udp_mtu=1300\nudp_mtu_try_proto=TCP\n", "", true},
		{"udp_mtu=1300\n", "udp_mtu_try_proto(TCP); ", true},
		{"udp_mtu=1300\nudp_mtu_try_proto=TCP\n", "udp_mtu_try_proto(UDP); ", false},
		{"udp_mtu=1300\nudp_mtu_try_proto=SCTP\n", "", false},
		{"udp_mtu=5000\nudp_mtu_try_proto=TCP\n", "", false},
		{"udp_mtu_try_proto=TCP\n", "", false},
	} {
		l := listenTCP(t)
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			t.Skip(err)
		}
		b := &peer{UDPConn: u, t: t}
		s, _ := startBoth(t, tc.conf+fmt.Sprintf("loadmodule \"rr\"\nroute { %srecord_route(); forward(\"127.0.0.1\", %d); }", tc.script, port))
		a := newPeer(t)
		send := func(size int) string {
			m := request{method: "INVITE", uri: "sip:bob@example.net", from: a, callID: fmt.Sprint("large", size), body: strings.Repeat("x", size)}.String()
			a.send(s.addr, m)
			return m
		}
		send(100)
		b.want("INVITE")
		send(1500)
		var got string
		if tc.tcp {
			got = acceptTCP(t, l).want("INVITE")
		} else {
			got = b.want("INVITE")
		}
		if proto := map[bool]string{true: "SIP/2.0/TCP ", false: "SIP/2.0/UDP "}[tc.tcp]; !strings.HasPrefix(header(got, "Via"), proto) {
			t.Errorf("%q: our Via is %q", tc.conf, header(got, "Via"))
		}
		if rr := header(got, "Record-Route"); strings.Contains(rr, "transport") || !strings.Contains(rr, s.addr.String()) {
			t.Errorf("%q: Record-Route is %q", tc.conf, rr)
		}
		u.Close()
	}
}

// TestALargeRequestGoesBackToUDP where the connection that it needed only for its size is refused
// (RFC 3261 §18.1.1); its answer ends the transaction, and one that was to go by TCP in any case
// fails as before.
func TestALargeRequestGoesBackToUDP(t *testing.T) {
	b, a := newPeer(t), newPeer(t)
	s, _ := startBoth(t, fmt.Sprintf(`loadmodule "tm"
udp_mtu=1300
udp_mtu_try_proto=TCP
route {
	if ($rU == "tcp") { if (!t_relay_to_tcp("127.0.0.1", "%d")) sl_reply_error(); exit; }
	if (!t_relay_to_udp("127.0.0.1", "%d")) sl_reply_error();
}`, b.addr().Port, b.addr().Port))
	send := func(user, id string) {
		a.send(s.addr, request{method: "INVITE", uri: "sip:" + user + "@example.net", from: a, callID: id, body: strings.Repeat("x", 1500)}.String())
	}
	send("bob", "back")
	got := b.want("INVITE")
	if v := header(got, "Via"); !strings.HasPrefix(v, "SIP/2.0/UDP ") {
		t.Errorf("our Via is %q", v)
	}
	a.want("SIP/2.0 100")
	b.send(s.addr, answer(got, 200, "OK"))
	a.want("SIP/2.0 200")
	send("tcp", "fails")
	a.want("SIP/2.0 100")
	a.want("SIP/2.0 477")
}
