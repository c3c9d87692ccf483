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
	ctl    unix.EpollEvent
	events [maxEvents]unix.EpollEvent
}

func newEpoll(mode uint32) (poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &epoll{fd: fd, mode: mode}, nil
}

func (p *epoll) control(op, fd int, w interest, tag int32) error {
	var ev uint32
	if w&wantRead != 0 {
		ev |= unix.EPOLLIN
	}
	if w&wantWrite != 0 {
		ev |= unix.EPOLLOUT
	}
	if w&shared != 0 {
		ev |= unix.EPOLLEXCLUSIVE
	} else {
		ev |= p.mode
	}
	p.ctl = unix.EpollEvent{Events: ev, Fd: tag}
	if _, _, e := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(&p.ctl)), 0, 0); e != 0 {
		return e
	}
	return nil
}

func (p *epoll) add(fd int, tag int32, w interest) error {
	return p.control(unix.EPOLL_CTL_ADD, fd, w, tag)
}

func (p *epoll) set(fd int, tag int32, w interest) error {
	return p.control(unix.EPOLL_CTL_MOD, fd, w, tag)
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
			fault: e.Events&unix.EPOLLERR != 0,
		}
	}
	return n, nil
}

// poll waits without telling the scheduler for as long as traffic may be
// expected, shortWait, and through it after that. A loop's thread is its own and
// GOMAXPROCS has room beside the loops, so nobody needs its processor meanwhile;
// giving it away and getting it back for every message costs more than the
// message. When the collector stops the world its signal ends the wait (EINTR).
func (p *epoll) poll(ms, most int) (int, error) {
	short := ms
	if ms < 0 || ms > shortWait {
		short = shortWait
	}
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), uintptr(most), uintptr(short), 0, 0)
	if e != 0 {
		return 0, e
	}
	if n > 0 || short == ms {
		return int(n), nil
	}
	if ms > 0 {
		ms -= short
	}
	return unix.EpollWait(p.fd, p.events[:most], ms)
}

// shortWait, milliseconds, is below the 10 ms after which the scheduler wants to
// preempt who has not called it.
const shortWait = 5

func (p *epoll) close() error { return unix.Close(p.fd) }

// descriptor implements nestable: an epoll descriptor is readable when one of its
// own is ready.
func (p *epoll) descriptor() int { return p.fd }
