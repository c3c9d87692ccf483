package dialog_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

const manage = `dlg_manage(); $dlg_var(x) = "v1";`

func TestACallPassesItsStates(t *testing.T) {
	b := newBed(t, script("", manage))
	b.a.Send(invite("s").String())
	b.inv = b.next(b.b, "INVITE")
	b.rr = coretest.Headers(b.inv, "Record-Route")
	if len(b.rr) != 1 || !strings.Contains(b.rr[0], ";did=") {
		t.Errorf("Record-Route %q has no did", b.rr)
	}
	b.counts("processed=1 early=0 active=0")
	b.b.Send(coretest.Reply(b.inv, 100, "Trying"))
	b.counts("early=0")
	b.b.Send(coretest.Reply(b.inv, 180, "Ringing", contactB))
	b.counts("early=1 active=0")
	b.answer()
	b.counts("early=0 active=1")
	b.noted("start INVITE 200 state=3 x=v1 count=1")
	b.within("INFO", "s", 8)
	b.noted("in INFO state=3 status=3 dir=1 x=v1")
	b.within("ACK", "s", 7)
	b.within("INFO", "s", 9)
	b.back("INFO", "s", 3)
	b.noted("in INFO state=4 status=4 dir=1 x=v1", "in INFO state=4 status=4 dir=2 x=v1")
	b.drop(b.a, b.b)
	b.within("BYE", "s", 10)
	b.b.Send(coretest.Reply(b.next(b.b, "BYE"), 200, "OK"))
	b.next(b.a, "200 OK")
	b.noted("end BYE s@example.com state=5 x=v1 count=0")
	b.within("INFO", "s", 11)
	b.noted("in INFO state=5 status=5 dir=1 x=v1")
	b.Advance(6 * time.Second)
	b.within("INFO", "s", 12)
	b.noted("in INFO state=<null> status=<null> dir=0 x=<null>")
	b.counts("processed=1 expired=0 failed=0 byes=0 strange=1")
	b.ended()
}

func TestByeFromEitherSideEndsTheCall(t *testing.T) {
	for _, side := range []string{"caller", "callee"} {
		t.Run(side, func(t *testing.T) {
			b := newBed(t, script("", manage))
			b.call("y")
			if side == "caller" {
				b.within("BYE", "y", 8)
			} else {
				b.back("BYE", "y", 1)
			}
			b.noted("start INVITE 200 state=3 x=v1 count=1", "end BYE y@example.com state=5 x=v1 count=0")
			b.counts("active=0")
			b.ended()
			b.counts("expired=0 byes=0")
		})
	}
}

// The BYE that never arrives downstream ends the call all the same; one that never
// arrives here leaves it to its timeout.
func TestLostByes(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "default_timeout", 100)`, manage))
	b.call("l")
	b.within("BYE", "l", 8)
	b.drop(b.b)
	b.Advance(time.Second)
	b.next(b.b, "BYE") // repeated by the transaction
	b.counts("active=0")
	b.within("BYE", "l", 8) // and by the caller
	b.Advance(time.Minute)
	b.noted("start INVITE 200 state=3 x=v1 count=1", "end BYE l@example.com state=5 x=v1 count=0")
	b.drop(b.a, b.b)
	b.call("m")
	b.counts("active=1")
	b.Advance(99 * time.Second)
	b.counts("active=1 expired=0")
	b.Advance(2 * time.Second)
	b.counts("active=0 expired=1")
	b.none(b.a, b.b)
	b.ended()
}

func TestCallsThatFail(t *testing.T) {
	for _, tc := range []struct {
		name string
		run  func(b *bed, inv *coretest.Message)
		want string
	}{
		{"refused", func(b *bed, _ *coretest.Message) { b.b.Send(coretest.Reply(b.inv, 486, "Busy Here")) }, "failed INVITE 486 state=5 x=v1"},
		{"cancelled", func(b *bed, inv *coretest.Message) {
			k := *inv
			k.Method = "CANCEL"
			b.a.Send(k.String())
			b.next(b.b, "CANCEL")
			b.b.Send(coretest.Reply(b.inv, 487, "Request Terminated"))
		}, "failed INVITE 487 state=5 x=v1"},
		{"not answered", func(b *bed, _ *coretest.Message) { b.Advance(4 * time.Minute) }, "failed INVITE <null> state=5 x=v1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, script(`modparam("dialog", "profiles_no_value", "p")`, manage+` set_dlg_profile("p");`))
			inv := invite("f")
			b.ring("f")
			b.counts("early=1 failed=0")
			tc.run(b, inv)
			b.noted(tc.want)
			b.counts("early=0 active=0 failed=1 earlyTimeouts=0")
			if n, ok := profileSize(b, "p", ""); n != 0 || !ok {
				t.Errorf("profile p has %d", n)
			}
			b.ended()
		})
	}
}

// Another INVITE with the same Call-ID and From tag, after 407, is another call.
func TestTheNextAttemptIsANewDialog(t *testing.T) {
	b := newBed(t, script("", manage))
	b.ring("n")
	b.b.Send(coretest.Reply(b.inv, 407, "Proxy Authentication Required"))
	m := invite("n")
	m.CSeq, m.Via = 8, []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKsecond"}
	b.drop(b.a, b.b)
	b.a.Send(m.String())
	b.inv = b.next(b.b, "INVITE")
	b.counts("processed=2 failed=1 spirals=0")
	b.answer()
	b.counts("active=1")
	b.within("BYE", "n", 9)
	b.ended()
}

func TestEarlyTimeoutGivesUp(t *testing.T) {
	b := newBed(t, script(`modparam("dialog", "early_timeout", 20)`, manage))
	b.ring("e")
	b.Advance(21 * time.Second)
	b.counts("early=0 failed=1 earlyTimeouts=1")
	b.noted("failed OPTIONS <null> state=5 x=v1")
	b.answer() // not followed any more
	b.counts("active=0")
	b.noted()
	b.ended()
}

func TestSpiralsAreOneCall(t *testing.T) {
	b := newBed(t, loads+`route {
	if (method == "INVITE" && $rU == "bob") { dlg_manage(); $dlg_var(x) = "first"; $rU = "carol"; $rd = "192.0.2.1"; record_route(); t_relay(); exit; }
	if (method == "INVITE") { dlg_manage(); note("again $dlg_var(x) $dlg(r_uri)"); $rd = "192.0.2.20"; record_route(); t_relay(); exit; }
	loose_route();
	t_relay();
}`)
	self := b.Peer("192.0.2.1:5060") // what the server sends to itself is handed to it by the test
	b.a.Send(invite("sp").String())
	self.Send(b.next(self, "INVITE sip:carol@192.0.2.1"))
	b.inv = b.next(b.b, "INVITE sip:carol@192.0.2.20")
	b.noted("again first sip:bob@192.0.2.20")
	b.counts("processed=1 spirals=1")
	b.b.Send(coretest.Reply(b.inv, 200, "OK", contactB))
	for m := self.Recv(); m != ""; m = self.Recv() { // the replies go round as well
		self.Send(m)
	}
	b.next(b.a, "100 ")
	b.next(b.a, "200 OK")
	b.counts("processed=1 active=1")
	b.rr = coretest.Headers(b.inv, "Record-Route")[1:]
	b.within("BYE", "sp", 8)
	b.counts("active=0")
	b.ended()
}

// Retransmissions of INVITE, 2xx, ACK and BYE change nothing.
func TestRetransmissionsChangeNothing(t *testing.T) {
	b := newBed(t, script("", manage))
	b.ring("r")
	b.a.Send(invite("r").String())
	b.answer()
	b.answer()
	b.within("ACK", "r", 7)
	b.within("ACK", "r", 7)
	b.answer()
	b.counts("processed=1 active=1 early=0 otherAnswers=0")
	b.within("BYE", "r", 8)
	b.within("BYE", "r", 8)
	b.counts("active=0")
	b.noted("start INVITE 200 state=3 x=v1 count=1", "end BYE r@example.com state=5 x=v1 count=0")
	b.ended()
}

// Of two 2xx of a fork the first is the dialog's; the other passes unfollowed.
func TestTheFirst2xxOfAForkIsTheDialog(t *testing.T) {
	b := newBed(t, script("", manage+` append_branch("sip:bob@192.0.2.30");`))
	b.a.Send(invite("k").String())
	b.inv = b.next(b.b, "INVITE")
	b.rr = coretest.Headers(b.inv, "Record-Route")
	other := b.next(b.c, "INVITE")
	b.answer()
	second := strings.Replace(coretest.Reply(other, 200, "OK", "Contact: <sip:bob@192.0.2.30>"), "callee-tag", "other-tag", 1)
	b.c.Send(second)
	b.next(b.a, "200 OK")
	b.counts("active=1 otherAnswers=1")
	b.within("ACK", "k", 7)
	m := coretest.Request("BYE", "sip:bob@192.0.2.30", "Route: "+b.rr[0])
	m.Via, m.CallID, m.CSeq, m.ToTag = []string{"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKbye2"}, "k@example.com", 8, "other-tag"
	b.a.Send(m.String())
	b.counts("active=1 strange=1")
	b.within("BYE", "k", 8)
	b.counts("active=0")
	b.ended()
}

func TestTheFlagFollowsACall(t *testing.T) {
	const params = `modparam("dialog", "dlg_flag", 4)` + "\n"
	b := newBed(t, script(params, `setflag(4);`))
	b.call("g")
	b.counts("processed=1 active=1")
	b.within("BYE", "g", 8)
	b.ended()
	b = newBed(t, script(params, `setflag(5);`))
	b.call("g")
	b.counts("processed=0 active=0")
	b.within("BYE", "g", 8)
	b.ended()
}

// What is set before dlg_manage() waits with the call, and goes with the message
// where nobody follows it.
func TestSettingsBeforeDlgManage(t *testing.T) {
	const profile = `modparam("dialog", "profiles_no_value", "p")` + "\n"
	const before = `$dlg_var(x) = "early"; set_dlg_profile("p"); $dlg_ctx(timeout) = 50; `
	b := newBed(t, script(profile, before+`
	$var(k) = is_known_dlg(); note("known $var(k) state=$dlg(state)"); dlg_manage(); $var(k) = is_known_dlg(); note("x=$dlg_var(x) known $var(k) life=$dlg(lifetime)");`))
	b.call("b")
	if n, _ := profileSize(b, "p", ""); n != 1 {
		t.Errorf("profile p has %d", n)
	}
	b.noted("known -1 state=<null>", "x=early known 1 life=50", "start INVITE 200 state=3 x=early count=1")
	b.within("BYE", "b", 8)
	b.ended()

	b = newBed(t, script(profile, before))
	b.call("b")
	b.noted()
	b.counts("processed=0")
	b.within("BYE", "b", 8)
	b.ended()
	if n, _ := profileSize(b, "p", ""); n != 0 {
		t.Errorf("profile p has %d", n)
	}
}

// A call that is answered without a transaction is none.
func TestAnsweredStatelesslyIsForgotten(t *testing.T) {
	b := newBed(t, script("", manage+` if ($rU == "bob") { sl_send_reply("403", "No"); exit; }`))
	b.a.Send(invite("z").String())
	b.next(b.a, "403")
	b.counts("processed=1 early=0 active=0")
	if b.ended(); b.stat("failed") != 0 {
		t.Error("counted as failed")
	}
}

// dlg_manage() does within the dialog what loose_route() does.
func TestDlgManageWithinTheDialog(t *testing.T) {
	s := strings.Replace(script("", manage), "loose_route();", `dlg_manage();`, 1)
	b := newBed(t, strings.Replace(s, "record_route();", "", 1))
	b.call("w")
	if len(b.rr) != 0 {
		t.Fatal("record-routed")
	}
	b.within("BYE", "w", 8)
	b.noted("start INVITE 200 state=3 x=v1 count=1", "end BYE w@example.com state=5 x=v1 count=0")
	b.ended()
}

func TestMatchModes(t *testing.T) {
	for _, tc := range []struct {
		mode, did string
		found     bool
	}{
		{"0", "own", true}, {"0", "none", false}, {"0", "wrong", false},
		{"1", "own", true}, {"1", "none", true}, {"1", "wrong", true},
		{"2", "none", true},
	} {
		t.Run(tc.mode+tc.did, func(t *testing.T) {
			b := newBed(t, script(`modparam("dialog", "dlg_match_mode", `+tc.mode+`)`, manage))
			b.ring("mm")
			if has := strings.Contains(b.rr[0], ";did="); has != (tc.mode != "2") {
				t.Errorf("Record-Route %q", b.rr)
			}
			b.answer()
			b.within("ACK", "mm", 7)
			switch at := strings.Index(b.rr[0], ";did="); tc.did {
			case "none":
				if at >= 0 {
					b.rr[0] = b.rr[0][:at] + ">"
				}
			case "wrong":
				b.rr[0] = b.rr[0][:at] + ";did=00000007.00000001>"
			}
			b.within("BYE", "mm", 8)
			if got := b.stat("active") == 0; got != tc.found {
				t.Errorf("found: %v, want %v", got, tc.found)
			}
			b.Advance(13 * time.Hour)
			b.ended()
		})
	}
}
