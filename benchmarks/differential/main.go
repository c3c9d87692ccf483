// Command differential runs small scripts through sipedge, built from this tree, and through the installed Kamailio, and
// compares what the two make of them: whether the script is accepted, every line that it logs, what it answers, and what it
// sends on. The message is the same for all. It prints, and keeps in benchmarks/results/DIFFERENTIAL.md, how many scripts are
//
//   - equal: the same in every respect,
//   - explained: different in a way that a row of the table of explanations (explanations.go) expects, which quotes the line of
//     the specification that asks for it,
//   - unexplained: anything else. One of these makes the command end with 1.
//
// The scripts are the functions cases… of this package, a file for each area. Start reading at compare.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/machine"
	"sipedge/benchmarks/markdown"
	"sipedge/benchmarks/servers"
)

// results is where the table of a whole run is kept.
const results = "benchmarks/results/DIFFERENTIAL.md"

// skipped is the exit status when there is no Kamailio to compare with.
const skipped = 77

func main() {
	only := flag.String("only", "", "compare only scripts whose name matches this regular expression; results are printed, not kept")
	verbose := flag.Bool("v", false, "print every difference, also those that are explained")
	show := flag.Bool("show", false, "print the scripts and what both servers made of them")
	binary := flag.String("sipedge", "", "compare this program instead of building one from the tree")
	out := flag.String("o", "", "file that keeps the results; "+results+" when all scripts are compared")
	flag.Parse()
	if *only == "" && *out == "" {
		*out = results
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, *only, *binary, *out, *verbose, *show)
	stop()
	os.Exit(code)
}

// run compares and reports; the result is the exit status.
func run(ctx context.Context, only, binary, out string, verbose, show bool) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, "differential:", err)
		return 1
	}
	chosen, err := regexp.Compile(only)
	if err != nil {
		return fail(err)
	}
	kamailio, err := servers.Kamailio()
	if errors.Is(err, servers.ErrNoKamailio) {
		fmt.Println("skipped: kamailio is not installed")
		return skipped
	} else if err != nil {
		return fail(err)
	}
	if err := cited(explanations); err != nil {
		return fail(err)
	}
	if binary == "" {
		path, remove, err := build.Sipedge(ctx)
		if err != nil {
			return fail(err)
		}
		defer remove()
		binary = path
	}
	var cases []Case
	for _, c := range allCases() {
		if chosen.MatchString(c.Name) {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return fail(fmt.Errorf("no script's name matches %q", only))
	}
	found, err := compare(ctx, servers.Sipedge(binary), kamailio, cases)
	if err != nil {
		return fail(err)
	}
	verdicts := judge(found, explanations)
	if show || verbose {
		fmt.Print(details(verdicts, show))
	}
	report := fmt.Sprintf("# Side by side with Kamailio\n\n%s; %s.\nHow to read it: [../README.md](../README.md#side-by-side).\n\n%s",
		machine.Describe(), kamailio.Version(ctx), summary(verdicts))
	fmt.Print(report)
	if out != "" {
		if err := markdown.Keep(out, report); err != nil {
			return fail(err)
		}
	}
	if count(verdicts).unexplained > 0 {
		return 1
	}
	if ids := unused(verdicts, explanations); only == "" && len(ids) > 0 {
		return fail(fmt.Errorf("nothing needs the explanations %q any more: take them out", ids))
	}
	return 0
}
