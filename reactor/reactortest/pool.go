package reactortest

import (
	"context"
	"errors"
	"fmt"

	"sipedge/pool"
)

// Submit runs a job as package pool does, in virtual time: Run is called at once,
// its outcome is delivered after a delay from MinWork to MaxWork, or as
// pool.ErrDeadline when that is beyond the job's deadline. Errors: pool.ErrFull.
func (n *Net) Submit(j pool.Job) error {
	if n.jobs >= n.opts.MaxJobs {
		n.c.JobsRefused++
		return pool.ErrFull
	}
	n.jobs++
	n.c.Jobs++
	deadline := j.Deadline
	if deadline <= 0 {
		deadline = pool.DefaultDeadline
	}
	c := call(j)
	delay := n.between(n.opts.MinWork, n.opts.MaxWork)
	if delay > deadline {
		n.c.JobsOverdue++
		delay, c = deadline, pool.Completion{Err: pool.ErrDeadline}
	}
	n.at(n.now+delay, func() { n.done(j, c) })
	return nil
}

// done delivers an outcome, again and again while nobody can take it.
func (n *Net) done(j pool.Job, c pool.Completion) {
	if err := j.Done(c); err == nil || errors.Is(err, pool.ErrGone) {
		n.jobs--
		return
	}
	n.c.JobsRetried++
	n.at(n.now+doneRetry, func() { n.done(j, c) })
}

func call(j pool.Job) (c pool.Completion) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer func() {
		if e := recover(); e != nil {
			c = pool.Completion{Err: fmt.Errorf("reactortest: a job panicked: %v", e)}
		}
	}()
	c.Result, c.Ref, c.Err = j.Run(ctx)
	return c
}
