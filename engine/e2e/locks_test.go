package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLocksOverLoops: scripts on several loops change a shared number while they
// hold a lock and wait in the middle of the change, and take two more locks in
// both orders. No change is lost, every request is answered, and a ring of waits
// ends with an error for one of its scripts.
func TestLocksOverLoops(t *testing.T) {
	const calls = 120
	s := start(t, `
loadmodule "cfgutils"
loadmodule "sl"
children=4
home="always"
route {
	if ($rm == "INFO") {
		sl_send_reply("200", "$shv(n)");
		exit;
	}
	if ($rU == "ab") {
		$var(l) = lock("a"); usleep("500"); $var(r) = lock("b");
	} else {
		$var(l) = lock("b"); usleep("500"); $var(r) = lock("a");
	}
	if ($var(r) > 0) {
		if ($rU == "ab") unlock("b"); else unlock("a");
	}
	if ($rU == "ab") unlock("a"); else unlock("b");
	if (!lock("n")) {
		sl_send_reply("500", "No Lock");
		exit;
	}
	$var(n) = $shv(n);
	usleep("200");
	$shv(n) = $var(n) + 1;
	unlock("n");
	if ($var(l) > 0 && $var(r) > 0) {
		sl_send_reply("200", "both");
	} else {
		sl_send_reply("200", "refused");
	}
}`)
	a := newPeer(t)
	for i := range calls {
		user := [...]string{"ab", "ba"}[i%2]
		a.send(s.addr, request{method: "MESSAGE", uri: "sip:" + user + "@127.0.0.1", callID: fmt.Sprint("lock", i), from: a}.String())
	}
	refused := 0
	for i := range calls {
		m := a.recv(10 * time.Second)
		switch {
		case strings.HasPrefix(m, "SIP/2.0 200 refused"):
			refused++
		case !strings.HasPrefix(m, "SIP/2.0 200 both"):
			t.Fatalf("answer %d of %d: %q", i+1, calls, m)
		}
	}
	a.send(s.addr, request{method: "INFO", uri: "sip:x@127.0.0.1", callID: "count", from: a}.String())
	if m := a.recv(5 * time.Second); !strings.HasPrefix(m, fmt.Sprintf("SIP/2.0 200 %d\r\n", calls)) {
		t.Errorf("after %d changes: %q", calls, strings.SplitN(m, "\r\n", 2)[0])
	}
	if refused > 0 {
		s.logs.waitFor(t, "deadlock")
	}
	if got := s.Stats().Total["panics"]; got != 0 {
		t.Errorf("%d panics", got)
	}
	fmt.Printf("PROOF locks: %d scripts with locks in opposite order over %d loops, %d told of a deadlock, none left waiting\n", calls, s.Loops(), refused)
}
