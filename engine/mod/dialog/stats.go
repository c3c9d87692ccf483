package dialog

import (
	"reflect"
	"sync/atomic"
	"unsafe"

	"sipedge/engine/core"
	"sipedge/pool"
)

// stats are one loop's counters. Each name is the one under which it is shown.
type stats struct {
	active        atomic.Int64 // dialogs that are answered and have not ended, now
	early         atomic.Int64 // dialogs with a provisional reply, now
	processed     atomic.Int64 // dialogs ever begun
	expired       atomic.Int64 // ended by their time
	failed        atomic.Int64 // never answered
	earlyTimeouts atomic.Int64 // of these, by early_timeout
	byes          atomic.Int64 // BYEs sent
	byesUnsent    atomic.Int64 // and those that could not be
	pings         atomic.Int64 // OPTIONS sent
	pingsFailed   atomic.Int64 // dialogs ended for want of an answer to these
	spirals       atomic.Int64 // INVITEs that came round again
	otherAnswers  atomic.Int64 // 2xx of further branches of a fork
	strange       atomic.Int64 // requests within a dialog that nobody knows
	full          atomic.Int64 // dialogs for which there was no room (max_dialogs)
	noMemory      atomic.Int64 // texts for which there was no room
	timersFull    atomic.Int64 // timers that could not be armed
}

// setState changes a dialog's state and the counts of the states.
func (m *layer) setState(d *dlg, s State) {
	count := func(s State, n int64) {
		switch s {
		case Early:
			m.stats.early.Add(n)
		case Answered, Confirmed:
			m.stats.active.Add(n)
		}
	}
	count(d.state, -1)
	count(s, 1)
	d.state = s
}

// StatsOf reads the counters of a server's dialogs, from any goroutine: Kamailio's
// active, early, processed, expired and failed dialogs, and those of stats.
func StatsOf(s *core.Server) map[string]int64 {
	total := map[string]int64{}
	for _, m := range liveOf(s).layers {
		v := reflect.ValueOf(&m.stats).Elem()
		for f := range v.NumField() {
			total[v.Type().Field(f).Name] += (*atomic.Int64)(v.Field(f).Addr().UnsafePointer()).Load()
		}
	}
	return total
}

// Active is the number of dialogs that are answered and have not ended.
func (v *live) active() int64 {
	var n int64
	for _, m := range v.layers {
		n += m.stats.active.Load()
	}
	return n
}

// LoopStats are the entries of one loop, and the bytes of its texts; on that
// loop's goroutine, or while the loop stands still.
func LoopStats(s *core.Server, loop int) (dialogs, bytes int) {
	m := liveOf(s).layers[loop]
	return m.dlgs.Live(), m.arena.Stats().Bytes
}

// EntryBytes is what a dialog takes of the slab, without its texts.
const EntryBytes = int(unsafe.Sizeof(pool.SlabCell[dlg]{}))
