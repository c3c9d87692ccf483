package tm_test

import (
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// at advances to moments and counts what a peer has got at each.
func (b *bed) counts(p *coretest.Peer, method string, moments ...time.Duration) (all []int) {
	b.t.Helper()
	now := time.Duration(0)
	for _, m := range moments {
		b.Advance(m - now)
		now = m
		n := 0
		for _, l := range lines(p) {
			if strings.HasPrefix(l, method) {
				n++
			}
		}
		all = append(all, n)
	}
	return all
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

const second = time.Second

// RFC 3261 §17.1.1: the INVITE's client transaction.
func TestRFC3261_17_1_1_InviteClient(t *testing.T) {
	t.Run("Timer A doubles without a bound", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "a").String())
		lines(b.b)
		// 0.5, 1.5, 3.5, 7.5, 15.5: the fifth pause is 8 s, not T2
		got := b.counts(b.b, "INVITE", 510*time.Millisecond, 1510*time.Millisecond, 3510*time.Millisecond, 7510*time.Millisecond, 15400*time.Millisecond, 15600*time.Millisecond)
		if !equal(got, []int{1, 1, 1, 1, 0, 1}) {
			t.Errorf("repetitions %v", got)
		}
	})
	t.Run("Timer B ends it with 408", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "b")
		b.a.Send(inv.String())
		lines(b.a)
		b.Advance(29 * second)
		b.none(b.a)
		b.Advance(2 * second)
		got := b.next(b.a, "408 Request Timeout")
		b.a.Send(ack(inv, got))
		lines(b.a)
		lines(b.b)
		b.ended()
		b.none(b.a, b.b)
	})
	t.Run("a provisional reply ends the repetition", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "p").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 100))
		b.Advance(20 * second)
		b.none(b.b)
	})
	t.Run("a failure is acknowledged each time that it comes", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "f").String())
		m := b.next(b.b, "INVITE")
		for range 3 {
			b.b.Send(reply(m, 486))
		}
		b.want(b.b, "ACK", "ACK", "ACK")
		b.want(b.a, "100 ", "486")
	})
	t.Run("fr_timer is a parameter", func(t *testing.T) {
		b := newBed(t, loads+`modparam("tm", "fr_timer", 3000) route { t_relay(); }`)
		b.a.Send(request("INVITE", "fr").String())
		lines(b.a)
		b.Advance(2900 * time.Millisecond)
		b.none(b.a)
		b.Advance(200 * time.Millisecond)
		b.want(b.a, "408")
	})
	t.Run("retr_timer1 is a parameter", func(t *testing.T) {
		b := newBed(t, loads+`modparam("tm", "retr_timer1", 100) route { t_relay(); }`)
		b.a.Send(request("INVITE", "r1").String())
		lines(b.b)
		if got := b.counts(b.b, "INVITE", 110*time.Millisecond, 310*time.Millisecond, 710*time.Millisecond); !equal(got, []int{1, 1, 1}) {
			t.Errorf("repetitions %v", got)
		}
	})
	t.Run("a 2xx ends the repetition", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "2").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		b.Advance(20 * second)
		b.none(b.b)
	})
}

// RFC 3261 §17.1.2: the client transaction of other requests.
func TestRFC3261_17_1_2_NonInviteClient(t *testing.T) {
	t.Run("Timer E doubles up to T2", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("OPTIONS", "e").String())
		lines(b.b)
		got := b.counts(b.b, "OPTIONS", 510*time.Millisecond, 1510*time.Millisecond, 3510*time.Millisecond, 7510*time.Millisecond, 11510*time.Millisecond, 15510*time.Millisecond)
		if !equal(got, []int{1, 1, 1, 1, 1, 1}) {
			t.Errorf("repetitions %v", got)
		}
	})
	t.Run("after a provisional reply every T2", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("OPTIONS", "e2").String())
		m := b.next(b.b, "OPTIONS")
		b.b.Send(reply(m, 100))
		got := b.counts(b.b, "OPTIONS", 510*time.Millisecond, 4400*time.Millisecond, 4600*time.Millisecond, 8600*time.Millisecond)
		if !equal(got, []int{1, 0, 1, 1}) {
			t.Errorf("repetitions %v", got)
		}
	})
	t.Run("Timer F ends it", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("OPTIONS", "f").String())
		b.Advance(31 * second)
		lines(b.b)
		b.Advance(20 * second)
		b.none(b.b)
		lines(b.a)
		b.ended()
	})
	t.Run("a final reply ends the repetition", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("OPTIONS", "g").String())
		m := b.next(b.b, "OPTIONS")
		b.b.Send(reply(m, 404))
		b.Advance(20 * second)
		b.none(b.b)
		b.want(b.a, "404")
	})
	t.Run("a second final reply is absorbed (Timer K)", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("OPTIONS", "h").String())
		m := b.next(b.b, "OPTIONS")
		b.b.Send(reply(m, 200))
		b.b.Send(reply(m, 200))
		b.want(b.a, "200")
		b.none(b.b)
	})
	t.Run("max_noninv_lifetime bounds fr_timer", func(t *testing.T) {
		b := newBed(t, loads+`modparam("tm", "max_noninv_lifetime", 2000) route { t_relay(); }`)
		b.a.Send(request("OPTIONS", "i").String())
		b.Advance(2100 * time.Millisecond)
		lines(b.b)
		b.Advance(10 * second)
		b.none(b.b)
	})
}

// RFC 3261 §17.1.3: which replies are a branch's.
func TestRFC3261_17_1_3_MatchingReplies(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(string) string
		want   []string
	}{
		{"as it is", func(s string) string { return s }, []string{"200"}},
		{"another method in CSeq", func(s string) string { return strings.Replace(s, "1 OPTIONS", "1 BYE", 1) }, nil},
		{"a method without a number in CSeq", func(s string) string { return strings.Replace(s, "1 OPTIONS", "1 FOO", 1) }, nil},
		{"another number in CSeq", func(s string) string { return strings.Replace(s, "1 OPTIONS", "2 OPTIONS", 1) }, nil},
		{"CANCEL in CSeq", func(s string) string { return strings.Replace(s, "1 OPTIONS", "1 CANCEL", 1) }, nil},
		{"another Call-ID is no matter", func(s string) string { return strings.Replace(s, "Call-ID: m@", "Call-ID: n@", 1) }, []string{"200"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			b.a.Send(request("OPTIONS", "m").String())
			m := b.next(b.b, "OPTIONS")
			b.b.Send(tc.change(reply(m, 200)))
			b.want(b.a, tc.want...)
		})
	}
}

// RFC 3261 §17.2.1: the INVITE's server transaction.
func TestRFC3261_17_2_1_InviteServer(t *testing.T) {
	t.Run("a retransmission gets the last provisional reply", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "s")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.a.Send(inv.String())
		b.b.Send(reply(m, 183))
		b.a.Send(inv.String())
		b.want(b.a, "100 ", "100 ", "183", "183")
		b.none(b.b)
	})
	t.Run("Timer G repeats a relayed failure until its ACK", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "g")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		lines(b.a)
		if got := b.counts(b.a, "486", 510*time.Millisecond, 1510*time.Millisecond, 3510*time.Millisecond, 7510*time.Millisecond, 11510*time.Millisecond); !equal(got, []int{1, 1, 1, 1, 1}) {
			t.Errorf("repetitions %v", got)
		}
		b.a.Send(ack(inv, reply(inv.String(), 486)))
		b.Advance(20 * second)
		b.none(b.a)
	})
	t.Run("Timer H ends it without an ACK", func(t *testing.T) {
		b := newBed(t, plain)
		b.a.Send(request("INVITE", "h").String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		b.Advance(33 * second)
		lines(b.a)
		b.Advance(10 * second)
		b.none(b.a)
		lines(b.b)
		b.ended()
	})
	t.Run("a retransmission after the failure gets it again", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "r")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		b.a.Send(inv.String())
		b.want(b.a, "100 ", "486", "486")
	})
	t.Run("a failure of ours to a source that nobody has verified is not repeated", func(t *testing.T) {
		b := newBed(t, loads+`route { t_newtran(); t_reply("403", "No"); }`)
		one, two := request("INVITE", "u1"), request("INVITE", "u2")
		b.a.Send(one.String())
		got := b.next(b.a, "403")
		b.Advance(3 * second)
		b.none(b.a)
		b.a.Send(one.String())
		b.want(b.a, "403")
		b.a.Send(ack(one, got)) // now it has completed an exchange
		b.a.Send(two.String())
		b.want(b.a, "403")
		b.Advance(600 * time.Millisecond)
		b.want(b.a, "403")
	})
	t.Run("the ACK is absorbed in the Confirmed state", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "k")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 486))
		lines(b.b)
		for range 2 {
			b.a.Send(ack(inv, reply(inv.String(), 486)))
		}
		b.none(b.b)
		if b.stat("acks") != 1 {
			t.Errorf("%d ACKs", b.stat("acks"))
		}
	})
}

// RFC 3261 §17.2.2: the server transaction of other requests.
func TestRFC3261_17_2_2_NonInviteServer(t *testing.T) {
	b := newBed(t, plain)
	m := request("OPTIONS", "n")
	b.a.Send(m.String())
	fwd := b.next(b.b, "OPTIONS")
	b.a.Send(m.String()) // Trying: absorbed
	b.none(b.a, b.b)
	b.b.Send(reply(fwd, 404))
	b.want(b.a, "404")
	b.a.Send(m.String()) // Completed: the reply again
	b.want(b.a, "404")
	b.Advance(4900 * time.Millisecond)
	b.none(b.a) // and no repetition by itself
	b.a.Send(m.String())
	b.want(b.a, "404")
	b.Advance(5 * second) // Timer J, wt_timer: a new transaction
	b.a.Send(m.String())
	b.want(b.b, "OPTIONS")
}

// RFC 3261 §17.2.3: which requests are a transaction's.
func TestRFC3261_17_2_3_MatchingRequests(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(string) string
		again  bool
	}{
		{"the same", func(s string) string { return s }, true},
		{"another branch", func(s string) string { return strings.Replace(s, "z9hG4bKm", "z9hG4bKn", 1) }, false},
		{"another sent-by host", func(s string) string { return strings.Replace(s, "UDP 192.0.2.10", "UDP 192.0.2.11", 1) }, false},
		{"another sent-by port", func(s string) string { return strings.Replace(s, "10:5060;", "10:5070;", 1) }, false},
		{"another method", func(s string) string { return strings.ReplaceAll(s, "OPTIONS", "MESSAGE") }, false},
		{"the same branch and another body of headers", func(s string) string { return strings.Replace(s, "Max-Forwards: 70", "Max-Forwards: 60", 1) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			m := request("OPTIONS", "m").String()
			b.a.Send(m)
			lines(b.b)
			b.a.Send(tc.change(m))
			if got := len(lines(b.b)) == 0; got != tc.again {
				t.Errorf("a retransmission: %v, want %v", got, tc.again)
			}
		})
	}
}

// RFC 3261 §17.2.3, second list: requests of RFC 2543, without the magic cookie.
func TestRFC3261_17_2_3_MatchingRFC2543(t *testing.T) {
	old := func(s string) string { return strings.Replace(s, ";branch=z9hG4bKm", "", 1) }
	for _, tc := range []struct {
		name   string
		params string
		change func(string) string
		again  bool
	}{
		{"the same", "", func(s string) string { return s }, true},
		{"another Call-ID", "", func(s string) string { return strings.Replace(s, "Call-ID: m", "Call-ID: n", 1) }, false},
		{"another CSeq", "", func(s string) string { return strings.Replace(s, "CSeq: 1", "CSeq: 2", 1) }, false},
		{"another From tag", "", func(s string) string { return strings.Replace(s, "caller-tag", "other-tag", 1) }, false},
		{"another top Via", "", func(s string) string { return strings.Replace(s, "192.0.2.10:5060", "192.0.2.10:5061", 1) }, false},
		{"another top Via with via1_matching=0", `modparam("tm", "via1_matching", 0)`, func(s string) string {
			return strings.Replace(s, "192.0.2.10:5060", "192.0.2.11:5061", 1)
		}, true},
		{"another From tag with via1_matching=0", `modparam("tm", "via1_matching", 0)`, func(s string) string { return strings.Replace(s, "caller-tag", "other-tag", 1) }, false},
		{"another Request-URI", "", func(s string) string { return strings.Replace(s, "sip:bob@", "sip:rob@", 1) }, false},
		{"another Request-URI with ruri_matching=0", `modparam("tm", "ruri_matching", 0)`, func(s string) string { return strings.Replace(s, "sip:bob@", "sip:rob@", 1) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, strings.Replace(plain, "route {", tc.params+"\nroute {", 1))
			m := old(request("OPTIONS", "m").String())
			b.a.Send(m)
			lines(b.b)
			b.a.Send(tc.change(m))
			if got := len(lines(b.b)) == 0; got != tc.again {
				t.Errorf("a retransmission: %v, want %v", got, tc.again)
			}
		})
	}
	b := newBed(t, plain)
	inv := request("INVITE", "m")
	b.a.Send(old(inv.String()))
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 486))
	lines(b.a)
	b.a.Send(strings.Replace(old(ack(inv, reply(inv.String(), 486))), "callee-tag", "other-tag", 1))
	b.Advance(600 * msec)
	b.want(b.a, "486") // of another dialog
	b.a.Send(old(ack(inv, reply(inv.String(), 486))))
	b.Advance(20 * second)
	b.none(b.a) // the ACK was matched
}
