package claim

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command is a check by a program: held when it ends with the exit status that is expected and prints what is demanded.
type Command struct {
	Name string // what the figure calls it; empty for the arguments
	Args []string
	Env  []string // added to this process's
	Exit int      // the exit status that is expected
	// Prints is a text that must be in its output; empty for none.
	Prints string
	// Table says that its standard output is Markdown that belongs to the report. The figure is the number of its table rows,
	// and which of them say "not held" or "missed".
	Table bool
	// OneLine says that the output must be a single line, which is then the figure.
	OneLine bool
}

// Check runs the program from the top directory of the module.
func (c Command) Check(ctx context.Context) Outcome {
	name := c.Name
	if name == "" {
		name = strings.Join(c.Args, " ")
	}
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.WaitDelay = outputDelay
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	all := out.String() + stderr.String()
	if cmd.ProcessState == nil {
		return Outcome{Figure: fmt.Sprintf("%s: %v", name, err)}
	}
	o := Outcome{State: Held, Figure: fmt.Sprintf("%s: exit %d", name, cmd.ProcessState.ExitCode()), Detail: tail(all)}
	if cmd.ProcessState.ExitCode() != c.Exit {
		o.State = NotHeld
	}
	if c.Prints != "" && !strings.Contains(all, c.Prints) {
		o.State = NotHeld
		o.Figure += fmt.Sprintf(", without %q", c.Prints)
	}
	if c.OneLine {
		lines := strings.Count(strings.TrimSpace(all), "\n") + 1
		if strings.TrimSpace(all) == "" || lines > 1 {
			o.State = NotHeld
			o.Figure += fmt.Sprintf(", %d lines", lines)
		} else {
			o.Figure += ", " + strings.TrimSpace(all)
		}
	}
	if c.Table {
		o.Table, o.Detail = out.String(), tail(stderr.String())
		o.Figure += ", " + plural(tableRows(o.Table), "row")
		if bad := notHeld(o.Table); len(bad) > 0 {
			o.Figure += ", not held: " + strings.Join(bad, "; ")
		}
	}
	return o
}

// tableRows counts the rows of the Markdown tables in a text, without their heads.
func tableRows(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|") && strings.Trim(line, "|-: ") == "":
			n-- // the rule below a head: neither it nor the head is a row
		case strings.HasPrefix(line, "|"):
			n++
		}
	}
	return n
}

// notHeld names, by their first two cells, the rows of a table with a cell that says "not held" or "missed".
func notHeld(text string) []string {
	var bad []string
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for _, c := range cells {
			word := strings.ToLower(strings.TrimSpace(c))
			if len(cells) > 2 && (strings.HasPrefix(word, "not held") || strings.HasPrefix(word, "missed")) {
				bad = append(bad, strings.TrimSpace(strings.TrimSpace(cells[0])+" "+strings.TrimSpace(cells[1])))
				break
			}
		}
	}
	return bad
}
