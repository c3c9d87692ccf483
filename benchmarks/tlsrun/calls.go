package tlsrun

import (
	"context"
	"errors"
	"net/netip"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/tlsload"
)

// handshakeShare is by how much slower calls with a connection each are made: a handshake costs both ends more than ten
// messages.
const handshakeShare = 4

// Called is the calls of one way.
type Called struct {
	Way tlsload.Way
	tlsload.CallResult
}

// Calls relays calls between TLS and UDP, each way after the other.
func Calls(ctx context.Context, program string, calls int, rate float64) ([]Called, error) {
	r, err := start(ctx, program, configs.Relay)
	if err != nil {
		return nil, err
	}
	defer r.stop()
	udp, err := netip.ParseAddrPort(r.Addr())
	if err != nil {
		return nil, err
	}
	var all []Called
	for _, way := range []tlsload.Way{tlsload.FromTLS, tlsload.FromTLSEach, tlsload.ToTLS} {
		at := rate
		if way == tlsload.FromTLSEach {
			at /= handshakeShare
		}
		res, err := tlsload.Calls(ctx, tlsload.CallLoad{Server: r.tls, UDP: udp, Way: way, Calls: calls, Rate: at, Cert: r.path("cert.pem"), Key: r.path("key.pem")})
		if err != nil {
			return all, err
		}
		all = append(all, Called{way, res})
	}
	if !r.Alive() {
		return all, errors.New("the server ended during the run")
	}
	return all, nil
}
