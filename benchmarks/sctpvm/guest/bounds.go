//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const relayAll = `route {
	if (proto == SCTP) sl_send_reply("200", "OK");
	else if (!t_relay_to_sctp("127.0.0.1", "5090")) sl_reply_error();
}
`

const forwardAll = `route {
	if (proto == SCTP) sl_send_reply("200", "OK");
	else forward_sctp("127.0.0.1", 5090);
}
`

// boundChecks are about what fails, and what is bounded.
func boundChecks() []check {
	return []check{
		{"a closed port of the next hop fails the branch at once", func() (string, error) {
			if _, err := start(relayAll); err != nil {
				return "", err
			}
			return failsAtOnce()
		}},
		{"sctp_send_retries=3 to a closed port fails as well", func() (string, error) {
			if _, err := start("sctp_send_retries=3\n" + relayAll); err != nil {
				return "", err
			}
			return failsAtOnce()
		}},
		{"an association that is lost under a request fails its branch", func() (string, error) {
			if _, err := start(relayAll); err != nil {
				return "", err
			}
			p, err := listenSCTP(5090, 4096)
			if err != nil {
				return "", err
			}
			u, err := listenUDP(0)
			if err != nil {
				return "", err
			}
			if err := flood(u, "INVITE", 20, 1000); err != nil {
				return "", err
			}
			if err := p.changed(commUp, soon); err != nil {
				return "", err
			}
			time.Sleep(200 * time.Millisecond) // the window is closed by then
			began := time.Now()
			p.kill()
			text, err := u.final(soon)
			if err != nil || !failure(text) {
				return "", fmt.Errorf("%q, %v", text, err)
			}
			return fmt.Sprintf("%s after %v", strings.SplitN(text, "\r\n", 2)[0], time.Since(began).Round(time.Millisecond)), nil
		}},
		{"places of closed associations are given back", func() (string, error) {
			if _, err := start("sctp_max_assocs=1\n" + relayAll); err != nil {
				return "", err
			}
			for i := range 3 {
				p, err := listenSCTP(0, 0)
				if err != nil {
					return "", err
				}
				m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777"), soon)
				if err := first(err, want(m.text, "SIP/2.0 200")); err != nil {
					return "", fmt.Errorf("number %d: %w", i, err)
				}
				p.kill()
				time.Sleep(100 * time.Millisecond)
			}
			return "three in a row", nil
		}},
		{"a peer that takes nothing costs the others nothing", func() (string, error) {
			s, err := start(forwardAll)
			if err != nil {
				return "", err
			}
			if _, err := listenSCTP(5090, 4096); err != nil {
				return "", err
			}
			u, err := listenUDP(0)
			if err != nil {
				return "", err
			}
			p, err := listenSCTP(0, 0)
			if err != nil {
				return "", err
			}
			worst := time.Duration(0)
			for range 20 {
				if err := flood(u, "MESSAGE", 20, 1000); err != nil {
					return "", err
				}
				began := time.Now()
				m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777"), soon)
				if err := first(err, want(m.text, "SIP/2.0 200")); err != nil {
					return "", err
				}
				worst = max(worst, time.Since(began))
			}
			if worst > soon/4 {
				return "", fmt.Errorf("an answer took %v", worst)
			}
			refused, err := s.counter("QueueFull")
			if err == nil && refused == 0 {
				err = fmt.Errorf("no message to the peer was refused")
			}
			return fmt.Sprintf("the longest answer took %v, %d messages to the peer were refused", worst.Round(time.Millisecond), refused), err
		}},
	}
}

// failure: 477 where the send is refused at once, else 500, which stands for the 503 of a branch that is lost (RFC 3261 section 16.7).
func failure(text string) bool {
	return strings.HasPrefix(text, "SIP/2.0 477 ") || strings.HasPrefix(text, "SIP/2.0 500 ")
}

func failsAtOnce() (string, error) {
	u, err := listenUDP(0)
	if err != nil {
		return "", err
	}
	began := time.Now()
	if err := u.send(request("INVITE", "sip:b@192.0.2.1", fmt.Sprintf("UDP 127.0.0.1:%d", u.port))); err != nil {
		return "", err
	}
	text, err := u.final(soon / 4)
	if err != nil || !failure(text) {
		return "", fmt.Errorf("no final answer: %q, %v", text, err)
	}
	return fmt.Sprintf("%s after %v", strings.SplitN(text, "\r\n", 2)[0], time.Since(began).Round(time.Millisecond)), nil
}

// oneThere opens an association from outside.
func oneThere() (*peer, error) {
	p, err := listenSCTP(0, 0)
	if err != nil {
		return nil, err
	}
	m, err := p.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777;rport"), soon)
	return p, first(err, want(m.text, "SIP/2.0 200"))
}

// secondIsClosed opens two associations from outside.
func secondIsClosed() error {
	one, err := oneThere()
	if err != nil {
		return err
	}
	two, err := listenSCTP(0, 0)
	if err != nil {
		return err
	}
	req := request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777;rport")
	if err := first(two.send(req), two.changed(commLost, while())); err != nil {
		return err
	}
	m, err := one.ask(request("OPTIONS", "sip:127.0.0.1", "SCTP 127.0.0.1:7777;rport"), soon)
	return first(err, want(m.text, "SIP/2.0 200"))
}

// opensNone has one association there, and the server asked for another.
func opensNone() (string, error) {
	if _, err := oneThere(); err != nil {
		return "", err
	}
	u, err := listenUDP(0)
	if err != nil {
		return "", err
	}
	to, err := listenSCTP(5090, 0)
	if err != nil {
		return "", err
	}
	if err := u.send(request("INVITE", "sip:b@192.0.2.1", fmt.Sprintf("UDP 127.0.0.1:%d", u.port))); err != nil {
		return "", err
	}
	if m, err := to.next(while()); err == nil {
		return "", fmt.Errorf("an association was opened, and told of by notification %#x %d", m.note, m.state)
	}
	text, err := u.final(soon)
	if err == nil && !failure(text) {
		err = fmt.Errorf("%q", text)
	}
	return firstLine(text), err
}

// flood sends n requests with a body of size bytes.
func flood(u *udp, method string, n, size int) error {
	body := strings.Repeat("x", size)
	for range n {
		req := request(method, "sip:b@192.0.2.1", fmt.Sprintf("UDP 127.0.0.1:%d", u.port))
		req = strings.Replace(req, "Content-Length: 0", fmt.Sprintf("Content-Length: %d", len(body)), 1) + body
		if err := u.send(req); err != nil {
			return err
		}
	}
	return nil
}

// sentInto is how many messages are sent to a peer that does not read.
const sentInto = 20

// intoClosedWindow has the server send to a peer that reads nothing, and waits until no more fits.
func intoClosedWindow(params string) (*peer, error) {
	if _, err := start(params + forwardAll); err != nil {
		return nil, err
	}
	p, err := listenSCTP(5090, 4096)
	if err != nil {
		return nil, err
	}
	u, err := listenUDP(0)
	if err != nil {
		return nil, err
	}
	if err := flood(u, "MESSAGE", sentInto, 1000); err != nil {
		return nil, err
	}
	time.Sleep(max(600*time.Millisecond, slowest))
	return p, nil
}

// afterClosedWindow is how many messages come when the peer reads after all.
func afterClosedWindow(params string) (int, error) {
	p, err := intoClosedWindow(params)
	if err != nil {
		return 0, err
	}
	return count(p, sentInto), nil
}

// afterAbort is how many messages come when the peer ends the association, to which nothing more could be sent.
func afterAbort(params string) (int, error) {
	p, err := intoClosedWindow(params)
	if err != nil {
		return 0, err
	}
	m, err := p.recv(soon)
	if err != nil {
		return 0, err
	}
	if err := p.abort(m.assoc); err != nil {
		return 0, err
	}
	return 1 + count(p, sentInto-1), nil
}

// count is how many different messages come, up to most, until none does for a while.
func count(p *peer, most int) int {
	seen := map[string]bool{}
	for len(seen) < most {
		m, err := p.recv(while())
		if err != nil {
			break
		}
		_, id, _ := strings.Cut(m.text, "Call-ID: ")
		id, _, _ = strings.Cut(id, "\r\n")
		seen[id] = true
	}
	return len(seen)
}

// abort ends an association at once.
func (p *peer) abort(assoc int32) error {
	ctl := make([]byte, unix.CmsgSpace(32))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&ctl[0]))
	h.Level, h.Type = unix.IPPROTO_SCTP, 1
	h.SetLen(unix.CmsgLen(32))
	binary.NativeEndian.PutUint16(ctl[unix.CmsgLen(0)+4:], 4)
	binary.NativeEndian.PutUint32(ctl[unix.CmsgLen(0)+28:], uint32(assoc))
	hdr := unix.Msghdr{Control: &ctl[0]}
	hdr.SetControllen(len(ctl))
	if _, _, e := unix.Syscall(unix.SYS_SENDMSG, uintptr(p.fd), uintptr(unsafe.Pointer(&hdr)), 0); e != 0 {
		return e
	}
	return nil
}
