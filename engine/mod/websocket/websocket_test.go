package websocket_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }

func TestWhatCannotBeServedIsRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"xhttp\"\nloadmodule \"websocket\"\nevent_route[xhttp:request] { ws_handle_handshake(); }\n"
	modtest.WantRefused(t, "loadmodule \"websocket\"\nroute { drop; }", "xhttp")
	modtest.WantRefused(t, load+`modparam("websocket", "sub_protocols", 2) route { drop; }`, "MSRP")
	modtest.WantRefused(t, load+`modparam("websocket", "keepalive_mechanism", 4) route { drop; }`, "0 to 3")
	modtest.WantRefused(t, load+`modparam("websocket", "cors_mode", 3) route { drop; }`, "0 to 2")
	modtest.WantRefused(t, load+`modparam("websocket", "ping_application_data", "`+strings.Repeat("a", 126)+`") route { drop; }`, "125")
	modtest.WantRefused(t, load+`route { ws_close(1000); }`, "a status and a reason")
	modtest.WantRefused(t, load+`route { ws_close(99, "x"); }`, "1000 to 4999")
	modtest.WantRefused(t, load+`route { ws_handle_handshake(); }`, "not allowed")
}

// TestAKeepAliveThatComesTooLateIsTold: by a warning at start.
func TestAKeepAliveThatComesTooLateIsTold(t *testing.T) {
	const load = "loadmodule \"xhttp\"\nloadmodule \"websocket\"\nroute { drop; }\nevent_route[xhttp:request] { ws_handle_handshake(); }\n"
	modtest.New(t, load).WaitLog("before it is sent a keep-alive after 180 s")
	modtest.New(t, load+`modparam("websocket", "sub_protocols", 3)`).WaitLog("MSRP")
	n := modtest.New(t, load+`tcp_connection_lifetime=3604`)
	if got := n.Logged(); strings.Contains(got, "keep-alive") {
		t.Error(got)
	}
}

// TestOverUDPThereIsNoWebSocket: the variable is undefined, and nothing can be closed.
func TestOverUDPThereIsNoWebSocket(t *testing.T) {
	n := modtest.New(t, `
loadmodule "xhttp"
loadmodule "websocket"
loadmodule "sl"
event_route[xhttp:request] { ws_handle_handshake(); }
route {
	if ($ws_conid == $null) $var(id) = "none"; else $var(id) = $ws_conid;
	$var(closed) = ws_close();
	$var(other) = ws_close("1000", "x", "12345");
	$var(private) = ws_close("1006", "x");
	sl_send_reply("200", "$var(id) $var(closed) $var(other) $var(private)");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String())); got != "SIP/2.0 200 none -1 -1 -1" {
		t.Error(got)
	}
}
