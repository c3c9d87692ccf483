package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"sipedge/engine/params"
)

// privileges is who the process will be once its addresses are bound.
type privileges struct {
	uid, gid int // -1: unchanged
	groups   []int
}

// newPrivileges looks the user and the group up (parameters user and group,
// names or numbers).
func newPrivileges(c *params.Core) (*privileges, error) {
	p := &privileges{uid: -1, gid: -1}
	if c.User != "" {
		u, err := findUser(c.User)
		if err != nil {
			return nil, err
		}
		p.uid, _ = strconv.Atoi(u.Uid)
		if n, err := strconv.Atoi(u.Gid); err == nil {
			p.gid = n
			p.groups = []int{n}
		}
	}
	if c.Group != "" {
		gid, err := findGroup(c.Group)
		if err != nil {
			return nil, err
		}
		p.gid, p.groups = gid, []int{gid}
	}
	return p, nil
}

// findUser takes a number that no user has as it is.
func findUser(name string) (*user.User, error) {
	if u, err := user.Lookup(name); err == nil {
		return u, nil
	}
	if _, err := strconv.ParseUint(name, 10, 31); err != nil {
		return nil, fmt.Errorf("there is no user %q; check user= or -u", name)
	}
	if u, err := user.LookupId(name); err == nil {
		return u, nil
	}
	return &user.User{Uid: name}, nil
}

func findGroup(name string) (int, error) {
	if g, err := user.LookupGroup(name); err == nil {
		name = g.Gid
	}
	n, err := strconv.ParseUint(name, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("there is no group %q; check group= or -g", name)
	}
	return int(n), nil
}

// enter changes root and working directory, then group and user, of all threads
// of the process. Empty directories stay as they are.
func (p *privileges) enter(root, dir string) error {
	if root != "" {
		if err := syscall.Chroot(root); err != nil {
			return fmt.Errorf("changing the root directory to %s: %w; only root may", root, err)
		}
		if dir == "" {
			dir = "/"
		}
	}
	if dir != "" {
		if err := os.Chdir(dir); err != nil {
			return fmt.Errorf("changing the working directory: %w; check workdir= or -w", err)
		}
	}
	if p.gid >= 0 && p.gid != os.Getegid() {
		if err := syscall.Setgroups(p.groups); err != nil {
			return fmt.Errorf("changing the groups: %w; only root may", err)
		}
		if err := syscall.Setgid(p.gid); err != nil {
			return fmt.Errorf("changing the group to %d: %w; only root may", p.gid, err)
		}
	}
	if p.uid >= 0 && p.uid != os.Geteuid() {
		if err := syscall.Setuid(p.uid); err != nil {
			return fmt.Errorf("changing the user to %d: %w; only root may", p.uid, err)
		}
	}
	return nil
}
