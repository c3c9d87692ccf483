//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// soon is how long to wait for what must come.
const soon = 20 * time.Second

const answerAll = `route { sl_send_reply("200", "OK"); }` + "\n"

// messageChecks are about messages on their way.
func messageChecks() []check {
	return []check{
		{"tracking goes off and on with a reload", func() (string, error) {
			s, err := start(answerAll)
			if err != nil {
				return "", err
			}
			p, err := listenSCTP(0, 0)
			if err != nil {
				return "", err
			}
			for _, params := range []string{"", "sctp_assoc_reuse=no\nsctp_assoc_tracking=no\n", ""} {
				if err := s.reload(params + answerAll); err != nil {
					return "", err
				}
				via := "SCTP 127.0.0.1:7777"
				if params != "" {
					via += ";rport"
				}
				m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", via), soon)
				if err != nil {
					return "", fmt.Errorf("%q: %w", params, err)
				}
				if err := want(m.text, "SIP/2.0 200"); err != nil {
					return "", err
				}
			}
			return "", nil
		}},
		{"UDP to SCTP by ;transport=sctp: t_relay(), Via SIP/2.0/SCTP", func() (string, error) {
			if _, err := start(`route { if (!t_relay()) sl_reply_error(); }`); err != nil {
				return "", err
			}
			return udpToSCTP(func(port int) string { return fmt.Sprintf("sip:b@127.0.0.1:%d;transport=sctp", port) })
		}},
		{"t_relay_to_sctp()", func() (string, error) {
			if _, err := start(`route { $du = $null; if (!t_relay_to_sctp("127.0.0.1", "5090")) sl_reply_error(); }`); err != nil {
				return "", err
			}
			return udpToSCTP(func(int) string { return "sip:b@192.0.2.1" })
		}},
		{"udp_mtu_try_proto=SCTP", func() (string, error) {
			if _, err := start("udp_mtu=100\nudp_mtu_try_proto=SCTP\n" + `route { forward("127.0.0.1", 5090); }`); err != nil {
				return "", err
			}
			return udpToSCTP(func(int) string { return "sip:b@192.0.2.1" })
		}},
		{"SCTP to UDP and back over the association, with a transaction", func() (string, error) {
			if _, err := start(`route { if (!t_relay_to_udp("127.0.0.1", "5091")) sl_reply_error(); }`); err != nil {
				return "", err
			}
			return sctpToUDP()
		}},
		{"SCTP to UDP and back over the association, without a transaction (;i= in the Via)", func() (string, error) {
			if _, err := start(`route { forward_udp("127.0.0.1", 5091); }`); err != nil {
				return "", err
			}
			return sctpToUDP()
		}},
		{"60 kB in one message from SCTP to SCTP", func() (string, error) {
			if _, err := start(`route { if (!t_relay_to_sctp("127.0.0.1", "5090")) sl_reply_error(); }`); err != nil {
				return "", err
			}
			a, err := listenSCTP(0, 0)
			if err != nil {
				return "", err
			}
			b, err := listenSCTP(5090, 0)
			if err != nil {
				return "", err
			}
			body := strings.Repeat("0123456789", 6000)
			req := request("MESSAGE", "sip:b@192.0.2.1", "SCTP 127.0.0.1:7777")
			req = strings.Replace(req, "Content-Length: 0", fmt.Sprintf("Content-Length: %d", len(body)), 1) + body
			if err := a.send(req); err != nil {
				return "", err
			}
			m, err := b.recv(soon)
			if err != nil {
				return "", err
			}
			if !strings.HasSuffix(m.text, "\r\n\r\n"+body) {
				return "", fmt.Errorf("%d bytes arrived, with another body", len(m.text))
			}
			if err := b.answer(m.assoc, reply(m.text)); err != nil {
				return "", err
			}
			got, err := a.final(soon)
			return fmt.Sprintf("%d bytes", len(m.text)), first(err, want(got.text, "SIP/2.0 200"))
		}},
		{"two addresses in one listen line", func() (string, error) {
			s, err := launch("listen=sctp:(127.0.0.1, 127.0.0.2):5060\n" + answerAll)
			if err != nil {
				return "", err
			}
			if err := s.wait(" is up with ", 30*time.Second); err != nil {
				return "", err
			}
			for _, ip := range []string{"127.0.0.1", "127.0.0.2"} {
				p, err := listenSCTP(0, 0)
				if err != nil {
					return "", err
				}
				if err := p.sendTo(ip, request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777")); err != nil {
					return "", err
				}
				m, err := p.final(soon)
				if err := first(err, want(m.text, "SIP/2.0 200")); err != nil {
					return "", fmt.Errorf("%s: %w", ip, err)
				}
			}
			return "", nil
		}},
		{"IPv6", func() (string, error) {
			s, err := launch("listen=sctp:[::1]:5060\n" + answerAll)
			if err != nil {
				return "", err
			}
			if err := s.wait(" is up with ", 30*time.Second); err != nil {
				return "", err
			}
			one := [16]byte{15: 1}
			p, err := bindSCTP(unix.AF_INET6, &unix.SockaddrInet6{Addr: one}, 0)
			if err != nil {
				return "", err
			}
			if err := unix.Sendto(p.fd, []byte(request("OPTIONS", "sip:[::1]", "SCTP [::1]:7777;rport")), 0, &unix.SockaddrInet6{Port: sipPort, Addr: one}); err != nil {
				return "", err
			}
			m, err := p.final(soon)
			return "", first(err, want(m.text, "SIP/2.0 200"))
		}},
		{"enable_sctp=1 listens on SCTP too where a line names no protocol", func() (string, error) {
			s, err := launch("enable_sctp=1\nlisten=127.0.0.1:5060\n" + answerAll)
			if err != nil {
				return "", err
			}
			if err := s.wait(" is up with ", 30*time.Second); err != nil {
				return "", err
			}
			p, err := listenSCTP(0, 0)
			if err != nil {
				return "", err
			}
			m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777"), soon)
			return "", first(err, want(m.text, "SIP/2.0 200"))
		}},
		{"a second server on the port is refused", func() (string, error) {
			if _, err := start(answerAll); err != nil {
				return "", err
			}
			s, err := launch("listen=sctp:127.0.0.1:5060\n" + answerAll)
			if err != nil {
				return "", err
			}
			select {
			case <-s.done:
				return "", want(s.logged(), "cannot listen on sctp:127.0.0.1:5060: address already in use")
			case <-time.After(soon):
				return "", fmt.Errorf("it runs")
			}
		}},
	}
}

// want looks for texts.
func want(text string, parts ...string) error {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return fmt.Errorf("no %q in %q", p, text)
		}
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// replyTo sends a request whose Via names another port than it comes from; the reply has to come over its association.
func replyTo() (string, error) {
	from, err := listenSCTP(0, 0)
	if err != nil {
		return "", err
	}
	named, err := listenSCTP(7777, 0)
	if err != nil {
		return "", err
	}
	if err := from.send(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777")); err != nil {
		return "", err
	}
	m, err := from.recv(while())
	if err != nil {
		if m, err := named.recv(while()); err == nil {
			return "", fmt.Errorf("the reply went to the port of the Via: %q", firstLine(m.text))
		}
		return "", err
	}
	return fmt.Sprintf("association %d", m.assoc), want(m.text, "SIP/2.0 200")
}

// udpToSCTP relays a request and its answer.
func udpToSCTP(uri func(port int) string) (string, error) {
	u, err := listenUDP(0)
	if err != nil {
		return "", err
	}
	p, err := listenSCTP(5090, 0)
	if err != nil {
		return "", err
	}
	if err := u.send(request("MESSAGE", uri(p.port), fmt.Sprintf("UDP 127.0.0.1:%d", u.port))); err != nil {
		return "", err
	}
	m, err := p.recv(while())
	if err != nil {
		return "", err
	}
	if err := want(m.text, "Via: SIP/2.0/SCTP 127.0.0.1:5060;"); err != nil {
		return "", err
	}
	if err := p.answer(m.assoc, reply(m.text)); err != nil {
		return "", err
	}
	text, err := u.final(soon)
	return strings.SplitN(m.text, "\r\n", 3)[1], first(err, want(text, "SIP/2.0 200"))
}

// sctpToUDP relays a request whose Via names another port than it comes from.
func sctpToUDP() (string, error) {
	p, err := listenSCTP(0, 0)
	if err != nil {
		return "", err
	}
	u, err := listenUDP(5091)
	if err != nil {
		return "", err
	}
	if err := p.send(request("MESSAGE", "sip:b@192.0.2.1", "SCTP 127.0.0.1:7777")); err != nil {
		return "", err
	}
	text, err := u.recv(soon)
	if err != nil {
		return "", err
	}
	if err := want(text, "Via: SIP/2.0/UDP 127.0.0.1:5060;", "Via: SIP/2.0/SCTP 127.0.0.1:7777;", ";i="); err != nil {
		return "", err
	}
	if err := u.send(reply(text)); err != nil {
		return "", err
	}
	m, err := p.final(soon)
	return strings.SplitN(text, "\r\n", 3)[1], first(err, want(m.text, "SIP/2.0 200"))
}
