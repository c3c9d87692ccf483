package tlsrun

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/tlsload"
	"sipedge/benchmarks/udpload"
)

const (
	// udpRate is the OPTIONS per second over UDP beside each crowd, tlsRate the new TLS connections per second from another
	// address, turnFor how long. Calm and crowd take turns, rounds times.
	udpRate = 200
	tlsRate = 20
	turnFor = 2 * time.Second
	rounds  = 3
	// halfOpen is the connections of the crowd with half a handshake, slow of the one that drips, storm the peers that complete
	// one handshake after the other.
	halfOpen = 5000
	slow     = 1000
	storm    = 4
	// sources is the addresses that a crowd comes from; one alone does not get so many connections.
	sources = 4
)

// Turn is what was seen without a crowd, or beside one.
type Turn struct {
	UDP udpload.Result
	TLS tlsload.Answers // over new connections from an address that is not the crowd's
	// Handshakes is how many the crowd completed, per second.
	Handshakes float64
}

// Crowded is the turns of one kind of crowd, and the calm ones between them.
type Crowded struct {
	Name         string
	Calm, Beside []Turn
}

// P99 is the lowest of the 99th percentiles of some turns over UDP: what a crowd costs is there in every turn, what other
// programs on the machine cost is not.
func P99(turns []Turn) time.Duration {
	return lowest(turns, func(t Turn) time.Duration { return t.UDP.P99 })
}

// TLSP99 is that of new TLS connections.
func TLSP99(turns []Turn) time.Duration {
	return lowest(turns, func(t Turn) time.Duration { return t.TLS.P99 })
}

func lowest(turns []Turn, of func(Turn) time.Duration) (d time.Duration) {
	for i, t := range turns {
		if i == 0 || of(t) < d {
			d = of(t)
		}
	}
	return d
}

// Flood measures the three crowds, one after the other, each in turns with calm.
func Flood(ctx context.Context, program string) ([]Crowded, error) {
	r, err := start(ctx, program, configs.Options)
	if err != nil {
		return nil, err
	}
	defer r.stop()
	var from []netip.Addr
	for i := range sources {
		from = append(from, tlsload.Source(10+i))
	}
	var all []Crowded
	for _, c := range []struct {
		name string
		b    tlsload.Behaviour
		n    int // per source
	}{{"half-open", tlsload.HalfOpen, halfOpen / sources}, {"slow", tlsload.Slow, slow / sources}, {"storm", tlsload.Storm, storm / sources}} {
		k := Crowded{Name: c.name}
		for range rounds {
			t, err := r.beside(ctx, nil)
			if err != nil {
				return all, err
			}
			k.Calm = append(k.Calm, t)
			crowd, err := tlsload.Hold(r.tls, c.b, c.n, from...)
			if err != nil {
				return all, err
			}
			t, err = r.beside(ctx, crowd)
			crowd.Close()
			if err != nil {
				return all, err
			}
			k.Beside = append(k.Beside, t)
		}
		all = append(all, k)
	}
	if !r.Alive() {
		return all, errors.New("the server ended during the run")
	}
	return all, nil
}

// beside asks the server while a crowd is there.
func (r *running) beside(ctx context.Context, crowd *tlsload.Crowd) (t Turn, err error) {
	to, err := netip.ParseAddrPort(r.Addr())
	if err != nil {
		return t, err
	}
	before := 0
	if crowd != nil {
		before = crowd.Handshakes()
	}
	done := make(chan error, 1)
	go func() {
		var err error
		t.TLS, err = tlsload.Ask(ctx, r.tls, tlsload.Source(9), tlsRate, turnFor)
		done <- err
	}()
	t.UDP, err = udpload.Run(ctx, udpload.Load{Method: udpload.Options, Server: to, Sockets: 4, Messages: int(udpRate * turnFor.Seconds()), Rate: udpRate})
	err = errors.Join(err, <-done)
	if crowd != nil {
		t.Handshakes = float64(crowd.Handshakes()-before) / turnFor.Seconds()
	}
	return t, err
}
