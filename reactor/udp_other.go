//go:build darwin || freebsd

package reactor

import "golang.org/x/sys/unix"

// Systems without the batch calls use single ones behind the same types.

func udpOptions(fd, family int, l Listen, _ bool, c *Config) error {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, c.RecvBuffer)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, c.SendBuffer)
	if l.TOS == 0 {
		return nil
	}
	if family == unix.AF_INET {
		return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, int(l.TOS))
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(l.TOS))
}

type receiver struct {
	slots []byte
	batch []Message
}

func newReceiver(n int) *receiver {
	return &receiver{slots: make([]byte, n*slotStride), batch: make([]Message, n)}
}

func (r *receiver) read(s *udpSocket, now int64, c *counters) (batch []Message, more bool, err error) {
	for k := range r.batch {
		o := k * slotStride
		n, from, err := unix.Recvfrom(s.fd, r.slots[o:o+MaxDatagram], 0)
		if err != nil {
			if k > 0 {
				c.msgsIn.Add(uint64(k))
				return r.batch[:k], false, nil
			}
			return nil, err != unix.EAGAIN, err
		}
		r.batch[k] = Message{Data: r.slots[o : o+n : o+slotStride], Meta: Meta{Remote: addrOf(from), Local: s.addr, Socket: s.id, Transport: UDP, Received: now}}
		c.bytesIn.Add(uint64(n))
	}
	c.msgsIn.Add(uint64(len(r.batch)))
	return r.batch, true, nil
}

type sender struct {
	to   []Addr
	data [][]byte
}

func newSender(n int) *sender { return &sender{make([]Addr, n), make([][]byte, n)} }

func (s *sender) set(i int, _ *udpSocket, _, to *Addr, b []byte) { s.to[i], s.data[i] = *to, b }

func (s *sender) send(fd, i, n int) (int, error) {
	for k := range n {
		if err := unix.Sendto(fd, s.data[i+k], 0, sockaddr(s.to[i+k].AddrPort())); err != nil {
			return k, err
		}
	}
	return n, nil
}
