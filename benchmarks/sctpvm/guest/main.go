//go:build linux

// Command guest is the init of a virtual machine that tests the server over the kernel's SCTP; see package sctpvm. It is written
// against the kernel alone: nothing of it is shared with what it tests.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// check is one thing that must hold. It returns what it has seen.
type check struct {
	name string
	run  func() (string, error)
}

func main() {
	if err := boot(); err != nil {
		fmt.Println("RESULT FAIL boot:", err)
		off()
	}
	only := regexp.MustCompile(os.Getenv("only"))
	run := func(checks []check) {
		for _, c := range checks {
			if !only.MatchString(c.name) {
				continue
			}
			began := time.Now()
			detail, err := c.run()
			took := time.Since(began).Round(10 * time.Millisecond)
			if err != nil {
				fmt.Printf("RESULT FAIL %s: %v (%v)\n", c.name, strings.ReplaceAll(err.Error(), "\n", " | "), took)
				dump(c.name)
			} else {
				fmt.Printf("RESULT ok %s: %s (%v)\n", c.name, detail, took)
			}
			stopAll()
		}
	}
	run(withoutSCTP())
	run(rowsBefore())
	if err := loadModules(); err != nil {
		fmt.Println("RESULT FAIL modules:", err)
		off()
	}
	run(rows())
	run(optionChecks())
	run(messageChecks())
	run(boundChecks())
	run(callChecks())
	fmt.Println("OVER")
	off()
}

// boot mounts what programs expect and brings the loopback interface up.
func boot() error {
	for _, m := range [][2]string{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}} {
		if err := unix.Mount(m[0], m[1], m[0], 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m[1], err)
		}
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}

// dump prints what the servers of a check that failed have logged, their counters last.
func dump(name string) {
	for _, s := range running {
		_ = s.cmd.Process.Signal(syscall.SIGUSR1)
		time.Sleep(200 * time.Millisecond)
		fmt.Printf("--- log of %q, %s\n%s\n", name, s.path, tail(s.logged(), 6000))
	}
}

func loadModules() error {
	paths, _ := filepath.Glob("/mods/*.ko")
	sort.Strings(paths)
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

func off() {
	_ = os.Stdout.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	select {}
}
