package tlsload

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// client is a TLS connection that asks with OPTIONS.
type client struct {
	conn *tls.Conn
	raw  net.Conn
	r    *bufio.Reader
	n    int
}

// connect opens a connection and completes its handshake.
func (s Server) connect(from netip.Addr, config *tls.Config) (*client, error) {
	raw, err := s.dial(from)
	if err != nil {
		return nil, err
	}
	_ = raw.SetDeadline(time.Now().Add(dialLimit))
	conn := tls.Client(raw, config)
	if err := conn.Handshake(); err != nil {
		raw.Close()
		return nil, err
	}
	return &client{conn: conn, raw: raw, r: bufio.NewReader(conn)}, nil
}

// ask sends OPTIONS and returns the status line of the answer, which has no body.
func (c *client) ask() (string, error) {
	c.n++
	local := c.raw.LocalAddr().String()
	_ = c.raw.SetDeadline(time.Now().Add(askLimit))
	_, err := fmt.Fprintf(c.conn, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/TLS %[2]s;branch=z9hG4bKtls%[3]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:load@%[2]s>;tag=load\r\nTo: <sip:%[1]s>\r\nCall-ID: tls-%[3]d@%[2]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		c.raw.RemoteAddr(), local, c.n)
	if err != nil {
		return "", err
	}
	first := ""
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if first == "" {
			first = strings.TrimSpace(line)
		}
		if line == "\r\n" {
			return first, nil
		}
	}
}

func (c *client) close() {
	_ = c.raw.(*net.TCPConn).SetLinger(0)
	_ = c.raw.Close()
}

// Answers is what came of connections with one question each.
type Answers struct {
	Made, Answered int
	First          error         // why the first that was not answered was not
	P50, P99       time.Duration // from the begin of the connection to the answer
}

// Ask opens connections at a steady rate for a time, asks once on each and closes it.
func Ask(ctx context.Context, s Server, from netip.Addr, rate float64, during time.Duration) (Answers, error) {
	if rate <= 0 || rate > maxRate || rate*during.Seconds() > maxConns {
		return Answers{}, fmt.Errorf("%v connections per second for %v, want more than 0, at most %d and %d in all", rate, during, maxRate, maxConns)
	}
	config, err := s.config()
	if err != nil {
		return Answers{}, err
	}
	var a Answers
	var mu sync.Mutex
	var took []time.Duration
	var work sync.WaitGroup
	begin := time.Now()
	for ; time.Since(begin) < during && ctx.Err() == nil; a.Made++ {
		work.Go(func() {
			start := time.Now()
			err := s.once(from, config)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				took = append(took, time.Since(start))
			} else if a.First == nil {
				a.First = err
			}
		})
		time.Sleep(time.Until(begin.Add(time.Duration(float64(a.Made+1) / rate * float64(time.Second)))))
	}
	work.Wait()
	a.Answered = len(took)
	slices.Sort(took)
	if n := len(took); n > 0 {
		a.P50, a.P99 = took[n/2], took[n*99/100]
	}
	return a, ctx.Err()
}

func (s Server) once(from netip.Addr, config *tls.Config) error {
	c, err := s.connect(from, config)
	if err != nil {
		return err
	}
	defer c.close()
	status, err := c.ask()
	if err == nil && !strings.HasPrefix(status, "SIP/2.0 200 ") {
		err = fmt.Errorf("answered with %q", status)
	}
	return err
}

// Kept is connections that stay.
type Kept struct {
	server  Server
	config  *tls.Config
	clients []*client
}

// Keep opens n connections. config is kept for Serial.
func Keep(s Server, n int, from ...netip.Addr) (*Kept, error) {
	if n < 1 || n > maxConns {
		return nil, fmt.Errorf("%d connections, want 1 to %d", n, maxConns)
	}
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	k := &Kept{server: s, config: config}
	for i := range n {
		c, err := s.connect(from[i%len(from)], config)
		if err != nil {
			k.Close()
			return nil, fmt.Errorf("connection %d: %w", i, err)
		}
		k.clients = append(k.clients, c)
	}
	return k, nil
}

// Ask asks once on each connection and returns how many were answered by 200.
func (k *Kept) Ask() (answered int) {
	for _, c := range k.clients {
		if status, err := c.ask(); err == nil && strings.HasPrefix(status, "SIP/2.0 200 ") {
			answered++
		}
	}
	return answered
}

// AskMany asks n times on each connection, on all at the same time, and returns how many questions were answered by 200.
func (k *Kept) AskMany(n int) int {
	var answered atomic.Int64
	var work sync.WaitGroup
	for _, c := range k.clients {
		work.Go(func() {
			for range n {
				if status, err := c.ask(); err != nil || !strings.HasPrefix(status, "SIP/2.0 200 ") {
					return
				}
				answered.Add(1)
			}
		})
	}
	work.Wait()
	return int(answered.Load())
}

// Close ends the connections.
func (k *Kept) Close() {
	for _, c := range k.clients {
		c.close()
	}
}

// Serial is the serial number of the certificate that the server shows in a new handshake, to a client that trusts trusted.
func (s Server) Serial(from netip.Addr) (string, error) {
	raw, err := s.dial(from)
	if err != nil {
		return "", err
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(dialLimit))
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, ServerName: s.Name}) // it is only looked at
	if err := conn.Handshake(); err != nil {
		return "", err
	}
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String(), nil
}
