package claim

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Fuzz is a check by all fuzz targets of a package, one after the other: held when there are some and none finds anything.
type Fuzz struct {
	Package string
	Time    time.Duration // per target
}

// Check runs the targets. The figure is the number of executions of each.
func (f Fuzz) Check(ctx context.Context) Outcome {
	list, err := exec.CommandContext(ctx, "go", "test", "-list", "^Fuzz", f.Package).CombinedOutput()
	if err != nil {
		return Outcome{Figure: "list of targets: " + err.Error(), Detail: tail(string(list))}
	}
	o := Outcome{State: Held}
	var counts []string
	for _, target := range strings.Fields(string(list)) {
		if !strings.HasPrefix(target, "Fuzz") {
			continue
		}
		out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+target+"$", "-fuzzminimizetime", "2s", "-fuzztime", f.Time.String(), f.Package).CombinedOutput()
		count := target + " " + executions(string(out))
		if err != nil {
			o.State = NotHeld
			o.Detail += tail(string(out))
			count += " with a finding"
		}
		counts = append(counts, count)
	}
	if len(counts) == 0 {
		return Outcome{Figure: "no fuzz target in " + f.Package}
	}
	o.Figure = strings.Join(counts, ", ")
	return o
}

var executionsField = regexp.MustCompile(`execs: (\d+)`)

// executions reads the last count of executions off what go test printed.
func executions(out string) string {
	all := executionsField.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return "(executions unknown)"
	}
	return fmt.Sprintf("%s executions", all[len(all)-1][1])
}
