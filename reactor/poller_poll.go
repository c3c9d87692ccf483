//go:build unix

package reactor

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// pollSet is the back end poll(2).
type pollSet struct {
	fds   []unix.PollFd
	tags  []int32
	at    []int32 // by descriptor: its place in fds and 1, 0 for none
	first int     // where the search for ready descriptors begins
}

// ready fills events with the descriptors that look finds something at. When there
// are more than fit, the next call begins with them, so that none starves.
func (p *pollSet) ready(events []event, look func(f *unix.PollFd) (read, write, fault bool)) int {
	k, first := 0, p.first
	p.first = 0
	for j := range p.fds {
		i := (first + j) % len(p.fds)
		r, w, e := look(&p.fds[i])
		if !r && !w {
			continue
		}
		if k == len(events) {
			p.first = i
			break
		}
		events[k] = event{p.tags[i], r, w, e}
		k++
	}
	return k
}

func newPoll() (poller, error) { return &pollSet{}, nil }

// find is the place of a descriptor in fds, -1 if it is not watched.
func (p *pollSet) find(fd int) int {
	if fd < 0 || fd >= len(p.at) {
		return -1
	}
	return int(p.at[fd]) - 1
}

func (p *pollSet) add(fd int, tag int32, w interest) error {
	for fd >= len(p.at) {
		p.at = append(p.at, 0)
	}
	p.fds = append(p.fds, unix.PollFd{Fd: int32(fd), Events: pollEvents(w)})
	p.tags = append(p.tags, tag)
	p.at[fd] = int32(len(p.fds))
	return nil
}

func (p *pollSet) set(fd int, _ int32, w interest) error {
	i := p.find(fd)
	if i < 0 {
		return unix.ENOENT
	}
	p.fds[i].Events = pollEvents(w)
	return nil
}

func pollEvents(w interest) (ev int16) {
	if w&wantRead != 0 {
		ev |= unix.POLLIN
	}
	if w&wantWrite != 0 {
		ev |= unix.POLLOUT
	}
	return ev
}

func (p *pollSet) remove(fd int) error {
	i := p.find(fd)
	if i < 0 {
		return unix.ENOENT
	}
	last := len(p.fds) - 1
	p.fds[i], p.tags[i] = p.fds[last], p.tags[last]
	p.at[p.fds[i].Fd] = int32(i + 1)
	p.fds, p.tags = p.fds[:last], p.tags[:last]
	p.at[fd] = 0
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
	return p.ready(events, func(f *unix.PollFd) (read, write, fault bool) {
		return f.Revents&(unix.POLLIN|unix.POLLERR|unix.POLLHUP) != 0, f.Revents&unix.POLLOUT != 0, f.Revents&unix.POLLERR != 0
	}), nil
}

func (p *pollSet) close() error { return nil }

// selectSet is the back end select(2), for descriptors below FD_SETSIZE.
type selectSet struct {
	pollSet
}

func newSelect() (poller, error) { return &selectSet{}, nil }

var errSelectFull = errors.New("reactor: select cannot watch a descriptor of 1024 or more; use another poll method")

func (p *selectSet) add(fd int, tag int32, w interest) error {
	if fd >= unix.FD_SETSIZE {
		return errSelectFull
	}
	return p.pollSet.add(fd, tag, w)
}

func (p *selectSet) wait(timeout time.Duration, events []event) (int, error) {
	var r, w unix.FdSet
	top := 0
	for i := range p.fds {
		f := &p.fds[i]
		if f.Events&unix.POLLIN != 0 {
			r.Set(int(f.Fd))
		}
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
	return p.ready(events, func(f *unix.PollFd) (read, write, fault bool) {
		readable := r.IsSet(int(f.Fd)) // which an error makes a descriptor too
		return readable, w.IsSet(int(f.Fd)), readable
	}), nil
}
