package sctpvm

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"sipedge/benchmarks/build"
)

// Check is the outcome of one check in the virtual machine.
type Check struct {
	Name   string
	OK     bool
	Detail string
}

// Result is a run.
type Result struct {
	Kernel  string
	Checks  []Check
	SIPp    bool // SIPp was there, and spoke SCTP
	Console string
	Took    time.Duration // of the machine, from power-on to power-off
}

// Failed are the checks that failed; one that says so where the run did not come to its end.
func (r *Result) Failed() (bad []Check) {
	for _, c := range r.Checks {
		if !c.OK {
			bad = append(bad, c)
		}
	}
	return bad
}

// limit is how long the machine may run.
const limit = 9 * time.Minute

var resultLine = regexp.MustCompile(`^RESULT (ok|FAIL) ([^:]+): ?(.*)$`)

// Run boots the machine and runs the checks whose names match only; "" is all. Errors: *Missing where it cannot be had here.
func Run(ctx context.Context, only string) (*Result, error) {
	qemu, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		return nil, &Missing{"qemu-system-x86_64 is not installed (Debian package qemu-system-x86)"}
	}
	kernel, err := FindKernel(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sctpvm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &Result{Kernel: kernel.Version}
	initrd := filepath.Join(dir, "initrd")
	if r.SIPp, err = pack(ctx, initrd, dir, kernel); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	cmd := exec.CommandContext(ctx, qemu, "-accel", "tcg", "-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "384", "-nodefaults", "-display", "none",
		"-no-reboot", "-serial", "stdio", "-kernel", kernel.Image, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 only="+only)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	over := r.read(out)
	err = cmd.Wait()
	r.Took = time.Since(began)
	if err != nil || !over {
		r.Checks = append(r.Checks, Check{"run", false, fmt.Sprintf("the machine did not come to its end (%v)", err)})
	}
	return r, nil
}

// read takes the checks off the console; over: the last one has been made.
func (r *Result) read(out io.Reader) (over bool) {
	var text strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), "\r")
		if m := resultLine.FindStringSubmatch(line); m != nil {
			r.Checks = append(r.Checks, Check{m[2], m[1] == "ok", m[3]})
		} else if line == "OVER" {
			over = true
		} else {
			text.WriteString(line + "\n")
		}
	}
	r.Console = text.String()
	return over
}

// pack makes the initramfs.
func pack(ctx context.Context, initrd, dir string, k Kernel) (sipp bool, err error) {
	server, remove, err := build.Sipedge(ctx)
	if err != nil {
		return false, err
	}
	defer remove()
	guest := filepath.Join(dir, "guest")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", guest, "sipedge/benchmarks/sctpvm/guest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return false, fmt.Errorf("build of the guest: %w\n%s", err, out)
	}
	var m image
	for _, d := range []string{"proc", "sys", "dev", "tmp", "mods"} {
		m.dir(d)
	}
	files := map[string]string{"init": guest, "sipedge": server}
	for i, path := range k.Modules {
		files[fmt.Sprintf("mods/%d-%s", i, filepath.Base(path))] = path
	}
	if path, err := exec.LookPath("sipp"); err == nil {
		if v, _ := exec.CommandContext(ctx, path, "-v").CombinedOutput(); strings.Contains(string(v), "-SCTP") {
			sipp = true
			files["sipp"] = path
			for _, lib := range libraries(ctx, path) {
				files[lib] = lib
			}
		}
	}
	for name, from := range files {
		if err := m.file(name, from); err != nil {
			return false, err
		}
	}
	return sipp, m.write(initrd)
}

var libraryPath = regexp.MustCompile(`/[^ ]+`)

// libraries are the paths of a program's dynamic libraries and of their loader.
func libraries(ctx context.Context, program string) (paths []string) {
	out, _ := exec.CommandContext(ctx, "ldd", program).Output()
	for _, line := range strings.Split(string(out), "\n") {
		if p := libraryPath.FindString(line); p != "" {
			paths = append(paths, p)
		}
	}
	return paths
}
