package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Going to the background, as Kamailio does with fork=yes: a Go process cannot
// fork, so the program starts itself again in a session of its own. The child
// keeps the terminal until it serves, so that its errors are seen, then reports
// through a pipe; the parent's exit status tells whether the server is up.

// daemonMark is the environment variable that tells the child what it is. Its
// value is the number of the pipe's descriptor.
const daemonMark = "SIPEDGE_BACKGROUND"

// readyFD is the pipe's descriptor in the child: the first after the standard ones.
const readyFD = 3

// isDaemon reports whether this process is the one in the background.
func isDaemon() bool { return os.Getenv(daemonMark) != "" }

// startDaemon starts the child and waits until it serves or has failed.
func startDaemon(stderr *os.File) int {
	status, err := spawn(stderr)
	if err != nil {
		return fail(stderr, fmt.Errorf("going to the background: %w; -DD stays in the foreground", err))
	}
	return status
}

func spawn(stderr *os.File) (status int, err error) {
	exe, err := os.Executable()
	if err != nil {
		return 0, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	ready, report, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer ready.Close()
	child, err := os.StartProcess(exe, os.Args, &os.ProcAttr{
		Env:   append(os.Environ(), fmt.Sprint(daemonMark, "=", readyFD)),
		Files: []*os.File{null, os.Stdout, stderr, report},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	report.Close()
	if err != nil {
		return 0, err
	}
	if n, err := ready.Read(make([]byte, 1)); n == 1 {
		return 0, child.Release()
	} else if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if _, err := child.Wait(); err != nil {
		return 0, err
	}
	return exitError, nil
}

// leaveTerminal tells the parent that the server is up and lets go of the
// terminal. With keepErr standard error stays open for the log.
func leaveTerminal(keepErr bool) error {
	report := os.NewFile(readyFD, "ready")
	if _, err := report.Write([]byte{1}); err != nil {
		return err
	}
	report.Close()
	os.Unsetenv(daemonMark)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	fds := []int{0, 1, 2}
	if keepErr {
		fds = fds[:2]
	}
	for _, fd := range fds {
		if err := redirect(int(null.Fd()), fd); err != nil {
			return err
		}
	}
	return nil
}
