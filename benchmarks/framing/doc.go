// Package framing asks a running server over TCP whether it finds the messages in a
// stream however the stream arrives (RFC 3261 §18.3): a hundred messages cut at every
// byte, a byte at a time and all in one write, and lengths that must not be believed.
//
// It starts with Check. The corpus is in corpus.go, the bad lengths are in lengths.go.
package framing

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// Script is what a server under test runs. Messages that it refuses leave the
// connection open, so that their answers can be compared as well.
const Script = `
loadmodule "sl"
tcp_script_mode=1
tcp_share=100
home="off"
route { sl_send_reply("200", "OK"); }
`

// patience bounds the waiting for an answer.
const patience = 20 * time.Second

// Report is what Check has found.
type Report struct {
	Messages, Cuts int
	// Lengths is the bad lengths, each sent whole and a byte at a time.
	Lengths int
	Took    time.Duration
}

// String is the report in one line.
func (r Report) String() string {
	return fmt.Sprintf("%d messages: %d cuts, each byte alone, and all in one write give the same answers; %d bad lengths: 400, the end, and nothing of the body is served (%v)",
		r.Messages, r.Cuts, r.Lengths, r.Took.Round(time.Second/10))
}

// Check sends everything to the server at an address, which runs Script, in a process of
// its own. The error is the first difference.
func Check(ctx context.Context, at netip.AddrPort) (Report, error) {
	return (&client{ctx: ctx, at: at, patience: patience, taken: func(int64) (bool, error) { return queuesEmpty(at) }}).check()
}

func (c *client) check() (Report, error) {
	began := time.Now()
	defer c.close()
	corpus := Corpus()
	r := Report{Messages: len(corpus)}
	want := make([]string, len(corpus))
	for i, m := range corpus {
		var err error
		if want[i], err = c.alone(m); err != nil {
			return r, fmt.Errorf("%s, whole: %w", m.Name, err)
		}
	}
	for i, m := range corpus {
		n, err := c.cuts(m, want[i])
		r.Cuts += n
		if err != nil {
			return r, err
		}
	}
	if err := c.bytes(corpus, want); err != nil {
		return r, err
	}
	if err := c.atOnce(corpus, want); err != nil {
		return r, err
	}
	r.Lengths = len(Lengths())
	if err := c.refused(Lengths(), "whole", false); err != nil {
		return r, err
	}
	if err := c.refused(Lengths(), "a byte at a time", true); err != nil {
		return r, err
	}
	_, err := c.alone(corpus[0]) // it still serves
	r.Took = time.Since(began)
	return r, err
}
