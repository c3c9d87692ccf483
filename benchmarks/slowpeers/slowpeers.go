// Package slowpeers measures what peers that are slow or stuck cost the others: thousands of connections that say nothing, that send a
// byte every second, that ask and never read. Beside each, a little good traffic goes on over UDP, over kept connections and over new ones
// from other addresses, and its answers are counted and timed; the same traffic goes to a second server without such peers at the same time,
// so that what else the machine does is seen as well. The server's memory is read before, while and after they are there, and
// its counters say which limit ended them.
//
// The server has its default limits and deadlines. Start at Measure.
package slowpeers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/procstat"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/tcpload"
	"sipedge/benchmarks/udpload"
	"sipedge/reactor"
)

// Plan says how many there are of each kind.
type Plan struct {
	Sipedge           string // path of the program
	Idle, Drip, Stuck int
	Beside            time.Duration // how long the good traffic beside each goes on
	// FirstTimeout is tcp_first_timeout in seconds; 0 for the default.
	FirstTimeout int
}

// Good is the good traffic for some time.
type Good struct {
	Name  string
	UDP   udpload.Result
	TCP   tcpload.AskResult
	Fresh tcpload.AskResult // one question for each of many new connections, each from another address
	// Control is how late the later of both was at the server without such peers.
	Control time.Duration
}

// Lost is how many questions over UDP and over kept connections were not answered.
func (g Good) Lost() int { return g.UDP.Sent - g.UDP.Arrived + g.TCP.Lost() }

// P99 is the later of both.
func (g Good) P99() time.Duration { return max(g.UDP.P99, g.TCP.P99) }

// Served is the part of the new connections that were served, 0 to 1.
func (g Good) Served() float64 { return float64(g.Fresh.Answered) / float64(max(1, g.Fresh.Asked)) }

// String is the traffic in a line.
func (g Good) String() string {
	us := func(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
	text := fmt.Sprintf("%s: p99 %v UDP, %v TCP (%v without them), %d of %d lost, %.1f %% of %d new connections served (p99 %v)", g.Name, us(g.UDP.P99), us(g.TCP.P99), us(g.Control),
		g.Lost(), g.UDP.Sent+g.TCP.Asked, 100*g.Served(), g.Fresh.Asked, us(g.Fresh.P99))
	for _, err := range []error{g.TCP.Why, g.Fresh.Why} {
		if err != nil {
			text += fmt.Sprintf("; %v", err)
		}
	}
	return text
}

// Result is what was measured.
type Result struct {
	Idle, Stuck, Drip Good
	Opened            [3]int // connections that the idle, stuck and dripping peers got

	PerIdle float64 // bytes of the server's memory in RAM for each idle connection
	// Kept is the server's memory with none of them left and after a second crowd of the same size, bytes above that before the first.
	Kept, Again int64

	// StuckMost is the most that the kernel kept for one peer that did not read, StuckAll for all of them at a time, and QueuedAll the
	// server itself for all of them, bytes.
	StuckMost, StuckAll, QueuedAll uint64
	// StuckFor is how long the last of the stuck peers lived since the first was asked to be stuck.
	StuckFor time.Duration

	// FromOne is how many connections one address got of those that it asked for.
	FromOne, FromOneAsked int
	// Counters is what the server counted from its start to its end.
	Counters reactor.Stats
}

const (
	// rate is the good questions per second over UDP and over TCP, freshRate the new connections.
	rate      = 200
	freshRate = 50
	sockets   = 4
	// stuckAsks is how many questions a second come from each peer that does not read.
	stuckAsks = 4
	// look is the time between two looks at the server.
	look = 500 * time.Millisecond
	// patience is how much later than its deadline a connection may end here.
	patience = 5 * time.Second
	// warmUpSeconds is how long good traffic goes on ahead of all.
	warmUpSeconds = 2
	// calmDown is how long the memory may take to return.
	calmDown = 15 * time.Second
)

// Groups of addresses.
const (
	keptGroup = iota
	freshGroup
	idleGroup
	stuckGroup
	dripGroup
	oneGroup
	againGroup
)

// Measure does what the plan says.
func Measure(ctx context.Context, plan Plan) (Result, error) {
	dir, err := os.MkdirTemp("", "sipedge-slow-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(2)
	if err != nil {
		return Result{}, err
	}
	control, controlTo, err := start(ctx, plan, dir, ports[1], configs.ListenStreams(ports[1]), configs.Setting{Name: "children", Value: "2"})
	if err != nil {
		return Result{}, err
	}
	defer control.Stop()
	settings := []configs.Setting{configs.ListenStreams(ports[0]), {Name: "children", Value: "2"}}
	first := 60 * time.Second
	if plan.FirstTimeout > 0 {
		first = time.Duration(plan.FirstTimeout) * time.Second
		settings = append(settings, configs.Setting{Name: "tcp_first_timeout", Value: fmt.Sprint(plan.FirstTimeout)})
	}
	s, to, err := start(ctx, plan, dir, ports[0], settings...)
	if err != nil {
		return Result{}, err
	}
	defer s.Stop()
	m := &measuring{plan: plan, server: s, to: to, control: controlTo}
	for _, step := range []func(context.Context) error{m.warmUp, m.idle, m.stuck, func(ctx context.Context) error { return m.idleEnds(ctx, first) }, m.fromOne, m.drip, m.end} {
		if err := step(ctx); err != nil {
			m.close()
			return m.Result, err
		}
	}
	m.close()
	return m.Result, nil
}

func start(ctx context.Context, plan Plan, dir string, port int, settings ...configs.Setting) (*servers.Server, netip.AddrPort, error) {
	s, err := servers.Start(ctx, servers.Sipedge(plan.Sipedge), dir, port, configs.Options, settings...)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	to, err := netip.ParseAddrPort(s.Addr())
	return s, to, err
}

// measuring is a run under way.
type measuring struct {
	Result
	plan   Plan
	server *servers.Server
	to     netip.AddrPort
	// control is the server without such peers.
	control netip.AddrPort

	before  uint64 // memory
	idling  *tcpload.Crowd
	idledAt time.Time
	crowds  []*tcpload.Crowd
}

func (m *measuring) close() {
	for _, c := range m.crowds {
		c.Close()
	}
}

// crowd keeps what was opened, and counts it.
func (m *measuring) crowd(c *tcpload.Crowd, err error) (*tcpload.Crowd, error) {
	if c != nil {
		m.crowds = append(m.crowds, c)
	}
	return c, err
}

// warmUp has the server in memory what it needs anyway.
func (m *measuring) warmUp(ctx context.Context) (err error) {
	if _, _, _, err = m.ask(ctx, m.to, rate*warmUpSeconds); err != nil {
		return err
	}
	m.before, err = m.server.Resident()
	return err
}

func (m *measuring) idle(ctx context.Context) (err error) {
	m.idledAt = time.Now()
	if m.idling, err = m.crowd(tcpload.Open(ctx, m.to, m.plan.Idle, idleGroup)); err != nil {
		return fmt.Errorf("idle connections: %w", err)
	}
	if m.Idle, err = m.good(ctx, fmt.Sprintf("%d idle", m.idling.Len())); err != nil {
		return err
	}
	m.Opened[0] = m.idling.Alive()
	with, err := m.server.Resident()
	m.PerIdle = (float64(with) - float64(m.before)) / float64(max(1, m.Opened[0]))
	return err
}

func (m *measuring) stuck(ctx context.Context) error {
	c, err := m.crowd(tcpload.OpenSmall(ctx, m.to, m.plan.Stuck, stuckGroup))
	if err != nil {
		return fmt.Errorf("connections that never read: %w", err)
	}
	m.Opened[1] = c.Alive()
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.AskAndNeverRead(ctx, stuckAsks)
	}()
	defer func() { cancel(); <-done }()
	began := time.Now()
	beside := make(chan error, 1)
	go func() {
		var err error
		m.Stuck, err = m.good(ctx, fmt.Sprintf("%d that never read", m.Opened[1]))
		beside <- err
	}()
	for alive := c.Alive(); alive > 0; alive = c.Alive() {
		m.StuckFor = time.Since(began)
		if m.StuckFor > 6*patience {
			break
		}
		most, all, err := procstat.SendQueues(m.server.Port)
		if err != nil {
			return err
		}
		counters, err := m.server.Counters(ctx)
		if err != nil {
			return err
		}
		m.StuckMost, m.StuckAll, m.QueuedAll = max(m.StuckMost, most), max(m.StuckAll, all), max(m.QueuedAll, counters.Sockets().Queued)
		if err := wait(ctx, look); err != nil {
			return err
		}
	}
	return <-beside
}

// idleEnds waits for the deadline of those that have said nothing, and looks what is left of them.
func (m *measuring) idleEnds(ctx context.Context, first time.Duration) error {
	for m.idling.Alive() > 0 && time.Since(m.idledAt) < first+2*patience {
		if err := wait(ctx, look); err != nil {
			return err
		}
	}
	m.idling.Close()
	var err error
	m.Kept, err = m.returned(ctx)
	return err
}

// returned is how much more memory than at first the server has, once that no longer falls.
func (m *measuring) returned(ctx context.Context) (int64, error) {
	least := int64(1) << 62
	for began := time.Now(); time.Since(began) < calmDown; {
		now, err := m.server.Resident()
		if err != nil {
			return 0, err
		}
		least = min(least, int64(now)-int64(m.before))
		if least <= int64(m.plan.Idle)*bytesKept {
			break
		}
		if err := wait(ctx, look); err != nil {
			return 0, err
		}
	}
	return least, nil
}

// bytesKept is what may stay of a connection that is gone, on average: the runtime keeps some of what it has for what comes next.
const bytesKept = 512

// fromOne has one address ask for more than its share.
func (m *measuring) fromOne(ctx context.Context) error {
	m.FromOneAsked = m.plan.Idle * 6 / 10
	c, err := m.crowd(tcpload.OpenFromOne(ctx, m.to, m.FromOneAsked, oneGroup))
	if err != nil && !errors.Is(err, context.Canceled) && c.Len() == 0 {
		return err
	}
	if err := wait(ctx, look); err != nil {
		return err
	}
	m.FromOne = c.Alive()
	c.Close()
	return nil
}

func (m *measuring) drip(ctx context.Context) error {
	c, err := m.crowd(tcpload.Open(ctx, m.to, m.plan.Drip, dripGroup))
	if err != nil {
		return fmt.Errorf("dripping connections: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Drip(ctx)
	}()
	defer func() { cancel(); <-done }()
	began := time.Now()
	if m.Drip, err = m.good(ctx, fmt.Sprintf("%d that drip", c.Len())); err != nil {
		return err
	}
	m.Opened[2] = c.Alive()
	for c.Alive() > 0 && time.Since(began) < 20*time.Second+2*patience {
		if err := wait(ctx, look); err != nil {
			return err
		}
	}
	return nil
}

func (m *measuring) end(ctx context.Context) error {
	m.close()
	if !m.server.Alive() {
		return errors.New("the server ended during the run")
	}
	var err error
	if m.Again, err = m.returned(ctx); err != nil {
		return err
	}
	c, err := m.server.Counters(ctx)
	m.Counters = c.Sockets()
	return err
}

// good sends the good traffic to both servers.
func (m *measuring) good(ctx context.Context, name string) (Good, error) {
	g := Good{Name: name}
	n := int(rate * m.plan.Beside.Seconds())
	beside := make(chan error, 1)
	go func() {
		udp, kept, _, err := m.ask(ctx, m.control, n)
		g.Control = max(udp.P99, kept.P99)
		beside <- err
	}()
	var err error
	g.UDP, g.TCP, g.Fresh, err = m.ask(ctx, m.to, n)
	return g, errors.Join(err, <-beside)
}

// ask sends n questions each over UDP and over kept connections, and a part as many over new ones.
func (m *measuring) ask(ctx context.Context, to netip.AddrPort, n int) (udp udpload.Result, kept, fresh tcpload.AskResult, err error) {
	errs := make(chan error, 3)
	go func() {
		var err error
		udp, err = udpload.Run(ctx, udpload.Load{Method: udpload.Options, Server: to, Sockets: sockets, Messages: n, Rate: rate})
		errs <- err
	}()
	go func() {
		var err error
		kept, err = tcpload.Ask(ctx, tcpload.AskLoad{Server: to, Conns: sockets, Questions: n, Rate: rate, Group: keptGroup})
		errs <- err
	}()
	go func() {
		var err error
		fresh, err = tcpload.Ask(ctx, tcpload.AskLoad{Server: to, Questions: n * freshRate / rate, Rate: freshRate, Group: freshGroup})
		errs <- err
	}()
	err = errors.Join(<-errs, <-errs, <-errs)
	return udp, kept, fresh, err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
