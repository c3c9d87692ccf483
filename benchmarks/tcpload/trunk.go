// Package tcpload loads a server over TCP: calls over one connection (Trunk), questions over kept and over new connections
// at a steady rate (Ask), and crowds of peers that are slow or stuck (Open). It stays on loopback addresses and is bounded in
// connections, calls and time.
//
// Start at Trunk, Ask and Open; package sipcall has the texts.
package tcpload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/benchmarks/sipcall"
)

// TrunkLoad describes calls over one connection.
type TrunkLoad struct {
	Server netip.AddrPort
	Calls  int
	Rate   float64 // calls per second
	// UDP says that the callee is reached by UDP, not by TCP.
	UDP bool
}

// TrunkResult is what the calls showed.
type TrunkResult struct {
	Made     int
	Done     int // came through to the 200 for the BYE
	Disorder int // messages that came before an earlier one of their call and end
	Elapsed  time.Duration
	P50, P99 time.Duration // from INVITE to 200
	// Broken is why a connection of caller or callee ended before its time; nil when none did.
	Broken error
}

// Trunk sends calls with different Call-IDs over one connection and waits until all are through or nothing more comes. ACK and
// BYE of a call leave at once behind each other, as do the callee's 180 and 200, so that the order in which they arrive is the
// server's work.
func Trunk(ctx context.Context, load TrunkLoad) (TrunkResult, error) {
	switch {
	case load.Calls < 1 || load.Calls > maxCalls:
		return TrunkResult{}, fmt.Errorf("%d calls, want 1 to %d", load.Calls, maxCalls)
	case load.Rate <= 0 || load.Rate > maxRate:
		return TrunkResult{}, fmt.Errorf("rate of %v calls per second, want more than 0, at most %d", load.Rate, maxRate)
	case !load.Server.Addr().IsLoopback():
		return TrunkResult{}, fmt.Errorf("%v is no loopback address", load.Server)
	}
	t := &trunk{load: load, begin: time.Now(), sentAt: make([]atomic.Int64, load.Calls), took: make([]atomic.Int64, load.Calls), heard: make([]atomic.Int32, load.Calls)}
	defer t.close()
	if err := t.open(); err != nil {
		return TrunkResult{}, err
	}
	made, err := t.send(ctx)
	if err != nil && t.broken() == nil {
		return TrunkResult{}, err
	}
	settle(ctx, int64(load.Calls), &t.done)
	res := TrunkResult{Made: made, Done: int(t.done.Load()), Disorder: int(t.disorder.Load() + t.callee.disorder.Load()),
		Elapsed: time.Since(t.begin), Broken: t.broken()}
	res.P50, res.P99, _ = percentiles(t.took)
	return res, nil
}

// trunk is a run under way.
type trunk struct {
	load   TrunkLoad
	begin  time.Time
	conn   *net.TCPConn
	end    sipcall.End
	callee *callee

	mu  sync.Mutex // of writing
	out []byte     // of the sender

	sentAt, took   []atomic.Int64 // per call, nanoseconds
	heard          []atomic.Int32 // per call, the last number of the callee's messages
	done, disorder atomic.Int64
	failure        atomic.Pointer[error]
	readers        sync.WaitGroup
	closing        atomic.Bool
}

func (t *trunk) open() (err error) {
	if t.callee, err = answerCalls(t.load.UDP, t.load.Calls); err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp4", t.load.Server.String(), dialLimit)
	if err != nil {
		return err
	}
	t.conn = conn.(*net.TCPConn)
	t.end = sipcall.End{Local: conn.LocalAddr().String(), Transport: "TCP"}
	t.readers.Go(t.read)
	return nil
}

// send writes the INVITEs, as many per tick as are due.
func (t *trunk) send(ctx context.Context) (made int, err error) {
	tick := time.NewTicker(sendTick)
	defer tick.Stop()
	start := time.Now()
	for made < t.load.Calls {
		due := min(t.load.Calls, int(time.Since(start).Seconds()*t.load.Rate)+1)
		t.out = t.out[:0]
		now := int64(time.Since(t.begin))
		for ; made < due; made++ {
			t.out = t.end.AppendInvite(t.out, made, t.callee.target, 1)
			t.sentAt[made].Store(now)
		}
		if err := t.write(t.out); err != nil {
			return made, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return made, ctx.Err()
		}
	}
	return made, nil
}

func (t *trunk) write(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.conn.Write(b)
	return err
}

// read goes on with the calls whose answers come.
func (t *trunk) read() {
	r := newReader(t.conn)
	var out []byte
	for {
		msg, err := r.next()
		if err == nil && msg == nil {
			if err = t.write(out); err == nil {
				out = out[:0]
				err = r.read()
			}
		}
		if err != nil {
			if !t.closing.Load() {
				t.failure.CompareAndSwap(nil, &err)
			}
			return
		}
		if msg != nil {
			out = t.goOn(out, msg)
		}
	}
}

// goOn appends what the caller sends when a message has come.
func (t *trunk) goOn(out, msg []byte) []byte {
	n, ok := sipcall.Number(msg)
	if !ok || n >= len(t.took) {
		return out
	}
	if seq := int32(sipcall.Sequence(msg)); seq != 0 && t.heard[n].Swap(seq) != seq-1 {
		t.disorder.Add(1)
	}
	if !bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")) {
		return out
	}
	switch cseq := sipcall.Header(msg, "CSeq"); {
	case bytes.HasSuffix(cseq, []byte("INVITE")):
		t.took[n].Store(int64(time.Since(t.begin)) - t.sentAt[n].Load())
		out = t.end.AppendWithin(out, msg, "ACK", "1", 2)
		out = t.end.AppendWithin(out, msg, "BYE", "2", 3)
	case bytes.HasSuffix(cseq, []byte("BYE")):
		t.done.Add(1)
	}
	return out
}

func (t *trunk) broken() error {
	for _, p := range []*error{t.failure.Load(), t.callee.failure.Load()} {
		if p != nil {
			return *p
		}
	}
	return nil
}

func (t *trunk) close() {
	t.closing.Store(true)
	if t.conn != nil {
		_ = t.conn.Close() // what it still had is missing in the count
	}
	if t.callee != nil {
		t.callee.close()
	}
	t.readers.Wait()
}

// settle waits until a count is reached, or nothing has come for quiet.
func settle(ctx context.Context, want int64, count *atomic.Int64) {
	tick := time.NewTicker(settleTick)
	defer tick.Stop()
	seen, since := int64(-1), time.Now()
	for {
		now := count.Load()
		if now >= want {
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

// errClosed says that the end of a connection was asked for.
func errClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
