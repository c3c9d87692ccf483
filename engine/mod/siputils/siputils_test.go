package siputils_test

import (
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

func TestConditions(t *testing.T) {
	m := coretest.Request("MESSAGE", "sip:+49301234@192.0.2.1;transport=udp;x;y=", "Supported: timer, 100rel", "k: path").String()
	for condition, want := range map[string]string{
		`has_totag()`:                                "no",
		`is_request()`:                               "yes",
		`is_reply()`:                                 "no",
		`is_first_hop()`:                             "yes",
		`is_first_hop("1")`:                          "yes",
		`is_supported("100REL")`:                     "yes",
		`is_supported("path")`:                       "yes",
		`is_supported("gruu")`:                       "no",
		`uri_param("x")`:                             "yes",
		`uri_param("transport")`:                     "no",
		`uri_param("transport", "UDP")`:              "yes",
		`uri_param("transport", "tcp")`:              "no",
		`uri_param_any("Transport")`:                 "yes",
		`uri_param_any("lr")`:                        "no",
		`is_uri("$ru")`:                              "yes",
		`is_uri("$rU")`:                              "no",
		`cmp_uri("sip:a@B.org", "sip:a@b.ORG")`:      "yes",
		`cmp_uri("sip:a@b.org", "sip:A@b.org")`:      "no",
		`cmp_aor("sip:a@b.org;x", "sips:a@B.org")`:   "yes",
		`cmp_aor("sip:a@b.org", "nothing")`:          "no",
		`cmp_aor("sip:a@b.org:5060", "sip:a@b.org")`: "yes",
		`cmp_aor("sip:a@b.org:5070", "sip:a@b.org")`: "no",
		`cmp_hdr_name("f", "From")`:                  "yes",
		`cmp_hdr_name("X-A", "x-a")`:                 "yes",
		`cmp_hdr_name("X-A", "To")`:                  "no",
		`is_tel_number("$rU")`:                       "yes",
		`is_tel_number("+")`:                         "no",
		`is_numeric("$rU")`:                          "no",
		`is_numeric(42)`:                             "yes",
		`is_numeric("")`:                             "no",
		`is_alphanum("abc123")`:                      "yes",
		`is_alphanum("abc-123")`:                     "no",
		`is_alphanumex("abc-1.2", "-.")`:             "yes",
		`is_alphanumex("abc_1", "-.")`:               "no",
		`is_e164("$rU")`:                             "yes",
		`is_e164("+0301234")`:                        "yes",
		`is_e164("+4930123456789012")`:               "no",
		`is_uri_user_e164("$ru")`:                    "yes",
	} {
		n := modtest.New(t, `
loadmodule "siputils"
loadmodule "sl"
route {
	if (`+condition+`) sl_send_reply("200", "yes");
	else sl_send_reply("200", "no");
}`)
		a := n.Peer("192.0.2.10:5060")
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 "+want {
			t.Errorf("%s: %q, want %s", condition, got, want)
		}
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", condition, got)
		}
	}
}

func TestTotagAndFirstHopOfRequests(t *testing.T) {
	n := modtest.New(t, `
loadmodule "siputils"
loadmodule "sl"
route {
	if (has_totag()) $var(a) = "dialog"; else $var(a) = "none";
	if (is_first_hop()) $var(b) = "first"; else $var(b) = "later";
	sl_send_reply("200", "$var(a) $var(b)");
}`)
	a := n.Peer("192.0.2.10:5060")
	m := coretest.Request("OPTIONS", "sip:192.0.2.1").InDialog()
	if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 200 dialog first" {
		t.Error(got)
	}
	second := "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx"
	for _, via := range [][]string{{m.Via[0], second}, {m.Via[0] + ", " + second}} {
		m.Via = via
		if got := coretest.StartLine(a.Ask(m.String())); got != "SIP/2.0 200 dialog later" {
			t.Error(got)
		}
	}
}

func TestFirstHopOfReplies(t *testing.T) {
	n := modtest.New(t, `
alias="edge.example.org:5060"
loadmodule "siputils"
loadmodule "textops"
route { forward("192.0.2.20"); }
onreply_route {
	if (is_reply() && is_first_hop()) append_hf("X-Hop: address\r\n");
	if (is_first_hop("1")) append_hf("X-Mode1: ours\r\n");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, tc := range []struct{ record, hop, mode1 string }{
		{"<sip:192.0.2.1;lr>", "address", "ours"},
		{"<sip:edge.example.org;lr>", "", "ours"},
		{"<sip:192.0.2.99;lr>, <sip:192.0.2.1;lr>", "", ""},
	} {
		a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
		b.Send(coretest.Reply(b.Recv(), 200, "OK", "Record-Route: "+tc.record))
		got := a.Recv()
		if h, m := coretest.Header(got, "X-Hop"), coretest.Header(got, "X-Mode1"); h != tc.hop || m != tc.mode1 {
			t.Errorf("%s: %q %q, want %q %q", tc.record, h, m, tc.hop, tc.mode1)
		}
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
