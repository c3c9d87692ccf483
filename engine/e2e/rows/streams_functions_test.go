package rows

import (
	"fmt"
	"net"
	"strings"
	"time"
)

// relays are the two ways in which a request is sent on: statelessly, and by a
// transaction. Each takes a port.
var relays = []struct{ name, statement string }{
	{"statelessly", `forward("127.0.0.1", %[1]d)`},
	{"by a transaction", `t_relay_to("127.0.0.1:%[1]d")`},
}

var tcpRelays = []struct{ name, statement string }{
	{"statelessly", `forward_tcp("127.0.0.1", %[1]d)`},
	{"by a transaction", `t_relay_to_tcp("127.0.0.1", "%[1]d")`},
}

// load is what functions need.
const load = "\nloadmodule \"sl\"\nloadmodule \"tm\"\nloadmodule \"rr\"\n"

// nobody demands that no connection has come to a listener. Whatever would have opened one
// has happened before.
func (e *edge) nobody(l *net.TCPListener, what string) {
	_ = l.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if c, err := l.Accept(); err == nil {
		c.Close()
		e.fail("%s: a connection was opened", what)
	}
}

func init() {
	addStreamCases(
		streamCase{row: "CP051", set: "udp_mtu=1300", shows: "udp_mtu: a larger request goes by udp_mtu_try_proto, statelessly or by a transaction.",
			run: func(e *edge, set string) { e.large("udp_mtu_try_proto=TCP\n"+set, "", "a new connection") }},
		streamCase{row: "CP052", set: "udp_mtu_try_proto=TCP", shows: "udp_mtu_try_proto: the transport for that.",
			run: func(e *edge, set string) { e.large("udp_mtu=1300\n"+set, "", "a new connection") }},
		streamCase{row: "CP052", set: "udp_mtu_try_proto=SCTP", instead: "udp_mtu_try_proto=TCP", shows: "udp_mtu_try_proto: where nothing listens, it is UDP all the same.",
			run: func(e *edge, set string) { e.large("udp_mtu=1300\n"+set, "", "a datagram") }},
		streamCase{row: "FN044", set: "udp_mtu_try_proto(TCP);", shows: "udp_mtu_try_proto(): the transport for this request.",
			run: func(e *edge, set string) { e.large("udp_mtu=1300", set, "a new connection") }},
		streamCase{row: "FN044", set: "udp_mtu_try_proto(UDP);", shows: "udp_mtu_try_proto(UDP): this one stays with UDP.",
			run: func(e *edge, set string) {
				e.large("udp_mtu=1300\nudp_mtu_try_proto=TCP", set, "a datagram")
			}},
		streamCase{row: "SP028", set: "udp_mtu=1300 udp_mtu_try_proto=TCP", shows: "Only the Via is made for the other transport; the Record-Route is that of UDP.",
			run: func(e *edge, set string) {
				for _, msg := range e.large(set, "record_route();", "a new connection") {
					e.want("our Via", valueOf(msg, "Via"), "SIP/2.0/TCP …")
					if rr := valueOf(msg, "Record-Route"); rr == "" || strings.Contains(rr, "transport") {
						e.fail("the Record-Route is %q", rr)
					}
				}
			}},

		streamCase{row: "FN010", set: "force_tcp_alias();", shows: "force_tcp_alias(): what goes to the port of the Via takes the connection that the request came by.", run: forcedAlias},
		streamCase{row: "FN010", set: "add_tcp_alias();", shows: "add_tcp_alias() is the same.", run: forcedAlias},
		streamCase{row: "FN010", set: "force_tcp_alias(PORT);", instead: "force_tcp_alias(9);", shows: "force_tcp_alias(port): of that port.", run: forcedAlias},
		streamCase{row: "SP026", set: "force_tcp_alias();", shows: "An alias ends with its connection.",
			run: func(e *edge, set string) {
				e.start(aliasScript(set))
				l := e.host("127.0.0.1:0")
				p := e.dial(e.tcp)
				p.send(e.request("OPTIONS", "sip:example.net", p, fmt.Sprintf("Via: SIP/2.0/TCP 127.0.0.1:%d;branch=BRANCH", portOf(l))))
				p.expect("SIP/2.0 200 OK")
				u := e.phone()
				u.send(e.request("INVITE", "sip:b@example.net", u, xPort(portOf(l))))
				if got := p.first(2 * time.Second); !strings.HasPrefix(got, "INVITE ") {
					e.fatal("%q comes by the connection", got)
				}
				e.gone(p)
				u.send(e.request("INVITE", "sip:b@example.net", u, xPort(portOf(l))))
				e.accept(l).expect("INVITE …")
			}},

		streamCase{row: "FN013", set: "forward_tcp", instead: "forward_udp", shows: "forward_tcp: over TCP, to host and port in one text or two, to the Request-URI, or where it says itself.",
			run: func(e *edge, set string) {
				l, u := e.both()
				e.start(load + fmt.Sprintf(`route {
	if ($rU == "two") %[1]s("127.0.0.1", %[2]d);
	if ($rU == "one") %[1]s("127.0.0.1:%[2]d");
	if ($rU == "uri") %[1]s(uri:host, uri:port);
	if ($rU == "bare") %[1]s;
}`, set, portOf(l)))
				p := e.phone()
				var over *far
				for _, form := range []string{"two", "one", "uri", "bare"} {
					p.send(e.request("INVITE", fmt.Sprintf("sip:%s@127.0.0.1:%d", form, portOf(l)), p))
					if over == nil {
						way, _ := e.arrives(nil, l, u)
						if e.want(form, way, "a new connection"); way != "a new connection" {
							continue
						}
						over = e.last
						continue
					}
					over.expect("INVITE sip:" + form + "@…")
				}
			}},
		streamCase{row: "FN033", set: "send_tcp", instead: "send", shows: "send_tcp: the message over TCP as it was received.",
			run: func(e *edge, set string) {
				l, u := e.both()
				e.start(load + fmt.Sprintf(`route { %s("127.0.0.1:%d"); }`, set, portOf(l)))
				p := e.phone()
				msg := e.request("MESSAGE", "sip:b@example.net", p, "Body: hello")
				p.send(msg)
				way, got := e.arrives(nil, l, u)
				e.want("its way", way, "a new connection")
				if got != msg {
					e.fail("it is\n%s\nwas\n%s", got, msg)
				}
			}},

		streamCase{row: "FN036", set: "set_forward_no_connect();", shows: "set_forward_no_connect: without a connection nothing is sent, over an open one it is, and over UDP it means nothing.",
			run: func(e *edge, set string) {
				for _, r := range tcpRelays {
					l, in := e.registered(load + fmt.Sprintf(`tcp_accept_aliases=yes
route { if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; } if (method=="ACK") exit; %s if ($hdr(X-Port) != "0") { t_relay_to_udp("127.0.0.1", "$hdr(X-Port)"); exit; }
	if (!%s) { sl_send_reply("480", "No Connection"); exit; } }`, set, r.statement))
					p, u := e.phone(), e.phone()
					p.send(e.request("INVITE", "sip:b@example.net", p, xPort(0)))
					in.expect("INVITE …")
					p.send(e.request("INVITE", "sip:b@example.net", p, xPort(int(u.addr().Port()))))
					u.expect("INVITE …")
					e.gone(in)
					p = e.phone()
					p.send(e.request("INVITE", "sip:b@example.net", p, xPort(0)))
					if got := p.first(2 * time.Second); got != "SIP/2.0 480 No Connection" {
						e.fail("%q instead of the failure", got)
					}
					e.nobody(l, "after all")
					e.halt()
				}
			}},
		streamCase{row: "FN036", set: "set_forward_no_connect();", shows: "set_forward_no_connect in a branch_route: of that branch, its CANCEL included.",
			run: func(e *edge, set string) {
				l, in := e.registered(load + fmt.Sprintf(`tcp_accept_aliases=yes
route { if (method=="OPTIONS") { sl_send_reply("200", "OK"); exit; } if (method=="CANCEL") { t_relay(); exit; } t_on_branch("it"); t_relay_to_tcp("127.0.0.1", "%%[1]d"); }
branch_route[it] { %s }`, set))
				p := e.phone()
				invite := e.request("INVITE", "sip:b@example.net", p)
				p.send(invite)
				p.expect("SIP/2.0 100 …")
				in.send(answerTo(in.expect("INVITE …"), 180, "Ringing"))
				p.expect("SIP/2.0 180 Ringing")
				e.gone(in)
				p.send(strings.ReplaceAll(invite, "INVITE", "CANCEL"))
				p.expect("SIP/2.0 200 …")
				e.nobody(l, "for the CANCEL")
			}},
		streamCase{row: "FN037", set: "set_forward_close();", shows: "set_forward_close: the connection is closed behind the request.",
			run: func(e *edge, set string) {
				for _, r := range tcpRelays {
					l := e.host("127.0.0.1:0")
					e.start(load + fmt.Sprintf("route { "+set+" "+r.statement+"; }", portOf(l)))
					p := e.phone()
					p.send(e.request("INVITE", "sip:b@example.net", p))
					b := e.accept(l)
					b.expect("INVITE …")
					if got := b.first(2 * time.Second); got != "closed" {
						e.fail("%s: %q instead of the end", r.name, got)
					}
					e.halt()
				}
			}},
		streamCase{row: "FN038", set: "set_reply_no_connect();", shows: "set_reply_no_connect: a reply whose connection is gone opens no other.",
			run: func(e *edge, set string) {
				for _, r := range relays {
					u := e.phone()
					e.start(load + fmt.Sprintf("route { if (method==\"OPTIONS\") { sl_send_reply(\"200\", \"OK\"); exit; } "+set+" "+r.statement+"; }\nreply_route { "+onlyStateless(r.name, set)+" }", u.addr().Port()))
					l := e.host("127.0.0.1:0")
					in := e.dial(e.tcp)
					in.send(e.request("INVITE", "sip:b@example.net", in, fmt.Sprintf("Via: SIP/2.0/TCP 127.0.0.1:%d;branch=BRANCH", portOf(l))))
					got := u.expect("INVITE …")
					e.gone(in)
					u.send(answerTo(got, 200, "OK"))
					u.send(e.request("OPTIONS", "sip:probe@example.net", u))
					u.expect("SIP/2.0 200 OK")
					e.nobody(l, r.name)
					e.halt()
				}
			}},
		streamCase{row: "FN039", set: "set_reply_close();", shows: "set_reply_close: the connection is closed behind the reply, of whatever origin.",
			run: func(e *edge, set string) {
				for _, how := range []string{`sl_send_reply("403", "No");`, `t_newtran(); t_reply("403", "No");`} {
					e.start(load + "route { " + set + " " + how + " }")
					p := e.dial(e.tcp)
					p.send(e.request("OPTIONS", "sip:b@example.net", p))
					p.expect("SIP/2.0 403 No")
					if got := p.first(2 * time.Second); got != "closed" {
						e.fail("%s: %q instead of the end", how, got)
					}
					e.halt()
				}
			}},
		streamCase{row: "SP025", set: `if (status == "603") set_reply_close();`, instead: `if (status == "486") set_reply_close();`,
			shows: "In an onreply_route set_reply_close counts for the reply that goes to the caller, and not for one that loses.",
			run: func(e *edge, set string) {
				a, b := e.phone(), e.phone()
				e.start(load + fmt.Sprintf(`route { if (method=="ACK") exit; t_on_reply("it"); $ru = "sip:a@127.0.0.1:%d"; append_branch("sip:b@127.0.0.1:%d"); t_relay(); }
onreply_route[it] { %s }`, a.addr().Port(), b.addr().Port(), set))
				p := e.dial(e.tcp)
				p.send(e.request("INVITE", "sip:a@127.0.0.1", p))
				p.expect("SIP/2.0 100 …")
				first, second := a.expect("INVITE …"), b.expect("INVITE …")
				a.send(answerTo(first, 486, "Busy"))
				a.expect("ACK …")
				b.send(answerTo(second, 603, "Decline"))
				p.expect("SIP/2.0 603 Decline")
				if got := p.first(2 * time.Second); got != "closed" {
					e.fail("%q instead of the end", got)
				}
			}},
		streamCase{row: "SP027", set: "listen=udp:127.0.0.1:PORT", instead: "listen=127.0.0.1:PORT",
			shows: "With UDP addresses alone nothing listens for connections, and nothing is sent over TCP, as there is no address to show in its Via; an address without a protocol is for both.",
			run: func(e *edge, set string) {
				l, u := e.both()
				port := portOf(l)
				l.Close()
				u.conn.Close()
				e.start(strings.ReplaceAll(set, "PORT", fmt.Sprint(port)) + "\n" + answers)
				if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
					c.Close()
					e.fail("TCP is served")
				}
				l = e.host("127.0.0.1:0")
				p := e.phone()
				p.send(e.request("OPTIONS", "sip:b@example.net", p))
				p.expect("SIP/2.0 200 OK")
				p.send(e.request("INVITE", "sip:b@example.net", p, xPort(portOf(l))))
				p.send(e.request("OPTIONS", "sip:b@example.net", p))
				e.want("the answer", p.first(patience), "SIP/2.0 503 Not Sent")
			}},
	)
}

// onlyStateless is a statement for the main reply_route, which the flag of a stateless
// request does not reach.
func onlyStateless(how, set string) string {
	if how == "statelessly" {
		return set
	}
	return ""
}

// large sends a small and a large request on, in both ways, and demands by which way the
// large one arrives. It returns the large ones.
func (e *edge) large(conf, before, want string) (got []string) {
	for _, r := range relays {
		l, u := e.both()
		e.start(conf + load + fmt.Sprintf("route { "+before+" "+r.statement+"; }", portOf(l)))
		p := e.phone()
		p.send(e.request("MESSAGE", "sip:b@example.net", p))
		small := u.expect("MESSAGE …")
		u.send(answerTo(small, 200, "OK"))
		p.expect("SIP/2.0 200 OK")
		p.send(e.request("MESSAGE", "sip:b@example.net", p, "Body: "+strings.Repeat("x", 1500)))
		way, msg := e.arrives(nil, l, u)
		e.want(r.name+", the way of a large request", way, want)
		got = append(got, msg)
		if way == "a new connection" {
			e.last.send(answerTo(msg, 200, "OK"))
		} else {
			u.send(answerTo(msg, 200, "OK"))
		}
		p.expect("SIP/2.0 200 OK")
		e.halt()
	}
	return got
}

func aliasScript(set string) string {
	return strings.Replace(answers, "sl_send_reply(\"200\"", set+" sl_send_reply(\"200\"", 1)
}

// forcedAlias is aliasCase with a statement of the script.
func forcedAlias(e *edge, set string) {
	l := e.host("127.0.0.1:0")
	e.start(aliasScript(strings.ReplaceAll(set, "PORT", fmt.Sprint(portOf(l)))))
	p := e.dial(e.tcp)
	via := portOf(l)
	if strings.Contains(set, "(PORT)") || strings.Contains(set, "(9)") {
		via = 5999
	}
	p.send(e.request("OPTIONS", "sip:example.net", p, fmt.Sprintf("Via: SIP/2.0/TCP 127.0.0.1:%d;branch=BRANCH", via)))
	p.expect("SIP/2.0 200 OK")
	u := e.phone()
	u.send(e.request("INVITE", "sip:b@example.net", u, xPort(portOf(l))))
	way, _ := e.arrives(p, l, nil)
	e.want("the request's way", way, "the connection")
}

// registered runs a script, in which %[1]d is the port of l, and has a connection that is
// the one to it by an alias.
func (e *edge) registered(script string) (l *net.TCPListener, in *far) {
	l = e.host("127.0.0.1:0")
	e.start(fmt.Sprintf(script, portOf(l)))
	in = e.dial(e.tcp)
	in.send(e.request("OPTIONS", "sip:example.net", in, fmt.Sprintf("Via: SIP/2.0/TCP 127.0.0.1:%d;branch=BRANCH;alias", portOf(l))))
	in.expect("SIP/2.0 200 OK")
	return l, in
}

// gone closes a connection and waits until the server knows.
func (e *edge) gone(in *far) {
	before := e.Stats().Total["connsClosed"]
	_ = in.conn.(*net.TCPConn).SetLinger(0)
	in.conn.Close()
	if !e.until(patience, func() bool { return e.Stats().Total["connsClosed"] > before }) {
		e.fatal("the end of the connection is not noticed")
	}
}
