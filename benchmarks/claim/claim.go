// Package claim runs what sipedge promises: each Claim has a bar and a Check that finds out whether it is held. A check may be
// tests of the tree (GoTest), a program (Command), or any function (Func); All joins several. The package knows the kinds and
// how to report them, not the claims; those stand in benchmarks/proof.
//
// Start at Prove.
package claim

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sipedge/benchmarks/markdown"
)

// Claim is one thing that is promised.
type Claim struct {
	ID    string // short, for -only and for PROOF lines of tests
	Text  string // what is promised
	Bar   string // from where on it is held
	Check Check
}

// Check finds out whether a claim is held.
type Check interface {
	Check(ctx context.Context) Outcome
}

// State says how a check ended.
type State int

// The states. Only NotHeld makes a proof fail.
const (
	NotHeld State = iota // the zero value: a check that says nothing proves nothing
	Held
	NotHere   // what the check needs is absent from this machine
	Unchecked // never checked as it stands now; only in a report that joins several runs
)

// String is the word in the report.
func (s State) String() string {
	switch s {
	case Held:
		return "held"
	case NotHere:
		return "skipped"
	case Unchecked:
		return "not checked"
	default:
		return "NOT HELD"
	}
}

// Outcome is what a check found.
type Outcome struct {
	State  State
	Figure string // measured values, or the reason where there are none
	Detail string // for whoever looks into a claim that is not held: output of a test, failed calls; plain text
	Table  string // Markdown that belongs to the figure, shown below the table of claims
}

// Func is a check by a function.
type Func func(ctx context.Context) Outcome

// Check calls the function.
func (f Func) Check(ctx context.Context) Outcome { return f(ctx) }

// All joins checks that make up one claim: held when all are; not here when one is and none failed.
type All []Check

// Check runs all of them, also after one that did not hold.
func (a All) Check(ctx context.Context) Outcome {
	joined := Outcome{State: Held}
	var figures, details, tables []string
	for _, c := range a {
		o := c.Check(ctx)
		if o.State == NotHeld || (o.State == NotHere && joined.State == Held) {
			joined.State = o.State
		}
		figures = appendText(figures, o.Figure)
		details = appendText(details, o.Detail)
		tables = appendText(tables, o.Table)
	}
	joined.Figure = strings.Join(figures, "; ")
	joined.Detail = strings.Join(details, "\n")
	joined.Table = strings.Join(tables, "\n")
	return joined
}

func appendText(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}

// Result is a claim with what its check found.
type Result struct {
	Claim   Claim
	Outcome Outcome
	Took    time.Duration
	When    time.Time // when its check began; zero for one that was not checked
}

// Prove checks the claims whose ID or text matches only (nil: all), one after the other, and calls done, where set, after
// each. A claim without a check, and one whose check panics, is not held.
func Prove(ctx context.Context, claims []Claim, only *regexp.Regexp, done func(Result)) []Result {
	var results []Result
	for _, c := range claims {
		if only != nil && !only.MatchString(c.ID) && !only.MatchString(c.Text) {
			continue
		}
		start := time.Now()
		r := Result{Claim: c, Outcome: check(ctx, c), When: start}
		r.Took = time.Since(start)
		results = append(results, r)
		if done != nil {
			done(r)
		}
	}
	return results
}

func check(ctx context.Context, c Claim) (o Outcome) {
	if c.Check == nil {
		return Outcome{Figure: "nothing checks this claim"}
	}
	defer func() {
		if p := recover(); p != nil {
			o = Outcome{Figure: fmt.Sprintf("the check panicked: %v", p)}
		}
	}()
	if err := ctx.Err(); err != nil {
		return Outcome{Figure: "not run: " + err.Error()}
	}
	return c.Check.Check(ctx)
}

// AllHeld says whether there are results and none of them is NotHeld.
func AllHeld(results []Result) bool {
	for _, r := range results {
		if r.Outcome.State == NotHeld {
			return false
		}
	}
	return len(results) > 0
}

// Report is the table of claims as Markdown, then the tables that belong to figures, then the details of what is not held.
func Report(results []Result) string {
	t := markdown.NewTable("id", "claim", "figure", "bar", "result", "checked")
	for _, r := range results {
		t.Row(r.Claim.ID, r.Claim.Text, r.Outcome.Figure, r.Claim.Bar, r.Outcome.State.String(), day(r.When))
	}
	var b strings.Builder
	b.WriteString(t.String())
	for _, r := range results {
		if r.Outcome.Table != "" {
			fmt.Fprintf(&b, "\n## %s: %s\n\n%s", r.Claim.ID, r.Claim.Text, strings.TrimRight(r.Outcome.Table, "\n")+"\n")
		}
	}
	for _, r := range results {
		if r.Outcome.State == NotHeld && r.Outcome.Detail != "" {
			fmt.Fprintf(&b, "\n## %s is not held\n\n%s", r.Claim.ID, indent(r.Outcome.Detail))
		}
	}
	return b.String()
}

// day is the date of a check.
func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// indent makes text a code block.
func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}
