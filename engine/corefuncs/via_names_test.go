package corefuncs_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const answerAndForward = `
loadmodule "sl"
loadmodule "tm"
route {
	if ($rU == "here") { sl_send_reply("200", "OK"); exit; }
	if ($rU == "stateful") { t_relay(); exit; }
	forward();
}`

// TestReceivedWithNamesInVias: a Via that names a host gets a received parameter, unless dns or
// rev_dns is on and name servers say that the name is the source's (cookbook "dns", "rev_dns").
// With both, the second is tried where the first finds nothing.
func TestReceivedWithNamesInVias(t *testing.T) {
	const host = "phone.example.org"
	for _, c := range []struct {
		what, params        string
		forward, back       string // the address of the name, the name of the address
		received            bool
		askForward, askBack bool
	}{
		{"neither", "", "192.0.2.10", host, true, false, false},
		{"dns, its own", "dns=yes\n", "192.0.2.10", "", false, true, false},
		{"dns, another's", "dns=yes\n", "192.0.2.11", host, true, true, false},
		{"dns, nobody's", "dns=yes\n", "", host, true, true, false},
		{"rev_dns, its own", "rev_dns=yes\n", "", "Phone.Example.Org", false, false, true},
		{"rev_dns, another", "rev_dns=yes\n", "192.0.2.10", "phone.example.org.evil.test", true, false, true},
		{"rev_dns, nobody", "rev_dns=yes\n", "192.0.2.10", "", true, false, true},
		{"both, the first", "dns=yes\nrev_dns=yes\n", "192.0.2.10", "", false, true, false},
		{"both, the second", "dns=yes\nrev_dns=yes\n", "192.0.2.11", host, false, true, true},
		{"both, none", "dns=yes\nrev_dns=yes\n", "", "", true, true, true},
	} {
		for _, user := range []string{"here", "stateless", "stateful"} {
			n := modtest.New(t, c.params+answerAndForward)
			if c.forward != "" {
				n.Names.Later(host, c.forward)
			}
			if c.back != "" {
				n.Names.NameLater("192.0.2.10", c.back)
			}
			a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
			m := coretest.Request("OPTIONS", "sip:"+user+"@192.0.2.20")
			m.Via = []string{"SIP/2.0/UDP " + host + ";branch=z9hG4bKvia"}
			a.Send(m.String())
			got := ""
			if user == "here" {
				got = coretest.Header(a.Recv(), "Via")
			} else if vias := coretest.Headers(b.Recv(), "Via"); len(vias) == 2 {
				got = vias[1]
			}
			want := "SIP/2.0/UDP phone.example.org;branch=z9hG4bKvia"
			if c.received {
				want += ";received=192.0.2.10"
			}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", c.what, user, got, want)
			}
			var asked []string
			if c.askForward {
				asked = append(asked, host)
			}
			if c.askBack {
				asked = append(asked, "10.2.0.192.in-addr.arpa")
			}
			if got := strings.Join(n.Names.Asked, " "); got != strings.Join(asked, " ") {
				t.Errorf("%s, %s: asked for %q, want %q", c.what, user, got, asked)
			}
		}
	}
}

// TestAddressesInViasAreNotLookedUp, nor is a name that the cache knows waited for.
func TestAddressesInViasAreNotLookedUp(t *testing.T) {
	n := modtest.New(t, "dns=yes\nrev_dns=yes\n"+answerAndForward)
	n.Names.Know("phone.example.org", "192.0.2.10")
	a := n.Peer("192.0.2.10:5060")
	for via, want := range map[string]string{
		"192.0.2.10":        "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1",
		"192.0.2.11":        "SIP/2.0/UDP 192.0.2.11;branch=z9hG4bK1;received=192.0.2.10",
		"phone.example.org": "SIP/2.0/UDP phone.example.org;branch=z9hG4bK1",
	} {
		m := coretest.Request("OPTIONS", "sip:here@192.0.2.1")
		m.Via = []string{"SIP/2.0/UDP " + via + ";branch=z9hG4bK1"}
		if got := coretest.Header(a.Ask(m.String()), "Via"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if allocs := a.Allocs(m.String()); allocs != 0 {
			t.Errorf("%s: %v allocations", via, allocs)
		}
	}
	if len(n.Names.Asked) != 0 {
		t.Errorf("asked for %v", n.Names.Asked)
	}
}

// TestRequestsDoNotFailByTheirVias: where nothing more can wait, the Via gets its received
// parameter and the request goes on.
func TestRequestsDoNotFailByTheirVias(t *testing.T) {
	n := modtest.New(t, "dns=yes\nsuspend_max=1\nloadmodule \"cfgutils\"\n"+strings.Replace(answerAndForward, "route {", "route { if ($rU == \"slow\") sleep(1);", 1))
	n.Names.Later("phone.example.org", "192.0.2.10")
	a := n.Peer("192.0.2.10:5060")
	a.Send(coretest.Request("OPTIONS", "sip:slow@192.0.2.1").String())
	m := coretest.Request("OPTIONS", "sip:here@192.0.2.1")
	m.Via = []string{"SIP/2.0/UDP phone.example.org;branch=z9hG4bK1"}
	if got := coretest.Header(a.Ask(m.String()), "Via"); !strings.HasSuffix(got, ";received=192.0.2.10") {
		t.Errorf("%q", got)
	}
}

// TestRepliesGoToNamesInVias (RFC 3261 §18.2.2, RFC 3263 §5): a reply whose next Via names a
// host and notes no source waits for the name and is then relayed, by the end of its script
// or by a function that passes it on at once.
func TestRepliesGoToNamesInVias(t *testing.T) {
	for what, c := range map[string]struct {
		script  string
		replies int
	}{
		"no script":        {"", 1},
		"onreply_route":    {"onreply_route { append_hf(\"X-Seen: yes\\r\\n\"); }", 1},
		"forward_reply":    {"onreply_route { forward_reply(); drop; }", 1},
		"sl_forward_reply": {"onreply_route { sl_forward_reply(); drop; }", 1},
	} {
		n := modtest.New(t, "loadmodule \"sl\"\nloadmodule \"textops\"\nloadmodule \"corex\"\nroute { exit; }\n"+c.script)
		n.Names.Later("edge.example.org", "192.0.2.30")
		b, up := n.Peer("192.0.2.20:5060"), n.Peer("192.0.2.30:5060")
		m := coretest.Request("OPTIONS", "sip:bob@192.0.2.20")
		m.Via = []string{"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKours", "SIP/2.0/UDP edge.example.org;branch=z9hG4bKtheirs"}
		b.Send(coretest.Reply(m.String(), 200, "OK"))
		got := up.Recv()
		if vias := coretest.Headers(got, "Via"); len(vias) != 1 || !strings.Contains(vias[0], "edge.example.org") || strings.Contains(c.script, "X-Seen") != strings.Contains(got, "X-Seen") {
			t.Errorf("%s: %q", what, got)
		}
		if up.Recv() != "" || len(n.Names.Asked) != 1 {
			t.Errorf("%s: relayed twice, or asked for %v", what, n.Names.Asked)
		}
	}
}

// TestRepliesToNowhereAreDropped, and counted.
func TestRepliesToNowhereAreDropped(t *testing.T) {
	n := modtest.New(t, "route { exit; }")
	m := coretest.Request("OPTIONS", "sip:bob@192.0.2.20")
	m.Via = []string{"SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKours", "SIP/2.0/UDP nobody.example.org;branch=z9hG4bKtheirs"}
	n.Peer("192.0.2.20:5060").Send(coretest.Reply(m.String(), 200, "OK"))
	c := n.Server.Stats().Total
	if c["repliesUnsent"] != 1 || c["repliesRelayed"] != 0 {
		t.Errorf("%v", c)
	}
}
