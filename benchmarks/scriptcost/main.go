// Command scriptcost measures what a routing script of sixty statements costs
// for a message beside the core parse of the same message, in the same run,
// prints the result as a Markdown table and exits with 1 when a bound is not
// held. Run it from anywhere in the module.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sipedge/benchmarks/interleave"
	"sipedge/benchmarks/markdown"
	"sipedge/script/rt"
)

// The bounds: what the script may cost as a multiple of the core parse, and what
// it is meant to.
const (
	most = 4.0
	aim  = 2.5
)

// attempts is how often is measured while a bound is not held, with a pause
// before each further one: others may be at work on the machine.
const (
	attempts = 6
	pause    = 500 * time.Millisecond
)

func main() {
	held, err := run(os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !held {
		os.Exit(1)
	}
}

func run(out *os.File) (held bool, err error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			return false, fmt.Errorf("no go.mod found: run this inside of the module")
		}
		dir = filepath.Dir(dir)
	}
	if err != nil {
		return false, err
	}
	msg, err := os.ReadFile(filepath.Join(dir, "sipparse", "testdata", "invite.sip"))
	if err != nil {
		return false, err
	}
	r, err := newRunner("sixty.cfg", sixty, msg)
	if err != nil {
		return false, err
	}
	if st, err := r.whole(); st != rt.Exited || err != nil || r.variable("done") != "1" {
		return false, fmt.Errorf("the script did not come to its end: state %d, %v", st, err)
	}
	var t interleave.Times
	ratio := 0.0
	for n := range attempts {
		if n > 0 {
			time.Sleep(pause)
		}
		t = interleave.Measure([]func(){func() { r.parse() }, func() { r.whole() }})
		if ratio = (t.Median(1) - t.Median(0)) / t.Median(0); ratio <= most {
			break
		}
	}
	allocs := testing.AllocsPerRun(200, func() { r.whole() })
	table := markdown.NewTable("claim", "message", "figure", "bound", "result", "medians")
	verdict := func(ok, reached bool) string {
		switch {
		case !ok:
			held = false
			return "MISSED"
		case reached:
			return "held, aim reached"
		}
		return "held"
	}
	held = true
	title := fmt.Sprintf("invite, %d B", len(msg))
	table.Row(fmt.Sprintf("script of %d statements / core parse", statements), title, fmt.Sprintf("%.3g", ratio),
		fmt.Sprintf("≤ %g (aim %g)", most, aim), verdict(ratio <= most, ratio <= aim),
		fmt.Sprintf("%.0f ns to %.0f ns, %.1f ns a statement", t.Median(1)-t.Median(0), t.Median(0), (t.Median(1)-t.Median(0))/statements))
	table.Row("allocations of parse and script", title, fmt.Sprint(allocs), "≤ 0", verdict(allocs == 0, false), "")
	table.Row("bytes of strings in the arena", title, fmt.Sprint(r.ctx.ArenaSize()), "", "", "")
	fmt.Fprint(out, table.String())
	return held, nil
}
