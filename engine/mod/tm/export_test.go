package tm

import (
	"sipedge/engine/core"
	"sipedge/pool"
)

// Bounds makes the bounds of a loop's transactions small, for tests; 0 leaves one
// as it is. The loop must have no transaction.
func Bounds(s *core.Server, transactions, branches, events, arena int) {
	m := s.HookOf(0).(*layer)
	for _, b := range []struct {
		to *int
		n  int
	}{{&m.bounds.transactions, transactions}, {&m.bounds.branches, branches}, {&m.bounds.events, events}} {
		if b.n > 0 {
			*b.to = b.n
		}
	}
	if arena > 0 {
		m.arena = pool.NewArena(pool.ArenaConfig{Limit: arena})
	}
}
