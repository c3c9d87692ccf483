package sippload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"sipedge/benchmarks/servers"
)

// Run does what the Spec says and returns what it showed. The error is for runs that did not take place: no SIPp, a process
// that did not start, no port. Calls that failed are no error; they are in the Result.
func Run(ctx context.Context, spec Spec) (Result, error) {
	if err := spec.check(); err != nil {
		return Result{}, err
	}
	binary, err := Find()
	if err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp("", "sipedge-load-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	if err := writeScenarios(dir, spec); err != nil {
		return Result{}, err
	}
	limit := time.Duration(float64(spec.Calls)/spec.Rate*float64(time.Second)) + lateCalls
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	r := &run{spec: spec, binary: binary, dir: dir}
	if err := r.assignPorts(); err != nil {
		return Result{}, err
	}
	defer r.killAll()
	if err := r.loseSome(); err != nil {
		return Result{}, err
	}
	defer r.stopLosing()
	if err := r.play(ctx); err != nil {
		return Result{}, err
	}
	return r.evaluate()
}

// run is a run under way.
type run struct {
	spec        Spec
	binary, dir string

	ports, control     []int // of callees first, each kind of losers, then callers
	callees, callers   []*process
	legPorts           []int            // two for each lossy leg
	losers             [][]*process     // by kind
	callerLegs         []*lossy         // ahead of each caller's peer; none without loss
	calleeLegs         []*lossy         // ahead of each callee
	lost, unheard      map[string][]key // by Call-ID; unheard is what calleeLegs lost
	nLost              int
	serverPort         int
	drops              *dropWatch
	callerAt, calleeAt map[int]bool // the ports of each side
}

// assignPorts finds a SIP port and a control port for every process.
func (r *run) assignPorts() error {
	kinds := 1 + len(r.spec.Scenario.losers)
	n := r.spec.Callers + r.spec.Callees*kinds
	legs := 0
	if r.spec.Loss > 0 {
		legs = 2 * (2*r.spec.Callers + r.spec.Callees)
	}
	ports, err := servers.FreePorts(2*n + legs)
	if err != nil {
		return err
	}
	r.ports, r.control, r.legPorts = ports[:n], ports[n:2*n], ports[2*n:]
	r.calleeAt, r.callerAt = make(map[int]bool), make(map[int]bool)
	for i, p := range r.ports {
		if i < r.spec.Callees*kinds {
			r.calleeAt[p] = true
		} else {
			r.callerAt[p] = true
		}
	}
	if r.spec.Server != "" {
		_, port, err := net.SplitHostPort(r.spec.Server)
		if err != nil {
			return err
		}
		if r.serverPort, err = strconv.Atoi(port); err != nil {
			return fmt.Errorf("port of the server: %w", err)
		}
	}
	return nil
}

// play starts the callees, then the callers, waits for the callers, and lets the callees end.
func (r *run) play(ctx context.Context) error {
	watch, err := watchDrops(append([]int{r.serverPort}, r.ports...))
	if err != nil {
		return err
	}
	r.drops = watch
	defer watch.stop()
	for i := range r.spec.Callees {
		p, err := r.start(ctx, i, r.spec.Scenario.callee, r.spec.CalleeBy.args()...)
		if err != nil {
			return err
		}
		r.callees = append(r.callees, p)
	}
	for _, p := range r.callees {
		if err := p.awaitPort(ctx); err != nil {
			return err
		}
	}
	if err := r.startLosers(ctx); err != nil {
		return err
	}
	first := r.spec.Callees * (1 + len(r.spec.Scenario.losers))
	for i := range r.spec.Callers {
		p, err := r.start(ctx, first+i, r.spec.Scenario.caller, r.callerArgs(i)...)
		if err != nil {
			return err
		}
		r.callers = append(r.callers, p)
	}
	for _, p := range r.callers {
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
	called := slices.Concat(append(r.losers, r.callees)...)
	for _, p := range called {
		// SIPp ends once its open calls are over.
		if err := p.cmd.Process.Signal(syscall.SIGUSR1); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
	}
	deadline := time.After(stopLimit)
	for _, p := range called {
		select {
		case <-p.exited:
		case <-deadline:
			return nil // killed by the caller of play; what they wrote so far counts
		}
	}
	return nil
}

// callerArgs are the arguments of calling process i: its part of the calls and of the rate, and where it sends to.
func (r *run) callerArgs(i int) []string {
	s := r.spec
	calls := s.Calls / s.Callers
	if i < s.Calls%s.Callers {
		calls++
	}
	args := append(s.CallerBy.args(),
		"-m", strconv.Itoa(calls), "-l", strconv.Itoa(calls),
		"-r", strconv.FormatFloat(s.Rate/float64(s.Callers), 'f', 3, 64),
	)
	if s.Answers {
		return append(args, s.Server)
	}
	switch {
	case r.callerLegs != nil:
		args = append(args, "-rsa", fmt.Sprintf("127.0.0.1:%d", r.callerLegs[i].port()))
	case s.Server != "":
		args = append(args, "-rsa", s.Server)
	}
	for k := range s.Scenario.losers {
		args = append(args, "-key", fmt.Sprintf("branch%d", k+2), fmt.Sprintf("127.0.0.1:%d", r.ports[s.Callees*(k+1)+i%s.Callees]))
	}
	callee := r.ports[i%s.Callees]
	if r.calleeLegs != nil {
		callee = r.calleeLegs[i%s.Callees].port()
	}
	return append(args, fmt.Sprintf("127.0.0.1:%d", callee))
}

// loseSome puts a lossy leg ahead of what each caller sends to, and one ahead of each callee. Without a server two stand one behind
// the other, so that a call has the same way with and without it.
func (r *run) loseSome() error {
	s := r.spec
	if s.Loss == 0 {
		return nil
	}
	leg := func(legs *[]*lossy, port int) error {
		front, back := r.legPorts[0], r.legPorts[1]
		r.legPorts = r.legPorts[2:]
		l, err := loseBetween(front, back, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)), s.Loss, uint64(len(r.callerLegs)+1000*len(r.calleeLegs)))
		*legs = append(*legs, l)
		return err
	}
	for i := range s.Callers {
		to := r.serverPort
		if s.Server == "" {
			if err := leg(&r.calleeLegs, r.ports[i%s.Callees]); err != nil {
				return err
			}
			to = r.calleeLegs[i].port()
		}
		if err := leg(&r.callerLegs, to); err != nil {
			return err
		}
	}
	if s.Server == "" {
		return nil
	}
	for i := range s.Callees {
		if err := leg(&r.calleeLegs, r.ports[i]); err != nil {
			return err
		}
	}
	return nil
}

// stopLosing ends the lossy legs; what they lost is known then.
func (r *run) stopLosing() {
	if r.lost != nil {
		return
	}
	r.lost, r.unheard = map[string][]key{}, map[string][]key{}
	for _, l := range r.callerLegs {
		if l != nil {
			r.nLost += l.stop(r.lost)
		}
	}
	for _, l := range r.calleeLegs {
		if l != nil {
			r.nLost += l.stop(r.unheard)
		}
	}
	for id, ks := range r.unheard {
		r.lost[id] = append(r.lost[id], ks...)
	}
}

// startLosers starts the callees whose branches of forked calls are to end.
func (r *run) startLosers(ctx context.Context) error {
	for k, scenario := range r.spec.Scenario.losers {
		var kind []*process
		for i := range r.spec.Callees {
			p, err := r.start(ctx, r.spec.Callees*(k+1)+i, scenario, r.spec.CalleeBy.args()...)
			if err != nil {
				return err
			}
			kind = append(kind, p)
			r.losers = append(r.losers[:k], kind)
			if err := p.awaitPort(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) killAll() {
	for _, p := range slices.Concat(append(r.losers, r.callers, r.callees)...) {
		p.kill()
	}
}

// evaluate reads the files that the processes wrote.
func (r *run) evaluate() (Result, error) {
	r.killAll() // a callee that is still there writes no more
	r.stopLosing()
	res := Result{Spec: r.spec, SourcePorts: r.drops.seen(r.callerAt)}
	caller, callee := make(trace), make(trace)
	var err error
	if res.Caller, err = collect(r.callers, caller); err != nil {
		return Result{}, fmt.Errorf("caller: %w", err)
	}
	if res.Callee, err = collect(r.callees, callee); err != nil {
		return Result{}, fmt.Errorf("callee: %w", err)
	}
	if r.spec.CallerBy == TCPPerCall {
		caller.assumeSent(r.spec.Scenario.steps[0].what)
	}
	for k, kind := range r.losers {
		sum, err := collect(kind, make(trace))
		if err != nil {
			return Result{}, fmt.Errorf("callee %d of a forked call: %w", k+2, err)
		}
		res.Losers = append(res.Losers, sum)
	}
	res.Lost = r.nLost
	callerDrops, calleeDrops := r.drops.sum(r.callerAt), r.drops.sum(r.calleeAt)
	res.Drops = callerDrops + calleeDrops
	res.ServerPortDrops = r.drops.sum(map[int]bool{r.serverPort: true})
	res.Elapsed = caller.span()
	res.Response = percentiles(caller.responses(r.spec.Scenario))
	res.Failures = examine(r.spec.Scenario.steps, caller, callee, between{
		server: r.spec.Server != "", answers: r.spec.Answers, callerDrops: callerDrops > 0, calleeDrops: calleeDrops > 0,
		lossy: r.spec.Loss > 0, lost: r.lost, unheard: r.unheard,
	})
	for k, sum := range res.Losers {
		for n := sum.Succeeded; n < r.spec.Calls; n++ {
			res.Failures = append(res.Failures, Failure{Culprit: Unknown, What: fmt.Sprintf("a branch to callee %d did not end as it should (%d of %d did)", k+2, sum.Succeeded, r.spec.Calls)})
		}
	}
	// What SIPp counts as failed although all its messages came is a failure that nobody can place.
	for n := len(res.Failures); n < max(res.Caller.Failed, r.spec.Calls-res.Caller.Succeeded); n++ {
		res.Failures = append(res.Failures, Failure{Culprit: Unknown, What: "counted as failed by SIPp; no message is missing in the traces"})
	}
	return res, nil
}

// collect adds up the statistics of the processes of one side and reads their traces.
func collect(processes []*process, into trace) (Stats, error) {
	var sum Stats
	for _, p := range processes {
		text, err := os.ReadFile(p.stats)
		if err != nil {
			return Stats{}, fmt.Errorf("%w; SIPp said: %s", err, p.said())
		}
		s, err := parseStats(string(text))
		if err != nil {
			return Stats{}, fmt.Errorf("%w; SIPp said: %s", err, p.said())
		}
		sum = sum.add(s)
		f, err := os.Open(p.trace)
		if err != nil {
			return Stats{}, err
		}
		err = into.read(f)
		_ = f.Close() // only read
		if err != nil {
			return Stats{}, fmt.Errorf("trace %s: %w", filepath.Base(p.trace), err)
		}
	}
	return sum, nil
}
