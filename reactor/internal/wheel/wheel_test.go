package wheel

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func drain(w *Wheel, target int64) (args []uint64) {
	for {
		_, a, ok := w.Pop(target)
		if !ok {
			return args
		}
		args = append(args, a)
	}
}

func TestTimerFiresAtItsTickAndNotBefore(t *testing.T) {
	for _, d := range []int64{0, 1, 2, 255, 256, 257, 511, 512, 65535, 65536, 65537, 1 << 24, 1<<24 + 1, 1<<32 - 1, 1 << 32, 1<<32 + 5, 3 << 32} {
		for _, start := range []int64{0, 1, 255, 256, 65535, 1<<24 - 1, 123456789} {
			w := New(start, 10)
			w.Arm(start+d, 1, 42)
			if got := drain(w, start+d-1); got != nil {
				t.Fatalf("start %d distance %d: fired early", start, d)
			}
			if got := drain(w, start+d); !slices.Equal(got, []uint64{42}) {
				t.Fatalf("start %d distance %d: got %v", start, d, got)
			}
			if w.Len() != 0 {
				t.Fatalf("start %d distance %d: %d left", start, d, w.Len())
			}
		}
	}
}

func TestPastExpiryIsTheNextTick(t *testing.T) {
	w := New(100, 10)
	w.Arm(5, 0, 1)
	if got := drain(w, 100); len(got) != 1 {
		t.Fatalf("got %v", got)
	}
}

func TestCancelledIDNeverNamesALaterTimer(t *testing.T) {
	w := New(0, 10)
	a := w.Arm(10, 0, 1)
	if !w.Cancel(a) || w.Cancel(a) {
		t.Fatal("first cancel must hold, second must not")
	}
	b := w.Arm(10, 0, 2)
	if a == b || w.Cancel(a) {
		t.Fatal("stale id cancelled the new timer")
	}
	if got := drain(w, 10); !slices.Equal(got, []uint64{2}) {
		t.Fatalf("got %v", got)
	}
	if w.Cancel(b) || w.Cancel(0) || w.Cancel(7) || w.Cancel(1<<40) {
		t.Fatal("cancelled something that is not armed")
	}
}

func TestWheelRefusesMoreThanItsMaximum(t *testing.T) {
	w := New(0, 2)
	w.Arm(1, 0, 0)
	w.Arm(1, 0, 0)
	if w.Arm(1, 0, 0) != 0 {
		t.Fatal("third timer accepted")
	}
	drain(w, 1)
	if w.Arm(2, 0, 0) == 0 {
		t.Fatal("room was not given back")
	}
}

// Against a sorted list, with clock steps from one tick to a suspended machine.
func TestRandomTimersFireInOrderUnderJumps(t *testing.T) {
	type ent struct {
		exp int64
		id  uint64
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		now := r.Int64N(1 << 33)
		w := New(now, 1<<20)
		live := map[uint64]ent{}
		var n uint64
		for range 3000 {
			switch r.IntN(4) {
			case 0, 1:
				exp := now + 1 + r.Int64N(1<<r.IntN(26))
				n++
				live[n] = ent{exp, w.Arm(exp, 0, n)}
			case 2:
				for k, e := range live {
					if !w.Cancel(e.id) {
						t.Fatalf("seed %d: live timer not cancelled", seed)
					}
					delete(live, k)
					break
				}
			case 3:
				if w.Len() > 0 && r.IntN(2) == 0 {
					if nx := w.Next(); nx <= now {
						t.Fatalf("seed %d: next %d is not after now %d", seed, nx, now)
					}
				}
				now += r.Int64N(1 << r.IntN(20))
				last := int64(0)
				for _, a := range drain(w, now) {
					e, ok := live[a]
					if !ok || e.exp > now || e.exp < last {
						t.Fatalf("seed %d: timer %d exp %d at %d after %d", seed, a, e.exp, now, last)
					}
					last = e.exp
					delete(live, a)
				}
				for _, e := range live {
					if e.exp <= now {
						t.Fatalf("seed %d: missed a timer of %d at %d", seed, e.exp, now)
					}
				}
			}
			if w.Len() != len(live) {
				t.Fatalf("seed %d: length %d, want %d", seed, w.Len(), len(live))
			}
		}
	}
}

func TestNextIsNeverLaterThanTheFirstExpiry(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		start := r.Int64N(1 << 20)
		w := New(start, 100)
		first := int64(1) << 62
		for range 1 + r.IntN(5) {
			e := start + r.Int64N(1<<r.IntN(30))
			first = min(first, e)
			w.Arm(e, 0, 0)
		}
		steps := 0
		for w.Len() > 0 {
			nx := w.Next()
			if nx > first {
				t.Fatalf("next %d after first expiry %d", nx, first)
			}
			if _, _, ok := w.Pop(nx); ok {
				if nx != first {
					t.Fatalf("fired at %d, want %d", nx, first)
				}
				break
			}
			if steps++; steps > 8 {
				t.Fatal("more than 8 idle wake-ups for one timer")
			}
		}
	}
}

func TestArmCancelFireAllocateNothing(t *testing.T) {
	w := New(0, 1<<16)
	now := int64(0)
	got := testing.AllocsPerRun(1000, func() {
		a := w.Arm(now+500, 0, 0)
		w.Arm(now+3, 0, 0)
		w.Cancel(a)
		now += 5
		for {
			if _, _, ok := w.Pop(now); !ok {
				break
			}
		}
	})
	if got != 0 {
		t.Fatalf("%v allocations", got)
	}
}

func BenchmarkArmCancel(b *testing.B) {
	b.ReportAllocs()
	w := New(0, 1<<20)
	for i := range b.N {
		w.Cancel(w.Arm(int64(i&4095), 0, 0))
	}
}

// A million timers armed; each step fires some and arms as many.
func BenchmarkFireAmongAMillion(b *testing.B) {
	b.ReportAllocs()
	w := New(0, 1<<21)
	r := rand.New(rand.NewPCG(1, 2))
	for range 1 << 20 {
		w.Arm(r.Int64N(32000), 0, 0)
	}
	b.ResetTimer()
	now := int64(0)
	for i := 0; i < b.N; {
		now++
		for {
			if _, _, ok := w.Pop(now); !ok {
				break
			}
			w.Arm(now+500+int64(i*7919%31500), 0, 0)
			i++
		}
	}
}
