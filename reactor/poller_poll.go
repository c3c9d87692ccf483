//go:build unix

package reactor

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// pollSet is the back end poll(2).
type pollSet struct {
	fds   []unix.PollFd
	tags  []int32
	first int // where the search for ready descriptors begins
}

// ready fills events with the descriptors that look finds something at. When there
// are more than fit, the next call begins with them, so that none starves.
func (p *pollSet) ready(events []event, look func(f *unix.PollFd) (read, write bool)) int {
	k, first := 0, p.first
	p.first = 0
	for j := range p.fds {
		i := (first + j) % len(p.fds)
		r, w := look(&p.fds[i])
		if !r && !w {
			continue
		}
		if k == len(events) {
			p.first = i
			break
		}
		events[k] = event{p.tags[i], r, w}
		k++
	}
	return k
}

func newPoll() (poller, error) { return &pollSet{}, nil }

func (p *pollSet) find(fd int) int {
	return slices.IndexFunc(p.fds, func(f unix.PollFd) bool { return int(f.Fd) == fd })
}

func (p *pollSet) add(fd int, tag int32) error {
	p.fds = append(p.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	p.tags = append(p.tags, tag)
	return nil
}

func (p *pollSet) writable(fd int, _ int32, on bool) error {
	i := p.find(fd)
	if i < 0 {
		return unix.ENOENT
	}
	p.fds[i].Events = unix.POLLIN
	if on {
		p.fds[i].Events |= unix.POLLOUT
	}
	return nil
}

func (p *pollSet) remove(fd int) error {
	i := p.find(fd)
	if i < 0 {
		return unix.ENOENT
	}
	p.fds = slices.Delete(p.fds, i, i+1)
	p.tags = slices.Delete(p.tags, i, i+1)
	return nil
}

func (p *pollSet) wait(timeout time.Duration, events []event) (int, error) {
	n, err := unix.Poll(p.fds, milliseconds(timeout))
	if err == unix.EINTR {
		return 0, nil
	}
	if err != nil || n == 0 {
		return 0, err
	}
	return p.ready(events, func(f *unix.PollFd) (read, write bool) {
		return f.Revents&(unix.POLLIN|unix.POLLERR|unix.POLLHUP) != 0, f.Revents&unix.POLLOUT != 0
	}), nil
}

func (p *pollSet) close() error { return nil }

// selectSet is the back end select(2), for descriptors below FD_SETSIZE.
type selectSet struct {
	pollSet
}

func newSelect() (poller, error) { return &selectSet{}, nil }

var errSelectFull = errors.New("reactor: select cannot watch a descriptor of 1024 or more; use another poll method")

func (p *selectSet) add(fd int, tag int32) error {
	if fd >= unix.FD_SETSIZE {
		return errSelectFull
	}
	return p.pollSet.add(fd, tag)
}

func (p *selectSet) wait(timeout time.Duration, events []event) (int, error) {
	var r, w unix.FdSet
	top := 0
	for i := range p.fds {
		f := &p.fds[i]
		r.Set(int(f.Fd))
		if f.Events&unix.POLLOUT != 0 {
			w.Set(int(f.Fd))
		}
		top = max(top, int(f.Fd)+1)
	}
	var tv *unix.Timeval
	if timeout >= 0 {
		t := unix.NsecToTimeval(int64(timeout + time.Microsecond - 1))
		tv = &t
	}
	n, err := unix.Select(top, &r, &w, nil, tv)
	if err == unix.EINTR {
		return 0, nil
	}
	if err != nil || n == 0 {
		return 0, err
	}
	return p.ready(events, func(f *unix.PollFd) (read, write bool) {
		return r.IsSet(int(f.Fd)), w.IsSet(int(f.Fd))
	}), nil
}
