package udpload

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"sipedge/benchmarks/sipcall"
)

// echo is a server that answers each OPTIONS with 200 except every fourth one, and sends INVITEs to the port in their
// request line.
func echo(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, maxDatagram)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			id, _ := sipcall.Number(buf[:n])
			if bytes.HasPrefix(buf[:n], []byte("INVITE sip:callee@")) {
				target, _, _ := bytes.Cut(buf[len("INVITE sip:callee@"):n], []byte(" "))
				if to, err := netip.ParseAddrPort(string(target)); err == nil {
					_, _ = conn.WriteToUDPAddrPort(buf[:n], to)
				}
				continue
			}
			if id%4 != 3 {
				_, _ = conn.WriteToUDPAddrPort(append([]byte("SIP/2.0 200 OK\r\n"), buf[:n]...), from)
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestAnswersAreCountedAndMissingOnesToo(t *testing.T) {
	res, err := Run(t.Context(), Load{Method: Options, Server: echo(t), Sockets: 4, Messages: 40, Rate: 4000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Sent != 40 || res.Arrived != 30 || res.Extra != 0 {
		t.Errorf("got %+v, want 30 of 40", res)
	}
	if res.P50 <= 0 || res.P99 < res.P50 {
		t.Errorf("times %v, %v", res.P50, res.P99)
	}
}

func TestForwardedInvitesAreCountedAtTheSink(t *testing.T) {
	res, err := Run(t.Context(), Load{Method: Invite, Server: echo(t), Sockets: 2, Messages: 50, Rate: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if res.Arrived != 50 {
		t.Errorf("got %+v, want all 50", res)
	}
}

func TestRunsWithoutBoundOrOffTheLoopbackAreRefused(t *testing.T) {
	here := netip.MustParseAddrPort("127.0.0.1:9")
	for name, load := range map[string]Load{
		"no messages":   {Server: here, Sockets: 1, Rate: 1},
		"too many":      {Server: here, Sockets: 1, Rate: 1, Messages: maxMessages + 1},
		"no rate":       {Server: here, Sockets: 1, Messages: 1},
		"no sockets":    {Server: here, Rate: 1, Messages: 1},
		"another host":  {Server: netip.MustParseAddrPort("192.0.2.1:5060"), Sockets: 1, Messages: 1, Rate: 1},
		"no server yet": {Sockets: 1, Messages: 1, Rate: 1},
	} {
		if _, err := Run(t.Context(), load); err == nil {
			t.Errorf("%s: was run", name)
		}
	}
}

func TestNumberOfAMessage(t *testing.T) {
	for _, method := range []Method{Options, Invite} {
		msg := appendRequest(nil, method, 4711, "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")
		if n, ok := sipcall.Number(msg); !ok || n != 4711 {
			t.Errorf("method %d: got %d, %v", method, n, ok)
		}
	}
	for _, msg := range []string{"", "Call-ID: other", "Call-ID: load-x@h", "Call-ID: load-5", "Call-ID: load--5@h"} {
		if n, ok := sipcall.Number([]byte(msg)); ok {
			t.Errorf("%q gave %d", msg, n)
		}
	}
}
