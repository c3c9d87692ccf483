package htable

import (
	"sync"
	"time"

	"sipedge/engine/core"
	"sipedge/script/rt"
)

// sweeper takes expired items out of the tables, every timer_interval seconds, and
// runs event_route[htable:expired:table] for each of them. It works on loop 0, a
// little in each turn, so that the loop's other work is not held up.
type sweeper struct {
	live *live

	mu    sync.Mutex
	armed bool

	// Of the round that is on the way; loop 0 alone uses them.
	round []*table
	cur   cursor
	found []*record // taken out, their blocks not yet run
}

// arm starts the timer, unless it runs.
func (w *sweeper) arm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.armed {
		return
	}
	cfg, ok := w.config()
	w.armed = ok && w.after(time.Duration(cfg.TimerInterval)*time.Second, w.begin)
}

func (w *sweeper) config() (*Config, bool) {
	c, ok := w.live.srv.Snapshot().Config("htable").(*Config)
	return c, ok
}

func (w *sweeper) after(d time.Duration, f func(int)) bool {
	if err := w.live.srv.AfterOn(0, d, f); err != nil {
		w.live.srv.Log().Printf(levelErr, "htable: the timer for expired items does not run until the next reload: %v", err)
		return false
	}
	return true
}

// begin is a round's beginning.
func (w *sweeper) begin(loop int) {
	w.live.mu.Lock()
	w.round = w.round[:0]
	for _, t := range w.live.tables {
		if t.expiring.Load() {
			w.round = append(w.round, t)
		}
	}
	w.live.mu.Unlock()
	w.cur = cursor{}
	w.turn(loop)
}

// turn looks at some items and goes on in a later turn of the loop where there are more.
func (w *sweeper) turn(loop int) {
	now := w.live.srv.WallClock(loop)
	ran := 0
	for looked := 0; len(w.round) > 0; looked += sweepLock {
		if looked >= sweepStep || ran >= expiredStep {
			if !w.after(sweepPause, w.turn) {
				w.end()
			}
			return
		}
		t := w.round[len(w.round)-1]
		told := w.live.srv.Snapshot().Block(rt.EventRoute, expiredPrefix+t.name) != nil
		more := t.step(&w.cur, sweepLock, func(s *shard, _ int32, e *entry) verdict {
			if e.alive(now) {
				return keep
			}
			if told {
				r := &record{}
				r.item.take(s, e)
				w.found = append(w.found, r)
			}
			t.expired.Add(1)
			return takeOut
		})
		ran += len(w.found)
		w.tell(loop, t)
		if !more {
			w.round = w.round[:len(w.round)-1]
			w.cur = cursor{}
		}
	}
	w.end()
	w.arm()
}

func (w *sweeper) end() {
	w.mu.Lock()
	w.armed = false
	w.mu.Unlock()
}

// tell runs the blocks for what was found. No lock is held.
func (w *sweeper) tell(loop int, t *table) {
	for _, r := range w.found {
		_ = w.live.srv.RunEvent(loop, &core.EventRun{Name: expiredPrefix + t.name, Arg: r})
	}
	clear(w.found)
	w.found = w.found[:0]
}
