package pool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Errors of Submit, and of completions.
var (
	// ErrFull is returned by Submit when as many jobs wait as the queue holds.
	ErrFull = errors.New("pool: the queue is full")
	// ErrClosed is returned by Submit after Close.
	ErrClosed = errors.New("pool: closed")
	// ErrDeadline is the outcome of a job that was not done in time.
	ErrDeadline = errors.New("pool: the job was not done in time")
	// ErrGone is returned by a Job's Done when nobody waits for the outcome any
	// more; any other error means "try again".
	ErrGone = errors.New("pool: nobody waits for the outcome")
)

// Job is one piece of work that may block.
type Job struct {
	// Run does the work. Its context ends at the deadline. A panic becomes an error.
	Run func(ctx context.Context) (result int64, ref any, err error)
	// Deadline is the time from Submit on within which Done hears the outcome; 0
	// is DefaultDeadline. A result that comes later is discarded and counted.
	Deadline time.Duration
	// Done delivers the outcome; it is called until it returns nil or ErrGone,
	// from one goroutine at a time, and succeeds at most once.
	Done func(Completion) error
}

// Completion is the outcome of a job.
type Completion struct {
	Result int64
	Ref    any
	// Err is Run's, ErrDeadline, or an error that tells of a panic in Run.
	Err error
}

// Config sizes a Pool; zero fields mean the defaults of limits.go.
type Config struct {
	Workers int
	Queue   int
}

// Stats are a Pool's figures.
type Stats struct {
	Submitted, Done        uint64
	Full                   uint64 // jobs refused
	Deadline               uint64 // outcomes that were ErrDeadline
	Late                   uint64 // results that came after it
	Panics                 uint64
	Retried                uint64 // deliveries that had to be repeated
	Gone                   uint64 // outcomes that nobody waited for
	Waiting, Busy, Workers int    // now
}

// Pool runs jobs on a bounded number of goroutines, which start when they are
// first needed. All methods may be called from any goroutine.
type Pool struct {
	queue   chan *task
	limit   int
	workers atomic.Int32
	busy    atomic.Int32
	pending sync.WaitGroup // jobs whose outcome is not delivered

	mu     sync.RWMutex // Submit holds it for reading while it queues
	closed bool

	submitted, done, full, deadline, late, panics, retried, gone atomic.Uint64
}

// task is a job on its way. settled is taken by whoever decides the outcome.
type task struct {
	Job
	ctx     context.Context
	cancel  context.CancelFunc
	settled atomic.Bool
	stop    func() bool // the deadline's timer
}

// New makes a pool.
func New(c Config) *Pool {
	if c.Workers <= 0 {
		c.Workers = DefaultWorkers
	}
	if c.Queue <= 0 {
		c.Queue = DefaultQueue
	}
	return &Pool{queue: make(chan *task, c.Queue), limit: c.Workers}
}

// Submit queues a job. It never blocks; errors: ErrFull, ErrClosed. After an
// error Done is not called.
func (p *Pool) Submit(j Job) error {
	if j.Deadline <= 0 {
		j.Deadline = DefaultDeadline
	}
	t := &task{Job: j}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.closed {
		return ErrClosed
	}
	t.ctx, t.cancel = context.WithTimeout(context.Background(), j.Deadline)
	p.pending.Add(1)
	t.stop = context.AfterFunc(t.ctx, func() { p.expire(t) })
	select {
	case p.queue <- t:
	default:
		if !t.settled.CompareAndSwap(false, true) {
			// Its deadline was quicker: Done hears of that, so it was taken.
			p.submitted.Add(1)
			return nil
		}
		t.stop()
		t.cancel()
		p.pending.Done()
		p.full.Add(1)
		return ErrFull
	}
	p.submitted.Add(1)
	p.grow()
	return nil
}

// grow starts one more worker while there is work waiting and room for it.
func (p *Pool) grow() {
	for {
		n := p.workers.Load()
		if int(n) >= p.limit || n > p.busy.Load()+int32(len(p.queue)) {
			return
		}
		if p.workers.CompareAndSwap(n, n+1) {
			go p.work()
			return
		}
	}
}

func (p *Pool) work() {
	for t := range p.queue {
		p.busy.Add(1)
		p.run(t)
		p.busy.Add(-1)
	}
	p.workers.Add(-1)
}

// run does a job unless its time is over already.
func (p *Pool) run(t *task) {
	if t.settled.Load() {
		return
	}
	c := p.call(t)
	if !t.settled.CompareAndSwap(false, true) {
		p.late.Add(1)
		return
	}
	t.stop()
	t.cancel()
	p.deliver(t, c)
}

func (p *Pool) call(t *task) (c Completion) {
	defer func() {
		if e := recover(); e != nil {
			p.panics.Add(1)
			c = Completion{Err: fmt.Errorf("pool: a job panicked: %v", e)}
		}
	}()
	c.Result, c.Ref, c.Err = t.Run(t.ctx)
	return c
}

// expire is the deadline's end of a job: it is on a goroutine of its own.
func (p *Pool) expire(t *task) {
	if !t.settled.CompareAndSwap(false, true) {
		return
	}
	p.deadline.Add(1)
	p.deliver(t, Completion{Err: ErrDeadline})
}

// deliver hands the outcome over, again and again while the mailbox is full.
func (p *Pool) deliver(t *task, c Completion) {
	defer p.pending.Done()
	for pause := retryFirst; ; pause = min(2*pause, retryMost) {
		switch err := t.Done(c); {
		case err == nil:
			p.done.Add(1)
			return
		case errors.Is(err, ErrGone):
			p.gone.Add(1)
			return
		}
		p.retried.Add(1)
		time.Sleep(pause)
	}
}

// Close refuses further jobs and waits until every outcome is delivered, as long
// as ctx lasts; its error is then returned.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.queue)
	}
	p.mu.Unlock()
	done := make(chan struct{})
	go func() { p.pending.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pool: jobs are not done in time: %w", ctx.Err())
	}
}

// Stats reads the figures.
func (p *Pool) Stats() Stats {
	return Stats{
		Submitted: p.submitted.Load(), Done: p.done.Load(), Full: p.full.Load(), Deadline: p.deadline.Load(),
		Late: p.late.Load(), Panics: p.panics.Load(), Retried: p.retried.Load(), Gone: p.gone.Load(),
		Waiting: len(p.queue), Busy: int(p.busy.Load()), Workers: int(p.workers.Load()),
	}
}
