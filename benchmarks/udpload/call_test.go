package udpload

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"sipedge/benchmarks/sipcall"
)

// between passes requests on to the address in their first line and replies back to whoever sent the call's INVITE. It
// loses every BYE of a call whose number lose accepts.
func between(t *testing.T, lose func(call int) bool) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		callers := map[int]netip.AddrPort{}
		buf := make([]byte, maxDatagram)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			msg := buf[:n]
			id, _ := sipcall.Number(msg)
			switch {
			case bytes.HasPrefix(msg, []byte("SIP/2.0 ")):
				_, _ = conn.WriteToUDPAddrPort(msg, callers[id])
			case bytes.HasPrefix(msg, methodBye) && lose(id):
			default:
				callers[id] = from
				_, target, _ := bytes.Cut(msg, []byte("@"))
				target, _, _ = bytes.Cut(target, []byte(" "))
				if to, err := netip.ParseAddrPort(string(target)); err == nil {
					_, _ = conn.WriteToUDPAddrPort(msg, to)
				}
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestCallsGoThroughToTheEnd(t *testing.T) {
	res, err := Run(t.Context(), Load{Method: Call, Server: between(t, func(int) bool { return false }), Sockets: 3, Messages: 60, Rate: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Arrived != 60 || res.Extra != 0 {
		t.Errorf("%+v, want 60 calls", res)
	}
}

func TestACallWithoutItsByeDoesNotCount(t *testing.T) {
	res, err := Run(t.Context(), Load{Method: Call, Server: between(t, func(call int) bool { return call%3 == 0 }), Sockets: 2, Messages: 30, Rate: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Arrived != 20 {
		t.Errorf("%+v, want 20 of 30 calls", res)
	}
}

func TestACalleeAnswersOptionsAndOnlyRings(t *testing.T) {
	for _, m := range []Method{Ask, Ring} {
		res, err := Run(t.Context(), Load{Method: m, Server: between(t, func(int) bool { return false }), Sockets: 2, Messages: 30, Rate: 2000})
		if err != nil {
			t.Fatal(err)
		}
		if res.Arrived != 30 || res.P999 < res.P99 {
			t.Errorf("method %d: %+v, want 30", m, res)
		}
	}
}
