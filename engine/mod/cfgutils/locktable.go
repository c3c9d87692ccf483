package cfgutils

import (
	"bytes"
	"hash/maphash"
	"sync"

	"sipedge/engine/core"
)

// table is the locks of one server. It outlives configurations, so a lock that is
// held stays held over a reload. Its mutex is held for a look into the table and
// never across a wait, a log line or a post to another loop.
//
// Who holds a lock is a message, an owner; an owner waits for one lock at most.
// So who waits for whom is a chain, and a deadlock is a chain that comes back to
// its beginning: it is looked for before an owner starts to wait, and found, the
// wait is refused. All of it is under the one mutex, so the chain cannot change
// meanwhile and has no ring in it yet.
type table struct {
	host host
	seed maphash.Seed
	// Methods that are handed out, bound once: end, sweepOn, waited.
	onEnd    core.EndHook
	sweep    func(loop int)
	onResult func(p *core.Proc, result int64, ref any, err error) int32

	mu       sync.Mutex
	chains   [buckets]*lock
	owners   map[*core.Proc]*owner
	nLocks   int
	nWaiting int
	undone   []post // results that their loop's mailbox had no room for
	armed    bool   // sweep is to run

	freeLocks  *lock
	freeOwners *owner
}

// The table is in two files: this one changes it, lockwait.go is about the
// scripts that wait.

// lock is a key that somebody holds.
type lock struct {
	key    []byte
	hash   uint64
	holder *owner
	first  *owner // those who wait, in the order in which they came
	last   *owner
	next   *lock // in the chain of the table, or free
	also   *lock // another one of the same holder
}

// owner is a message that holds locks or waits for one.
type owner struct {
	p      *core.Proc
	held   *lock
	wants  *lock
	handle core.Handle
	next   *owner // behind it in the queue, or free
	turns  int    // sweeps that it has waited
	most   int    // sweeps that it may wait, 0 for no end
}

// outcome of an attempt to lock.
type outcome uint8

const (
	taken outcome = iota
	waits
	busy      // held by another, and the caller does not want to wait
	ownLock   // held by the message itself
	deadlock  // the holder waits for this message
	full      // too many locks
	noSuspend // the script cannot wait: err says why
)

func newTable(h host) *table {
	t := &table{host: h, seed: maphash.MakeSeed(), owners: map[*core.Proc]*owner{}}
	t.onEnd, t.sweep, t.onResult = t.end, t.sweepOn, t.waited
	return t
}

// acquire locks key for the message. Where another holds it and wait is set, the
// script is suspended (waits). wanted is, for a deadlock, the key that the holder
// waits for.
func (t *table) acquire(p *core.Proc, key []byte, wait bool, most int) (o outcome, wanted string, err error) {
	h := maphash.Bytes(t.seed, key)
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.find(h, key)
	if l == nil {
		if t.nLocks >= maxLocks {
			return full, "", nil
		}
		me := t.owner(p)
		if me == nil {
			return full, "", nil
		}
		t.hold(t.add(h, key), me)
		return taken, "", nil
	}
	if l.holder.p == p {
		return ownLock, "", nil
	}
	if !wait {
		return busy, "", nil
	}
	for at := l.holder; at.wants != nil; at = at.wants.holder {
		if at.wants.holder.p == p {
			return deadlock, string(at.wants.key), nil
		}
	}
	me := t.owner(p)
	if me == nil {
		return full, "", nil
	}
	if me.handle, err = p.Suspend(t.onResult); err != nil {
		return noSuspend, "", err
	}
	me.wants, me.next, me.turns, me.most = l, nil, 0, most
	if l.last == nil {
		l.first = me
	} else {
		l.last.next = me
	}
	l.last = me
	t.nWaiting++
	return waits, "", nil
}

// release gives up key; false where the message does not hold it.
func (t *table) release(p *core.Proc, key []byte) bool {
	h := maphash.Bytes(t.seed, key)
	t.mu.Lock()
	l := t.find(h, key)
	if l == nil || l.holder.p != p {
		t.mu.Unlock()
		return false
	}
	me := l.holder
	for q := &me.held; *q != nil; q = &(*q).also {
		if *q == l {
			*q = l.also
			break
		}
	}
	next := t.pass(l)
	t.mu.Unlock()
	t.deliver(next)
	return true
}

// end gives up what a message that is done has held or waited for, and says so
// where it held something: its script should have given it back.
func (t *table) end(p *core.Proc) {
	var buf [4]post
	next, forgotten := buf[:0], ""
	t.mu.Lock()
	me := t.owners[p]
	if me == nil {
		t.mu.Unlock()
		return
	}
	if me.wants != nil {
		t.leave(me)
	}
	for l := me.held; l != nil; {
		also := l.also
		if forgotten != "" {
			forgotten += `", "`
		}
		forgotten += string(l.key)
		next = append(next, t.pass(l))
		l = also
	}
	delete(t.owners, p)
	*me = owner{next: t.freeOwners}
	t.freeOwners = me
	t.mu.Unlock()
	for _, n := range next {
		t.deliver(n)
	}
	if forgotten != "" {
		p.Logf(levelErr, `lock: the message is done and its script still held "%s"; released`, forgotten)
	}
}

// pass hands a lock on to the first who waits for it, or takes it out of the
// table. The result is what the new holder's script waits for; zero for nobody.
func (t *table) pass(l *lock) post {
	to := l.first
	if to == nil {
		t.remove(l)
		return post{}
	}
	t.leave(to)
	t.hold(l, to)
	return post{handle: to.handle, result: granted}
}

// hold makes o the holder of l.
func (t *table) hold(l *lock, o *owner) {
	l.holder = o
	l.also, o.held = o.held, l
}

// leave takes o out of the queue that it stands in.
func (t *table) leave(o *owner) {
	l := o.wants
	var before *owner
	for at := l.first; at != o; at = at.next {
		before = at
	}
	if before == nil {
		l.first = o.next
	} else {
		before.next = o.next
	}
	if l.last == o {
		l.last = before
	}
	o.wants, o.next = nil, nil
	t.nWaiting--
}

// owner is the message as the table knows it; nil when the message cannot take
// another hook.
func (t *table) owner(p *core.Proc) *owner {
	o := t.owners[p]
	if o != nil {
		if o.wants != nil {
			t.leave(o) // its wait came to nothing
		}
		return o
	}
	if !p.AtEnd(t.onEnd) {
		return nil
	}
	if o = t.freeOwners; o != nil {
		t.freeOwners = o.next
		o.next = nil
	} else {
		o = &owner{}
	}
	o.p = p
	t.owners[p] = o
	return o
}

func (t *table) find(h uint64, key []byte) *lock {
	for l := t.chains[h%buckets]; l != nil; l = l.next {
		if l.hash == h && bytes.Equal(l.key, key) {
			return l
		}
	}
	return nil
}

func (t *table) add(h uint64, key []byte) *lock {
	l := t.freeLocks
	if l != nil {
		t.freeLocks = l.next
		*l = lock{key: l.key[:0]}
	} else {
		l = &lock{}
	}
	l.key, l.hash = append(l.key, key...), h
	at := &t.chains[h%buckets]
	l.next, *at = *at, l
	t.nLocks++
	return l
}

func (t *table) remove(l *lock) {
	at := &t.chains[l.hash%buckets]
	for *at != l {
		at = &(*at).next
	}
	*at = l.next
	l.holder, l.also = nil, nil
	l.next, t.freeLocks = t.freeLocks, l
	t.nLocks--
}
