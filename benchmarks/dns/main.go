// Command dns sends requests to names with bad name servers through sipedge, beside others, and prints what that cost these
// as a Markdown table; a run without flags is the full one, 20 s for each name server by itself, and keeps the table in
// benchmarks/results/DNS.md. It is run from the top directory of the module; package benchmarks/hostiledns has the measurement.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/hostiledns"
	"sipedge/benchmarks/machine"
	"sipedge/benchmarks/markdown"
)

const (
	results = "benchmarks/results/DNS.md"
	fullFor = 20 * time.Second
)

func main() {
	each := flag.Duration("for", fullFor, "how long requests are sent to each name")
	beside := flag.Int("beside", 1, "how many bad names get requests at the same time")
	only := flag.String("only", "", "labels of the behaviours, separated by commas; empty for all")
	out := flag.String("o", "", "file that keeps the table; "+results+" when no flag is given")
	flag.Parse()
	if flag.NFlag() == 0 {
		*out = results
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	plan := hostiledns.Plan{For: *each, Beside: *beside, Done: func(r hostiledns.Row) {
		_, why := r.Held()
		fmt.Fprintf(os.Stderr, "%-10s %v; others' p99 %v, %d lost; longest %v %s\n", r.Label, r.Statuses, r.P99.Round(time.Microsecond), r.Lost, r.Longest.Round(time.Millisecond), why)
	}}
	if *only != "" {
		plan.Only = strings.Split(*only, ",")
	}
	held, err := measure(ctx, plan, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "dns:", err)
	}
	if err != nil || !held {
		os.Exit(1)
	}
}

func measure(ctx context.Context, plan hostiledns.Plan, out string) (held bool, err error) {
	program, remove, err := build.Sipedge(ctx)
	if err != nil {
		return false, err
	}
	defer remove()
	plan.Sipedge = program
	rows, err := hostiledns.Measure(ctx, plan)
	if err != nil {
		return false, err
	}
	held = true
	for _, r := range rows {
		ok, _ := r.Held()
		held = held && ok
	}
	text := fmt.Sprintf("# Names with bad name servers\n\n%s. %s.\nHow to read it: [../README.md](../README.md#names-with-bad-name-servers).\n\n%s",
		machine.Describe(), hostiledns.Summary(plan, rows), hostiledns.Table(rows))
	fmt.Print(text)
	if out == "" {
		return held, nil
	}
	return held, markdown.Keep(out, text)
}
