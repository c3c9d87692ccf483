package rr_test

import (
	"strings"
	"testing"

	"sipedge/engine/core/coretest"
	"sipedge/engine/mod/modtest"
)

const (
	target = "sip:bob@192.0.2.20"
	ours   = "<sip:192.0.2.1;lr;ftag=caller-tag;nat=yes>"
	// pair1 and pair2 are as a request of the callee carries them: recorded by a
	// request that left by 198.51.100.1 and came in by 192.0.2.1.
	pair1  = "<sip:198.51.100.1;r2=on;lr;ftag=zz>"
	pair2  = "<sip:192.0.2.1;r2=on;lr;ftag=zz;nat=yes>"
	loose  = "<sip:10.9.9.9:5070;lr>"
	strict = "<sip:10.9.9.8:5070>"
	remote = "<sip:t@10.1.1.1>"
)

// outcome is what a request leaves with.
type outcome struct {
	result, uri, route, next, from string
}

func run(t *testing.T, n *coretest.Net, inDialog bool, uri string, routes ...string) outcome {
	t.Helper()
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	m := coretest.Request("BYE", uri)
	for _, r := range routes {
		m.Headers = append(m.Headers, "Route: "+r)
	}
	if inDialog {
		m.InDialog()
	}
	a.Send(m.String())
	got := b.Recv()
	if got == "" {
		t.Fatalf("nothing was forwarded for %q %q", uri, routes)
	}
	got = strings.ReplaceAll(got, "<null>", "")
	line := strings.Fields(coretest.StartLine(got))
	return outcome{
		result: coretest.Header(got, "X-Result"), uri: line[1],
		route: strings.Join(coretest.Headers(got, "Route"), " | "),
		next:  coretest.Header(got, "X-Next"), from: coretest.Header(got, "X-From"),
	}
}

// TestLooseRoute: the outcomes of the reference, Kamailio 5.6.3, for the same
// requests. RFC 3261 §16.4, §16.6 step 6, §16.12.
func TestLooseRoute(t *testing.T) {
	n := modtest.NewFile(t, "testdata/loose.cfg")
	const (
		loops   = "sip:10.9.9.9:5070;lr"
		here    = "sip:192.0.2.1;lr;nat=yes"
		here2   = "sip:198.51.100.1;r2=on;lr;nat=yes"
		fromTwo = "udp:192.0.2.1:5060"
	)
	for _, tc := range []struct {
		name     string
		inDialog bool
		uri      string
		routes   []string
		want     outcome
	}{
		{"no route", true, target, nil, outcome{"-1", target, "", "", ""}},
		{"ours alone", true, target, []string{ours}, outcome{"1", target, "", "", ""}},
		{"ours alone, out of dialog", false, target, []string{ours}, outcome{"-3", target, "", "", ""}},
		{"ours and a loose router", true, target, []string{ours + ", " + loose}, outcome{"1", target, loose, loops, ""}},
		{"in two headers", true, target, []string{ours, loose}, outcome{"1", target, loose, loops, ""}},
		{"out of dialog", false, target, []string{ours + "," + loose}, outcome{"1", target, loose, loops, ""}},
		{"three in two headers", true, target, []string{ours, loose + ", " + remote}, outcome{"1", target, loose + ", " + remote, loops, ""}},
		{"ours and a strict router", true, target, []string{ours + "," + strict + ", " + loose},
			outcome{"1", "sip:10.9.9.8:5070", loose + " | <" + target + ">", "", ""}},
		{"a pair of ours", true, target, []string{pair1 + "," + pair2}, outcome{"1", target, "", "", fromTwo}},
		{"a pair of ours in two headers", true, target, []string{pair1, pair2}, outcome{"1", target, "", "", fromTwo}},
		{"a pair of ours, out of dialog", false, target, []string{pair1 + "," + pair2}, outcome{"-3", target, "", "", fromTwo}},
		{"a pair and a loose router", true, target, []string{pair1 + "," + pair2 + "," + loose}, outcome{"1", target, loose, loops, fromTwo}},
		{"ours twice, no pair", true, target, []string{ours + "," + ours + "," + loose},
			outcome{"1", target, ours + "," + loose, "sip:192.0.2.1;lr;ftag=caller-tag;nat=yes", ""}},
		{"another's", true, target, []string{loose}, outcome{"1", target, loose, loops, ""}},
		{"another's strict", true, target, []string{strict}, outcome{"1", "sip:10.9.9.8:5070", "<" + target + ">", "", ""}},
		{"garbage", true, target, []string{"]]]<<"}, outcome{"-1", target, "]]]<<", "", ""}},
		{"ours and garbage", true, target, []string{ours + ", ]]]<<"}, outcome{"-1", target, ours + ", ]]]<<", "", ""}},
		{"tel URI", true, target, []string{"<tel:+1>"}, outcome{"-1", target, "<tel:+1>", "", ""}},

		{"from a strict router", true, here, []string{loose + "," + remote}, outcome{"1", "sip:t@10.1.1.1", loose, loops, ""}},
		{"from a strict router, in two headers", true, here, []string{loose, remote}, outcome{"1", "sip:t@10.1.1.1", loose, loops, ""}},
		{"from strict to strict", true, here, []string{strict + ", " + remote}, outcome{"1", "sip:10.9.9.8:5070", remote, "", ""}},
		{"from a strict router, the target alone", true, here, []string{remote}, outcome{"1", "sip:t@10.1.1.1", "", "", ""}},
		{"from a strict router, a pair", true, here2, []string{pair2 + ", " + remote}, outcome{"1", "sip:t@10.1.1.1", "", "", fromTwo}},
		{"from a strict router, the target loose", true, here, []string{loose}, outcome{"1", loops, "", loops, ""}},
		{"our URI, no route", true, here, nil, outcome{"-1", here, "", "", ""}},
		{"our URI out of dialog is no strict router", false, here, []string{loose + "," + remote},
			outcome{"1", here, loose + "," + remote, loops, ""}},
	} {
		if got := run(t, n, tc.inDialog, tc.uri, tc.routes...); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

func TestHostileRoutesAreRefusedNotFollowed(t *testing.T) {
	n := modtest.NewFile(t, "testdata/loose.cfg")
	for _, r := range []string{
		",", "<", ">", "<>", "*", "<sip:>", "\"", "<sip:10.0.0.1", "sip", ";lr", "<sip:10.0.0.1;lr>,", "<sip:[::1>",
		"<sip:" + strings.Repeat("a", 3000) + ";lr", strings.Repeat(",", 2000), "<sip:10.0.0.1:99999;lr>",
	} {
		for _, first := range []string{"", ours + ", "} {
			m := coretest.Request("BYE", target, "Route: "+first+r).InDialog().String()
			n.Peer("192.0.2.10:5060").Send(m)
			n.Peer("192.0.2.10:5060").Recv() // 400 where the message was refused altogether
			for n.Peer("192.0.2.20:5060").Recv() != "" {
			}
		}
	}
	if got := n.Server.Stats().Total["panics"]; got != 0 {
		t.Errorf("%d panics", got)
	}
	if got := run(t, n, true, target, ours); got.result != "1" {
		t.Errorf("afterwards: %+v", got)
	}
}

// TestTheAliasNeedsItsPort: index SP024.
func TestTheAliasNeedsItsPort(t *testing.T) {
	const script = `
alias="edge.example.org:5070"
loadmodule "rr"
loadmodule "sl"
route {
	$var(r) = loose_route();
	sl_send_reply("200", "$var(r)");
}`
	n := modtest.New(t, script)
	a := n.Peer("192.0.2.10:5060")
	for route, want := range map[string]string{
		"<sip:edge.example.org:5070;lr>": "-3", "<sip:EDGE.example.org:5070;lr>": "-3", "<sip:edge.example.org;lr>": "1",
	} {
		m := coretest.Request("OPTIONS", target, "Route: "+route).String()
		if got := coretest.StartLine(a.Ask(m)); got != "SIP/2.0 200 "+want {
			t.Errorf("%s: %q, want %s", route, got, want)
		}
	}
}

func TestModesOfLooseRoute(t *testing.T) {
	n := modtest.New(t, `
loadmodule "rr"
loadmodule "sl"
route {
	if (method == "BYE") {
		$var(r) = loose_route_mode("1");
	} else {
		$var(r) = loose_route_preloaded();
	}
	sl_send_reply("200", "$var(r) $du $ru");
}`)
	a := n.Peer("192.0.2.10:5060")
	for _, tc := range []struct {
		m    *coretest.Message
		want string
	}{
		{coretest.Request("BYE", "sip:192.0.2.1;lr", "Route: "+loose+","+remote).InDialog(), "1 sip:10.9.9.9:5070;lr sip:192.0.2.1;lr"},
		{coretest.Request("INVITE", target, "Route: "+ours+","+loose), "1 sip:10.9.9.9:5070;lr " + target},
		{coretest.Request("INVITE", target, "Route: "+ours), "1  " + target},
		{coretest.Request("INVITE", target, "Route: "+ours+","+loose).InDialog(), "-1  " + target},
		{coretest.Request("INVITE", target), "-1  " + target},
	} {
		if got := coretest.StartLine(a.Ask(tc.m.String())); strings.ReplaceAll(got, "<null>", "") != "SIP/2.0 200 "+tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestDirectionAndParameters(t *testing.T) {
	n := modtest.NewFile(t, "testdata/loose.cfg")
	a, b := n.Peer("192.0.2.10:5060"), n.Peer("192.0.2.20:5060")
	for _, tc := range []struct{ route, param, up string }{
		{ours, "1", "-1"},
		{"<sip:192.0.2.1;lr;ftag=callee-tag;nat=yes>", "1", "1"},
		{"<sip:192.0.2.1;lr;NAT=YES>", "1", "-1"},
		{"<sip:192.0.2.1;lr;xnat=yes>", "-1", "-1"},
		{"<sip:192.0.2.1;lr=on>", "-1", "-1"},
		{loose, "-1", "-1"},
		{pair1 + "," + pair2, "-1", "1"}, // those of the first, as in the reference
	} {
		a.Send(coretest.Request("BYE", target, "Route: "+tc.route).InDialog().String())
		got := b.Recv()
		if p, u := coretest.Header(got, "X-Param"), coretest.Header(got, "X-Upstream"); p != tc.param || u != tc.up {
			t.Errorf("%s: parameter %s upstream %s, want %s %s", tc.route, p, u, tc.param, tc.up)
		}
	}
}

func TestRoutingDoesNotAllocate(t *testing.T) {
	n := modtest.NewFile(t, "testdata/loose.cfg")
	a := n.Peer("192.0.2.10:5060")
	for _, r := range []string{ours, ours + "," + loose, ours + "," + strict, pair1 + "," + pair2} {
		m := coretest.Request("BYE", target, "Route: "+r).InDialog().String()
		if got := a.Allocs(m); got != 0 {
			t.Errorf("%s: %v allocations", r, got)
		}
	}
	m := coretest.Request("BYE", "sip:192.0.2.1;lr", "Route: "+loose+","+remote).InDialog().String()
	if got := a.Allocs(m); got != 0 {
		t.Errorf("from a strict router: %v allocations", got)
	}
}

func TestReadmeCompiles(t *testing.T) { modtest.CheckReadme(t) }
