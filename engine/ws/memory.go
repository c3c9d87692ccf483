package ws

import "sipedge/pool"

// Memory is where a loop's decoders put messages together. No one peer gets more than a
// share of it, so that one that begins messages and does not end them costs the others
// nothing. It has one owner, a loop, and no lock.
type Memory struct {
	arena *pool.Arena
	share int
	lent  map[uint64]int // bytes by Decoder.Peer
}

// NewMemory makes memory of at most limit bytes, share of them for one peer.
func NewMemory(limit, share int) *Memory {
	return &Memory{arena: pool.NewArena(pool.ArenaConfig{Limit: limit}), share: share, lent: map[uint64]int{}}
}

// Lent is the number of pieces that are lent.
func (m *Memory) Lent() int { return m.arena.Stats().Pieces }

func (m *Memory) alloc(peer uint64, n int) (pool.Ref, bool) {
	have := m.lent[peer]
	if have+n > m.share {
		return 0, false
	}
	ref, _, ok := m.arena.Alloc(n)
	if ok {
		m.lent[peer] = have + len(m.arena.Bytes(ref))
	}
	return ref, ok
}

func (m *Memory) free(peer uint64, ref pool.Ref) {
	n := m.lent[peer] - len(m.arena.Bytes(ref))
	if m.arena.Free(ref); n > 0 {
		m.lent[peer] = n
	} else {
		delete(m.lent, peer)
	}
}
