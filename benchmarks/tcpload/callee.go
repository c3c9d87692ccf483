package tcpload

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"sync/atomic"

	"sipedge/benchmarks/sipcall"
)

// callee answers calls on a port of its own, by TCP or by UDP.
type callee struct {
	target string // as it stands in the URI of an INVITE
	end    sipcall.End
	listen *net.TCPListener
	udp    *net.UDPConn

	heard    []atomic.Int32 // per call, the last number of the caller's messages
	disorder atomic.Int64
	failure  atomic.Pointer[error] // of the first connection that ended before its time
	closing  atomic.Bool

	mu      sync.Mutex
	conns   []net.Conn
	readers sync.WaitGroup
}

func answerCalls(udp bool, calls int) (*callee, error) {
	c := &callee{heard: make([]atomic.Int32, calls)}
	loopback := net.IPv4(127, 0, 0, 1)
	if udp {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback})
		if err != nil {
			return nil, err
		}
		if err := conn.SetReadBuffer(udpBuffer); err != nil {
			conn.Close()
			return nil, err
		}
		c.udp, c.target = conn, conn.LocalAddr().String()
		c.end = sipcall.End{Local: c.target, Transport: "UDP"}
		c.readers.Go(c.serveUDP)
		return c, nil
	}
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: loopback})
	if err != nil {
		return nil, err
	}
	c.listen = l
	c.end = sipcall.End{Local: l.Addr().String(), Transport: "TCP"}
	c.target = c.end.Local + ";transport=tcp"
	c.readers.Go(c.accept)
	return c, nil
}

// udpBuffer is the receive buffer of the callee's UDP socket, bytes.
const udpBuffer = 4 << 20

func (c *callee) serveUDP() {
	buf := make([]byte, maxMessage)
	var out []byte
	for {
		n, from, err := c.udp.ReadFromUDPAddrPort(buf)
		if errClosed(err) {
			return
		}
		if err != nil {
			continue // a port that refused an answer; what is missing is missing in the count
		}
		for answer := range c.answers(buf[:n]) {
			out = c.end.AppendReply(out[:0], buf[:n], answer.status, answer.n)
			_, _ = c.udp.WriteToUDPAddrPort(out, from)
		}
	}
}

func (c *callee) accept() {
	for {
		conn, err := c.listen.AcceptTCP()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
		c.readers.Go(func() { c.serve(conn) })
	}
}

func (c *callee) serve(conn *net.TCPConn) {
	r := newReader(conn)
	var out []byte
	for {
		msg, err := r.next()
		if err == nil && msg == nil {
			if len(out) > 0 {
				_, err = conn.Write(out)
				out = out[:0]
			}
			if err == nil {
				err = r.read()
			}
		}
		if err != nil {
			if !c.closing.Load() {
				err = fmt.Errorf("callee: %w", err)
				c.failure.CompareAndSwap(nil, &err)
			}
			_ = conn.Close() // so that the server notices
			return
		}
		if msg == nil {
			continue
		}
		for answer := range c.answers(msg) {
			out = c.end.AppendReply(out, msg, answer.status, answer.n)
		}
	}
}

// answer is a status line and its number among the callee's messages of a call.
type answer struct {
	status string
	n      int
}

// answers are those of a request: 180 and 200 for an INVITE, 200 for another one but ACK. Its place in its call is checked.
func (c *callee) answers(msg []byte) func(yield func(answer) bool) {
	n, ok := sipcall.Number(msg)
	if ok && n < len(c.heard) {
		if seq := int32(sipcall.Sequence(msg)); seq != 0 && c.heard[n].Swap(seq) != seq-1 {
			c.disorder.Add(1)
		}
	}
	return func(yield func(answer) bool) {
		switch {
		case bytes.HasPrefix(msg, []byte("INVITE ")):
			_ = yield(answer{"SIP/2.0 180 Ringing\r\n", 1}) && yield(answer{"SIP/2.0 200 OK\r\n", 2})
		case bytes.HasPrefix(msg, []byte("BYE ")):
			yield(answer{"SIP/2.0 200 OK\r\n", 3})
		case bytes.HasPrefix(msg, []byte("OPTIONS ")):
			yield(answer{"SIP/2.0 200 OK\r\n", 0})
		}
	}
}

func (c *callee) close() {
	c.closing.Store(true)
	if c.udp != nil {
		_ = c.udp.Close() // a UDP socket holds nothing back
	}
	if c.listen != nil {
		_ = c.listen.Close()
	}
	c.mu.Lock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.readers.Wait()
}
