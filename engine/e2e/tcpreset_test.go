package e2e

import (
	"fmt"
	"net"
	"testing"
	"time"
)

// TestAResetConnectionFailsItsUnansweredBranchesAtOnce (RFC 3261 §18.4): whether the peer has
// read the request or not. One that has been answered goes on, and so does one whose peer
// has closed the connection in order.
func TestAResetConnectionFailsItsUnansweredBranchesAtOnce(t *testing.T) {
	l := listenTCP(t)
	b := newPeer(t)
	s, at := startBoth(t, fmt.Sprintf(`loadmodule "tm"
route { t_on_failure("next"); t_relay_to_tcp("127.0.0.1", "%d"); }
failure_route[next] { t_relay_to_udp("127.0.0.1", "%d"); }`, l.Addr().(*net.TCPAddr).Port, b.addr().Port))
	p := dialTCP(t, at)
	p.send(ask("INVITE", "sip:bob@example.net", "127.0.0.1:5999", "answered", ""))
	p.want("SIP/2.0 100 ")
	peer := acceptTCP(t, l)
	peer.send(answer(peer.want("INVITE"), 180, "Ringing"))
	p.want("SIP/2.0 180 ")

	began := time.Now()
	p.send(ask("INVITE", "sip:bob@example.net", "127.0.0.1:5999", "reset", ""))
	p.want("SIP/2.0 100 ")
	peer.want("INVITE")
	if err := peer.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	peer.Close()
	b.send(s.addr, answer(b.want("INVITE"), 200, "OK"))
	if got := p.want("SIP/2.0 200 OK"); header(got, "Call-ID") != "reset" {
		t.Errorf("%q", got)
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	if n := s.Stats().Total["lostSends"]; n != 0 {
		t.Errorf("%d messages are said to be lost that were sent", n)
	}
}
