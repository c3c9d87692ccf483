//go:build unix

package reactor

import (
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// listener is one stream's listen address on one loop. All loops accept from the
// same descriptor; the last of them closes it.
type listener struct {
	id       SocketID
	fd       *sharedFD
	addr     Addr // as bound, with the real port
	wildcard bool
	listen   Listen
	paused   bool // not watched, for want of descriptors
}

// sharedFD is a descriptor of several loops.
type sharedFD struct {
	fd    int
	users atomic.Int32
}

func (s *sharedFD) release() {
	if s.users.Add(-1) == 0 {
		unix.Close(s.fd)
	}
}

// openStream binds a listen address and listens.
func openStream(l Listen, s *Streams) (fd int, bound netip.AddrPort, err error) {
	addr := netip.AddrPortFrom(l.Addr.Addr().Unmap(), l.Addr.Port())
	family := unix.AF_INET
	if addr.Addr().Is6() {
		family = unix.AF_INET6
	}
	if fd, err = streamSocket(family); err != nil {
		return -1, addr, err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
			err = listenErr(l, addr, err)
		}
	}()
	// Old connections of the port, which are in TIME_WAIT, do not keep it taken.
	if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return -1, addr, err
	}
	if s.ReusePort {
		if err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return -1, addr, err
		}
	}
	if family == unix.AF_INET6 {
		if err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return -1, addr, err
		}
	}
	if l.Device != "" {
		if err = bindToDevice(fd, l.Device); err != nil {
			return -1, addr, err
		}
	}
	if err = streamOptions(fd, family, l.Transport, l.TOS, s, true); err != nil {
		return -1, addr, err
	}
	if err = unix.Bind(fd, sockaddr(addr)); err != nil {
		return -1, addr, err
	}
	if err = unix.Listen(fd, listenBacklog); err != nil {
		return -1, addr, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return -1, addr, err
	}
	return fd, netip.AddrPortFrom(addr.Addr(), addrOf(sa).Port), nil
}

// addrOf converts a socket address of x/sys.
func addrOf(sa unix.Sockaddr) (a Addr) {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		a.Port, a.Is4 = uint16(sa.Port), true
		copy(a.IP[:4], sa.Addr[:])
	case *unix.SockaddrInet6:
		a.Port, a.IP, a.Zone = uint16(sa.Port), sa.Addr, sa.ZoneId
	}
	return a
}

// listener is the loop's part of a stream's listen address, nil if there is none.
func (l *loop) listener(id SocketID) *listener {
	if id < 0 || int(id) >= len(l.listeners) {
		return nil
	}
	return l.listeners[id]
}

func (l *loop) addListener(k *listener) error {
	for int(k.id) >= len(l.listeners) {
		l.listeners = append(l.listeners, nil)
	}
	if err := l.poll.add(k.fd.fd, int32(k.id), wantRead|shared); err != nil {
		return err
	}
	l.listeners[k.id] = k
	if l.shared == nil {
		l.initStreams()
	}
	return nil
}

// initStreams makes what a loop needs once it has connections.
func (l *loop) initStreams() {
	l.shared = make([]byte, MaxDatagram+1+streamRead)
	l.frames = make([]Message, l.r.cfg.RecvBatch)
}

func (l *loop) closeListener(k *listener) {
	if !k.paused {
		l.poll.remove(k.fd.fd)
	}
	k.fd.release()
	l.listeners[k.id] = nil
}

// accept takes connections that wait.
func (l *loop) accept(k *listener) {
	for range acceptBatch {
		fd, from, err := acceptFD(k.fd.fd)
		switch err {
		case nil:
			l.admit(k, fd, from)
		case unix.EAGAIN:
			return
		case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
			// The poller would report what waits again and again.
			l.pauseAccept(k)
			return
		case unix.EINTR, unix.ECONNABORTED:
		default: // an error of the connection that waited, which is gone
			l.c.acceptErrors.Add(1)
		}
	}
}

// admit makes a connection of an accepted descriptor, or closes it.
func (l *loop) admit(k *listener, fd int, from Addr) {
	if err := l.r.enter(from, false, k.listen.Transport); err != nil {
		if err == errShare {
			l.c.shareRefused.Add(1)
		} else {
			l.c.tableRefused.Add(1)
		}
		unix.Close(fd)
		return
	}
	s := l.r.streams.Load()
	local := k.addr
	if k.wildcard {
		if sa, err := unix.Getsockname(fd); err == nil {
			local = addrOf(sa)
		}
	}
	c := l.newConn(fd)
	if c == nil {
		l.r.withdraw(from, k.listen.Transport)
		l.c.tableRefused.Add(1)
		unix.Close(fd)
		return
	}
	c.state = connOpen
	if k.listen.Transport == TLS {
		c.state = connHandshake
		c.limit = l.now + int64(s.Handshake)
		c.tls = &secure{}
	}
	c.want = wantRead
	c.meta = Meta{Remote: from, Local: local, Socket: k.id, Transport: k.listen.Transport, Conn: c.id}
	c.counted = from
	c.proxy = k.listen.Proxy
	acceptedOptions(fd, s)
	if err := l.poll.add(fd, c.tag(), wantRead); err != nil {
		l.c.acceptErrors.Add(1)
		c.told = true // the handler has not heard of it
		l.closeConn(c, err)
		return
	}
	l.c.accepted.Add(1)
	l.armBy(c, l.deadline(c))
	if c.proxy != ProxyOff {
		c.told = true // nor does it before the header is there
		return
	}
	if c.state == connOpen {
		l.notes = append(l.notes, note{id: c.id, ev: ConnOpened})
	}
}

// pauseAccept stops watching an address until descriptors may be there again.
func (l *loop) pauseAccept(k *listener) {
	l.c.acceptPauses.Add(1)
	l.poll.remove(k.fd.fd)
	k.paused = true
	if l.acceptTime == 0 {
		l.acceptTime = l.deadlines.Arm((l.now+int64(acceptPause))/int64(TimerTick)+1, 0, 0)
	}
}

// resumeAccept watches again.
func (l *loop) resumeAccept() {
	if l.acceptTime != 0 {
		l.deadlines.Cancel(l.acceptTime)
		l.acceptTime = 0
	}
	for _, k := range l.listeners {
		if k != nil && k.paused && !l.stopping {
			k.paused = l.poll.add(k.fd.fd, int32(k.id), wantRead|shared) != nil
			if k.paused && l.acceptTime == 0 {
				l.acceptTime = l.deadlines.Arm((l.now+int64(acceptPause))/int64(TimerTick)+1, 0, 0)
			}
		}
	}
}

// haltStreams stops accepting and reading.
func (l *loop) haltStreams() {
	for _, k := range l.listeners {
		if k != nil && !k.paused {
			l.poll.remove(k.fd.fd)
			k.paused = true
		}
	}
	for i := range l.slots {
		if c := l.slots[i].c; c != nil {
			l.watch(c)
		}
	}
}

// finishStreams writes what is queued, as long as the peers take it, and closes
// everything.
func (l *loop) finishStreams(deadline time.Time) {
	for i := range l.slots {
		if c := l.slots[i].c; c != nil && c.state == connOpen {
			l.farewell(c)
		}
	}
	for l.queues() > 0 && time.Now().Before(deadline) {
		n, _ := l.poll.wait(stopPoll, l.events[:])
		for i := range n {
			if tag := l.events[i].tag; tag != wakeTag && tag&connTag != 0 {
				if c := l.connAt(tag &^ connTag); c != nil && c.state != connOpening {
					l.flushQueue(c)
				}
			}
		}
	}
	for i := range l.slots {
		if c := l.slots[i].c; c != nil {
			l.closeConn(c, ErrClosed)
		}
	}
	for _, k := range l.listeners {
		if k != nil {
			l.closeListener(k)
		}
	}
}

// queues is the number of open connections with something to write.
func (l *loop) queues() (n int) {
	for i := range l.slots {
		if c := l.slots[i].c; c != nil && c.state != connDead && c.state != connOpening && c.queued() > 0 {
			n++
		}
	}
	return n
}
