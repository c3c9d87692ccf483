package rows

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/params"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/diag"
	"sipedge/script/rt"
)

// answers is the route of most cases: OPTIONS are answered, everything else goes by TCP to
// the port in X-Port.
const answers = `
loadmodule "sl"
loadmodule "tm"
route { if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; } if (!forward_tcp("127.0.0.1", "$hdr(X-Port)")) sl_send_reply("503", "Not Sent"); }
`

func xPort(n int) string { return fmt.Sprintf("X-Port: %d", n) }

// soon is longer than the second that a case sets, and shorter than the default.
const soon = 3 * time.Second

// remarkCase is a parameter of Kamailio's processes that has nothing to act on here: the
// start says so.
func remarkCase(row, set, name, shows string) streamCase {
	return streamCase{row: row, set: set, shows: shows, run: func(e *edge, set string) {
		e.start(set + "\n" + answers)
		told := false
		for _, d := range e.diags.Items {
			told = told || d.Severity == diag.Info && strings.Contains(e.diags.Line(d), name+": has no effect here: ")
		}
		if !told {
			e.fail("the start does not say that %s has no effect", name)
		}
		e.dial(e.tcp).served("the server")
	}}
}

// udpAlone starts with listen lines for a port, which then has to be served over UDP and not
// over TCP.
func udpAlone(listen string) func(e *edge, set string) {
	return func(e *edge, set string) {
		l, u := e.both()
		port := portOf(l)
		l.Close()
		u.conn.Close()
		e.start(fmt.Sprintf(listen, port) + "\n" + set + "\n" + answers)
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			e.fail("TCP is served")
		}
		p := e.phone()
		p.send(e.request("OPTIONS", "sip:b@example.net", p))
		p.expect("SIP/2.0 200 OK")
	}
}

func init() {
	addStreamCases(
		streamCase{row: "TC001", set: "disable_tcp=yes", shows: "disable_tcp: a listen line without a protocol is for UDP alone.",
			run: udpAlone("listen=127.0.0.1:%[1]d")},
		streamCase{row: "TC001", set: "disable_tcp=yes", shows: "disable_tcp: a listen line for TCP is not served.",
			run: udpAlone("listen=udp:127.0.0.1:%[1]d\nlisten=tcp:127.0.0.1:%[1]d")},
		streamCase{row: "TC002", set: "tcp_accept_aliases=yes", shows: "tcp_accept_aliases: what goes to the port of a Via with ;alias takes the connection that the request came by.",
			run: aliasCase(answers, ";alias", "the connection")},
		streamCase{row: "TC003", set: "tcp_async=yes", instead: "tcp_conn_wq_max=0", shows: "tcp_async: what a peer does not take at once is queued, and arrives in order.",
			run: queueCase},
		remarkCase("TC003", "tcp_buf_write=no", "tcp_async", "tcp_buf_write=no changes nothing, which the start says: a loop never waits for a peer."),
		remarkCase("TC004", "tcp_children=3", "tcp_children", "tcp_children: every loop serves connections."),
		streamCase{row: "TC005", set: "tcp_connection_lifetime=1", shows: "tcp_connection_lifetime: an idle connection is closed after that many seconds.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				p := e.dial(e.tcp)
				p.served("the connection")
				began := time.Now()
				if got := p.first(soon); got != "closed" {
					e.fail("after %v the idle connection is still there: %q", soon, got)
				} else if d := time.Since(began); d < 900*time.Millisecond {
					e.fail("it was closed after %v", d)
				}
			}},
		streamCase{row: "TC006", set: "tcp_connect_timeout=1", shows: "tcp_connect_timeout: a connection that is not answered is given up, and the branch fails.",
			run: func(e *edge, set string) {
				e.start(set + fmt.Sprintf("\nloadmodule \"tm\"\nroute { t_on_failure(\"next\"); t_relay_to_tcp(\"127.0.0.1\", \"%d\"); }\nfailure_route[next] { t_reply(\"480\", \"Given Up\"); }", e.silentPort()))
				p := e.dial(e.tcp)
				p.send(e.request("INVITE", "sip:b@example.net", p))
				p.expect("SIP/2.0 100 …")
				e.want("what comes within the time", p.first(soon), "SIP/2.0 480 Given Up")
			}},
		streamCase{row: "TC007", set: "tcp_conn_wq_max=1000", instead: "tcp_conn_wq_max=1048576", shows: "tcp_conn_wq_max: a connection for which more has to wait is closed.",
			run: overfull},
		streamCase{row: "TC026", set: "tcp_conn_wq_max=1048576 tcp_wq_max=1000", instead: "tcp_conn_wq_max=1048576", shows: "tcp_wq_max: so it is when more has to wait on all connections together.",
			run: overfull},
		streamCase{row: "TC008", set: "tcp_crlf_ping=no", shows: "tcp_crlf_ping: with no, the keep-alive of RFC 5626 is not answered.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				p := e.dial(e.tcp)
				p.send("\r\n\r\n" + e.request("OPTIONS", "sip:b@example.net", p))
				b, err := p.r.Peek(2)
				e.must(err)
				e.want("what comes first", string(b), "SI")
			}},
		remarkCase("TC011", "tcp_fd_cache=no", "tcp_fd_cache", "tcp_fd_cache: one process has all descriptors."),
		streamCase{row: "TC017", set: "tcp_max_connections=3 tcp_share=100", instead: "tcp_max_connections=4 tcp_share=100", shows: "tcp_max_connections: one more is closed at once, and the others are served.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				var open []*far
				for range 3 {
					p := e.dial(e.tcp)
					p.served("a connection")
					open = append(open, p)
				}
				more := e.dial(e.tcp)
				_, _ = more.conn.Write([]byte(e.request("OPTIONS", "sip:b@example.net", more)))
				if got := more.first(patience); got != "closed" {
					e.fail("a fourth connection gets %q", got)
				}
				if n := e.stat(func(s *reactor.Stats) uint64 { return s.TableRefused }); n != 1 {
					e.fail("%d refused connections are counted", n)
				}
				for _, p := range open {
					p.served("an earlier connection")
				}
			}},
		streamCase{row: "TC018", set: "tcp_no_connect=yes", shows: "tcp_no_connect: nothing is sent where a connection would have to be opened; over an open one it is.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				l := e.host("127.0.0.1:0")
				in := e.dial(e.tcp)
				in.served("a connection")
				p := e.phone()
				p.send(e.request("INVITE", "sip:b@example.net", p, xPort(int(in.addr().Port()))))
				in.expect("INVITE …")
				p.send(e.request("INVITE", "sip:b@example.net", p, xPort(portOf(l))))
				p.send(e.request("OPTIONS", "sip:b@example.net", p))
				e.want("the answer", p.first(patience), "SIP/2.0 503 Not Sent")
			}},
		streamCase{row: "TC020", set: "tcp_rd_buf_size=1000", shows: "tcp_rd_buf_size: a longer message is refused with 513, and its connection closed.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				p := e.dial(e.tcp)
				p.send(e.request("OPTIONS", "sip:b@example.net", p, "Body: "+strings.Repeat("x", 2000)))
				e.want("the answer", p.first(patience), "SIP/2.0 513 …")
				p.closed("then")
			}},
		streamCase{row: "TC021", set: "tcp_send_timeout=1", shows: "tcp_send_timeout: a peer that takes nothing for that long while something waits is given up.",
			run: func(e *edge, set string) {
				e.start("tcp_conn_wq_max=1048576\n" + set + "\n" + answers)
				p := e.dial(e.tcp)
				_ = p.conn.(*net.TCPConn).SetReadBuffer(4096)
				e.clog(p)
				if !e.until(soon, func() bool { return e.stat(func(s *reactor.Stats) uint64 { return s.SendTimeouts }) == 1 }) {
					e.fail("after %v it is still there", soon)
				}
			}},
		streamCase{row: "TC022", set: "tcp_source_ipv4=127.0.0.7", shows: "tcp_source_ipv4: connections to others come from there.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				l, p := e.host("127.0.0.1:0"), e.phone()
				p.send(e.request("INVITE", "sip:b@example.net", p, xPort(portOf(l))))
				b := e.accept(l)
				b.expect("INVITE …")
				e.want("its source", netip.MustParseAddrPort(b.conn.RemoteAddr().String()).Addr().String(), "127.0.0.7")
			}},
		streamCase{row: "TC022", set: "tcp_source_ipv4=203.0.113.77", instead: "tcp_source_ipv4=127.0.0.7", shows: "tcp_source_ipv4: an address that the machine does not have is as none.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				l, p := e.host("127.0.0.1:0"), e.phone()
				p.send(e.request("INVITE", "sip:b@example.net", p, xPort(portOf(l))))
				b := e.accept(l)
				b.expect("INVITE …")
				e.want("its source", netip.MustParseAddrPort(b.conn.RemoteAddr().String()).Addr().String(), "127.0.0.1")
			}},
		streamCase{row: "TC023", set: "tcp_source_ipv6=\"2001:db8::7\"", shows: "tcp_source_ipv6: the same for IPv6, on a network in memory, since a machine need not have two such addresses.",
			run: virtualSource},
		remarkCase("TC025", "tcp_wq_blk_size=512", "tcp_wq_blk_size", "tcp_wq_blk_size: queues take the memory that they need."),
		streamCase{row: "TC027", set: "tcp_accept_no_cl=yes", shows: "tcp_accept_no_cl: a message without Content-Length is one without a body.",
			run: func(e *edge, set string) {
				e.start(set + "\n" + answers)
				p := e.dial(e.tcp)
				p.send(strings.Replace(e.request("OPTIONS", "sip:b@example.net", p), "Content-Length: 0\r\n", "", 1))
				e.want("the answer", p.first(patience), "SIP/2.0 200 OK")
			}},
	)
}

// aliasCase is a registration with a Via of the port at which nobody has connected from,
// and a request that goes to it. in is what is behind the Via's host.
func aliasCase(script, in, want string) func(e *edge, set string) {
	return func(e *edge, set string) {
		e.start(set + "\n" + script)
		l := e.host("127.0.0.1:0")
		p := e.dial(e.tcp)
		p.send(e.request("OPTIONS", "sip:example.net", p, fmt.Sprintf("Via: SIP/2.0/TCP 127.0.0.1:%d;branch=BRANCH%s", portOf(l), in)))
		p.expect("SIP/2.0 200 OK")
		u := e.phone()
		u.send(e.request("INVITE", "sip:b@example.net", u, xPort(portOf(l))))
		way, _ := e.arrives(p, l, nil)
		e.want("the request's way", way, want)
	}
}

// silentPort is a port whose backlog is full: the system drops what asks for it.
func (e *edge) silentPort() int {
	l := e.backlog()
	for range 8 {
		c, err := net.DialTimeout("tcp4", l.String(), 50*time.Millisecond)
		if err != nil {
			return int(l.Port())
		}
		e.t.Cleanup(func() { c.Close() })
	}
	e.fatal("the backlog never fills")
	return 0
}

// clog sends requests whose answers the peer does not read, until the system takes no more
// of them.
func (e *edge) clog(p *far) (sent int) {
	long := e.request("OPTIONS", "sip:b@example.net", p, "Via: SIP/2.0/TCP 127.0.0.1:5999;branch=BRANCH;x="+strings.Repeat("x", 3000))
	full := func() bool { return e.stat(func(s *reactor.Stats) uint64 { return s.SendAgain }) > 0 }
	for !full() {
		for range 20 {
			if _, err := p.conn.Write([]byte(long)); err != nil {
				return sent // it was given up at once
			}
			sent++
		}
		done := func() bool {
			t := e.Stats().Total
			return full() || t["handled"] >= uint64(sent) || t["connsClosed"] > 0
		}
		if !e.until(patience, done) {
			e.fatal("%d of %d messages were processed", e.Stats().Total["handled"], sent)
		}
	}
	return sent
}

// overfull lets more answers wait on a connection than the case allows.
func overfull(e *edge, set string) {
	e.start(set + "\n" + answers)
	p := e.dial(e.tcp)
	_ = p.conn.(*net.TCPConn).SetReadBuffer(4096)
	sent := e.clog(p)
	long := e.request("OPTIONS", "sip:b@example.net", p, "Via: SIP/2.0/TCP 127.0.0.1:5999;branch=BRANCH;x="+strings.Repeat("x", 3000))
	for range 40 {
		if _, err := p.conn.Write([]byte(long)); err != nil {
			break
		}
		sent++
	}
	full := func() bool { return e.stat(func(s *reactor.Stats) uint64 { return s.QueueFull }) > 0 }
	e.until(soon, func() bool { return full() || e.Stats().Total["handled"] >= uint64(sent) })
	if !full() {
		e.fail("the connection goes on with %d answers under way: %+v", sent, e.Stats().Reactor)
	}
	e.dial(e.tcp).served("another connection")
}

// queueCase has answers wait for a peer that begins to read late.
func queueCase(e *edge, set string) {
	e.start("tcp_conn_wq_max=1048576\n" + set + "\n" + answers)
	p := e.dial(e.tcp)
	sent := e.clog(p)
	for i := range sent {
		if got := p.first(patience); got != "SIP/2.0 200 OK" {
			e.fatal("answer %d of %d is %q", i, sent, got)
		}
	}
}

// virtualSource opens a connection over IPv6 on a network in memory.
func virtualSource(e *edge, set string) {
	opts := stock()
	opts.Loops, opts.Virtual = 1, true
	s, diags := core.New("streams.cfg", []byte(set+"\nroute { forward_tcp(\"2001:db8::2\", 5060); }"), opts)
	if s == nil {
		e.fatal("refused: %v", diags)
	}
	n := reactortest.New(1, reactortest.Options{Framer: s.NewFramer, Streams: core.Streams(s.Snapshot().Config("").(*params.Core))})
	at := netip.MustParseAddrPort("[2001:db8::1]:5060")
	tcp := netip.MustParseAddrPort("[2001:db8::1]:5062")
	e.must(s.Attach(n, n, []*core.Socket{core.NewSocket(n.Listen(at), rt.ProtoUDP, at, ""), core.NewSocket(n.ListenStream(tcp), rt.ProtoTCP, tcp, "")}))
	n.Run(func(loop int) reactor.Handler { return s.Handler(loop) })
	from := ""
	n.StreamEndpoint(netip.MustParseAddrPort("[2001:db8::2]:5060"), func(s *reactortest.Stream) { from = s.Remote().Addr().String() })
	n.Endpoint(netip.MustParseAddrPort("[2001:db8::3]:5060"), nil).Send(at, []byte("OPTIONS sip:b@example.net SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::3]:5060;branch=z9hG4bK1\r\n"+
		"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.net>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"))
	n.Advance(time.Second)
	n.Stop()
	e.want("its source", from, "2001:db8::7")
}
