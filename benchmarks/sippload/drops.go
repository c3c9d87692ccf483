package sippload

import (
	"sync"
	"time"

	"sipedge/benchmarks/procstat"
)

// dropWatch reads the drop counts of some UDP ports over and over: a count goes away with its socket, so the last one seen
// is kept. A drop in the last dropPoll of a process may be missed.
type dropWatch struct {
	mu    sync.Mutex
	start map[int]uint64 // of sockets that were there before the run
	drops map[int]uint64 // by port; a port that was never bound has no entry

	quit, done chan struct{}
	once       sync.Once
}

func watchDrops(ports []int) (*dropWatch, error) {
	start, err := procstat.UDPDrops()
	if err != nil {
		return nil, err
	}
	w := &dropWatch{start: start, drops: make(map[int]uint64), quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		poll := time.NewTicker(dropPoll)
		defer poll.Stop()
		for {
			select {
			case <-w.quit:
				return
			case <-poll.C:
			}
			if now, err := procstat.UDPDrops(); err == nil {
				w.note(ports, now)
			}
		}
	}()
	return w, nil
}

func (w *dropWatch) note(ports []int, now map[int]uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range ports {
		if n, bound := now[p]; bound {
			w.drops[p] = max(w.drops[p], n)
		}
	}
}

func (w *dropWatch) stop() { w.once.Do(func() { close(w.quit); <-w.done }) }

// sum adds the drops of the ports since the start of the watch.
func (w *dropWatch) sum(ports map[int]bool) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var sum uint64
	for p := range ports {
		if n := w.drops[p]; n > w.start[p] {
			sum += n - w.start[p]
		}
	}
	return sum
}

// seen counts the ports that were bound at some time.
func (w *dropWatch) seen(ports map[int]bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for p := range ports {
		if _, bound := w.drops[p]; bound {
			n++
		}
	}
	return n
}
