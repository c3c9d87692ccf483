package tm_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/core/coretest"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/rt"
)

const lossyScript = `
loadmodule "slow"
loadmodule "textops"
` + loads + `
route {
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	if (method == "ACK") { t_relay(); exit; }
	if ($rU =~ "slow") pause(300);
	if ($rU =~ "fork") { append_branch("sip:x@192.0.2.21"); append_branch("sip:x@192.0.2.22"); }
	t_on_failure("f");
	t_on_reply("r");
	t_on_branch("b");
	t_relay();
	if ($rU =~ "late") pause(400);
}
branch_route[b] { if ($rU =~ "slow") pause(50); }
onreply_route[r] { if ($rU =~ "lazy") pause(100); }
failure_route[f] {
	if (t_is_canceled()) exit;
	if ($rU =~ "serial") { pause(200); seturi("sip:vm@192.0.2.22"); t_relay(); }
}`

// uac is a caller that repeats its INVITE, acknowledges and cancels.
type uac struct {
	n     *reactortest.Net
	rng   *rand.Rand
	ep    *reactortest.Endpoint
	edge  netip.AddrPort
	calls map[string]*ucall
}

type ucall struct {
	inv     *coretest.Message
	final   int
	finals  map[int]int
	sent    int
	at      time.Duration
	cancel  time.Duration
	ringing bool
}

func (u *uac) start(id, user string, cancelAfter time.Duration) {
	m := request("INVITE", id)
	m.URI = "sip:" + user + "@192.0.2.20"
	u.calls[m.CallID] = &ucall{inv: m, finals: map[int]int{}, at: u.n.Now(), cancel: cancelAfter}
	u.ep.Send(u.edge, []byte(m.String()))
}

// tick is every 100 ms: repetitions and CANCELs.
func (u *uac) tick() {
	for _, c := range u.calls {
		age := u.n.Now() - c.at
		if c.final == 0 && !c.ringing && age < 30*time.Second && age > time.Duration(c.sent+1)*700*time.Millisecond*time.Duration(c.sent+1) {
			c.sent++
			u.ep.Send(u.edge, []byte(c.inv.String()))
		}
		if c.final == 0 && c.cancel > 0 && age > c.cancel && age < c.cancel+10*time.Second && u.rng.IntN(5) == 0 {
			u.ep.Send(u.edge, []byte(cancel(c.inv)))
		}
	}
}

func (u *uac) recv(_ time.Duration, _ reactor.Addr, data []byte) {
	s := string(data)
	c := u.calls[coretest.Header(s, "Call-ID")]
	if c == nil || !strings.HasSuffix(coretest.Header(s, "CSeq"), "INVITE") {
		return
	}
	var code int
	fmt.Sscanf(s, "SIP/2.0 %d", &code)
	c.ringing = true
	if code < 200 {
		return
	}
	if c.finals[code]++; c.final == 0 {
		c.final = code
	}
	if code >= 300 {
		u.ep.Send(u.edge, []byte(ack(c.inv, s)))
	} else {
		k := *c.inv
		k.Method, k.Via = "ACK", []string{fmt.Sprintf("SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKack%d", u.rng.Uint64())}
		k.ToTag = "callee-tag"
		u.ep.Send(u.edge, []byte(k.String()))
	}
}

// uas is a callee: it answers each INVITE by chance, repeats its answer until the
// ACK, and answers CANCEL.
func uas(n *reactortest.Net, rng *rand.Rand, addr string, at func(time.Duration, func())) {
	type answer struct {
		text  string
		acked bool
		last  string
	}
	seen := map[string]*answer{}
	var ep *reactortest.Endpoint
	edge := netip.MustParseAddrPort("192.0.2.1:5060")
	ep = n.Endpoint(netip.MustParseAddrPort(addr), func(_ time.Duration, _ reactor.Addr, data []byte) {
		s := string(data)
		key := coretest.Headers(s, "Via")[0]
		a := seen[key]
		switch {
		case strings.HasPrefix(s, "INVITE"):
			if a != nil {
				if a.last != "" {
					ep.Send(edge, []byte(a.last))
				}
				return
			}
			a = &answer{}
			seen[key] = a
			send := func(code int) {
				if a.text != "" {
					return
				}
				a.last = reply(s, code)
				ep.Send(edge, []byte(a.last))
				if code >= 200 {
					a.text = a.last
					for _, d := range []time.Duration{500, 1500, 3500, 7500, 11500} {
						at(d*time.Millisecond, func() {
							if !a.acked {
								ep.Send(edge, []byte(a.text))
							}
						})
					}
				}
			}
			a.last = ""
			kind := rng.IntN(10)
			if kind < 8 {
				at(time.Duration(rng.IntN(300))*time.Millisecond, func() { send(180) })
			}
			final := []int{200, 200, 200, 486, 404, 503, 603, 401, 0, 0}[rng.IntN(10)]
			if final != 0 {
				at(time.Duration(300+rng.IntN(4000))*time.Millisecond, func() { send(final) })
			}
			seen["cancel"+key] = &answer{}
			at(0, func() {})
		case strings.HasPrefix(s, "ACK"):
			if a != nil {
				a.acked = true
			}
			for _, o := range seen {
				if o.text != "" && strings.Contains(o.text, coretest.Header(s, "Call-ID")) && strings.HasPrefix(o.text, "SIP/2.0 200") {
					o.acked = true
				}
			}
		case strings.HasPrefix(s, "CANCEL"):
			ep.Send(edge, []byte(reply(s, 200)))
			if a != nil && a.text == "" {
				inv := strings.Replace(strings.Replace(s, "CANCEL", "INVITE", 1), "CANCEL", "INVITE", 1)
				a.text, a.last = reply(inv, 487), reply(inv, 487)
				ep.Send(edge, []byte(a.text))
				for _, d := range []time.Duration{500, 1500, 3500} {
					at(d*time.Millisecond, func() {
						if !a.acked {
							ep.Send(edge, []byte(a.text))
						}
					})
				}
			}
		}
	})
}

// Calls over a lossy network, on two loops, with forks, cancels and scripts that
// wait: every call ends with a final reply of one class, and nothing is left.
func TestLossyCallsEndAndLeaveNothing(t *testing.T) {
	seeds := 40
	if testing.Short() {
		seeds = 5
	}
	total := map[string]uint64{}
	for seed := range seeds {
		for k, v := range lossy(t, uint64(seed)) {
			total[k] += v
		}
	}
	for _, must := range []string{"retransmits", "absorbed", "cancelsMade", "timeouts", "queued", "replyAgain", "acksMade", "lateReplies"} {
		if total[must] == 0 {
			t.Errorf("no %s in all seeds: they show nothing", must)
		}
	}
}

func lossy(t *testing.T, seed uint64) map[string]uint64 {
	n := reactortest.New(seed, reactortest.Options{Loops: 2, Loss: 0.05, Duplicate: 0.03, Reorder: 0.05, MinDelay: time.Millisecond, MaxDelay: 60 * time.Millisecond})
	id := n.Listen(netip.MustParseAddrPort("192.0.2.1:5060"))
	s, diags := core.New("test.cfg", []byte(lossyScript), core.Options{Core: mod.Core(), Modules: append(mod.All(), slow()), Loops: 2, Virtual: true})
	if s == nil {
		t.Fatal(diags)
	}
	if err := s.Attach(n, n, []*core.Socket{core.NewSocket(id, rt.ProtoUDP, netip.MustParseAddrPort("192.0.2.1:5060"), "")}); err != nil {
		t.Fatal(err)
	}
	n.Run(s.Handler)
	rng := rand.New(rand.NewPCG(seed, 1))
	type job struct {
		at time.Duration
		f  func()
	}
	var jobs []job
	at := func(d time.Duration, f func()) { jobs = append(jobs, job{n.Now() + d, f}) }
	u := &uac{n: n, rng: rng, edge: netip.MustParseAddrPort("192.0.2.1:5060"), calls: map[string]*ucall{}}
	u.ep = n.Endpoint(netip.MustParseAddrPort("192.0.2.10:5060"), u.recv)
	for _, a := range []string{"192.0.2.20:5060", "192.0.2.21:5060", "192.0.2.22:5060"} {
		uas(n, rng, a, at)
	}
	users := []string{"plain", "fork", "serial", "slow", "late", "lazy", "forkserial", "slowforklate", "forklazy", "x"}
	const calls = 60
	// The last call begins after 30 s, its first callee may ring for 120 s, and the second answers and repeats that
	// for 16 s.
	for i := 0; n.Now() < 170*time.Second; i++ {
		if i%5 == 0 && len(u.calls) < calls {
			var c time.Duration
			if rng.IntN(3) == 0 {
				c = time.Duration(rng.IntN(3000)) * time.Millisecond
			}
			u.start(fmt.Sprintf("s%dc%d", seed, i), users[rng.IntN(len(users))], c)
		}
		u.tick()
		n.Advance(100 * time.Millisecond)
		var later []job
		now := jobs
		jobs = nil
		for _, j := range now {
			if j.at <= n.Now() {
				j.f()
			} else {
				later = append(later, j)
			}
		}
		jobs = append(later, jobs...)
	}
	n.Advance(5 * time.Minute)
	for id, c := range u.calls {
		// A failure that we make for a source that has not completed an exchange is
		// sent once, so that it can be lost.
		if c.final == 0 && tm.StatsOf(s)["unverified"] == 0 {
			t.Errorf("seed %d: call %s (%s) had no final reply", seed, id, c.inv.URI)
		}
		fails := 0
		for code := range c.finals {
			if code >= 300 {
				fails++
			}
		}
		if fails > 1 {
			t.Errorf("seed %d: call %s had failures %v", seed, id, c.finals)
		}
	}
	for l := range 2 {
		if st := tm.LoopStats(s, l); st.Alive != 0 || st.Branches != 0 || st.Events != 0 || st.Bytes != 0 {
			t.Errorf("seed %d: loop %d keeps %+v", seed, l, st)
		}
	}
	st := tm.StatsOf(s)
	for _, bad := range []string{"broken", "lost", "full", "noMemory", "timersFull"} {
		if st[bad] != 0 {
			t.Errorf("seed %d: %s is %d", seed, bad, st[bad])
		}
	}
	for k, v := range s.Stats().Total {
		if (k == "panics" || k == "scriptErrors") && v != 0 {
			t.Errorf("seed %d: %s is %d", seed, k, v)
		}
	}
	return st
}
