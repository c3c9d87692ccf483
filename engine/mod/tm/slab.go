package tm

// slab keeps entries without pointers in blocks that never move, so that the
// collector has nothing to follow and a *T stays good until it is freed. An entry
// is named by its index and its generation: who holds a name of a freed one finds
// nothing.
type slab[T any] struct {
	blocks [][]cell[T]
	free   int32 // index + 1
	used   int32 // cells ever handed out
	live   int
}

type cell[T any] struct {
	v    T
	gen  uint32 // odd while the cell is in use
	next int32  // free list
}

const slabBlock = 256

// alloc gives a cleared entry; ok is false at the limit.
func (s *slab[T]) alloc(limit int) (i int32, v *T, ok bool) {
	if s.live >= limit {
		return 0, nil, false
	}
	if i = s.free - 1; i >= 0 {
		s.free = s.cell(i).next
	} else {
		if int(s.used) == len(s.blocks)*slabBlock {
			s.blocks = append(s.blocks, make([]cell[T], slabBlock))
		}
		i = s.used
		s.used++
	}
	c := s.cell(i)
	c.gen++
	s.live++
	var zero T
	c.v = zero
	return i, &c.v, true
}

func (s *slab[T]) cell(i int32) *cell[T] { return &s.blocks[i/slabBlock][i%slabBlock] }

// at is the entry with an index that is known to be in use.
func (s *slab[T]) at(i int32) *T { return &s.cell(i).v }

// gen is the generation of an entry.
func (s *slab[T]) gen(i int32) uint32 { return s.cell(i).gen }

// get is the entry of index and generation, nil when it is over.
func (s *slab[T]) get(i int32, gen uint32) *T {
	if i < 0 || i >= s.used {
		return nil
	}
	c := s.cell(i)
	if c.gen != gen || gen&1 == 0 {
		return nil
	}
	return &c.v
}

func (s *slab[T]) release(i int32) {
	c := s.cell(i)
	c.gen++
	c.next = s.free
	s.free = i + 1
	s.live--
}
