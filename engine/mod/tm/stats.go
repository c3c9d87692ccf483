package tm

import (
	"reflect"
	"sync/atomic"
	"unsafe"

	"sipedge/engine/core"
	"sipedge/pool"
)

// stats are one loop's counters. Each name is the one under which it is shown.
type stats struct {
	created       atomic.Uint64 // transactions made
	destroyed     atomic.Uint64 // and ended
	local         atomic.Uint64 // of these, requests of our own
	full          atomic.Uint64 // transactions for which there was no room
	noMemory      atomic.Uint64 // messages for which there was no room
	broken        atomic.Uint64 // kept messages that could not be read again: a bug
	branches      atomic.Uint64
	branchesFull  atomic.Uint64 // branches beyond max_branches
	relayed       atomic.Uint64 // replies sent upstream, of a branch
	replied       atomic.Uint64 // and made here
	retransmits   atomic.Uint64 // of requests, by timer
	replyAgain    atomic.Uint64 // of replies, by timer or for a retransmission
	absorbed      atomic.Uint64 // retransmissions of requests
	acks          atomic.Uint64 // ACKs of failures, received
	acksMade      atomic.Uint64 // and made
	cancels       atomic.Uint64 // CANCELs received for a transaction
	cancelsMade   atomic.Uint64
	cancelsNobody atomic.Uint64 // CANCELs without a transaction
	timeouts      atomic.Uint64 // branches without a final reply
	wrongMethod   atomic.Uint64 // replies whose CSeq names another method
	lateReplies   atomic.Uint64 // final replies to branches that had ended
	loops         atomic.Uint64 // requests refused with 482
	failovers     atomic.Uint64 // further addresses of a name that were tried
	icmpForged    atomic.Uint64 // ICMP errors that are about no request as it was sent
	queued        atomic.Uint64 // events that waited for a script
	queueFull     atomic.Uint64 // and those for which there was no room
	timersFull    atomic.Uint64 // timers that could not be armed
	sendErrors    atomic.Uint64
	unverified    atomic.Uint64 // failures not retransmitted to a source nobody has verified
	lost          atomic.Uint64 // scripts of transactions lost to a panic
}

// Stats are the figures of the transaction layer.
type Stats struct {
	// Alive is the number of transactions, Waiting of those that have had their
	// final reply; Branches and Events are the entries in use; Bytes is the memory
	// in the arenas that is lent, Blocks what the arenas take.
	Alive, Branches, Events, Bytes, Blocks int
	Total                                  map[string]uint64
}

// StatsOf reads the counters of a server's transactions, from any goroutine.
func StatsOf(s *core.Server) map[string]uint64 {
	total := map[string]uint64{}
	for i := range s.Loops() {
		m, ok := s.HookOf(i).(*layer)
		if !ok {
			continue
		}
		v := reflect.ValueOf(&m.stats).Elem()
		for f := range v.NumField() {
			total[v.Type().Field(f).Name] += (*atomic.Uint64)(v.Field(f).Addr().UnsafePointer()).Load()
		}
	}
	return total
}

// LoopStats are the figures of one loop; on that loop's goroutine, or while the
// loop stands still.
func LoopStats(s *core.Server, loop int) Stats {
	m, ok := s.HookOf(loop).(*layer)
	if !ok {
		return Stats{}
	}
	a := m.arena.Stats()
	return Stats{Alive: m.txs.Live(), Branches: m.brs.Live(), Events: m.evs.Live(), Bytes: a.Bytes, Blocks: a.Blocks, Total: StatsOf(s)}
}

// EntryBytes is what a transaction with one branch takes of the slabs, in bytes.
const EntryBytes = int(unsafe.Sizeof(pool.SlabCell[tx]{}) + unsafe.Sizeof(pool.SlabCell[branch]{}))
