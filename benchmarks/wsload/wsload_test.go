package wsload

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/mod"
)

// start runs a server with a script in this process and returns its address and the phone's socket.
func start(t *testing.T, change func(string) string) (string, *net.UDPConn) {
	t.Helper()
	phone, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { phone.Close() })
	l, err := net.Listen("tcp4", "127.0.0.1:0") // a port that is free, of both kinds in all likelihood
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	script := strings.Replace(string(Script(int(at.Port()), phone.LocalAddr().(*net.UDPAddr).Port)), "udp:127.0.0.1:5060", "udp:"+at.String(), 1)
	s, diags := core.New("ws.cfg", []byte(change(script)), core.Options{Core: mod.Core(), Modules: mod.All()})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Stop(ctx)
	})
	return netip.AddrPortFrom(at.Addr(), at.Port()).String(), phone
}

func unchanged(s string) string { return s }

func TestCallsGoThroughBothWays(t *testing.T) {
	at, phone := start(t, unchanged)
	r, err := Run(t.Context(), Load{Server: at, Clients: 4, Calls: 100, Rate: 500, Bytes: 3000, Frames: 3}, phone)
	if err != nil {
		t.Fatal(err)
	}
	if r.Done != 100 || len(r.Failed) != 0 || r.Pings != 4 {
		t.Errorf("%+v", r)
	}
}

// TestCallsThatFailAreSeen: the load cannot say that all is well when it is not.
func TestCallsThatFailAreSeen(t *testing.T) {
	at, phone := start(t, func(s string) string {
		return strings.Replace(s, "if (has_totag())", "if (is_method(\"INVITE\")) { sl_send_reply(\"486\", \"Busy\"); exit; }\n	if (has_totag())", 1)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	r, err := Run(ctx, Load{Server: at, Clients: 1, Calls: 2, Rate: 500}, phone)
	if err == nil && (r.Done != 0 || len(r.Failed) != 2 || !strings.Contains(r.Failed[0], "486 Busy")) {
		t.Errorf("%+v", r)
	}
	at, phone = start(t, func(s string) string {
		return strings.Replace(s, "ws_handle_handshake()", `xhttp_reply("404", "No", "", "")`, 1)
	})
	if _, err := Run(t.Context(), Load{Server: at, Clients: 1, Calls: 1, Rate: 1}, phone); err == nil {
		t.Error("a handshake that was refused is no error")
	}
}

func TestNumbersAreRead(t *testing.T) {
	m := invite(42, "WS", "a.invalid", "", 100)
	if n, ok := number(m); !ok || n != 42 || bytes.Contains(m, []byte(headerTo)) {
		t.Errorf("%d, %v", n, ok)
	}
	if _, ok := number([]byte("OPTIONS sip:a SIP/2.0\r\nCall-ID: x\r\n\r\n")); ok {
		t.Error("a number of nothing")
	}
}
