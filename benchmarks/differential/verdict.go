package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"sipedge/benchmarks/servers"
)

// verdict is whether a server takes a script.
type verdict struct {
	Accepts bool
	Why     string // the first complaint of a server that does not
}

// checker asks one server for its verdict.
type checker func(ctx context.Context, file string, c Case) (verdict, error)

// verdicts asks for every script, alone; scratch files lie in dir.
func verdicts(ctx context.Context, dir string, cases []Case, check checker) ([]verdict, error) {
	found := make([]verdict, len(cases))
	errs := make([]error, len(cases))
	work := make(chan int)
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			for i := range work {
				file := filepath.Join(dir, cases[i].tag()+".cfg")
				found[i], errs[i] = check(ctx, file, cases[i])
				_ = os.Remove(file) // the directory goes at the end anyway
			}
		})
	}
	for i := range cases {
		work <- i
	}
	close(work)
	all.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cases[i].Name, err)
		}
	}
	return found, nil
}

// checkSipedge is the verdict of -c, which is the same code as the start.
func checkSipedge(kind servers.Kind) checker {
	return func(ctx context.Context, file string, c Case) (verdict, error) {
		if err := os.WriteFile(file, []byte(alone(c)), 0o600); err != nil {
			return verdict{}, err
		}
		out, err := exec.CommandContext(ctx, kind.Binary, "-c", "-f", file).CombinedOutput()
		if err == nil {
			return verdict{Accepts: true}, nil
		}
		if _, ok := err.(*exec.ExitError); !ok {
			return verdict{}, err
		}
		return verdict{Why: complaint(string(out), file)}, nil
	}
}

// checkKamailio is the verdict of a start: -c of Kamailio does not look at arguments and route names. The start is made to fail
// at the very end, so that nothing has to be stopped.
func checkKamailio(kind servers.Kind) checker {
	return func(ctx context.Context, file string, c Case) (verdict, error) {
		if err := os.WriteFile(file, []byte(alone(c)+sentinel), 0o600); err != nil {
			return verdict{}, err
		}
		// The address is not served: the port is only bound after the arguments are resolved.
		out, err := exec.CommandContext(ctx, kind.Binary, "-f", file, "-DD", "-E", "-x", "qm", "-X", "qm").CombinedOutput()
		if _, ok := err.(*exec.ExitError); !ok {
			return verdict{}, fmt.Errorf("kamailio started although it must not, or did not run: %v\n%s", err, out)
		}
		text := string(out)
		if first := firstError(text); strings.Contains(first, "DIFFERENTIAL_SENTINEL") {
			return verdict{Accepts: true}, nil
		}
		return verdict{Why: complaint(text, file)}, nil
	}
}

// firstError is the first line with an error or a critical error.
func firstError(log string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, "ERROR:") || strings.Contains(line, "CRITICAL:") {
			return line
		}
	}
	return ""
}

// complaint is the first line that says what is wrong, without the name of the scratch file.
func complaint(log, file string) string {
	line := firstError(log)
	if line == "" || strings.HasPrefix(line, "ERROR: bad config file") {
		line, _, _ = strings.Cut(log, "\n")
	}
	line = strings.TrimSpace(strings.ReplaceAll(line, file, "script"))
	return line
}
