package core

import (
	"context"
	"errors"
	"time"

	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/script/rt"
	"sipedge/sipparse"
)

// Handle names a suspended message: its loop, its place in that loop's table
// and the place's generation, so that a late event finds nobody instead of
// somebody else.
type Handle uint64

func makeHandle(loop, slot int, gen uint32) Handle {
	return Handle(uint64(loop)<<56 | uint64(slot)<<32 | uint64(gen))
}

func (h Handle) slot() int { return int(h>>32) & 0xffffff }

// Loop is the loop that the suspended message lives on.
func (h Handle) Loop() int { return int(h >> 56) }

// Kinds of mail and timers between the loops of one server.
const (
	mailMessage     uint32 = iota + 1 // a message handed to its home loop
	mailUnsent                        // a request that was lost with its connection
	mailUndelivered                   // a datagram that did not arrive
	mailResume                        // a suspended message's result
	mailCall                          // a function to be run on the loop
)

const (
	timerResume uint32 = iota + 1 // a script that sleeps
	timerCall                     // a function of a module (after.go)
)

// suspension is one place of a loop's table of suspended messages.
type suspension struct {
	p      *Proc
	done   func(p *Proc, result int64, ref any, err error) int32
	key    uint64
	gen    uint32
	next   int32 // free list, or the chain of the same key; index+1
	parked parkedMessage
}

// parkedMessage is a CANCEL that waits for its INVITE's script.
type parkedMessage struct {
	data []byte
	meta reactor.Meta
}

// Await runs work on the pool and suspends the script until it is done; the
// calling function returns what Await returns. done runs on the message's loop
// with the outcome, before the script goes on, and its result is the script
// function's; nil: the result is 1, or -1 after an error. When the pool or the
// table of suspended messages is full, Await returns -1 at once and Err tells.
func (p *Proc) Await(deadline time.Duration, work func(context.Context) (int64, any, error), done func(p *Proc, result int64, ref any, err error) int32) int32 {
	h, err := p.suspend(done)
	if err != nil {
		return p.failed(err)
	}
	poster := p.loop.rl.Poster()
	err = p.loop.srv.pool.Submit(pool.Job{
		Run:      work,
		Deadline: deadline,
		Done: func(c pool.Completion) error {
			m := reactor.Mail{Kind: mailResume, Arg: uint64(h), Result: c.Result, Ref: completion{c.Ref, c.Err}}
			return delivered(poster.Post(&m))
		},
	})
	if err != nil {
		p.abandon()
		return p.failed(err)
	}
	return rt.Pending
}

// delivered is a post's error as the pool understands it: a full mailbox is
// tried again, a loop that has ended never answers.
func delivered(err error) error {
	if errors.Is(err, reactor.ErrClosed) || errors.Is(err, reactor.ErrNoLoop) {
		return pool.ErrGone
	}
	return err
}

type completion struct {
	ref any
	err error
}

// Sleep suspends the script for d of the loop's time. When the table of suspended
// messages or the loop's timers are full it returns -1 at once and Err tells.
func (p *Proc) Sleep(d time.Duration) int32 {
	h, err := p.suspend(nil)
	if err != nil {
		return p.failed(err)
	}
	if p.loop.rl.After(d, timerResume, uint64(h)) == 0 {
		p.abandon()
		return p.failed(ErrTimers)
	}
	return rt.Pending
}

// Suspend prepares the script's suspension and returns the handle with which
// Server.Resume lets it go on; the calling function then returns rt.Pending. A
// function that returns something else instead gives the handle up. done may
// suspend the script again and return rt.Pending itself.
func (p *Proc) Suspend(done func(p *Proc, result int64, ref any, err error) int32) (Handle, error) {
	return p.suspend(done)
}

func (p *Proc) suspend(done func(p *Proc, result int64, ref any, err error) int32) (Handle, error) {
	p.abandon()
	h, err := p.loop.reserve(p, done)
	if err == nil {
		p.self = h
	}
	return h, err
}

// abandon gives up the handle of a suspension that did not come about, so that
// its result, should there be one, finds nobody.
func (p *Proc) abandon() {
	if p.self != 0 {
		p.loop.release(p.self)
		p.self = 0
	}
}

// Resume lets a suspended script go on with a result, from any goroutine. An
// error means that the loop's mailbox is full, try again, or that it has ended
// (reactor.ErrClosed).
func (s *Server) Resume(h Handle, result int64, ref any) error {
	m := reactor.Mail{Kind: mailResume, Arg: uint64(h), Result: result, Ref: completion{ref, nil}}
	return s.network.Poster(h.Loop()).Post(&m)
}

// reserve takes a place in the table.
func (l *loop) reserve(p *Proc, done func(*Proc, int64, any, error) int32) (Handle, error) {
	if l.nSuspended >= p.snap.cfg.SuspendMax {
		l.stats.suspendFull.Add(1)
		return 0, ErrSuspendFull
	}
	i := l.freeSlot
	if i == 0 {
		l.slots = append(l.slots, suspension{})
		i = int32(len(l.slots))
	} else {
		l.freeSlot = l.slots[i-1].next
	}
	s := &l.slots[i-1]
	gen := max(s.gen+1, 1) // 0 is no handle's
	*s = suspension{p: p, done: done, gen: gen}
	l.nSuspended++
	return makeHandle(l.id, int(i-1), gen), nil
}

// lookup is the place of a handle, nil when it is over.
func (l *loop) lookup(h Handle) *suspension {
	i := h.slot()
	if i >= len(l.slots) || l.slots[i].gen != uint32(h) || l.slots[i].p == nil {
		return nil
	}
	return &l.slots[i]
}

// release gives a place back.
func (l *loop) release(h Handle) {
	s := l.lookup(h)
	if s == nil {
		return
	}
	l.unkey(h.slot())
	s.p, s.done, s.parked = nil, nil, parkedMessage{}
	s.next = l.freeSlot
	l.freeSlot = int32(h.slot()) + 1
	l.nSuspended--
}

// park keeps a message whose script waits: the bytes and the strings built so
// far move into a buffer of their own, and the transaction's key goes into the
// table at once, so that retransmissions and a CANCEL find it (DESIGN §4). false:
// it could not be kept and its life has ended.
func (l *loop) park(p *Proc) bool {
	s := l.lookup(p.self)
	if s == nil { // the result was delivered by a function that then said Pending: a bug of that function
		l.stats.panics.Add(1)
		l.logf(p, levelErr, "a script function suspended without a handle; its message is dropped")
		l.giveUp(p)
		return false
	}
	l.stats.suspended.Add(1)
	if !p.Keep() {
		l.logf(p, levelErr, "no memory left for the messages of waiting scripts; this one ends")
		l.giveUp(p)
		return false
	}
	if p.Index.IsRequest() && s.key == 0 && p.event == nil && !p.http {
		l.key(p.self.slot(), transactionKey(p))
	}
	return true
}

// giveUp ends a message whose script can go no further.
func (l *loop) giveUp(p *Proc) {
	if h := l.theHook(); h != nil && (p.Txn != 0 || p.end != nil) {
		h.Lost(p)
	}
	l.put(p)
}

// resume lets a suspended script go on. A CANCEL that waits for it is processed
// when the script has ended, however it ended, and goes on waiting while it waits.
func (l *loop) resume(h Handle, result int64, ref any, err error) {
	s := l.lookup(h)
	if s == nil {
		l.stats.resumedLate.Add(1)
		return
	}
	p, done, parked := s.p, s.done, s.parked
	l.release(h)
	p.self = 0
	if !l.goOn(p, done, result, ref, err) {
		if parked.data != nil {
			l.stats.cancelsHonoured.Add(1)
			l.receive(parked.data, &parked.meta, true)
		}
		return
	}
	if s := l.lookup(p.self); s != nil {
		s.parked = parked
	}
}

// goOn runs a script from where it waited; true: it waits again.
func (l *loop) goOn(p *Proc, done func(*Proc, int64, any, error) int32, result int64, ref any, err error) bool {
	defer l.boundary(p)
	if next := p.beside; next != nil {
		p.beside = nil
		return next(p, ref)
	}
	r := rt.Ret32(result)
	if done != nil {
		if r = done(p, result, ref, err); r == rt.Pending {
			return l.park(p)
		}
	} else if err != nil {
		p.fail = err
		r = -1
	}
	p.abandon()
	st, serr := p.Resume(r)
	if st == rt.Suspended {
		return l.park(p)
	}
	l.finish(p, st, serr)
	return false
}

// key enters slot i under a transaction key; unkey takes it out.
func (l *loop) key(i int, k uint64) {
	if k == 0 {
		k = 1
	}
	s := &l.slots[i]
	s.key = k
	s.next = l.keys[k]
	l.keys[k] = int32(i) + 1
}

func (l *loop) unkey(i int) {
	k := l.slots[i].key
	if k == 0 {
		return
	}
	if l.keys[k] == int32(i)+1 {
		if n := l.slots[i].next; n != 0 {
			l.keys[k] = n
		} else {
			delete(l.keys, k)
		}
	} else {
		for j := l.keys[k]; j != 0; j = l.slots[j-1].next {
			if l.slots[j-1].next == int32(i)+1 {
				l.slots[j-1].next = l.slots[i].next
				break
			}
		}
	}
	l.slots[i].key = 0
}

// absorb looks for a suspended transaction that an incoming request belongs to.
// A retransmission is absorbed, a CANCEL is parked until the INVITE's script
// has gone on. true: the message is dealt with.
func (l *loop) absorb(p *Proc) bool {
	m := p.Index.Method()
	if m == sipparse.MethodAck {
		return false
	}
	for i := l.keys[nonZero(transactionKey(p))]; i != 0; i = l.slots[i-1].next {
		s := &l.slots[i-1]
		if !sameTransaction(p, s.p) {
			continue
		}
		if m == s.p.Index.Method() {
			l.stats.absorbed.Add(1)
			if h := l.theHook(); h != nil && s.p.Txn != 0 {
				h.Absorbed(s.p)
			}
			return true
		}
		if m == sipparse.MethodCancel && s.p.Index.Method() == sipparse.MethodInvite {
			if s.parked.data != nil {
				l.stats.absorbed.Add(1)
				return true
			}
			s.parked = parkedMessage{append([]byte(nil), p.Msg...), p.Meta}
			l.stats.cancelsParked.Add(1)
			return true
		}
	}
	return false
}

func nonZero(k uint64) uint64 {
	if k == 0 {
		return 1
	}
	return k
}
