package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/cost"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/sippload"
)

// cpuMessages and cpuRate are the load of each turn when CPU time is measured.
const (
	cpuMessages = cost.DefaultMessages
	cpuRate     = cost.DefaultRate
	// shownFailures is how many failed calls of a run the report describes.
	shownFailures = 10
)

// load checks one shape of traffic against its baseline of the same run.
func (s *settings) load(shape runs.Shape) claim.Check {
	return claim.Func(func(ctx context.Context) claim.Outcome {
		if _, err := sippload.Find(); err != nil {
			return claim.Outcome{State: claim.NotHere, Figure: err.Error()}
		}
		program, err := s.program()
		if err != nil {
			return claim.Outcome{Figure: err.Error()}
		}
		rows, err := runs.Suite(ctx, runs.Plan{
			Calls: s.calls, Rate: s.rate, Sipedge: program, Only: regexp.MustCompile("^" + regexp.QuoteMeta(shape.Name) + "$"),
		})
		if err != nil {
			return claim.Outcome{Figure: err.Error()}
		}
		return judge(rows)
	})
}

// judge holds every row behind the first, the baseline, against it.
func judge(rows []runs.Row) claim.Outcome {
	o := claim.Outcome{State: claim.Held, Table: runs.Table(rows)}
	var baseline runs.Row // without one, no failure at all is the bar
	if len(rows) > 0 && !rows[0].Shape.Alone {
		if rows[0].Server != "" {
			return claim.Outcome{Figure: "no baseline"}
		}
		baseline, rows = rows[0], rows[1:]
	}
	if len(rows) == 0 {
		return claim.Outcome{Figure: "nothing to hold against the baseline"}
	}
	var figures []string
	for _, row := range rows {
		figure, held := row.Held(baseline)
		figures = append(figures, figure)
		if !held {
			o.State = claim.NotHeld
		}
		o.Detail += row.Failures(shownFailures)
	}
	o.Figure = strings.Join(figures, "; ")
	return o
}

// cpu measures CPU time per message. There is no bar: the claim holds when there is a figure for every task.
func (s *settings) cpu(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	figures, err := cost.Compare(ctx, cost.Plan{Rounds: s.rounds, Messages: cpuMessages, Rate: cpuRate, Sipedge: program,
		Only: []string{cost.OptionsAnswered, cost.InviteForwarded}})
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	o := claim.Outcome{State: claim.Held, Figure: cost.Summary(figures), Table: cost.Table(figures)}
	for _, f := range figures {
		if f.Median() <= 0 {
			o.State = claim.NotHeld
			o.Figure += fmt.Sprintf("; %s used no measurable time for %s", f.Server, f.Task)
		}
	}
	return o
}

// unknownFlag starts the program as somebody does who mistypes an option.
func (s *settings) unknownFlag(ctx context.Context) claim.Outcome {
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	return claim.Command{Name: "unknown option", Args: []string{program, "-Z"}, Exit: 255, OneLine: true}.Check(ctx)
}
