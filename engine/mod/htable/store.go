package htable

import "math/bits"

// store lends pieces of memory for keys and values, in sizes of powers of two,
// out of blocks that the garbage collector does not scan. It belongs to one shard.
type store struct {
	class [classes]storeClass
	bytes int // of all blocks
}

// classes is the number of sizes: minPiece to maxItem.
const classes = 13

type storeClass struct {
	blocks [][]byte
	free   []uint32
	next   uint32 // pieces ever cut
}

// ref names a piece: its class + 1 in the upper bits, its number below; 0 is none.
type ref uint32

const refShift = 28

func classOf(n int) int {
	if n <= minPiece {
		return 0
	}
	return bits.Len(uint(n-1)) - bits.Len(uint(minPiece-1))
}

// grown is what alloc(n) would add to the store's memory.
func (s *store) grown(n int) int {
	k := classOf(n)
	c := &s.class[k]
	if len(c.free) > 0 || int(c.next) < len(c.blocks)*perBlock(k) {
		return 0
	}
	return max(block, minPiece<<k)
}

func perBlock(k int) int { return max(1, block/(minPiece<<k)) }

// alloc lends n bytes, at most maxItem; 0 where the pieces of that size have run
// out of numbers.
func (s *store) alloc(n int) ref {
	k := classOf(n)
	c := &s.class[k]
	if m := len(c.free); m > 0 {
		i := c.free[m-1]
		c.free = c.free[:m-1]
		return ref(k+1)<<refShift | ref(i)
	}
	if int(c.next) == len(c.blocks)*perBlock(k) {
		if c.next >= 1<<refShift-1 {
			return 0
		}
		size := max(block, minPiece<<k)
		c.blocks = append(c.blocks, make([]byte, size))
		s.bytes += size
	}
	c.next++
	return ref(k+1)<<refShift | ref(c.next-1)
}

// at is the whole piece.
func (s *store) at(r ref) []byte {
	k := int(r>>refShift) - 1
	i, size, per := int(r&(1<<refShift-1)), minPiece<<k, perBlock(k)
	o := i % per * size
	return s.class[k].blocks[i/per][o : o+size : o+size]
}

func (s *store) release(r ref) {
	k := int(r>>refShift) - 1
	s.class[k].free = append(s.class[k].free, uint32(r&(1<<refShift-1)))
}
