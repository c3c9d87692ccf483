package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"sipedge/engine/log"
)

// writeFiles writes the files of -P and -G. The user that the process will
// become gets them, so that it can remove them at the end.
func (p *process) writeFiles(who *privileges) error {
	for _, f := range []struct {
		path   string
		number int
	}{{p.o.pidFile, os.Getpid()}, {p.o.pgFile, syscall.Getpgrp()}} {
		if f.path == "" {
			continue
		}
		if err := writePID(f.path, f.number); err != nil {
			p.removeFiles()
			return err
		}
		p.files = append(p.files, f.path)
		if who.uid >= 0 || who.gid >= 0 {
			if err := os.Chown(f.path, who.uid, who.gid); err != nil {
				p.logger.Shared().Printf(log.LevelWarn, "the file %s stays its owner's: %v", f.path, err)
			}
		}
	}
	return nil
}

// writePID writes a process's number into a file, unless a process that lives
// has its number there.
func writePID(path string, pid int) error {
	if old, err := os.ReadFile(path); err == nil {
		n, err := strconv.Atoi(string(bytes.TrimSpace(old)))
		if err == nil && n > 0 && n != pid && n != os.Getpid() && alive(n) {
			return fmt.Errorf("process %d, named in %s, is running; stop it, or remove the file if that is another program", n, path)
		}
	}
	if err := os.WriteFile(path, fmt.Appendln(nil, pid), 0o644); err != nil {
		return fmt.Errorf("writing the pid file: %w", err)
	}
	return nil
}

// alive reports whether a process with the number exists.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// removeFiles removes what writeFiles has written. What cannot be removed any
// more, for want of privileges or outside the root directory, is emptied of its
// meaning by the process's end.
func (p *process) removeFiles() {
	for _, f := range p.files {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			p.logger.Shared().Printf(log.LevelInfo, "the pid file stays: %v", err)
		}
	}
	p.files = nil
}
