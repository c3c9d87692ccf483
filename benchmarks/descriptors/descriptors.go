// Package descriptors measures what a server does whose descriptors are used up by connections: whether those that are there work on,
// whether it burns CPU time while others wait to be accepted, and how soon it accepts again when descriptors return.
//
// Start at Measure.
package descriptors

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tcpload"
	"sipedge/benchmarks/udpload"
)

// Plan says how much to measure.
type Plan struct {
	Sipedge string // path of the program
	// Limit is the server's limit on descriptors. Its table of connections is larger.
	Limit int
	For   time.Duration // how long nothing can be accepted
}

// Result is what was measured.
type Result struct {
	Accepted int // connections that the server had when it could accept no more
	Waiting  int // further ones that were made and not accepted
	// Kept and UDP are questions over connections that were there, and over UDP, while none could be accepted; Again over new ones after
	// descriptors had returned.
	Kept, Again tcpload.AskResult
	UDP         udpload.Result
	// Busy is the part of a CPU that the server used while connections waited and nobody asked anything, 0 to 1.
	Busy float64
	// Resumed is how long those that had waited were not served after descriptors returned.
	Resumed time.Duration
	Pauses  uint64 // times that a loop stopped accepting for want of descriptors
}

const (
	keptConns = 4
	rate      = 200
	idleFor   = 2 * time.Second
	look      = 10 * time.Millisecond
	// beyond is how many connections more than can be accepted are opened; they wait in the listening socket's queue.
	beyond = 50
	// patience is how long may be waited for what should happen at once.
	patience = 10 * time.Second
)

// Groups of addresses.
const (
	crowdGroup = 10 + iota
	waitGroup
	againGroup
)

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) (r Result, err error) {
	dir, err := os.MkdirTemp("", "sipedge-descriptors-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(1)
	if err != nil {
		return r, err
	}
	kind := servers.Sipedge(plan.Sipedge).Limited(plan.Limit)
	s, err := servers.Start(ctx, kind, dir, ports[0], configs.Options, configs.ListenStreams(ports[0]), configs.Setting{Name: "children", Value: "2"},
		configs.Setting{Name: "tcp_max_connections", Value: fmt.Sprint(10 * plan.Limit)}, configs.Setting{Name: "tcp_share", Value: "100"})
	if err != nil {
		return r, err
	}
	defer s.Stop()
	to, err := netip.ParseAddrPort(s.Addr())
	if err != nil {
		return r, err
	}
	n := int(rate * plan.For.Seconds())
	started := make(chan error, 1)
	full := make(chan struct{})
	go func() { // its connections are there before the others
		var err error
		r.Kept, err = tcpload.Ask(ctx, tcpload.AskLoad{Server: to, Conns: keptConns, Questions: n, Rate: rate, Hold: full})
		started <- err
	}()
	if err := accepted(ctx, s, keptConns); err != nil {
		return r, err
	}
	crowd, err := tcpload.Open(ctx, to, plan.Limit, crowdGroup)
	if err != nil {
		return r, err
	}
	defer crowd.Close()
	waiting, err := tcpload.Open(ctx, to, beyond, waitGroup)
	if err != nil {
		return r, err
	}
	defer waiting.Close()
	if err := wait(ctx, idleFor/2); err != nil {
		return r, err
	}
	before, err := s.CPU()
	if err != nil {
		return r, err
	}
	began := time.Now()
	if err := wait(ctx, idleFor); err != nil {
		return r, err
	}
	after, err := s.CPU()
	if err != nil {
		return r, err
	}
	r.Busy = after.Sub(before).Total().Seconds() / time.Since(began).Seconds()
	c, err := s.Counters(ctx)
	if err != nil {
		return r, err
	}
	r.Accepted, r.Pauses = int(c.Sockets().Accepted), c.Sockets().AcceptPauses
	r.Waiting = keptConns + crowd.Len() + waiting.Len() - r.Accepted

	close(full)
	if r.UDP, err = udpload.Run(ctx, udpload.Load{Method: udpload.Options, Server: to, Sockets: keptConns, Messages: n, Rate: rate}); err != nil {
		return r, err
	}
	if err := <-started; err != nil {
		return r, err
	}

	crowd.Close()
	began = time.Now()
	if err := accepted(ctx, s, uint64(keptConns+plan.Limit+beyond)); err != nil {
		return r, err
	}
	r.Resumed = time.Since(began)
	r.Again, err = tcpload.Ask(ctx, tcpload.AskLoad{Server: to, Questions: rate / 2, Rate: rate, Group: againGroup})
	return r, err
}

// accepted waits until the server has accepted so many connections.
func accepted(ctx context.Context, s *servers.Server, n uint64) error {
	for began := time.Now(); ; {
		c, err := s.Counters(ctx)
		if err != nil {
			return err
		}
		have := c.Sockets().Accepted
		if have >= n {
			return nil
		}
		if time.Since(began) > patience {
			return fmt.Errorf("%d connections accepted after %v, want %d", have, patience, n)
		}
		if err := wait(ctx, look); err != nil {
			return err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
