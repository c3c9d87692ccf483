package rr_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

// record runs a script's body on an INVITE that carries a Record-Route header
// already, and returns those that it leaves with.
func record(t *testing.T, params, body, uri string) string {
	t.Helper()
	n := modtest.New(t, "loadmodule \"rr\"\n"+params+"\nroute {\n"+body+"\n$du = \"sip:192.0.2.20\";\nforward();\n}")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	m := coretest.Request("INVITE", uri, "Record-Route: <sip:1.1.1.1;lr>").String()
	a.Send(m)
	got := coretest.Headers(b.Recv(), "Record-Route")
	if len(got) == 0 || got[len(got)-1] != "<sip:1.1.1.1;lr>" {
		t.Errorf("%s: the header that was there is not the last one: %q", body, got)
		return ""
	}
	if allocs := a.Allocs(m); allocs != 0 && !strings.Contains(body, "$var(x)") { // those log why they fail
		t.Errorf("%s: %v allocations", body, allocs)
	}
	return strings.Join(got[:len(got)-1], " ")
}

// TestRecordRoute: the headers are those of the reference, Kamailio 5.6.3, but
// for the order of ;lr and ;ftag nothing depends on.
func TestRecordRoute(t *testing.T) {
	const uri = "sip:bob@192.0.2.20"
	const full = `modparam("rr", "enable_full_lr", 1)
modparam("rr", "enable_double_rr", 2)
modparam("rr", "add_username", 1)`
	for _, tc := range []struct{ params, body, uri, want string }{
		{"", `record_route();`, uri, "<sip:192.0.2.1:5060;lr;ftag=caller-tag>"},
		{"", `add_rr_param(";before=1"); record_route(); add_rr_param(";nat=yes");`, uri,
			"<sip:192.0.2.1:5060;lr;ftag=caller-tag;before=1;nat=yes>"},
		{"", `record_route(";a=$rU"); add_rr_param("nat=yes");`, uri,
			"<sip:192.0.2.1:5060;lr;ftag=caller-tag;a=bob;nat=yes>"},
		{"", `record_route(); remove_record_route();`, uri, ""},
		{"", `record_route(";a=1"); remove_record_route(); record_route();`, uri, "<sip:192.0.2.1:5060;lr;ftag=caller-tag>"},
		{"", `record_route_preset("1.2.3.4:5090;x=y", "5.6.7.8;z=t"); add_rr_param(";nat=yes");`, uri,
			"<sip:1.2.3.4:5090;x=y;ftag=caller-tag;lr;nat=yes> <sip:5.6.7.8;z=t;ftag=caller-tag;lr;nat=yes>"},
		{"", `record_route_preset("1.2.3.4:5090");`, uri, "<sip:1.2.3.4:5090;ftag=caller-tag;lr>"},
		{"", `record_route_advertised_address("9.9.9.9:77");`, uri, "<sip:9.9.9.9:77;ftag=caller-tag;lr>"},
		{"", `force_send_socket(udp:198.51.100.1:5060); record_route();`, uri,
			"<sip:198.51.100.1:5060;r2=on;lr;ftag=caller-tag> <sip:192.0.2.1:5060;r2=on;lr;ftag=caller-tag>"},
		{`modparam("rr", "enable_double_rr", 0)`, `force_send_socket(198.51.100.1:5060); record_route();`, uri,
			"<sip:198.51.100.1:5060;lr;ftag=caller-tag>"},
		{`modparam("rr", "append_fromtag", 0)`, `record_route();`, uri, "<sip:192.0.2.1:5060;lr>"},
		{"", `record_route();`, "sips:bob@192.0.2.20", "<sips:192.0.2.1:5060;lr;ftag=caller-tag>"},
		{`modparam("rr", "ignore_sips", 1)`, `record_route();`, "sips:bob@192.0.2.20", "<sip:192.0.2.1:5060;lr;ftag=caller-tag>"},
		{full, `record_route(); add_rr_param(";nat=yes");`, uri,
			"<sip:bob@192.0.2.1:5060;r2=on;lr=on;ftag=caller-tag;nat=yes> <sip:bob@192.0.2.1:5060;r2=on;lr=on;ftag=caller-tag;nat=yes>"},
		{full, `record_route_advertised_address("9.9.9.9:77");`, uri,
			"<sip:bob@9.9.9.9:77;transport=udp;r2=on;ftag=caller-tag;lr=on> <sip:bob@9.9.9.9:77;transport=udp;r2=on;ftag=caller-tag;lr=on>"},
		{`modparam("rr", "add_username", 1) modparam("rr", "custom_user_avp", "$avp(u)")`, `$avp(u) = "mo"; record_route();`, uri,
			"<sip:mo@192.0.2.1:5060;lr;ftag=caller-tag>"},
		{`modparam("rr", "sockname_mode", 1)`, `record_route();`, uri,
			"<sip:192.0.2.1:5060;sn=udp:192.0.2.1:5060;lr;ftag=caller-tag>"},
		{"", `$var(x) = ";a=1>\r\nX-Evil: 1"; record_route("$var(x)");`, uri, ""},
		{"", `$var(x) = ";a b"; record_route(); add_rr_param("$var(x)");`, uri, "<sip:192.0.2.1:5060;lr;ftag=caller-tag>"},
	} {
		if got := record(t, tc.params, tc.body, tc.uri); got != tc.want {
			t.Errorf("%s %s:\n got %s\nwant %s", tc.params, tc.body, got, tc.want)
		}
	}
}

func TestRecordRouteTwiceIsRefused(t *testing.T) {
	n := modtest.New(t, `
loadmodule "rr"
loadmodule "sl"
route {
	$var(a) = record_route();
	$var(b) = record_route_preset("1.2.3.4");
	sl_send_reply("200", "$var(a) $var(b)");
}`)
	a := n.Peer("192.0.2.10:5060")
	if got := coretest.StartLine(a.Ask(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())); got != "SIP/2.0 200 1 -1" {
		t.Error(got)
	}
	n.WaitLog("record-routed already")
}

// TestRecordRouteStandsBehindTheVias where the request carried none.
func TestRecordRouteStandsBehindTheVias(t *testing.T) {
	n := modtest.New(t, `
loadmodule "rr"
route {
	record_route();
	forward("192.0.2.20");
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@192.0.2.20").String())
	lines := strings.Split(b.Recv(), "\r\n")
	if !strings.HasPrefix(lines[1], "Via: ") || !strings.HasPrefix(lines[2], "Via: ") || !strings.HasPrefix(lines[3], "Record-Route: ") {
		t.Errorf("the request begins\n%s", strings.Join(lines[:5], "\n"))
	}
}

// TestACallStaysOnItsPath: the BYEs of either side come back through what
// record_route() wrote, over two sockets.
func TestACallStaysOnItsPath(t *testing.T) {
	n := modtest.New(t, `
loadmodule "rr"
loadmodule "siputils"
loadmodule "textops"
route {
	if (has_totag()) {
		if (loose_route()) {
			if (is_direction("upstream")) append_hf("X-To: caller\r\n"); else append_hf("X-To: callee\r\n");
			forward();
		}
		exit;
	}
	force_send_socket(198.51.100.1);
	record_route();
	forward();
}`)
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("198.51.100.20:5060")
	a.Send(coretest.Request("INVITE", "sip:bob@198.51.100.20").String())
	invite := b.Recv()
	record := coretest.Headers(invite, "Record-Route")
	if len(record) != 2 {
		t.Fatalf("Record-Route: %q", record)
	}
	b.SendTo(1, coretest.Reply(invite, 200, "OK"))
	if got := a.Recv(); coretest.StartLine(got) != "SIP/2.0 200 OK" {
		t.Fatalf("the caller got %q", got)
	}
	// The caller's Route set is the Record-Route list reversed.
	bye := coretest.Request("BYE", "sip:bob@198.51.100.20", "Route: "+record[1]+", "+record[0]).InDialog()
	a.Send(bye.String())
	got := b.Recv()
	if coretest.Header(got, "X-To") != "callee" || coretest.Header(got, "Route") != "" || !strings.Contains(coretest.Header(got, "Via"), "198.51.100.1") {
		t.Errorf("the callee got\n%s", got)
	}
	// The callee's is the list as it stands; its From tag is the other one.
	bye = coretest.Request("BYE", "sip:alice@192.0.2.10", "Route: "+record[0]+", "+record[1])
	bye.Via = []string{"SIP/2.0/UDP 198.51.100.20:5060;branch=z9hG4bKcallee"}
	text := strings.Replace(bye.String(), "tag=caller-tag", "tag=callee-tag", 1)
	text = strings.Replace(text, "To: <sip:bob@example.net>", "To: <sip:alice@example.com>;tag=caller-tag", 1)
	b.SendTo(1, text)
	got = a.Recv()
	if coretest.Header(got, "X-To") != "caller" || coretest.Header(got, "Route") != "" || !strings.Contains(coretest.Header(got, "Via"), "192.0.2.1") {
		t.Errorf("the caller got\n%s", got)
	}
}

func TestBadTextsAreRefusedAtStart(t *testing.T) {
	const load = "loadmodule \"rr\"\n"
	modtest.WantRefused(t, load+`route { record_route(";a=1>"); }`, "cannot stand in a URI")
	modtest.WantRefused(t, load+`route { add_rr_param("a b"); }`, "cannot stand in a URI")
	modtest.WantRefused(t, load+`route { record_route_preset(""); }`, "cannot stand in a URI")
	modtest.WantRefused(t, load+`route { if (is_direction("up")) drop; }`, "upstream or downstream")
	modtest.WantRefused(t, load+`modparam("rr", "append_fromtag", 0) route { if (is_direction("upstream")) drop; }`, "append_fromtag")
	modtest.WantRefused(t, load+`modparam("rr", "enable_double_rr", 3) route { drop; }`, "0 to 2")
	modtest.WantRefused(t, load+`route { if (check_route_param("a(")) drop; }`, "regular expression")
}
