package htable

import (
	"bytes"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"sipedge/script/rt"
	"sipedge/script/value"
)

// table is what a hash table holds. It outlives configurations and is used by all
// loops: each shard has a lock of its own, which is held for one look-up or change
// and never while a script runs. Nothing in it is a pointer to an item, so the
// garbage collector does not look at the items.
type table struct {
	name   string
	shards []shard

	items, bytes       atomic.Int64
	maxItems, maxBytes atomic.Int64 // of the current definition

	expiring atomic.Bool   // some item may expire
	refused  atomic.Uint64 // writes for which there was no room
	expired  atomic.Uint64 // items that the timer has taken out
}

type shard struct {
	mu    sync.Mutex
	slots []int32   // heads of the chains, index + 1; a power of two of them
	chunk [][]entry // of chunkLen entries each, so that they never move
	free  int32     // chain of unused entries, index + 1
	used  int32     // entries ever used
	n     int       // items
	mem   store
	_     [24]byte // locks of neighbours lie on different cache lines
}

const (
	chunkBits = 8
	chunkLen  = 1 << chunkBits
)

// entry is one item. Its key and, behind it, its text lie in piece.
type entry struct {
	hash    uint64
	num     int64 // of a number
	expires int64 // nanoseconds since 1970, 0 for never
	next    int32 // in the chain, index + 1
	piece   ref
	key     int32 // length
	text    int32 // length
	kind    value.Kind
}

// item is a value to be written.
type item struct {
	kind value.Kind // value.Int or value.Str
	num  int64
	text []byte
}

// seed is the process's own, so that nobody can aim at one slot.
var seed = maphash.MakeSeed()

func hashOf(key []byte) uint64 { return maphash.Bytes(seed, key) }

func newTable(d *definition) *table {
	n := min(maxShards, 1<<d.size)
	t := &table{name: d.name, shards: make([]shard, n)}
	for i := range t.shards {
		t.shards[i].slots = make([]int32, slotsOf(d.size, n))
	}
	t.bound(d)
	return t
}

func slotsOf(size, shards int) int { return max(1, 1<<size/shards) }

// bound makes a definition's bounds the table's.
func (t *table) bound(d *definition) {
	t.maxItems.Store(d.maxItems)
	t.maxBytes.Store(d.maxBytes)
}

// resize gives the table the number of slots that a new definition asks for; a
// shard with more items than fit keeps the slots that it has grown to.
func (t *table) resize(size int) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		if want := slotsOf(size, len(t.shards)); want != len(s.slots) && s.n <= want*fill {
			s.rehash(want)
		}
		s.mu.Unlock()
	}
}

func (t *table) shard(h uint64) *shard { return &t.shards[h>>32&uint64(len(t.shards)-1)] }

func (s *shard) entry(i int32) *entry { return &s.chunk[(i-1)>>chunkBits][(i-1)&(chunkLen-1)] }

func (s *shard) keyOf(e *entry) []byte { return s.mem.at(e.piece)[:e.key] }

func (s *shard) textOf(e *entry) []byte { return s.mem.at(e.piece)[e.key : e.key+e.text] }

// alive: an item whose time is over is not there any more, though the timer has
// not yet taken it out.
func (e *entry) alive(now int64) bool { return e.expires == 0 || e.expires > now }

func (s *shard) find(h uint64, key []byte) (i int32) {
	for i = s.slots[h&uint64(len(s.slots)-1)]; i != 0; {
		e := s.entry(i)
		if e.hash == h && bytes.Equal(s.keyOf(e), key) {
			return i
		}
		i = e.next
	}
	return 0
}

func (s *shard) rehash(slots int) {
	s.slots = make([]int32, slots)
	for i := int32(1); i <= s.used; i++ {
		if e := s.entry(i); e.kind != value.Undef {
			at := &s.slots[e.hash&uint64(slots-1)]
			e.next, *at = *at, i
		}
	}
}

// get reads an item into the arena of c; undefined where there is none.
func (t *table) get(c *rt.Ctx, h uint64, key []byte, now int64) value.Value {
	s := t.shard(h)
	s.mu.Lock()
	i := s.find(h, key)
	if i == 0 || !s.entry(i).alive(now) {
		s.mu.Unlock()
		return value.Value{}
	}
	e := s.entry(i)
	if e.kind == value.Int {
		n := e.num
		s.mu.Unlock()
		return value.FromInt(n)
	}
	if int(e.text) > c.Room() {
		s.mu.Unlock()
		c.Fail(rt.ErrArena)
	}
	v := c.NewString(s.textOf(e))
	s.mu.Unlock()
	return v
}

// has reports whether there is an item.
func (t *table) has(h uint64, key []byte, now int64) bool {
	s := t.shard(h)
	s.mu.Lock()
	i := s.find(h, key)
	ok := i != 0 && s.entry(i).alive(now)
	s.mu.Unlock()
	return ok
}

// set writes an item. expires is when a new item ends, and an old one where renew
// is set; 0 for never. false: no room.
func (t *table) set(h uint64, key []byte, v item, now, expires int64, renew bool) bool {
	s := t.shard(h)
	s.mu.Lock()
	ok := t.put(s, s.find(h, key), h, key, v, now, expires, renew)
	s.mu.Unlock()
	if !ok {
		t.refused.Add(1)
	}
	return ok
}

// put is set under the shard's lock; i is the place of the item, 0 for none.
func (t *table) put(s *shard, i int32, h uint64, key []byte, v item, now, expires int64, renew bool) bool {
	if len(key)+len(v.text) > maxItem {
		return false
	}
	if i == 0 {
		if i = t.insert(s, h, key, len(v.text)); i == 0 {
			return false
		}
		renew = true
	} else if e := s.entry(i); !t.refit(s, e, len(v.text)) {
		return false
	} else {
		renew = renew || !e.alive(now)
	}
	e := s.entry(i)
	e.kind, e.num, e.text = v.kind, v.num, int32(len(v.text))
	copy(s.mem.at(e.piece)[e.key:], v.text)
	if renew {
		e.expires = expires
	}
	if e.expires != 0 && !t.expiring.Load() {
		t.expiring.Store(true)
	}
	return true
}

// lend gets memory within the bounds; 0: none.
func (t *table) lend(s *shard, n int) ref {
	if g := int64(s.mem.grown(n)); g > 0 && t.bytes.Add(g) > t.maxBytes.Load() {
		t.bytes.Add(-g)
		return 0
	}
	return s.mem.alloc(n)
}

// insert makes an item without a value; 0: no room.
func (t *table) insert(s *shard, h uint64, key []byte, text int) int32 {
	if t.items.Add(1) > t.maxItems.Load() {
		t.items.Add(-1)
		return 0
	}
	r := t.lend(s, len(key)+text)
	if r == 0 {
		t.items.Add(-1)
		return 0
	}
	i := s.free
	if i != 0 {
		s.free = s.entry(i).next
	} else {
		if int(s.used) == len(s.chunk)<<chunkBits {
			s.chunk = append(s.chunk, make([]entry, chunkLen))
		}
		s.used++
		i = s.used
	}
	if s.n++; s.n > len(s.slots)*fill {
		s.rehash(len(s.slots) * 2) // the new item has no kind yet and is not in it
	}
	e := s.entry(i)
	at := &s.slots[h&uint64(len(s.slots)-1)]
	*e = entry{hash: h, next: *at, piece: r, key: int32(len(key))}
	*at = i
	copy(s.mem.at(r), key)
	return i
}

// refit makes room for a text of n bytes behind the key of an item; false: there is none.
func (t *table) refit(s *shard, e *entry, n int) bool {
	need := int(e.key) + n
	if need <= minPiece<<(int(e.piece>>refShift)-1) {
		return true
	}
	r := t.lend(s, need)
	if r == 0 {
		return false
	}
	copy(s.mem.at(r), s.keyOf(e))
	s.mem.release(e.piece)
	e.piece = r
	return true
}

// drop takes item i out of its shard.
func (t *table) drop(s *shard, i int32) {
	e := s.entry(i)
	at := &s.slots[e.hash&uint64(len(s.slots)-1)]
	for *at != i {
		at = &s.entry(*at).next
	}
	*at = e.next
	s.mem.release(e.piece)
	*e = entry{next: s.free}
	s.free = i
	s.n--
	t.items.Add(-1)
}

// remove takes an item out; false: there was none.
func (t *table) remove(h uint64, key []byte) bool {
	s := t.shard(h)
	s.mu.Lock()
	i := s.find(h, key)
	if i != 0 {
		t.drop(s, i)
	}
	s.mu.Unlock()
	return i != 0
}

// add changes a number by delta and returns the new one. An item that does not
// exist begins with initval, where the table has one; undefined: there is none, or
// it is a text.
func (t *table) add(h uint64, key []byte, delta int64, d *definition, now int64) value.Value {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(h, key)
	n := d.initval
	switch {
	case i != 0 && s.entry(i).alive(now):
		e := s.entry(i)
		if e.kind != value.Int {
			return value.Value{}
		}
		n = e.num
	case !d.hasInit:
		return value.Value{}
	}
	v := item{kind: value.Int, num: rt.Wrap(n + delta)}
	if !t.put(s, i, h, key, v, now, d.ends(now), d.updateexpire) {
		t.refused.Add(1)
		return value.Value{}
	}
	return value.FromInt(v.num)
}

// ends is when an item that is written now ends, 0 for never.
func (d *definition) ends(now int64) int64 {
	if d.autoexpire == 0 {
		return 0
	}
	return now + d.autoexpire*second
}

const second = 1_000_000_000

// expiry is when an item ends, 0 for never or for no item.
func (t *table) expiry(h uint64, key []byte, now int64) int64 {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(h, key); i != 0 && s.entry(i).alive(now) {
		return s.entry(i).expires
	}
	return 0
}

// setExpiry changes when an item ends; false: there is none.
func (t *table) setExpiry(h uint64, key []byte, now, at int64) bool {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(h, key)
	if i == 0 || !s.entry(i).alive(now) {
		return false
	}
	s.entry(i).expires = at
	if at != 0 {
		t.expiring.Store(true)
	}
	return true
}
