package tcpload

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sipedge/benchmarks/sipcall"
)

// AskLoad describes OPTIONS that the server answers.
type AskLoad struct {
	Server    netip.AddrPort
	Conns     int // that carry them in turn; 0: each has a connection of its own, from an address of its own
	Questions int
	Rate      float64 // per second
	Group     int     // of addresses to come from; see Address
	// Hold, where set, is waited for when the connections are there, before the first question.
	Hold <-chan struct{}
}

// AskResult is what became of them.
type AskResult struct {
	Asked, Answered int
	P50, P99, Max   time.Duration // from the question, or from the opening of its connection, to the answer
	Why             error         // why the first one that was not answered was not
}

// Lost is how many were not answered.
func (r AskResult) Lost() int { return r.Asked - r.Answered }

// Address is loopback address number i of a group, 0 to 100: addresses of different groups differ.
func Address(group, i int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(100 + group), byte(i >> 8), byte(i)})
}

// Ask sends the questions at their rate and waits for the answers.
func Ask(ctx context.Context, load AskLoad) (AskResult, error) {
	switch {
	case load.Questions < 1 || load.Questions > maxCalls:
		return AskResult{}, fmt.Errorf("%d questions, want 1 to %d", load.Questions, maxCalls)
	case load.Rate <= 0 || load.Rate > maxRate:
		return AskResult{}, fmt.Errorf("rate of %v per second, want more than 0, at most %d", load.Rate, maxRate)
	case !load.Server.Addr().IsLoopback():
		return AskResult{}, fmt.Errorf("%v is no loopback address", load.Server)
	}
	a := &asking{load: load, begin: time.Now(), sentAt: make([]atomic.Int64, load.Questions), took: make([]atomic.Int64, load.Questions)}
	defer a.close()
	for i := range load.Conns {
		conn, err := dialFrom(ctx, Address(load.Group, i), load.Server, nil)
		if err != nil {
			return AskResult{}, err
		}
		k := &asker{conn: conn, end: sipcall.End{Local: conn.LocalAddr().String(), Transport: "TCP"}}
		a.kept = append(a.kept, k)
		a.readers.Go(func() { a.read(k) })
	}
	if load.Hold != nil {
		select {
		case <-load.Hold:
		case <-ctx.Done():
			return AskResult{}, ctx.Err()
		}
	}
	asked, err := a.send(ctx)
	if err != nil {
		return AskResult{}, err
	}
	settle(ctx, int64(asked), &a.answered)
	a.close()
	res := AskResult{Asked: asked, Answered: int(a.answered.Load())}
	res.P50, res.P99, res.Max = percentiles(a.took)
	if p := a.why.Load(); p != nil {
		res.Why = *p
	}
	return res, nil
}

// asking is a run under way.
type asking struct {
	load  AskLoad
	begin time.Time
	kept  []*asker

	sentAt, took []atomic.Int64 // per question, nanoseconds
	answered     atomic.Int64
	why          atomic.Pointer[error]
	readers      sync.WaitGroup
	closing      atomic.Bool
}

// asker is a connection that carries questions.
type asker struct {
	conn net.Conn
	end  sipcall.End
	out  []byte
}

func (a *asking) send(ctx context.Context) (asked int, err error) {
	tick := time.NewTicker(sendTick)
	defer tick.Stop()
	start := time.Now()
	for asked < a.load.Questions {
		due := min(a.load.Questions, int(time.Since(start).Seconds()*a.load.Rate)+1)
		for ; asked < due; asked++ {
			n := asked
			a.sentAt[n].Store(int64(time.Since(a.begin)))
			if a.load.Conns == 0 {
				a.readers.Go(func() { a.once(ctx, n) })
				continue
			}
			k := a.kept[n%len(a.kept)]
			k.out = k.end.AppendOptions(k.out[:0], n, a.load.Server.String())
			if _, err := k.conn.Write(k.out); err != nil {
				a.failed(err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return asked, ctx.Err()
		}
	}
	return asked, nil
}

// once asks one question over a connection of its own.
func (a *asking) once(ctx context.Context, n int) {
	conn, err := dialFrom(ctx, Address(a.load.Group, n&0xffff), a.load.Server, nil)
	if err != nil {
		a.failed(err)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(answerLimit)) // a connection has deadlines
	end := sipcall.End{Local: conn.LocalAddr().String(), Transport: "TCP"}
	if _, err = conn.Write(end.AppendOptions(nil, n, a.load.Server.String())); err != nil {
		a.failed(err)
		return
	}
	msg, err := newReader(conn).one()
	if err != nil {
		a.failed(err)
		return
	}
	a.take(msg)
}

func (a *asking) read(k *asker) {
	r := newReader(k.conn)
	for {
		msg, err := r.one()
		if err != nil {
			if !a.closing.Load() {
				a.failed(err)
			}
			return
		}
		a.take(msg)
	}
}

func (a *asking) take(msg []byte) {
	n, ok := sipcall.Number(msg)
	if !ok || n >= len(a.took) || !bytes.HasPrefix(msg, []byte("SIP/2.0 200 ")) {
		a.failed(fmt.Errorf("an answer that begins with %.40q", msg))
		return
	}
	if a.took[n].CompareAndSwap(0, max(1, int64(time.Since(a.begin))-a.sentAt[n].Load())) {
		a.answered.Add(1)
	}
}

func (a *asking) failed(err error) { a.why.CompareAndSwap(nil, &err) }

func (a *asking) close() {
	a.closing.Store(true)
	for _, k := range a.kept {
		_ = k.conn.Close() // closed twice at the end
	}
	a.readers.Wait()
}
