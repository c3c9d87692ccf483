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
	// Table says that its standard output is Markdown that belongs to the report. Its table rows are counted as figure.
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
		o.Table = out.String()
		o.Figure += ", " + plural(tableRows(o.Table), "row")
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
