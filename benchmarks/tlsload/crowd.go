package tlsload

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Behaviour is what the peers of a crowd do.
type Behaviour int

// The behaviours.
const (
	// HalfOpen peers send a whole ClientHello and nothing behind it.
	HalfOpen Behaviour = iota
	// Slow peers send their ClientHello byte by byte.
	Slow
	// Storm peers complete one handshake after the other, as fast as the server lets them.
	Storm
)

// Crowd is peers that are connected.
type Crowd struct {
	server    Server
	config    *tls.Config
	behaviour Behaviour
	hello     []byte

	mu     sync.Mutex
	conns  []net.Conn
	done   chan struct{}
	work   sync.WaitGroup
	shakes atomic.Int64
}

// Hold opens n connections from each of the sources and returns when all are there. A Storm has n peers per source, each with one
// connection at a time.
func Hold(s Server, b Behaviour, n int, sources ...netip.Addr) (*Crowd, error) {
	if n < 1 || n*len(sources) > maxConns {
		return nil, fmt.Errorf("%d connections from each of %d sources, want 1 to %d in all", n, len(sources), maxConns)
	}
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	c := &Crowd{server: s, config: config, behaviour: b, hello: clientHello(config), done: make(chan struct{})}
	todo := make(chan netip.Addr)
	errs := make(chan error, dialers)
	for range dialers {
		go func() {
			var err error
			for from := range todo {
				if err == nil {
					err = c.join(from)
				}
			}
			errs <- err
		}()
	}
	for range n {
		for _, from := range sources {
			todo <- from
		}
	}
	close(todo)
	for range dialers {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	if b == Slow {
		c.work.Go(c.drip)
	}
	return c, nil
}

func (c *Crowd) join(from netip.Addr) error {
	if c.behaviour == Storm {
		c.work.Go(func() { c.storm(from) })
		return nil
	}
	conn, err := c.server.dial(from)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.conns = append(c.conns, conn)
	c.mu.Unlock()
	if c.behaviour == HalfOpen {
		_, err = conn.Write(c.hello)
	}
	return err
}

// drip sends a byte of each peer's ClientHello at a time.
func (c *Crowd) drip() {
	tick := time.NewTicker(dripTick)
	defer tick.Stop()
	perTick := max(1, len(c.conns)*int(dripTick)/int(dripEvery))
	for i := range c.hello {
		for n, conn := range c.conns {
			_, _ = conn.Write(c.hello[i : i+1]) // the server may have had enough of it
			if n%perTick != 0 {
				continue
			}
			select {
			case <-tick.C:
			case <-c.done:
				return
			}
		}
	}
}

func (c *Crowd) storm(from netip.Addr) {
	for {
		select {
		case <-c.done:
			return
		default:
		}
		conn, err := c.server.dial(from)
		if err != nil {
			time.Sleep(time.Millisecond) // the ports of the source are used up for a moment
			continue
		}
		_ = conn.SetDeadline(time.Now().Add(dialLimit))
		if tls.Client(conn, c.config).Handshake() == nil {
			c.shakes.Add(1)
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // leaves no port in TIME_WAIT
		conn.Close()
	}
}

// Handshakes is how many handshakes the peers of a Storm have completed.
func (c *Crowd) Handshakes() int { return int(c.shakes.Load()) }

// Close ends all connections.
func (c *Crowd) Close() {
	close(c.done)
	c.work.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
}

// clientHello is a ClientHello as it goes over the wire.
func clientHello(config *tls.Config) []byte {
	w := &firstWrite{}
	_ = tls.Client(w, config).Handshake() // it cannot succeed
	return w.b
}

// firstWrite is a connection that keeps the first thing written to it.
type firstWrite struct {
	net.Conn
	b []byte
}

func (w *firstWrite) Write(b []byte) (int, error) {
	w.b = append(w.b, b...)
	return 0, net.ErrClosed
}

func (w *firstWrite) Read([]byte) (int, error) { return 0, net.ErrClosed }
