package core

import (
	"slices"
	"time"

	"sipedge/reactor"
)

// TimerKind names a function of a module's that runs when a timer ends, so that
// entries without pointers can keep timers.
type TimerKind uint32

// moduleTimers is the first kind of timer that is a module's, above the hook's.
const moduleTimers uint32 = 1 << 24

// NewTimerKind makes f known. A module calls it once in the life of the server; f
// runs on the loop of the timer with what AfterKind was given, and must not wait.
func (s *Server) NewTimerKind(f func(l *Loop, arg uint64)) TimerKind {
	for {
		old := s.timerKinds.Load()
		var kinds []func(*Loop, uint64)
		if old != nil {
			kinds = slices.Clone(*old)
		}
		kinds = append(kinds, f)
		if s.timerKinds.CompareAndSwap(old, &kinds) {
			return TimerKind(len(kinds) - 1)
		}
	}
}

// AfterKind arms a timer of a module's; 0: the loop's timers are at their bound.
// It ends with Cancel.
func (l *loop) AfterKind(d time.Duration, k TimerKind, arg uint64) reactor.TimerID {
	return l.rl.After(d, moduleTimers+uint32(k), arg)
}

func (l *loop) moduleTimer(kind uint32, arg uint64) {
	if kinds := l.srv.timerKinds.Load(); kinds != nil && int(kind) < len(*kinds) {
		(*kinds)[kind](l, arg)
	}
}

// LoopOf is the loop of that number, for its own goroutine.
func (s *Server) LoopOf(loop int) *Loop { return s.perLoop[loop] }
