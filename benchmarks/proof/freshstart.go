package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"sipedge/benchmarks/claim"
	"sipedge/benchmarks/procstat"
)

const (
	// builtInPort is where the built-in script and the README's examples listen, calleePort is their called phone.
	builtInPort, calleePort = 5060, 5070
	// readmeLimit is how long one of the README's commands may take; its call lasts two seconds.
	readmeLimit = 30 * time.Second
	// listenPoll is the time between two looks whether a program listens.
	listenPoll = 20 * time.Millisecond
)

// freshStart does what the README tells a newcomer to do: start without a script and ask whether it is alive, then a call
// through the first script with the README's own command lines.
func (s *settings) freshStart(ctx context.Context) claim.Outcome {
	text, err := os.ReadFile("README.md")
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	readme := string(text)
	for _, port := range []int{builtInPort, calleePort} {
		if !free(port) {
			return claim.Outcome{State: claim.NotHere, Figure: fmt.Sprintf("another program has port %d", port)}
		}
	}
	program, err := s.program()
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*readmeLimit)
	defer cancel()
	alive := s.alive(ctx, program, readme)
	if alive.State == claim.NotHeld {
		return alive
	}
	call := s.call(ctx, program, readme)
	return claim.All{claim.Func(func(context.Context) claim.Outcome { return alive }),
		claim.Func(func(context.Context) claim.Outcome { return call })}.Check(ctx)
}

// alive starts the program without a script and runs the README's sipsak line.
func (s *settings) alive(ctx context.Context, program, readme string) claim.Outcome {
	server, err := start(ctx, builtInPort, program)
	if err != nil {
		return claim.Outcome{Figure: "built-in script: " + err.Error()}
	}
	defer server.stop()
	line, err := command(readme, "sipsak ")
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	if _, err := exec.LookPath("sipsak"); err != nil {
		return claim.Outcome{State: claim.NotHere, Figure: "sipsak is not installed"}
	}
	return claim.Command{Name: "sipsak", Args: strings.Fields(line), Prints: "200 OK"}.Check(ctx)
}

// call runs the README's script and its two sipp lines.
func (s *settings) call(ctx context.Context, program, readme string) claim.Outcome {
	if _, err := exec.LookPath("sipp"); err != nil {
		return claim.Outcome{State: claim.NotHere, Figure: "sipp is not installed"}
	}
	_, rest, ok := strings.Cut(readme, "```kamailio\n")
	script, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		return claim.Outcome{Figure: "no script in the README"}
	}
	dir, err := os.MkdirTemp("", "sipedge-readme-")
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "call.cfg")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	uas, err := command(readme, "sipp -sn uas ")
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	uac, err := command(readme, "sipp -sn uac ")
	if err != nil {
		return claim.Outcome{Figure: err.Error()}
	}
	server, err := start(ctx, builtInPort, program, "-DD", "-E", "-f", path)
	if err != nil {
		return claim.Outcome{Figure: "call.cfg: " + err.Error()}
	}
	defer server.stop()
	callee, err := start(ctx, calleePort, strings.Fields(uas)[0], append(strings.Fields(uas)[1:], "-nostdin")...)
	if err != nil {
		return claim.Outcome{Figure: "the called phone: " + err.Error()}
	}
	defer callee.stop()
	o := claim.Command{Name: "sipp", Args: append(strings.Fields(uac), "-nostdin")}.Check(ctx)
	good := successful.FindAllStringSubmatch(o.Detail, -1)
	if len(good) == 0 || good[len(good)-1][1] != "10" {
		o.State = claim.NotHeld
	}
	if len(good) > 0 {
		o.Figure += fmt.Sprintf(", %s of 10 calls", good[len(good)-1][1])
	}
	return o
}

// successful is the line of SIPp's last screen with the number of good calls, its last column.
var successful = regexp.MustCompile(`Successful call\s*\|\s*\d+\s*\|\s*(\d+)`)

// command finds the line of the README that is a command with the given beginning.
func command(readme, prefix string) (string, error) {
	for line := range strings.Lines(readme) {
		if rest, ok := strings.CutPrefix(line, "    "); ok && strings.HasPrefix(rest, prefix) {
			return strings.TrimSpace(rest), nil
		}
	}
	return "", fmt.Errorf("no line %q in the README", prefix+"…")
}

// child is a program that listens until it is stopped.
type child struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

// start runs a program and returns when it listens on the UDP port.
func start(ctx context.Context, port int, program string, args ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = nil, nil
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // that it ended is what counts
		close(c.exited)
	}()
	deadline := time.After(readmeLimit)
	poll := time.NewTicker(listenPoll)
	defer poll.Stop()
	for {
		ports, err := procstat.UDPDrops()
		if _, listens := ports[port]; err == nil && listens {
			return c, nil
		}
		select {
		case <-poll.C:
		case <-c.exited:
			return nil, fmt.Errorf("ended at once: %v", cmd.ProcessState)
		case <-deadline:
			c.stop()
			return nil, errors.Join(err, fmt.Errorf("does not listen on port %d after %v", port, readmeLimit))
		}
	}
}

// stop ends the program and waits for that.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-c.exited:
	case <-time.After(readmeLimit):
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
}

// free says whether nobody has the UDP port of the loopback interface.
func free(port int) bool {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
