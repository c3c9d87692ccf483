package tm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core/coretest"
	"sipedge/engine/dns"
)

// failoverBed is a server with a name that leads to b, c and d, in this order.
func failoverBed(t *testing.T, script string) *bed {
	t.Helper()
	b := newBed(t, "use_dns_failover=yes\n"+loads+script)
	gateways(b)
	return b
}

func gateways(b *bed) {
	var records []dns.SRV
	for i, p := range []*coretest.Peer{b.b, b.c, b.d} {
		host := fmt.Sprintf("gw%d.example.org", i)
		b.Names.Know(host, p.Addr.Addr().String())
		records = append(records, dns.SRV{Priority: uint16(i + 1), Port: 5060, Target: []byte(host)})
	}
	b.Names.KnowSRV("_sip._udp.example.org", records...)
}

// toGateways is a request of the caller to the name.
func toGateways(method, id string) *coretest.Message {
	m := request(method, id)
	m.URI = "sip:bob@example.org"
	return m
}

const relayOrFail = `
route { if (method == "CANCEL") { t_relay(); exit; } if (!t_relay()) sl_reply_error(); }`

// TestFailoverTriesTheNextAddress: after a time-out, a 503 and an ICMP error, for INVITE and
// others, and nothing else: each address has the whole fr_timer, and the caller hears of one
// that has answered.
func TestFailoverTriesTheNextAddress(t *testing.T) {
	const times = "modparam(\"tm\", \"fr_timer\", 2000)\nmodparam(\"tm\", \"fr_inv_timer\", 9000)"
	silent := func(b *bed, p *coretest.Peer) { lines(p) }
	for _, tc := range []struct {
		name   string
		script string
		fail   func(b *bed, p *coretest.Peer) // what a gateway does
		next   bool                           // whether the next one is tried
		final  string                         // else the caller's reply
	}{
		{"nobody answers", "", func(b *bed, p *coretest.Peer) {
			lines(p)
			b.Advance(1990 * msec)
			lines(p)
			b.Advance(20 * msec)
		}, true, ""},
		{"503", "", func(b *bed, p *coretest.Peer) { b.answerLast(p, 503) }, true, ""},
		{"500", "", func(b *bed, p *coretest.Peer) { b.answerLast(p, 500) }, false, "500"},
		{"404", "", func(b *bed, p *coretest.Peer) { b.answerLast(p, 404) }, false, "404"},
		{"600", "", func(b *bed, p *coretest.Peer) { b.answerLast(p, 600) }, false, "600"},
		{"503 with failover off", "use_dns_failover=no", func(b *bed, p *coretest.Peer) { b.answerLast(p, 503) }, false, "500"},
		{"503 before an ICMP error", "", func(b *bed, p *coretest.Peer) {
			m := p.Recv()
			p.Send(reply(m, 503))
			p.Bounce(0, m)
		}, true, ""},
		{"an ICMP error", "", func(b *bed, p *coretest.Peer) { p.Bounce(0, p.Recv()) }, true, ""},
		{"silence for ever", "use_dns_failover=no", func(b *bed, p *coretest.Peer) { silent(b, p); b.Advance(2100 * msec) }, false, "408"},
	} {
		for _, method := range []string{"INVITE", "MESSAGE"} {
			t.Run(tc.name+", "+method, func(t *testing.T) {
				b := failoverBed(t, times+relayOrFail+"\n"+tc.script)
				b.a.Send(toGateways(method, "one").String())
				if method == "INVITE" {
					b.next(b.a, "100")
				}
				tc.fail(b, b.b)
				if !tc.next {
					b.none(b.c, b.d)
					if got := lines(b.a); method == "INVITE" && (len(got) != 1 || !strings.HasPrefix(got[0], tc.final)) {
						t.Errorf("the caller got %q, want %q", got, tc.final)
					}
					return
				}
				b.none(b.a, b.d)
				lines(b.b)
				tc.fail(b, b.c)
				if got := lines(b.a); len(got) > 1 || len(got) == 1 && (method == "INVITE" || got[0] != "100 Trying") { // RFC 4320 §4.1
					t.Errorf("the caller got %q", got)
				}
				lines(b.b)
				lines(b.c)
				m := b.next(b.d, method+" sip:bob@example.org")
				if v := coretest.Headers(m, "Via"); len(v) != 2 || strings.Contains(v[0], v[1]) {
					t.Errorf("the third copy has the Vias %q", v)
				}
				b.d.Send(reply(m, 200))
				b.want(b.a, "200")
				if n := b.stat("failovers"); n != 2 {
					t.Errorf("%d failovers counted", n)
				}
				b.ended()
			})
		}
	}
}

// answerLast answers the last request that a peer got.
func (b *bed) answerLast(p *coretest.Peer, code int) {
	b.t.Helper()
	var last string
	for m := p.Recv(); m != ""; m = p.Recv() {
		last = m
	}
	if last == "" {
		b.t.Fatalf("%v has nothing to answer", p.Addr)
	}
	p.Send(reply(last, code))
}

// TestFailoverKeepsFailuresBack: when the last address has failed too, the failure_route runs
// once, about the best of all failures, and the caller gets that.
func TestFailoverKeepsFailuresBack(t *testing.T) {
	for _, tc := range []struct {
		name, block, want string
		run               func(b *bed)
	}{
		{"503, 503, 404", "", "404", func(b *bed) { b.answerLast(b.b, 503); b.answerLast(b.c, 503); b.answerLast(b.d, 404) }},
		{"503, silence, 503", "", "408", func(b *bed) {
			b.answerLast(b.b, 503)
			b.Advance(31 * time.Second)
			b.answerLast(b.d, 503)
		}},
		{"503 three times", "", "500", func(b *bed) { b.answerLast(b.b, 503); b.answerLast(b.c, 503); b.answerLast(b.d, 503) }},
		{"the failure_route sees them all", `t_reply("480", "$T_reply_code $T_branch_idx");`, "480 408 3", func(b *bed) {
			b.answerLast(b.b, 503)
			b.Advance(31 * time.Second)
			b.answerLast(b.d, 503)
		}},
		{"and may go on", `if (t_any_timeout()) { append_branch("sip:x@192.0.2.20"); t_relay(); }`, "202", func(b *bed) {
			b.answerLast(b.b, 503)
			b.Advance(31 * time.Second)
			lines(b.c)
			b.answerLast(b.d, 503)
			b.answerLast(b.b, 202)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := failoverBed(t, `route { t_on_failure("f"); t_relay(); }
failure_route[f] { xlog("L_ERR", "failed\n"); `+tc.block+` }
loadmodule "xlog"`)
			m := toGateways("INVITE", "one")
			b.a.Send(m.String())
			b.next(b.a, "100")
			tc.run(b)
			got := b.next(b.a, tc.want)
			if !strings.HasPrefix(tc.want, "2") {
				b.a.Send(ack(m, got))
			}
			b.none(b.a)
			b.ended()
			if n := strings.Count(b.Logged(), "failed"); n != 1 {
				t.Errorf("the failure_route ran %d times", n)
			}
		})
	}
}

// TestFailoverIsLeftOut where a branch has heard something of its request, where the caller has
// given up, and where the script does not want it.
func TestFailoverIsLeftOut(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		run          func(b *bed, m *coretest.Message)
		want         []string
	}{
		{"it has rung", relayOrFail, func(b *bed, _ *coretest.Message) {
			b.b.Send(reply(b.b.Recv(), 180))
			b.Advance(121 * time.Second)
			b.answerLast(b.b, 487)
		}, []string{"180", "408"}},
		{"the caller has cancelled, and nobody has answered", relayOrFail, func(b *bed, m *coretest.Message) {
			b.a.Send(cancel(m))
			b.Advance(31 * time.Second)
		}, []string{"200 canceling", "487"}},
		{"the caller has cancelled before the 503", relayOrFail, func(b *bed, m *coretest.Message) {
			got := b.b.Recv()
			b.a.Send(cancel(m))
			b.b.Send(reply(got, 503))
		}, []string{"200 canceling", "500"}},
		{"the caller has cancelled before the ICMP error", relayOrFail, func(b *bed, m *coretest.Message) {
			got := b.b.Recv()
			b.a.Send(cancel(m))
			b.b.Bounce(0, got)
		}, []string{"200 canceling", "487"}},
		{"t_set_disable_failover()", `route { t_set_disable_failover("1"); t_relay(); }`, func(b *bed, _ *coretest.Message) { b.answerLast(b.b, 503) }, []string{"500"}},
		{"t_set_disable_failover() before and behind", `route { t_set_disable_failover("1"); t_newtran(); t_set_disable_failover("0"); t_relay(); }`, func(b *bed, _ *coretest.Message) {
			b.answerLast(b.b, 503)
			b.answerLast(b.c, 200)
		}, []string{"200"}},
		{"t_relay_to() with 4", `route { t_relay_to("", "4"); }`, func(b *bed, _ *coretest.Message) { b.answerLast(b.b, 503) }, []string{"500"}},
		{"the transaction's life is over", "modparam(\"tm\", \"max_inv_lifetime\", 4000)" + relayOrFail, func(b *bed, _ *coretest.Message) { b.Advance(4100 * msec) }, []string{"408"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := failoverBed(t, tc.script)
			m := toGateways("INVITE", "one")
			b.a.Send(m.String())
			b.next(b.a, "100")
			tc.run(b, m)
			got := lines(b.a)
			for i := range got {
				if i >= len(tc.want) || !strings.HasPrefix(got[i], tc.want[i]) {
					t.Errorf("the caller got %q, want %q", got, tc.want)
				}
			}
			if len(tc.want) > 1 || !strings.HasPrefix(tc.want[0], "200") {
				b.none(b.c, b.d)
			}
			b.ended()
		})
	}
}

// TestFailoverTriesEightAddresses of a name that has more.
func TestFailoverTriesEightAddresses(t *testing.T) {
	b := newBed(t, "use_dns_failover=yes\n"+loads+"modparam(\"tm\", \"fr_timer\", 2000)"+relayOrFail)
	var peers []*coretest.Peer
	for i := range 12 {
		p := b.Peer(fmt.Sprintf("192.0.2.%d:5060", 100+i))
		b.Names.Know("many.example.org", p.Addr.Addr().String())
		peers = append(peers, p)
	}
	m := request("INVITE", "one")
	m.URI = "sip:bob@many.example.org"
	b.a.Send(m.String())
	b.Advance(time.Minute)
	tried := 0
	for _, p := range peers {
		if len(lines(p)) > 0 {
			tried++
		}
	}
	if tried != 8 {
		t.Errorf("%d addresses were tried", tried)
	}
	b.want(b.a, "100", "408")
	b.ended()
}

// TestFailoverKeepsWhatABranchRouteHasDone, and with reparse_on_dns_failover off makes the
// request anew where nothing would be lost.
func TestFailoverKeepsWhatABranchRouteHasDone(t *testing.T) {
	for _, reparse := range []int{0, 1} {
		for _, own := range []string{"", `t_on_branch("b");`} {
			b := failoverBed(t, fmt.Sprintf(`loadmodule "textops"
loadmodule "rr"
modparam("tm", "reparse_on_dns_failover", %d)
route { record_route(); append_hf("X-Route: r\r\n"); $ru = "sip:carol@example.org"; %s t_relay(); }
branch_route[b] { append_hf("X-Branch: b\r\n"); }`, reparse, own))
			b.a.Send(toGateways("INVITE", "one").String())
			first := b.next(b.b, "INVITE sip:carol@example.org")
			b.b.Send(reply(first, 503))
			b.next(b.b, "ACK")
			second := b.next(b.c, "INVITE sip:carol@example.org")
			strip := func(m string) string {
				line, rest, _ := strings.Cut(m, "\r\n")
				via, rest, _ := strings.Cut(rest, "\r\n")
				if !strings.HasPrefix(via, "Via: ") {
					t.Fatalf("no Via on top: %q", m)
				}
				return line + rest
			}
			if a, b := strip(first), strip(second); a != b || !strings.Contains(a, "X-Route: r") || strings.Contains(a, "X-Branch: b") != (own != "") || !strings.Contains(a, "Record-Route") {
				t.Errorf("reparse %d, %q: the copies differ:\n%s\n%s", reparse, own, a, b)
			}
			b.c.Send(reply(second, 200))
			b.want(b.a, "100", "200")
			b.ended()
		}
	}
}

// TestFailoverOfAFork: each branch goes through its own addresses; the first answer wins, and the
// others are cancelled.
func TestFailoverOfAFork(t *testing.T) {
	b := failoverBed(t, `route { append_branch("sip:x@192.0.2.50"); t_relay(); }`)
	e := b.Peer("192.0.2.50:5060")
	b.a.Send(toGateways("INVITE", "one").String())
	me := b.next(e, "INVITE")
	e.Send(reply(me, 180))
	b.answerLast(b.b, 503)
	mc := b.next(b.c, "INVITE")
	b.c.Send(reply(mc, 180))
	e.Send(reply(me, 200))
	b.want(b.c, "CANCEL")
	b.c.Send(reply(mc, 487))
	b.want(b.c, "ACK")
	b.none(b.d)
	b.want(b.a, "100", "180", "180", "200")
	b.ended()
}

// TestBranchIndexAsKamailioHasIt: in each kind of block, with the numbers that 5.6.3 gives.
func TestBranchIndexAsKamailioHasIt(t *testing.T) {
	b := newBed(t, loads+`loadmodule "xlog"
route {
	xlog("L_ERR", "before $T_branch_idx");
	t_on_branch("b"); t_on_reply("r"); t_on_failure("f");
	append_branch("sip:x@192.0.2.30");
	t_relay();
	xlog("L_ERR", "after $T_branch_idx");
}
branch_route[b] { xlog("L_ERR", "branch $T_branch_idx"); }
onreply_route { xlog("L_ERR", "main $T_branch_idx"); }
onreply_route[r] { xlog("L_ERR", "reply $T_branch_idx"); }
failure_route[f] {
	xlog("L_ERR", "failure $T_branch_idx");
	append_branch("sip:y@192.0.2.40");
	t_on_branch("b");
	t_relay();
	xlog("L_ERR", "then $T_branch_idx");
}`)
	b.a.Send(request("INVITE", "one").String())
	b.answerLast(b.b, 486)
	b.answerLast(b.c, 486)
	b.answerLast(b.d, 486)
	var got []string
	for l := range strings.SplitSeq(b.Logged(), "\n") {
		if l = strings.TrimPrefix(l, "<script>: "); l != "" {
			got = append(got, l)
		}
	}
	want := "before 0, branch 0, branch 1, after 0, main -1, reply 0, main -1, reply 1, failure 2, branch 2, then 3, main -1, reply 2"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("the script says\n%s\nwant\n%s", s, want)
	}
}

// TestFailoverOfARequestOfOurOwn: its sender hears of the last outcome alone.
func TestFailoverOfARequestOfOurOwn(t *testing.T) {
	for _, tc := range []struct {
		name string
		run  func(b *bed)
		want string
	}{
		{"the second answers", func(b *bed) {
			m := b.next(b.c, "MESSAGE sip:x@192.0.2.20")
			if coretest.Header(m, "X-Mine") != "1" || !strings.HasSuffix(m, "\r\n\r\nhello") || len(coretest.Headers(m, "Via")) != 1 {
				b.t.Errorf("the request is\n%s", m)
			}
			b.c.Send(reply(m, 200))
		}, "local-response 200, local-completed 200"},
		{"nobody answers", func(b *bed) {
			b.c.Send(reply(b.next(b.c, "MESSAGE"), 503))
			b.Advance(33 * time.Second)
			lines(b.Peer("192.0.2.40:5060"))
		}, "local-response 503, local-response 408, local-completed 408"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, o := observed(t, `use_dns_failover=yes
route { if (call_out()) sl_send_reply("200", "sent"); else sl_send_reply("500", "not sent"); }
event_route[tm:local-request] { $du = "sip:example.org"; }`)
			b.d = b.Peer("192.0.2.40:5060")
			gateways(b)
			b.b.Close()
			b.a.Send(request("OPTIONS", "o").String())
			b.want(b.a, "200 sent")
			tc.run(b)
			if got := strings.Join(o.events, ", "); got != tc.want {
				t.Errorf("events %q, want %q", got, tc.want)
			}
			if n := b.stat("broken"); n != 0 {
				t.Errorf("%d broken", n)
			}
			b.ended()
		})
	}
}

// TestOnsendRouteLeavesTheTargetsAlone: a name that the onsend_route sends a copy to does not
// take the place of the addresses that the request has left.
func TestOnsendRouteLeavesTheTargetsAlone(t *testing.T) {
	b := failoverBed(t, relayOrFail+`
onsend_route { send("mirror.example.org"); }`)
	mirrors := []*coretest.Peer{b.Peer("192.0.2.201:5060"), b.Peer("192.0.2.202:5060")}
	for _, m := range mirrors {
		b.Names.Know("mirror.example.org", m.Addr.Addr().String())
	}
	b.a.Send(toGateways("MESSAGE", "one").String())
	b.b.Bounce(0, b.b.Recv())
	if got := lines(b.c); len(got) != 1 {
		t.Errorf("the second gateway got %q", got)
	}
	if got := lines(mirrors[1]); len(got) != 0 {
		t.Errorf("the second address of the mirror got %q", got)
	}
}
