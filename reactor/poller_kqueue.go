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

// kfd is what is watched of a descriptor.
type kfd struct {
	tag  int32
	want interest
}

type kqueue struct {
	fd     int
	fds    map[int]kfd
	events [maxEvents]unix.Kevent_t
}

func newKqueue() (poller, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	return &kqueue{fd: fd, fds: map[int]kfd{}}, nil
}

func (p *kqueue) change(fd, filter, flags int) error {
	var k [1]unix.Kevent_t
	unix.SetKevent(&k[0], fd, filter, flags)
	_, err := unix.Kevent(p.fd, k[:], nil, nil)
	return err
}

func (p *kqueue) add(fd int, tag int32, w interest) error {
	p.fds[fd] = kfd{tag: tag}
	return p.set(fd, tag, w)
}

func (p *kqueue) set(fd int, tag int32, w interest) error {
	old := p.fds[fd].want
	p.fds[fd] = kfd{tag, w}
	for _, f := range [...]struct {
		bit    interest
		filter int
	}{{wantRead, unix.EVFILT_READ}, {wantWrite, unix.EVFILT_WRITE}} {
		var err error
		switch {
		case w&^old&f.bit != 0:
			err = p.change(fd, f.filter, unix.EV_ADD)
		case old&^w&f.bit != 0:
			err = p.change(fd, f.filter, unix.EV_DELETE)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *kqueue) remove(fd int) error {
	err := p.set(fd, p.fds[fd].tag, 0)
	delete(p.fds, fd)
	return err
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
		events[i] = event{p.fds[int(k.Ident)].tag, k.Filter == unix.EVFILT_READ, k.Filter == unix.EVFILT_WRITE, false}
	}
	return n, nil
}

func (p *kqueue) close() error { return unix.Close(p.fd) }
