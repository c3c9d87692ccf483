//go:build unix

package reactor

import (
	"math"
	"testing"
	"time"
)

func TestTimersFireInOrderAndNeverEarly(t *testing.T) {
	delays := []time.Duration{30 * time.Millisecond, 0, -time.Second, 1, time.Millisecond, 7 * time.Millisecond, 12345 * time.Microsecond}
	done := newCountdown(len(delays))
	var last int64
	run(t, &funcs{
		start: func(l Loop) {
			for _, d := range delays {
				if l.After(d, 3, uint64(l.Now()+int64(d))) == 0 {
					t.Error("refused")
				}
			}
		},
		timer: func(l Loop, kind uint32, due uint64) {
			if kind != 3 || l.Now() < int64(due) || int64(due) < last-int64(TimerTick) && int64(due) > 0 {
				t.Errorf("kind %d due at %d fired at %d, after one due at %d", kind, int64(due), l.Now(), last)
			}
			last = int64(due)
			done.tick()
		},
	}, Config{})
	need(t, done.done, "the end of all timers")
}

func TestACancelledTimerStaysSilent(t *testing.T) {
	done := make(chan struct{})
	r := run(t, &funcs{
		start: func(l Loop) {
			id := l.After(time.Millisecond, 1, 0)
			l.After(10*time.Millisecond, 2, uint64(id))
			if !l.Cancel(id) || l.Cancel(id) || l.Cancel(0) {
				t.Error("cancelling works once, for a timer that is armed")
			}
		},
		timer: func(l Loop, kind uint32, arg uint64) {
			if kind == 1 || l.Cancel(TimerID(arg)) {
				t.Error("it has fired")
			}
			close(done)
		},
	}, Config{})
	need(t, done, "the other timer")
	stop(t, r)
	if st := total(r); st.TimersFired != 1 || st.TimersArmed != 0 {
		t.Errorf("%+v", st)
	}
}

// TestAVeryLongDelayIsNotInThePast: now + d must not overflow.
func TestAVeryLongDelayIsNotInThePast(t *testing.T) {
	fired := 0
	l := open(t, &funcs{timer: func(Loop, uint32, uint64) { fired++ }}, Config{}).loops[0]
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1, maxDelay, 100 * 365 * 24 * time.Hour} {
		if l.After(d, 1, 0) == 0 {
			t.Errorf("%v refused", d)
		}
	}
	for range 3 {
		l.now += int64(time.Hour)
		l.fire()
	}
	if fired != 0 || l.timers.Len() != 4 {
		t.Errorf("%d fired, %d are armed", fired, l.timers.Len())
	}
}

func TestTimersAreBounded(t *testing.T) {
	l := open(t, &funcs{}, Config{MaxTimers: 2}).loops[0]
	a, b, c := l.After(time.Hour, 1, 0), l.After(time.Hour, 1, 0), l.After(time.Hour, 1, 0)
	if a == 0 || b == 0 || c != 0 || l.c.timersRefused.Load() != 1 {
		t.Errorf("%d %d %d, %d refused", a, b, c, l.c.timersRefused.Load())
	}
	if !l.Cancel(a) || l.After(time.Hour, 1, 0) == 0 {
		t.Error("the room of a cancelled timer is lost")
	}
}

// TestAStallOfTimersLeavesSocketsTheirTurn: at most maxTimersPerCycle fire in a cycle.
func TestAStallOfTimersLeavesSocketsTheirTurn(t *testing.T) {
	fired := 0
	l := open(t, &funcs{timer: func(Loop, uint32, uint64) { fired++ }}, Config{}).loops[0]
	for range maxTimersPerCycle + 5 {
		l.After(time.Millisecond, 1, 0)
	}
	l.now += int64(time.Second)
	if l.fire(); fired != maxTimersPerCycle {
		t.Errorf("%d fired at once", fired)
	}
	if l.fire(); fired != maxTimersPerCycle+5 {
		t.Errorf("%d fired", fired)
	}
}

func TestTimersAllocateNothing(t *testing.T) {
	fired := 0
	l := open(t, &funcs{timer: func(Loop, uint32, uint64) { fired++ }}, Config{}).loops[0]
	if n := testing.AllocsPerRun(200, func() {
		for range 16 {
			l.After(time.Millisecond, 1, 0)
			l.Cancel(l.After(32*time.Second, 2, 0))
		}
		l.now += int64(2 * time.Millisecond)
		l.fire()
	}); n != 0 {
		t.Errorf("%v allocations for arming, cancelling and firing", n)
	}
	if fired != 16*201 {
		t.Errorf("%d fired", fired)
	}
}

func BenchmarkTimerArmCancel(b *testing.B) {
	l := open(b, &funcs{}, Config{}).loops[0]
	b.ReportAllocs()
	for b.Loop() {
		l.Cancel(l.After(32*time.Second, 1, 0))
	}
}

func BenchmarkTimerArmFire(b *testing.B) {
	l := open(b, &funcs{}, Config{}).loops[0]
	b.ReportAllocs()
	for b.Loop() {
		l.After(500*time.Millisecond, 1, 0)
		l.now += int64(TimerTick)
		l.fire()
	}
}
