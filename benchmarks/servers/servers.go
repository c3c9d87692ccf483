// Package servers starts and stops the SIP servers under test: sipedge, and Kamailio where it is installed, as two kinds of
// one thing, a program that reads a Kamailio script. Each runs as a child process on one UDP port of the loopback interface,
// logs to a file in a scratch directory, and is stopped with everything that it forked.
//
// Start at Kind; a run is Start, traffic, Counters, Stop.
package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"sipedge/benchmarks/configs"
	"sipedge/benchmarks/procstat"
)

// Kind is a program that can be started as the server under test.
type Kind struct {
	Name   string // as reports call it
	Binary string // path of the program

	// HomeLoops says that the program knows the core parameter "home" and logs counters per loop on SIGUSR1.
	HomeLoops bool

	descriptors int // at most; 0 for as many as this process may have
	flags       func(dir string) []string
	settings    []configs.Setting
}

// Sipedge is the server of this module, built at the given path.
func Sipedge(binary string) Kind {
	return Kind{
		Name: "sipedge", Binary: binary, HomeLoops: true,
		flags: func(string) []string { return []string{"-DD", "-E"} },
	}
}

// ErrNoKamailio says that no kamailio is on this machine.
var ErrNoKamailio = errors.New("kamailio is not installed")

// Kamailio is the installed Kamailio, with its fastest memory manager. TCP is off: the scripts listen on UDP alone, and its
// idle TCP workers would count as cost.
func Kamailio() (Kind, error) {
	binary, err := exec.LookPath("kamailio")
	if err != nil {
		binary = "/usr/sbin/kamailio" // where packages put it; not on every user's search path
		if _, err := os.Stat(binary); err != nil {
			return Kind{}, ErrNoKamailio
		}
	}
	return Kind{
		Name: "kamailio", Binary: binary,
		flags: func(dir string) []string {
			return []string{"-DD", "-E", "-x", "tlsf", "-X", "tlsf", "-m", sharedMemory, "-Y", dir, "-w", dir}
		},
		settings: []configs.Setting{{Name: "disable_tcp", Value: "yes"}},
	}, nil
}

// ErrNoKamailioTLS says that Kamailio is here without its module tls.
var ErrNoKamailioTLS = errors.New("kamailio's module tls is not installed (package kamailio-tls-modules)")

// KamailioTLS is Kamailio with TCP and its module tls, which may lie in the directory that the variable KAMAILIO_TLS names
// too. It has one TCP worker: with two its TLS is not stable.
func KamailioTLS() (Kind, error) {
	k, err := Kamailio()
	if err != nil {
		return Kind{}, err
	}
	dirs, _ := filepath.Glob("/usr/lib*/*/kamailio/modules")
	more, _ := filepath.Glob("/usr/lib*/kamailio/modules")
	dirs = append(dirs, more...)
	if d := os.Getenv("KAMAILIO_TLS"); d != "" {
		dirs = append(dirs, d)
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "tls.so")); err == nil {
			k.settings = []configs.Setting{{Name: "tcp_children", Value: "1"}}
			return k.With("-L", strings.Join(dirs, ":")), nil
		}
	}
	return Kind{}, ErrNoKamailioTLS
}

// With is the same program with more command-line flags.
func (k Kind) With(flags ...string) Kind {
	before := k.flags
	k.flags = func(dir string) []string { return append(before(dir), flags...) }
	return k
}

// Limited is the same program with so many descriptors at most.
func (k Kind) Limited(descriptors int) Kind {
	k.descriptors = descriptors
	return k
}

// Version returns the first line of what the program prints for -v, or the reason why there is none.
func (k Kind) Version(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, k.Binary, "-v").Output()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if line == "" && err != nil {
		return err.Error()
	}
	return line
}

// Server is a running server under test.
type Server struct {
	Kind Kind
	Port int // UDP, on 127.0.0.1

	cmd    *exec.Cmd
	log    string // path of the file with what it wrote to stdout and stderr
	exited chan struct{}
	stop   sync.Once
}

// Start writes the script with the settings into dir, starts the program and returns once it answers an OPTIONS. The
// error of a server that does not come up carries the end of its log. The server ends with Stop, or when ctx ends.
func Start(ctx context.Context, kind Kind, dir string, port int, script configs.Script, settings ...configs.Setting) (*Server, error) {
	all := append([]configs.Setting{configs.Listen(port)}, kind.settings...)
	text := script.With(append(all, settings...)...)
	base := filepath.Join(dir, fmt.Sprintf("%s-%d", kind.Name, port))
	if err := os.WriteFile(base+".cfg", []byte(text), 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(base + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()

	args := append([]string{kind.Binary, "-f", base + ".cfg"}, kind.flags(dir)...)
	if kind.descriptors > 0 { // soft and hard, since a Go program raises the soft one
		args = append([]string{"/bin/sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$@"`, kind.descriptors), "sh"}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its workers can then be ended with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", kind.Name, err)
	}
	s := &Server{Kind: kind, Port: port, cmd: cmd, log: log.Name(), exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is seen in its log
		close(s.exited)
	}()
	if err := s.awaitAnswer(ctx); err != nil {
		err = fmt.Errorf("%s: %w; its log ends:\n%s", kind.Name, err, s.tail())
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Addr is the address that the server listens on, as host:port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// CPU is the processor time that the server and its workers have used so far.
func (s *Server) CPU() (procstat.CPU, error) { return procstat.Tree(s.cmd.Process.Pid) }

// Resident is the server's memory in RAM, in bytes.
func (s *Server) Resident() (uint64, error) { return procstat.Resident(s.cmd.Process.Pid) }

// Alive says whether the server's main process is still running.
func (s *Server) Alive() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// Reload has the server read its script again; that it has is seen in what it does.
func (s *Server) Reload() error { return s.cmd.Process.Signal(syscall.SIGHUP) }

// Stop ends the server and all that it forked, and waits for that. Calling it again does nothing.
func (s *Server) Stop() { s.stop.Do(s.end) }

func (s *Server) end() {
	// SIGTERM is repeated, because Kamailio loses one that reaches it while it still forks its workers.
	for deadline := time.Now().Add(stopLimit); s.Alive() && time.Now().Before(deadline); {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.exited:
		case <-time.After(stopRepeat):
		}
	}
	// Also workers whose main process went first; with none left the signal has nobody to go to, which is as well.
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.exited
}

// awaitAnswer sends OPTIONS until one is answered, whatever the answer is.
func (s *Server) awaitAnswer(ctx context.Context) error {
	conn, err := net.DialUDP("udp", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: s.Port})
	if err != nil {
		return err
	}
	defer conn.Close()
	local := conn.LocalAddr().String()
	buf := make([]byte, 4096)
	deadline := time.Now().Add(startLimit)
	for n := 1; time.Now().Before(deadline); n++ {
		if !s.Alive() {
			return errors.New("it ended at once")
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		next := time.Now().Add(probeInterval)
		// A refused port is an error of the write or of the read; either way it is asked again.
		_, _ = fmt.Fprintf(conn, "OPTIONS sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK-up-%[3]d;rport\r\n"+
			"Max-Forwards: 70\r\nFrom: <sip:probe@%[2]s>;tag=probe\r\nTo: <sip:%[1]s>\r\nCall-ID: up-%[3]d@%[2]s\r\n"+
			"CSeq: %[3]d OPTIONS\r\nContent-Length: 0\r\n\r\n", s.Addr(), local, n)
		_ = conn.SetReadDeadline(next)
		if got, err := conn.Read(buf); err == nil && bytes.HasPrefix(buf[:got], []byte("SIP/2.0 ")) {
			return nil
		}
		time.Sleep(time.Until(next))
	}
	return fmt.Errorf("no answer within %v", startLimit)
}

// tail is the end of the server's log.
func (s *Server) tail() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-logTail):])
}

// LogFile is the path of the file with what the server wrote. It is whole once the server is stopped.
func (s *Server) LogFile() string { return s.log }
