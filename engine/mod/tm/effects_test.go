package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// A transport that no socket serves is refused, by each name of the function.
func TestRelayingOverATransportThatIsNotServed(t *testing.T) {
	for _, f := range []string{
		"t_relay_to_tcp", "t_relay_to_tls", "t_relay_to_sctp",
		"t_replicate_tcp", "t_replicate_tls", "t_replicate_sctp",
		"t_forward_nonack_tcp", "t_forward_nonack_tls", "t_forward_nonack_sctp",
	} {
		b := newBed(t, loads+`route { t_newtran(); if (`+f+`("192.0.2.20", "5060")) exit; t_reply("501", "Not Served"); }`)
		b.a.Send(request("OPTIONS", "f").String())
		if got := line(b.a); got != "501 Not Served" {
			t.Errorf("%s: the caller got %q", f, got)
		}
		b.none(b.b)
	}
}

func TestForwardNonackUDP(t *testing.T) {
	b := newBed(t, loads+`route { t_newtran(); t_forward_nonack_udp("192.0.2.20", "5060"); }`)
	m := request("OPTIONS", "f")
	m.URI = "sip:x@192.0.2.99"
	b.a.Send(m.String())
	b.want(b.b, "OPTIONS sip:x@192.0.2.99")
}

// A script that releases its transaction wants no answer to be made for it, and
// its transaction to go at once.
func TestReleaseEndsTheTransaction(t *testing.T) {
	for _, tc := range []struct {
		body string
		want []string
	}{
		{`seturi("sip:x@host.example.net"); t_relay();`, []string{"478 "}},
		{`seturi("sip:x@host.example.net"); t_relay(); t_release();`, nil},
		{`t_newtran(); t_release();`, nil},
	} {
		b := newBed(t, loads+"route { "+tc.body+" }")
		b.a.Send(request("OPTIONS", "f").String())
		b.want(b.a, tc.want...)
		if tc.want != nil {
			continue
		}
		if alive := b.stat("created") - b.stat("destroyed"); alive != 0 {
			t.Errorf("%s: %d transactions are left", tc.body, alive)
		}
		if log := b.Logged(); strings.Contains(log, "nor released") {
			t.Errorf("%s: %s", tc.body, log)
		}
	}
}

func TestRetransmitReplySendsTheLastOneAgain(t *testing.T) {
	b := newBed(t, loads+`route { t_newtran(); t_reply("180", "One"); t_retransmit_reply(); t_reply("404", "Two"); }`)
	b.a.Send(request("INVITE", "f").String())
	b.want(b.a, "180 One", "180 One", "404 Two")
}

// t_reset_retr and t_reset_max_lifetime go back to the parameters, before the
// transaction is made and after.
func TestTimesAreReset(t *testing.T) {
	for _, newtran := range []string{"", "t_newtran(); "} {
		b := newBed(t, loads+`route { `+newtran+`t_set_retr("100", "200"); t_reset_retr(); t_relay(); }`)
		b.a.Send(request("OPTIONS", "f").String())
		lines(b.b)
		if got := b.counts(b.b, "OPTIONS", 490*msec, 510*msec, 1510*msec); !equal(got, []int{0, 1, 1}) {
			t.Errorf("%st_reset_retr: repetitions %v", newtran, got)
		}
		b = newBed(t, loads+`route { `+newtran+`t_set_max_lifetime("1500", "0"); t_reset_max_lifetime(); t_relay(); }`)
		b.a.Send(request("INVITE", "f").String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 180))
		b.Advance(100 * time.Second)
		b.want(b.a, "100 ", "180")
		b.Advance(21 * time.Second)
		b.want(b.a, "408")
	}
}

func TestStatusCodeIsTheLastReplys(t *testing.T) {
	b := newBed(t, loads+`loadmodule "pv"
route { $var(a) = t_get_status_code(); t_newtran(); t_reply("180", "x"); $var(b) = t_get_status_code(); t_reply("404", "$var(a) $var(b)"); }`)
	b.a.Send(request("INVITE", "f").String())
	b.want(b.a, "180", "404 -1 180")
}

// The Reason of a CANCEL goes on to the callee (RFC 3326) unless the transaction,
// or e2e_cancel_reason, says otherwise.
func TestReasonOfACancel(t *testing.T) {
	for _, tc := range []struct{ set, param, want string }{
		{"", "", `SIP;cause=600;text="Busy everywhere"`},
		{`t_set_no_e2e_cancel_reason("1");`, "", ""},
		{`t_disable_e2e_cancel_reason("1");`, "", ""},
		{`t_set_no_e2e_cancel_reason("1"); t_set_no_e2e_cancel_reason("0");`, "", `SIP;cause=600;text="Busy everywhere"`},
		{`t_newtran(); t_set_no_e2e_cancel_reason("1");`, "", ""},
		{"", `modparam("tm", "e2e_cancel_reason", 0)`, ""},
	} {
		b := newBed(t, loads+tc.param+"\nroute { if (method == \"CANCEL\") { t_relay(); exit; } "+tc.set+" t_relay(); }")
		inv := request("INVITE", "f")
		b.a.Send(inv.String())
		b.b.Send(reply(b.next(b.b, "INVITE"), 180))
		b.a.Send(strings.Replace(cancel(inv), "Max-Forwards", "Reason: SIP;cause=600;text=\"Busy everywhere\"\r\nMax-Forwards", 1))
		if got := coretest.Header(b.next(b.b, "CANCEL"), "Reason"); got != tc.want {
			t.Errorf("%s%s: Reason %q, want %q", tc.set, tc.param, got, tc.want)
		}
	}
}

// t_fork_to() adds a destination by its own URI; the current $du is not for it.
func TestForkToAddsADestination(t *testing.T) {
	b := newBed(t, loads+`route { $du = "sip:192.0.2.20"; t_fork_to("sip:carol@192.0.2.30"); t_fork_to_uri("sip:dave@192.0.2.30"); if (t_fork_to("no uri")) exit; t_relay(); }`)
	m := request("INVITE", "f")
	m.URI = "sip:bob@192.0.2.99"
	b.a.Send(m.String())
	b.want(b.b, "INVITE sip:bob@192.0.2.99")
	b.want(b.c, "INVITE sip:carol@192.0.2.30", "INVITE sip:dave@192.0.2.30")
}
