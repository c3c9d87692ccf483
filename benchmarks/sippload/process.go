package sippload

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"sipedge/benchmarks/procstat"
)

// process is one SIPp process.
type process struct {
	cmd          *exec.Cmd
	port         int
	stats, trace string // paths of the files it writes
	output       bytes.Buffer
	exited       chan struct{} // closed when it ended; output and the exit status may be read then
}

// start runs SIPp with the scenario on the i-th port.
func (r *run) start(ctx context.Context, i int, scenario string, args ...string) (*process, error) {
	base := filepath.Join(r.dir, fmt.Sprintf("sipp-%d", i))
	p := &process{
		port: r.ports[i], stats: base + ".csv", trace: base + ".trace",
		exited: make(chan struct{}),
	}
	all := []string{
		"-sf", filepath.Join(r.dir, scenario), "-i", "127.0.0.1", "-p", strconv.Itoa(p.port), "-cp", strconv.Itoa(r.control[i]),
		"-nostdin", "-buff_size", strconv.Itoa(bufferSize), "-trace_stat", "-stf", p.stats, "-fd", "1",
		"-trace_shortmsg", "-shortmessage_file", p.trace, "-trace_err", "-error_file", base + ".err",
	}
	p.cmd = exec.CommandContext(ctx, r.binary, append(all, args...)...)
	p.cmd.Dir = r.dir
	p.cmd.Stderr = &p.output // its standard output is a screen that nobody looks at
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start sipp: %w", err)
	}
	go func() {
		_ = p.cmd.Wait() // wait reads the exit status
		close(p.exited)
	}()
	return p, nil
}

// awaitPort returns when the process has its port.
func (p *process) awaitPort(ctx context.Context) error {
	poll := time.NewTicker(bindPoll)
	defer poll.Stop()
	limit := time.After(bindLimit)
	for {
		ports, err := procstat.UDPDrops()
		if err != nil {
			return err
		}
		listening, err := procstat.Listening()
		if err != nil {
			return err
		}
		if _, bound := ports[p.port]; bound || listening[p.port] {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("sipp ended at once: %s", p.said())
		case <-limit:
			return fmt.Errorf("sipp has no port after %v", bindLimit)
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
	}
}

// wait returns when the process has ended. SIPp ends with 0, or with 1 when calls failed; anything else is an error.
func (p *process) wait(ctx context.Context) error {
	<-p.exited // at the latest when ctx ends
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("calls still open at the end of the run's time: %w", err)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
		return fmt.Errorf("sipp ended with %d: %s", code, p.said())
	}
	return nil
}

// kill ends the process where it has not ended by itself, and waits for that.
func (p *process) kill() {
	select {
	case <-p.exited:
	default:
		_ = p.cmd.Process.Kill() // it may just have ended
		<-p.exited
	}
}

// said is the end of what the process, which has ended, wrote to its error output.
func (p *process) said() string {
	select {
	case <-p.exited:
	default:
		return "(still running)"
	}
	text := p.output.Bytes()
	return string(bytes.TrimSpace(text[max(0, len(text)-errorTail):]))
}
