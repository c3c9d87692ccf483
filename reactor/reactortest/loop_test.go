package reactortest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sipedge/pool"
	"sipedge/reactor"
	"sipedge/reactor/reactortest"
)

func TestMailOfOneLoopToOneOtherStaysInOrder(t *testing.T) {
	shuffled := false
	for seed := range uint64(50) {
		n := reactortest.New(seed, reactortest.Options{Loops: 3})
		n.Listen(server)
		next := map[[2]int]uint64{}
		var lines []int
		attach(n, &funcs{
			start: func(l reactor.Loop) {
				for k := range uint64(20) {
					for to := range l.Loops() {
						if err := l.Post(to, &reactor.Mail{Arg: k}); err != nil {
							t.Error(err)
						}
					}
				}
			},
			posted: func(l reactor.Loop, m *reactor.Mail) {
				way := [2]int{int(m.From), l.ID()}
				if m.Arg != next[way] {
					t.Errorf("%v: mail %d came as number %d", n, m.Arg, next[way])
				}
				next[way]++
				lines = append(lines, l.ID())
			},
		})
		n.Advance(time.Second)
		if len(lines) != 20*3*3 {
			t.Errorf("%v: %d mails came", n, len(lines))
		}
		for i := 1; i < len(lines); i++ {
			shuffled = shuffled || lines[i] < lines[i-1]
		}
	}
	if !shuffled {
		t.Error("the loops always had their turns one after the other")
	}
}

func TestAFullMailboxRefuses(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{MailboxSlots: 3})
	got := 0
	attach(n, &funcs{posted: func(reactor.Loop, *reactor.Mail) { got++ }})
	p := n.Poster(0)
	for i := range 5 {
		if err := p.Post(&reactor.Mail{}); (err != nil) != (i >= 3) || err != nil && !errors.Is(err, reactor.ErrMailboxFull) {
			t.Errorf("post %d: %v", i, err)
		}
	}
	n.Advance(time.Second)
	if c := n.Counters(); got != 3 || c.MailboxFull != 2 || c.Posts != 3 {
		t.Errorf("%d came; %+v", got, c)
	}
}

func TestTimersFireInOrderAndNeverEarly(t *testing.T) {
	for seed := range uint64(20) {
		n := reactortest.New(seed, reactortest.Options{Loops: 2})
		var last [2]int64
		fired, cancelled := 0, reactor.TimerID(0)
		attach(n, &funcs{
			start: func(l reactor.Loop) {
				for _, d := range []time.Duration{0, 1, time.Millisecond, 32 * time.Second, 500 * time.Millisecond, time.Hour} {
					l.After(d, 1, uint64(l.Now()+int64(d)))
				}
				cancelled = l.After(time.Second, 2, 0)
				if !l.Cancel(cancelled) || l.Cancel(cancelled) {
					t.Error("cancelling works once")
				}
			},
			timer: func(l reactor.Loop, kind uint32, due uint64) {
				fired++
				late := l.Now() - int64(due)
				if kind != 1 || late < 0 || late > int64(20*reactor.TimerTick) || l.Now() < last[l.ID()] {
					t.Errorf("%v: kind %d fired at %d, %d ns late", n, kind, l.Now(), late)
				}
				last[l.ID()] = l.Now()
			},
		})
		n.Advance(2 * time.Hour)
		if fired != 12 {
			t.Errorf("%v: %d timers fired", n, fired)
		}
	}
}

func TestAHandlerThatKeepsItsDataFindsItOverwritten(t *testing.T) {
	n := reactortest.New(1, reactortest.Options{})
	n.Listen(server)
	var kept [2][]byte
	attach(n, &funcs{
		receive: func(l reactor.Loop, m *reactor.Message) {
			kept[0] = m.Data
			l.Post(0, &reactor.Mail{Data: m.Data})
		},
		posted: func(_ reactor.Loop, m *reactor.Mail) { kept[1] = m.Data },
	})
	n.Endpoint(peer(1), nil).Send(server, []byte("mine"))
	n.Advance(time.Second)
	for _, k := range kept {
		if len(k) != 4 || string(k) == "mine" {
			t.Errorf("kept %q", k)
		}
	}
}

func TestJobsAreDoneLaterAndOnce(t *testing.T) {
	n := reactortest.New(5, reactortest.Options{MinWork: 10 * time.Millisecond, MaxWork: 50 * time.Millisecond, MaxJobs: 4, MailboxSlots: 2})
	attach(n, &funcs{})
	ran, done := 0, map[int]time.Duration{}
	job := func(i int) pool.Job {
		return pool.Job{
			Run: func(context.Context) (int64, any, error) { ran++; return int64(i), nil, nil },
			Done: func(c pool.Completion) error {
				if _, ok := done[i]; ok || c.Result != int64(i) {
					t.Errorf("job %d: %+v again", i, c)
				}
				done[i] = n.Now()
				return nil
			},
		}
	}
	for i := range 5 {
		if err := n.Submit(job(i)); (err != nil) != (i == 4) || err != nil && !errors.Is(err, pool.ErrFull) {
			t.Errorf("job %d: %v", i, err)
		}
	}
	if ran != 4 || len(done) != 0 {
		t.Errorf("%d ran, %d done at once", ran, len(done))
	}
	n.Advance(time.Second)
	for i, at := range done {
		if at < 10*time.Millisecond || at > 50*time.Millisecond {
			t.Errorf("job %d was done at %v", i, at)
		}
	}
	if len(done) != 4 {
		t.Errorf("%d done", len(done))
	}
}

func TestJobsEndAtTheirDeadlineOrWithTheirPanic(t *testing.T) {
	n := reactortest.New(5, reactortest.Options{MinWork: 10 * time.Millisecond})
	attach(n, &funcs{})
	outcome := func(j pool.Job) (c pool.Completion) {
		tries := 0
		j.Done = func(got pool.Completion) error {
			c = got
			if tries++; tries < 3 {
				return reactor.ErrMailboxFull // delivered again
			}
			return nil
		}
		if err := n.Submit(j); err != nil {
			t.Error(err)
		}
		n.Advance(time.Second)
		if tries != 3 {
			t.Errorf("delivered %d times", tries)
		}
		return c
	}
	if c := outcome(pool.Job{Deadline: 5 * time.Millisecond, Run: func(context.Context) (int64, any, error) { return 1, nil, nil }}); !errors.Is(c.Err, pool.ErrDeadline) {
		t.Errorf("%+v", c)
	}
	if c := outcome(pool.Job{Run: func(context.Context) (int64, any, error) { panic("oh") }}); c.Err == nil {
		t.Errorf("%+v", c)
	}
	if c := n.Counters(); c.JobsOverdue != 1 || c.JobsRetried != 4 {
		t.Errorf("%+v", c)
	}
}

func TestAPanicCostsOneCallback(t *testing.T) {
	var heard []string
	n := reactortest.New(1, reactortest.Options{OnPanic: func(loop int, callback string, v any) {
		heard = append(heard, fmt.Sprint(loop, callback, v))
	}})
	got := 0
	attach(n, &funcs{posted: func(_ reactor.Loop, m *reactor.Mail) {
		if m.Arg == 0 {
			panic("boom")
		}
		got++
	}})
	for i := range uint64(2) {
		n.Poster(0).Post(&reactor.Mail{Arg: i})
	}
	n.Advance(time.Second)
	if got != 1 || len(heard) != 1 || heard[0] != "0Postedboom" || n.Counters().Panics != 1 {
		t.Errorf("%d came, heard %q", got, heard)
	}
}

func TestStopHandlesTheMailThatIsLeft(t *testing.T) {
	for seed := range uint64(20) {
		n := reactortest.New(seed, reactortest.Options{Loops: 3})
		n.Listen(server)
		hops, stopped, received := 0, 0, 0
		attach(n, &funcs{
			posted: func(l reactor.Loop, m *reactor.Mail) {
				if hops++; m.Arg > 0 {
					l.Post((l.ID()+1)%3, &reactor.Mail{Arg: m.Arg - 1})
				}
			},
			receive: func(reactor.Loop, *reactor.Message) { received++ },
			stop: func(l reactor.Loop) {
				stopped++
				l.Send(0, reactor.FromAddrPort(peer(1)), []byte("bye"))
			},
		})
		byes := 0
		n.Endpoint(peer(1), func(time.Duration, reactor.Addr, []byte) { byes++ }).Send(server, []byte("late"))
		n.Poster(0).Post(&reactor.Mail{Arg: 9})
		n.Stop()
		n.Advance(time.Second)
		if hops != 10 || stopped != 3 || byes != 3 || received != 0 {
			t.Errorf("%v: %d hops, %d stopped, %d byes, %d received", n, hops, stopped, byes, received)
		}
		if err := n.Poster(1).Post(&reactor.Mail{}); !errors.Is(err, reactor.ErrClosed) {
			t.Errorf("post after stop: %v", err)
		}
	}
}
