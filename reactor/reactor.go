//go:build unix

package reactor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Reactor is a number of event loops and their sockets. Make it with New, then
// Start it; Stop it once.
type Reactor struct {
	cfg   Config
	loops []*loop
	cpus  []int
	epoch time.Time

	mu      sync.Mutex // guards addrs, started and the ids of listen addresses
	addrs   []netip.AddrPort
	started bool
	stopped bool

	resting atomic.Int32 // stopping loops that have nothing left to do
	wg      sync.WaitGroup
}

// AllowedCPUs is the number of CPUs that the process may use.
func AllowedCPUs() int { return len(allowedCPUs()) }

// New binds the listen addresses and makes the loops; nothing is received before
// Start. Errors: *ListenError, *SchedError, and those of the system. After an
// error nothing stays open.
func New(c Config) (*Reactor, error) {
	c.setDefaults()
	if err := checkSched(c.Sched, c.Loops); err != nil {
		return nil, err
	}
	kind, err := findPoller(c.Poller)
	if err != nil {
		return nil, err
	}
	r := &Reactor{cfg: c, cpus: allowedCPUs(), epoch: time.Now()}
	for i := range c.Loops {
		l, err := newLoop(r, i, kind)
		if err != nil {
			r.discard()
			return nil, err
		}
		r.loops = append(r.loops, l)
		l.h = c.Handler(i)
	}
	for _, l := range c.Listen {
		if _, err := r.AddListen(l); err != nil {
			r.discard()
			return nil, err
		}
	}
	return r, nil
}

// discard closes everything of a reactor that never started.
func (r *Reactor) discard() {
	for _, l := range r.loops {
		for _, s := range l.socks {
			if s != nil {
				l.closeSocket(s)
			}
		}
		l.closePoller()
	}
}

// Start runs the loops.
func (r *Reactor) Start() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started || r.stopped {
		return errors.New("reactor: started before")
	}
	r.started = true
	if r.cfg.Sched.Policy != SchedOther {
		if err := limitRealTime(); err != nil {
			return fmt.Errorf("reactor: limit the real-time CPU: %w", err)
		}
	}
	roomForRuntime(len(r.loops))
	for _, l := range r.loops {
		r.wg.Go(l.run)
	}
	return nil
}

// Stop ends the loops: they stop reading, handle the mails that are left, tell
// their handlers, send what is queued and close. When ctx ends first its error
// is returned, and the loops end by themselves.
func (r *Reactor) Stop(ctx context.Context) error {
	r.mu.Lock()
	first := !r.stopped
	r.stopped = true
	started := r.started
	r.mu.Unlock()
	if !started {
		if first {
			r.discard()
		}
		return nil
	}
	if first {
		for _, l := range r.loops {
			l.order(func(l *loop) { l.stopping = true })
		}
	}
	done := make(chan struct{})
	go func() { r.wg.Wait(); close(done) }()
	select {
	case <-done:
		if first {
			roomForRuntime(-len(r.loops))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("reactor: loops have not ended in time: %w", ctx.Err())
	}
}

// quiet is asked by a stopping loop in each cycle: true when no loop has mail
// left, so that none can give another one work.
func (r *Reactor) quiet(l *loop) bool {
	if !l.rested {
		if !l.mail.idle() {
			return false
		}
		l.rested = true
		r.resting.Add(1)
	} else if !l.mail.idle() {
		l.rested = false
		r.resting.Add(-1)
		return false
	}
	return int(r.resting.Load()) == len(r.loops)
}

// report tells of something that does not stop a loop.
func (r *Reactor) report(l *loop, what string, err error) {
	if f := r.cfg.OnPanic; f != nil {
		f(l.id, what, err, nil)
	}
}

// AddListen binds one more address, on all loops, also while they run.
func (r *Reactor) AddListen(l Listen) (SocketID, error) {
	if l.Transport != UDP {
		return NoSocket, &ListenError{Listen: l, Err: fmt.Errorf("transport %s is not served", l.Transport)}
	}
	fds, bound, err := openGroup(l, len(r.loops), &r.cfg)
	if err != nil {
		return NoSocket, err
	}
	r.mu.Lock()
	id := SocketID(len(r.addrs))
	r.addrs = append(r.addrs, bound)
	running := r.started && !r.stopped
	r.mu.Unlock()
	errs := make([]error, len(r.loops))
	r.each(running, func(l *loop) {
		s := &udpSocket{id: id, fd: fds[l.id], addr: FromAddrPort(bound), wildcard: bound.Addr().IsUnspecified()}
		errs[l.id] = l.addSocket(s)
	})
	if err := errors.Join(errs...); err != nil {
		r.RemoveListen(id)
		return NoSocket, &ListenError{Listen: l, Err: err}
	}
	return id, nil
}

// RemoveListen reads what has arrived on an address and closes it. It waits for
// the loops; it must not be called on one.
func (r *Reactor) RemoveListen(id SocketID) error {
	r.mu.Lock()
	if id < 0 || int(id) >= len(r.addrs) || !r.addrs[id].IsValid() {
		r.mu.Unlock()
		return ErrNoSocket
	}
	r.addrs[id] = netip.AddrPort{}
	running := r.started && !r.stopped
	r.mu.Unlock()
	r.each(running, func(l *loop) { l.removeSocket(id) })
	return nil
}

// each runs f for every loop, on the loop where it runs, and waits for all.
func (r *Reactor) each(running bool, f func(*loop)) {
	if !running {
		for _, l := range r.loops {
			f(l)
		}
		return
	}
	var wg sync.WaitGroup
	for _, l := range r.loops {
		wg.Add(1)
		l.order(func(l *loop) {
			defer wg.Done()
			f(l)
		})
	}
	wg.Wait()
}

// Addr is the bound address of a listen address, with the port that the system
// chose for port 0; the zero value after RemoveListen.
func (r *Reactor) Addr(id SocketID) netip.AddrPort {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id < 0 || int(id) >= len(r.addrs) {
		return netip.AddrPort{}
	}
	return r.addrs[id]
}

// Loops is the number of loops.
func (r *Reactor) Loops() int { return len(r.loops) }

// Poster is a handle by which any goroutine posts to a loop.
func (r *Reactor) Poster(loop int) Poster { return r.loops[loop].Poster() }

// Stats are the counters of each loop; they may be read at any time.
func (r *Reactor) Stats() []Stats {
	st := make([]Stats, len(r.loops))
	for i, l := range r.loops {
		st[i] = l.c.snapshot()
		st[i].MailboxFull = l.mail.full.Load()
	}
	return st
}
