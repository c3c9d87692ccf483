package tlsload

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/benchmarks/sipcall"
)

// Way is how the two ends of calls reach the server, and it them.
type Way int

// The ways.
const (
	// FromTLS calls come over one TLS connection and go to a callee with UDP.
	FromTLS Way = iota
	// FromTLSEach calls come over a TLS connection each.
	FromTLSEach
	// ToTLS calls come over UDP and go to a callee with TLS.
	ToTLS
)

// String is the way in words.
func (w Way) String() string {
	return [...]string{"TLS to UDP, one connection", "TLS to UDP, a connection for each call", "UDP to TLS"}[w]
}

const (
	maxCalls = 100_000
	// callQuiet is how long nothing may come until what is missing counts as lost.
	callQuiet = 10 * time.Second
	// callConns is how many connections of FromTLSEach are open at the same time at most.
	callConns  = 2000
	udpBuffer  = 4 << 20
	maxMessage = 64 << 10
)

// CallLoad is calls from INVITE to the 200 for the BYE.
type CallLoad struct {
	Server Server
	UDP    netip.AddrPort // the server's address for UDP
	Way    Way
	Calls  int
	Rate   float64 // per second
	// Cert and Key are files with what a callee with TLS shows.
	Cert, Key string
}

// CallResult is what became of them.
type CallResult struct {
	Made, Done int
	Elapsed    time.Duration
	// First is why the first connection that failed did.
	First error
}

// Calls makes them and waits until all are through or nothing more comes.
func Calls(ctx context.Context, load CallLoad) (CallResult, error) {
	if load.Calls < 1 || load.Calls > maxCalls || load.Rate <= 0 || load.Rate > maxRate {
		return CallResult{}, fmt.Errorf("%d calls at %v per second, want 1 to %d and more than 0, at most %d", load.Calls, load.Rate, maxCalls, maxRate)
	}
	if !load.UDP.Addr().IsLoopback() {
		return CallResult{}, fmt.Errorf("%v is no loopback address", load.UDP)
	}
	r := &callRun{load: load, begin: time.Now()}
	defer r.close()
	var err error
	if r.config, err = load.Server.config(); err != nil {
		return CallResult{}, err
	}
	if err := r.answerCalls(); err != nil {
		return CallResult{}, err
	}
	made, err := r.call(ctx)
	r.settle(ctx, made)
	res := CallResult{Made: made, Done: int(r.done.Load()), Elapsed: time.Since(r.begin)}
	if p := r.first.Load(); p != nil {
		res.First = *p
	}
	return res, err
}

// callRun is a run under way.
type callRun struct {
	load   CallLoad
	config *tls.Config
	begin  time.Time
	target string // the callee as it stands in the URI of an INVITE

	mu      sync.Mutex
	closers []io.Closer
	work    sync.WaitGroup
	done    atomic.Int64
	first   atomic.Pointer[error]
	closing atomic.Bool
}

func (r *callRun) keep(c io.Closer) {
	r.mu.Lock()
	r.closers = append(r.closers, c)
	r.mu.Unlock()
}

func (r *callRun) fail(err error) {
	if err != nil && !r.closing.Load() {
		r.first.CompareAndSwap(nil, &err)
	}
}

func (r *callRun) close() {
	r.closing.Store(true)
	r.mu.Lock()
	for _, c := range r.closers {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.work.Wait()
}

// secureEnd is an end that is reached by TLS. The parameter belongs to its URI; in the
// sent-by of its Via, where it stands too, it says nothing (RFC 3261 §20.42, via-extension).
func secureEnd(addr net.Addr) sipcall.End {
	return sipcall.End{Local: addr.String() + ";transport=tls", Transport: "TLS"}
}

// answerCalls opens the callee.
func (r *callRun) answerCalls() error {
	if r.load.Way != ToTLS {
		c, err := listenUDP()
		if err != nil {
			return err
		}
		r.keep(c)
		end := sipcall.End{Local: c.LocalAddr().String(), Transport: "UDP"}
		r.target = end.Local
		r.work.Go(func() {
			readUDP(c, func(msg, out []byte, from netip.AddrPort) {
				for _, status := range answersTo(msg) {
					_, _ = c.WriteToUDPAddrPort(end.AppendReply(out[:0], msg, status, 0), from)
				}
			})
		})
		return nil
	}
	cert, err := tls.LoadX509KeyPair(r.load.Cert, r.load.Key)
	if err != nil {
		return err
	}
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	r.keep(l)
	end := secureEnd(l.Addr())
	r.target = end.Local
	r.work.Go(func() {
		for {
			raw, err := l.Accept()
			if err != nil {
				return
			}
			c := tls.Server(raw, &tls.Config{Certificates: []tls.Certificate{cert}})
			r.keep(raw)
			r.work.Go(func() {
				r.fail(readTLS(c, func(msg, out []byte) []byte {
					for _, status := range answersTo(msg) {
						out = end.AppendReply(out, msg, status, 0)
					}
					return out
				}))
			})
		}
	})
	return nil
}

// answersTo are the status lines that a request is answered with.
func answersTo(msg []byte) []string {
	switch {
	case bytes.HasPrefix(msg, []byte("INVITE ")):
		return []string{"SIP/2.0 180 Ringing\r\n", "SIP/2.0 200 OK\r\n"}
	case bytes.HasPrefix(msg, []byte("BYE ")):
		return []string{"SIP/2.0 200 OK\r\n"}
	}
	return nil
}

// call makes the calls.
func (r *callRun) call(ctx context.Context) (made int, err error) {
	var start func(n int) error
	switch r.load.Way {
	case FromTLSEach:
		room := make(chan struct{}, callConns)
		start = func(n int) error {
			room <- struct{}{}
			r.work.Go(func() {
				defer func() { <-room }()
				r.fail(r.callAlone(n))
			})
			return nil
		}
	case FromTLS:
		c, err := r.dial()
		if err != nil {
			return 0, err
		}
		end := secureEnd(c.LocalAddr())
		var mu sync.Mutex
		write := func(b []byte) error {
			mu.Lock()
			defer mu.Unlock()
			_, err := c.Write(b)
			return err
		}
		r.work.Go(func() {
			r.fail(readTLS(&lockedWriter{c, write}, func(msg, out []byte) []byte { return r.goOn(&end, msg, out) }))
		})
		start = func(n int) error { return write(end.AppendInvite(nil, n, r.target, 0)) }
	case ToTLS:
		c, err := listenUDP()
		if err != nil {
			return 0, err
		}
		r.keep(c)
		end := sipcall.End{Local: c.LocalAddr().String(), Transport: "UDP"}
		r.work.Go(func() {
			readUDP(c, func(msg, out []byte, _ netip.AddrPort) {
				if out = r.goOn(&end, msg, out[:0]); len(out) > 0 {
					for _, one := range bytes.SplitAfter(out, []byte("Content-Length: 0\r\n\r\n")) {
						_, _ = c.WriteToUDPAddrPort(one, r.load.UDP)
					}
				}
			})
		})
		start = func(n int) error {
			_, err := c.WriteToUDPAddrPort(end.AppendInvite(nil, n, r.target, 0), r.load.UDP)
			return err
		}
	}
	for begin := time.Now(); made < r.load.Calls; made++ {
		time.Sleep(time.Until(begin.Add(time.Duration(float64(made) / r.load.Rate * float64(time.Second)))))
		if ctx.Err() != nil {
			return made, ctx.Err()
		}
		if err := start(made); err != nil {
			return made, err
		}
	}
	return made, nil
}

// dial opens a connection to the server.
func (r *callRun) dial() (*tls.Conn, error) {
	raw, err := r.load.Server.dial(Source(1))
	if err != nil {
		return nil, err
	}
	r.keep(raw)
	c := tls.Client(raw, r.config)
	_ = raw.SetDeadline(time.Now().Add(dialLimit))
	err = c.Handshake()
	_ = raw.SetDeadline(time.Time{})
	return c, err
}

// callAlone makes one call over a connection of its own.
func (r *callRun) callAlone(n int) error {
	c, err := r.dial()
	if err != nil {
		return fmt.Errorf("call %d: %w", n, err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(askLimit))
	end := secureEnd(c.LocalAddr())
	if _, err := c.Write(end.AppendInvite(nil, n, r.target, 0)); err != nil {
		return fmt.Errorf("call %d: %w", n, err)
	}
	over := errors.New("over")
	err = readMessages(c, func(msg, out []byte) ([]byte, error) {
		out = r.goOn(&end, msg, out)
		if bytes.HasSuffix(sipcall.Header(msg, "CSeq"), []byte("BYE")) {
			return out, over
		}
		return out, nil
	})
	if err == over {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("call %d: %w", n, err)
	}
	return err
}

// goOn appends what the caller sends when an answer has come, and counts the calls that are through.
func (r *callRun) goOn(end *sipcall.End, msg, out []byte) []byte {
	if !bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")) {
		return out
	}
	switch cseq := sipcall.Header(msg, "CSeq"); {
	case bytes.HasSuffix(cseq, []byte("INVITE")):
		out = end.AppendWithin(out, msg, "ACK", "1", 0)
		out = end.AppendWithin(out, msg, "BYE", "2", 0)
	case bytes.HasSuffix(cseq, []byte("BYE")):
		r.done.Add(1)
	}
	return out
}

// settle waits until so many calls are through, or nothing has come for long.
func (r *callRun) settle(ctx context.Context, want int) {
	seen, since := int64(-1), time.Now()
	for r.done.Load() < int64(want) && ctx.Err() == nil {
		if now := r.done.Load(); now != seen {
			seen, since = now, time.Now()
		} else if time.Since(since) > callQuiet {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func listenUDP() (*net.UDPConn, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return c, c.SetReadBuffer(udpBuffer)
}

// readUDP calls f with each datagram and a buffer.
func readUDP(c *net.UDPConn, f func(msg, out []byte, from netip.AddrPort)) {
	buf, out := make([]byte, maxMessage), make([]byte, 0, maxMessage)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			f(buf[:n], out, from)
		}
	}
}

// lockedWriter is a connection that others write to as well.
type lockedWriter struct {
	*tls.Conn
	write func([]byte) error
}

func (w *lockedWriter) Write(b []byte) (int, error) { return len(b), w.write(b) }

// readTLS calls f with each message and writes what it appends.
func readTLS(c io.ReadWriter, f func(msg, out []byte) []byte) error {
	return readMessages(c, func(msg, out []byte) ([]byte, error) { return f(msg, out), nil })
}

func readMessages(c io.ReadWriter, f func(msg, out []byte) ([]byte, error)) error {
	r := bufio.NewReaderSize(c, maxMessage)
	var msg, out []byte
	for {
		var err error
		if msg, err = readMessage(r, msg[:0]); err != nil {
			return err
		}
		out, err = f(msg, out)
		if len(out) > 0 && r.Buffered() == 0 || err != nil {
			if _, werr := c.Write(out); werr != nil && err == nil {
				return werr
			}
			out = out[:0]
		}
		if err != nil {
			return err
		}
	}
}

// readMessage reads one message with its body.
func readMessage(r *bufio.Reader, b []byte) ([]byte, error) {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return b, err
		}
		b = append(b, line...)
		if name, value, ok := strings.Cut(string(line), ":"); ok && strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return b, err
			}
		}
		if string(line) == "\r\n" {
			break
		}
	}
	n := len(b)
	b = append(b, make([]byte, length)...)
	_, err := io.ReadFull(r, b[n:])
	return b, err
}
