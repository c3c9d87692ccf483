package reactor

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

var pollers = []pollerKind{
	{name: "epoll_lt", open: func() (poller, error) { return newEpoll(0) }},
	{name: "epoll_et", open: func() (poller, error) { return newEpoll(unix.EPOLLET) }, edge: true},
	{name: "poll", open: newPoll},
	{name: "select", open: newSelect},
}

type epoll struct {
	fd     int
	mode   uint32 // 0 or EPOLLET
	events [maxEvents]unix.EpollEvent
}

func newEpoll(mode uint32) (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &epoll{fd: fd, mode: mode}, nil
}

func (p *epoll) control(op, fd int, events uint32, tag int32) error {
	return unix.EpollCtl(p.fd, op, fd, &unix.EpollEvent{Events: events | p.mode, Fd: tag})
}

func (p *epoll) add(fd int, tag int32) error {
	return p.control(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN, tag)
}

func (p *epoll) writable(fd int, tag int32, on bool) error {
	ev := uint32(unix.EPOLLIN)
	if on {
		ev |= unix.EPOLLOUT
	}
	return p.control(unix.EPOLL_CTL_MOD, fd, ev, tag)
}

func (p *epoll) remove(fd int) error { return unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) }

func (p *epoll) wait(timeout time.Duration, events []event) (int, error) {
	n, err := p.poll(milliseconds(timeout), min(len(events), maxEvents))
	if err != nil {
		if err == unix.EINTR {
			return 0, nil
		}
		return 0, err
	}
	for i := range n {
		e := &p.events[i]
		events[i] = event{
			tag:   e.Fd,
			read:  e.Events&(unix.EPOLLIN|unix.EPOLLERR|unix.EPOLLHUP) != 0,
			write: e.Events&unix.EPOLLOUT != 0,
		}
	}
	return n, nil
}

// poll waits through the scheduler only when it may really sleep: a look that
// returns at once does not have to give the processor away.
func (p *epoll) poll(ms, most int) (int, error) {
	if ms != 0 {
		return unix.EpollWait(p.fd, p.events[:most], ms)
	}
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), uintptr(most), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

func (p *epoll) close() error { return unix.Close(p.fd) }
