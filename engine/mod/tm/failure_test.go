package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

const voicemail = `
route {
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	if (method == "ACK") { t_relay(); exit; }
	t_on_failure("vm");
	t_relay();
}
failure_route[vm] {
	if (t_is_canceled()) exit;
	if (t_check_status("486|408")) {
		seturi("sip:vm@192.0.2.30");
		%s
		t_relay();
	}
}`

func vm(extra string) string { return loads + strings.Replace(voicemail, "%s", extra, 1) }

// Serial forking through a failure_route.
func TestFailureRouteForksSerially(t *testing.T) {
	for _, tc := range []struct {
		name    string
		first   int // the callee's reply; 0 for none
		second  int
		reaches bool
		want    []string
	}{
		{"busy to voicemail", 486, 200, true, []string{"100 ", "200"}},
		{"silence to voicemail", 0, 200, true, []string{"100 ", "200"}},
		{"another failure is relayed", 404, 0, false, []string{"100 ", "404"}},
		{"the failure of the second fork is relayed", 486, 480, true, []string{"100 ", "480"}},
		{"a failure that is worse, too: earlier ones are dropped", 486, 599, true, []string{"100 ", "599"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, vm(""))
			inv := request("INVITE", "v")
			b.a.Send(inv.String())
			m := b.next(b.b, "INVITE")
			if tc.first == 0 {
				b.Advance(31 * time.Second)
			} else {
				b.b.Send(reply(m, tc.first))
			}
			lines(b.b)
			if tc.reaches {
				m = b.next(b.c, "INVITE sip:vm@192.0.2.30")
				b.c.Send(reply(m, tc.second))
			}
			got := lines(b.a)
			if strings.Join(got, "|") != "" && len(got) != len(tc.want) {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], tc.want[i]) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			}
		})
	}
}

// failure_reply_mode: whether failures of an earlier fork can be chosen.
func TestFailureReplyModeAndDropReplies(t *testing.T) {
	for _, tc := range []struct {
		mode, drop, want string
	}{
		{"0", "", "486"},
		{"0", "t_drop_replies();", "599"},
		{"1", "", "599"},
		{"2", "", "599"},
		{"3", "", "599"},
		{"3", `t_drop_replies("n");`, "486"},
		{"0", `t_drop_replies("l");`, "599"},
	} {
		b := newBed(t, strings.Replace(vm(tc.drop), "route {", `modparam("tm", "failure_reply_mode", `+tc.mode+")\nroute {", 1))
		b.a.Send(request("INVITE", "v").String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 486))
		b.c.Send(reply(b.next(b.c, "INVITE"), 599))
		b.want(b.a, "100 ", tc.want)
	}
}

func TestFailureRouteMayAnswer(t *testing.T) {
	b := newBed(t, loads+`loadmodule "textops"
route { t_on_failure("f"); t_relay(); }
failure_route[f] { append_to_reply("X-Why: $T_reply_code\r\n"); t_reply("503", "Try later"); }`)
	inv := request("INVITE", "f")
	b.a.Send(inv.String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 486))
	lines(b.b)
	b.next(b.a, "100 ")
	got := b.next(b.a, "503 Try later")
	if coretest.Header(got, "X-Why") != "486" {
		t.Errorf("X-Why %q", coretest.Header(got, "X-Why"))
	}
	b.a.Send(ack(inv, got))
	b.ended()
}

// decisions: t_on_failure("0") disarms.
func TestOnFailure0Disarms(t *testing.T) {
	b := newBed(t, loads+`route { t_on_failure("f"); t_on_failure("0"); t_relay(); }
failure_route[f] { t_reply("503", "Not wanted"); }`)
	b.a.Send(request("INVITE", "f").String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 486))
	b.want(b.a, "100 ", "486")
}

// A failure_route acts once, unless it arms the next itself.
func TestFailureRouteActsOnce(t *testing.T) {
	for _, tc := range []struct{ again, want string }{{"", "486"}, {`t_on_failure("f");`, "599"}} {
		b := newBed(t, loads+`route { $avp(n) = 0; t_on_failure("f"); t_relay(); }
failure_route[f] {
	`+tc.again+`
	if ($avp(n) == 2) { t_reply("599", "Enough"); exit; }
	$avp(n) = $avp(n) + 1;
	seturi("sip:bob@192.0.2.20");
	t_relay();
}`)
		b.a.Send(request("INVITE", "f").String())
		for m := b.b.Recv(); m != ""; m = b.b.Recv() {
			if strings.HasPrefix(m, "INVITE") {
				b.b.Send(reply(m, 486))
			}
		}
		b.want(b.a, "100 ", tc.want)
	}
}

func TestNoNewBranchAfter6xx(t *testing.T) {
	for _, tc := range []struct{ set, want string }{{"", "603"}, {`t_set_disable_6xx("1");`, "200"}} {
		b := newBed(t, loads+`route { `+tc.set+` t_on_failure("f"); t_relay(); }
failure_route[f] { seturi("sip:x@192.0.2.30"); if (!append_branch()) exit; t_relay(); }`)
		b.a.Send(request("INVITE", "f").String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 603))
		if tc.want == "200" {
			b.c.Send(reply(b.next(b.c, "INVITE"), 200))
		}
		b.none(b.c)
		b.want(b.a, "100 ", tc.want)
	}
}

// Flags, AVPs, XAVPs and branch flags live in the transaction; $var are the message's.
func TestStateOfTheTransactionIsSeenByItsRoutes(t *testing.T) {
	b := newBed(t, loads+`
loadmodule "textops"
loadmodule "pv"
route {
	$avp(a) = "from route " + $ci;
	$avp(n) = 7;
	$xavp(x=>y) = "xavp";
	$var(v) = 5;
	setflag(3);
	append_hf("X-Kept: yes\r\n");
	t_on_reply("r");
	t_on_failure("f");
	t_relay();
}
onreply_route[r] {
	if (status == 486) {
		$avp(seen) = "reply " + $hdr(X-Reply) + " " + $avp(a);
		setflag(4);
		$var(v) = 9;
	}
}
failure_route[f] {
	if (isflagset(3) && isflagset(4)) {
		append_to_reply("X-Seen: $avp(seen); $avp(n); $xavp(x=>y); $var(v)\r\n");
		t_reply("499", "Seen");
	}
}`)
	b.a.Send(request("INVITE", "s").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(coretest.Reply(m, 180, "Ringing"))
	b.b.Send(coretest.Reply(m, 486, "Busy", "X-Reply: hello"))
	b.next(b.a, "100 ")
	b.next(b.a, "180")
	got := b.next(b.a, "499")
	if want := "reply hello from route s@example.com; 7; xavp; 0"; coretest.Header(got, "X-Seen") != want {
		t.Errorf("X-Seen %q, want %q", coretest.Header(got, "X-Seen"), want)
	}
}

// Headers that the route has added are in the branches of later forks as well;
// t_save_lumps() keeps those up to it.
func TestEditsAreInLaterForks(t *testing.T) {
	for _, tc := range []struct {
		save string
		want []string
	}{{"", []string{"1", "2", "3"}}, {"t_save_lumps();", []string{"1", "3"}}} {
		b := newBed(t, loads+`loadmodule "textops"
route {
	t_newtran();
	append_hf("X-H: 1\r\n");
	`+tc.save+`
	append_hf("X-H: 2\r\n");
	t_on_failure("f");
	t_relay();
}
failure_route[f] { append_hf("X-H: 3\r\n"); seturi("sip:x@192.0.2.30"); t_relay(); }`)
		b.a.Send(request("INVITE", "s").String())
		m := b.next(b.b, "INVITE")
		if got := coretest.Headers(m, "X-H"); len(got) != 2 {
			t.Errorf("first fork: %q", got)
		}
		b.b.Send(reply(m, 486))
		if got := coretest.Headers(b.next(b.c, "INVITE"), "X-H"); strings.Join(got, " ") != strings.Join(tc.want, " ") {
			t.Errorf("%q: %q, want %q", tc.save, got, tc.want)
		}
	}
}

func TestBranchRoute(t *testing.T) {
	b := newBed(t, loads+`loadmodule "textops"
route {
	append_branch("sip:bob@192.0.2.30");
	append_branch("sip:bob@192.0.2.40");
	t_on_branch("b");
	t_relay();
}
branch_route[b] {
	if ($rd == "192.0.2.30") drop;
	append_hf("X-Branch: $T_branch_idx $rd\r\n");
	if ($rd == "192.0.2.40") $rU = "dora";
}`)
	b.a.Send(request("INVITE", "s").String())
	if got := coretest.Headers(b.next(b.b, "INVITE sip:bob@"), "X-Branch"); len(got) != 1 || got[0] != "0 192.0.2.20" {
		t.Errorf("X-Branch %q", got)
	}
	if got := coretest.Headers(b.next(b.d, "INVITE sip:dora@"), "X-Branch"); len(got) != 1 || got[0] != "1 192.0.2.40" {
		t.Errorf("X-Branch %q", got)
	}
	b.none(b.c)
}

// An onreply_route that a branch_route arms is that branch's.
func TestBranchRouteArmsItsOwnReplyRoute(t *testing.T) {
	b := newBed(t, loads+`loadmodule "textops"
route { append_branch("sip:bob@192.0.2.30"); t_on_branch("b"); t_on_reply("all"); t_relay(); }
branch_route[b] { if ($rd == "192.0.2.30") t_on_reply("c"); }
onreply_route[all] { append_hf("X-Route: all $T_branch_idx\r\n"); }
onreply_route[c] { append_hf("X-Route: c $T_branch_idx\r\n"); }`)
	b.a.Send(request("INVITE", "s").String())
	b.next(b.a, "100 ")
	b.b.Send(reply(b.next(b.b, "INVITE"), 180))
	b.c.Send(reply(b.next(b.c, "INVITE"), 183))
	for _, want := range []string{"all 0", "c 1"} {
		if got := coretest.Header(b.a.Recv(), "X-Route"); got != want {
			t.Errorf("X-Route %q, want %q", got, want)
		}
	}
}

func TestAllBranchesDropped(t *testing.T) {
	b := newBed(t, loads+`route { t_on_branch("b"); if (!t_relay()) { t_reply("480", "Dropped"); } }
branch_route[b] { drop; }`)
	b.a.Send(request("INVITE", "s").String())
	b.want(b.a, "480")
	b.none(b.b)
}

func TestReplyRouteDropsProvisionalReplies(t *testing.T) {
	b := newBed(t, loads+`route { t_on_reply("r"); t_relay(); }
onreply_route[r] { if (t_check_status("183")) drop; if (status == 486) drop; }`)
	b.a.Send(request("INVITE", "s").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 183))
	b.b.Send(reply(m, 180))
	b.b.Send(reply(m, 486))
	b.want(b.a, "100 ", "180", "486") // a final reply cannot be dropped there
}

func TestMainReplyRouteDropsAnyReply(t *testing.T) {
	b := newBed(t, loads+`route { t_relay(); }
onreply_route { if (status == 486) drop; }`)
	b.a.Send(request("INVITE", "s").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 486))
	b.want(b.a, "100 ")
	b.none(b.b)
	b.b.Send(reply(m, 200))
	b.want(b.a, "200")
}

func TestThousandBranchesAreBounded(t *testing.T) {
	n := newBed(t, loads+`modparam("tm", "fr_timer", 3000)
max_while_loops = 2000
route {
	while ($var(i) < 1000) { append_branch("sip:u$var(i)@192.0.2.30"); $var(i) = $var(i) + 1; }
	t_relay();
}`)
	inv := request("INVITE", "s")
	n.a.Send(inv.String())
	n.want(n.b, "INVITE")
	if got := len(lines(n.c)); got != 11 {
		t.Errorf("%d branches beside the first, want 11", got)
	}
	if got := n.Server.Stats().Total["branchesFull"]; got != 1000-11 {
		t.Errorf("%d counted, want %d", got, 1000-11)
	}
}

func TestQOrder(t *testing.T) {
	b := newBed(t, loads+`modparam("tm", "contacts_avp", "$avp(i:25)")
route {
	seturi("sip:u@192.0.2.20");
	append_branch("sip:u@192.0.2.20", "0.3");
	seturi("sip:u@192.0.2.30");
	append_branch("sip:u@192.0.2.30", "0.9");
	append_branch("sip:u@192.0.2.40", "0.9");
	t_load_contacts();
	t_next_contacts();
	t_on_failure("next");
	t_relay();
}
failure_route[next] {
	if (!t_next_contacts()) exit;
	t_on_failure("next");
	t_relay();
}`)
	b.a.Send(request("INVITE", "q").String())
	mc, md := b.next(b.c, "INVITE"), b.next(b.d, "INVITE")
	b.none(b.b)
	b.c.Send(reply(mc, 486))
	b.none(b.b)
	b.d.Send(reply(md, 480))
	mb := b.next(b.b, "INVITE")
	b.b.Send(reply(mb, 404))
	b.want(b.a, "100 ", "404")
}

// TestFailureRouteChangesItsOwnBranches alone: the next failure_route sees the request as the
// main route has left it, but for flags and AVPs, as in Kamailio 5.6.3.
func TestFailureRouteChangesItsOwnBranches(t *testing.T) {
	b := newBed(t, "loadmodule \"pv\"\nloadmodule \"textops\"\n"+loads+`
route {
	if (method == "ACK") { t_relay(); exit; }
	append_hf("X-Where: main\r\n");
	t_on_failure("one");
	t_relay();
}
failure_route[one] {
	append_hf("X-Where: one\r\n");
	remove_hf("Subject");
	setflag(3);
	$avp(seen) = "one";
	t_on_failure("two");
	$ru = "sip:one@192.0.2.30";
	$du = "sip:192.0.2.30";
	t_relay();
}
failure_route[two] {
	append_hf("X-Where: two $rU $avp(seen) $mf\r\n");
	$rd = "192.0.2.40";
	t_relay();
}`)
	inv := request("INVITE", "o")
	inv.Headers = []string{"Subject: hello"}
	b.a.Send(inv.String())
	for _, tc := range []struct {
		p                   *coretest.Peer
		uri, where, subject string
		code                int
	}{
		{b.b, "sip:bob@192.0.2.20", "main", "hello", 486},
		{b.c, "sip:one@192.0.2.30", "main, one", "", 486},
		{b.d, "sip:bob@192.0.2.40", "main, two bob one 8", "hello", 200},
	} {
		m := b.next(tc.p, "INVITE "+tc.uri+" ")
		if got := strings.Join(coretest.Headers(m, "X-Where"), ", "); got != tc.where || coretest.Header(m, "Subject") != tc.subject {
			t.Errorf("%s: X-Where %q, Subject %q", tc.uri, got, coretest.Header(m, "Subject"))
		}
		tc.p.Send(reply(m, tc.code))
	}
}
