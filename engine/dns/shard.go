package dns

import (
	"sync"
	"unsafe"
)

// A shard keeps entries in memory that it takes in pages and never gives back, up
// to its limit. Nothing in it is a pointer besides the lists of pages, so that the
// collector has nothing to follow, whatever the number of names. An entry's name
// and records lie in a chain of blocks of one size: nothing is ever fragmented, and
// what an entry costs is known exactly.
type shard struct {
	mu sync.Mutex

	limit int // bytes
	used  int // bytes of pages and table

	table   []uint32 // hash → chain of entries; indices are counted from 1, 0 is none
	entries [][]entry
	blocks  [][]block

	freeEntry, freeBlock uint32
	newest, oldest       uint32 // by use
	live, negative       int

	evicted, refused, hits, misses, stale uint64
}

// entry is what is known of one name and type. Times are in milliseconds of the cache's clock.
type entry struct {
	hash   uint64
	expire int64 // the answer is good until then
	retry  int64 // until then, a stale answer is given without asking for a new one

	next         uint32 // of the same slot of the table, or of the free list
	older, newer uint32 // by use
	first        uint32 // block
	ttl          uint32 // as received, ms, saturated

	typ     Type
	size    uint16 // bytes of records
	n       uint16 // records
	nameLen uint8
	status  Status
	flags   uint8
	hits    uint8 // since it was put, saturated

	used uint32 // when it was last moved to the front, in touchEvery
}

// Flags of an entry.
const (
	flagPermanent  uint8 = 1 << iota
	flagManual           // entered by hand
	flagRefreshing       // a refresh has been asked for
	flagFailing          // the last refresh failed, or takes too long
)

const blockData = 60

type block struct {
	next uint32
	data [blockData]byte
}

const (
	pageLen    = 32 // entries or blocks
	entrySize  = int(unsafe.Sizeof(entry{}))
	blockSize  = int(unsafe.Sizeof(block{}))
	sliceSize  = int(unsafe.Sizeof([]entry{}))
	wordSize   = 4
	noMoreTime = int64(1)<<62 - 1
	// touchEvery is how exactly the order of use is kept, in ms: moving an entry to
	// the front costs as much as all the rest of a hit.
	touchEvery = 256
	// evictScan is how many of the least recently used entries are looked at for one
	// that is past its time.
	evictScan = 16
)

func newShard(limit int) *shard {
	s := &shard{limit: limit}
	n := 16
	for n*2*(entrySize+blockSize) <= limit {
		n *= 2
	}
	if n*wordSize <= limit {
		s.table = make([]uint32, n)
		s.used = n * wordSize
	}
	return s
}

func (s *shard) entry(i uint32) *entry { return &s.entries[(i-1)/pageLen][(i-1)%pageLen] }
func (s *shard) block(i uint32) *block { return &s.blocks[(i-1)/pageLen][(i-1)%pageLen] }

func (s *shard) slot(hash uint64) *uint32 { return &s.table[hash&uint64(len(s.table)-1)] }

// find gives the entry of a name and type, 0 if there is none.
func (s *shard) find(hash uint64, name []byte, typ Type) uint32 {
	if len(s.table) == 0 {
		return 0
	}
	for i := *s.slot(hash); i != 0; {
		e := s.entry(i)
		if e.hash == hash && e.typ == typ && int(e.nameLen) == len(name) && s.nameIs(e, name) {
			return i
		}
		i = e.next
	}
	return 0
}

func (s *shard) nameIs(e *entry, name []byte) bool {
	for i := e.first; ; {
		b := s.block(i)
		if len(name) <= blockData {
			return string(b.data[:len(name)]) == string(name)
		}
		if string(b.data[:]) != string(name[:blockData]) {
			return false
		}
		name, i = name[blockData:], b.next
	}
}

// readName appends an entry's name.
func (s *shard) readName(e *entry, dst []byte) []byte { return s.read(e, dst, 0, int(e.nameLen)) }

// readData appends an entry's records.
func (s *shard) readData(e *entry, dst []byte) []byte {
	return s.read(e, dst, int(e.nameLen), int(e.nameLen)+int(e.size))
}

func (s *shard) read(e *entry, dst []byte, from, to int) []byte {
	if to <= blockData {
		return append(dst, s.block(e.first).data[from:to]...)
	}
	for i, at := e.first, 0; i != 0 && at < to; at += blockData {
		b := s.block(i)
		if lo, hi := max(from-at, 0), min(to-at, blockData); lo < hi {
			dst = append(dst, b.data[lo:hi]...)
		}
		i = b.next
	}
	return dst
}

// touch makes an entry the most recently used one, once in a while.
func (s *shard) touch(i uint32, now int64) {
	e := s.entry(i)
	if t := uint32(now / touchEvery); e.used != t {
		e.used = t
		s.front(i)
	}
}

func (s *shard) front(i uint32) {
	if s.newest != i {
		s.unlink(i)
		s.link(i)
	}
}

func (s *shard) link(i uint32) {
	e := s.entry(i)
	e.older, e.newer = s.newest, 0
	if s.newest != 0 {
		s.entry(s.newest).newer = i
	} else {
		s.oldest = i
	}
	s.newest = i
}

func (s *shard) unlink(i uint32) {
	e := s.entry(i)
	if e.newer != 0 {
		s.entry(e.newer).older = e.older
	} else {
		s.newest = e.older
	}
	if e.older != 0 {
		s.entry(e.older).newer = e.newer
	} else {
		s.oldest = e.newer
	}
}

// remove takes an entry out and keeps its memory for others.
func (s *shard) remove(i uint32) {
	e := s.entry(i)
	for p := s.slot(e.hash); *p != 0; p = &s.entry(*p).next {
		if *p == i {
			*p = e.next
			break
		}
	}
	s.unlink(i)
	s.live--
	if e.status != Found {
		s.negative--
	}
	for b := e.first; b != 0; {
		k := s.block(b)
		next := k.next
		k.next, s.freeBlock = s.freeBlock, b
		b = next
	}
	*e = entry{next: s.freeEntry}
	s.freeEntry = i
}

// insert makes an entry for a name that has none. evict says whether entries that
// are not past their time may go for it. false: there is no room.
func (s *shard) insert(e entry, name, data []byte, now int64, evict bool) bool {
	if len(s.table) == 0 {
		s.refused++
		return false
	}
	need := (len(name) + len(data) + blockData - 1) / blockData
	i := s.takeEntry(now, evict)
	if i == 0 {
		s.refused++
		return false
	}
	e.nameLen, e.size = uint8(len(name)), uint16(len(data))
	at := 0
	for last := uint32(0); need > 0; need-- {
		b := s.takeBlock(now, evict)
		if b == 0 {
			for b := e.first; b != 0; {
				next := s.block(b).next
				s.block(b).next, s.freeBlock = s.freeBlock, b
				b = next
			}
			s.entry(i).next, s.freeEntry = s.freeEntry, i
			s.refused++
			return false
		}
		if last == 0 {
			e.first = b
		} else {
			s.block(last).next = b
		}
		k := s.block(b)
		k.next = 0
		n := 0
		if at < len(name) {
			n = copy(k.data[:], name[at:])
		}
		copy(k.data[n:], data[min(max(at+n-len(name), 0), len(data)):])
		at += blockData
		last = b
	}
	p := s.slot(e.hash)
	e.next, *p = *p, i
	*s.entry(i) = e
	s.link(i)
	s.live++
	if e.status != Found {
		s.negative++
	}
	return true
}

func (s *shard) takeEntry(now int64, evict bool) uint32 {
	for s.freeEntry == 0 {
		if s.grow(entrySize, cap(s.entries), len(s.entries)) {
			s.entries = append(s.entries, make([]entry, pageLen))
			for k := pageLen; k > 0; k-- {
				i := uint32((len(s.entries)-1)*pageLen + k)
				s.entry(i).next, s.freeEntry = s.freeEntry, i
			}
			break
		}
		if !s.evictOne(now, evict) {
			return 0
		}
	}
	i := s.freeEntry
	s.freeEntry = s.entry(i).next
	return i
}

func (s *shard) takeBlock(now int64, evict bool) uint32 {
	for s.freeBlock == 0 {
		if s.grow(blockSize, cap(s.blocks), len(s.blocks)) {
			s.blocks = append(s.blocks, make([]block, pageLen))
			for k := pageLen; k > 0; k-- {
				i := uint32((len(s.blocks)-1)*pageLen + k)
				s.block(i).next, s.freeBlock = s.freeBlock, i
			}
			break
		}
		if !s.evictOne(now, evict) {
			return 0
		}
	}
	b := s.freeBlock
	s.freeBlock = s.block(b).next
	return b
}

// grow accounts for one more page, and for the list of pages where it has to grow.
func (s *shard) grow(unit, capacity, length int) bool {
	need := unit * pageLen
	if capacity == length {
		need += (capacity + 4) * sliceSize // append doubles the list, or less
	}
	if s.used+need > s.limit {
		return false
	}
	s.used += need
	return true
}

// evictOne removes an entry: one of the least recently used that is past its
// time, else, where that is allowed, the least recently used of all. Permanent
// entries stay.
func (s *shard) evictOne(now int64, any bool) bool {
	victim := uint32(0)
	for i, k, steps := s.oldest, 0, s.live; i != 0 && k < evictScan && steps > 0; steps-- {
		e := s.entry(i)
		newer := e.newer
		switch {
		case e.flags&flagPermanent != 0:
			s.front(i) // out of the way of the next search
		case now >= e.expire:
			s.remove(i)
			s.evicted++
			return true
		default:
			k++
			if victim == 0 {
				victim = i
			}
		}
		i = newer
	}
	if victim == 0 || !any {
		return false
	}
	s.remove(victim)
	s.evicted++
	return true
}

// over reports whether an entry is of no more use: past its time, and past the
// time that a last good answer is kept.
func (e *entry) over(now, stale int64) bool {
	if e.flags&flagPermanent != 0 {
		return false
	}
	if e.status == Found && e.flags&flagManual == 0 {
		return now >= e.expire+stale
	}
	return now >= e.expire
}
