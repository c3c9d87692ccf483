//go:build darwin || freebsd

package reactor

import (
	"time"

	"golang.org/x/sys/unix"
)

var pollers = []pollerKind{
	{name: "kqueue", open: newKqueue},
	{name: "poll", open: newPoll},
	{name: "select", open: newSelect},
}

type kqueue struct {
	fd     int
	tags   map[int]int32
	events [maxEvents]unix.Kevent_t
}

func newKqueue() (poller, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	return &kqueue{fd: fd, tags: map[int]int32{}}, nil
}

func (p *kqueue) change(fd, filter, flags int) error {
	var k [1]unix.Kevent_t
	unix.SetKevent(&k[0], fd, filter, flags)
	_, err := unix.Kevent(p.fd, k[:], nil, nil)
	return err
}

func (p *kqueue) add(fd int, tag int32) error {
	p.tags[fd] = tag
	return p.change(fd, unix.EVFILT_READ, unix.EV_ADD)
}

func (p *kqueue) writable(fd int, _ int32, on bool) error {
	if on {
		return p.change(fd, unix.EVFILT_WRITE, unix.EV_ADD)
	}
	return p.change(fd, unix.EVFILT_WRITE, unix.EV_DELETE)
}

func (p *kqueue) remove(fd int) error {
	delete(p.tags, fd)
	_ = p.change(fd, unix.EVFILT_WRITE, unix.EV_DELETE) // it is there only while the socket waits for room
	return p.change(fd, unix.EVFILT_READ, unix.EV_DELETE)
}

func (p *kqueue) wait(timeout time.Duration, events []event) (int, error) {
	var ts *unix.Timespec
	if timeout >= 0 {
		t := unix.NsecToTimespec(int64(timeout))
		ts = &t
	}
	n, err := unix.Kevent(p.fd, nil, p.events[:min(len(events), maxEvents)], ts)
	if err == unix.EINTR {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for i := range n {
		k := &p.events[i]
		events[i] = event{p.tags[int(k.Ident)], k.Filter == unix.EVFILT_READ, k.Filter == unix.EVFILT_WRITE}
	}
	return n, nil
}

func (p *kqueue) close() error { return unix.Close(p.fd) }
