// Package cost measures the CPU time that a server needs per message, from the kernel's process table, for sipedge and for
// Kamailio beside it: the same script, the same load, in turns (A B A B …), so that what else the machine does falls on both.
//
// Start at Compare.
package cost

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sort"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/markdown"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/udpload"
)

// Task is what a server does with each message.
type Task struct {
	Name   string
	Method udpload.Method
	Script configs.Script
	// Calls says that whole calls are counted, of a dozen messages each, at a rate of their own.
	Calls bool
	// Times is the rate as a multiple of the plan's; 0 is 1.
	Times float64
}

// Tasks are the ones measured.
var Tasks = []Task{
	{Name: OptionsAnswered, Method: udpload.Options, Script: configs.Options},
	{Name: InviteForwarded, Method: udpload.Invite, Script: configs.Forward},
	{Name: CallRelayed, Method: udpload.Call, Script: configs.Relay, Calls: true},
	{Name: CallRelayedBusy, Method: udpload.Call, Script: configs.Relay, Calls: true, Times: busyTimes},
}

// The names of the tasks. Those of a stateful proxy are calls from INVITE to the 200 for BYE, at a rate at which a server sleeps between most messages,
// and at one that takes about half a CPU.
const (
	OptionsAnswered = "OPTIONS answered"
	InviteForwarded = "INVITE forwarded statelessly"
	CallRelayed     = "call relayed, INVITE to BYE"
	CallRelayedBusy = "call relayed, INVITE to BYE, busy"
)

// contender is a kind of server with a number of workers.
type contender struct {
	kind     servers.Kind
	children string
}

func (c contender) name() string {
	if c.children == "2" {
		return c.kind.Name
	}
	return c.kind.Name + ", children=" + c.children
}

// contenders are the servers that a task is measured with. Where calls are relayed each runs with one worker as well: messages of
// a call come to either of two, which costs Kamailio a wait for their common table, and sipedge a hand-over.
func (t Task) contenders(kinds []servers.Kind) (cs []contender) {
	for _, k := range kinds {
		cs = append(cs, contender{k, "2"})
		if t.Calls {
			cs = append(cs, contender{k, "1"})
		}
	}
	return cs
}

// rate is the task's in messages per second.
func (t Task) rate(plan Plan) float64 {
	if t.Times > 0 {
		return t.Times * plan.Rate
	}
	return plan.Rate
}

// load is a turn's messages or calls, and how many a second.
func (t Task) load(plan Plan, messages int) (int, float64) {
	if t.Calls {
		return max(1, messages/callShare), t.rate(plan) / messagesPerCall
	}
	return messages, t.rate(plan)
}

// warmUp is how many messages a server handles before it is measured.
func (t Task) warmUp(plan Plan) int {
	if t.Calls {
		return int(t.rate(plan) * callWarmUp.Seconds() * callShare / messagesPerCall)
	}
	return warmUp
}

// Plan says how much to measure.
type Plan struct {
	Rounds   int      // turns of each server
	Only     []string // names of the tasks to measure; empty for all
	Messages int      // of each turn
	Rate     float64  // messages per second
	Sipedge  string   // path of the program
}

// Figure is what one server needed for one task.
type Figure struct {
	Task     string
	Server   string
	Ours     bool            // the server is sipedge
	PerRound []time.Duration // CPU time per message that arrived, a figure per turn
	Lost     int             // messages of all turns that did not arrive
	Sent     int
	P99      time.Duration // median over the turns
}

// Median is the middle of the turns' figures.
func (f Figure) Median() time.Duration { return median(f.PerRound) }

// Compare measures every task with sipedge and, where it is installed, Kamailio. The figures of one task stand together,
// sipedge's first.
func Compare(ctx context.Context, plan Plan) ([]Figure, error) {
	kinds := []servers.Kind{servers.Sipedge(plan.Sipedge)}
	switch k, err := servers.Kamailio(); {
	case err == nil:
		kinds = append(kinds, k)
	case !errors.Is(err, servers.ErrNoKamailio):
		return nil, err
	}
	var all []Figure
	for _, task := range Tasks {
		if len(plan.Only) > 0 && !slices.Contains(plan.Only, task.Name) {
			continue
		}
		figures, err := measure(ctx, plan, task, kinds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", task.Name, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

// measure runs all kinds of servers beside each other and gives them the load in turns.
func measure(ctx context.Context, plan Plan, task Task, kinds []servers.Kind) ([]Figure, error) {
	dir, err := os.MkdirTemp("", "sipedge-cost-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	all := task.contenders(kinds)
	ports, err := servers.FreePorts(len(all))
	if err != nil {
		return nil, err
	}
	figures := make([]Figure, len(all))
	running := make([]*servers.Server, len(all))
	for i, c := range all {
		s, err := servers.Start(ctx, c.kind, dir, ports[i], task.Script, configs.Setting{Name: "children", Value: c.children})
		if err != nil {
			return nil, err
		}
		defer s.Stop()
		running[i], figures[i] = s, Figure{Task: task.Name, Server: c.name(), Ours: c.kind.HomeLoops}
		if _, err := turn(ctx, plan, task, s, task.warmUp(plan)); err != nil {
			return nil, err
		}
	}
	late := make([][]time.Duration, len(all))
	for range plan.Rounds {
		for i, s := range running {
			got, err := turn(ctx, plan, task, s, plan.Messages)
			if err != nil {
				return nil, err
			}
			figures[i].PerRound = append(figures[i].PerRound, got.cpu/time.Duration(max(1, got.Arrived)))
			figures[i].Sent += got.Sent
			figures[i].Lost += got.Sent - got.Arrived
			late[i] = append(late[i], got.P99)
		}
	}
	for i := range figures {
		figures[i].P99 = median(late[i])
	}
	return figures, nil
}

// taken is what a server needed in one turn.
type taken struct {
	udpload.Result
	cpu time.Duration
}

// turn sends one turn's messages to the server and reads its CPU time around that.
func turn(ctx context.Context, plan Plan, task Task, s *servers.Server, messages int) (taken, error) {
	to, err := netip.ParseAddrPort(s.Addr())
	if err != nil {
		return taken{}, err
	}
	before, err := s.CPU()
	if err != nil {
		return taken{}, err
	}
	n, rate := task.load(plan, messages)
	res, err := udpload.Run(ctx, udpload.Load{Method: task.Method, Server: to, Sockets: sources, Messages: n, Rate: rate})
	if err != nil {
		return taken{}, err
	}
	after, err := s.CPU()
	if err != nil {
		return taken{}, err
	}
	if res.Arrived == 0 {
		return taken{}, fmt.Errorf("nothing of %d messages came through %s", res.Sent, s.Kind.Name)
	}
	return taken{Result: res, cpu: after.Sub(before).Total()}, nil
}

// Table is the figures as a Markdown table, with the ratio of each to the first of its task.
func Table(figures []Figure) string {
	t := markdown.NewTable("task", "server", "CPU per message, µs", "turns", "sipedge ÷ this", "p99 µs", "lost")
	first := Figure{}
	for _, f := range figures {
		ratio := "1"
		if f.Task != first.Task {
			first = f
		} else if f.Median() > 0 {
			ratio = fmt.Sprintf("%.2f", float64(first.Median())/float64(f.Median()))
		}
		t.Row(f.Task, f.Server, us(f.Median()), turns(f.PerRound), ratio, us(f.P99), fmt.Sprintf("%d of %d", f.Lost, f.Sent))
	}
	return t.String()
}

// Summary is the figures in a line.
func Summary(figures []Figure) string {
	line, task := "", ""
	for _, f := range figures {
		switch {
		case f.Task != task && line != "":
			line += "; " + f.Task + ": "
		case f.Task != task:
			line += f.Task + ": "
		default:
			line += ", "
		}
		task = f.Task
		line += fmt.Sprintf("%s %s µs", f.Server, us(f.Median()))
	}
	return line
}

func turns(d []time.Duration) string {
	line := ""
	for i, v := range d {
		if i > 0 {
			line += ", "
		}
		line += us(v)
	}
	return line
}

func us(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Microsecond)) }

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	sorted := append([]time.Duration(nil), d...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}
