package dialog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// A call that has had its time is ended with a BYE to both sides: with tags, CSeq,
// Contact and Route set of the other side (RFC 3261 §12.2.1.1).
func TestATimeoutSendsByeToBothSides(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "default_timeout", 100)
modparam("dialog", "send_bye", 1)
modparam("dialog", "dlg_extra_hdrs", "X-Why: timeout\r\n")`, manage)+`event_route[tm:local-request] { note("local $rm x=$dlg_var(x)"); }`)
	m := invite("t")
	m.Headers = append(m.Headers, "Record-Route: <sip:192.0.2.11;lr>", "Record-Route: <sip:192.0.2.12;lr>")
	edge := b.Peer("192.0.2.11:5060")
	core := b.Peer("192.0.2.22:5060")
	b.a.Send(m.String())
	b.inv = b.next(b.b, "INVITE")
	b.rr = coretest.Headers(b.inv, "Record-Route")[:1]
	ok := strings.Replace(coretest.Reply(b.inv, 200, "OK", contactB), "Record-Route:", "Record-Route: <sip:192.0.2.21;lr>, <sip:192.0.2.22;lr>\r\nRecord-Route:", 1)
	b.b.Send(ok)
	b.within("ACK", "t", 7)
	b.drop(b.a, b.b)
	*b.notes = nil
	b.Advance(99 * time.Second)
	b.none(b.a, b.b, edge, core)
	b.Advance(1 * time.Second)
	toCaller, toCallee := b.next(edge, "BYE sip:alice@192.0.2.10:5060 "), b.next(core, "BYE sip:bob@192.0.2.20:5060 ")
	for _, tc := range []struct{ got, from, to, cseq, route string }{
		{toCaller, "<sip:bob@example.net>;tag=callee-tag", "<sip:alice@example.com>;tag=caller-tag", "1 BYE", "<sip:192.0.2.11;lr>, <sip:192.0.2.12;lr>"},
		{toCallee, "<sip:alice@example.com>;tag=caller-tag", "<sip:bob@example.net>;tag=callee-tag", "8 BYE", "<sip:192.0.2.22;lr>, <sip:192.0.2.21;lr>"},
	} {
		for name, want := range map[string]string{"From": tc.from, "To": tc.to, "CSeq": tc.cseq, "Route": tc.route, "Call-ID": "t@example.com", "X-Why": "timeout"} {
			if got := coretest.Header(tc.got, name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	b.noted("local BYE x=v1", "local BYE x=v1", "end OPTIONS t@example.com state=5 x=v1 count=0")
	edge.Send(coretest.Reply(toCaller, 200, "OK"))
	core.Send(coretest.Reply(toCallee, 481, "Call Does Not Exist"))
	b.counts("active=0 expired=1 byes=2 byesUnsent=0")
	b.noted()
	b.ended()
}

// A side that does not answer the BYE gets it again, and nothing is left in the end.
func TestAByeThatIsLostIsRepeated(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "default_timeout", 10)`, manage+` $dlg_ctx(timeout_bye) = 1;`))
	b.call("u")
	b.Advance(10 * time.Second)
	b.next(b.a, "BYE")
	b.next(b.b, "BYE")
	b.Advance(time.Second)
	b.next(b.a, "BYE")
	b.next(b.b, "BYE")
	b.ended()
	b.counts("expired=1 byes=2")
}

// A strict router is the Request-URI (RFC 3261 §12.2.1.1).
func TestByeThroughAStrictRouter(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "send_bye", 1)
modparam("dialog", "default_timeout", 10)`, manage))
	m := invite("sr")
	m.Headers = append(m.Headers, "Record-Route: <sip:192.0.2.11>, <sip:192.0.2.12;lr>")
	edge := b.Peer("192.0.2.11:5060")
	b.a.Send(m.String())
	b.inv = b.next(b.b, "INVITE")
	b.rr = coretest.Headers(b.inv, "Record-Route")[:1]
	b.answer()
	b.within("ACK", "sr", 7)
	b.Advance(10 * time.Second)
	got := b.next(edge, "BYE sip:192.0.2.11 ")
	if r := coretest.Header(got, "Route"); r != "<sip:192.0.2.12;lr>, <sip:alice@192.0.2.10:5060>" {
		t.Errorf("Route is %q", r)
	}
	b.ended()
}

func TestNoAckEndsTheCall(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "noack_timeout", 20)
modparam("dialog", "send_bye", 1)`, manage))
	b.ring("na")
	b.answer()
	b.Advance(19 * time.Second)
	b.none(b.a, b.b)
	b.Advance(time.Second)
	b.next(b.a, "BYE")
	b.next(b.b, "BYE")
	b.counts("active=0 expired=1")
	b.ended()
}

// A request within the call begins its time anew, unless timeout_noreset says no.
func TestRequestsRenewTheTimeout(t *testing.T) {
	for _, tc := range []struct {
		name, params, invite string
		active               int64
	}{
		{"renewed", "", "", 1},
		{"parameter", `modparam("dialog", "timeout_noreset", 1)`, "", 0},
		{"property", "", `dlg_set_property("timeout-noreset");`, 0},
		{"taken back", `modparam("dialog", "timeout_noreset", 1)`, `dlg_reset_property("timeout-noreset");`, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, script(`modparam("dialog", "default_timeout", 100)`+"\n"+tc.params, manage+tc.invite))
			b.call("rn")
			b.Advance(60 * time.Second)
			b.within("UPDATE", "rn", 8)
			b.Advance(60 * time.Second)
			if got := b.stat("active"); got != tc.active {
				t.Errorf("%d active, want %d", got, tc.active)
			}
			b.ended()
		})
	}
}

func TestWhereTheTimeComesFrom(t *testing.T) {
	for _, tc := range []struct{ name, params, invite string }{
		{"default_timeout", `modparam("dialog", "default_timeout", 50)`, ""},
		{"timeout_avp", `modparam("dialog", "timeout_avp", "$avp(life)")`, `$avp(life) = 50;`},
		{"timeout_avp as a text", `modparam("dialog", "timeout_avp", "$avp(life)")`, `$avp(life) = "50";`},
		{"xavp_cfg", `modparam("dialog", "xavp_cfg", "dlg")`, `$xavp(dlg=>timeout) = 50;`},
		{"xavp_cfg before timeout_avp", `modparam("dialog", "xavp_cfg", "dlg") modparam("dialog", "timeout_avp", "$avp(life)")`, `$xavp(dlg=>timeout) = 50; $avp(life) = 70;`},
		{"timeout_avp without the attribute", `modparam("dialog", "xavp_cfg", "dlg") modparam("dialog", "timeout_avp", "$avp(life)")`, `$avp(life) = 50;`},
		{"dlg_set_timeout", "", `dlg_set_timeout("50");`},
		{"dlg_ctx", "", `$dlg_ctx(timeout) = 50;`},
		{"dlg_set_timeout by id", "", `dlg_set_timeout("50", "$dlg(h_entry)", "$dlg(h_id)");`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, script(tc.params, manage+tc.invite))
			b.call("wt")
			b.Advance(49 * time.Second)
			b.counts("active=1")
			b.Advance(time.Second)
			b.counts("active=0 expired=1")
			b.ended()
		})
	}
}

// Also where the script uses nothing else of the module.
func TestTheTimeoutOfACallThatIsFlagged(t *testing.T) {
	b := newBed(t, loads+`
modparam("dialog", "timeout_avp", "$avp(life)")
modparam("dialog", "dlg_flag", 4)
route {
	if (method == "INVITE" && @to.tag == "") { setflag(4); $avp(life) = 50; record_route(); }
	loose_route();
	t_relay();
}`)
	b.call("fl")
	b.Advance(49 * time.Second)
	b.counts("active=1")
	b.Advance(time.Second)
	b.counts("active=0 expired=1")
	b.ended()
}

// Within the call the time runs from the request.
func TestSetTimeoutWithinTheCall(t *testing.T) {
	b := newBed(t, scriptWith("", manage, `if (method == "INFO") dlg_set_timeout("30");`))
	b.call("st")
	b.Advance(100 * time.Second)
	b.within("INFO", "st", 8)
	b.Advance(29 * time.Second)
	b.counts("active=1")
	b.Advance(time.Second)
	b.counts("active=0")
	b.ended()
}

func TestTimeoutRouteRunsBefore(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "default_timeout", 10)`, manage+` $dlg_ctx(timeout_route) = "late"; if ($dlg_ctx(timeout_route) != "late") note("not set"); $dlg_ctx(timeout_route) = "late";`)+
		`route[late] { note("late $ci state=$dlg(state) x=$dlg_var(x)"); }`)
	b.call("tr")
	*b.notes = nil
	b.Advance(10 * time.Second)
	b.noted("late tr@example.com state=4 x=v1", "end OPTIONS tr@example.com state=5 x=v1 count=0")
	b.ended()
}

func TestDlgByeFromTheScript(t *testing.T) {
	for _, tc := range []struct {
		side           string
		caller, callee bool
	}{{"caller", true, false}, {"callee", false, true}, {"all", true, true}} {
		t.Run(tc.side, func(t *testing.T) {
			b := newBed(t, scriptWith("", manage+` if (dlg_bye("all")) note("too early");`, `if (method == "INFO") { if (!dlg_bye("`+tc.side+`")) note("no bye"); sl_send_reply("200", "OK"); exit; }`))
			b.call("db")
			*b.notes = nil
			b.within("INFO", "db", 8)
			b.noted("in INFO state=4 status=4 dir=1 x=v1")
			var bye string
			if tc.caller {
				bye = b.next(b.a, "BYE")
				if got := coretest.Header(bye, "CSeq"); got != "1 BYE" {
					t.Errorf("CSeq to the caller is %q", got)
				}
			}
			b.next(b.a, "200 OK")
			if tc.callee {
				m := b.next(b.b, "BYE")
				if got := coretest.Header(m, "CSeq"); got != "9 BYE" { // behind the INFO's 8
					t.Errorf("CSeq to the callee is %q", got)
				}
				if !tc.caller {
					bye = m
				}
			}
			b.counts("active=1")
			b.noted()
			from := b.b
			if tc.caller {
				from = b.a
			}
			from.Send(coretest.Reply(bye, 200, "OK"))
			b.counts("active=0")
			b.noted("end OPTIONS db@example.com state=5 x=v1 count=0")
			b.ended()
		})
	}
}

// The Contacts of a re-INVITE's request and 2xx are the new targets; those of one
// that fails are not.
func TestTargetsFollowReInvites(t *testing.T) {
	b := newBed(t, scriptWith("", manage, `if (method == "INFO") dlg_bye("all");`))
	b.call("ti")
	re := func(cseq, code int, from, to string) {
		m := coretest.Request("INVITE", "sip:bob@192.0.2.20:5060", "Contact: <sip:"+from+">", "Route: "+b.rr[0]).InDialog()
		m.Via, m.CallID, m.CSeq = []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKre%d", cseq)}, "ti@example.com", cseq
		b.a.Send(m.String())
		got := b.next(b.b, "INVITE")
		b.b.Send(coretest.Reply(got, code, "Done", "Contact: <sip:"+to+">"))
		b.within("ACK", "ti", cseq)
		b.drop(b.a, b.b)
	}
	re(8, 200, "alice@192.0.2.30:5060", "bob@192.0.2.30:5060")
	re(9, 488, "alice@192.0.2.77", "bob@192.0.2.77")
	*b.notes = nil
	b.within("INFO", "ti", 10)
	b.next(b.c, "BYE sip:alice@192.0.2.30:5060")
	b.next(b.c, "BYE sip:bob@192.0.2.30:5060")
	b.ended()
}

// OPTIONS go to the sides that are to be asked, with a CSeq that uses none up.
func TestKeepAlive(t *testing.T) {
	for _, tc := range []struct {
		name, params, property string
		codes                  []int // answers; 0 for none
		active                 int64
	}{
		{"answered", "", "ka-dst", []int{200, 200, 404, 200}, 1},
		{"the caller's side", "", "ka-src", []int{200, 200}, 1},
		{"481 ends the call", "", "ka-dst", []int{200, 481}, 0},
		{"no answer ends the call", "", "ka-dst", []int{200, 0}, 0},
		{"within the limit", `modparam("dialog", "ka_failed_limit", 2)`, "ka-dst", []int{0, 200, 0, 200}, 1},
		{"beyond the limit", `modparam("dialog", "ka_failed_limit", 2)`, "ka-dst", []int{0, 0}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, script(`modparam("dialog", "ka_interval", 60)`+"\n"+tc.params, manage+` dlg_set_property("`+tc.property+`");`))
			b.call("ka")
			side, cseq := b.b, "7 OPTIONS"
			if tc.property == "ka-src" {
				side, cseq = b.a, "1 OPTIONS"
			}
			var spent time.Duration
			for _, code := range tc.codes {
				b.Advance(60*time.Second - spent)
				m := b.next(side, "OPTIONS")
				if got := coretest.Header(m, "CSeq"); got != cseq {
					t.Errorf("CSeq %q, want %q", got, cseq)
				}
				if spent = 0; code != 0 {
					side.Send(coretest.Reply(m, code, "Answer"))
				} else {
					spent = 35 * time.Second // beyond Timer F
					b.Advance(spent)
				}
				b.drop(side)
			}
			if tc.active == 0 {
				b.counts("pingsFailed=1 byes=2")
				b.drop(b.a, b.b)
				b.Advance(35 * time.Second)
			}
			if got := b.stat("active"); got != tc.active {
				t.Errorf("%d active, want %d", got, tc.active)
			}
			b.Advance(24 * time.Hour)
			b.ended()
		})
	}
}

// What $dlg_ctx says of a call before and behind dlg_manage().
func TestTheContextOfACall(t *testing.T) {
	const say = `note("on=$dlg_ctx(on) set=$dlg_ctx(set) route=$dlg_ctx(timeout_route) id=$dlg_ctx(timeout_route_id)");`
	b := newBed(t, script("", say+manage+`$dlg_ctx(timeout_route) = "late"; `+say)+`route[late] { note("late"); }`)
	b.ring("cx")
	if got, want := strings.Join(*b.notes, "; "), "on=0 set=0 route=<null> id=0; on=1 set=1 route=late id=1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
