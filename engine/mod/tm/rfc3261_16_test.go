package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
)

// forks sends an INVITE to b, c and d at once.
const forks = loads + `
route {
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	if (method == "ACK") { t_relay(); exit; }
	append_branch("sip:bob@192.0.2.30");
	append_branch("sip:bob@192.0.2.40");
	t_relay();
}`

// RFC 3261 §16.3: what a proxy checks before it forwards, by t_relay() itself.
func TestRFC3261_16_3_RequestValidation(t *testing.T) {
	for _, tc := range []struct {
		name, method, uri string
		change            func(m *coretest.Message)
		want              string
	}{
		{"a scheme that is not SIP", "INVITE", "tel:+49301234", nil, "416 Unsupported URI Scheme"},
		{"a scheme that nobody knows", "OPTIONS", "foo:bar", nil, "416 "},
		{"Max-Forwards 0", "INVITE", "sip:bob@192.0.2.20", func(m *coretest.Message) { m.MaxForwards = "0" }, "483 Too Many Hops"},
		{"Max-Forwards 0 of no INVITE", "MESSAGE", "sip:bob@192.0.2.20", func(m *coretest.Message) { m.MaxForwards = "0" }, "483 "},
		{"Proxy-Require", "INVITE", "sip:bob@192.0.2.20", func(m *coretest.Message) { m.Headers = append(m.Headers, "Proxy-Require: foo") }, "420 Bad Extension"},
		{"CSeq method", "INVITE", "sip:bob@192.0.2.20", func(m *coretest.Message) { m.Method = "XX" }, ""},
		{"a name that is no address", "INVITE", "sip:bob@host.example.net", nil, "478 "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, plain)
			m := request(tc.method, "v")
			m.URI = tc.uri
			if tc.change != nil {
				tc.change(m)
			}
			b.a.Send(m.String())
			if tc.want == "" {
				b.none(b.a)
				return
			}
			got := b.next(b.a, tc.want)
			if code := tc.want[:3]; code == "420" && coretest.Header(got, "Unsupported") != "foo" {
				t.Errorf("Unsupported: %q", coretest.Header(got, "Unsupported"))
			}
			b.none(b.b)
			if tc.method == "INVITE" {
				b.a.Send(ack(m, got))
			}
			b.ended()
			b.none(b.a)
		})
	}
}

// RFC 3261 §8.2.2 and §20.16: requests that no element may take.
func TestRFC3261_16_3_BrokenRequestsGet400(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"another method in CSeq": func(s string) string { return strings.Replace(s, "CSeq: 1 INVITE", "CSeq: 1 BYE", 1) },
		"CSeq of 2^31":           func(s string) string { return strings.Replace(s, "CSeq: 1 ", "CSeq: 2147483648 ", 1) },
		"CSeq beyond 2^32":       func(s string) string { return strings.Replace(s, "CSeq: 1 ", "CSeq: 99999999999 ", 1) },
		"two Content-Lengths differ": func(s string) string {
			return strings.Replace(s, "Content-Length: 0", "Content-Length: 0\r\nContent-Length: 5", 1)
		},
		"Content-Length too long": func(s string) string { return strings.Replace(s, "Content-Length: 0", "Content-Length: 10", 1) },
		"two Call-IDs":            func(s string) string { return strings.Replace(s, "CSeq:", "Call-ID: other\r\nCSeq:", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, plain)
			b.a.Send(change(request("INVITE", "v").String()))
			b.next(b.a, "400 ")
			b.none(b.b)
		})
	}
}

// RFC 3261 §16.6: what is changed in a request that is forwarded.
func TestRFC3261_16_6_RequestForwarding(t *testing.T) {
	b := newBed(t, forks)
	inv := request("INVITE", "f")
	inv.MaxForwards = "70"
	b.a.Send(inv.String())
	b.want(b.a, "100 ")
	branches := map[string]bool{}
	for p, uri := range map[*coretest.Peer]string{b.b: "sip:bob@192.0.2.20", b.c: "sip:bob@192.0.2.30", b.d: "sip:bob@192.0.2.40"} {
		m := b.next(p, "INVITE "+uri+" SIP/2.0")
		if got := coretest.Header(m, "Max-Forwards"); got != "69" {
			t.Errorf("Max-Forwards %q (step 3)", got)
		}
		vias := coretest.Headers(m, "Via")
		if len(vias) != 2 || !strings.HasPrefix(vias[0], "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK") || !strings.Contains(vias[1], "z9hG4bKf") {
			t.Errorf("Vias %q (step 8)", vias)
		}
		branches[vias[0]] = true
	}
	if len(branches) != 3 {
		t.Errorf("%d different branches for 3 destinations", len(branches))
	}
}

// RFC 3261 §16.6 step 8: two branches of an upstream fork are two transactions.
func TestRFC3261_16_6_BranchesOfAnUpstreamForkBothPass(t *testing.T) {
	b := newBed(t, plain)
	one, two := request("INVITE", "up1"), request("INVITE", "up2")
	two.CallID, two.URI = one.CallID, "sip:bob2@192.0.2.30"
	b.a.Send(one.String())
	b.a.Send(two.String())
	b.want(b.a, "100 ", "100 ")
	b.want(b.b, "INVITE")
	b.want(b.c, "INVITE")
}

// RFC 3261 §16.7: which replies are relayed, and when.
func TestRFC3261_16_7_ResponseProcessing(t *testing.T) {
	for _, tc := range []struct {
		name    string
		b, c, d []int // the replies of the branches, in the order b, c, d
		want    []string
		cancels int
	}{
		{"100 is not relayed, 180 is", []int{100, 180}, nil, nil, []string{"180"}, 0},
		{"a 2xx goes at once and cancels the others", []int{200}, []int{}, []int{}, []string{"200"}, 0},
		{"every 2xx of a fork is relayed", []int{200}, []int{200}, []int{200}, []string{"200", "200", "200"}, 0},
		{"failures wait for all", []int{486}, []int{404}, nil, nil, 0},
		{"the lowest class wins", []int{503}, []int{404}, []int{302}, []string{"302"}, 0},
		{"within 4xx those that help the caller", []int{404}, []int{484}, []int{400}, []string{"484"}, 0},
		{"a 6xx wins over all", []int{404}, []int{600}, []int{302}, []string{"600"}, 0},
		{"503 becomes 500", []int{503}, []int{503}, []int{503}, []string{"500"}, 0},
		{"5xx loses to 4xx", []int{500}, []int{480}, []int{599}, []string{"480"}, 0},
		{"a 2xx after failures", []int{486}, []int{486}, []int{200}, []string{"200"}, 0},
		{"a 2xx after a 6xx still goes", []int{603}, []int{200}, []int{487}, []string{"200"}, 0},
		{"a late 2xx after the failure went still goes", []int{486}, []int{486}, []int{486, 200}, []string{"486", "200"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBed(t, forks)
			inv := request("INVITE", "r")
			b.a.Send(inv.String())
			b.want(b.a, "100 ")
			peers := []*coretest.Peer{b.b, b.c, b.d}
			for i, codes := range [][]int{tc.b, tc.c, tc.d} {
				m := b.next(peers[i], "INVITE")
				for _, code := range codes {
					peers[i].Send(reply(m, code))
					if code >= 300 {
						b.next(peers[i], "ACK ")
					}
				}
			}
			b.want(b.a, tc.want...)
		})
	}
}

// RFC 3261 §16.7 step 7: challenges of all branches are in the one that goes.
func TestRFC3261_16_7_ChallengesAreCollected(t *testing.T) {
	for _, tc := range []struct {
		aggregate string
		want      int
	}{{"", 3}, {`modparam("tm", "aggregate_challenges", 0)`, 1}} {
		b := newBed(t, strings.Replace(forks, "route {", tc.aggregate+"\nroute {", 1))
		b.a.Send(request("INVITE", "ch").String())
		b.want(b.a, "100 ")
		for i, p := range []*coretest.Peer{b.b, b.c, b.d} {
			m := b.next(p, "INVITE")
			name, code := "WWW-Authenticate", 401
			if i == 1 {
				name, code = "Proxy-Authenticate", 407
			}
			p.Send(coretest.Reply(m, code, "No", fmt.Sprintf(`%s: Digest realm="r%d", nonce="n"`, name, i)))
		}
		m := b.next(b.a, "401")
		if n := len(coretest.Headers(m, "WWW-Authenticate")) + len(coretest.Headers(m, "Proxy-Authenticate")); n != tc.want {
			t.Errorf("%q: %d challenges, want %d:\n%s", tc.aggregate, n, tc.want, m)
		}
	}
}

// RFC 3261 §16.7 step 10: the branches that lose are cancelled, each once it has
// sent a provisional reply.
func TestRFC3261_16_7_LosingBranchesAreCancelled(t *testing.T) {
	for _, winner := range []int{200, 600} {
		b := newBed(t, forks)
		b.a.Send(request("INVITE", "l").String())
		mb, mc, md := b.next(b.b, "INVITE"), b.next(b.c, "INVITE"), b.next(b.d, "INVITE")
		b.c.Send(reply(mc, 180))
		b.b.Send(reply(mb, winner))
		can := b.next(b.c, "CANCEL")
		if coretest.Headers(can, "Via")[0] != coretest.Headers(mc, "Via")[0] || coretest.Header(can, "CSeq") != "1 CANCEL" || len(coretest.Headers(can, "Via")) != 1 {
			t.Errorf("the CANCEL is not of the branch:\n%s", can)
		}
		if !strings.Contains(coretest.Header(can, "Reason"), fmt.Sprint("SIP;cause=", winner)) {
			t.Errorf("Reason %q", coretest.Header(can, "Reason"))
		}
		b.none(b.d)
		b.d.Send(reply(md, 183)) // only now can it be cancelled
		b.want(b.d, "CANCEL")
		b.c.Send(reply(can, 200))
		b.c.Send(reply(mc, 487))
		b.want(b.c, "ACK")
		if b.stat("cancelsMade") != 2 {
			t.Errorf("%d CANCELs", b.stat("cancelsMade"))
		}
		b.Advance(4 * time.Minute)
		b.none(b.c)
		b.Advance(time.Minute)
		lines(b.a)
		lines(b.b)
		lines(b.d)
		b.ended()
	}
}

// RFC 3261 §16.8: Timer C. A branch that rings too long is cancelled and counts as
// 408; each provisional reply begins the time anew.
func TestRFC3261_16_8_TimerC(t *testing.T) {
	b := newBed(t, plain)
	inv := request("INVITE", "tc")
	b.a.Send(inv.String())
	m := b.next(b.b, "INVITE")
	b.want(b.a, "100 ")
	b.b.Send(reply(m, 180))
	b.want(b.a, "180")
	b.Advance(100 * time.Second)
	b.b.Send(reply(m, 183))
	b.want(b.a, "183")
	b.Advance(79 * time.Second)
	b.none(b.a, b.b)
	b.Advance(2 * time.Second) // max_inv_lifetime, 180 s
	b.want(b.b, "CANCEL", "CANCEL")
	got := b.next(b.a, "408")
	b.a.Send(ack(inv, got))
	lines(b.a)
	b.b.Send(reply(m, 487))
	b.want(b.b, "ACK")
	b.ended()
}

// RFC 3261 §16.8 with fr_inv_timer.
func TestRFC3261_16_8_FrInvTimer(t *testing.T) {
	b := newBed(t, loads+`modparam("tm", "fr_inv_timer", 20000)
route { t_relay(); }`)
	b.a.Send(request("INVITE", "fi").String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 180))
	lines(b.a)
	b.Advance(19 * time.Second)
	b.none(b.a, b.b)
	b.Advance(2 * time.Second)
	b.next(b.a, "408 ")
	b.next(b.b, "CANCEL")
}

// RFC 3261 §16.9: a reply's branch with an error of transport is for streams; a
// branch that cannot be sent at all leaves the others alone.
func TestRFC3261_16_9_ABranchThatCannotBeSent(t *testing.T) {
	b := newBed(t, loads+`route {
	append_branch("sip:bob@255.255.255.255");
	append_branch("sip:bob@192.0.2.30");
	t_relay();
}`)
	b.a.Send(request("INVITE", "e").String())
	b.want(b.a, "100 ")
	b.want(b.b, "INVITE")
	b.want(b.c, "INVITE")
}

// RFC 3261 §16.10: CANCEL.
func TestRFC3261_16_10_Cancel(t *testing.T) {
	t.Run("waits for the first provisional reply", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.a.Send(cancel(inv))
		b.want(b.a, "100 ", "200 canceling")
		b.none(b.b)
		b.b.Send(reply(m, 100))
		can := b.next(b.b, "CANCEL")
		b.b.Send(reply(can, 200))
		b.b.Send(reply(m, 487))
		b.want(b.b, "ACK")
		got := b.next(b.a, "487")
		b.a.Send(ack(inv, got))
		b.ended()
		b.none(b.a, b.b)
	})
	t.Run("goes at once after a provisional reply, and is repeated", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 180))
		b.a.Send(cancel(inv))
		b.want(b.a, "100 ", "180", "200 canceling")
		b.want(b.b, "CANCEL")
		b.Advance(1600 * time.Millisecond)
		b.want(b.b, "CANCEL", "CANCEL") // after 0.5 s and 1.5 s
	})
	t.Run("is answered again when it comes again", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		b.a.Send(cancel(inv))
		b.a.Send(cancel(inv))
		b.want(b.a, "100 ", "200 canceling", "200 canceling")
	})
	t.Run("its 200 has the To tag of the INVITE's replies", func(t *testing.T) {
		b := newBed(t, loads+`route { if (method == "CANCEL") { t_relay(); exit; } t_newtran(); t_reply("180", "Ringing"); t_relay(); }`)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		one := b.next(b.a, "180")
		b.a.Send(cancel(inv))
		two := b.next(b.a, "200")
		if coretest.Header(one, "To") != coretest.Header(two, "To") {
			t.Errorf("%q and %q", coretest.Header(one, "To"), coretest.Header(two, "To"))
		}
	})
	t.Run("after the final reply does nothing", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 200))
		b.a.Send(cancel(inv))
		b.want(b.a, "100 ", "200 Code 200", "200 canceling")
		b.none(b.b)
	})
	t.Run("of nobody goes on statelessly", func(t *testing.T) {
		b := newBed(t, loads+`route { t_relay(); }`)
		b.a.Send(cancel(request("INVITE", "x")))
		b.want(b.b, "CANCEL")
		if b.stat("cancelsNobody") != 1 {
			t.Error("not counted")
		}
	})
	t.Run("of nobody is answered 481 by a script that asks", func(t *testing.T) {
		b := newBed(t, loads+`route { if (method == "CANCEL") { t_relay_cancel(); sl_send_reply("481", "Call Does Not Exist"); exit; } t_relay(); }`)
		b.a.Send(cancel(request("INVITE", "x")))
		b.want(b.a, "481 ")
		b.none(b.b)
	})
	t.Run("a branch that stays silent ends with fr_timer", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		b.next(b.b, "INVITE")
		b.a.Send(cancel(inv))
		b.want(b.a, "100 ", "200 canceling")
		b.Advance(31 * time.Second)
		got := b.next(b.a, "487")
		b.a.Send(ack(inv, got))
		lines(b.b)
		lines(b.a)
		b.ended()
	})
	t.Run("its Reason is passed on", func(t *testing.T) {
		b := newBed(t, plain)
		inv := request("INVITE", "x")
		b.a.Send(inv.String())
		m := b.next(b.b, "INVITE")
		b.b.Send(reply(m, 180))
		k := *inv
		k.Headers = []string{`Reason: Q.850;cause=16`}
		b.a.Send(cancel(&k))
		if got := coretest.Header(b.next(b.b, "CANCEL"), "Reason"); got != "Q.850;cause=16" {
			t.Errorf("Reason %q", got)
		}
	})
}

// RFC 3261 §16.6 step 7 and §17.1.1.3: the CANCEL and the ACK of a failure go the
// way of their INVITE, with its Route set.
func TestRFC3261_16_6_AckOfFailureIsHopByHop(t *testing.T) {
	b := newBed(t, plain)
	inv := request("INVITE", "hh")
	inv.Headers = []string{"Route: <sip:192.0.2.77;lr>", "Subject: x"}
	b.a.Send(inv.String())
	m := b.next(b.b, "INVITE")
	b.b.Send(reply(m, 486))
	k := b.next(b.b, "ACK sip:bob@192.0.2.20")
	for _, h := range []string{"From", "Call-ID", "Route"} {
		if coretest.Header(k, h) != coretest.Header(m, h) {
			t.Errorf("%s: %q, the INVITE's is %q", h, coretest.Header(k, h), coretest.Header(m, h))
		}
	}
	if coretest.Header(k, "To") != "<sip:bob@example.net>;tag=callee-tag" || coretest.Header(k, "CSeq") != "1 ACK" || coretest.Headers(k, "Via")[0] != coretest.Headers(m, "Via")[0] {
		t.Errorf("ACK:\n%s", k)
	}
	if coretest.Header(k, "Subject") != "" {
		t.Error("the ACK has headers that are none of its own")
	}
}
