package tm_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
)

// unmatched_cancel: what becomes of a CANCEL whose INVITE nobody knows.
func TestUnmatchedCancel(t *testing.T) {
	bedOf := func(mode string) *bed {
		return newBed(t, loads+`modparam("tm", "unmatched_cancel", `+mode+`)
route { if (method == "CANCEL") { t_relay(); exit; } t_relay(); }`)
	}
	inv := request("INVITE", "u")
	for mode, want := range map[string]struct {
		sent  []string // for two copies of the CANCEL
		alive uint64
	}{
		"0": {[]string{"CANCEL"}, 1},
		"1": {[]string{"CANCEL", "CANCEL"}, 0},
		"2": {nil, 0},
	} {
		b := bedOf(mode)
		b.a.Send(cancel(inv))
		b.a.Send(cancel(inv))
		b.want(b.b, want.sent...)
		if alive := b.stat("created") - b.stat("destroyed"); alive != want.alive {
			t.Errorf("unmatched_cancel=%s: %d transactions", mode, alive)
		}
	}

	b := bedOf("0")
	b.a.Send(cancel(inv))
	c := b.next(b.b, "CANCEL")
	b.b.Send(reply(c, 481))
	b.want(b.a, "481")
	b.a.Send(cancel(inv))
	b.want(b.a, "481") // again, from the transaction
	b.none(b.b)
	// the INVITE that comes after its CANCEL is not sent on
	b.a.Send(inv.String())
	b.none(b.b)
	b.a.Send(ack(inv, b.next(b.a, "487")))
	// another one is
	b.a.Send(request("INVITE", "v").String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 200))
	b.want(b.a, "100 ", "200")
	b.ended()
	b.a.Send(inv.String()) // the CANCEL is forgotten
	b.want(b.b, "INVITE")
}

// cancel_b_method: how a branch is cancelled that has not answered yet.
func TestCancelMethods(t *testing.T) {
	for mode, want := range map[string]struct{ caller, callee []string }{
		"0": {[]string{"100 ", "200 canceling", "487"}, nil},
		"1": {[]string{"100 ", "200 canceling"}, []string{"INVITE", "INVITE"}},
		"2": {[]string{"100 ", "200 canceling"}, []string{"CANCEL", "CANCEL", "CANCEL"}},
	} {
		b := newBed(t, strings.Replace(plain, "route {", `modparam("tm", "cancel_b_method", `+mode+`)`+"\nroute {", 1))
		inv := request("INVITE", "m")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.a.Send(cancel(inv))
		b.Advance(1600 * msec)
		got := lines(b.a)
		if mode == "0" && len(got) > 3 { // and its repetitions
			got = got[:3]
		}
		for i := range want.caller {
			if i >= len(got) || !strings.HasPrefix(got[i], want.caller[i]) {
				t.Errorf("cancel_b_method=%s: the caller got %q", mode, got)
				break
			}
		}
		if len(got) != len(want.caller) {
			t.Errorf("cancel_b_method=%s: the caller got %q", mode, got)
		}
		b.want(b.b, want.callee...)
		if mode == "0" {
			continue
		}
		b.b.Send(reply(m, 180))
		if mode == "1" {
			b.want(b.b, "CANCEL")
		}
		b.b.Send(reply(m, 487))
		b.want(b.b, "ACK")
		b.next(b.a, "180")
		b.a.Send(ack(inv, b.next(b.a, "487")))
		b.ended()
	}
}

// RFC 3261 §17.1.2.2: Timer F ends the repetition of a CANCEL that nobody answers, though the
// transaction goes on with another destination.
func TestCancelIsNotRepeatedForever(t *testing.T) {
	b := newBed(t, strings.Replace(vm("t_set_fr(110000);"), `t_on_failure("vm");`, `t_on_failure("vm"); t_set_fr(10000);`, 1))
	b.a.Send(request("INVITE", "f").String())
	b.b.Send(reply(b.next(b.b, "INVITE"), 180))
	b.Advance(11 * 1000 * msec) // Timer C
	b.next(b.b, "CANCEL")
	b.c.Send(reply(b.next(b.c, "INVITE"), 180))
	b.Advance(31 * 1000 * msec)
	if n := len(lines(b.b)); n < 8 {
		t.Errorf("the CANCEL is repeated %d times", n)
	}
	b.Advance(60 * 1000 * msec)
	b.none(b.b)
	b.ended()
}

// RFC 3326: a CANCEL that has waited for a provisional reply says why as well.
func TestCancelThatWaitedHasItsReason(t *testing.T) {
	for _, tc := range []struct {
		code int
		want string
	}{{200, `SIP;cause=200;text="Call completed elsewhere"`}, {603, "SIP;cause=603"}} {
		b := newBed(t, forks)
		b.a.Send(request("INVITE", "r").String())
		mb, mc := b.next(b.b, "INVITE"), b.next(b.c, "INVITE")
		b.b.Send(reply(mb, tc.code))
		b.none(b.c)
		b.c.Send(reply(mc, 180))
		if got := coretest.Header(b.next(b.c, "CANCEL"), "Reason"); got != tc.want {
			t.Errorf("%d: Reason %q", tc.code, got)
		}
	}
	// Who decided first is the cause.
	b := newBed(t, forks)
	inv := request("INVITE", "r")
	b.a.Send(inv.String())
	b.next(b.b, "INVITE")
	mc := b.next(b.c, "INVITE")
	k := *inv
	k.Headers = append(k.Headers, `Reason: Q.850;cause=16`)
	b.a.Send(cancel(&k))
	b.c.Send(reply(mc, 180))
	if got := coretest.Header(b.next(b.c, "CANCEL"), "Reason"); got != "Q.850;cause=16" {
		t.Errorf("the caller's: Reason %q", got)
	}
}

// RFC 3261 §9.1: a CANCEL goes on being repeated when fr_timer, made short to fail
// over soon, is over before the phone has heard it; an answer ends that.
func TestCancelIsRepeatedBeyondAShortTimer(t *testing.T) {
	b := newBed(t, strings.Replace(plain, "exit; } t_relay(); }", "exit; } t_set_fr(9000, 1000); t_relay(); }", 1))
	inv := request("INVITE", "s")
	b.a.Send(inv.String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 180))
	b.a.Send(cancel(inv))
	b.Advance(1100 * msec)
	b.want(b.b, "CANCEL", "CANCEL")
	b.next(b.a, "100 ")
	b.next(b.a, "180")
	b.next(b.a, "200 canceling")
	b.a.Send(ack(inv, b.next(b.a, "487")))
	b.Advance(600 * msec)
	c := b.next(b.b, "CANCEL")
	b.b.Send(reply(c, 200))
	b.b.Send(reply(m, 487))
	b.want(b.b, "ACK")
	b.Advance(3000 * msec)
	b.none(b.b)
	b.ended()
}
