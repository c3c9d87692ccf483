//go:build unix

package reactor

// SetStreams changes the bounds and times of connections, those that are open
// included; socket options are those of connections and addresses opened later.
func (r *Reactor) SetStreams(s Streams) {
	s = s.WithDefaults(r.tableSize)
	r.streams.Store(&s)
	r.mu.Lock()
	started := r.started
	r.mu.Unlock()
	if !started {
		return
	}
	for _, l := range r.loops {
		l.order(func(l *loop) {
			for i := range l.slots {
				if c := l.slots[i].c; c != nil {
					l.armBy(c, l.deadline(c)) // it may come sooner now
				}
			}
		})
	}
}
