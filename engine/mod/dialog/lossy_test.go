package dialog_test

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
	"sipedge/engine/mod/dialog"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/rt"
)

const lossyScript = loads + `
modparam("dialog", "profiles_no_value", "all")
modparam("dialog", "profiles_with_value", "user")
modparam("dialog", "default_timeout", 40)
modparam("dialog", "send_bye", 1)
modparam("dialog", "ka_interval", 30)
route {
	if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
	if (@to.tag != "") {
		loose_route();
		t_relay();
		exit;
	}
	if (method == "INVITE") {
		$dlg_var(user) = $rU;
		dlg_manage();
		set_dlg_profile("all");
		set_dlg_profile("user", "$rU");
		dlg_set_property("ka-dst");
		record_route();
	}
	t_relay();
}`

// lossyEnd is a phone: it repeats its requests until they are answered, answers
// what it gets and ends some of its calls.
type lossyEnd struct {
	ep    *reactortest.Endpoint
	edge  netip.AddrPort
	rng   *rand.Rand
	n     *reactortest.Net
	addr  string
	open  map[string]*sending // by Call-ID and CSeq
	final map[string]string   // finals given, by branch
	later []func()
	byes  int // that came in
}

type sending struct {
	text string
	at   time.Duration
}

func newEnd(n *reactortest.Net, rng *rand.Rand, addr string) *lossyEnd {
	e := &lossyEnd{n: n, rng: rng, addr: addr, edge: netip.MustParseAddrPort("192.0.2.1:5060"), open: map[string]*sending{}, final: map[string]string{}}
	e.ep = n.Endpoint(netip.MustParseAddrPort(addr), e.recv)
	return e
}

func (e *lossyEnd) send(s string) { e.ep.Send(e.edge, []byte(s)) }

func (e *lossyEnd) request(s string) {
	e.open[coretest.Header(s, "Call-ID")+coretest.Header(s, "CSeq")] = &sending{s, e.n.Now()}
	e.send(s)
}

// tick is every 500 ms.
func (e *lossyEnd) tick() {
	for k, s := range e.open {
		if e.n.Now()-s.at > 32*time.Second {
			delete(e.open, k)
			continue
		}
		e.send(s.text)
	}
	for _, f := range e.later {
		f()
	}
	e.later = nil
}

func (e *lossyEnd) within(method, reply string, cseq int) string {
	m := coretest.Request(method, "sip:bob@192.0.2.20:5060").InDialog()
	m.Via = []string{fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK%x", e.addr, e.rng.Uint64())}
	m.CallID, m.CSeq = coretest.Header(reply, "Call-ID"), cseq
	for _, r := range coretest.Headers(reply, "Record-Route") {
		m.Headers = append(m.Headers, "Route: "+r)
	}
	return m.String()
}

func (e *lossyEnd) recv(_ time.Duration, _ reactor.Addr, data []byte) {
	s := string(data)
	if strings.HasPrefix(s, "SIP/2.0 ") {
		if strings.HasPrefix(s, "SIP/2.0 1") {
			return
		}
		k := coretest.Header(s, "Call-ID") + coretest.Header(s, "CSeq")
		first := e.open[k] != nil
		delete(e.open, k)
		if !strings.HasSuffix(k, "INVITE") {
			return
		}
		ack := e.within("ACK", s, 7)
		if strings.HasPrefix(s, "SIP/2.0 2") {
			if e.rng.IntN(8) > 0 {
				e.send(ack)
			}
			if first && e.rng.IntN(3) > 0 {
				e.later = append(e.later, func() { e.request(e.within("BYE", s, 8)) })
			}
			return
		}
		ack = strings.Replace(ack, coretest.Header(ack, "Via"), coretest.Header(s, "Via"), 1)
		e.send(ack)
		return
	}
	branch := coretest.Header(s, "Via")
	if f := e.final[branch]; f != "" {
		e.send(f)
		return
	}
	code := 200
	switch {
	case strings.HasPrefix(s, "ACK"):
		return
	case strings.HasPrefix(s, "INVITE"):
		e.send(coretest.Reply(s, 180, "Ringing", "Contact: <sip:bob@"+e.addr+">"))
		if code = []int{200, 200, 200, 486, 0}[e.rng.IntN(5)]; code == 0 {
			return
		}
	case strings.HasPrefix(s, "BYE"):
		e.byes++
	}
	e.final[branch] = coretest.Reply(s, code, "Final", "Contact: <sip:bob@"+e.addr+">")
	e.send(e.final[branch])
}

// Calls over a lossy network on two loops: whatever is lost, each call ends, and no
// dialog, count or variable is left.
func TestLossyCallsLeaveNoDialog(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 3
	}
	total := map[string]int64{}
	byes := 0
	for seed := range uint64(seeds) {
		n := reactortest.New(seed, reactortest.Options{Loops: 2, Loss: 0.05, Duplicate: 0.03, Reorder: 0.05, MinDelay: time.Millisecond, MaxDelay: 60 * time.Millisecond})
		addr := netip.MustParseAddrPort("192.0.2.1:5060")
		id := n.Listen(addr)
		s, diags := core.New("test.cfg", []byte(lossyScript), core.Options{Core: mod.Core(), Modules: mod.All(), Loops: 2, Virtual: true})
		if s == nil {
			t.Fatal(diags)
		}
		if err := s.Attach(n, n, []*core.Socket{core.NewSocket(id, rt.ProtoUDP, addr, "")}); err != nil {
			t.Fatal(err)
		}
		n.Run(s.Handler)
		rng := rand.New(rand.NewPCG(seed, 2))
		a, b := newEnd(n, rng, "192.0.2.10:5060"), newEnd(n, rng, "192.0.2.20:5060")
		const calls = 60
		high := int64(0)
		for i := 0; n.Now() < 4*time.Minute; i++ {
			if i < calls {
				m := invite(fmt.Sprintf("s%dc%d", seed, i))
				m.URI = fmt.Sprintf("sip:u%d@192.0.2.20", i%7)
				a.request(m.String())
			}
			n.Advance(500 * time.Millisecond)
			a.tick()
			b.tick()
			size, _ := dialog.Of(s).ProfileSize("all", "")
			high = max(high, size)
		}
		n.Advance(5 * time.Minute)
		used := 0
		for l := range 2 {
			d, bytes := dialog.LoopStats(s, l)
			if d != 0 || bytes != 0 {
				t.Errorf("seed %d: loop %d keeps %d dialogs, %d bytes", seed, l, d, bytes)
			}
			if s.Stats().Loops[l].Counters["handled"] > 0 {
				used++
			}
		}
		for _, p := range []string{"all", "user"} {
			if size, _ := dialog.Of(s).ProfileSize(p, ""); size != 0 {
				t.Errorf("seed %d: profile %s has %d", seed, p, size)
			}
		}
		st := dialog.StatsOf(s)
		if st["active"] != 0 || st["early"] != 0 || st["processed"] < calls-10 || high < 5 || used != 2 {
			t.Errorf("seed %d: %v, at most %d at once, %d loops used", seed, st, high, used)
		}
		for _, bad := range []string{"panics", "scriptErrors"} {
			if k := s.Stats().Total[bad]; k != 0 {
				t.Errorf("seed %d: %s is %d", seed, bad, k)
			}
		}
		for k, v := range st {
			total[k] += v
		}
		byes += a.byes + b.byes
	}
	for _, must := range []string{"expired", "failed", "byes", "pings"} {
		if total[must] == 0 {
			t.Errorf("no %s in all seeds: they show nothing", must)
		}
	}
	t.Logf("%v, %d BYEs came in", total, byes)
}
