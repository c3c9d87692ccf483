//go:build linux

package main

import (
	"bytes"
	_ "embed" // for the scenario
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const calls = 30

//go:embed uac.xml
var scenario []byte

// Nothing is lost here, and the machine may be slow. Over SCTP, SIPp knows no retransmissions, so that there are few
// (retr_timer1), and takes them for mistakes, which are no reason to give a call up (abortunexp).
const relayCalls = `modparam("tm", "retr_timer1", 8000)
modparam("tm", "retr_timer2", 8000)
modparam("tm", "fr_timer", 60000)
route {
	if (proto == SCTP) t_relay_to_udp("127.0.0.1", "5070");
	else t_relay_to_sctp("127.0.0.1", "5080");
}
`

// callChecks relay SIPp's calls.
func callChecks() []check {
	if _, err := os.Stat("/sipp"); err != nil {
		return nil
	}
	return []check{
		{"SIPp's calls from SCTP to UDP", func() (string, error) { return relay("s1", "u1", 5070) }},
		{"SIPp's calls from UDP to SCTP", func() (string, error) { return relay("u1", "s1", 5080) }},
	}
}

// relay has SIPp call SIPp through the server.
func relay(from, to string, port int) (string, error) {
	s, err := start(relayCalls)
	if err != nil {
		return "", err
	}
	called := sipp("-sn", "uas", "-nr", "-t", to, "-p", strconv.Itoa(port))
	var out bytes.Buffer
	called.Stdout, called.Stderr = &out, &out
	if err := called.Start(); err != nil {
		return "", err
	}
	defer func() {
		_ = called.Process.Kill()
		_ = called.Wait()
	}()
	if err := bound(to, port); err != nil {
		return "", err
	}
	if err := os.WriteFile("/tmp/uac.xml", scenario, 0o644); err != nil {
		return "", err
	}
	caller := sipp("-sf", "/tmp/uac.xml", "-default_behaviors", "all,-abortunexp", "-t", from, "-p", "5071", "-m", strconv.Itoa(calls), "-r", "30", "-timeout", "100s", "-timeout_error", "-trace_err", "-error_file", "/tmp/sipp.err", "127.0.0.1:5060")
	text, err := caller.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s | errors: %s | called: %s", err, tail(string(text), 500), mistakes(), tail(out.String(), 600))
	}
	handed, err := s.counter("handed_over")
	if err == nil && handed == 0 {
		err = fmt.Errorf("no message was handed to its call's loop")
	}
	return fmt.Sprintf("%d calls, %d messages handed to their call's loop", calls, handed), err
}

// mistakes are the lines of SIPp's file of errors that do not speak of a slow machine.
func mistakes() string {
	b, _ := os.ReadFile("/tmp/sipp.err")
	var lines []string
	for _, l := range strings.Split(string(b), "\n") {
		if !strings.Contains(l, "watchdog timer") {
			lines = append(lines, l)
		}
	}
	return tail(strings.Join(lines, "\n"), 1500)
}

func sipp(args ...string) *exec.Cmd {
	cmd := exec.Command("/sipp", append([]string{"-i", "127.0.0.1", "-nostdin"}, args...)...)
	cmd.Dir = "/tmp"
	cmd.Env = append(os.Environ(), "TERM=dumb")
	return cmd
}

// bound waits until a port is taken.
func bound(transport string, port int) error {
	file, text := "/proc/net/udp", fmt.Sprintf(":%04X ", port)
	if transport == "s1" {
		file, text = "/proc/net/sctp/eps", fmt.Sprintf(" %d ", port)
	}
	for end := time.Now().Add(soon); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), text) {
			return nil
		}
	}
	return fmt.Errorf("nobody listens on port %d", port)
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }
