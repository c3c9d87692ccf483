package corex_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestReadme(t *testing.T) { modtest.CheckReadme(t) }

// coretest listens on 192.0.2.1:5060 and 198.51.100.1:5060.

// answer runs a body and is the reason phrase that it makes of text.
func answer(t *testing.T, body, text string) (string, *coretest.Net) {
	t.Helper()
	n := modtest.New(t, "loadmodule \"corex\"\nloadmodule \"sl\"\nroute {\n"+body+"\nsl_send_reply(\"200\", \""+text+"\");\n}")
	a := n.Peer("192.0.2.10:5060")
	return strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())), "SIP/2.0 200 "), n
}

func TestExtendedFlagsAreApartFromOthers(t *testing.T) {
	for body, want := range map[string]string{
		`setxflag("63"); setxflag(5); $var(r) = isxflagset("63");`:                        "1 0",
		`setxflag("63"); resetxflag("63"); $var(r) = isxflagset("63");`:                   "-1 0",
		`setxflag("32"); $var(r) = isxflagset("0");`:                                      "-1 0",
		`setxflag("3"); $var(r) = isflagset(3);`:                                          "-1 0",
		`$var(n) = 64; $var(r) = setxflag("$var(n)");`:                                    "-1 0",
		`$var(n) = -1; $var(r) = isxflagset("$var(n)");`:                                  "-1 0",
		`setxflag("1"); resetxflag("2"); if (isxflagset("1")) $var(r) = isxflagset("2");`: "-1 0",
	} {
		if got, _ := answer(t, body, "$var(r) $mf"); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	modtest.WantRefused(t, "loadmodule \"corex\"\nroute { setxflag(\"64\"); }", "63")
}

func TestFlagsOfOneMessageAreNotThoseOfTheNext(t *testing.T) {
	n := modtest.New(t, "loadmodule \"corex\"\nloadmodule \"sl\"\nroute { $var(r) = isxflagset(\"7\"); setxflag(\"7\"); sl_send_reply(\"200\", \"$var(r)\"); }")
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()
	for range 2 {
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 -1" {
			t.Error(got)
		}
	}
	if allocs := a.Allocs(m); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestListenAddressesAreChosenByAddressAndName(t *testing.T) {
	for body, want := range map[string]string{
		`$var(r) = set_send_socket("udp:198.51.100.1:5060");`:                      "1 udp:198.51.100.1:5060 192.0.2.1",
		`$var(r) = set_send_socket("198.51.100.1:5060");`:                          "1 udp:198.51.100.1:5060 192.0.2.1",
		`$fs = "udp:198.51.100.1:5060"; $var(r) = set_send_socket("192.0.2.9:1");`: "-1 udp:198.51.100.1:5060 192.0.2.1",
		`$var(r) = set_send_socket_name("udp:198.51.100.1:5060");`:                 "1 udp:198.51.100.1:5060 192.0.2.1",
		`$var(r) = set_send_socket_name("nobody");`:                                "-1 <null> 192.0.2.1",
		`$var(r) = set_recv_socket("udp:198.51.100.1:5060");`:                      "1 <null> 198.51.100.1",
		`$var(r) = set_recv_socket_name("udp:198.51.100.1:5060");`:                 "1 <null> 198.51.100.1",
		`$var(r) = set_recv_socket("udp:192.0.2.9:5060");`:                         "-1 <null> 192.0.2.1",
		`$var(r) = is_socket_name("udp:198.51.100.1:5060");`:                       "1 <null> 192.0.2.1",
		`$var(r) = is_socket_name("nobody");`:                                      "-1 <null> 192.0.2.1",
	} {
		if got, _ := answer(t, body, "$var(r) $fs $Ri"); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// TestRequestsLeaveFromWhereTheMessageIsSaidToHaveArrived where nothing else is chosen.
func TestRequestsLeaveFromWhereTheMessageIsSaidToHaveArrived(t *testing.T) {
	n := modtest.New(t, `
loadmodule "corex"
loadmodule "sl"
route { set_recv_socket("udp:198.51.100.1:5060"); forward("192.0.2.20"); }`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("OPTIONS", "sip:fwd@192.0.2.1").String())
	if m := b.Recv(); !strings.Contains(m, "Via: SIP/2.0/UDP 198.51.100.1:5060;") {
		t.Errorf("forwarded:\n%s", m)
	}
}

func TestTheSourceIsWhatTheScriptSays(t *testing.T) {
	for body, want := range map[string]string{
		`$var(r) = set_source_address("udp:10.1.2.3:5065");`:     "1 10.1.2.3 5065",
		`$var(r) = set_source_address("10.1.2.3");`:              "1 10.1.2.3 5060",
		`$var(r) = set_source_address("[2001:db8::1]:5066");`:    "1 2001:db8::1 5066",
		`$var(r) = set_source_address("host.example.com");`:      "-1 192.0.2.10 5060",
		`$var(r) = set_source_address("");`:                      "-1 192.0.2.10 5060",
		`$var(a) = "10.9.9.9"; set_source_address("$var(a):0");`: "0 192.0.2.10 5060",
	} {
		if got, _ := answer(t, body, "$var(r) $si $sp"); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func TestFilesAreReadAndWrittenWhileOthersGoOn(t *testing.T) {
	dir := t.TempDir()
	file, missing := filepath.Join(dir, "f"), filepath.Join(dir, "no", "f")
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, 65<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ body, want string }{
		{`$var(w) = file_write("` + file + `", "x $rm"); $var(r) = file_read("` + file + `", "$var(x)");`, "1 1 x OPTIONS"},
		{`$var(w) = file_write("` + file + `", "y"); $var(r) = file_read("` + file + `", "$var(x)");`, "1 1 y"},
		{`$var(x) = "old"; $var(w) = file_write("` + missing + `", "x"); $var(r) = file_read("` + missing + `", "$var(x)");`, "-1 -1 old"},
		{`$var(x) = "old"; $var(w) = 0; $var(r) = file_read("` + large + `", "$var(x)");`, "0 -1 old"},
	} {
		n := modtest.New(t, "loadmodule \"corex\"\nloadmodule \"sl\"\nroute { "+tt.body+" sl_send_reply(\"200\", \"$var(w) $var(r) $var(x)\"); }")
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())); got != "SIP/2.0 200 "+tt.want {
			t.Errorf("%s: %s", tt.body, got)
		}
	}
	modtest.WantRefused(t, "loadmodule \"corex\"\nroute { file_read(\"/tmp/$rU\", \"$var(x)\"); }", "file_read")
}

// TestWhatTheCoreHasNeedsNoModule, and scripts that load corex for it run.
func TestWhatTheCoreHasNeedsNoModule(t *testing.T) {
	modtest.New(t, "loadmodule \"corex.so\"\nroute { append_branch(); append_branch(\"sip:a@b.example\", \"0.5\"); send(\"192.0.2.20\"); send_udp(\"192.0.2.20:5070\"); send_tcp(\"192.0.2.20\"); }")
}

func TestForwardReplyPassesItOnNow(t *testing.T) {
	n := modtest.New(t, `
loadmodule "corex"
route { forward("192.0.2.20"); }
onreply_route { forward_reply(); drop; }`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())
	b.Send(coretest.Reply(b.Recv(), 200, "OK"))
	if got := coretest.StartLine(a.Recv()); got != "SIP/2.0 200 OK" {
		t.Errorf("got %q", got)
	}
	if got := a.Recv(); got != "" {
		t.Errorf("and again:\n%s", got)
	}
}

// TestExtendedFlagsBelongToTheTransaction as others do: replies and failure_routes
// find them, and what those set stays.
func TestExtendedFlagsBelongToTheTransaction(t *testing.T) {
	n := modtest.New(t, `
loadmodule "corex"
loadmodule "sl"
loadmodule "tm"
route { setxflag("40"); t_on_reply("R"); t_on_failure("F"); t_relay(); }
onreply_route[R] { if (isxflagset("40")) { resetxflag("40"); setxflag("41"); } }
failure_route[F] { if (isxflagset("41") && !isxflagset("40")) t_reply("480", "Flags Are Kept"); }`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	b.Send(coretest.Reply(b.Recv(), 486, "Busy Here"))
	got := ""
	for m := a.Recv(); m != ""; m = a.Recv() {
		got = coretest.StartLine(m)
	}
	if got != "SIP/2.0 480 Flags Are Kept" {
		t.Errorf("got %q", got)
	}
}
