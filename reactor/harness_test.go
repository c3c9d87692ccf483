//go:build unix

package reactor

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// patience is how long a test waits for something that has to happen.
const patience = 10 * time.Second

// funcs is a handler of single functions; those that are nil do nothing.
type funcs struct {
	start    func(l Loop)
	receive  func(l Loop, batch []Message)
	posted   func(l Loop, m *Mail)
	timer    func(l Loop, kind uint32, arg uint64)
	cycleEnd func(l Loop)
	stop     func(l Loop)
}

func (f *funcs) Start(l Loop) {
	if f.start != nil {
		f.start(l)
	}
}

func (f *funcs) Receive(l Loop, batch []Message) {
	if f.receive != nil {
		f.receive(l, batch)
	}
}

func (f *funcs) Posted(l Loop, m *Mail) {
	if f.posted != nil {
		f.posted(l, m)
	}
}

func (f *funcs) Timer(l Loop, kind uint32, arg uint64) {
	if f.timer != nil {
		f.timer(l, kind, arg)
	}
}

func (f *funcs) CycleEnd(l Loop) {
	if f.cycleEnd != nil {
		f.cycleEnd(l)
	}
}

func (f *funcs) Stop(l Loop) {
	if f.stop != nil {
		f.stop(l)
	}
}

// echo sends everything back, from the address that it came to.
func echo(l Loop, batch []Message) {
	for i := range batch {
		m := &batch[i]
		_ = l.SendFrom(m.Meta.Socket, m.Meta.Local, m.Meta.Remote, m.Data)
	}
}

// listenOn is a UDP listen line.
func listenOn(addr string) Listen { return Listen{Transport: UDP, Addr: netip.MustParseAddrPort(addr)} }

// open makes a reactor that has not started; all loops run h.
func open(t testing.TB, h *funcs, c Config) *Reactor {
	t.Helper()
	if c.Loops == 0 {
		c.Loops = 1
	}
	c.Handler = func(int) Handler { return h }
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, r) })
	return r
}

// run is open and Start.
func run(t testing.TB, h *funcs, c Config) *Reactor {
	t.Helper()
	r := open(t, h, c)
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

func stop(t testing.TB, r *Reactor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// client is a UDP socket of the test.
type client struct {
	*net.UDPConn
	t   testing.TB
	buf [65536]byte
}

func dial(t testing.TB, local string) *client {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(local)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetReadBuffer(4 << 20)
	return &client{UDPConn: c, t: t}
}

func (c *client) send(to netip.AddrPort, data []byte) {
	c.t.Helper()
	if _, err := c.WriteToUDPAddrPort(data, to); err != nil {
		c.t.Fatal(err)
	}
}

// recv is the next datagram and where it came from.
func (c *client) recv() ([]byte, netip.AddrPort) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	n, from, err := c.ReadFromUDPAddrPort(c.buf[:])
	if err != nil {
		c.t.Fatal(err)
	}
	return c.buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

// need waits for something that another goroutine tells.
func need[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}

// total adds the counters of all loops.
func total(r *Reactor) (s Stats) {
	for _, l := range r.Stats() {
		s.Add(l)
	}
	return s
}

// countdown closes its channel when n things have happened.
type countdown struct {
	left atomic.Int64
	done chan struct{}
}

func newCountdown(n int) *countdown {
	c := &countdown{done: make(chan struct{})}
	c.left.Store(int64(n))
	return c
}

func (c *countdown) tick() {
	if c.left.Add(-1) == 0 {
		close(c.done)
	}
}
