package reactortest

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"sipedge/reactor"
)

// Net is a number of virtual event loops, the network around them and the clock.
// It belongs to one goroutine.
type Net struct {
	seed   uint64
	opts   Options
	rng    *rand.Rand
	now    time.Duration
	seq    uint64
	events eventHeap

	loops     []*loop
	runnable  []*loop // of the step, kept to be used again
	listen    []netip.AddrPort
	endpoints map[netip.AddrPort]*Endpoint
	last      map[wire]time.Duration // when the last datagram of a wire arrives
	closed    map[netip.AddrPort]bool
	jobs      int

	streams map[reactor.SocketID]bool // the listen addresses of streams
	accepts map[netip.AddrPort]func(*Stream)
	holes   map[netip.AddrPort]bool
	port    uint16
	c       Counters
}

// New makes a network that is driven by a seed. Nothing runs before Run.
func New(seed uint64, o Options) *Net {
	o.setDefaults()
	n := &Net{
		seed: seed, opts: o, rng: rand.New(rand.NewPCG(seed, 0x736970)),
		endpoints: map[netip.AddrPort]*Endpoint{}, last: map[wire]time.Duration{}, closed: map[netip.AddrPort]bool{},
		streams: map[reactor.SocketID]bool{}, accepts: map[netip.AddrPort]func(*Stream){}, holes: map[netip.AddrPort]bool{},
	}
	for i := range o.Loops {
		n.loops = append(n.loops, newLoop(n, i))
	}
	return n
}

// Run attaches a handler to each loop and starts them, in an order of the seed's
// choice.
func (n *Net) Run(handlers func(loop int) reactor.Handler) {
	for _, l := range n.loops {
		l.h = handlers(l.id)
	}
	for _, i := range n.rng.Perm(len(n.loops)) {
		n.loops[i].start()
	}
}

// Listen adds a listen address to all loops. A wildcard takes what is sent to any
// address of its family with its port, unless there is a listen address or an
// endpoint of its own.
func (n *Net) Listen(addr netip.AddrPort) reactor.SocketID {
	n.listen = append(n.listen, netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()))
	for _, l := range n.loops {
		l.inbox = append(l.inbox, nil)
	}
	return reactor.SocketID(len(n.listen) - 1)
}

// Loops is the number of loops.
func (n *Net) Loops() int { return len(n.loops) }

// Now is the time since New.
func (n *Net) Now() time.Duration { return n.now }

// Counters are what has happened so far.
func (n *Net) Counters() Counters { return n.c }

// Poster is a handle by which the test posts to a loop; handlers may use it too.
func (n *Net) Poster(loop int) reactor.Poster { return poster{n.loops[loop]} }

// Advance lets d pass, with all that happens in it; at its end no loop has
// anything left to do.
func (n *Net) Advance(d time.Duration) {
	end := n.now + d
	for n.step(end) {
	}
	n.now = end
}

// RunUntil goes on until cond holds or the time is over, and tells whether it
// holds. cond is asked after each cycle of a loop and each arrival.
func (n *Net) RunUntil(cond func() bool, within time.Duration) bool {
	end := n.now + within
	for !cond() {
		if !n.step(end) {
			n.now = end
			return cond()
		}
	}
	return true
}

// After has something done at a later time, in the goroutine of Run: the timers of
// endpoints.
func (n *Net) After(d time.Duration, do func()) { n.at(n.now+max(d, 0), do) }

// Timers is the number of timers that are armed on all loops.
func (n *Net) Timers() int {
	sum := 0
	for _, l := range n.loops {
		sum += l.timers.Len()
	}
	return sum
}

// Stop ends the loops as Reactor.Stop does: mail is handled, nothing else is, then
// the handlers hear of it. What they send still leaves; Advance delivers it.
func (n *Net) Stop() {
	for {
		n.runnable = n.runnable[:0]
		for _, l := range n.loops {
			if len(l.mail) > 0 {
				n.runnable = append(n.runnable, l)
			}
		}
		if len(n.runnable) == 0 {
			break
		}
		n.runnable[n.rng.IntN(len(n.runnable))].cycle(true)
	}
	for _, i := range n.rng.Perm(len(n.loops)) {
		n.loops[i].stop()
	}
}

// step is one thing that happens: a loop's cycle, or the next event of the clock
// that is not after end. False: nothing is left until then.
func (n *Net) step(end time.Duration) bool {
	n.runnable = n.runnable[:0]
	next, any := end, false
	for _, l := range n.loops {
		if l.stopped {
			continue
		}
		if l.busy() {
			n.runnable = append(n.runnable, l)
		} else if t, ok := l.nextTimer(); ok && t <= next {
			next, any = t, true
		}
	}
	if len(n.events) > 0 && n.events[0].at <= next {
		next, any = n.events[0].at, true
	}
	if len(n.runnable) > 0 && (!any || next > n.now+leapMost || n.rng.IntN(leapOneIn) != 0) {
		n.runnable[n.rng.IntN(len(n.runnable))].cycle(false)
		return true
	}
	if !any {
		return false
	}
	n.now = max(n.now, next)
	if len(n.events) > 0 && n.events[0].at <= n.now {
		e := heap.Pop(&n.events).(event)
		e.do()
	}
	return true
}

// at has something done at a time; things of the same time happen in the order
// in which at was called.
func (n *Net) at(t time.Duration, do func()) {
	n.seq++
	heap.Push(&n.events, event{t, n.seq, do})
}

// between is a time from a range, of the seed's choice.
func (n *Net) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(n.rng.Int64N(int64(high-low)+1))
}

// chance is true with a probability, of a fault. A probability of 0 takes nothing
// from the seed.
func (n *Net) chance(p float64) bool {
	return p > 0 && n.rng.Float64() < p && n.now >= n.opts.Calm
}

// String says where the net stands, for messages of failing tests.
func (n *Net) String() string { return fmt.Sprintf("seed %d at %v", n.seed, n.now) }

type event struct {
	at  time.Duration
	seq uint64
	do  func()
}

// eventHeap is the events to come, the first at index 0.
type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].seq < h[j].seq
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *eventHeap) Push(x any) { *h = append(*h, x.(event)) }

// Pop implements heap.Interface.
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = event{}
	*h = old[:len(old)-1]
	return e
}
