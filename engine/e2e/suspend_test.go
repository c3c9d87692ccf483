package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const preamble = `
loadmodule "sl"
loadmodule "textops"
loadmodule "waiter"
children=2
`

// TestSuspensionKeepsValues lets a script wait in every position in which a
// call can stand; all that it computed before must be as it was.
func TestSuspensionKeepsValues(t *testing.T) {
	cases := []struct{ name, stmts, want string }{
		{"statement", `$var(x) = "a" + $rU; wait(5); note("$var(x) $rU $ci");`, "abob bob ID"},
		{"left of and", `if (wait(5) && $rU == "bob") note("yes $fU"); else note("no");`, "yes alice"},
		{"right of and", `if ($rU == "bob" && wait(5, -1)) note("yes"); else note("no $rU");`, "no bob"},
		{"left of or", `if (wait(5, -1) || $fU == "alice") note("yes $tU"); else note("no");`, "yes bob"},
		{"right of or", `if ($rU == "nobody" || wait(5)) note("yes $tU"); else note("no");`, "yes bob"},
		{"not", `if (!wait(5, -1)) note("yes"); else note("no");`, "yes"},
		{"arithmetic", `$var(n) = 40; $var(n) = $var(n) + wait(5, 1) * 2; note("$var(n)");`, "42"},
		{"arithmetic, two waits", `$var(n) = (100 - wait(3)) * (wait(4) + wait(1) + 1) + 1; note("$var(n)");`, "298"},
		{"string argument", `$var(s) = "x" + $rU; note("got " + $var(s) + wait(5) + "!");`, "got xbob1!"},
		{"comparison", `if (wait(2) + wait(3) == 2) note("two"); else note("not");`, "two"},
		{"called route", `$avp(k) = "v" + $rU; route(W); note("$avp(k) $rc");`, "vbob 7"},
		{"called route in a condition", `if (route(W) && $rc == 7 && $rU == "bob") note("seven"); else note("no $rc");`, "seven"},
		{"while", `$var(i) = 0; while ($var(i) < 3) { wait(2); $var(i) = $var(i) + 1; } note("$var(i)");`, "3"},
		{"while condition", `$var(i) = 0; while (wait(1) && $var(i) < 3) { $var(i) = $var(i) + 1; } note("$var(i)");`, "3"},
		{"switch", `switch (wait(3) + 1) { case 2: note("two " + $rU); break; default: note("other"); }`, "two bob"},
		{"rewritten URI and headers", `$rU = "carol"; append_hf("X-A: 1\r\n"); wait(5); note("$ru");`, "sip:carol@127.0.0.1"},
		{"500 ms", `$var(x) = $ci; wait(500); note("$var(x)");`, "ID"},
		{"0 ms", `wait(0); note("$rm");`, "INVITE"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := newWaiter()
			s := start(t, preamble+`route { `+tc.stmts+` sl_send_reply("200", "OK"); }
route[W] { wait(5); if ($rU != "bob") return(-1); return(7); }`, w.module())
			a := newPeer(t)
			id := "ID-" + strings.ReplaceAll(tc.name, " ", "-")
			a.send(s.addr, request{method: "INVITE", uri: "sip:bob@127.0.0.1", callID: id, from: a}.String())
			// other messages pass through the same contexts meanwhile
			for i := range 20 {
				a.send(s.addr, request{method: "INVITE", uri: "sip:zed@127.0.0.1", callID: fmt.Sprint("noise", i), from: a}.String())
			}
			got := map[string]bool{}
			for len(got) < 21 {
				m := a.recv(5 * time.Second)
				if m == "" {
					t.Fatalf("%d of 21 answers came", len(got))
				}
				got[header(m, "Call-ID")] = true
			}
			want := strings.ReplaceAll(tc.want, "ID", id)
			if !slices.Contains(w.noted(), want) {
				t.Errorf("want a note %q, have %q", want, w.noted())
			}
		})
	}
}

// TestRetransmissionMeanwhileRunsNothingTwice and the CANCEL that arrives while
// the INVITE's script waits (DESIGN: the context enters the table under its
// transaction key at once).
func TestRetransmissionMeanwhileRunsNothingTwice(t *testing.T) {
	w := newWaiter()
	a, b := newPeer(t), newPeer(t)
	s := start(t, preamble+fmt.Sprintf(`route { if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; } if (is_method("INVITE")) hold(); forward("127.0.0.1", %d); }`, b.addr().Port), w.module())
	inv := request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a}
	a.send(s.addr, inv.String())
	<-w.started
	for range 5 {
		a.send(s.addr, inv.String())
	}
	b.none(s) // nothing was forwarded
	waitCounter(t, s, "absorbed", 5)
	w.hold <- struct{}{}
	b.want("INVITE ")
	b.none(s)
	if n := w.calls.Load(); n != 1 {
		t.Errorf("the function ran %d times", n)
	}
}

func TestCancelMeanwhileIsHonoured(t *testing.T) {
	w := newWaiter()
	a, b := newPeer(t), newPeer(t)
	s := start(t, preamble+fmt.Sprintf(`route { if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; } if (is_method("INVITE")) { hold(); hold(); } forward("127.0.0.1", %d); }`, b.addr().Port), w.module())
	inv := request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a}
	a.send(s.addr, inv.String())
	<-w.started
	cancel := inv
	cancel.method = "CANCEL"
	a.send(s.addr, cancel.String())
	a.send(s.addr, cancel.String())
	waitCounter(t, s, "cancelsParked", 1)
	waitCounter(t, s, "absorbed", 1)
	b.none(s) // the CANCEL does not overtake its INVITE
	w.hold <- struct{}{}
	<-w.started // the second wait: the CANCEL goes on waiting
	b.none(s)
	w.hold <- struct{}{}
	i := b.want("INVITE ")
	c := b.want("CANCEL ")
	if header(i, "Via") != header(c, "Via") {
		t.Errorf("CANCEL and INVITE left with different branches:\n%s\n%s", header(i, "Via"), header(c, "Via"))
	}
}

// waitCounter polls the server's counters, which have no event of their own.
func waitCounter(t *testing.T, s *server, name string, atLeast uint64) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for s.Stats().Total[name] < atLeast {
		if time.Now().After(deadline) {
			t.Fatalf("counter %s is %d, want %d; all: %v", name, s.Stats().Total[name], atLeast, s.Stats().Total)
		}
		<-tick.C
	}
}

// TestWaitCostsOthersNothing: while one message waits 500 ms, a stream of
// OPTIONS keeps its p99 within 5 ms of what it is without.
func TestWaitCostsOthersNothing(t *testing.T) {
	w := newWaiter()
	s := start(t, preamble+`route { if (is_method("INVITE")) wait(500); sl_send_reply("200", "OK"); }`, w.module())
	a := newPeer(t)
	stream := func() time.Duration {
		const n = 400
		took := make([]time.Duration, 0, n)
		pace := time.NewTicker(time.Millisecond)
		defer pace.Stop()
		for i := range n {
			<-pace.C
			at := time.Now()
			a.send(s.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("o", i), cseq: i + 1, from: a}.String())
			a.want("SIP/2.0 200")
			took = append(took, time.Since(at))
		}
		slices.Sort(took)
		return took[n*99/100]
	}
	stream() // warm
	calm := stream()
	b := newPeer(t)
	began := time.Now()
	b.send(s.addr, request{method: "INVITE", uri: "sip:x@127.0.0.1", from: b}.String())
	waitCounter(t, s, "suspended", 1)
	busy := stream()
	b.want("SIP/2.0 200")
	if d := time.Since(began); d < 500*time.Millisecond {
		t.Errorf("the INVITE was answered after %v already", d)
	}
	fmt.Printf("PROOF suspend-p99: p99 of OPTIONS %v while a script waits, %v without\n", busy.Round(10*time.Microsecond), calm.Round(10*time.Microsecond))
	if busy > calm+5*time.Millisecond {
		t.Errorf("p99 %v while another message waits, %v without", busy, calm)
	}
}

// TestPanicCostsOneMessage: a panic is caught, counted, logged with the message.
func TestPanicCostsOneMessage(t *testing.T) {
	w := newWaiter()
	s := start(t, preamble+`route { if (is_method("INVITE")) boom(); sl_send_reply("200", "OK"); }`, w.module())
	a := newPeer(t)
	for i := range 3 {
		a.send(s.addr, request{method: "INVITE", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("p", i), from: a}.String())
		a.send(s.addr, request{method: "OPTIONS", uri: "sip:x@127.0.0.1", callID: fmt.Sprint("q", i), from: a}.String())
		a.want("SIP/2.0 200")
	}
	if n := s.Stats().Total["panics"]; n != 3 {
		t.Errorf("%d panics counted, want 3", n)
	}
	s.logs.waitFor(t, "boom")
}
