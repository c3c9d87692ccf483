// Package wheel is a hierarchical timer wheel for one goroutine. Time is a
// count of ticks that the owner defines. Timers lie in a slab without pointers
// and are linked by indices, so the collector has nothing to scan, arming and
// cancelling are O(1), and nothing allocates once the slab has grown.
//
// Four levels of 256 slots cover 2^32 ticks; a timer further away waits in the
// last level and is sorted in again when its slot comes round. A jump of the
// clock costs one step per slot that holds timers, not one per tick.
package wheel

import "math/bits"

const (
	levels    = 4
	slotBits  = 8
	slots     = 1 << slotBits
	slotMask  = slots - 1
	sentinels = levels * slots
	// span is the distance that the levels cover, in ticks.
	span = int64(1) << (levels * slotBits)

	chunkBits = 12
	chunkSize = 1 << chunkBits
	chunkMask = chunkSize - 1
)

// node is a timer, or the head of a slot's circular list (the first sentinels
// nodes).
type node struct {
	next, prev uint32
	exp        int64
	arg        uint64
	kind       uint32
	gen        uint32
}

// Wheel is the timers of one owner. Make it with New.
type Wheel struct {
	chunks [][]node
	used   uint32 // nodes ever used, sentinels included
	free   uint32 // head of the free list; 0 none
	armed  int
	max    int
	base   int64 // the first tick that is not done
	busy   [levels][slots / 64]uint64
}

// New is a wheel whose first tick to come is start, for at most max timers.
func New(start int64, max int) *Wheel {
	w := &Wheel{max: max, base: start, used: sentinels}
	w.chunks = append(make([][]node, 0, 64), make([]node, chunkSize))
	for i := range uint32(sentinels) {
		n := w.at(i)
		n.next, n.prev = i, i
	}
	return w
}

func (w *Wheel) at(i uint32) *node { return &w.chunks[i>>chunkBits][i&chunkMask] }

// Len is the number of armed timers.
func (w *Wheel) Len() int { return w.armed }

// Arm adds a timer that Pop returns once its target is exp or later. An exp in
// the past is the next tick to come. The id is never 0; it is 0 when the wheel
// holds its maximum.
func (w *Wheel) Arm(exp int64, kind uint32, arg uint64) uint64 {
	if w.armed >= w.max {
		return 0
	}
	i := w.free
	if i != 0 {
		w.free = w.at(i).next
	} else {
		if w.used>>chunkBits == uint32(len(w.chunks)) {
			w.chunks = append(w.chunks, make([]node, chunkSize))
		}
		i = w.used
		w.used++
		w.at(i).gen = 1
	}
	if exp < w.base {
		exp = w.base
	}
	n := w.at(i)
	n.exp, n.kind, n.arg = exp, kind, arg
	w.armed++
	w.link(i, n)
	return uint64(n.gen)<<32 | uint64(i)
}

// Cancel disarms a timer; false when it has fired or was cancelled before.
func (w *Wheel) Cancel(id uint64) bool {
	i, gen := uint32(id), uint32(id>>32)
	if i < sentinels || i >= w.used {
		return false
	}
	n := w.at(i)
	if n.gen != gen || n.exp < 0 {
		return false
	}
	w.unlink(n)
	w.release(i, n)
	return true
}

// Pop takes the next timer that is due at target, in the order of expiry and,
// within a tick, about in the order of arming. ok is false when none is left;
// then the wheel stands behind target.
func (w *Wheel) Pop(target int64) (kind uint32, arg uint64, ok bool) {
	for w.base <= target {
		if w.armed == 0 {
			w.base = target + 1
			break
		}
		if s := w.at(uint32(w.base) & slotMask); s.next >= sentinels {
			i := s.next
			n := w.at(i)
			kind, arg = n.kind, n.arg
			w.unlink(n)
			w.release(i, n)
			return kind, arg, true
		}
		w.base = min(w.Next(), target+1)
		w.cascade()
	}
	return 0, 0, false
}

// Next is the tick at which Pop has something to do: the expiry of the first
// timer, or an earlier tick at which a far slot has to be sorted in. It is
// meaningless when Len is 0.
func (w *Wheel) Next() int64 {
	best := w.base + span
	if d := w.distance(0, uint32(w.base)&slotMask); d < slots {
		best = w.base + int64(d)
	}
	for l := 1; l < levels; l++ {
		block := w.base >> (l * slotBits)
		// The current slot was sorted in already: what lies there is a whole turn away.
		if d := w.distance(l, uint32(block+1)&slotMask); d < slots {
			best = min(best, (block+1+int64(d))<<(l*slotBits))
		}
	}
	return best
}

// distance is how many slots after from, going round, the first busy one is;
// slots when there is none.
func (w *Wheel) distance(level int, from uint32) int {
	b := &w.busy[level]
	word, bit := from>>6, from&63
	if v := b[word] >> bit; v != 0 {
		return bits.TrailingZeros64(v)
	}
	for k := uint32(1); k <= slots/64; k++ {
		i := (word + k) % (slots / 64)
		if v := b[i]; v != 0 {
			d := int(i*64) + bits.TrailingZeros64(v) - int(from)
			return (d + slots) & slotMask
		}
	}
	return slots
}

// cascade sorts in the far slots that begin at base.
func (w *Wheel) cascade() {
	for l := levels - 1; l > 0; l-- {
		if w.base&(1<<(l*slotBits)-1) != 0 {
			continue
		}
		s := uint32(l*slots) + uint32(w.base>>(l*slotBits))&slotMask
		head := w.at(s)
		i := head.next
		head.next, head.prev = s, s
		w.busy[l][(s&slotMask)>>6] &^= 1 << (s & 63)
		for i != s {
			n := w.at(i)
			next := n.next
			w.link(i, n)
			i = next
		}
	}
}

// link appends a node to the slot of its expiry.
func (w *Wheel) link(i uint32, n *node) {
	exp := min(n.exp, w.base+span-1)
	l := 0
	for d := exp - w.base; d >= slots; d >>= slotBits {
		l++
	}
	s := uint32(l*slots) + uint32(exp>>(l*slotBits))&slotMask
	head := w.at(s)
	n.next, n.prev = s, head.prev
	w.at(head.prev).next = i
	head.prev = i
	w.busy[l][(s&slotMask)>>6] |= 1 << (s & 63)
}

func (w *Wheel) unlink(n *node) {
	w.at(n.next).prev = n.prev
	w.at(n.prev).next = n.next
	if n.next == n.prev && n.next < sentinels {
		s := n.next
		w.busy[s>>slotBits][(s&slotMask)>>6] &^= 1 << (s & 63)
	}
}

func (w *Wheel) release(i uint32, n *node) {
	n.gen++
	if n.gen == 0 {
		n.gen = 1
	}
	n.exp = -1
	n.next = w.free
	w.free = i
	w.armed--
}
