package tlsrun

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tlsload"
)

const (
	// costRounds are the turns of each server, costPeers the peers that complete handshakes, costFor how long.
	costRounds = 3
	costPeers  = 4
	costFor    = 2 * time.Second
	// askConns connections ask askEach times each and turn.
	askConns = 20
	askEach  = 1000
)

// Cost is what TLS costs one server: medians of the turns.
type Cost struct {
	Server     string
	Handshakes float64       // per second, with one CPU's worth of clients beside it
	Handshake  time.Duration // of CPU time of the server
	Message    time.Duration // of CPU time per OPTIONS and its answer
}

// Costs measures sipedge, and Kamailio where it is installed with its module tls, in turns. Each has one worker: with more TCP
// workers Kamailio's TLS is not stable.
func Costs(ctx context.Context, program string) ([]Cost, error) {
	kinds := []servers.Kind{servers.Sipedge(program)}
	if k, err := servers.KamailioTLS(); err == nil {
		kinds = append(kinds, k)
	}
	var run []*running
	for _, k := range kinds {
		r, err := startKind(ctx, k, configs.Options, "1")
		if err != nil {
			return nil, err
		}
		defer r.stop()
		run = append(run, r)
	}
	shakes, each, asked := make([][]float64, len(run)), make([][]float64, len(run)), make([][]float64, len(run))
	for range costRounds {
		for i, r := range run {
			rate, cpu, err := r.shakeHands(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kinds[i].Name, err)
			}
			per, err := r.ask()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kinds[i].Name, err)
			}
			shakes[i], each[i], asked[i] = append(shakes[i], rate), append(each[i], cpu.Seconds()), append(asked[i], per.Seconds())
		}
	}
	mid := func(all []float64) float64 { slices.Sort(all); return all[len(all)/2] }
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	var all []Cost
	for i, k := range kinds {
		all = append(all, Cost{k.Name, mid(shakes[i]), seconds(mid(each[i])), seconds(mid(asked[i]))})
	}
	return all, nil
}

// shakeHands has peers complete one handshake after the other.
func (r *running) shakeHands(ctx context.Context) (rate float64, each time.Duration, err error) {
	crowd, err := tlsload.Hold(r.tls, tlsload.Storm, costPeers, tlsload.Source(20))
	if err != nil {
		return 0, 0, err
	}
	defer crowd.Close()
	before, err := r.CPU()
	if err != nil {
		return 0, 0, err
	}
	n := crowd.Handshakes()
	select {
	case <-time.After(costFor):
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	n = crowd.Handshakes() - n
	after, err := r.CPU()
	if err == nil && n == 0 {
		err = errors.New("no handshake was completed")
	}
	if err != nil {
		return 0, 0, err
	}
	return float64(n) / costFor.Seconds(), after.Sub(before).Total() / time.Duration(n), nil
}

// ask asks on kept connections, each with one question at a time.
func (r *running) ask() (each time.Duration, err error) {
	kept, err := tlsload.Keep(r.tls, askConns, tlsload.Source(21))
	if err != nil {
		return 0, err
	}
	defer kept.Close()
	kept.Ask()
	before, err := r.CPU()
	if err != nil {
		return 0, err
	}
	if n := kept.AskMany(askEach); n != askConns*askEach {
		return 0, fmt.Errorf("%d of %d questions were answered", n, askConns*askEach)
	}
	after, err := r.CPU()
	return after.Sub(before).Total() / (askConns * askEach), err
}
