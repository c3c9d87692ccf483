// Command proof checks every promise that sipedge makes and prints the table of claim, figure, bar and result; it keeps the
// table of all claims in benchmarks/results/PROOF.md and ends with 1 when a claim is not held. It is run from the top directory of the
// module.
//
// The claims are the functions claims… of this package, a file for each area; how they are checked is package
// benchmarks/claim. A new claim is a row there.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"sync"
	"time"

	"sipedge/benchmarks/build"
	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/machine"
	"sipedge/benchmarks/markdown"
)

// The table is kept in results, and for the next run what it was made of in store.
const (
	results = "benchmarks/results/PROOF.md"
	store   = "benchmarks/results/proof.json"
)

// settings are what the command line says about how the claims are checked.
type settings struct {
	calls    int           // of each load run
	rate     float64       // calls per second
	rounds   int           // turns of each server when CPU time is measured
	fuzzTime time.Duration // per fuzz target; 0 leaves fuzzing out
	// dnsFor is how long requests go to each bad name, dnsBeside how many such names there are at a time.
	dnsFor    time.Duration
	dnsBeside int
	// program builds the server once and returns its path.
	program func() (string, error)
}

func main() {
	var s settings
	flag.IntVar(&s.calls, "calls", 10_000, "calls of each load run")
	flag.Float64Var(&s.rate, "rate", 500, "calls per second of each load run")
	flag.IntVar(&s.rounds, "rounds", 5, "turns of each server when CPU time is measured")
	flag.DurationVar(&s.fuzzTime, "fuzz", 0, "also run each fuzz target for this long")
	flag.DurationVar(&s.dnsFor, "dns-for", dnsFor, "how long requests go to each bad name")
	flag.IntVar(&s.dnsBeside, "dns-beside", dnsBeside, "how many bad names get requests at the same time")
	only := flag.String("only", "", "check only claims whose id or text matches this regular expression; results are printed, not kept")
	except := flag.String("except", "", "leave out claims whose id matches this regular expression; results are printed, not kept")
	keep := flag.Bool("keep", false, "keep the results of -only and -except too, among those of the claims that are left out, which stay with their date")
	flag.Parse()
	if *only == "" && *except == "" {
		*keep = true
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	held, err := prove(ctx, s, *only, *except, *keep)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
	}
	if err != nil || !held {
		os.Exit(1)
	}
}

// prove checks the claims and reports; held says whether none of them failed.
func prove(ctx context.Context, s settings, only, except string, keep bool) (held bool, err error) {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return false, err
	}
	claims := all(&s)
	if except != "" {
		left, err := regexp.Compile(except)
		if err != nil {
			return false, err
		}
		claims = slices.DeleteFunc(claims, func(c claim.Claim) bool { return left.MatchString(c.ID) })
	}
	var remove func()
	s.program = sync.OnceValues(func() (string, error) {
		path, clean, err := build.Sipedge(ctx)
		remove = clean
		return path, err
	})
	defer func() {
		if remove != nil {
			remove()
		}
	}()
	found := claim.Prove(ctx, claims, chosen, func(r claim.Result) {
		fmt.Fprintf(os.Stderr, "%-8s %s: %s (%v)\n", r.Outcome.State, r.Claim.ID, r.Outcome.Figure, r.Took.Round(time.Second/10))
	})
	if len(found) == 0 {
		return false, fmt.Errorf("no claim matches %q", only)
	}
	fmt.Print(report(found))
	if keep && ctx.Err() == nil {
		joined, err := claim.Join(store, all(&s), found)
		if err == nil {
			err = markdown.Keep(results, report(joined))
		}
		if err != nil {
			return false, err
		}
	}
	return claim.AllHeld(found), nil
}

// report is the results as they are printed and kept.
func report(found []claim.Result) string {
	return fmt.Sprintf("# Proof\n\n%s.\nHow to read it: [../README.md](../README.md#proof).\n\n%s", machine.Describe(), claim.Report(found))
}

// all is every claim, in the order of the report.
func all(s *settings) []claim.Claim {
	return slices.Concat(
		claimsMain(s),
		claimsParser(s),
		claimsLocks(s),
		claimsChecker(s),
		claimsRows(s),
		claimsStreamRows(s),
		claimsScript(s),
		claimsDifferential(s),
		claimsTM(s),
		claimsTransactions(s),
		claimsCalls(s),
		claimsStreams(s),
		claimsTLS(s),
		claimsFailover(s),
		claimsDNS(s),
		claimsSCTP(s),
		claimsWS(s),
	)
}
