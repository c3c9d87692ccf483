//go:build unix

package reactor

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sipedge/reactor/internal/wheel"
)

// loop is one event loop. Its fields belong to its goroutine, or to that of loop 0
// while it is a guest there (gather.go), but for the mailbox, the orders and the
// counters.
type loop struct {
	r    *Reactor
	id   int
	h    Handler
	poll poller
	edge bool
	wake waker
	mail *mailbox
	now  int64 // ns since the reactor was made
	wall int64 // ns since 1970
	last int64 // when the running callback began, or the one before ended

	turned bool  // has had a turn in this cycle
	began  int64 // when the first one began

	timers *wheel.Wheel

	socks  []*udpSocket // by SocketID; nil where the loop has none
	recv   *receiver
	errs   *errReader
	out    outBatch
	events [maxEvents]event
	ready  []*udpSocket // edge-triggered sockets that may have more
	again  []*udpSocket // those of the cycle before
	paused []*udpSocket // sockets with a queue that no event will announce

	// Datagrams that did not arrive (errqueue.go).
	datagrams DatagramHandler // h, when it is one
	report    Undelivered
	refused   []refusal
	nRefused  int

	// Streams (conntable.go and the files beside it).
	streams    StreamHandler // h, when it is one
	listeners  []*listener   // by SocketID; nil where the loop has none
	slots      []connSlot
	freeSlots  []uint32
	freeConns  []*conn
	dead       []*conn // closed in this cycle
	draining   []*conn // to be closed after the flush
	noRelief   int64   // when relieve found nobody to close
	readyConns []*conn // edge-triggered connections that may have more
	againConns []*conn // those of the cycle before
	notes      []note
	deadlines  *wheel.Wheel
	bufs       buffers
	sealed     []byte    // what one system call reads of a TLS connection
	shared     []byte    // what one system call reads, behind a part of a message
	frames     []Message // of one connection, for Receive
	wantAccept bool      // a descriptor was closed
	acceptTime uint64    // the timer by which accepting goes on

	// SCTP (sctp.go and the files beside it).
	onAssoc    AssocHandler // h, when it is one
	assocPorts []*assocPort // by SocketID; nil for other addresses
	assocNotes []AssocEvent

	ordersMu sync.Mutex
	orders   []func(*loop) // what the reactor wants done on the loop
	ended    bool          // takes no order any more
	ordered  atomic.Bool

	gathering
	rousing  atomic.Int32 // others that may be writing to wake
	stopping bool
	halted   bool // counted in Reactor.halted
	breath   int64
	c        counters
}

const wakeTag = -1

func newLoop(r *Reactor, id int, kind pollerKind) (*loop, error) {
	l := &loop{r: r, id: id, edge: kind.edge,
		mail:      newMailbox(r.cfg.MailboxSlots, r.cfg.MailboxLarge),
		timers:    wheel.New(1, r.cfg.MaxTimers),
		deadlines: wheel.New(1, connSlotMask),
		recv:      newReceiver(r.cfg.RecvBatch),
		errs:      newErrReader(),
	}
	l.out.init(r.cfg.SendBatch)
	l.back = make(chan struct{}, 1)
	var err error
	if l.poll, err = kind.open(); err != nil {
		return nil, err
	}
	if l.wake, err = newWaker(); err != nil {
		l.poll.close()
		return nil, err
	}
	if err = l.poll.add(l.wake.fd, wakeTag, wantRead); err != nil {
		l.closePoller()
		return nil, err
	}
	l.clock()
	return l, nil
}

func (l *loop) closePoller() {
	l.wake.close()
	l.poll.close()
}

// clock reads the time for the cycle.
func (l *loop) clock() {
	t := time.Now()
	l.now = int64(t.Sub(l.r.epoch)) + 1
	l.wall = t.UnixNano()
}

// run is the loop's goroutine.
func (l *loop) run() {
	runtime.LockOSThread() // never unlocked: the thread's CPU and class end with it
	if l.r.cfg.Pin && len(l.r.cpus) > 0 {
		if err := pinThread(l.r.cpus[l.id%len(l.r.cpus)]); err != nil {
			l.r.report(l, "pin", err)
		}
	}
	if err := setThreadSched(l.r.cfg.Sched); err != nil {
		l.r.report(l, "sched", err)
	}
	l.clock()
	l.last = l.now
	l.guard("Start", 0, func() { l.h.Start(l) })
	l.out.flush(l) // the first cycle may sleep for long
	l.afterFlush()
	for !l.cycle() {
		if l.calm >= calmWindows {
			l.visit()
		}
	}
	l.finish()
}

// cycle is one turn of the loop and of those that are its guests (gather.go), from
// a wait on. It returns true when the loop has stopped.
func (l *loop) cycle() bool {
	l.turn(l.wait())
	if len(l.guests) > 0 {
		l.host()
	}
	l.endTurns()
	if l.r.gathers {
		l.weigh()
	}
	return l.stopping && l.r.quiet(l)
}

// turn does what there is to do: mailbox, the n ready descriptors, timers. There may
// be several before endTurns.
func (l *loop) turn(n int) {
	l.clock()
	l.last = l.now
	if !l.turned {
		l.turned, l.began = true, l.now
		l.c.cycles.Add(1)
	}
	l.tell()
	if l.nRefused > 0 {
		l.tellRefused()
	}
	if l.ordered.Load() {
		l.obey()
		l.tell()
	}
	l.drainMail()
	l.again, l.ready = l.ready, l.again[:0]
	l.againConns, l.readyConns = l.readyConns, l.againConns[:0]
	for i := range n {
		ev := &l.events[i]
		if ev.tag == wakeTag {
			l.wake.clear()
			continue
		}
		if ev.tag < wakeTag {
			l.r.loops[guestTag-ev.tag].called = true
			continue
		}
		if ev.tag&connTag != 0 {
			if c := l.connAt(ev.tag &^ connTag); c != nil {
				l.onConn(c, ev)
				l.tell()
			}
			continue
		}
		s := l.sock(SocketID(ev.tag))
		if s == nil {
			if k := l.listener(SocketID(ev.tag)); k != nil && !l.stopping {
				l.accept(k)
				l.tell()
			} else if k := l.assocPort(SocketID(ev.tag)); k != nil && k.s != nil {
				l.onAssocSocket(k.s, ev)
				l.tell()
			}
			continue
		}
		if ev.fault {
			l.readErrors(s)
		}
		if ev.write {
			l.retry(s)
		}
		if ev.read && !s.more && !l.stopping {
			l.read(s)
		}
	}
	if len(l.again) > 0 && !l.stopping {
		l.readAgain()
	}
	if len(l.againConns) > 0 && !l.stopping {
		l.readConnsAgain(l.againConns)
	}
	if len(l.paused) > 0 {
		l.retryPaused()
	}
	if !l.stopping {
		l.fire()
		if l.deadlines.Len() > 0 {
			l.expire()
			l.tell()
		}
	}
}

// endTurns ends the cycle of a loop that has had a turn in it: CycleEnd, flush.
func (l *loop) endTurns() {
	if !l.turned {
		return
	}
	l.turned = false
	l.last = int64(time.Since(l.r.epoch)) + 1 // others may have had their turns meanwhile
	l.cycleEnd()
	l.out.flush(l)
	l.afterFlush()
	lag := uint64(time.Since(l.r.epoch)) + 1 - uint64(l.began)
	l.c.lag.Store(lag)
	if lag > l.c.maxLag.Load() {
		l.c.maxLag.Store(lag)
	}
}

// patience is how long the loop may sleep if nothing comes: until its next timer,
// without bound when it is negative, not at all when there is something to do.
func (l *loop) patience() time.Duration {
	timeout := time.Duration(-1)
	if next := l.nextTick(); next != never {
		timeout = max(time.Duration(next*int64(TimerTick)-int64(time.Since(l.r.epoch))), 0)
	}
	if len(l.paused) > 0 && (timeout < 0 || timeout > retryPause) {
		timeout = retryPause
	}
	if len(l.ready) > 0 || len(l.readyConns) > 0 || len(l.notes) > 0 || len(l.assocNotes) > 0 || l.nRefused > 0 {
		timeout = 0
	}
	if l.stopping {
		timeout = stopPoll
	}
	return timeout
}

// lieDown says that the loop is about to sleep, so that who posts has to wake it;
// false when something has come already.
func (l *loop) lieDown() bool {
	l.mail.asleep.Store(1)
	return l.mail.next() == nil && !l.ordered.Load()
}

// wait sleeps until something is ready, the next timer is due or a mail comes,
// and not at all when there is something to do already.
func (l *loop) wait() int {
	timeout := l.patience()
	for _, g := range l.guests {
		if t := g.patience(); timeout < 0 || t >= 0 && t < timeout {
			timeout = t
		}
	}
	if timeout != 0 && !l.lieDown() {
		timeout = 0
	}
	for _, g := range l.guests {
		if timeout != 0 && !g.lieDown() {
			timeout = 0
		}
	}
	if timeout != 0 {
		l.c.sleeps.Add(1)
		l.breath = 0
	} else if l.r.cfg.Sched.Policy != SchedOther {
		l.rest()
	}
	n, err := l.poll.wait(timeout, l.events[:])
	l.mail.asleep.Store(0)
	for _, g := range l.guests {
		g.mail.asleep.Store(0)
	}
	if err != nil {
		l.c.recvErrors.Add(1)
		breathe() // a poller that fails at once must not take the processor
		return 0
	}
	return n
}

// nextTick is when the first of all timers is due, never for none.
func (l *loop) nextTick() int64 {
	next := never
	if l.timers.Len() > 0 {
		next = l.timers.Next()
	}
	if l.deadlines.Len() > 0 {
		next = min(next, l.deadlines.Next())
	}
	return next
}

// afterFlush closes what had only to be written and gives back what the cycle's
// dead connections had.
func (l *loop) afterFlush() {
	if len(l.draining) > 0 {
		l.finishDraining()
	}
	if len(l.dead) > 0 {
		l.bury()
	}
	if l.wantAccept {
		l.wantAccept = false
		l.resumeAccept()
	}
}

// rest lets a busy real-time loop sleep for a moment now and then (rtBreath).
func (l *loop) rest() {
	now := int64(time.Since(l.r.epoch))
	if l.breath == 0 {
		l.breath = now
	} else if now-l.breath > int64(rtBreath) {
		breathe()
		l.breath = now
	}
}

// drainMail handles the mails that are there, those that come meanwhile in the
// next cycle.
func (l *loop) drainMail() {
	end := l.mail.tail.Load()
	n := uint64(0)
	for l.mail.head.Load() < end {
		m := l.mail.next()
		if m == nil {
			break // its producer has not finished writing it
		}
		if m.op != opNone {
			l.connMail(m)
		} else {
			l.posted(m)
		}
		l.mail.done()
		n++
	}
	if n > 0 {
		l.c.postsIn.Add(n)
	}
}

func (l *loop) posted(m *Mail) {
	kind := m.Kind
	defer l.done("Posted", kind)
	l.h.Posted(l, m)
}

func (l *loop) read(s *udpSocket) {
	for range readBatches {
		batch, more, err := l.recv.read(s, l.now, &l.c)
		if err != nil && err != unix.EAGAIN && err != unix.EINTR {
			l.c.recvErrors.Add(1)
		}
		l.deliver(batch)
		if !more {
			return
		}
	}
	if l.edge {
		s.more = true
		l.ready = append(l.ready, s)
	}
}

// readAgain goes on with sockets that an edge-triggered poller will not report again.
func (l *loop) readAgain() {
	for _, s := range l.again {
		s.more = false
		if !s.closing {
			l.read(s)
		}
	}
}

// deliver gives a batch to the handler.
func (l *loop) deliver(batch []Message) {
	if len(batch) == 0 {
		return
	}
	l.c.batches.Add(1)
	l.receive(batch)
	for i := range batch {
		poison(batch[i].Data)
	}
}

func (l *loop) receive(batch []Message) {
	defer l.done("Receive", 0)
	l.h.Receive(l, batch)
}

// fire calls the timers that are due, at most maxTimersPerCycle.
func (l *loop) fire() {
	due := l.now / int64(TimerTick)
	n := uint64(0)
	for range maxTimersPerCycle {
		kind, arg, ok := l.timers.Pop(due)
		if !ok {
			break
		}
		n++
		l.timer(kind, arg)
	}
	l.c.timersFired.Add(n)
	l.c.timersArmed.Store(uint64(l.timers.Len()))
}

func (l *loop) timer(kind uint32, arg uint64) {
	defer l.done("Timer", kind)
	l.h.Timer(l, kind, arg)
}

func (l *loop) cycleEnd() {
	defer l.done("CycleEnd", 0)
	l.h.CycleEnd(l)
}

// guard runs a rare callback as done does the frequent ones.
func (l *loop) guard(name string, kind uint32, f func()) {
	defer l.done(name, kind)
	f()
}

// done ends every callback: it catches a panic and notices a callback that took
// too long.
func (l *loop) done(name string, kind uint32) {
	if e := recover(); e != nil {
		l.c.panics.Add(1)
		l.out.abandon()
		if f := l.r.cfg.OnPanic; f != nil {
			f(l.id, name, e, debug.Stack())
		}
	}
	now := int64(time.Since(l.r.epoch)) + 1
	took := now - l.last
	l.last = now
	if took >= int64(SlowCallback) {
		l.c.slow.Add(1)
		if f := l.r.cfg.OnSlow; f != nil {
			f(l.id, name, kind, time.Duration(took))
		}
	}
}

// order has f run on the loop, in its next cycle; false when the loop has ended
// and nothing will be run.
func (l *loop) order(f func(*loop)) bool {
	l.ordersMu.Lock()
	defer l.ordersMu.Unlock()
	if l.ended {
		return false
	}
	l.orders = append(l.orders, f)
	l.ordered.Store(true)
	l.wake.wake() // under the lock: the descriptor is open as long as not ended
	return true
}

func (l *loop) obey() {
	l.ordersMu.Lock()
	orders := l.orders
	l.orders = nil
	l.ordered.Store(false)
	l.ordersMu.Unlock()
	for _, f := range orders {
		f(l)
	}
}

// halt is the order to stop: from the next cycle on only mail is handled, and
// what is queued is sent. Sockets that nobody reads must not end the waits.
func (l *loop) halt() {
	l.stopping = true
	for _, s := range l.socks {
		if s != nil {
			l.poll.remove(s.fd)
			s.waiting = false
			l.await(s, unix.ENOBUFS)
		}
	}
	l.haltStreams()
	l.haltAssocs()
}

// sock is the loop's socket of a listen address, nil if there is none.
func (l *loop) sock(id SocketID) *udpSocket {
	if id < 0 || int(id) >= len(l.socks) {
		return nil
	}
	return l.socks[id]
}

// addSocket takes a descriptor over.
func (l *loop) addSocket(s *udpSocket) error {
	for int(s.id) >= len(l.socks) {
		l.socks = append(l.socks, nil)
	}
	if err := l.poll.add(s.fd, int32(s.id), wantRead); err != nil {
		return err
	}
	l.socks[s.id] = s
	return nil
}

// removeSocket reads what has arrived and closes the descriptor. Connections that
// were accepted on an address live on.
func (l *loop) removeSocket(id SocketID) {
	s := l.sock(id)
	if s == nil {
		if k := l.listener(id); k != nil {
			l.accept(k)
			l.closeListener(k)
			l.tell()
		} else if k := l.assocPort(id); k != nil {
			l.closeAssocPort(k)
			l.tell()
		}
		return
	}
	for range drainBatches {
		batch, more, _ := l.recv.read(s, l.now, &l.c)
		l.deliver(batch)
		if !more {
			break
		}
	}
	l.out.flush(l)
	l.closeSocket(s)
}

func (l *loop) closeSocket(s *udpSocket) {
	if len(s.queue.ents) > 0 {
		l.c.sendDrops.Add(uint64(len(s.queue.ents)))
	}
	s.closing = true
	l.poll.remove(s.fd)
	unix.Close(s.fd)
	l.socks[s.id] = nil
}
