package core

import "time"

// After runs f on the message's loop once d has passed; it is for modules that
// keep something over time, off the path of ordinary messages (it allocates).
// ErrTimers: the loop's timers are at their bound.
func (p *Proc) After(d time.Duration, f func(loop int)) error { return p.loop.after(d, f) }

// AfterOn is After for any loop, from any goroutine. An error means that f will
// not run.
func (s *Server) AfterOn(loop int, d time.Duration, f func(loop int)) error {
	return s.Post(loop, func(int) {
		l := s.perLoop[loop]
		if err := l.after(d, f); err != nil {
			s.Log().Printf(levelErr, "a timer of %v on loop %d is lost: %v", d, loop, err)
		}
	})
}

// WallClock is the time of day of a loop in nanoseconds since 1970, as scripts see
// it; it must be called on that loop.
func (s *Server) WallClock(loop int) int64 { return s.perLoop[loop].rl.Wall() }

func (l *loop) after(d time.Duration, f func(loop int)) error {
	i := len(l.delayed)
	if n := len(l.freeDelayed); n > 0 {
		i = l.freeDelayed[n-1]
		l.freeDelayed = l.freeDelayed[:n-1]
		l.delayed[i] = f
	} else {
		l.delayed = append(l.delayed, f)
	}
	if l.rl.After(d, timerCall, uint64(i)) == 0 {
		l.takeDelayed(i)
		return ErrTimers
	}
	return nil
}

// takeDelayed takes a function out of the table.
func (l *loop) takeDelayed(i int) func(loop int) {
	f := l.delayed[i]
	l.delayed[i] = nil
	l.freeDelayed = append(l.freeDelayed, i)
	return f
}
