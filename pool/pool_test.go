package pool

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// box collects completions.
type box chan Completion

func (b box) put(c Completion) error { b <- c; return nil }

func closePool(t *testing.T, p *Pool) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestOutcomeIsDeliveredOnce(t *testing.T) {
	p := New(Config{Workers: 4, Queue: 1000})
	closePool(t, p)
	b := make(box, 1000)
	for i := range 500 {
		if err := p.Submit(Job{Run: func(context.Context) (int64, any, error) { return int64(i), nil, nil }, Done: b.put}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[int64]bool{}
	for range 500 {
		c := <-b
		if c.Err != nil || seen[c.Result] {
			t.Fatalf("%+v", c)
		}
		seen[c.Result] = true
	}
	if n := p.Stats().Workers; n > 4 {
		t.Errorf("%d workers, 4 are allowed", n)
	}
}

func TestFullQueueIsAnErrorAtOnce(t *testing.T) {
	p := New(Config{Workers: 1, Queue: 2})
	closePool(t, p)
	hold, started, b := make(chan struct{}), make(chan struct{}), make(box, 8)
	job := Job{Run: func(context.Context) (int64, any, error) {
		started <- struct{}{}
		<-hold
		return 0, nil, nil
	}, Done: b.put}
	if err := p.Submit(job); err != nil {
		t.Fatal(err)
	}
	<-started
	job.Run = func(context.Context) (int64, any, error) { return 1, nil, nil }
	for range 2 {
		if err := p.Submit(job); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Submit(job); !errors.Is(err, ErrFull) {
		t.Errorf("third waiting job: %v", err)
	}
	close(hold)
	for range 3 {
		<-b
	}
	if st := p.Stats(); st.Full != 1 || st.Submitted != 3 {
		t.Errorf("%+v", st)
	}
}

// TestARefusedJobIsNeverDone: also when its deadline passes while Submit refuses
// it, a job has either an error or an outcome.
func TestARefusedJobIsNeverDone(t *testing.T) {
	p := New(Config{Workers: 1, Queue: 1})
	closePool(t, p)
	hold, started := make(chan struct{}), make(chan struct{})
	wait := func(context.Context) (int64, any, error) { started <- struct{}{}; <-hold; return 0, nil, nil }
	nothing := func(context.Context) (int64, any, error) { return 0, nil, nil }
	b := make(box, 2)
	if err := p.Submit(Job{Run: wait, Done: b.put}); err != nil {
		t.Fatal(err)
	}
	<-started
	if err := p.Submit(Job{Run: nothing, Done: b.put}); err != nil {
		t.Fatal(err)
	}
	var outcomes atomic.Int64
	taken := int64(0)
	for range 2000 {
		err := p.Submit(Job{Run: nothing, Deadline: 1, Done: func(Completion) error { outcomes.Add(1); return nil }})
		switch {
		case err == nil:
			taken++
		case !errors.Is(err, ErrFull):
			t.Fatal(err)
		}
	}
	close(hold)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if n := outcomes.Load(); n != taken {
		t.Errorf("%d outcomes for %d jobs that were taken", n, taken)
	}
	if st := p.Stats(); int64(st.Submitted) != taken+2 || int64(st.Full) != 2000-taken {
		t.Errorf("%+v, %d taken", st, taken)
	}
}

func TestLateResultIsDiscarded(t *testing.T) {
	p := New(Config{Workers: 2})
	closePool(t, p)
	hold, ended, b := make(chan struct{}), make(chan struct{}), make(box, 8)
	err := p.Submit(Job{Deadline: time.Millisecond, Done: b.put, Run: func(context.Context) (int64, any, error) {
		defer close(ended)
		<-hold // heeds no context
		return 7, nil, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if c := <-b; !errors.Is(c.Err, ErrDeadline) {
		t.Errorf("%+v", c)
	}
	close(hold)
	<-ended
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for p.Stats().Late == 0 && ctx.Err() == nil {
	}
	if st := p.Stats(); st.Late != 1 || st.Done != 1 || len(b) != 0 {
		t.Errorf("%+v, %d more completions", st, len(b))
	}
}

// TestDeadlineCountsFromSubmit: a job that waits too long for a goroutine is not run.
func TestDeadlineCountsFromSubmit(t *testing.T) {
	p := New(Config{Workers: 1})
	closePool(t, p)
	hold, started, b := make(chan struct{}), make(chan struct{}), make(box, 8)
	p.Submit(Job{Done: b.put, Run: func(context.Context) (int64, any, error) { close(started); <-hold; return 0, nil, nil }})
	<-started
	var ran atomic.Bool
	p.Submit(Job{Deadline: time.Millisecond, Done: b.put, Run: func(context.Context) (int64, any, error) { ran.Store(true); return 0, nil, nil }})
	if c := <-b; !errors.Is(c.Err, ErrDeadline) {
		t.Errorf("%+v", c)
	}
	close(hold)
	<-b
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	p.Close(ctx)
	if ran.Load() {
		t.Error("the job was run after its deadline")
	}
}

func TestFullMailboxIsTriedAgain(t *testing.T) {
	p := New(Config{})
	closePool(t, p)
	var tries atomic.Int32
	done := make(chan Completion, 1)
	p.Submit(Job{Run: func(context.Context) (int64, any, error) { return 3, "x", nil }, Done: func(c Completion) error {
		if tries.Add(1) < 5 {
			return errors.New("full")
		}
		done <- c
		return nil
	}})
	if c := <-done; c.Result != 3 || c.Ref != "x" {
		t.Errorf("%+v", c)
	}
}

func TestNobodyWaits(t *testing.T) {
	p := New(Config{})
	closePool(t, p)
	var wg sync.WaitGroup
	wg.Add(1)
	p.Submit(Job{Run: func(context.Context) (int64, any, error) { return 0, nil, nil }, Done: func(Completion) error {
		wg.Done()
		return ErrGone
	}})
	wg.Wait()
}

func TestPanicBecomesAnError(t *testing.T) {
	p := New(Config{})
	closePool(t, p)
	b := make(box, 1)
	p.Submit(Job{Run: func(context.Context) (int64, any, error) { panic("boom") }, Done: b.put})
	if c := <-b; c.Err == nil {
		t.Error("no error")
	}
	if p.Stats().Panics != 1 {
		t.Error("not counted")
	}
}

func TestClosedPoolRefuses(t *testing.T) {
	p := New(Config{})
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := p.Submit(Job{}); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestArenaPiecesDoNotOverlap(t *testing.T) {
	a := NewArena(ArenaConfig{})
	type lent struct {
		r    Ref
		b    []byte
		mark byte
	}
	var all []lent
	for i := range 3000 {
		n := (i * 37) % 3000
		if i%100 == 0 {
			n = 65536 - i
		}
		r, b, ok := a.Alloc(n)
		if !ok || len(b) != n {
			t.Fatalf("%d bytes: %v, %d", n, ok, len(b))
		}
		for k := range b {
			b[k] = byte(i)
		}
		all = append(all, lent{r, b, byte(i)})
		if i%3 == 2 {
			v := all[i/2]
			if v.r != 0 {
				a.Free(v.r)
				all[i/2].r = 0
			}
		}
	}
	for _, v := range all {
		if v.r == 0 {
			continue
		}
		for _, c := range v.b {
			if c != v.mark {
				t.Fatalf("piece %x was overwritten", v.r)
			}
		}
		if &a.Bytes(v.r)[0] != &v.b[:1][0] && len(v.b) > 0 {
			t.Fatal("Bytes gives another piece")
		}
		a.Free(v.r)
	}
	if st := a.Stats(); st.Pieces != 0 || st.Bytes != 0 {
		t.Errorf("%+v after all were given back", st)
	}
}

func TestArenaIsBounded(t *testing.T) {
	a := NewArena(ArenaConfig{Limit: 2 * slabBytes})
	n := 0
	for {
		if _, _, ok := a.Alloc(65536); !ok {
			break
		}
		n++
	}
	if n != 2*slabBytes/65536 || a.Stats().Refused != 1 {
		t.Errorf("%d pieces, %+v", n, a.Stats())
	}
	if _, _, ok := a.Alloc(65537); ok {
		t.Error("a piece beyond the largest size")
	}
}

func TestArenaAllocatesNothingInTheLongRun(t *testing.T) {
	a := NewArena(ArenaConfig{})
	if n := testing.AllocsPerRun(1000, func() {
		r, _, _ := a.Alloc(636)
		q, _, _ := a.Alloc(2545)
		a.Free(r)
		a.Free(q)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkArena(b *testing.B) {
	a := NewArena(ArenaConfig{})
	b.ReportAllocs()
	for b.Loop() {
		r, _, _ := a.Alloc(636)
		a.Free(r)
	}
}

func BenchmarkSubmit(b *testing.B) {
	p := New(Config{})
	done := make(box, 1)
	b.ReportAllocs()
	for b.Loop() {
		p.Submit(Job{Run: func(context.Context) (int64, any, error) { return 0, nil, nil }, Done: done.put})
		<-done
	}
}
