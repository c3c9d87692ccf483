package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tlsrun"
)

// maxBeside is how late answers over UDP may be beside a crowd of TLS peers, as the 99th percentile, unless calm is a third of
// that already.
const maxBeside = 10 * time.Millisecond

// maxMessageRatio is what a message over TLS may cost, in what it costs Kamailio.
const maxMessageRatio = 1.0

// claimsTLS are the claims about TLS.
func claimsTLS(s *settings) []claim.Claim {
	return []claim.Claim{
		{
			ID: "tls-calls", Text: "calls relayed statefully from TLS to UDP, over one connection and over one each, and from UDP to TLS",
			Bar: "none lost (SIPp here has no TLS; the generator repeats nothing)", Check: claim.Func(s.tlsCalls),
		},
		{
			ID: "tls-flood", Text: "5,000 peers with half a TLS handshake, 1,000 that drip theirs, and a storm of whole ones delay nobody else",
			Bar:   "beside each: UDP p99 ≤ max(10 ms, 3 × calm), best of three turns each, and none lost; every new TLS connection from another address answered",
			Check: claim.Func(s.tlsFlood),
		},
		{
			ID: "tls-reload", Text: "1,000 TLS connections live through reloads with new certificates",
			Bar: "none dropped; each reload's certificate is in the next handshake", Check: claim.Func(s.tlsReload),
		},
		{
			ID: "tls-cost", Text: "CPU time of a TLS handshake and of a message over TLS, beside Kamailio with one TCP worker",
			Bar: fmt.Sprintf("figures; a message ≤ %g × Kamailio's", maxMessageRatio), Check: claim.Func(s.tlsCost),
		},
		{
			ID: "tls-peers", Text: "Finished and a request in one segment are served; bad client certificates are refused with peer and reason in the log; openssl s_client connects",
			Bar: "all", Check: claim.All{
				claim.GoTest{Package: "./reactor", Tests: []string{"TestARequestInTheSegmentOfFinishedIsServed", "TestAHandshakeBeginsWithAWholeClientHello", "TestAddressesShareTheHandshakes"}},
				claim.GoTest{Package: "./engine/e2e", Tests: []string{"TestClientsAreRefusedWithTheReason", "TestConnectionsAreForOneName", "TestOpenSSLConnects"}},
			},
		},
	}
}

func (s *settings) tlsFlood(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	crowds, err := tlsrun.Flood(ctx, program)
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{State: claim.Held}
	var figures []string
	for _, c := range crowds {
		sent, lost, made, unanswered, shakes := 0, 0, 0, 0, 0.0
		for _, t := range c.Beside {
			sent, lost = sent+t.UDP.Sent, lost+t.UDP.Sent-t.UDP.Arrived
			made, unanswered = made+t.TLS.Made, unanswered+t.TLS.Made-t.TLS.Answered
			shakes = max(shakes, t.Handshakes)
		}
		calm, beside := tlsrun.P99(c.Calm), tlsrun.P99(c.Beside)
		f := fmt.Sprintf("%s: UDP p99 %v (calm %v), %d of %d lost; TLS p99 %v, %d of %d not answered", c.Name, beside.Round(10*time.Microsecond), calm.Round(10*time.Microsecond),
			lost, sent, tlsrun.TLSP99(c.Beside).Round(100*time.Microsecond), unanswered, made)
		if shakes > 0 {
			f += fmt.Sprintf(", up to %.0f handshakes/s", shakes)
		}
		figures = append(figures, f)
		if beside > max(maxBeside, 3*calm) || lost > 0 || unanswered > 0 {
			o.State = claim.NotHeld
			o.Detail += fmt.Sprintf("%s: %+v\n", c.Name, c.Beside)
		}
	}
	o.Figure = strings.Join(figures, "; ")
	return o
}

func (s *settings) tlsCalls(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	all, err := tlsrun.Calls(ctx, program, s.calls, s.rate)
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{State: claim.Held}
	var figures []string
	for _, c := range all {
		figures = append(figures, fmt.Sprintf("%v: %d of %d calls, %.0f per second", c.Way, c.Done, c.Made, float64(c.Done)/c.Elapsed.Seconds()))
		if c.Done != c.Made || c.Made != s.calls {
			o.State = claim.NotHeld
			o.Detail += fmt.Sprintf("%v: %v\n", c.Way, c.First)
		}
	}
	o.Figure = strings.Join(figures, "; ")
	return o
}

// tlsCost measures both servers. Without Kamailio there are figures and nothing to hold them against.
func (s *settings) tlsCost(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	costs, err := tlsrun.Costs(ctx, program)
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{State: claim.NotHere}
	var figures []string
	for _, c := range costs {
		figures = append(figures, fmt.Sprintf("%s: %.0f handshakes/s, %v each; %v per message", c.Server, c.Handshakes, c.Handshake.Round(time.Microsecond), c.Message.Round(100*time.Nanosecond)))
	}
	if len(costs) == 1 {
		figures = append(figures, servers.ErrNoKamailioTLS.Error())
	} else {
		handshake, message := costs[0].Handshake.Seconds()/costs[1].Handshake.Seconds(), costs[0].Message.Seconds()/costs[1].Message.Seconds()
		figures = append(figures, fmt.Sprintf("ratios %.2f and %.2f", handshake, message))
		if o.State = claim.Held; message > maxMessageRatio {
			o.State = claim.NotHeld
		}
	}
	o.Figure = strings.Join(figures, "; ")
	return o
}

func (s *settings) tlsReload(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	r, err := tlsrun.Reload(ctx, program)
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{Figure: fmt.Sprintf("%d of %d connections answered after %d reloads, %d new certificates shown", r.Answered, r.Conns, r.Reloads, r.Shown)}
	if r.Answered == r.Conns && r.Shown == r.Reloads {
		o.State = claim.Held
	}
	return o
}
