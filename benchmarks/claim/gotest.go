package claim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"time"
)

// GoTest is a check by tests of the tree. It is held when every named test has run and passed; a test that was skipped, or
// that is not there, proves nothing.
type GoTest struct {
	Package string   // import path relative to the module: ./engine/core
	Tests   []string // names of top-level tests, all of which must pass
	Race    bool     // under the race detector, which needs a C compiler
	Tags    string   // build tags
	// Needs is a path relative to the module's top directory without which the tests have nothing to test. Where it is absent
	// the claim is reported as skipped.
	Needs string
	// NeedsName is what the report calls it.
	NeedsName string
	Timeout   time.Duration // 0 for testTimeout
}

// Check runs the tests.
func (g GoTest) Check(ctx context.Context) Outcome {
	if g.Needs != "" {
		if _, err := os.Stat(g.Needs); err != nil {
			return Outcome{State: NotHere, Figure: g.NeedsName + " absent"}
		}
	}
	cmd := exec.CommandContext(ctx, "go", g.args()...)
	cmd.Env = os.Environ()
	if g.Race {
		if _, err := exec.LookPath("gcc"); err != nil {
			return Outcome{State: NotHere, Figure: "the race detector needs gcc"}
		}
		cmd.Env = append(cmd.Env, "CGO_ENABLED=1")
	}
	cmd.WaitDelay = outputDelay
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run() // judged by the events: a failing test makes it fail, too
	o := judge(readEvents(&out), g.Tests)
	if o.State == Held && err != nil {
		o.State, o.Figure = NotHeld, fmt.Sprintf("go test: %v", err)
	}
	if o.State != Held {
		o.Detail = tail(o.Detail + stderr.String())
	}
	return o
}

func (g GoTest) args() []string {
	timeout := g.Timeout
	if timeout == 0 {
		timeout = testTimeout
	}
	names := make([]string, len(g.Tests))
	for i, n := range g.Tests {
		names[i] = regexp.QuoteMeta(n)
	}
	args := []string{"test", "-json", "-count=1", "-timeout", timeout.String(), "-run", "^(" + strings.Join(names, "|") + ")$"}
	if g.Race {
		args = append(args, "-race")
	}
	if g.Tags != "" {
		args = append(args, "-tags", g.Tags)
	}
	return append(args, g.Package)
}

// testEvent is one line of `go test -json` (go doc test2json).
type testEvent struct {
	Action string
	Test   string
	Output string
}

// testRun is what the events of one run tell.
type testRun struct {
	ended   map[string]string // last action of each test: pass, fail, skip
	output  strings.Builder   // of everything
	figures []string          // of PROOF lines
}

// readEvents reads the events; lines that are none count as output.
func readEvents(out *bytes.Buffer) *testRun {
	r := &testRun{ended: make(map[string]string)}
	for line := range strings.Lines(out.String()) {
		var e testEvent
		if json.Unmarshal([]byte(line), &e) != nil {
			r.output.WriteString(line)
			continue
		}
		switch e.Action {
		case "output", "build-output":
			r.output.WriteString(e.Output)
		case "pass", "fail", "skip":
			if e.Test != "" {
				r.ended[e.Test] = e.Action
			}
		}
	}
	r.figures = figures(r.output.String())
	return r
}

// figures takes what stands behind "PROOF <id>: " in the lines of a text, each once.
func figures(text string) []string {
	var list []string
	seen := make(map[string]bool)
	for line := range strings.Lines(text) {
		_, rest, ok := strings.Cut(line, "PROOF ")
		if !ok {
			continue
		}
		if _, figure, ok := strings.Cut(rest, ": "); ok && !seen[figure] {
			seen[figure] = true
			list = append(list, strings.TrimSpace(figure))
		}
	}
	return list
}

// judge holds the run against the names of the tests that must have passed.
func judge(r *testRun, want []string) Outcome {
	var wrong []string
	passed, skipped := 0, 0
	for _, name := range want {
		switch end := r.ended[name]; end {
		case "pass":
		case "":
			wrong = append(wrong, name+" did not run")
		case "skip":
			wrong = append(wrong, name+" was skipped")
		default:
			wrong = append(wrong, name+" failed")
		}
		sub, subSkipped := r.below(name)
		if r.ended[name] == "pass" && sub > 0 && sub == subSkipped {
			wrong = append(wrong, name+" was skipped in every case")
		}
		passed += max(1, sub) - subSkipped
		skipped += subSkipped
	}
	if len(want) == 0 {
		wrong = append(wrong, "no test is named")
	}
	if len(wrong) > 0 {
		sort.Strings(wrong)
		return Outcome{Figure: strings.Join(wrong, ", "), Detail: r.output.String()}
	}
	o := Outcome{State: Held, Figure: strings.Join(r.figures, "; ")}
	if o.Figure == "" {
		o.Figure = plural(len(want), "test") + " passed"
		if passed > len(want) {
			o.Figure = fmt.Sprintf("%s passed, %d cases", plural(len(want), "test"), passed)
		}
	}
	if skipped > 0 {
		o.Figure += fmt.Sprintf(" (%d cases skipped)", skipped)
	}
	return o
}

// below counts the direct subtests of a test, and those of them that were skipped.
func (r *testRun) below(name string) (all, skipped int) {
	for sub, end := range r.ended {
		rest, ok := strings.CutPrefix(sub, name+"/")
		if !ok || strings.Contains(rest, "/") {
			continue
		}
		all++
		if end == "skip" {
			skipped++
		}
	}
	return all, skipped
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// tail is the end of an output that is long.
func tail(text string) string {
	if len(text) <= detailLimit {
		return text
	}
	text = text[len(text)-detailLimit:]
	if _, rest, ok := strings.Cut(text, "\n"); ok {
		text = rest
	}
	return "…\n" + text
}
