//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	serverIP = "127.0.0.1"
	sipPort  = 5060
)

// server is a running server.
type server struct {
	cmd  *exec.Cmd
	path string
	mu   sync.Mutex
	log  bytes.Buffer
	told chan struct{} // a line has come
	done chan struct{}
}

var running []*server

// stopAll ends what a check has left running.
func stopAll() {
	for _, s := range running {
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	running = nil
	for _, p := range peers {
		p.close()
	}
	peers = nil
}

const head = `debug=3
log_stderror=yes
children=2
loadmodule "sl"
loadmodule "tm"
`

const listenLines = "listen=sctp:127.0.0.1:5060\nlisten=udp:127.0.0.1:5060\n"

// launch starts the server with a script.
func launch(script string) (*server, error) {
	s := &server{path: fmt.Sprintf("/tmp/%d.cfg", len(running)), told: make(chan struct{}, 1), done: make(chan struct{})}
	if err := os.WriteFile(s.path, []byte(head+script), 0o644); err != nil {
		return nil, err
	}
	s.cmd = exec.Command("/sipedge", "-f", s.path, "-DD", "-E")
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.cmd.Stderr = s.cmd.Stdout
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	running = append(running, s)
	go func() {
		s.read(out)
		_ = s.cmd.Wait()
		close(s.done)
	}()
	return s, nil
}

// start is launch with the usual addresses, up and running.
func start(script string) (*server, error) {
	began := time.Now()
	s, err := launch(listenLines + script)
	if err != nil {
		return nil, err
	}
	err = s.wait(" is up with ", 30*time.Second)
	slowest = max(slowest, time.Since(began))
	return s, err
}

// slowest is how long a start of the server has taken at most: the machine may share its processors with others.
var slowest time.Duration

// while is how long to wait for what may not come.
func while() time.Duration { return min(max(3*slowest, 800*time.Millisecond), 10*time.Second) }

func (s *server) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		s.mu.Lock()
		s.log.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
		select {
		case s.told <- struct{}{}:
		default:
		}
	}
}

// logged is what the server has printed so far.
func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// wait waits for a text in the server's log.
func (s *server) wait(text string, most time.Duration) error {
	late := time.After(most)
	for !strings.Contains(s.logged(), text) {
		select {
		case <-s.told:
		case <-s.done:
			if strings.Contains(s.logged(), text) {
				return nil
			}
			return fmt.Errorf("the server has ended: %s", s.logged())
		case <-late:
			return fmt.Errorf("no %q in the log: %s", text, s.logged())
		}
	}
	return nil
}

// counter is the sum of a figure of all loops.
func (s *server) counter(name string) (sum int, err error) {
	before := len(s.logged())
	if err := s.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		return 0, err
	}
	for end := time.Now().Add(soon); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		text := s.logged()[before:]
		if !strings.Contains(text, `"runtime":`) {
			continue
		}
		parts := strings.Split(text, `"`+name+`":`)
		for _, p := range parts[1:] {
			n := 0
			_, _ = fmt.Sscan(p, &n) // what follows the number ends it
			sum += n
		}
		return sum, nil
	}
	return 0, fmt.Errorf("the server does not print its counters")
}

// reload gives the server another script.
func (s *server) reload(script string) error {
	if err := os.WriteFile(s.path, []byte(head+listenLines+script), 0o644); err != nil {
		return err
	}
	n := strings.Count(s.logged(), "was read again")
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	for end := time.Now().Add(soon); strings.Count(s.logged(), "was read again") == n; {
		if time.Now().After(end) {
			return fmt.Errorf("not reloaded: %s", s.logged())
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// sctpSocket is a copy of the running server's SCTP socket.
func (s *server) sctpSocket() (int, error) {
	pid := s.cmd.Process.Pid
	p, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(p)
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return -1, err
	}
	for _, e := range all {
		var n int
		if _, err := fmt.Sscan(e.Name(), &n); err != nil {
			continue
		}
		if to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, n)); !strings.HasPrefix(to, "socket:") {
			continue
		}
		fd, err := unix.PidfdGetfd(p, n, 0)
		if err != nil {
			return -1, err
		}
		if proto, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL); err == nil && proto == unix.IPPROTO_SCTP {
			return fd, nil
		}
		unix.Close(fd)
	}
	return -1, fmt.Errorf("the server has no SCTP socket")
}
