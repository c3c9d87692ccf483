package pool

// Slab keeps entries without pointers in blocks that never move, so that the
// collector has nothing to follow and a *T stays good until it is released. An
// entry is named by its index and its generation: who holds a name of a released
// one finds nothing. It has one owner, a loop, and no lock.
type Slab[T any] struct {
	blocks [][]SlabCell[T]
	free   int32 // index + 1
	used   int32 // cells ever handed out
	live   int
}

// SlabCell is an entry with its generation.
type SlabCell[T any] struct {
	v    T
	gen  uint32 // odd while the cell is in use
	next int32  // free list
}

// Alloc gives a cleared entry; ok is false when limit entries are in use.
func (s *Slab[T]) Alloc(limit int) (i int32, v *T, ok bool) {
	if s.live >= limit {
		return 0, nil, false
	}
	if i = s.free - 1; i >= 0 {
		s.free = s.cell(i).next
	} else {
		if int(s.used) == len(s.blocks)*slabCells {
			s.blocks = append(s.blocks, make([]SlabCell[T], slabCells))
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

func (s *Slab[T]) cell(i int32) *SlabCell[T] { return &s.blocks[i/slabCells][i%slabCells] }

// At is the entry with an index that is known to be in use.
func (s *Slab[T]) At(i int32) *T { return &s.cell(i).v }

// Gen is the generation of an entry.
func (s *Slab[T]) Gen(i int32) uint32 { return s.cell(i).gen }

// Get is the entry of index and generation, nil when it is over.
func (s *Slab[T]) Get(i int32, gen uint32) *T {
	if i < 0 || i >= s.used {
		return nil
	}
	c := s.cell(i)
	if c.gen != gen || gen&1 == 0 {
		return nil
	}
	return &c.v
}

// Next is the first entry in use with an index of at least i; false for none.
func (s *Slab[T]) Next(i int32) (int32, bool) {
	for ; i < s.used; i++ {
		if s.cell(i).gen&1 != 0 {
			return i, true
		}
	}
	return 0, false
}

// Live is the number of entries in use.
func (s *Slab[T]) Live() int { return s.live }

// Release gives an entry back.
func (s *Slab[T]) Release(i int32) {
	c := s.cell(i)
	c.gen++
	c.next = s.free
	s.free = i + 1
	s.live--
}
