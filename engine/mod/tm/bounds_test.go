package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/mod/tm"
)

const orError = loads + `route { if (method == "CANCEL" || method == "ACK") { t_relay(); exit; } if (!t_relay()) sl_reply_error(); }`

// What has no room is answered and counted, and leaves nothing behind.
func TestFullTablesAreAnswered(t *testing.T) {
	for _, tc := range []struct {
		name  string
		full  func(b *bed)
		want  string
		count string
	}{
		{"transactions", func(b *bed) { tm.Bounds(b.Server, 1, 0, 0, 0) }, "503", "full"},
		{"branches", func(b *bed) { tm.Bounds(b.Server, 0, 1, 0, 0) }, "503", "full"},
		{"timers", func(b *bed) {}, "503", "timersFull"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, orError)
			tc.full(b)
			b.a.Send(request("INVITE", "first").String())
			m := b.next(b.b, "INVITE")
			lines(b.a)
			if tc.name == "timers" {
				b.BoundTimers(0)
			}
			second := request("INVITE", "second")
			b.a.Send(second.String())
			got := b.next(b.a, tc.want)
			b.a.Send(ack(second, got))
			b.none(b.b)
			if b.stat(tc.count) == 0 {
				t.Errorf("%s is not counted", tc.count)
			}
			b.b.Send(reply(m, 200)) // the first goes on
			b.want(b.a, "200")
			b.BoundTimers(100)
			b.ended()
		})
	}
}

// Without memory for messages new requests are refused; those that have a
// transaction are finished, also when their replies cannot be kept.
func TestMemoryIsFull(t *testing.T) {
	for _, tc := range []struct {
		name, method string
		codes        []int
		want         []string
	}{
		{"a failure", "INVITE", []int{486}, []string{"486"}},
		{"ringing, then an answer", "INVITE", []int{180, 200}, []string{"180", "200"}},
		{"no INVITE", "OPTIONS", []int{200}, []string{"200"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, orError)
			tm.Bounds(b.Server, 0, 0, 0, 4<<20)
			m := request(tc.method, "first")
			b.a.Send(m.String())
			out := b.next(b.b, tc.method)
			lines(b.a)
			var refused string
			for i := 0; refused == "" && i < 100_000; i++ { // of the sizes that the first one needs
				big := request("OPTIONS", fmt.Sprint("fill", i))
				big.Headers = []string{"Subject: " + strings.Repeat("x", []int{0, 1000, 2000, 4000, 10_000, 20_000, 40_000}[i%7])}
				b.a.Send(big.String())
				lines(b.b)
				if got := line(b.a); strings.HasPrefix(got, "503") && i%7 == 0 {
					refused = got
				}
			}
			if refused == "" || b.stat("noMemory") == 0 {
				t.Fatalf("nothing was refused with 503 (%d times without memory)", b.stat("noMemory"))
			}
			lines(b.a)
			for i, code := range tc.codes {
				b.b.Send(reply(out, code) + "")
				got := b.next(b.a, tc.want[i])
				if code >= 300 {
					b.a.Send(ack(m, got))
				}
			}
			b.ended()
		})
	}
}

// A script that waits holds back replies, of which there is room for so many;
// what is beyond is lost as on the network, and comes again.
func TestEventsAreFull(t *testing.T) {
	b := slowBed(t, `route { t_relay(); pause(700); }`)
	tm.Bounds(b.Server, 0, 0, 1, 0)
	b.a.Send(request("OPTIONS", "e").String())
	m := b.next(b.b, "OPTIONS")
	b.b.Send(reply(m, 100))
	b.b.Send(reply(m, 200)) // no room
	if b.stat("queueFull") != 1 {
		t.Errorf("queueFull %d", b.stat("queueFull"))
	}
	b.Advance(600 * msec)
	b.want(b.b, "OPTIONS") // it has not been answered
	b.Advance(200 * msec)
	b.b.Send(reply(m, 200))
	b.want(b.a, "200")
	b.ended()

	// a CANCEL is not lost
	b = slowBed(t, `route { if (method == "CANCEL") { t_relay(); exit; } t_on_reply("r"); t_relay(); }
onreply_route[r] { if (status == 180) pause(700); }`)
	tm.Bounds(b.Server, 0, 0, 1, 0)
	inv := request("INVITE", "e")
	b.a.Send(inv.String())
	m = b.next(b.b, "INVITE")
	b.b.Send(reply(m, 180))
	b.b.Send(reply(m, 183))
	b.a.Send(cancel(inv))
	b.want(b.b, "CANCEL")
	b.Advance(800 * msec)
	b.want(b.a, "100 ", "200 canceling", "180", "183")
	lines(b.b)
	b.b.Send(reply(m, 487))
	b.a.Send(ack(inv, b.next(b.a, "487")))
	b.ended()
}

// Without a timer for its ACK, a failure ends its transaction.
func TestFailureWithoutATimer(t *testing.T) {
	n := newBed(t, loads+`route { t_newtran(); t_reply("404", "x"); }`)
	n.a.Send(request("OPTIONS", "other").String()) // holds the only one
	n.want(n.a, "404")
	n.BoundTimers(0)
	inv := request("INVITE", "x")
	n.a.Send(inv.String())
	n.want(n.a, "404")
	if alive := n.stat("created") - n.stat("destroyed"); alive != 1 {
		t.Errorf("%d transactions are left", alive)
	}
	if n.stat("timersFull") == 0 {
		t.Error("not counted")
	}
}

// A retransmission shows that the caller has not heard the end: the transaction
// goes on absorbing, although wt_timer is over (RFC 3261 §17.2.2, Timer J).
func TestRetransmissionsKeepTheWaitState(t *testing.T) {
	b := newBed(t, plain)
	m := request("MESSAGE", "j").String()
	b.a.Send(m)
	b.b.Send(reply(b.next(b.b, "MESSAGE"), 200))
	b.want(b.a, "200")
	for range 6 { // Timer E at T2
		b.Advance(4 * time.Second)
		b.a.Send(m)
		b.want(b.a, "200")
		b.none(b.b)
	}
	b.ended()
	// and not for ever
	b.a.Send(request("MESSAGE", "k").String())
	b.b.Send(reply(b.next(b.b, "MESSAGE"), 200))
	for range 20 {
		b.Advance(4 * time.Second)
		b.a.Send(request("MESSAGE", "k").String())
	}
	if got := lines(b.b); len(got) == 0 {
		t.Error("it is absorbed after 64*T1")
	}
}

// force_rport() behind t_newtran() still says where replies go.
func TestForceRportBehindNewtran(t *testing.T) {
	b := newBed(t, loads+`route { t_newtran(); force_rport(); t_relay(); }`)
	m := request("INVITE", "r")
	m.Via = []string{"SIP/2.0/UDP 192.0.2.10:5099;branch=z9hG4bKr"}
	b.a.Send(m.String())
	out := b.next(b.b, "INVITE")
	b.b.Send(reply(out, 180))
	b.b.Send(reply(out, 200))
	b.want(b.a, "100 ", "180", "200")
}
