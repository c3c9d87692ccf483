// Package udpload sends SIP requests over UDP at a steady rate and counts what comes of them: answers to OPTIONS at the
// sending sockets, forwarded INVITEs at a sink. It is light enough not to disturb the server whose CPU time is read beside
// it, which SIPp is not. It stays on the addresses it is given and is bounded in messages and in time.
//
// Start at Run; package sipcall has the texts.
package udpload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/benchmarks/sipcall"
)

// Method is the request to send.
type Method int

// The methods.
const (
	// Options is answered by the server itself.
	Options Method = iota
	// Invite is forwarded by the server to the sink, which does not answer.
	Invite
	// Call is a whole call through the server, from INVITE to the 200 for the BYE; it arrives when that does.
	Call
	// Ask is OPTIONS through the server to a callee that answers with 200.
	Ask
	// Ring is INVITE through the server to a callee that answers with 180 and nothing more; it arrives when the 180 does.
	Ring
)

// called says whether the callee answers.
func (m Method) called() bool { return m >= Call }

// Load describes one run.
type Load struct {
	Method   Method
	Server   netip.AddrPort
	Sockets  int     // source ports
	Messages int     // in all
	Rate     float64 // messages per second over all sockets
}

// Result is what a run showed.
type Result struct {
	Sent    int
	Arrived int           // of these, answered by 200 or seen by the sink, each once
	Extra   int           // further copies, and answers other than 200
	Elapsed time.Duration // from the first message sent to the last that arrived
	P50     time.Duration // from sending to arrival
	P99     time.Duration
	P999    time.Duration
}

// Run sends the load, waits until everything has arrived or nothing more comes, and returns what was seen.
func Run(ctx context.Context, load Load) (Result, error) {
	if err := load.check(); err != nil {
		return Result{}, err
	}
	r := &run{load: load, begin: time.Now(), sentAt: make([]atomic.Int64, load.Messages), took: make([]atomic.Int64, load.Messages)}
	defer r.close()
	if err := r.open(); err != nil {
		return Result{}, err
	}
	if err := r.send(ctx); err != nil {
		return Result{}, err
	}
	r.settle(ctx)
	r.close()
	return r.result(), nil
}

func (l Load) check() error {
	switch {
	case l.Messages < 1 || l.Messages > maxMessages:
		return fmt.Errorf("%d messages, want 1 to %d", l.Messages, maxMessages)
	case l.Rate <= 0 || l.Rate > maxRate:
		return fmt.Errorf("rate of %v messages per second, want more than 0, at most %d", l.Rate, maxRate)
	case l.Sockets < 1 || l.Sockets > maxSockets:
		return fmt.Errorf("%d sockets, want 1 to %d", l.Sockets, maxSockets)
	case !l.Server.Addr().IsLoopback():
		return fmt.Errorf("%v is no loopback address", l.Server)
	}
	return nil
}

// run is a run under way.
type run struct {
	load    Load
	begin   time.Time // what all times are counted from
	sources []*net.UDPConn
	sink    *net.UDPConn // nil for OPTIONS; of calls, the callee
	readers sync.WaitGroup
	closed  sync.Once

	sent          int
	sentAt, took  []atomic.Int64 // per message, nanoseconds since begin and from there to its arrival; 0 for none
	arrived, more atomic.Int64
	last          atomic.Int64 // arrival of the last one, nanoseconds since begin
}

// open binds the sockets and starts their readers.
func (r *run) open() error {
	loopback := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	for range r.load.Sockets {
		conn, err := net.ListenUDP("udp4", loopback)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, conn)
		accept := answered
		switch r.load.Method {
		case Call:
			accept = r.phone(conn).calling
		case Ring:
			accept = ringing
		}
		if err := r.read(conn, accept); err != nil {
			return err
		}
	}
	if r.load.Method == Options {
		return nil
	}
	conn, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		return err
	}
	r.sink = conn
	if r.load.Method.called() {
		return r.answer(conn)
	}
	return r.read(conn, forwarded)
}

func (r *run) phone(conn *net.UDPConn) *phone {
	return &phone{End: sipcall.End{Local: conn.LocalAddr().String(), Transport: "UDP"}, conn: conn, server: r.load.Server, rings: r.load.Method == Ring}
}

// answer starts the callee of calls.
func (r *run) answer(conn *net.UDPConn) error {
	if err := conn.SetReadBuffer(bufferSize); err != nil {
		return err
	}
	p := r.phone(conn)
	r.readers.Go(func() {
		buf := make([]byte, maxDatagram)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				p.called(buf[:n], from)
			}
		}
	})
	return nil
}

// read starts a reader that counts the messages of a socket which count accepts, by their number.
func (r *run) read(conn *net.UDPConn, accept func([]byte) bool) error {
	if err := conn.SetReadBuffer(bufferSize); err != nil {
		return err
	}
	r.readers.Go(func() {
		buf := make([]byte, maxDatagram)
		for {
			n, _, err := conn.ReadFromUDPAddrPort(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				continue // a port that refused one of our messages; the message is missing in the count
			}
			number, ok := sipcall.Number(buf[:n])
			if !ok || number >= len(r.took) || !accept(buf[:n]) {
				if !r.load.Method.called() { // a call's other messages are no extra ones
					r.more.Add(1)
				}
				continue
			}
			now := int64(time.Since(r.begin))
			if !r.took[number].CompareAndSwap(0, max(1, now-r.sentAt[number].Load())) {
				r.more.Add(1)
				continue
			}
			r.arrived.Add(1)
			r.last.Store(now)
		}
	})
	return nil
}

// send writes the messages, as many per tick as are due.
func (r *run) send(ctx context.Context) error {
	tick := time.NewTicker(sendTick)
	defer tick.Stop()
	callee := ""
	if r.sink != nil {
		callee = r.sink.LocalAddr().String()
	}
	var msg []byte
	start := time.Now()
	for r.sent < r.load.Messages {
		due := min(r.load.Messages, int(time.Since(start).Seconds()*r.load.Rate)+1)
		for ; r.sent < due; r.sent++ {
			conn := r.sources[r.sent%len(r.sources)]
			msg = appendRequest(msg[:0], r.load.Method, r.sent, conn.LocalAddr().String(), r.load.Server.String(), callee)
			r.sentAt[r.sent].Store(int64(time.Since(r.begin)))
			if _, err := conn.WriteToUDPAddrPort(msg, r.load.Server); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// settle waits until all has arrived, or nothing has for quiet.
func (r *run) settle(ctx context.Context) {
	tick := time.NewTicker(settleTick)
	defer tick.Stop()
	seen, since := int64(-1), time.Now()
	for {
		now := r.arrived.Load()
		if now == int64(r.load.Messages) {
			return
		}
		if now != seen {
			seen, since = now, time.Now()
		} else if time.Since(since) > quiet {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (r *run) close() {
	r.closed.Do(func() {
		for _, conn := range r.sources {
			_ = conn.Close() // a UDP socket holds nothing back
		}
		if r.sink != nil {
			_ = r.sink.Close()
		}
		r.readers.Wait()
	})
}

func (r *run) result() Result {
	res := Result{Sent: r.sent, Arrived: int(r.arrived.Load()), Extra: int(r.more.Load())}
	if res.Arrived > 0 {
		res.Elapsed = time.Duration(r.last.Load() - r.sentAt[0].Load())
	}
	took := make([]time.Duration, 0, res.Arrived)
	for i := range r.took {
		if d := r.took[i].Load(); d > 0 {
			took = append(took, time.Duration(d))
		}
	}
	if len(took) == 0 {
		return res
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	at := func(perMille int) time.Duration { return took[(len(took)-1)*perMille/1000] }
	res.P50, res.P99, res.P999 = at(500), at(990), at(999)
	return res
}
