package e2e

import (
	"strconv"
	"strings"
	"testing"
)

// TestAListenNameIsMyself: a listen line may name the machine; requests to that name are ours,
// whatever auto_aliases says, and a reload keeps it so.
func TestAListenNameIsMyself(t *testing.T) {
	const script = `
auto_aliases=no
disable_tcp=yes
children=1
loadmodule "sl"
route {
	if (uri == myself) sl_send_reply("200", "Ours"); else sl_send_reply("404", "Not ours");
}`
	s := startOn(t, "udp:localhost:0", script)
	p := newPeer(t)
	ask := func(host, want string) {
		t.Helper()
		p.send(s.addr, request{method: "OPTIONS", uri: "sip:x@" + host + ":" + strconv.Itoa(s.addr.Port), from: p}.String())
		if got := p.recv(lateAnswer * 20); !strings.HasPrefix(got, "SIP/2.0 "+want) {
			t.Errorf("%s: %q", host, got)
		}
	}
	for range 2 {
		ask("localhost", "200")
		ask("LOCALHOST.", "200")
		ask("other.test", "404")
		if s.Snapshot().SocketByName(0, []byte("localhost"), 0) == nil {
			t.Error("there is no socket by the name")
		}
		if _, err := s.Reload("", []byte("listen=udp:localhost:"+strconv.Itoa(s.addr.Port)+"\n"+script)); err != nil {
			t.Fatal(err)
		}
	}
}
