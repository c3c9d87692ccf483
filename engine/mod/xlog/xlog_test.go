package xlog_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// lines runs a script's body on an OPTIONS and returns what was logged.
func lines(t *testing.T, params, body string) []string {
	t.Helper()
	n := modtest.New(t, "debug=2\nloadmodule \"xlog\"\n"+params+"\nroute {\n"+body+"\n}")
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:bob@192.0.2.1").String()
	a.Send(m)
	if got := a.Allocs(m); got != 0 {
		t.Errorf("%s: %v allocations", body, got)
	}
	var all []string
	for _, l := range strings.Split(strings.TrimSpace(n.Logged()), "\n") {
		if len(all) == 0 || all[len(all)-1] != l {
			all = append(all, l)
		}
	}
	return all
}

func TestLinesAndLevels(t *testing.T) {
	for _, tc := range []struct{ params, body, want string }{
		{"", `xlog("$rm from $si\n");`, "<script>: OPTIONS from 192.0.2.10"},
		{"", `xlog("[$hdr(Nope)] [$(hdr(Nope){s.len})] [$(hdr(Nope){s.md5}{s.len})] [$(rU{s.int})]");`, "<script>: [<null>] [] [] []"},
		{"", `xlog("L_INFO", "user $rU");`, "<script>: user bob"},
		{"", `xlog("L_DBG", "user $rU");`, ""},
		{"", `xlog("3", "silent"); xlog("2", "heard");`, "<script>: heard"},
		{"", `$var(l) = 3; xlog("$var(l)", "silent"); $var(l) = 1; xlog("$var(l)", "heard");`, "<script>: heard"},
		{"", `$var(l) = "L_DBG"; xlog($var(l), "silent"); xlog($var(l) + "X", "heard");`, "<script>: heard"},
		{"", `xlog("LOG_LOCAL3", "L_ERR", "facility");`, "<script>: facility"},
		{"", `xdbg("silent"); xinfo("info");`, "<script>: info"},
		{"", `xalert("alert");`, "<script>: alert"},
		{"", `xlog($si);`, "<script>: 192.0.2.10"},
		{"", `xlogl("L_ERR", "here");`, "<script>: 5: here"},
		{`modparam("xlog", "long_format", 1)`, `xlogl("here");`, "<script>: test.cfg:5: here"},
		{`modparam("xlog", "prefix", "edge: ")`, `xlog("text");`, "edge: text"},
		{"modparam(\"xlog\", \"prefix\", \"$rm \")\tmodparam(\"xlog\", \"prefix_mode\", 1)", `xlog("text");`, "OPTIONS text"},
		{"", `xlogm("L_ERR", "filtered");`, ""},
		{`modparam("xlog", "methods_filter", 1)`, `xlogm("L_ERR", "heard");`, "<script>: heard"},
		{`modparam("xlog", "methods_filter", 512)`, `xlogm("L_ERR", "filtered");`, ""},
	} {
		if got := strings.Join(lines(t, tc.params, tc.body), " / "); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.params, tc.body, got, tc.want)
		}
	}
}

func TestALineIsCutAtBufSize(t *testing.T) {
	got := lines(t, `modparam("xlog", "buf_size", 64)`, `xlog("`+strings.Repeat("x", 200)+`");`)
	if len(got) != 1 || len(got[0]) != 64 {
		t.Errorf("%d bytes: %q", len(got[0]), got)
	}
}

// TestLongLinesDoNotUseUpTheMessagesMemory: each line's text is given back.
func TestLongLinesDoNotUseUpTheMessagesMemory(t *testing.T) {
	n := modtest.New(t, `
max_while_loops=1000
loadmodule "xlog"
loadmodule "sl"
route {
	$var(i) = 0;
	while ($var(i) < 900) {
		xlog("L_ERR", "`+strings.Repeat("x", 1000)+`$rm");
		$var(i) = $var(i) + 1;
	}
	sl_send_reply("200", "OK");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := a.Ask(coretest.Request("OPTIONS", "sip:192.0.2.1").String()); coretest.StartLine(got) != "SIP/2.0 200 OK" {
		t.Errorf("got %q", got)
	}
}

func TestBadLevelsAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"xlog\"\n"
	modtest.WantRefused(t, load+`route { xlog("L_LOUD", "x"); }`, `log level must be a name`)
	modtest.WantRefused(t, load+`route { xlog("77", "x"); }`, `log level must be a name`)
	modtest.WantRefused(t, load+`route { xlog("LOCAL0", "L_ERR", "x"); }`, "syslog facility")
	modtest.WantRefused(t, load+`route { xlog("$nosuch(x)"); }`, "nosuch")
	modtest.WantRefused(t, load+`modparam("xlog", "prefix_mode", 1) modparam("xlog", "prefix", "$nosuch") route { xlog("x"); }`, "prefix")
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
