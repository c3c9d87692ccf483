// Package procstat reads what Linux tells about running processes and UDP sockets under /proc: the CPU time that a server
// used between two points, and the datagrams that a socket had to drop. It reads; it changes nothing. On systems without
// /proc every function returns an error that says so.
//
// The parsers take text, so that their tests need no particular process.
package procstat

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// root is where the kernel's process file system is mounted.
const root = "/proc"

// tick is the unit of the times in /proc/<pid>/stat: USER_HZ, which Linux fixes at 100 per second for user space on every
// architecture that Go runs on (proc(5)).
const tick = 10 * time.Millisecond

// CPU is processor time used, in steps of 10 ms (the kernel's unit for it).
type CPU struct {
	User   time.Duration // in user mode
	System time.Duration // in the kernel on behalf of the process
}

// Total is the time in user mode and in the kernel together.
func (c CPU) Total() time.Duration { return c.User + c.System }

// Sub returns what was used since an earlier reading.
func (c CPU) Sub(before CPU) CPU { return CPU{c.User - before.User, c.System - before.System} }

// add returns the sum of two readings.
func (c CPU) add(o CPU) CPU { return CPU{c.User + o.User, c.System + o.System} }

// Process is one row of /proc/<pid>/stat.
type Process struct {
	PID    int
	Parent int
	CPU    CPU // of all its threads, those that ended included
}

// Tree returns the CPU time of a process and of all its descendants that are alive: a server that forks its workers is
// counted whole.
func Tree(pid int) (CPU, error) {
	names, err := filepath.Glob(filepath.Join(root, "[0-9]*", "stat"))
	if err != nil || len(names) == 0 {
		return CPU{}, fmt.Errorf("no process table under %s", root)
	}
	processes := make([]Process, 0, len(names))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it ended meanwhile
		}
		if p, err := ParseStat(text); err == nil {
			processes = append(processes, p)
		}
	}
	return sumTree(processes, pid)
}

// sumTree adds up the process pid and everything below it.
func sumTree(processes []Process, pid int) (CPU, error) {
	children := make(map[int][]Process)
	var open []Process
	for _, p := range processes {
		if p.PID == pid {
			open = append(open, p)
		} else {
			children[p.Parent] = append(children[p.Parent], p)
		}
	}
	if len(open) == 0 {
		return CPU{}, fmt.Errorf("no process %d", pid)
	}
	var sum CPU
	for len(open) > 0 {
		p := open[len(open)-1]
		open = append(open[:len(open)-1], children[p.PID]...)
		delete(children, p.PID)
		sum = sum.add(p.CPU)
	}
	return sum, nil
}

// ParseStat reads the text of /proc/<pid>/stat (proc(5)). The process name in parentheses may itself hold spaces and
// parentheses, so fields are counted from the last closing one.
func ParseStat(text []byte) (Process, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return Process{}, fmt.Errorf("process status without a name in parentheses: %.40q", text)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:open])))
	if err != nil {
		return Process{}, fmt.Errorf("process status without a number: %.40q", text)
	}
	const (
		parentField = 1 // counted from the state letter behind the name
		userField   = 11
		systemField = 12
	)
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) <= systemField {
		return Process{}, fmt.Errorf("process status with %d fields behind the name, want more than %d", len(fields), systemField)
	}
	parent, err := strconv.Atoi(fields[parentField])
	if err != nil {
		return Process{}, fmt.Errorf("parent %q of process %d is not a number", fields[parentField], pid)
	}
	var times [2]time.Duration
	for i, field := range []int{userField, systemField} {
		ticks, err := strconv.ParseInt(fields[field], 10, 64)
		if err != nil {
			return Process{}, fmt.Errorf("CPU time %q of process %d is not a number", fields[field], pid)
		}
		times[i] = time.Duration(ticks) * tick
	}
	return Process{PID: pid, Parent: parent, CPU: CPU{User: times[0], System: times[1]}}, nil
}

// Resident is the memory of a process that is in RAM, in bytes (proc(5), statm).
func Resident(pid int) (uint64, error) {
	text, err := os.ReadFile(filepath.Join(root, strconv.Itoa(pid), "statm"))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("memory of process %d: %.40q", pid, text)
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize()), err
}
