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

// peer is an SCTP endpoint of the test: a one-to-many socket.
type peer struct {
	fd   int
	port int
}

var peers []*peer

// message is what a peer got: data, or a notification.
type message struct {
	text  string
	assoc int32
	port  int // of the sender
	note  uint16
	state uint16
}

const (
	noteChange = 0x8001
	commUp     = 0
	commLost   = 1
	shutdown   = 3
)

// listenSCTP binds a port of 127.0.0.1, 0 for any. window is SO_RCVBUF, 0 for the system's.
func listenSCTP(port, window int) (*peer, error) {
	return bindSCTP(unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}, window)
}

func bindSCTP(family int, at unix.Sockaddr, window int) (*peer, error) {
	fd, err := unix.Socket(family, unix.SOCK_SEQPACKET, unix.IPPROTO_SCTP)
	if err != nil {
		return nil, err
	}
	p := &peer{fd: fd}
	peers = append(peers, p)
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return nil, err
	}
	if window > 0 {
		if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, window); err != nil {
			return nil, err
		}
	}
	if err = unix.SetsockoptString(fd, unix.IPPROTO_SCTP, 11, "\x00\x01\x00\x00\x00\x01\x00\x00"); err != nil { // association and shutdown events
		return nil, err
	}
	if err = unix.SetsockoptInt(fd, unix.IPPROTO_SCTP, 32, 1); err != nil { // receive information
		return nil, err
	}
	if err = unix.Bind(fd, at); err != nil {
		return nil, err
	}
	if err = unix.Listen(fd, 16); err != nil {
		return nil, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	if sa, ok := sa.(*unix.SockaddrInet4); ok {
		p.port = sa.Port
	}
	return p, nil
}

func (p *peer) close() {
	if p.fd >= 0 {
		unix.Close(p.fd)
		p.fd = -1
	}
}

// kill ends all associations at once, as a peer does that starts anew.
func (p *peer) kill() {
	_ = unix.SetsockoptLinger(p.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	p.close()
}

// send sends to the server's address.
func (p *peer) send(text string) error { return p.sendTo("127.0.0.1", text) }

func (p *peer) sendTo(ip, text string) error {
	var a [4]byte
	if _, err := fmt.Sscanf(ip, "%d.%d.%d.%d", &a[0], &a[1], &a[2], &a[3]); err != nil {
		return err
	}
	return unix.Sendto(p.fd, []byte(text), 0, &unix.SockaddrInet4{Port: sipPort, Addr: a})
}

// answer sends over an association.
func (p *peer) answer(assoc int32, text string) error {
	ctl := make([]byte, unix.CmsgSpace(32))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&ctl[0]))
	h.Level, h.Type = unix.IPPROTO_SCTP, 1
	h.SetLen(unix.CmsgLen(32))
	binary.NativeEndian.PutUint32(ctl[unix.CmsgLen(0)+28:], uint32(assoc))
	_, err := unix.SendmsgN(p.fd, []byte(text), ctl, nil, 0)
	return err
}

// next is what comes next, notifications with it.
func (p *peer) next(most time.Duration) (m message, err error) {
	tv := unix.NsecToTimeval(int64(max(most, time.Millisecond)))
	if err = unix.SetsockoptTimeval(p.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return m, err
	}
	buf, ctl := make([]byte, 65536), make([]byte, 256)
	n, nc, flags, from, err := unix.Recvmsg(p.fd, buf, ctl, 0)
	for err == unix.EINTR {
		n, nc, flags, from, err = unix.Recvmsg(p.fd, buf, ctl, 0)
	}
	if err != nil {
		return m, err
	}
	if sa, ok := from.(*unix.SockaddrInet4); ok {
		m.port = sa.Port
	}
	if flags&0x8000 != 0 {
		m.note = binary.NativeEndian.Uint16(buf)
		if m.note == noteChange {
			m.state = binary.NativeEndian.Uint16(buf[8:])
			m.assoc = int32(binary.NativeEndian.Uint32(buf[16:]))
		}
		return m, nil
	}
	m.text = string(buf[:n])
	all, _ := unix.ParseSocketControlMessage(ctl[:nc])
	for _, c := range all {
		if c.Header.Level == unix.IPPROTO_SCTP && c.Header.Type == 3 {
			m.assoc = int32(binary.NativeEndian.Uint32(c.Data[24:]))
		}
	}
	return m, nil
}

// recv is the next message.
func (p *peer) recv(most time.Duration) (message, error) {
	for end := time.Now().Add(most); ; {
		m, err := p.next(time.Until(end))
		if err != nil {
			return m, fmt.Errorf("nothing came: %w", err)
		}
		if m.note == 0 {
			return m, nil
		}
	}
}

// changed waits for a change of an association to a state.
func (p *peer) changed(state uint16, most time.Duration) error {
	for end := time.Now().Add(most); ; {
		m, err := p.next(time.Until(end))
		if err != nil {
			return fmt.Errorf("no change of an association to state %d: %w", state, err)
		}
		if m.note == noteChange && m.state == state {
			return nil
		}
	}
}

// ask sends a request and returns the final answer.
func (p *peer) ask(text string, most time.Duration) (message, error) {
	if err := p.send(text); err != nil {
		return message{}, err
	}
	return p.final(most)
}

func (p *peer) final(most time.Duration) (message, error) {
	for end := time.Now().Add(most); ; {
		m, err := p.recv(time.Until(end))
		if err != nil || !strings.HasPrefix(m.text, "SIP/2.0 1") {
			return m, err
		}
	}
}

// udp is a UDP endpoint of the test.
type udp struct {
	fd   int
	port int
}

func listenUDP(port int) (*udp, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	if err = unix.Bind(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	p := &peer{fd: fd, port: sa.(*unix.SockaddrInet4).Port}
	peers = append(peers, p)
	return &udp{fd, p.port}, nil
}

func (u *udp) send(text string) error {
	return unix.Sendto(u.fd, []byte(text), 0, &unix.SockaddrInet4{Port: sipPort, Addr: [4]byte{127, 0, 0, 1}})
}

func (u *udp) recv(most time.Duration) (string, error) {
	tv := unix.NsecToTimeval(int64(max(most, time.Millisecond)))
	if err := unix.SetsockoptTimeval(u.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
		return "", err
	}
	buf := make([]byte, 65536)
	n, _, err := unix.Recvfrom(u.fd, buf, 0)
	return string(buf[:max(n, 0)]), err
}

// final is the next answer that is not provisional.
func (u *udp) final(most time.Duration) (string, error) {
	for end := time.Now().Add(most); ; {
		text, err := u.recv(time.Until(end))
		if err != nil || !strings.HasPrefix(text, "SIP/2.0 1") {
			return text, err
		}
	}
}

var requests int

// request is a SIP request; via is transport and sent-by, with parameters.
func request(method, uri, via string) string {
	requests++
	body := ""
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/%s;branch=z9hG4bK-g%d\r\nMax-Forwards: 70\r\nFrom: <sip:a@127.0.0.1>;tag=%d\r\nTo: <sip:b@127.0.0.1>\r\n"+
		"Call-ID: guest-%d@127.0.0.1\r\nCSeq: 1 %s\r\nContact: <sip:a@127.0.0.1>\r\nContent-Length: %d\r\n\r\n%s", method, uri, via, requests, requests, requests, method, len(body), body)
}

// reply is the 200 to a request.
func reply(request string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 200 OK\r\n")
	for _, line := range strings.Split(request, "\r\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "Via", "From", "Call-ID", "CSeq", "Record-Route":
			b.WriteString(line + "\r\n")
		case "To":
			b.WriteString(line + ";tag=peer\r\n")
		}
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	return b.String()
}
