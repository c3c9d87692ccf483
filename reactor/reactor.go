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

	"golang.org/x/sys/unix"
)

// Reactor is a number of event loops and their sockets. Make it with New, then
// Start it; Stop it once.
type Reactor struct {
	cfg   Config
	loops []*loop
	cpus  []int
	epoch time.Time
	// gathers is set when loops may run on one thread.
	gathers bool

	change  sync.Mutex // one change of the listen addresses at a time, none during Start
	mu      sync.Mutex // guards addrs, started and stopped
	addrs   []netip.AddrPort
	started bool
	stopped bool

	streams   atomic.Pointer[Streams]
	sctp      atomic.Pointer[SCTPConfig]
	sctpPorts int          // opened so far; guarded by change
	assocs    atomic.Int64 // associations of all sockets
	tableSize int          // MaxConns where the configuration does not say
	census    census
	queued    atomic.Int64 // bytes that wait to be written on all connections
	slots     slots

	halted  atomic.Int32 // loops that have heard of Stop
	drained atomic.Bool  // no loop can get mail from another any more
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
	r.tableSize = descriptorsForConns()
	r.census.from = map[Addr]int{}
	r.slots.limit = max(1, len(r.cpus)/2)
	r.SetStreams(c.Streams)
	r.sctp.Store(&c.SCTP)
	for i := range c.Loops {
		l, err := newLoop(r, i, kind)
		if err != nil {
			r.discard()
			return nil, err
		}
		r.loops = append(r.loops, l)
		l.h = c.Handler(i)
		l.streams, _ = l.h.(StreamHandler)
		l.onAssoc, _ = l.h.(AssocHandler)
		l.datagrams, _ = l.h.(DatagramHandler)
	}
	r.gathers = c.Gather && len(r.loops) > 1 && r.loops[0].canHost()
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
		for _, k := range l.listeners {
			if k != nil {
				l.closeListener(k)
			}
		}
		l.closeAssocPorts()
		l.closePoller()
	}
}

// Start runs the loops.
func (r *Reactor) Start() error {
	r.change.Lock()
	defer r.change.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started || r.stopped {
		return errors.New("reactor: started before")
	}
	if r.cfg.Sched.Policy != SchedOther {
		if err := limitRealTime(); err != nil {
			return fmt.Errorf("reactor: limit the real-time CPU: %w", err)
		}
	}
	r.started = true
	roomForRuntime(len(r.loops) + r.tlsRoom())
	for _, l := range r.loops {
		r.wg.Go(l.run)
	}
	return nil
}

// Stop ends the loops: they stop reading and firing timers, handle the mails that
// are left, tell their handlers, send what is queued and close. When ctx ends first its error
// is returned, and the loops end by themselves.
func (r *Reactor) Stop(ctx context.Context) error {
	r.mu.Lock()
	first := !r.stopped
	r.stopped = true
	started := r.started
	r.mu.Unlock()
	if !started {
		if first {
			r.change.Lock()
			defer r.change.Unlock()
			r.discard()
		}
		return nil
	}
	if first {
		for _, l := range r.loops {
			l.order((*loop).halt)
		}
	}
	done := make(chan struct{})
	go func() {
		r.wg.Wait()
		if first {
			roomForRuntime(-len(r.loops) - r.tlsRoom())
		}
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("reactor: loops have not ended in time: %w", ctx.Err())
	}
}

// quiet is asked by a stopping loop in each cycle: true when it has no mail and
// no loop can give it any. Only mail makes loops that have halted post, so that
// is when all have halted and all mailboxes were seen empty while nothing was
// posted anywhere.
func (r *Reactor) quiet(l *loop) bool {
	if !l.halted {
		l.halted = true
		r.halted.Add(1)
	}
	if !r.drained.Load() {
		if int(r.halted.Load()) < len(r.loops) {
			return false
		}
		before := r.postedEver()
		for _, o := range r.loops {
			if !o.mail.idle() {
				return false
			}
		}
		if r.postedEver() != before {
			return false
		}
		r.drained.Store(true)
	}
	return l.mail.idle()
}

// postedEver is the number of mails that were ever posted to all loops.
func (r *Reactor) postedEver() (n uint64) {
	for _, l := range r.loops {
		n += l.mail.tail.Load()
	}
	return n
}

// report tells of something that does not stop a loop.
func (r *Reactor) report(l *loop, what string, err error) {
	if f := r.cfg.OnPanic; f != nil {
		f(l.id, what, err, nil)
	}
}

// AddListen binds one more address, on all loops, also while they run; it waits
// for them and must not be called on one. Errors: *ListenError; ErrClosed after
// Stop.
func (r *Reactor) AddListen(l Listen) (SocketID, error) {
	switch l.Transport {
	case UDP:
		return r.addUDP(l)
	case TCP, TLS:
		return r.addStream(l)
	case SCTP:
		return r.addSCTP(l)
	default:
		return NoSocket, &ListenError{Listen: l, Err: fmt.Errorf("transport %s is not served", l.Transport)}
	}
}

// nameListen gives a bound address its id.
func (r *Reactor) nameListen(bound netip.AddrPort) SocketID {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = append(r.addrs, bound)
	return SocketID(len(r.addrs) - 1)
}

func (r *Reactor) addUDP(l Listen) (SocketID, error) {
	r.change.Lock()
	defer r.change.Unlock()
	if r.over() {
		return NoSocket, ErrClosed
	}
	fds, bound, err := openGroup(l, len(r.loops), &r.cfg)
	if err != nil {
		return NoSocket, err
	}
	id := r.nameListen(bound)
	errs := make([]error, len(r.loops))
	r.each(func(l *loop) {
		s := &udpSocket{id: id, fd: fds[l.id], addr: FromAddrPort(bound), wildcard: bound.Addr().IsUnspecified()}
		if errs[l.id] = l.addSocket(s); errs[l.id] != nil {
			unix.Close(s.fd)
		}
	}, func(l *loop) {
		errs[l.id] = ErrClosed
		unix.Close(fds[l.id])
	})
	if err := errors.Join(errs...); err != nil {
		_ = r.removeListen(id)
		return NoSocket, &ListenError{Listen: l, Err: err}
	}
	return id, nil
}

// addStream listens on a stream's address; all loops accept from one descriptor.
func (r *Reactor) addStream(l Listen) (SocketID, error) {
	r.change.Lock()
	defer r.change.Unlock()
	if r.over() {
		return NoSocket, ErrClosed
	}
	if r.cfg.Framer == nil || r.loops[0].streams == nil {
		return NoSocket, &ListenError{Listen: l, Err: ErrNoStreams}
	}
	if l.Transport == TLS && r.cfg.ServerTLS == nil {
		return NoSocket, &ListenError{Listen: l, Err: ErrNoTLS}
	}
	fd, bound, err := openStream(l, r.streams.Load())
	if err != nil {
		return NoSocket, err
	}
	all := &sharedFD{fd: fd}
	all.users.Store(int32(len(r.loops)))
	id := r.nameListen(bound)
	errs := make([]error, len(r.loops))
	r.each(func(k *loop) {
		errs[k.id] = k.addListener(&listener{id: id, fd: all, addr: FromAddrPort(bound), wildcard: bound.Addr().IsUnspecified(), listen: l})
		if errs[k.id] != nil {
			all.release()
		}
	}, func(k *loop) {
		errs[k.id] = ErrClosed
		all.release()
	})
	if err := errors.Join(errs...); err != nil {
		_ = r.removeListen(id)
		return NoSocket, &ListenError{Listen: l, Err: err}
	}
	return id, nil
}

// RemoveListen reads what has arrived on an address and closes it. It waits for
// the loops; it must not be called on one. Errors: ErrNoSocket; ErrClosed after
// Stop, which closes all.
func (r *Reactor) RemoveListen(id SocketID) error {
	r.change.Lock()
	defer r.change.Unlock()
	if r.over() {
		return ErrClosed
	}
	return r.removeListen(id)
}

func (r *Reactor) removeListen(id SocketID) error {
	r.mu.Lock()
	if id < 0 || int(id) >= len(r.addrs) || !r.addrs[id].IsValid() {
		r.mu.Unlock()
		return ErrNoSocket
	}
	r.addrs[id] = netip.AddrPort{}
	r.mu.Unlock()
	r.each(func(l *loop) { l.removeSocket(id) }, func(*loop) {})
	return nil
}

func (r *Reactor) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// each runs f for every loop, on the loop where it runs, and waits for all;
// ended for those that have ended meanwhile. The caller holds change.
func (r *Reactor) each(f, ended func(*loop)) {
	r.mu.Lock()
	started := r.started
	r.mu.Unlock()
	if !started {
		for _, l := range r.loops {
			f(l)
		}
		return
	}
	var wg sync.WaitGroup
	for _, l := range r.loops {
		wg.Add(1)
		if !l.order(func(l *loop) { defer wg.Done(); f(l) }) {
			ended(l)
			wg.Done()
		}
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

// Now is what Loop.Now would be at this moment, from any goroutine.
func (r *Reactor) Now() int64 { return int64(time.Since(r.epoch)) + 1 }

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
	st[0].Queued = uint64(max(r.queued.Load(), 0))
	return st
}
