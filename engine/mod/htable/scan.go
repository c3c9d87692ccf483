package htable

import "sipedge/script/value"

// cursor is a place in a table. Items may be added, changed and taken out while
// it moves: an item that is there all the time is met exactly once.
type cursor struct {
	shard int
	entry int32 // the last one looked at
}

// verdict is what is to be done with an item that a scan has met.
type verdict uint8

const (
	keep verdict = iota
	takeOut
	stop // and keep it
)

// scan shows all items to f, a few at a time under a shard's lock. f must not end
// the script, and must not use the table. It returns the number of items that were
// taken out.
func (t *table) scan(now int64, f func(s *shard, e *entry) verdict) int {
	gone := 0
	for cur := (cursor{}); ; {
		more := t.step(&cur, scanStep, func(s *shard, i int32, e *entry) verdict {
			if !e.alive(now) {
				return keep
			}
			v := f(s, e)
			if v == takeOut {
				gone++
			}
			return v
		})
		if !more {
			return gone
		}
	}
}

// step shows at most n entries of the shard that the cursor stands in, under its
// lock. false: the end of the table, or f has said stop.
func (t *table) step(cur *cursor, n int, f func(s *shard, i int32, e *entry) verdict) bool {
	s := &t.shards[cur.shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; n > 0 && cur.entry < s.used; n-- {
		cur.entry++
		e := s.entry(cur.entry)
		if e.kind == value.Undef {
			continue
		}
		switch f(s, cur.entry, e) {
		case takeOut:
			t.drop(s, cur.entry)
		case stop:
			return false
		}
	}
	if cur.entry == s.used {
		*cur = cursor{shard: cur.shard + 1}
	}
	return cur.shard < len(t.shards)
}

// copied is an item outside of its table.
type copied struct {
	buf  []byte // key, then text
	key  int
	kind value.Kind
	num  int64
}

func (c *copied) take(s *shard, e *entry) {
	c.buf = append(append(c.buf[:0], s.keyOf(e)...), s.textOf(e)...)
	c.key, c.kind, c.num = int(e.key), e.kind, e.num
}

func (c *copied) keyBytes() []byte  { return c.buf[:c.key] }
func (c *copied) textBytes() []byte { return c.buf[c.key:] }

// next copies the item behind the cursor; false: there is none.
func (t *table) next(cur *cursor, now int64, to *copied) bool {
	for cur.shard < len(t.shards) {
		s := &t.shards[cur.shard]
		s.mu.Lock()
		for cur.entry < s.used {
			cur.entry++
			if e := s.entry(cur.entry); e.kind != value.Undef && e.alive(now) {
				to.take(s, e)
				s.mu.Unlock()
				return true
			}
		}
		s.mu.Unlock()
		*cur = cursor{shard: cur.shard + 1}
	}
	return false
}

// reset takes all items out and gives their memory back.
func (t *table) reset() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		t.items.Add(int64(-s.n))
		t.bytes.Add(int64(-s.mem.bytes))
		s.n, s.used, s.free, s.chunk, s.mem = 0, 0, 0, nil, store{}
		clear(s.slots)
		s.mu.Unlock()
	}
}

// counts are the table's figures.
type counts struct{ items, bytes, refused, expired uint64 }

func (t *table) counts() counts {
	return counts{uint64(max(t.items.Load(), 0)), uint64(max(t.bytes.Load(), 0)), t.refused.Load(), t.expired.Load()}
}

// shrink keeps a buffer from holding on to much memory.
func (c *copied) shrink() {
	if cap(c.buf) > 4<<10 {
		c.buf = nil
	}
	c.buf, c.key, c.kind = c.buf[:0], 0, value.Undef
}
