package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sipedge/script/rt"
)

// startBoth runs a server on a UDP and a TCP address; the latter is returned too.
func startBoth(t testing.TB, script string) (*server, netip.AddrPort) {
	t.Helper()
	s := startOn(t, "udp:127.0.0.1:0", "listen=tcp:127.0.0.1:0\ndebug=2\nloadmodule \"sl\"\n"+script)
	for _, k := range s.Snapshot().Sockets() {
		if k.Proto == rt.ProtoTCP {
			return s, k.Addr
		}
	}
	t.Fatal("no TCP address")
	panic("unreachable")
}

// tcpPeer is a connection of the test.
type tcpPeer struct {
	*net.TCPConn
	t testing.TB
	r *bufio.Reader
}

func tcpConn(t testing.TB, c net.Conn) *tcpPeer {
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return &tcpPeer{c.(*net.TCPConn), t, bufio.NewReader(c)}
}

func dialTCP(t testing.TB, to netip.AddrPort) *tcpPeer {
	t.Helper()
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	return tcpConn(t, c)
}

func (p *tcpPeer) send(msg string) {
	p.t.Helper()
	if _, err := io.WriteString(p.TCPConn, msg); err != nil {
		p.t.Fatal(err)
	}
}

// recv is the next message, "" at the end of the connection.
func (p *tcpPeer) recv() string {
	p.t.Helper()
	var b strings.Builder
	length := 0
	for {
		l, err := p.r.ReadString('\n')
		if errors.Is(err, io.EOF) && b.Len() == 0 {
			return ""
		}
		if err != nil {
			p.t.Fatalf("%v after %q", err, b.String()+l)
		}
		b.WriteString(l)
		if v, ok := strings.CutPrefix(strings.ToLower(l), "content-length:"); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		if l == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(p.r, body); err != nil {
		p.t.Fatal(err)
	}
	return b.String() + string(body)
}

func (p *tcpPeer) want(prefix string) string {
	p.t.Helper()
	m := p.recv()
	if !strings.HasPrefix(m, prefix) {
		p.t.Fatalf("want %q, got %q", prefix, m)
	}
	return m
}

// ask is a request whose top Via has that sent-by and parameters behind it.
func ask(method, uri, sentBy, callID, more string) string {
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bK-%s%s\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.net>\r\n"+
		"Call-ID: %s\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", method, uri, sentBy, callID, more, callID, method)
}

const answering = `route { sl_send_reply("200", "OK"); }`

// TestTheSameAnswersHoweverAStreamIsCut: at every byte, a byte at a time, and 100
// messages in one write.
func TestTheSameAnswersHoweverAStreamIsCut(t *testing.T) {
	_, at := startBoth(t, answering)
	p := dialTCP(t, at)
	one := ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "cut", "")
	p.send(one)
	want := p.want("SIP/2.0 200 OK")
	for k := 1; k < len(one); k++ {
		p.send(one[:k])
		p.send(one[k:])
		if got := p.recv(); got != want {
			t.Fatalf("cut at %d: %q", k, got)
		}
	}
	for i := range one {
		p.send(one[i : i+1])
	}
	if got := p.recv(); got != want {
		t.Fatalf("a byte at a time: %q", got)
	}
	p.send(strings.Repeat(one, 100))
	for i := range 100 {
		if got := p.recv(); got != want {
			t.Fatalf("message %d of 100: %q", i, got)
		}
	}
}

// TestMaliciousLengthsAreAnsweredAndEndTheConnection: nothing of the body is served.
func TestMaliciousLengthsAreAnsweredAndEndTheConnection(t *testing.T) {
	s, at := startBoth(t, answering)
	hidden := ask("OPTIONS", "sip:hidden@example.net", "127.0.0.1:5999", "hidden", "")
	for _, lines := range []string{
		"Content-Length: 2147483648", "Content-Length: 4294967296", "Content-Length: 9223372036854775808", "Content-Length: 18446744073709551616",
		"Content-Length: -1", "Content-Length: -0", "Content-Length: +5", "Content-Length: 5\r\nContent-Length: 0", "l: 0\r\nContent-Length: 7", "Content-Length: 5, 5",
		"Content-Length: 5 5", "Content-Length: 0x10", "Content-Length: 1e3", "Content-Length:", "Content-Length: \t", "Content-Length: a", "Content-Length: 5;x",
		"Content-Length: 5.0", "Content-Length: \"5\"", "Content-Length: 99999999999999999999999999", "X: y",
	} {
		p := dialTCP(t, at)
		p.send(strings.Replace(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "length", ""), "Content-Length: 0", lines, 1) + hidden)
		if got := p.recv(); !strings.HasPrefix(got, "SIP/2.0 400 ") {
			t.Errorf("%q: %q", lines, got)
		}
		if got := p.recv(); got != "" {
			t.Errorf("%q: the connection goes on with %q", lines, got)
		}
	}
	if strings.Contains(s.logs.all(), "hidden") {
		t.Error("a body was served")
	}
}

func TestPingsOfConnectionsAreAnswered(t *testing.T) {
	for _, tc := range []struct{ conf, want string }{{"", "\r\n"}, {"tcp_crlf_ping=no\n", "SI"}} {
		_, at := startBoth(t, tc.conf+answering)
		p := dialTCP(t, at)
		p.send("\r\n\r\n" + ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "ping", ""))
		if b, err := p.r.Peek(2); string(b) != tc.want {
			t.Errorf("%q: %q, %v", tc.conf, b, err)
		}
	}
}

// TestMessagesWithoutLength are refused on a connection, unless tcp_accept_no_cl.
func TestMessagesWithoutLength(t *testing.T) {
	m := strings.Replace(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "nocl", ""), "Content-Length: 0\r\n", "", 1)
	for _, tc := range []struct{ conf, want string }{{"", "SIP/2.0 400 "}, {"tcp_accept_no_cl=yes\n", "SIP/2.0 200 "}} {
		_, at := startBoth(t, tc.conf+answering)
		p := dialTCP(t, at)
		p.send(m)
		p.want(tc.want)
	}
}

func TestAMessageLargerThanTheReadBufferIsRefused(t *testing.T) {
	_, at := startBoth(t, "tcp_rd_buf_size=1000\n"+answering)
	p := dialTCP(t, at)
	p.send(strings.Replace(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "big", ""), "Content-Length: 0\r\n\r\n", "Content-Length: 2000\r\n\r\n", 1) + strings.Repeat("x", 2000))
	p.want("SIP/2.0 513 ")
	if got := p.recv(); got != "" {
		t.Errorf("%q", got)
	}
}

func listenTCP(t testing.TB) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.(*net.TCPListener)
}

func acceptTCP(t testing.TB, l *net.TCPListener) *tcpPeer {
	t.Helper()
	_ = l.SetDeadline(time.Now().Add(10 * time.Second))
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return tcpConn(t, c)
}

// TestRequestsToOneDestinationShareAConnection, and the replies that come by it go
// back over UDP.
func TestRequestsToOneDestinationShareAConnection(t *testing.T) {
	l := listenTCP(t)
	s, _ := startBoth(t, fmt.Sprintf("route { forward_tcp(\"127.0.0.1\", %d); }", l.Addr().(*net.TCPAddr).Port))
	a := newPeer(t)
	a.send(s.addr, request{method: "INVITE", uri: "sip:bob@example.net", from: a, callID: "c0"}.String())
	b := acceptTCP(t, l)
	first := b.want("INVITE sip:bob@example.net SIP/2.0")
	if v := header(first, "Via"); !strings.HasPrefix(v, "SIP/2.0/TCP 127.0.0.1:") || strings.Contains(v, ";i=") {
		t.Errorf("our Via is %q", v)
	}
	b.send(answer(first, 180, "Ringing"))
	a.want("SIP/2.0 180 Ringing")
	for i := 1; i < 20; i++ {
		a.send(s.addr, request{method: "OPTIONS", uri: "sip:bob@example.net", from: a, callID: fmt.Sprint("c", i)}.String())
		b.send(answer(b.want("OPTIONS"), 200, "OK"))
		a.want("SIP/2.0 200 OK")
	}
	if n := s.Stats().Total["connsOpened"]; n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// TestAReplyGoesBackOnItsRequestsConnection whatever the sent-by says (RFC 3261
// §18.2.2), and a forged Via leads nobody to another one's.
func TestAReplyGoesBackOnItsRequestsConnection(t *testing.T) {
	b := newPeer(t)
	s, at := startBoth(t, fmt.Sprintf("route { forward_udp(\"127.0.0.1\", %d); }", b.addr().Port))
	p := dialTCP(t, at)
	p.send(ask("INVITE", "sip:bob@example.net", "192.0.2.77:5999", "back", ""))
	m := b.want("INVITE sip:bob@example.net SIP/2.0")
	if !strings.Contains(m, "received=127.0.0.1") || !strings.Contains(header(m, "Via"), ";i=") {
		t.Fatalf("%s", m)
	}
	b.send(s.addr, answer(m, 180, "Ringing"))
	p.want("SIP/2.0 180 Ringing")
	// Another peer names that connection for an address that is not its peer's.
	forged := strings.Replace(answer(m, 200, "Forged"), "received=127.0.0.1", "received=127.0.0.9", 1)
	b.send(s.addr, forged)
	b.send(s.addr, answer(m, 200, "OK"))
	p.want("SIP/2.0 200 OK")
}

// TestAReplyOpensAConnectionWhenItsOwnIsGone: to the address of the Via.
func TestAReplyOpensAConnectionWhenItsOwnIsGone(t *testing.T) {
	l := listenTCP(t)
	b := newPeer(t)
	s, at := startBoth(t, fmt.Sprintf("route { forward_udp(\"127.0.0.1\", %d); }", b.addr().Port))
	p := dialTCP(t, at)
	p.send(ask("INVITE", "sip:bob@example.net", l.Addr().String(), "gone", ""))
	m := b.want("INVITE")
	p.SetLinger(0)
	p.Close()
	for end := time.Now().Add(5 * time.Second); s.Stats().Total["connsClosed"] == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	b.send(s.addr, answer(m, 200, "OK"))
	acceptTCP(t, l).want("SIP/2.0 200 OK")
}

// TestAliasesLeadToTheConnection (RFC 5923): by the parameter or by force_tcp_alias();
// without them a new one is opened.
func TestAliasesLeadToTheConnection(t *testing.T) {
	for _, tc := range []struct {
		conf, script, via string
		same              bool
	}{
		{"", "", ";alias", false},
		{"tcp_accept_aliases=yes\n", "", "", false},
		{"tcp_accept_aliases=yes\n", "", ";alias", true},
		{"", "force_tcp_alias(); ", "", true},
		{"", "force_tcp_alias(%d); ", "", true},
		{"", "add_tcp_alias; ", "", true},
	} {
		l := listenTCP(t)
		port := l.Addr().(*net.TCPAddr).Port
		script := tc.script
		if strings.Contains(script, "%d") {
			script = fmt.Sprintf(script, port)
		}
		s, at := startBoth(t, tc.conf+fmt.Sprintf("route { if (proto==TCP) { %ssl_send_reply(\"200\", \"OK\"); exit; } forward_tcp(\"127.0.0.1\", %d); }", script, port))
		p := dialTCP(t, at)
		p.send(ask("REGISTER", "sip:example.net", l.Addr().String(), "alias", tc.via))
		p.want("SIP/2.0 200")
		a := newPeer(t)
		a.send(s.addr, request{method: "INVITE", uri: "sip:bob@example.net", from: a}.String())
		if !tc.same {
			acceptTCP(t, l).want("INVITE")
			continue
		}
		p.want("INVITE sip:bob@example.net SIP/2.0")
	}
}

// TestWithoutAConnectionNothingIsSent where the script or tcp_no_connect says so; over
// an open one it is.
func TestWithoutAConnectionNothingIsSent(t *testing.T) {
	for _, tc := range []struct{ conf, script string }{{"", "set_forward_no_connect(); "}, {"tcp_no_connect=yes\n", ""}} {
		s, at := startBoth(t, tc.conf+`route { if (proto==TCP) { sl_send_reply("200", "OK"); exit; } `+tc.script+
			`if (!forward_tcp("127.0.0.1", "$hdr(X-Port)")) sl_send_reply("503", "No Connection"); }`)
		l := listenTCP(t)
		a := newPeer(t)
		to := func(port int) string {
			return request{method: "INVITE", uri: "sip:bob@example.net", from: a, headers: []string{fmt.Sprint("X-Port: ", port)}, callID: fmt.Sprint("nc", port)}.String()
		}
		a.send(s.addr, to(l.Addr().(*net.TCPAddr).Port))
		a.want("SIP/2.0 503 No Connection")
		p := dialTCP(t, at)
		p.send(ask("OPTIONS", "sip:x@example.net", "127.0.0.1:5999", "open", ""))
		p.want("SIP/2.0 200")
		a.send(s.addr, to(p.LocalAddr().(*net.TCPAddr).Port))
		p.want("INVITE")
	}
}

// TestConnectionsAreClosedWhenTheScriptSaysSo, behind the message.
func TestConnectionsAreClosedWhenTheScriptSaysSo(t *testing.T) {
	_, at := startBoth(t, `route { set_reply_close(); sl_send_reply("200", "OK"); }`)
	p := dialTCP(t, at)
	p.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "close", ""))
	p.want("SIP/2.0 200")
	if got := p.recv(); got != "" {
		t.Errorf("%q", got)
	}
	l := listenTCP(t)
	s, _ := startBoth(t, fmt.Sprintf("route { set_forward_close; forward_tcp(\"127.0.0.1\", %d); }", l.Addr().(*net.TCPAddr).Port))
	a := newPeer(t)
	a.send(s.addr, request{method: "INVITE", uri: "sip:bob@example.net", from: a}.String())
	b := acceptTCP(t, l)
	b.want("INVITE")
	if got := b.recv(); got != "" {
		t.Errorf("%q", got)
	}
}

// TestSendTCPSendsUnchanged (cookbook send_tcp).
func TestSendTCPSendsUnchanged(t *testing.T) {
	l := listenTCP(t)
	s, _ := startBoth(t, fmt.Sprintf("route { send_tcp(\"127.0.0.1:%d\"); }", l.Addr().(*net.TCPAddr).Port))
	a := newPeer(t)
	m := request{method: "MESSAGE", uri: "sip:bob@example.net", from: a}.String()
	a.send(s.addr, m)
	if got := acceptTCP(t, l).recv(); got != m {
		t.Errorf("%q", got)
	}
}

// TestAReloadKeepsConnections, and its times hold for them.
func TestAReloadKeepsConnections(t *testing.T) {
	s, at := startBoth(t, answering)
	p := dialTCP(t, at)
	p.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "r1", ""))
	p.want("SIP/2.0 200 OK")
	text := fmt.Sprintf("listen=udp:%s\nlisten=tcp:%s\ndebug=2\nloadmodule \"sl\"\ntcp_connection_lifetime=1\nroute { sl_send_reply(\"202\", \"New\"); }", s.addr, at)
	if diags, err := s.Reload("new.cfg", []byte(text)); err != nil {
		t.Fatal(err, diags)
	}
	p.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "r2", ""))
	p.want("SIP/2.0 202 New")
	if got := p.recv(); got != "" { // idle for a second
		t.Errorf("%q", got)
	}
}

// TestOneConnectionUsesAllLoops: messages of one connection are handled where their
// calls live, those of a call in order, and the answers come back by it.
func TestOneConnectionUsesAllLoops(t *testing.T) {
	s, at := startBoth(t, "children=2\nhome=\"always\"\n"+answering)
	if s.Loops() < 2 {
		t.Skip("one CPU, one loop")
	}
	p := dialTCP(t, at)
	const calls, each = 200, 10
	go func() {
		for i := range each {
			var b strings.Builder
			for c := range calls {
				m := ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", fmt.Sprint("call-", c), "")
				b.WriteString(strings.Replace(m, "CSeq: 1 ", fmt.Sprintf("CSeq: %d ", i+1), 1))
			}
			if _, err := io.WriteString(p.TCPConn, b.String()); err != nil {
				t.Error(err)
			}
		}
	}()
	next := map[string]int{}
	for range calls * each {
		m := p.want("SIP/2.0 200")
		id := header(m, "Call-ID")
		next[id]++
		if got := header(m, "CSeq"); got != fmt.Sprintf("%d OPTIONS", next[id]) {
			t.Fatalf("%s: %s is answer %d", id, got, next[id])
		}
	}
	for _, l := range s.Stats().Loops {
		if n := l.Counters["handled"]; n < calls*each*3/10 || n > calls*each*7/10 {
			t.Errorf("loop %d handled %d of %d messages", l.Loop, n, calls*each)
		}
	}
}

// TestTheACKOfAnOwnInviteHasTheTransportOfItsConnection in its Via.
func TestTheACKOfAnOwnInviteHasTheTransportOfItsConnection(t *testing.T) {
	l := listenTCP(t)
	at := l.Addr().String()
	s, _ := startBoth(t, fmt.Sprintf(`
loadmodule "tm"
route { t_uac_send("INVITE", "sip:x@%s;transport=tcp", "", "", "From: <sip:me@x>\r\nTo: <sip:y@x>\r\n", ""); sl_send_reply("200", "OK"); }`, at))
	a := newPeer(t)
	a.send(s.addr, request{method: "OPTIONS", uri: "sip:x@example.net", from: a, callID: "own"}.String())
	c := acceptTCP(t, l)
	m := c.want("INVITE")
	c.send(strings.Replace(answer(m, 200, "OK"), "\r\n\r\n", fmt.Sprintf("\r\nContact: <sip:there@%s;transport=tcp>\r\n\r\n", at), 1))
	if k := c.want("ACK sip:there@"); !strings.HasPrefix(header(k, "Via"), "SIP/2.0/TCP ") {
		t.Errorf("%q", k)
	}
}

// TestABranchWhosePeerIsDeadFailsWithItsConnection (tcp_connect_timeout), not after Timer
// B: the next destination is tried.
func TestABranchWhosePeerIsDeadFailsWithItsConnection(t *testing.T) {
	dead, b := deadPeer(t), newPeer(t)
	s, at := startBoth(t, fmt.Sprintf(`loadmodule "tm"
tcp_connect_timeout=1
route { t_on_failure("next"); t_relay_to_tcp("127.0.0.1", "%d"); }
failure_route[next] { t_relay_to_udp("127.0.0.1", "%d"); }`, dead, b.addr().Port))
	p := dialTCP(t, at)
	began := time.Now()
	p.send(ask("INVITE", "sip:bob@example.net", "127.0.0.1:5999", "dead", ""))
	p.want("SIP/2.0 100 ")
	b.send(s.addr, answer(b.want("INVITE"), 200, "OK"))
	p.want("SIP/2.0 200 OK")
	if d := time.Since(began); d < time.Second || d > 8*time.Second {
		t.Errorf("it took %v", d)
	}
	if n := s.Stats().Total["lostSends"]; n != 1 {
		t.Errorf("%d messages were lost with their connection", n)
	}
}

// TestARefusedConnectionFailsTheBranchAtOnce: the script is told at once, or the failure
// route runs; the system says which.
func TestARefusedConnectionFailsTheBranchAtOnce(t *testing.T) {
	l := listenTCP(t)
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	_, at := startBoth(t, fmt.Sprintf(`loadmodule "tm"
route { t_on_failure("next"); if (!t_relay_to_tcp("127.0.0.1", "%d")) t_reply("480", "Not There"); }
failure_route[next] { t_reply("480", "Not There"); }`, port))
	p := dialTCP(t, at)
	began := time.Now()
	p.send(ask("INVITE", "sip:bob@example.net", "127.0.0.1:5999", "refused", ""))
	got := p.recv()
	if strings.HasPrefix(got, "SIP/2.0 100 ") {
		got = p.recv()
	}
	if !strings.HasPrefix(got, "SIP/2.0 480 Not There") {
		t.Errorf("%q", got)
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
}

// deadPeer is a port whose backlog is full: the system drops what asks for it.
func deadPeer(t *testing.T) int {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	port := sa.(*syscall.SockaddrInet4).Port
	for range 8 {
		c, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), 50*time.Millisecond)
		if err != nil {
			return port
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("the backlog never fills")
	return 0
}

// TestAScriptSeesTheConnection: $conid is the same for the messages of one and different for
// those of another, and is not there for datagrams; the selects name both ends.
func TestAScriptSeesTheConnection(t *testing.T) {
	s, at := startBoth(t, `tcp_no_connect=yes
loadmodule "textops"
loadmodule "pv"
route { append_to_reply("X-Seen: $conid $sel(received.proto_ip_port) $sel(src.ip_port) $sel(cfg_get.tcp.no_connect)\r\n"); sl_send_reply("200", "OK"); }`)
	see := func(p *tcpPeer) (conid, rest string) {
		p.send(ask("OPTIONS", "sip:b@example.net", "127.0.0.1:5999", "seen", ""))
		conid, rest, _ = strings.Cut(header(p.want("SIP/2.0 200"), "X-Seen"), " ")
		return conid, rest
	}
	p, q := dialTCP(t, at), dialTCP(t, at)
	one, rest := see(p)
	if want := fmt.Sprintf("tcp:%s %s 1", at, p.LocalAddr()); rest != want {
		t.Errorf("the script sees %q, want %q", rest, want)
	}
	again, _ := see(p)
	other, _ := see(q)
	if _, err := strconv.ParseUint(one, 10, 63); err != nil || one != again || one == other {
		t.Errorf("$conid is %s and %s, and %s on another connection", one, again, other)
	}
	u := newPeer(t)
	u.send(s.addr, request{method: "OPTIONS", uri: "sip:b@example.net", from: u}.String())
	if got := header(u.want("SIP/2.0 200"), "X-Seen"); !strings.HasPrefix(got, "<null> ") {
		t.Errorf("of a datagram the script sees %q", got)
	}
}
