package sim

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sipedge/engine/core"
	"sipedge/engine/log"
	"sipedge/engine/mod"
	"sipedge/engine/mod/tm"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
	"sipedge/script/rt"
)

//go:embed script.cfg
var script []byte

// Options say how large a run is. Zero fields take the values of Defaults.
type Options struct {
	Calls int
	// Length is the simulated time. Calls begin in its first part (callsWithin);
	// the rest is for what they leave behind.
	Length time.Duration
	// Loss and Duplicate are how often a datagram is lost or doubled, 0 to 1.
	Loss, Duplicate float64
	// Modules has the script also follow the calls with dialog, account them with acc
	// and replace From and To with uac.
	Modules bool
	// Trace, where set, gets a line for each message to and from the server of the
	// call with the number TraceCall.
	Trace     func(line string)
	TraceCall int
}

// Defaults are 200 calls in ten minutes.
var Defaults = Options{Calls: 200, Length: 10 * time.Minute, Loss: 0.05, Duplicate: 0.03}

// quiet is how long before the end of a run the last call begins: time enough for
// every timer that it starts.
const quiet = 4 * time.Minute

// Report is what came of a seed.
type Report struct {
	Seed uint64
	// Faults are the rules that were broken, none in a good run.
	Faults []string

	Calls, Invites    int
	Answered          int // dialogs made by a 2xx that reached the caller
	Accepted          int // 2xx that phones sent
	Cancelled         int // calls cancelled by the caller
	CancelledBranches int // INVITEs that phones ended with 487
	Branches          int // client transactions of the server
	Forked            int // calls with several branches at once
	Waited            int // times that a script waited
	Again             int // re-INVITEs
	Theirs            int // BYEs of phones
	Reloads           int
	Records           int // of module acc, with Options.Modules: of answers and failures
	FailedOver        int // requests that went to a further address of a name
	Unlucky           int // exchanges that a very bad network has swallowed
	Net               reactortest.Counters
}

const (
	// calm is how long the network is good, while the first calls show the server
	// that the callers are where they say: it repeats its own failures only to a
	// source that has acknowledged one (decisions, replies to unverified sources).
	calm    = 30 * time.Second
	callers = 4
	// mostFaults is how many faults of a run are kept.
	mostFaults = 20
)

var serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")

func callerAddr(call int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + call%callers)}), 5060)
}

func phoneAddr(n int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(20 + n)}), 5060)
}

// run is one seed's run.
type run struct {
	net     *reactortest.Net
	watch   *watch
	callers []*reactortest.Endpoint
	phones  []*phone
	clients map[transaction]*client
	calls   map[string]*call // by Call-ID
	report  *Report
	loss    float64
	edge    *edge // with Options.Modules
}

func (r *run) fault(format string, args ...any) {
	if len(r.report.Faults) < mostFaults {
		r.report.Faults = append(r.report.Faults, fmt.Sprintf("%8.3f s: ", r.net.Now().Seconds())+fmt.Sprintf(format, args...))
	}
}

// lost is fault for an exchange that came to nothing although everybody repeated
// what it had to: end to end, over four links, that is a fault of the server's
// unless the network loses so much that chance does it now and then.
func (r *run) lost(format string, args ...any) {
	if r.loss > badNetwork {
		r.report.Unlucky++
		return
	}
	r.fault(format, args...)
}

// badNetwork is the loss from which on whole exchanges are lost by chance: of one
// in five datagrams, an answer and its ACK fail together in three of five
// attempts, and of eleven attempts all do in one call of three hundred.
const badNetwork = 0.1

// What the servers of all seeds have in common is made once.
var (
	rows    = sync.OnceValue(mod.Core)
	discard = sync.OnceValue(func() *log.Logger { return log.New(log.Options{Rings: 2, Sink: log.Discard}) })
)

// Run runs the calls of a seed. An error means that the server could not be made.
func Run(seed uint64, o Options) (*Report, error) {
	if o.Calls == 0 {
		o.Calls = Defaults.Calls
	}
	if o.Length == 0 {
		o.Length = Defaults.Length
	}
	if o.Loss == 0 {
		o.Loss = Defaults.Loss
	}
	if o.Duplicate == 0 {
		o.Duplicate = Defaults.Duplicate
	}
	rng := rand.New(rand.NewPCG(seed, 0x63616c6c73))
	r := &run{
		report:  &Report{Seed: seed, Calls: o.Calls},
		loss:    o.Loss,
		clients: map[transaction]*client{}, calls: map[string]*call{},
	}
	r.watch = &watch{r: r, trace: o.Trace, call: fmt.Sprintf("call-%d-%d", seed, o.TraceCall), upstream: map[transaction]*upstream{}, downstream: map[transaction]*downstream{}}
	known := &names{rng: rng}
	options := core.Options{
		Core: rows(), Modules: append(mod.All(), module(rng, &r.report.Waited)), Logger: discard(),
		Virtual: true, HomeHash: home, Names: known,
	}
	if o.Modules {
		r.edge = newEdge(r)
		options.Defines, options.Logger = []string{"MODULES"}, r.edge.logger
	}
	s, diags := core.New("script.cfg", script, options)
	if s == nil {
		return nil, errors.New(diags.String())
	}
	r.net = reactortest.New(seed, reactortest.Options{
		Calm: calm, Loops: s.Loops(), Loss: o.Loss, Duplicate: o.Duplicate, Reorder: 0.03, MinDelay: time.Millisecond,
		MaxDelay: []time.Duration{5 * time.Millisecond, 200 * time.Millisecond, 2 * time.Second}[rng.IntN(3)],
		MinWork:  time.Millisecond, MaxWork: maxWork, Tap: r.watch.tap,
	})
	known.net = r.net
	sock := core.NewSocket(r.net.Listen(serverAddr), rt.ProtoUDP, serverAddr, "")
	if err := s.Attach(r.net, r.net, []*core.Socket{sock}); err != nil {
		return nil, err
	}
	r.net.Run(func(loop int) reactor.Handler { return s.Handler(loop) })
	r.people()
	for i, p := range plans(rng, o.Calls, calm, o.Length-quiet) {
		r.place(i, &p)
	}
	before := s.Snapshot()
	r.net.After(calm+time.Duration(rng.Int64N(int64(o.Length-quiet-calm))), func() { r.reload(s) })
	r.net.Advance(o.Length)
	if n := before.Held(); n != 0 {
		r.fault("%d messages or transactions still hold the configuration before the reload", n)
	}
	r.judge(s)
	r.edge.judge(s)
	r.report.FailedOver = int(tm.StatsOf(s)["failovers"])
	r.net.Stop()
	r.report.Net = r.net.Counters()
	slices.Sort(r.report.Faults)
	return r.report, nil
}

// reload exchanges the configuration in the middle of everything: what has begun
// goes on with the old one, and nothing is lost.
func (r *run) reload(s *core.Server) {
	old := s.Snapshot()
	if diags, err := s.Reload("script.cfg", append(bytes.Clone(script), "\nroute[RELOADED] { drop; }\n"...)); err != nil {
		r.fault("reload: %v\n%v", err, diags)
	}
	if s.Snapshot() == old {
		r.fault("the reload has changed nothing")
	}
	r.report.Reloads++
}

// home is the loop of a call by its number, so that a seed replays its run, and
// each caller has calls on each loop.
func home(callID []byte) uint32 {
	n, _ := strconv.Atoi(string(callID[bytes.LastIndexByte(callID, '-')+1:]))
	return uint32(n / callers)
}

// people puts callers and phones on the network.
func (r *run) people() {
	for i := range callers {
		r.callers = append(r.callers, r.net.Endpoint(callerAddr(i), func(_ time.Duration, _ reactor.Addr, data []byte) { r.toCaller(data) }))
	}
	for i := range targets {
		p := &phone{r: r, n: i, servers: map[transaction]*server{}, calls: map[string]*server{}, accepted: map[string]*server{}}
		p.ep = r.net.Endpoint(phoneAddr(i), p.receive)
		r.phones = append(r.phones, p)
	}
	r.net.Close(closedAddr)
}

// toCaller gives a reply to the transaction that it answers.
func (r *run) toCaller(data []byte) {
	m, err := read(data)
	switch {
	case err != nil:
		r.fault("a caller got %q: %v", data, err)
	case m.code == 0 && r.calls[m.callID] == nil:
		r.fault("a caller got a request of no call: %q", m.line)
	case m.code == 0:
		r.calls[m.callID].request(m)
	case len(m.vias) != 1:
		r.fault("a caller got a reply with %d Vias: %q", len(m.vias), m.line)
	default:
		if c := r.clients[transaction{m.branch, m.method}]; c != nil {
			c.reply(m)
		} else {
			r.fault("a caller got a reply to nothing: %q to %s of branch %s", m.line, m.method, m.branch)
		}
	}
}

func (r *run) place(i int, p *plan) {
	c := &call{r: r, id: i, plan: p, dialogs: map[string]*dialog{}, given: map[int]bool{}}
	c.callID = fmt.Sprintf("call-%d-%d", r.report.Seed, i)
	c.fromTag = fmt.Sprintf("s%d", r.report.Seed)
	r.calls[c.callID] = c
	if p.method == "INVITE" {
		r.report.Invites++
	}
	if p.mode == fork || p.mode == dropped {
		r.report.Forked++
	}
	r.net.After(p.start, c.place)
}

// judge looks at everything when it is over: nobody waits, nothing is left.
func (r *run) judge(s *core.Server) {
	for _, c := range r.calls {
		if o := len(r.report.Faults); o < mostFaults {
			c.judge()
		}
	}
	for _, p := range r.phones {
		p.judge()
	}
	r.watch.judge()
	if n := r.net.Timers(); n != 0 {
		r.fault("%d timers are still armed", n)
	}
	if n := s.Snapshot().Held(); n != 0 {
		r.fault("%d messages or transactions still hold the configuration", n)
	}
	for i := range s.Loops() {
		if st := tm.LoopStats(s, i); st.Alive+st.Branches+st.Events+st.Bytes != 0 {
			r.fault("loop %d keeps %d transactions, %d branches, %d events and %d bytes", i, st.Alive, st.Branches, st.Events, st.Bytes)
		}
	}
	st := s.Stats().Total
	for _, name := range []string{"panics", "scriptErrors", "suspendFull", "sendFull", "editsFull", "malformed"} {
		if st[name] != 0 {
			r.fault("%s: %d", name, st[name])
		}
	}
}

// String is the report in one line, and the faults below it.
func (p *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %d calls (%d INVITE, %d forked), %d answered, %d cancelled, %d branches, %d cancelled branches, %d waits; %d datagrams, %d lost, %d doubled, %d reordered",
		p.Seed, p.Calls, p.Invites, p.Forked, p.Answered, p.Cancelled, p.Branches, p.CancelledBranches, p.Waited,
		p.Net.Sent, p.Net.Lost, p.Net.Duplicated, p.Net.Reordered)
	for _, f := range p.Faults {
		b.WriteString("\n  " + f)
	}
	return b.String()
}
