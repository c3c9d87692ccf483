package reactor

import (
	"math/bits"
	"sync/atomic"
)

// mailbox is a bounded ring with many producers and one consumer. A producer
// takes a ticket, fills the ticket's slot and publishes it by the slot's
// sequence number; slots and the memory for data are there from the start.
//
// A consumer that is about to sleep says so in asleep and looks once more; a
// producer that finds asleep set clears it and wakes. So a burst wakes once, and
// a loop that is awake is never woken.
type mailbox struct {
	slots  []mailSlot
	inline []byte // InlineMail bytes per slot
	mask   uint64
	large  largeStore

	_      [64]byte
	tail   atomic.Uint64
	_      [56]byte
	head   atomic.Uint64 // written by the consumer only
	_      [56]byte
	asleep atomic.Uint32
	closed atomic.Bool
	full   atomic.Uint64 // posts refused
}

type mailSlot struct {
	// seq is the ticket that may fill the slot, ticket+1 once it is filled.
	seq   atomic.Uint64
	large int32 // index+1 of a buffer of the large store
	m     Mail
}

func newMailbox(slots, large int) *mailbox {
	// With a single slot, "filled" and "free for the next turn" would be the same
	// sequence number.
	n := 1 << bits.Len(uint(max(slots, 2)-1))
	b := &mailbox{slots: make([]mailSlot, n), inline: make([]byte, n*InlineMail), mask: uint64(n - 1)}
	for i := range b.slots {
		b.slots[i].seq.Store(uint64(i))
	}
	b.large.init(large)
	return b
}

// post copies m into the ring. It does not wake; see wanted.
func (b *mailbox) post(m *Mail, from int32) error {
	if b.closed.Load() {
		return ErrClosed
	}
	large := int32(0)
	if n := len(m.Data); n > InlineMail {
		if n > MaxMail {
			return ErrTooLarge
		}
		if large = b.large.get(); large == 0 {
			b.full.Add(1)
			return ErrMailboxFull
		}
	}
	var s *mailSlot
	t := b.tail.Load()
	for {
		s = &b.slots[t&b.mask]
		seq := s.seq.Load()
		if seq == t {
			if b.tail.CompareAndSwap(t, t+1) {
				break
			}
			t = b.tail.Load()
			continue
		}
		if seq < t {
			// Still holds the mail of one turn before: full.
			if large != 0 {
				b.large.put(large)
			}
			b.full.Add(1)
			return ErrMailboxFull
		}
		t = b.tail.Load()
	}
	s.m = *m
	s.m.From = from
	s.large = large
	if n := len(m.Data); n > 0 {
		var d []byte
		if large != 0 {
			d = b.large.bufs[large-1][:n:n]
		} else {
			o := int(t&b.mask) * InlineMail
			d = b.inline[o : o+n : o+n]
		}
		copy(d, m.Data)
		s.m.Data = d
	}
	s.seq.Store(t + 1)
	return nil
}

// wanted tells a producer that it has to wake the consumer, and takes that task
// from the others.
func (b *mailbox) wanted() bool {
	return b.asleep.Load() != 0 && b.asleep.CompareAndSwap(1, 0)
}

// next is the oldest mail, nil when there is none. It stays in its slot until done.
func (b *mailbox) next() *Mail {
	h := b.head.Load()
	s := &b.slots[h&b.mask]
	if s.seq.Load() != h+1 {
		return nil
	}
	return &s.m
}

// done gives the slot of the mail that next returned back to the producers.
func (b *mailbox) done() {
	h := b.head.Load()
	s := &b.slots[h&b.mask]
	poison(s.m.Data)
	s.m.Ref, s.m.Err, s.m.Data = nil, nil, nil
	if s.large != 0 {
		b.large.put(s.large)
		s.large = 0
	}
	s.seq.Store(h + b.mask + 1)
	b.head.Store(h + 1)
}

// idle tells whether nothing was posted that is not done. Only meaningful when
// no producer is left.
func (b *mailbox) idle() bool { return b.tail.Load() == b.head.Load() }

// largeStore lends buffers of MaxMail bytes, each made on its first use. It is a
// stack of indices; the upper half of top counts, so that a pop that was
// overtaken is noticed.
type largeStore struct {
	bufs [][]byte
	next []atomic.Int32
	top  atomic.Uint64 // count<<32 | index+1
}

func (l *largeStore) init(n int) {
	l.bufs = make([][]byte, n)
	l.next = make([]atomic.Int32, n)
	for i := range l.next {
		l.next[i].Store(int32(i)) // the one below: index-1, as index+1
	}
	l.top.Store(uint64(n))
}

// get is index+1 of a buffer; 0 when all are lent.
func (l *largeStore) get() int32 {
	for {
		top := l.top.Load()
		i := int32(uint32(top))
		if i == 0 {
			return 0
		}
		below := l.next[i-1].Load()
		if l.top.CompareAndSwap(top, (top>>32+1)<<32|uint64(uint32(below))) {
			if l.bufs[i-1] == nil {
				l.bufs[i-1] = make([]byte, MaxMail)
			}
			return i
		}
	}
}

func (l *largeStore) put(i int32) {
	for {
		top := l.top.Load()
		l.next[i-1].Store(int32(uint32(top)))
		if l.top.CompareAndSwap(top, (top>>32+1)<<32|uint64(uint32(i))) {
			return
		}
	}
}
