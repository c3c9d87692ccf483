package tlsrun

import (
	"context"
	"fmt"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/tlsload"
)

const (
	// keptConns are open while the server reloads, reloads times.
	keptConns = 1000
	reloads   = 3
	// reloadLimit bounds the time until a new handshake shows the new certificate.
	reloadLimit = 10 * time.Second
)

// Reloaded is what reloads with new certificates showed.
type Reloaded struct {
	Conns, Reloads int
	// Answered is the fewest connections of before that still answered after a reload.
	Answered int
	// Shown is how many reloads brought the new certificate to new handshakes.
	Shown int
}

// Reload keeps connections open while the server gets new certificates and reloads, and asks on each afterwards.
func Reload(ctx context.Context, program string) (res Reloaded, err error) {
	r, err := start(ctx, program, configs.Options)
	if err != nil {
		return res, err
	}
	defer r.stop()
	kept, err := tlsload.Keep(r.tls, keptConns, tlsload.Source(2), tlsload.Source(3))
	if err != nil {
		return res, err
	}
	defer kept.Close()
	res = Reloaded{Conns: keptConns, Reloads: reloads, Answered: kept.Ask()}
	for range reloads {
		before, err := r.tls.Serial(tlsload.Source(4))
		if err != nil {
			return res, err
		}
		if err := r.certify(); err != nil {
			return res, err
		}
		if err := r.Server.Reload(); err != nil {
			return res, err
		}
		for end := time.Now().Add(reloadLimit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			now, err := r.tls.Serial(tlsload.Source(4))
			if err != nil {
				return res, fmt.Errorf("a handshake during the reload: %w", err)
			}
			if now != before {
				res.Shown++
				break
			}
		}
		res.Answered = min(res.Answered, kept.Ask())
	}
	return res, ctx.Err()
}
