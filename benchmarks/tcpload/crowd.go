package tcpload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"sipedge/benchmarks/sipcall"
)

// Crowd is a number of connections to one server whose peers are slow or stuck.
type Crowd struct {
	server netip.AddrPort
	conns  []*net.TCPConn
}

// Open opens n connections, 250 from each address of a group. The error is that of the first one that could not be opened; the crowd
// is what could.
func Open(ctx context.Context, server netip.AddrPort, n, group int) (*Crowd, error) {
	return open(ctx, server, n, nil, func(i int) netip.Addr { return Address(group, i/peersPerAddress) })
}

// OpenFromOne opens n connections, all from the first address of a group.
func OpenFromOne(ctx context.Context, server netip.AddrPort, n, group int) (*Crowd, error) {
	return open(ctx, server, n, nil, func(int) netip.Addr { return Address(group, 0) })
}

// OpenSmall is Open with the smallest receive buffers that the system gives, for peers that will not read.
func OpenSmall(ctx context.Context, server netip.AddrPort, n, group int) (*Crowd, error) {
	small := func(_, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1) }), err)
	}
	return open(ctx, server, n, small, func(i int) netip.Addr { return Address(group, i/peersPerAddress) })
}

func open(ctx context.Context, server netip.AddrPort, n int, control func(string, string, syscall.RawConn) error, from func(int) netip.Addr) (*Crowd, error) {
	if n < 1 || n > maxPeers {
		return nil, fmt.Errorf("%d connections, want 1 to %d", n, maxPeers)
	}
	c := &Crowd{server: server}
	var next atomic.Int64
	var mu sync.Mutex
	var first error
	var all sync.WaitGroup
	for range dialers {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				conn, err := dialFrom(ctx, from(i), server, control)
				mu.Lock()
				if err == nil {
					c.conns = append(c.conns, conn)
				} else if first == nil {
					first = err
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return c, errors.Join(first, ctx.Err())
}

func dialFrom(ctx context.Context, from netip.Addr, to netip.AddrPort, control func(string, string, syscall.RawConn) error) (*net.TCPConn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from.AsSlice()}, Timeout: dialLimit, KeepAlive: -1, Control: control}
	conn, err := d.DialContext(ctx, "tcp4", to.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// Alive counts the connections that the server has not ended, neither with a FIN nor with a RST.
func (c *Crowd) Alive() int {
	n := 0
	for _, conn := range c.conns {
		if established(conn) {
			n++
		}
	}
	return n
}

// established reads a connection's state, the first byte of TCP_INFO (tcp(7)).
func established(conn *net.TCPConn) bool {
	const tcpEstablished = 1
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	state := 0
	if raw.Control(func(fd uintptr) { state, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO) }) != nil || err != nil {
		return false
	}
	return state&0xff == tcpEstablished
}

// Drip sends one byte a second on every connection, those of a request that never ends, until ctx ends. Those that the server has closed
// are passed over.
func (c *Crowd) Drip(ctx context.Context) {
	text := []byte("OPTIONS sip:drip@127.0.0.1 SIP/2.0\r\nSubject: ")
	tick := time.NewTicker(dripTick / dripSlices)
	defer tick.Stop()
	for round := 0; ; round++ {
		b := byte('x')
		if turn := round / dripSlices; turn < len(text) {
			b = text[turn]
		}
		for i := round % dripSlices; i < len(c.conns); i += dripSlices {
			writeNow(c.conns[i], []byte{b})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// AskAndNeverRead sends OPTIONS, perSecond on every connection, and reads no answer, until ctx ends. The questions have a long display
// name, so that a few answers are many bytes.
func (c *Crowd) AskAndNeverRead(ctx context.Context, perSecond int) {
	tick := time.NewTicker(dripTick / dripSlices)
	defer tick.Stop()
	asked := make([]int, len(c.conns))
	var out []byte
	begin := time.Now()
	long := []byte("\"" + strings.Repeat("long ", longName/len("long ")) + "\"")
	for round := 0; ; round++ {
		want := int(time.Since(begin).Seconds()*float64(perSecond)) + 1
		for i := round % dripSlices; i < len(c.conns); i += dripSlices {
			end := sipcall.End{Local: c.conns[i].LocalAddr().String(), Transport: "TCP"}
			for out = out[:0]; asked[i] < want; asked[i]++ {
				out = end.AppendOptions(out, asked[i], c.server.String())
				out = bytes.Replace(out, []byte("\"Caller\""), long, 1)
			}
			writeNow(c.conns[i], out)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// writeNow writes what the system takes at once. A connection that is closed, or takes nothing, is as well.
func writeNow(conn *net.TCPConn, b []byte) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Write(func(fd uintptr) bool {
		_, _ = syscall.SendmsgN(int(fd), b, nil, nil, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL)
		return true
	})
}

// Len is the number of connections that were opened.
func (c *Crowd) Len() int { return len(c.conns) }

// Close closes all.
func (c *Crowd) Close() {
	for _, conn := range c.conns {
		_ = conn.Close() // the server may have been first
	}
}
