package tm_test

import (
	"strings"
	"testing"
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
