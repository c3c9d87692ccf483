package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// binary is the program under test, built once; coverage and race detection are
// those of the test.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "sipedge-test")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "sipedge")
		if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// patience bounds every wait of these tests; on a loaded machine a start takes
// seconds.
const patience = 30 * time.Second

// outcome runs the program to its end.
func outcome(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// running is a server process and what it has printed so far.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string // of its first UDP address
	done chan struct{}

	mu   sync.Mutex
	out  bytes.Buffer
	more chan struct{}
}

// Write implements io.Writer for both of the process's outputs.
func (r *running) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Write(b)
	close(r.more)
	r.more = make(chan struct{})
	return len(b), nil
}

// output waits until what the process has printed matches, and returns the match.
func (r *running) output(pattern string) []string {
	r.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		text, more := r.out.String(), r.more
		r.mu.Unlock()
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		select {
		case <-more:
		case <-deadline:
			r.t.Fatalf("the server did not print %q, but:\n%s", pattern, text)
		case <-r.done:
			r.mu.Lock()
			text = r.out.String()
			r.mu.Unlock()
			if m := re.FindStringSubmatch(text); m != nil {
				return m
			}
			r.t.Fatalf("the server ended without printing %q, but:\n%s", pattern, text)
		}
	}
}

// launch starts a server in the foreground and waits until it serves.
func launch(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{t: t, done: make(chan struct{}), more: make(chan struct{})}
	r.cmd = exec.Command(binary, args...)
	r.cmd.Stdout, r.cmd.Stderr = r, r
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.cmd.Wait(); close(r.done) }()
	t.Cleanup(func() {
		r.cmd.Process.Kill()
		<-r.done
	})
	r.addr = r.output(`udp: (127\.0\.0\.1:\d+)`)[1]
	r.output(`INFO: <core>: sipedge \S+ is up`)
	return r
}

// stop sends a signal and returns the exit status.
func (r *running) stop(s os.Signal) int {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
	select {
	case <-r.done:
	case <-time.After(patience):
		r.t.Fatalf("signal %v did not end the server", s)
	}
	return r.cmd.ProcessState.ExitCode()
}

// script writes a script into a directory of the test's.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask sends a request from a socket of its own until it is answered, and
// returns the reply.
func ask(t *testing.T, addr, request string) string {
	t.Helper()
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request = strings.NewReplacer("\n", "\r\n", "LOCAL", c.LocalAddr().String()).Replace(request)
	buf := make([]byte, 65536)
	for range 10 {
		if _, err := c.Write([]byte(request)); err != nil {
			continue // ICMP from a server that is not up yet
		}
		c.SetReadDeadline(time.Now().Add(patience / 10))
		if n, err := c.Read(buf); err == nil {
			return string(buf[:n])
		}
	}
	t.Fatalf("%s does not answer", addr)
	return ""
}

// optionsTo is an OPTIONS request to addr.
func optionsTo(addr string) string {
	return "OPTIONS sip:" + addr + " SIP/2.0\nVia: SIP/2.0/UDP LOCAL;branch=z9hG4bKtest1;rport\nMax-Forwards: 70\nFrom: <sip:t@LOCAL>;tag=1\nTo: <sip:" + addr + ">\nCall-ID: 1@test\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n"
}

func statusLine(reply string) string {
	line, _, _ := strings.Cut(reply, "\r\n")
	return line
}
