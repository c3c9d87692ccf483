package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTablesOverTwoLoops: mod-init, which waits for a while, has ended before the
// first request is answered on any loop, and the counting of all loops is exact.
func TestTablesOverTwoLoops(t *testing.T) {
	w := newWaiter()
	s := start(t, `
loadmodule "sl"
loadmodule "htable"
loadmodule "waiter"
children=2
modparam("htable", "htable", "count=>size=4;initval=0")
event_route[htable:mod-init] { $sht(count=>ready) = 0; wait(200); $sht(count=>ready) = 1; }
route {
	if ($rU == "show") { sl_send_reply("200", "$sht(count=>sum)"); exit; }
	$var(n) = $shtinc(count=>sum);
	sl_send_reply("200", "$sht(count=>ready)");
}`, w.module())
	const peers, each = 8, 50
	for i := range peers {
		a := newPeer(t)
		for j := range each {
			a.send(s.addr, request{method: "OPTIONS", uri: "sip:bob@127.0.0.1", callID: fmt.Sprintf("%d-%d", i, j), from: a}.String())
		}
		for range each {
			m := a.recv(5 * time.Second)
			if !strings.HasPrefix(m, "SIP/2.0 200 1\r\n") {
				t.Fatalf("answered before the tables were filled, or not at all: %q", m)
			}
		}
	}
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:show@127.0.0.1", callID: "show", from: a}.String())
	if m := a.recv(5 * time.Second); !strings.HasPrefix(m, fmt.Sprintf("SIP/2.0 200 %d\r\n", peers*each)) {
		t.Errorf("the sum: %q", m)
	}
	if st := s.Stats(); st.Total["startLost"] != 0 || st.Total["eventRoutes"] != 1 {
		t.Errorf("held %d, lost %d, event routes %d", st.Total["startHeld"], st.Total["startLost"], st.Total["eventRoutes"])
	}
}
