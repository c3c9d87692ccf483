// Command load sends calls through sipedge with SIPp, and the same calls straight from SIPp to SIPp and through Kamailio
// where it is installed, and prints what it saw as a Markdown table. The table of a run without flags is kept in
// benchmarks/results/LOAD.md. It is run from the top directory of the module; package benchmarks/runs has the list of runs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/machine"
	"sipedge/benchmarks/markdown"
	"sipedge/benchmarks/runs"
	"sipedge/benchmarks/slowpeers"
)

const (
	defaultCalls = 10_000 // per run
	defaultRate  = 500    // calls per second
	// shownFailures is how many failed calls of a run are described one by one.
	shownFailures = 10
	results       = "benchmarks/results/LOAD.md"
)

func main() {
	calls := flag.Int("calls", defaultCalls, "calls of each run")
	rate := flag.Float64("rate", defaultRate, "calls per second")
	only := flag.String("only", "", "run only the kinds of traffic whose name matches this regular expression")
	alone := flag.Bool("alone", false, "leave out the comparison with Kamailio")
	out := flag.String("o", "", "file that keeps the table; "+results+" when no flag is given")
	flag.Parse()
	if flag.NFlag() == 0 {
		*out = results
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := load(ctx, *calls, *rate, *only, !*alone, *out); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func load(ctx context.Context, calls int, rate float64, only string, compare bool, out string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	program, remove, err := build.Sipedge(ctx)
	if err != nil {
		return err
	}
	defer remove()
	rows, err := runs.Suite(ctx, runs.Plan{
		Calls: calls, Rate: rate, Sipedge: program, Compare: compare, Only: pattern,
		Done: func(r runs.Row) {
			through := r.Server
			if through == "" {
				through = "baseline"
			}
			fmt.Fprintf(os.Stderr, "%s, %s: %d calls, %d failed\n", r.Shape.Name, through, r.Result.Caller.Created, r.Result.Failed())
			fmt.Fprint(os.Stderr, r.Failures(shownFailures))
		},
	})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("no kind of traffic matches %q", only)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Load runs\n\n%s; %d calls per run at %g calls/s, `children=2`.\n", machine.Describe(), calls, rate)
	fmt.Fprintf(&b, "How to read it: [../README.md](../README.md#load).\n\n%s", runs.Table(rows))
	if only == "" {
		if err := slow(ctx, &b, program); err != nil {
			return err
		}
	}
	fmt.Print(b.String())
	if out == "" {
		return nil
	}
	return markdown.Keep(out, b.String())
}

// slow is a short form of what slow and stuck peers cost the others; the proof has the long one.
func slow(ctx context.Context, b *strings.Builder, program string) error {
	r, err := slowpeers.Measure(ctx, slowpeers.Plan{Sipedge: program, Idle: 2000, Drip: 2000, Stuck: 200, Beside: 3 * time.Second, FirstTimeout: 20})
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "\n## Slow and stuck peers\n\n400 OPTIONS/s beside them.\n\n")
	for _, g := range []slowpeers.Good{r.Idle, r.Stuck, r.Drip} {
		fmt.Fprintf(b, "- %v\n", g)
	}
	fmt.Fprintf(b, "- %.0f bytes of memory for each idle connection\n", r.PerIdle)
	return nil
}
