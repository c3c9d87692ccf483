package cost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/markdown"
	"sipedge/benchmarks/servers"
	"sipedge/benchmarks/sippload"
)

// CallPlan says how CPU time per relayed call is measured.
type CallPlan struct {
	Calls   int     // of each turn
	WarmUp  int     // ahead of each turn, with the same server
	Rate    float64 // calls per second
	Rounds  int
	Sipedge string // path of the program
}

// CallFigure is what one server needed for a call from INVITE to BYE, relayed by transactions.
type CallFigure struct {
	Server   string
	PerRound []time.Duration
	Failed   int // calls of all turns
}

// Median is the middle of the turns' figures.
func (f CallFigure) Median() time.Duration { return median(f.PerRound) }

// CompareCalls measures sipedge with one loop and with two and, where it is installed, Kamailio with one worker and with two, in
// turns, each server alone.
func CompareCalls(ctx context.Context, plan CallPlan) ([]CallFigure, error) {
	kinds := []servers.Kind{servers.Sipedge(plan.Sipedge)}
	switch k, err := servers.Kamailio(); {
	case err == nil:
		kinds = append(kinds, k)
	case !errors.Is(err, servers.ErrNoKamailio):
		return nil, err
	}
	var figures []CallFigure
	for _, k := range kinds {
		for _, n := range []string{"1", "2"} {
			figures = append(figures, CallFigure{Server: k.Name + ", children=" + n})
		}
	}
	for range plan.Rounds {
		for i, k := range kinds {
			for c := range 2 {
				f := &figures[2*i+c]
				if err := plan.turn(ctx, k, fmt.Sprint(c+1), f); err != nil {
					return nil, fmt.Errorf("%s: %w", f.Server, err)
				}
			}
		}
	}
	return figures, nil
}

// turn starts a server, warms it up and measures it.
func (p CallPlan) turn(ctx context.Context, kind servers.Kind, children string, f *CallFigure) error {
	dir, err := os.MkdirTemp("", "sipedge-cost-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ports, err := servers.FreePorts(1)
	if err != nil {
		return err
	}
	s, err := servers.Start(ctx, kind, dir, ports[0], configs.Relay, configs.Setting{Name: "children", Value: children})
	if err != nil {
		return err
	}
	defer s.Stop()
	spec := sippload.Spec{Scenario: sippload.Invite, Calls: p.WarmUp, Rate: p.Rate, Callers: 4, Callees: 4, Server: s.Addr()}
	if _, err := sippload.Run(ctx, spec); err != nil {
		return err
	}
	before, err := s.CPU()
	if err != nil {
		return err
	}
	spec.Calls = p.Calls
	res, err := sippload.Run(ctx, spec)
	if err != nil {
		return err
	}
	after, err := s.CPU()
	if err != nil {
		return err
	}
	f.Failed += res.Failed()
	f.PerRound = append(f.PerRound, after.Sub(before).Total()/time.Duration(p.Calls))
	return nil
}

// Best is the lowest median of the servers whose name begins with name; false where there is none.
func Best(figures []CallFigure, name string) (best CallFigure, ok bool) {
	for _, f := range figures {
		if len(f.Server) >= len(name) && f.Server[:len(name)] == name && (!ok || f.Median() < best.Median()) {
			best, ok = f, true
		}
	}
	return best, ok
}

// CallTable is the figures as a Markdown table.
func CallTable(figures []CallFigure) string {
	t := markdown.NewTable("server", "CPU per call, µs (median)", "failed calls")
	for _, f := range figures {
		t.Row(f.Server, fmt.Sprintf("%.1f", float64(f.Median().Nanoseconds())/1000), fmt.Sprint(f.Failed))
	}
	return t.String()
}
