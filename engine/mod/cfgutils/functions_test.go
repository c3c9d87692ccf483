package cfgutils_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const load = "loadmodule \"cfgutils\"\nloadmodule \"sl\"\n"

// results runs statements and returns the values of an expression in a format.
func results(t *testing.T, statements, format string) string {
	t.Helper()
	n := modtest.New(t, load+"route { "+statements+" sl_send_reply(\"200\", \""+format+"\"); }\nroute[SEVEN] { return 7; }\nroute[WAITS] { usleep(\"10\"); return 8; }")
	a := n.Peer("192.0.2.10:5060")
	a.Send(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())
	n.Advance(time.Second)
	return strings.TrimPrefix(coretest.StartLine(a.Recv()), "SIP/2.0 200 ")
}

// TestResults: the values are those of Kamailio 5.6.3 for the same calls.
func TestResults(t *testing.T) {
	for _, tc := range []struct{ do, want string }{
		{`core_hash("abc", "def", "8");`, "114"},
		{`core_hash("abc", "def", "0");`, "2"},
		{`core_hash("abc", "", "4");`, "3"},
		{`core_hash("", "", "4");`, "1"},
		{`core_hash("a", "b", 1);`, "2"},
		{`core_hash("$fu", "sip:bob@example.net", "10");`, "747"},
		{`check_route_exists("SEVEN");`, "1"},
		{`check_route_exists("$rU");`, "-1"},
		{`route_if_exists("SEVEN");`, "7"},
		{`$var(n) = "SEV"; route_if_exists("$var(n)EN");`, "7"},
		{`route_if_exists("WAITS");`, "8"},
		{`route_if_exists("NONE");`, "-1"},
		{`if (route_if_exists("WAITS") && $rc == 8) $var(n) = 3; else $var(n) = 4; route_if_exists("SEVEN");`, "7"},
		{`rand_get_prob();`, "10"},
		{`rand_set_prob("4"); rand_get_prob();`, "4"},
		{`rand_set_prob("4"); rand_reset_prob(); rand_get_prob();`, "10"},
		{`rand_set_prob("0"); rand_event();`, "-1"},
		{`rand_set_prob(100); rand_event();`, "1"},
		{`set_gflag("4"); is_gflag(4);`, "1"},
		{`set_gflag("4"); reset_gflag("4"); is_gflag("4");`, "-1"},
		{`$var(n) = 31; set_gflag($var(n)); is_gflag("31");`, "1"},
		{`$var(n) = 32; set_gflag($var(n));`, "-1"},
		{`sleep("0");`, "1"},
		{`usleep(1000);`, "1"},
		{`$var(n) = "abc"; usleep("$var(n)");`, "-1"},
		{`pkg_status();`, "1"},
		{`shm_summary();`, "1"},
	} {
		if got := results(t, tc.do, "$rc"); got != tc.want {
			t.Errorf("%s: %q, want %s", tc.do, got, tc.want)
		}
	}
}

func TestRouteIfExistsReturnsToItsPlace(t *testing.T) {
	got := results(t, `$var(a) = "x" + $rU; $var(n) = 30; route_if_exists("WAITS"); $var(n) = $var(n) + $rc * 2; $var(b) = $var(a) + "y";`, "$var(n) $var(b)")
	if got != "46 xboby" {
		t.Errorf("%q", got)
	}
}

func TestARouteThatOnlyRouteIfExistsRunsIsUsed(t *testing.T) {
	n := modtest.New(t, load+`route { route_if_exists("A"); } route[A] { exit; }`)
	if got := n.Logged(); strings.Contains(got, "never called") {
		t.Error(got)
	}
}

func TestSleepWaitsAndTheServerGoesOn(t *testing.T) {
	n := modtest.New(t, load+`route { if ($rm == "INVITE") sleep("2"); sl_send_reply("200", "$rm"); }`)
	a := n.Peer("192.0.2.10:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.1").String())
	m := coretest.Request("OPTIONS", "sip:bob@192.0.2.1")
	m.Via = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKother"}
	if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 200 OPTIONS" {
		t.Errorf("meanwhile: %q", got)
	}
	n.Advance(1999 * time.Millisecond)
	if got := a.Recv(); got != "" {
		t.Errorf("too early: %q", got)
	}
	n.Advance(2 * time.Millisecond)
	if got := coretest.StartLine(a.Recv()); got != "SIP/2.0 200 INVITE" {
		t.Errorf("then: %q", got)
	}
}

func TestGlobalStateIsSharedAndSurvivesAReload(t *testing.T) {
	const script = load + `modparam("cfgutils", "initial_gflags", 5)
route {
	if ($rm == "INVITE") { set_gflag("4"); rand_set_prob("33"); }
	$var(p) = rand_get_prob();
	$var(a) = is_gflag("0"); $var(b) = is_gflag("1"); $var(c) = is_gflag("4");
	sl_send_reply("200", "$var(p) $var(a) $var(b) $var(c)");
}`
	n := modtest.New(t, script)
	a := n.Peer("192.0.2.10:5060")
	ask := func(method string) string {
		return strings.TrimPrefix(coretest.StartLine(a.Ask(coretest.Request(method, "sip:bob@192.0.2.1").String())), "SIP/2.0 200 ")
	}
	if got := ask("OPTIONS"); got != "10 1 -1 -1" {
		t.Errorf("at first: %q", got)
	}
	ask("INVITE")
	if _, err := n.Server.Reload("", []byte(script)); err != nil {
		t.Fatal(err)
	}
	if got := ask("OPTIONS"); got != "33 1 -1 1" {
		t.Errorf("after the reload: %q", got)
	}
}

func TestRandomDiffersAndEventsFollowTheProbability(t *testing.T) {
	n := modtest.New(t, load+`modparam("cfgutils", "initial_probability", 30)
route { $var(e) = rand_event(); sl_send_reply("200", "$RANDOM $var(e)"); }`)
	a := n.Peer("192.0.2.10:5060")
	seen, events := map[string]bool{}, 0
	const asked = 2000
	for range asked {
		var r int64
		var e int
		line := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()))
		if _, err := fmt.Sscanf(line, "SIP/2.0 200 %d %d", &r, &e); err != nil || r < 0 || r > 1<<31-1 {
			t.Fatalf("%q: %v", line, err)
		}
		seen[line] = true
		if e > 0 {
			events++
		}
	}
	// 600 are expected; 100 off is five standard deviations.
	if len(seen) < asked-10 || events < 500 || events > 700 {
		t.Errorf("%d different numbers, %d events of %d", len(seen), events, asked)
	}
}

func TestAbortEndsTheScriptNotTheServer(t *testing.T) {
	n := modtest.New(t, load+`route { if ($rm == "INVITE") abort(); sl_send_reply("200", "OK"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := a.Ask(coretest.Request("INVITE", "sip:bob@192.0.2.1").String()); got != "" {
		t.Errorf("answered: %q", got)
	}
	if got := a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()); got == "" {
		t.Error("the server does not answer any more")
	}
	n.WaitLog("abort() was called")
}

func TestMemoryIsLoggedAtTheLevelOfMemlog(t *testing.T) {
	n := modtest.New(t, "debug=2\nmemlog=1\n"+load+`route { pkg_status(); shm_summary(); sl_send_reply("200", "OK"); }`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String())); got != "SIP/2.0 200 OK" {
		t.Errorf("%q", got)
	}
	n.WaitLog("pkg_status: stacks ")
	n.WaitLog("shm_summary: ")
}

func TestWrongArgumentsAreRefusedAtStart(t *testing.T) {
	modtest.WantRefused(t, load+`route { sleep("soon"); }`, `seconds must be a number`)
	modtest.WantRefused(t, load+`route { rand_set_prob("101"); }`, `probability must be 0 to 100, not 101`)
	modtest.WantRefused(t, load+`route { set_gflag("32"); }`, "flag 32 is out of range")
	modtest.WantRefused(t, load+`route { core_hash("a", "b", "31"); }`, "size must be 0 to 30, not 31")
	modtest.WantRefused(t, load+`modparam("cfgutils", "initial_probability", 101) route { drop; }`, "0 to 100")
}

func TestNothingAllocates(t *testing.T) {
	for _, do := range []string{
		`core_hash("$fu", "$tu", 8);`, `set_gflag("1"); is_gflag("1");`, `rand_event();`, `route_if_exists("A");`, `check_route_exists("A");`, `$var(x) = $RANDOM;`,
	} {
		n := modtest.New(t, load+"route { "+do+" sl_send_reply(\"200\", \"OK\"); }\nroute[A] { return 1; }")
		if got := n.Peer("192.0.2.10:5060").Allocs(coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()); got != 0 {
			t.Errorf("%s: %v allocations", do, got)
		}
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
