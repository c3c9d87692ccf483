package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/dns"
	"sipedge/engine/mod/modtest"
)

const answerWhatFailed = `
loadmodule "sl"
loadmodule "tm"
route { if (!SEND) sl_reply_error(); }`

// TestNameInTheCacheIsUsedInline: the message does not wait and nothing is allocated.
func TestNameInTheCacheIsUsedInline(t *testing.T) {
	for _, c := range []struct{ send, uri string }{
		{`forward()`, "sip:bob@gw.example.org"},
		{`forward("gw.example.org")`, "sip:bob@192.0.2.99"},
		{`forward("gw.example.org", 5060)`, "sip:bob@192.0.2.99"},
		{`forward(uri:host)`, "sip:bob@gw.example.org;user=phone"},
		{`forward()`, "sip:bob@192.0.2.99;maddr=gw.example.org"},
	} {
		n := modtest.New(t, strings.ReplaceAll(answerWhatFailed, "SEND", c.send))
		n.Names.Know("gw.example.org", "192.0.2.20")
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		m := coretest.Request("OPTIONS", c.uri).String()
		a.Send(m)
		if got := b.Recv(); !strings.HasPrefix(got, "OPTIONS "+c.uri) {
			t.Errorf("%s, %s: %q, the caller got %q", c.send, c.uri, got, a.Recv())
			continue
		}
		if len(n.Names.Asked) != 0 {
			t.Errorf("%s: waited for %v", c.send, n.Names.Asked)
		}
		if allocs := a.Allocs(m); allocs != 0 {
			t.Errorf("%s: %v allocations", c.send, allocs)
		}
	}
}

// TestScriptWaitsForAName and goes on where it was; the name is looked up once per
// message however often it is used, also when the cache keeps nothing of it (TTL 0).
func TestScriptWaitsForAName(t *testing.T) {
	for _, send := range []string{`forward()`, `forward("gw.example.org")`, `send("gw.example.org")`, `t_relay()`, `t_relay_to("udp:gw.example.org")`, `t_relay("gw.example.org", "5060")`} {
		n := modtest.New(t, `
loadmodule "sl"
loadmodule "tm"
loadmodule "textops"
loadmodule "xlog"
route {
	$var(x) = "kept " + $rU;
	append_hf("X-Before: 1\r\n");
	if (`+send+`) xlog("L_ERR", "$var(x) after `+strings.ReplaceAll(send, `"`, "'")+`\n");
}
`)
		n.Names.Later("gw.example.org", "192.0.2.20")
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
		a.Send(coretest.Request("INVITE", "sip:bob@gw.example.org").String())
		got := b.Recv()
		if !strings.HasPrefix(got, "INVITE sip:bob@gw.example.org SIP/2.0\r\n") || strings.HasPrefix(send, "forward") && !strings.Contains(got, "X-Before: 1") {
			t.Errorf("%s: %q, the caller got %q", send, got, a.Recv())
		}
		if len(n.Names.Asked) != 1 || b.Recv() != "" {
			t.Errorf("%s: asked for %v, or sent twice", send, n.Names.Asked)
		}
		n.WaitLog("kept bob after")
	}
}

// TestNamesThatLeadNowhere are answered as decisions say: 478, and 500 where no name server answered.
func TestNamesThatLeadNowhere(t *testing.T) {
	for _, c := range []struct {
		err  error
		code string
	}{{dns.ErrNoName, "478"}, {dns.ErrNoRecord, "478"}, {dns.ErrAliases, "478"}, {dns.ErrServers, "478"}, {dns.ErrNoAnswer, "500"}, {dns.ErrBusy, "500"}} {
		for _, send := range []string{`forward()`, `t_relay()`} {
			n := modtest.New(t, strings.ReplaceAll(answerWhatFailed, "SEND", send))
			n.Names.FailWith(c.err)
			a := n.Peer("192.0.2.10:5060")
			a.Send(coretest.Request("INVITE", "sip:bob@nobody.example.org").String())
			if got := coretest.StartLine(a.Recv()); !strings.HasPrefix(got, "SIP/2.0 "+c.code) {
				t.Errorf("%s, %v: %q", send, c.err, got)
			}
		}
	}
}

// TestParallelBranchesWithNames: all are looked up before the first is sent.
func TestParallelBranchesWithNames(t *testing.T) {
	n := modtest.New(t, `
loadmodule "sl"
loadmodule "tm"
route { append_branch("sip:two@two.example.org"); append_branch("sip:three@192.0.2.30"); t_relay(); }`)
	n.Names.Later("one.example.org", "192.0.2.20")
	n.Names.Later("two.example.org", "192.0.2.21")
	a, to := n.Peer("192.0.2.10:5060"), []string{"192.0.2.20:5060", "192.0.2.21:5060", "192.0.2.30:5060"}
	for _, addr := range to {
		n.Peer(addr)
	}
	a.Send(coretest.Request("INVITE", "sip:one@one.example.org").String())
	for _, addr := range to {
		if got := n.Peer(addr).Recv(); !strings.HasPrefix(got, "INVITE sip:") {
			t.Errorf("%s got %q, the caller %q", addr, got, a.Recv())
		}
	}
	if got := strings.Join(n.Names.Asked, " "); got != "one.example.org two.example.org" {
		t.Errorf("asked for %s", got)
	}
}

// TestWithoutIPv6NothingGoesToIPv6: dns_try_ipv6=no holds for addresses too (cookbook).
func TestWithoutIPv6NothingGoesToIPv6(t *testing.T) {
	for conf, want := range map[string]string{"": "", "dns_try_ipv6=no\n": "SIP/2.0 478"} {
		n := modtest.New(t, conf+strings.ReplaceAll(answerWhatFailed, "SEND", "forward()"))
		a, b := n.Peer("192.0.2.10:5060"), n.Peer("[2001:db8::20]:5060")
		a.Send(coretest.Request("OPTIONS", "sip:bob@[2001:db8::20]").String())
		if got, sent := a.Recv(), b.Recv() != ""; !strings.HasPrefix(got, want) || sent != (want == "") {
			t.Errorf("%q: %q, sent %v", conf, coretest.StartLine(got), sent)
		}
	}
}

// TestReplyGoesToTheNameInItsVia where no hop has noted the source (RFC 3261 §18.2.2,
// RFC 3263 §5): at once if the cache knows it, else when it is repeated.
func TestReplyGoesToTheNameInItsVia(t *testing.T) {
	n := modtest.New(t, `route { exit; }`)
	n.Names.Know("known.example.org", "192.0.2.20")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for host, want := range map[string]bool{"known.example.org": true, "other.example.org": false} {
		m := coretest.Request("OPTIONS", "sip:x@y").String()
		m = strings.Replace(m, "OPTIONS sip:x@y SIP/2.0", "SIP/2.0 200 OK", 1)
		m = strings.Replace(m, "Via: ", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKours\r\nVia: SIP/2.0/UDP "+host+";branch=z9hG4bKtheirs\r\nVia: ", 1)
		a.Send(m)
		if got := b.Recv(); (got != "") != want {
			t.Errorf("%s: %q", host, got)
		}
	}
	if len(n.Names.Asked) != 1 || n.Names.Asked[0] != "other.example.org" {
		t.Errorf("asked for %v", n.Names.Asked)
	}
}
