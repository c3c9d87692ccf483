package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// play is what a called phone does with a request of a call.
type play struct {
	kind  playKind
	ring  time.Duration // until the 180
	after time.Duration // from the 180 to the final reply
	code  int           // of the final reply
}

type playKind uint8

const (
	answers   playKind = iota // 180, then a final reply
	immediate                 // a final reply at once, without a provisional one
	ringing                   // 180 and nothing more
	silent                    // nothing at all
)

// mode is what the script does with a call.
type mode string

// The modes; the script reads them from X-Mode.
const (
	direct   mode = "direct"   // one target
	fork     mode = "fork"     // all targets at once
	serial   mode = "serial"   // failure_route tries the next one
	contacts mode = "contacts" // t_load_contacts, t_next_contacts
	local    mode = "local"    // t_newtran, t_reply
	late     mode = "late"     // t_newtran, a pause, then as direct
	dropped  mode = "dropped"  // branch_route drops the first branch of a fork
	timed    mode = "timed"    // t_set_fr to some seconds
	busyTone mode = "busytone" // failure_route answers with a code of its own
	failover mode = "failover" // a name with several addresses, and one of its own in branch_route
)

var modes = []mode{direct, direct, direct, fork, fork, fork, serial, serial, contacts, local, late, dropped, timed, busyTone, failover, failover}

// plan is one call of a seed.
type plan struct {
	method string // INVITE or MESSAGE
	mode   mode
	slow   string // where the script waits: q request, b branch, f failure, r reply
	start  time.Duration
	talk   time.Duration
	cancel time.Duration // after the INVITE; 0 for never
	again  bool          // the caller sends a re-INVITE in the middle of the talk
	theirs bool          // the phone hangs up
	plays  [targets]play
}

// targets is how many phones a call can reach.
const targets = 3

// headers are what tells the script.
func (p *plan) headers(call int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "X-Mode: %s\r\nX-Slow: %s.\r\n", p.mode, p.slow)
	for i := range targets {
		fmt.Fprintf(&b, "X-T%d: sip:c%d@%s\r\n", i+1, call, phoneAddr(i))
	}
	return b.String()
}

// warmUps is how many calls each caller makes on each of two loops, one after the
// other, while the network is calm; they are refused.
const warmUps = 1

// plans are the calls of a seed, which begin between two times.
func plans(rng *rand.Rand, calls int, from, until time.Duration) []plan {
	ps := make([]plan, calls)
	for i := range ps {
		p := &ps[i]
		if i < 2*callers*warmUps {
			*p = plan{method: "INVITE", mode: local, start: time.Duration(i) * time.Second}
			continue
		}
		p.method = "INVITE"
		if rng.IntN(4) == 0 {
			p.method = "MESSAGE"
		}
		p.mode = modes[rng.IntN(len(modes))]
		if rng.IntN(3) == 0 {
			for _, c := range "qbfr" {
				if rng.IntN(2) == 0 {
					p.slow += string(c)
				}
			}
		}
		p.start = from + time.Duration(rng.Int64N(int64(until-from)))
		p.talk = time.Duration(rng.IntN(20_000)) * time.Millisecond
		p.again, p.theirs = rng.IntN(4) == 0, rng.IntN(3) == 0
		if p.method == "INVITE" && rng.IntN(4) == 0 {
			p.cancel = 1 + time.Duration(rng.IntN(8_000))*time.Millisecond
		}
		for t := range p.plays {
			p.plays[t] = randomPlay(rng, p.method)
		}
	}
	return ps
}

var (
	inviteCodes  = []int{200, 200, 200, 200, 404, 407, 480, 486, 486, 500, 503, 603, 302}
	messageCodes = []int{200, 200, 200, 202, 404, 480, 503, 600}
)

func randomPlay(rng *rand.Rand, method string) play {
	p := play{ring: time.Duration(rng.IntN(3_000)) * time.Millisecond, after: time.Duration(rng.IntN(10_000)) * time.Millisecond}
	if method != "INVITE" {
		p.kind, p.code = immediate, messageCodes[rng.IntN(len(messageCodes))]
		if rng.IntN(8) == 0 {
			p.kind = silent
		}
		return p
	}
	p.code = inviteCodes[rng.IntN(len(inviteCodes))]
	switch n := rng.IntN(20); {
	case n < 2:
		p.kind = silent
	case n < 4:
		p.kind = ringing
	case n < 7:
		p.kind = immediate
	}
	return p
}
