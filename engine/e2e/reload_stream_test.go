package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// TestCallsOutliveTheirListenAddress: a reload takes the address away, or WebSocket from it,
// while calls ring that came by its connections or were sent over them. Their replies and a
// CANCEL still use these.
func TestCallsOutliveTheirListenAddress(t *testing.T) {
	type phone struct {
		send  func(msg string)
		want  func(prefix string) string
		local string // how its own Via calls it
	}
	for _, tc := range []struct {
		name, proto, scripts string
		dial                 func(at netip.AddrPort) (phone, int)
		keeps                bool // the address itself stays
	}{
		{"websocket", "ws", wsScript, func(at netip.AddrPort) (phone, int) {
			p := dialWS(t, at)
			return phone{p.send, p.want, "WS df7jal23ls0d.invalid"}, p.port()
		}, true},
		{"tcp", "tcp", "", func(at netip.AddrPort) (phone, int) {
			p := dialTCP(t, at)
			return phone{p.send, p.want, "TCP 127.0.0.1:5999"}, int(netip.MustParseAddrPort(p.LocalAddr().String()).Port())
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newPeer(t)
			s, at := startBoth(t, tc.scripts+fmt.Sprintf(`
loadmodule "tm"
loadmodule "textops"
loadmodule "siputils"
loadmodule "pv"
route {
	if (is_method("CANCEL")) { t_relay_cancel(); exit; }
	if ($proto == "udp") $du = "sip:" + $hdr(X-To) + ";transport=%s";
	else $du = "sip:127.0.0.1:%d";
	t_relay();
}`, tc.proto, b.addr().Port))
			p, port := tc.dial(at)
			invite := strings.Replace(wsAsk("INVITE", "sip:bob@example.net", "out"), "WS df7jal23ls0d.invalid", p.local, 1)
			p.send(invite)
			out := b.want("INVITE")
			p.want("SIP/2.0 100")
			to := []string{fmt.Sprintf("X-To: 127.0.0.1:%d", port)}
			b.send(s.addr, request{method: "INVITE", uri: "sip:alice@example.com", from: b, callID: "in", headers: to}.String())
			in := p.want("INVITE")
			b.want("SIP/2.0 100")

			text := fmt.Sprintf("listen=udp:%s\ndebug=2\nloadmodule \"sl\"\nloadmodule \"tm\"\nloadmodule \"textops\"\n", s.addr)
			if tc.keeps {
				text += fmt.Sprintf("listen=tcp:%s\n", at)
			}
			text += `route { if (is_method("CANCEL")) { t_relay_cancel(); exit; } sl_send_reply("202", "New"); }`
			if diags, err := s.Reload("new.cfg", []byte(text)); err != nil {
				t.Fatal(err, diags)
			}
			b.send(s.addr, answer(out, 180, "Ringing"))
			p.want("SIP/2.0 180")
			b.send(s.addr, answer(out, 486, "Busy Here"))
			p.want("SIP/2.0 486")
			b.want("ACK")

			p.send(answer(in, 180, "Ringing"))
			b.want("SIP/2.0 180")
			b.send(s.addr, request{method: "CANCEL", uri: "sip:alice@example.com", from: b, callID: "in", headers: to}.String())
			b.want("SIP/2.0 200")
			p.send(answer(p.want("CANCEL"), 200, "OK"))
			p.send(answer(in, 487, "Request Terminated"))
			b.want("SIP/2.0 487")
			p.want("ACK")

			p.send(strings.Replace(wsAsk("OPTIONS", "sip:bob@example.net", "later"), "WS df7jal23ls0d.invalid", p.local, 1))
			p.want("SIP/2.0 202 New")
			if n := s.Stats().Total["panics"]; n != 0 {
				t.Error(n, "panics")
			}
		})
	}
}
