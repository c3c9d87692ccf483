// Command cpu prints the CPU time per message of sipedge, and of Kamailio beside it where that is installed, as a Markdown
// table. That of a run without flags is kept in benchmarks/results/CPU.md. It is run from the top directory of the module;
// package benchmarks/cost has the measurement.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/cost"
	"sipedge/benchmarks/machine"
	"sipedge/benchmarks/markdown"
)

// results is where the table is kept.
const results = "benchmarks/results/CPU.md"

func main() {
	rounds := flag.Int("rounds", cost.DefaultRounds, "turns of each server")
	messages := flag.Int("messages", cost.DefaultMessages, "messages of each turn")
	rate := flag.Float64("rate", cost.DefaultRate, "messages per second")
	out := flag.String("o", "", "file that keeps the table; "+results+" when no flag is given")
	flag.Parse()
	if flag.NFlag() == 0 {
		*out = results
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, *rounds, *messages, *rate, *out); err != nil {
		fmt.Fprintln(os.Stderr, "cpu:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, rounds, messages int, rate float64, out string) error {
	program, remove, err := build.Sipedge(ctx)
	if err != nil {
		return err
	}
	defer remove()
	figures, err := cost.Compare(ctx, cost.Plan{Rounds: rounds, Messages: messages, Rate: rate, Sipedge: program})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("# CPU per message\n\n%s; %d turns of %d messages at %g messages/s, `children=2`.\n"+
		"How to read it: [../README.md](../README.md#cpu-per-message).\n\n%s", machine.Describe(), rounds, messages, rate, cost.Table(figures))
	fmt.Print(text)
	if out == "" {
		return nil
	}
	return markdown.Keep(out, text)
}
