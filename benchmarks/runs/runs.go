// Package runs is the list of load runs with SIPp: each shape of traffic straight from SIPp to SIPp as a baseline, through
// sipedge, and through Kamailio where it is installed, with what each run showed as rows of one table. Both mains that send
// load (benchmarks/load and benchmarks/proof) take the list from here, so that they speak of the same runs.
//
// Start at Suite.
package runs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/sippload"
)

// Shape is one kind of traffic.
type Shape struct {
	Name             string
	Scenario         sippload.Scenario
	Callers, Callees int  // processes, each with one port of its own
	Answers          bool // the server answers itself
	Script           configs.Script
	Home             string  // core parameter "home" of servers that know it; empty for its default
	Loss             float64 // share of the datagrams that the network loses on each leg
	Times            int     // the plan's calls are made that many times over; 0 for once
	Alone            bool    // there is no way without a server: the bar is no failure at all

	CallerBy, CalleeBy sippload.Transport // the baseline is by that of the two which is TCP
}

// Streams says that an end of the calls is on TCP.
func (s Shape) Streams() bool { return s.CallerBy != sippload.UDP || s.CalleeBy != sippload.UDP }

// calls is how many calls a plan makes with the shape.
func (s Shape) calls(plan Plan) int { return plan.Calls * max(1, s.Times) }

// The shapes at hand.
var (
	// Ports16 is calls from 16 source ports to 16 callees through the proxy script.
	Ports16 = Shape{Name: "calls, 16 source ports", Scenario: sippload.Invite, Callers: 16, Callees: 16, Script: configs.Forward}
	// HomeAlways is calls from one source port to one callee, each call kept on one loop.
	HomeAlways = Shape{Name: "calls, 1 source port, home=always", Scenario: sippload.Invite, Callers: 1, Callees: 1, Script: configs.Forward, Home: "always"}
	// OptionsAnswered is OPTIONS that the script answers. The kernel spreads ports over loops by a hash; with answers left out
	// it takes 32 ports for as many flows as the calls have, so that an uneven draw is equally rare.
	OptionsAnswered = Shape{Name: "OPTIONS answered, 32 source ports", Scenario: sippload.Options, Callers: 32, Callees: 16, Answers: true, Script: configs.Options}

	// Relay16 is the same as Ports16 through a stateful proxy, three times as long: transactions come to their end meanwhile.
	Relay16 = Shape{Name: "calls relayed statefully, 16 source ports", Scenario: sippload.Invite, Callers: 16, Callees: 16, Script: configs.Relay, Times: 3}
	// RelayLoss is the same on a network that loses one datagram in fifty on either side of the proxy.
	RelayLoss = Shape{
		Name: "calls relayed statefully, 2 % loss", Scenario: sippload.InviteRobust, Callers: 16, Callees: 16, Script: configs.Relay, Loss: 0.02, Times: 3,
	}
	// RelayFork is calls to three phones at once, of which one answers, one is busy and one rings until it is cancelled.
	RelayFork = Shape{Name: "calls forked to three", Scenario: sippload.Fork, Callers: 8, Callees: 8, Script: configs.Relay, Alone: true}

	// The calls between UDP and TCP, with one connection for each SIPp process and with one for each call.
	TCPToUDP        = streams("calls TCP to UDP, 1 connection each", sippload.TCP, sippload.UDP)
	UDPToTCP        = streams("calls UDP to TCP, 1 connection each", sippload.UDP, sippload.TCP)
	TCPToUDPPerCall = streams("calls TCP to UDP, 1 connection per call", sippload.TCPPerCall, sippload.UDP)
	UDPToTCPPerCall = streams("calls UDP to TCP, callees take 1 connection per call", sippload.UDP, sippload.TCPPerCall)

	// Shapes are all of them, in the order of the table.
	Shapes = []Shape{Ports16, HomeAlways, OptionsAnswered, Relay16, RelayLoss, RelayFork,
		TCPToUDP, UDPToTCP, TCPToUDPPerCall, UDPToTCPPerCall}
)

func streams(name string, caller, callee sippload.Transport) Shape {
	return Shape{Name: name, Scenario: sippload.Invite, Callers: 4, Callees: 4, Script: configs.Relay, CallerBy: caller, CalleeBy: callee}
}

// Plan says how much load to send and what to send it through.
type Plan struct {
	Calls   int     // per run
	Rate    float64 // calls per second
	Sipedge string  // path of the program
	// Compare runs the installed Kamailio, too, where there is one.
	Compare bool
	// Only is the pattern of the shapes to run; nil runs all.
	Only *regexp.Regexp
	// Done, where set, is called with each row as it comes.
	Done func(Row)
}

// Row is what one run showed.
type Row struct {
	Shape    Shape
	Server   string            // name of the server under test; empty for the baseline
	Result   sippload.Result   // of SIPp
	Counters *servers.Counters // of the server's loops during the run; nil where it has none
	Accepted uint64            // connections that the server has accepted during the run; 0 where it does not count them
}

// Suite does every run of the plan: per shape the baseline, sipedge, Kamailio. It stops at the first run that could not take
// place; failed calls do not stop it.
func Suite(ctx context.Context, plan Plan) ([]Row, error) {
	kinds := []servers.Kind{servers.Sipedge(plan.Sipedge)}
	if plan.Compare {
		switch k, err := servers.Kamailio(); {
		case err == nil:
			kinds = append(kinds, k)
		case !errors.Is(err, servers.ErrNoKamailio):
			return nil, err
		}
	}
	var rows []Row
	for _, shape := range Shapes {
		if plan.Only != nil && !plan.Only.MatchString(shape.Name) {
			continue
		}
		if !shape.Alone {
			row, err := baseline(ctx, plan, shape)
			if err != nil {
				return rows, fmt.Errorf("%s, baseline: %w", shape.Name, err)
			}
			rows = plan.add(rows, row)
		}
		for _, kind := range kinds {
			row, err := through(ctx, plan, shape, kind)
			if err != nil {
				return rows, fmt.Errorf("%s, %s: %w", shape.Name, kind.Name, err)
			}
			rows = plan.add(rows, row)
		}
	}
	return rows, nil
}

func (p Plan) add(rows []Row, row Row) []Row {
	if p.Done != nil {
		p.Done(row)
	}
	return append(rows, row)
}

func (p Plan) spec(s Shape) sippload.Spec {
	calls := s.calls(p)
	return sippload.Spec{
		Scenario: s.Scenario, Calls: calls, Rate: p.Rate, Callers: min(s.Callers, calls), Callees: s.Callees, Loss: s.Loss,
		CallerBy: s.CallerBy, CalleeBy: s.CalleeBy,
	}
}

// baseline runs the shape straight from SIPp to SIPp.
func baseline(ctx context.Context, plan Plan, shape Shape) (Row, error) {
	spec := plan.spec(shape)
	if spec.CallerBy == sippload.UDP {
		spec.CallerBy = spec.CalleeBy
	} else if spec.CalleeBy == sippload.UDP {
		spec.CalleeBy = spec.CallerBy
	}
	res, err := sippload.Run(ctx, spec)
	return Row{Shape: shape, Result: res}, err
}

// through runs the shape through a server of the given kind, started for this run alone.
func through(ctx context.Context, plan Plan, shape Shape, kind servers.Kind) (Row, error) {
	dir, err := os.MkdirTemp("", "sipedge-server-")
	if err != nil {
		return Row{}, err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(1)
	if err != nil {
		return Row{}, err
	}
	settings := []configs.Setting{{Name: "children", Value: "2"}}
	if shape.Streams() {
		settings = append(settings, configs.ListenStreams(ports[0]), configs.Setting{Name: "disable_tcp", Value: "no"})
	}
	if shape.Home != "" && kind.HomeLoops {
		settings = append(settings, configs.Setting{Name: "home", Value: shape.Home})
	}
	server, err := servers.Start(ctx, kind, dir, ports[0], shape.Script, settings...)
	if err != nil {
		return Row{}, err
	}
	defer server.Stop()
	var before servers.Counters
	if kind.HomeLoops {
		if before, err = server.Counters(ctx); err != nil {
			return Row{}, err
		}
	}
	spec := plan.spec(shape)
	spec.Server, spec.Answers = server.Addr(), shape.Answers
	if shape.Answers {
		spec.Callees = 0
	}
	row := Row{Shape: shape, Server: kind.Name}
	if row.Result, err = sippload.Run(ctx, spec); err != nil {
		return Row{}, err
	}
	if !server.Alive() {
		return Row{}, errors.New("the server ended during the run")
	}
	if kind.HomeLoops {
		after, err := server.Counters(ctx)
		if err != nil {
			return Row{}, err
		}
		diff, err := after.Sub(before)
		if err != nil {
			return Row{}, err
		}
		row.Counters = &diff
		row.Accepted = after.Sockets().Accepted - before.Sockets().Accepted
	}
	return row, nil
}
