package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/rt"
)

// A call lives on the loop of its Call-ID: t_cancel_callid() finds it, and
// t_uac_send() sends from there, whichever loop the script runs on.
func TestFunctionsReachACallOnAnotherLoop(t *testing.T) {
	s, diags := core.New("cross.cfg", []byte(`
children=2
loadmodule "sl.so"
loadmodule "tm.so"
route {
	if (method == "MESSAGE") {
		if ($hdr(X-Uac) != $null) {
			t_uac_send("INFO", "sip:x@198.51.100.20", "", "", "From: <sip:me@example.com>\r\nTo: <sip:x@example.com>\r\nCall-ID: $hdr(X-Call)\r\n", "");
			sl_send_reply("200", "Sent");
		} else if (t_cancel_callid("$hdr(X-Call)", "1", "3", "480"))
			sl_send_reply("200", "Cancelled");
		else
			sl_send_reply("404", "None");
		exit;
	}
	t_relay();
}
`), core.Options{Core: rows(), Modules: mod.All(), Logger: discard(), Virtual: true, HomeHash: home})
	if s == nil {
		t.Fatal(diags)
	}
	net := reactortest.New(1, reactortest.Options{Loops: s.Loops(), MinDelay: time.Millisecond, MaxDelay: 2 * time.Millisecond})
	if err := s.Attach(net, net, []*core.Socket{core.NewSocket(net.Listen(serverAddr), rt.ProtoUDP, serverAddr, "")}); err != nil {
		t.Fatal(err)
	}
	net.Run(func(loop int) reactor.Handler { return s.Handler(loop) })
	var caller, phone []string
	start := func(to *[]string) func(time.Duration, reactor.Addr, []byte) {
		return func(_ time.Duration, _ reactor.Addr, data []byte) { *to = append(*to, string(data)) }
	}
	a := net.Endpoint(callerAddr(0), start(&caller))
	b := net.Endpoint(phoneAddr(0), start(&phone))
	send := func(ep *reactortest.Endpoint, text string) {
		ep.Send(serverAddr, []byte(text))
		net.Advance(20 * time.Millisecond)
	}
	request := func(method, uri, callID, extra string) string {
		return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + callerAddr(0).String() + ";branch=z9hG4bK" + method + callID + "\r\n" +
			"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: " + callID + "\r\nCSeq: 1 " + method + "\r\n" + extra + "Content-Length: 0\r\n\r\n"
	}
	take := func(from *[]string, want string) string {
		t.Helper()
		for len(*from) > 0 {
			m := (*from)[0]
			*from = (*from)[1:]
			if strings.HasPrefix(m, want) {
				return m
			}
		}
		t.Fatalf("no %q", want)
		return ""
	}
	const here, there = "call-0", "call-4" // home() divides by callers
	if s.CallHome([]byte(here)) == s.CallHome([]byte(there)) {
		t.Fatal("both calls live on one loop")
	}
	send(a, request("INVITE", "sip:x@"+phoneAddr(0).String(), there, ""))
	inv, err := read([]byte(take(&phone, "INVITE")))
	if err != nil {
		t.Fatal(err)
	}
	send(b, string(inv.reply(180, "t")))
	take(&caller, "SIP/2.0 180")
	send(a, request("MESSAGE", "sip:op@x", here, "X-Call: none\r\n"))
	take(&caller, "SIP/2.0 404")
	send(a, strings.Replace(request("MESSAGE", "sip:op@x", here, "X-Call: "+there+"\r\n"), "z9hG4bK", "z9hG4bK2", 1))
	take(&caller, "SIP/2.0 200 Cancelled")
	if c := take(&phone, "CANCEL"); !strings.Contains(c, "Reason: SIP;cause=480") {
		t.Errorf("the CANCEL is\n%s", c)
	}
	send(b, string(inv.reply(487, "t")))
	take(&caller, "SIP/2.0 487")

	send(a, strings.Replace(request("MESSAGE", "sip:op@x", here, "X-Uac: 1\r\nX-Call: "+there+"\r\n"), "z9hG4bK", "z9hG4bK3", 1))
	take(&caller, "SIP/2.0 200 Sent")
	info, err := read([]byte(take(&phone, "INFO")))
	if err != nil {
		t.Fatal(err)
	}
	send(b, string(info.reply(200, "t")))
	net.Advance(5 * time.Minute)
	for i := range s.Loops() {
		if st := tm.LoopStats(s, i); st.Alive+st.Branches+st.Events+st.Bytes != 0 {
			t.Errorf("loop %d keeps %d transactions", i, st.Alive)
		}
	}
	if want := fmt.Sprintf("%02x", s.CallHome([]byte(there))); info.branch[15:17] != want {
		t.Errorf("the INFO's branch %s is not of loop %s", info.branch, want)
	}
	if created := tm.StatsOf(s)["local"]; created != 1 {
		t.Errorf("%d requests of our own", created)
	}
	net.Stop()
}
