package main

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// phone is a UDP socket that speaks SIP as far as these tests need.
type phone struct {
	*net.UDPConn
	t *testing.T
}

func newPhone(t *testing.T) phone {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return phone{c, t}
}

func (p phone) addr() string { return p.LocalAddr().String() }

// send sends a message whose lines are given; LOCAL stands for the phone's address.
func (p phone) send(to string, lines ...string) {
	p.t.Helper()
	addr, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		p.t.Fatal(err)
	}
	text := strings.ReplaceAll(strings.Join(lines, "\r\n"), "LOCAL", p.addr()) + "\r\nContent-Length: 0\r\n\r\n"
	if _, err := p.WriteTo([]byte(text), addr); err != nil {
		p.t.Fatal(err)
	}
}

// receive waits for a message whose first line begins with start; others are
// passed over.
func (p phone) receive(start string) []string {
	p.t.Helper()
	buf := make([]byte, 65536)
	p.SetReadDeadline(time.Now().Add(patience))
	for {
		n, err := p.Read(buf)
		if err != nil {
			p.t.Fatalf("waiting for %q: %v", start, err)
		}
		if text := string(buf[:n]); strings.HasPrefix(text, start) {
			return strings.Split(text, "\r\n")
		}
	}
}

// headers are the lines of a message that begin with a header's name.
func headers(message []string, name string) (lines []string) {
	for _, l := range message {
		if strings.HasPrefix(l, name+":") {
			lines = append(lines, l)
		}
	}
	return lines
}

// requestLines is a request within or outside a dialog.
func requestLines(method, uri, branch, toTag, cseq string, more ...string) []string {
	return append([]string{
		method + " " + uri + " SIP/2.0",
		"Via: SIP/2.0/UDP LOCAL;branch=z9hG4bK" + branch,
		"Max-Forwards: 70",
		"From: <sip:alice@LOCAL>;tag=a",
		"To: <sip:bob@example.com>" + toTag,
		"Call-ID: call@LOCAL",
		"CSeq: " + cseq + " " + method,
		"Contact: <sip:alice@LOCAL>",
	}, more...)
}

// answer is a reply with a request's headers.
func answer(request []string, status, toTag string, more ...string) []string {
	lines := []string{"SIP/2.0 " + status}
	for _, name := range []string{"Via", "Record-Route", "From", "Call-ID", "CSeq"} {
		lines = append(lines, headers(request, name)...)
	}
	to := headers(request, "To")[0]
	if !strings.Contains(to, "tag=") {
		to += toTag
	}
	return append(append(lines, to), more...)
}

// The README's example: INVITE, 200, ACK and BYE through its script, with
// phones that do not and that do follow the route set.
func TestReadmesCallGoesThrough(t *testing.T) {
	callee, caller := newPhone(t), newPhone(t)
	text := strings.NewReplacer("127.0.0.1:5060", "127.0.0.1:0", "127.0.0.1:5070", callee.addr()).Replace(readmeScripts(t)[0])
	r := launch(t, "-DD", "-E", "-n", "1", "-f", script(t, text))

	caller.send(r.addr, requestLines("INVITE", "sip:bob@"+r.addr, "1", "", "1")...)
	invite := callee.receive("INVITE sip:bob@" + callee.addr())
	if len(headers(invite, "Via")) != 2 || len(headers(invite, "Record-Route")) != 1 || len(headers(invite, "Max-Forwards")) != 1 || headers(invite, "Max-Forwards")[0] != "Max-Forwards: 69" {
		t.Errorf("the INVITE arrived as\n%s", strings.Join(invite, "\n"))
	}
	callee.send(r.addr, answer(invite, "200 OK", ";tag=b", "Contact: <sip:bob@LOCAL>")...)
	ok := caller.receive("SIP/2.0 200")
	if len(headers(ok, "Via")) != 1 {
		t.Errorf("the 200 arrived as\n%s", strings.Join(ok, "\n"))
	}
	route := strings.Replace(headers(ok, "Record-Route")[0], "Record-Route", "Route", 1)

	caller.send(r.addr, requestLines("ACK", "sip:bob@"+r.addr, "2", ";tag=b", "1")...) // as SIPp does
	callee.receive("ACK sip:bob@" + callee.addr())
	caller.send(r.addr, requestLines("BYE", "sip:bob@"+callee.addr(), "3", ";tag=b", "2", route)...)
	bye := callee.receive("BYE sip:bob@" + callee.addr())
	if len(headers(bye, "Route")) != 0 {
		t.Errorf("our Route was not taken off:\n%s", strings.Join(bye, "\n"))
	}
	callee.send(r.addr, answer(bye, "200 OK", "")...)
	caller.receive("SIP/2.0 200")
	if status := r.stop(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

func TestBuiltInScriptIsASensibleProxy(t *testing.T) {
	callee, caller := newPhone(t), newPhone(t)
	r := launch(t, "-l", "udp:127.0.0.1:0", "-n", "1")

	caller.send(r.addr, requestLines("INVITE", "sip:bob@"+callee.addr(), "1", "", "1")...)
	if invite := callee.receive("INVITE"); len(headers(invite, "Record-Route")) != 1 {
		t.Errorf("the INVITE arrived as\n%s", strings.Join(invite, "\n"))
	}
	exhausted := requestLines("MESSAGE", "sip:bob@"+callee.addr(), "2", "", "2")
	exhausted[2] = "Max-Forwards: 0"
	caller.send(r.addr, exhausted...)
	caller.receive("SIP/2.0 483")
	caller.send(r.addr, requestLines("MESSAGE", "sip:bob@name.invalid", "3", "", "3")...)
	caller.receive("SIP/2.0 478")
	r.stop(syscall.SIGTERM)
}
