//go:build unix

package reactor

import (
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// errShare: one address has its part of the table.
var errShare = errors.New("reactor: the address has its share of the connections")

// census counts the connections of all loops. Its lock is taken when a
// connection comes or goes, never for a message.
type census struct {
	sync.Mutex
	all  int
	tls  int          // those of TLS
	from map[Addr]int // by origin

	peak     int  // the most since memory was last given back
	trimming bool // that is about to be done
	trims    uint64
}

// origin is what counts as one address: in IPv6 the /64 that one subscriber has.
func origin(a Addr) Addr {
	a.Port, a.Zone = 0, 0
	if !a.Is4 {
		clear(a.IP[8:])
	}
	return a
}

// enter takes a place in the table: an inbound connection within the share of its
// address, and in the reserve only where the address has none yet.
func (r *Reactor) enter(peer Addr, outbound bool, kind Transport) error {
	s := r.streams.Load()
	t := &r.census
	t.Lock()
	defer t.Unlock()
	if t.all >= s.MaxConns || kind == TLS && t.tls >= s.MaxTLS {
		return ErrConnTable
	}
	if outbound {
		r.add(kind, 1)
		return nil
	}
	from := origin(peer)
	n := t.from[from]
	if n >= s.Share() {
		return errShare
	}
	if n > 0 && t.all >= s.MaxConns-s.Reserve {
		return ErrConnTable
	}
	r.add(kind, 1)
	t.from[from] = n + 1
	return nil
}

// add counts n connections more, or one less. When most of many are gone, what they had
// is given back to the system; else the runtime would keep it for minutes, or for good.
func (r *Reactor) add(kind Transport, n int) {
	t := &r.census
	t.all += n
	t.peak = max(t.peak, t.all)
	if kind == TLS {
		t.tls += n
	}
	if n < 0 && !t.trimming && t.peak-t.all >= trimConns && t.all <= t.peak/2 {
		t.trimming = true
		time.AfterFunc(trimAfter, r.trim)
	}
}

// trim gives memory back.
func (r *Reactor) trim() {
	t := &r.census
	t.Lock()
	t.trimming, t.peak = false, t.all
	t.trims++
	t.Unlock()
	var wg sync.WaitGroup
	for _, l := range r.loops {
		wg.Add(1)
		if !l.order(func(l *loop) { defer wg.Done(); l.bufs, l.freeConns = buffers{}, nil }) {
			wg.Done()
		}
	}
	wg.Wait()
	debug.FreeOSMemory()
}

// leave gives a connection's place back.
func (r *Reactor) leave(c *conn) {
	if c.outbound {
		r.leaveOutbound(c.kind())
		return
	}
	r.withdraw(c.counted, c.kind())
}

// leaveOutbound gives the place of an outbound connection back.
func (r *Reactor) leaveOutbound(kind Transport) {
	r.census.Lock()
	r.add(kind, -1)
	r.census.Unlock()
}

// recount moves the place of an inbound connection to the address whose it turned
// out to be, within that one's share.
func (r *Reactor) recount(c *conn, peer Addr) error {
	was, is := origin(c.counted), origin(peer)
	if was == is {
		return nil
	}
	s := r.streams.Load()
	t := &r.census
	t.Lock()
	defer t.Unlock()
	if t.from[is] >= s.Share() {
		return errShare
	}
	if t.from[was]--; t.from[was] <= 0 {
		delete(t.from, was)
	}
	t.from[is]++
	c.counted = peer
	return nil
}

// withdraw gives the place of an inbound connection back.
func (r *Reactor) withdraw(peer Addr, kind Transport) {
	from := origin(peer)
	t := &r.census
	t.Lock()
	r.add(kind, -1)
	if t.from[from]--; t.from[from] <= 0 {
		delete(t.from, from)
	}
	t.Unlock()
}

// descriptorsForConns is how many connections the limit on descriptors allows.
func descriptorsForConns() int {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return 1024
	}
	n := int(min(uint64(lim.Cur), connSlotMask))
	return max(n-connTableReserve, n/2)
}
