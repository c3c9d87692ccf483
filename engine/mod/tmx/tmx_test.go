package tmx_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
	"sipedge/engine/mod/tm"
)

const modules = `
debug=2
loadmodule "tm"
loadmodule "tmx"
loadmodule "sl"
loadmodule "pv"
loadmodule "textops"
loadmodule "xlog"
modparam("tm", "fr_timer", 1500)
`

type bed struct {
	*coretest.Net
	t    *testing.T
	a, b *coretest.Peer
}

func newBed(t *testing.T, script string) *bed {
	n := modtest.New(t, modules+script)
	return &bed{n, t, n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")}
}

func request(method, id string, headers ...string) *coretest.Message {
	m := coretest.Request(method, "sip:bob@192.0.2.20", append(headers, "User-Agent: UA x")...)
	m.CallID, m.Via = id, []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK" + id}
	return m
}

// lines are the start lines of all that a peer got.
func lines(p *coretest.Peer) string {
	var all []string
	for m := p.Recv(); m != ""; m = p.Recv() {
		all = append(all, strings.TrimPrefix(coretest.StartLine(m), "SIP/2.0 "))
	}
	return strings.Join(all, ", ")
}

func (b *bed) wantLines(p *coretest.Peer, want string) {
	b.t.Helper()
	if got := lines(p); got != want {
		b.t.Errorf("%v got %q, want %q", p.Addr, got, want)
	}
}

// ended demands that nothing is left.
func (b *bed) ended() {
	b.t.Helper()
	b.Advance(5 * time.Minute)
	if s := tm.LoopStats(b.Server, 0); s.Alive != 0 || s.Branches != 0 || s.Bytes != 0 {
		b.t.Errorf("left behind: %d transactions, %d branches, %d bytes", s.Alive, s.Branches, s.Bytes)
	}
	if n := b.Server.Stats().Total["panics"]; n != 0 {
		b.t.Errorf("%d panics", n)
	}
}

// said are the lines that the script has logged.
func (b *bed) said() string {
	var all []string
	for l := range strings.SplitSeq(b.Logged(), "\n") {
		if s, ok := strings.CutPrefix(l, "<script>: "); ok {
			all = append(all, s)
		}
	}
	return strings.Join(all, "\n")
}

// TestVariables: the values that Kamailio 5.6.3 gives in the same blocks.
func TestVariables(t *testing.T) {
	const script = `
route { if (method == "CANCEL") { xlog("inv=$(T_inv($rm)) $(T_inv($hdr(X-Mode)))"); t_relay(); exit; }
	xlog("route rr=$T_reply_reason rl=$T_reply_last req=$(T_req($ci)) rpl=$(T_rpl($rs)) inv=$(T_inv($rm))");
	t_on_reply("r"); t_on_failure("f"); t_on_branch("b"); t_relay(); }
branch_route[b] { xlog("branch idx=$T(branch_index) uri=$T_branch(uri)"); }
onreply_route[r] { xlog("reply rc=$T(reply_code) rr=$T_reply_reason rl=$T_reply_last req=$(T_req($ci)) $T_req($ua) $(T_req($rm){s.len}) rpl=$(T_rpl($rs)) uri=$T_branch(uri) type=$T(reply_type)"); }
failure_route[f] { xlog("failure rc=$T(reply_code) rr=$T(reply_reason) rl=$T(reply_last) req=$(T_req($ci)) rpl=$(T_rpl($rs)) $(T_rpl($rr)) $(T_rpl($hdr(X-Back))) type=$T(reply_type)"); }`
	const begin = "route rr=<null> rl=<null> req=<null> rpl=<null> inv=<null>\nbranch idx=0 uri=sip:bob@192.0.2.20\n"
	b := newBed(t, script)
	b.a.Send(request("INVITE", "p1").String())
	m := b.b.Recv()
	b.b.Send(coretest.Reply(m, 180, "Ring"))
	b.b.Send(coretest.Reply(m, 486, "Busy", "X-Back: zz"))
	b.ended()
	if got, want := b.said(), begin+
		"reply rc=180 rr=Ring rl=180 req=p1 UA x 6 rpl=<null> uri=sip:bob@192.0.2.20 type=0\n"+
		"reply rc=486 rr=Busy rl=486 req=p1 UA x 6 rpl=<null> uri=sip:bob@192.0.2.20 type=0\n"+
		"failure rc=486 rr=Busy rl=486 req=<null> rpl=486 Busy zz type=0"; got != want {
		t.Errorf("said\n%s\nwant\n%s", got, want)
	}

	b = newBed(t, script)
	b.a.Send(request("INVITE", "nobody").String())
	b.ended()
	if got, want := b.said(), begin+"failure rc=408 rr=Request Timeout rl=408 req=<null> rpl=<null> <null> <null> type=1"; got != want {
		t.Errorf("said\n%s\nwant\n%s", got, want)
	}

	b = newBed(t, script)
	inv := request("INVITE", "cancelled", "X-Mode: mm")
	b.a.Send(inv.String())
	cancel := *inv
	cancel.Method, cancel.Headers = "CANCEL", nil
	b.a.Send(cancel.String())
	b.ended()
	if got := b.said(); !strings.Contains(got, "\ninv=INVITE mm\n") {
		t.Errorf("said\n%s", got)
	}
}

const suspends = `
route {
	if ($hdr(X-Go) == "continue") {
		if (t_continue("$hdr(X-Index)", "$hdr(X-Label)", "cont")) sl_send_reply("200", "Went on"); else sl_send_reply("404", "No such");
		exit;
	}
	$avp(x) = "kept";
	t_newtran();
	if (!t_suspend()) sl_send_reply("500", "Not suspended");
	xlog("at $T(id_index) $T(id_label)");
	exit;
}
route[cont] { if ($hdr(X-Mode) == "relay") { t_relay(); } else { t_reply("486", "From $avp(x)"); } }`

// suspended is where a suspended transaction is, by the log.
func (b *bed) suspended() (index, label string) {
	f := strings.Fields(b.WaitLog("at "))
	return f[len(f)-2], f[len(f)-1]
}

func goOn(index, label string) string {
	return request("OPTIONS", "go"+label, "X-Go: continue", "X-Index: "+index, "X-Label: "+label).String()
}

func TestASuspendedTransactionGoesOnInAnotherRoute(t *testing.T) {
	for mode, want := range map[string]string{"reply": "486 From kept", "relay": ""} {
		b := newBed(t, suspends)
		inv := request("INVITE", "s", "X-Mode: "+mode)
		b.a.Send(inv.String())
		b.wantLines(b.a, "100 trying -- your call is important to us")
		b.a.Send(inv.String()) // a copy is answered, not taken for another call
		b.wantLines(b.a, "100 trying -- your call is important to us")
		i, l := b.suspended()
		b.a.Send(goOn(i, l))
		if want == "" {
			b.wantLines(b.b, "INVITE sip:bob@192.0.2.20 SIP/2.0")
			b.wantLines(b.a, "200 Went on")
		} else {
			b.wantLines(b.a, "200 Went on, "+want)
		}
		again := request("OPTIONS", "twice", "X-Go: continue", "X-Index: "+i, "X-Label: "+l)
		b.a.Send(again.String()) // it goes on already
		b.wantLines(b.a, "404 No such")
		b.Advance(time.Minute)
		lines(b.a)
		b.a.Send(goOn(i, l)) // over
		b.wantLines(b.a, "404 No such")
		b.ended()
	}
}

// Nor can it go on twice.
func TestContinuingWhatIsNotSuspended(t *testing.T) {
	b := newBed(t, suspends)
	for _, n := range [][2]string{{"5", "6"}, {"0", "0"}, {"x", "y"}, {"-1", "1"}, {"99999999999999", "1"}, {"4278190080", "1"}, {"16777216", "4294967295"}, {"", ""}} {
		b.a.Send(goOn(n[0], n[1]))
		b.wantLines(b.a, "404 No such")
	}
	b.ended()
}

func TestACANCELEndsASuspendedTransaction(t *testing.T) {
	b := newBed(t, `route { if (method == "CANCEL") { t_relay(); exit; } t_suspend(); }`)
	inv := request("INVITE", "s")
	b.a.Send(inv.String())
	cancel := *inv
	cancel.Method, cancel.Headers = "CANCEL", nil
	b.a.Send(cancel.String())
	b.wantLines(b.a, "100 trying -- your call is important to us, 200 canceling, 487 Request Terminated")
	b.Advance(10 * time.Second)
	lines(b.a)
	b.ended()
}

func TestADroppedTransactionIsNotAnswered(t *testing.T) {
	b := newBed(t, `route { $var(r) = t_drop(); if ($var(r) < 0) { t_newtran(); t_drop("404"); xlog("goes on"); } }`)
	b.a.Send(request("INVITE", "d").String())
	b.wantLines(b.a, "")
	b.ended()
	if got := b.said(); got != "" {
		t.Errorf("the script goes on: %q", got)
	}
}

func TestARequestIsAnsweredByItsCallID(t *testing.T) {
	b := newBed(t, `
route {
	if (method == "OPTIONS") {
		if (t_reply_callid("$hdr(X-ID)", "$hdr(X-CSeq)", "480", "Gone away")) sl_send_reply("200", "OK"); else sl_send_reply("404", "No such");
		exit;
	}
	t_relay();
}`)
	b.a.Send(request("INVITE", "callA").String())
	b.b.Send(coretest.Reply(b.b.Recv(), 180, "Ringing"))
	lines(b.a)
	for _, tc := range []struct{ id, cseq, want string }{
		{"callB", "1", "404 No such"}, {"callA", "2", "404 No such"}, {"callA", "x", "404 No such"}, {"callA", "1", "480 Gone away, 200 OK"}, {"callA", "1", "404 No such"},
	} {
		b.a.Send(request("OPTIONS", "o"+tc.id+tc.cseq+fmt.Sprint(len(tc.want)), "X-ID: "+tc.id, "X-CSeq: "+tc.cseq).String())
		b.wantLines(b.a, tc.want)
	}
	b.wantLines(b.b, "CANCEL sip:bob@192.0.2.20 SIP/2.0")
	b.Advance(time.Minute)
	lines(b.a)
	lines(b.b)
	b.ended()
}

// In a failure_route acc goes by the flags from before it, unless they are flushed.
func TestFlagsAreFlushed(t *testing.T) {
	for flush, want := range map[string]string{"t_flush_flags();": "ACC: call missed", "": ""} {
		b := newBed(t, `
loadmodule "acc"
modparam("acc", "log_flag", 1)
modparam("acc", "log_missed_flag", 2)
route {
	if (!t_precheck_trans() && !t_flush_flags()) xlog("first");
	setflag(1); t_on_failure("f"); t_relay();
}
failure_route[f] { setflag(2); `+flush+` t_reply("404", "Nobody"); }`)
		b.a.Send(request("INVITE", "f").String())
		b.b.Send(coretest.Reply(b.b.Recv(), 486, "Busy"))
		b.ended()
		if got := b.said(); got != "first" {
			t.Errorf("said %q", got)
		}
		if got := b.Logged(); strings.Contains(got, "ACC:") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%q: logged\n%s", flush, got)
		}
	}
}

// A phone that has asked to be tried again is, with its own URI, while the others go on.
func TestAFailedBranchIsUsedAgain(t *testing.T) {
	for code, want := range map[int]string{503: "ACK sip:carol@192.0.2.20 SIP/2.0, INVITE sip:carol@192.0.2.20 SIP/2.0", 603: "ACK sip:carol@192.0.2.20 SIP/2.0"} {
		b := newBed(t, `
route { t_on_branch_failure("again"); append_branch("sip:carol@192.0.2.20"); t_relay(); }
event_route[tm:branch-failure:again] {
	if ($T_branch_idx == 1) {
		if (t_reuse_branch()) { xlog("$ru"); t_relay(); } else xlog("not again");
	}
}`)
		b.a.Send(request("INVITE", "r").String())
		bob, carol := b.b.Recv(), b.b.Recv()
		b.b.Send(coretest.Reply(carol, code, "Later"))
		b.wantLines(b.b, want)
		b.b.Send(coretest.Reply(bob, 486, "Busy"))
		b.ended()
		if got, want := b.said(), map[int]string{503: "sip:carol@192.0.2.20", 603: "not again"}[code]; got != want {
			t.Errorf("%d: said %q, want %q", code, got, want)
		}
	}
}

func TestWrongScriptsAreRefused(t *testing.T) {
	for script, want := range map[string]string{
		`route { $var(x) = $T(id); }`:                    `$T(…) has id_index`,
		`route { $var(x) = $T_branch(port); }`:           `$T_branch(…) has uri and flags`,
		`route { $var(x) = $(T_req(ci)); }`:              `takes a variable, as in $T_req($ci)`,
		`route { $var(x) = $(T_req($nosuch)); }`:         `nosuch`,
		`route { t_continue("1", "2", "nowhere"); }`:     `there is no route[nowhere]`,
		`route { t_reply_callid("a", "1", "99", "x"); }`: `code must be 100 to 699`,
	} {
		modtest.WantRefused(t, modules+script, want)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
