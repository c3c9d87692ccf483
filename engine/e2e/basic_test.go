package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// proxy is a script that answers OPTIONS and sends everything else to a port.
func proxy(port int, params string) string {
	return fmt.Sprintf(`
loadmodule "sl"
loadmodule "maxfwd"
loadmodule "rr"
loadmodule "textops"
loadmodule "siputils"
%s
route {
	if (!mf_process_maxfwd_header("10")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (is_method("OPTIONS") && !has_totag()) {
		sl_send_reply("200", "OK");
		exit;
	}
	if (has_totag()) {
		loose_route();
	} else {
		record_route();
	}
	forward("127.0.0.1", %d);
}
`, params, port)
}

func TestOptionsIsAnswered(t *testing.T) {
	s := start(t, proxy(9, ""))
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:127.0.0.1", from: a}.String())
	m := a.want("SIP/2.0 200 OK\r\n")
	if !strings.Contains(header(m, "To"), ";tag=") {
		t.Errorf("no To tag in %q", m)
	}
	if header(m, "Content-Length") != "0" {
		t.Errorf("no Content-Length: 0 in %q", m)
	}
}

// TestCallThroughProxy carries INVITE, 180, 200, ACK and BYE both ways.
func TestCallThroughProxy(t *testing.T) {
	for _, syn := range []string{"yes", "no"} {
		t.Run("syn_branch="+syn, func(t *testing.T) {
			a, b := newPeer(t), newPeer(t)
			s := start(t, proxy(b.addr().Port, "syn_branch="+syn+"\nchildren=2"))
			a.send(s.addr, request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a, headers: []string{"Max-Forwards: 9"}, body: "v=0\r\n"}.String())
			inv := b.want("INVITE sip:bob@127.0.0.1 SIP/2.0\r\n")
			if got := header(inv, "Max-Forwards"); got != "8" {
				t.Errorf("Max-Forwards %q, want 8", got)
			}
			if !strings.Contains(header(inv, "Record-Route"), s.addr.String()) {
				t.Errorf("no Record-Route of ours in %q", inv)
			}
			if strings.Count(inv, "Via:") != 2 || !strings.Contains(header(inv, "Via"), s.addr.String()) {
				t.Errorf("our Via is not on top of %q", inv)
			}
			if !strings.HasSuffix(inv, "\r\n\r\nv=0\r\n") {
				t.Errorf("the body was changed: %q", inv)
			}
			for _, code := range []int{180, 200} {
				b.send(s.addr, answer(inv, code, "Fine"))
				m := a.want(fmt.Sprintf("SIP/2.0 %d Fine\r\n", code))
				if strings.Count(m, "Via:") != 1 {
					t.Errorf("our Via is still in %q", m)
				}
			}
			route := "Route: " + header(inv, "Record-Route")
			ack := request{method: "ACK", uri: "sip:bob@" + b.addr().String(), from: a, toTag: "b1", cseq: 1, branch: "z9hG4bK-ack", headers: []string{route}}
			a.send(s.addr, ack.String())
			if m := b.want("ACK sip:bob@" + b.addr().String()); header(m, "Route") != "" {
				t.Errorf("our Route was not taken off: %q", m)
			}
			bye := ack
			bye.method, bye.cseq, bye.branch = "BYE", 2, "z9hG4bK-bye"
			a.send(s.addr, bye.String())
			m := b.want("BYE sip:bob@")
			b.send(s.addr, answer(m, 200, "OK"))
			a.want("SIP/2.0 200 OK\r\n")
		})
	}
}

// TestRetransmissionKeepsBranch holds what RFC 3261 §16.11 asks of a stateless
// proxy: the same branch for a retransmission and for CANCEL and ACK of the
// INVITE, another one for another transaction.
func TestRetransmissionKeepsBranch(t *testing.T) {
	for _, syn := range []string{"yes", "no"} {
		a, b := newPeer(t), newPeer(t)
		s := start(t, proxy(b.addr().Port, "syn_branch="+syn))
		branch := func(r request) string {
			a.send(s.addr, r.String())
			via := header(b.want(r.method), "Via")
			_, br, _ := strings.Cut(via, "branch=")
			return br
		}
		inv := request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a, branch: "z9hG4bKone"}
		first := branch(inv)
		if second := branch(inv); second != first {
			t.Errorf("syn_branch=%s: retransmission %q, first %q", syn, second, first)
		}
		cancel := inv
		cancel.method = "CANCEL"
		if got := branch(cancel); got != first {
			t.Errorf("syn_branch=%s: CANCEL %q, INVITE %q", syn, got, first)
		}
		other := inv
		other.branch = "z9hG4bKtwo"
		if got := branch(other); got == first {
			t.Errorf("syn_branch=%s: two transactions share the branch %q", syn, got)
		}
	}
}

// TestStableBranchSurvivesRestart: with syn_branch=0 another process makes the
// same branch (cookbook "syn_branch").
func TestStableBranchSurvivesRestart(t *testing.T) {
	a, b := newPeer(t), newPeer(t)
	var seen []string
	for range 2 {
		s := start(t, proxy(b.addr().Port, "syn_branch=no"))
		a.send(s.addr, request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a}.String())
		_, br, _ := strings.Cut(header(b.want("INVITE"), "Via"), "branch=")
		seen = append(seen, br)
	}
	if seen[0] != seen[1] {
		t.Errorf("branches differ: %q", seen)
	}
}

// TestReplyTarget holds RFC 3261 §18.2.2 and RFC 3581 §4.
func TestReplyTarget(t *testing.T) {
	s := start(t, proxy(9, ""))
	a, other := newPeer(t), newPeer(t)
	r := request{method: "OPTIONS", uri: "sip:127.0.0.1", from: other}
	// no rport: to the source address, but the port of the sent-by
	a.send(s.addr, r.String())
	if m := other.want("SIP/2.0 200"); strings.Contains(header(m, "Via"), "received") {
		t.Errorf("received was added although the sent-by is the source address: %q", m)
	}
	// rport: to the source port, both noted
	a.send(s.addr, strings.Replace(r.String(), ";branch", ";rport;branch", 1))
	via := header(a.want("SIP/2.0 200"), "Via")
	if !strings.Contains(via, fmt.Sprintf(";rport=%d;", a.addr().Port)) || !strings.Contains(via, ";received=127.0.0.1") {
		t.Errorf("rport and received are not noted: %q", via)
	}
	// a host name in the sent-by: received
	a.send(s.addr, strings.Replace(r.String(), "UDP 127.0.0.1:", "UDP phone.example.com:", 1))
	if via := header(other.want("SIP/2.0 200"), "Via"); !strings.HasSuffix(via, ";received=127.0.0.1") {
		t.Errorf("received is not noted: %q", via)
	}
	// a received and rport value of the client's own invention give way
	a.send(s.addr, strings.Replace(r.String(), ";branch", ";received=10.9.8.7;rport=99;branch", 1))
	via = header(a.want("SIP/2.0 200"), "Via")
	if strings.Contains(via, "10.9.8.7") || strings.Count(via, "received=") != 1 || !strings.Contains(via, fmt.Sprintf("rport=%d", a.addr().Port)) {
		t.Errorf("the client's received or rport stayed: %q", via)
	}
}

// TestAckOfOurReplyIsAbsorbed: the ACK of a failure reply made here ends here.
func TestAckOfOurReplyIsAbsorbed(t *testing.T) {
	a, b := newPeer(t), newPeer(t)
	s := start(t, fmt.Sprintf(`loadmodule "sl"
loadmodule "textops"
route {
	if (is_method("INVITE")) { sl_send_reply("486", "Busy Here"); exit; }
	if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
	forward("127.0.0.1", %d);
}`, b.addr().Port))
	inv := request{method: "INVITE", uri: "sip:bob@127.0.0.1", from: a}
	a.send(s.addr, inv.String())
	m := a.want("SIP/2.0 486 Busy Here")
	_, tag, _ := strings.Cut(header(m, "To"), "tag=")
	ack := inv
	ack.method, ack.toTag = "ACK", tag
	a.send(s.addr, ack.String())
	b.none(s)
	ack.toTag = "somebody-elses"
	a.send(s.addr, ack.String())
	b.want("ACK ")
}
