package pool

import "math/bits"

// Ref names a piece of an Arena; 0 is none. It holds no pointer.
type Ref uint32

// ArenaConfig bounds an Arena; a Limit of 0 is DefaultArenaLimit.
type ArenaConfig struct {
	Limit int // bytes of all blocks
}

// ArenaStats are an Arena's figures.
type ArenaStats struct {
	Pieces  int    // lent now
	Bytes   int    // in the pieces that are lent
	Blocks  int    // bytes of all blocks
	Refused uint64 // calls of Alloc beyond the limit
}

// classes are the sizes of pieces: powers of two from minPiece to maxPiece.
const classes = 9

// Arena lends pieces of memory out of large blocks that the collector does not
// scan. It has one owner, a loop, and no lock. Blocks are kept for later pieces.
type Arena struct {
	limit int
	class [classes]arenaClass
	stats ArenaStats
}

type arenaClass struct {
	slabs [][]byte
	free  []uint32
	next  uint32 // pieces ever cut
}

// NewArena makes an empty arena.
func NewArena(c ArenaConfig) *Arena {
	if c.Limit <= 0 {
		c.Limit = DefaultArenaLimit
	}
	return &Arena{limit: c.Limit}
}

// Alloc lends n bytes, 0 to 65536. The bytes are not cleared. false: the limit
// is reached, or n is out of range.
func (a *Arena) Alloc(n int) (Ref, []byte, bool) {
	if n < 0 || n > maxPiece {
		a.stats.Refused++
		return 0, nil, false
	}
	k := classOf(n)
	size := minPiece << k
	c := &a.class[k]
	var i uint32
	if m := len(c.free); m > 0 {
		i = c.free[m-1]
		c.free = c.free[:m-1]
	} else {
		if int(c.next)*size == len(c.slabs)*slabBytes {
			if a.stats.Blocks+slabBytes > a.limit {
				a.stats.Refused++
				return 0, nil, false
			}
			c.slabs = append(c.slabs, make([]byte, slabBytes))
			a.stats.Blocks += slabBytes
		}
		i = c.next
		c.next++
	}
	a.stats.Pieces++
	a.stats.Bytes += size
	r := Ref(uint32(k+1)<<28 | i)
	return r, a.piece(r)[:n:n], true
}

// Bytes is the whole piece of a Ref: what Alloc gave, and the rest of its size.
func (a *Arena) Bytes(r Ref) []byte { return a.piece(r) }

func (a *Arena) piece(r Ref) []byte {
	k := int(r>>28) - 1
	size := minPiece << k
	per := slabBytes / size
	i := int(r & (1<<28 - 1))
	o := i % per * size
	return a.class[k].slabs[i/per][o : o+size : o+size]
}

// Free takes a piece back. It must not be used afterwards; in test builds
// (debugpool) it is overwritten.
func (a *Arena) Free(r Ref) {
	if r == 0 {
		return
	}
	k := int(r>>28) - 1
	poison(a.piece(r))
	a.class[k].free = append(a.class[k].free, uint32(r&(1<<28-1)))
	a.stats.Pieces--
	a.stats.Bytes -= minPiece << k
}

// Stats are the arena's figures; for its owner.
func (a *Arena) Stats() ArenaStats { return a.stats }

func classOf(n int) int {
	if n <= minPiece {
		return 0
	}
	return bits.Len(uint(n-1)) - bits.Len(uint(minPiece-1))
}
