package rt

// A function may run a block that can wait itself: the branch_route while
// t_relay() makes a branch. RunInner runs it on the same context, above the
// running script's place. When it waits, the function returns Pending like any
// other that waits; when the engine resumes the context, the block goes on, and at
// its end the function's own continuation, which gives the function's result or
// runs the next block. A function may wait for something else between two such
// blocks, as t_relay() does for name servers.

// InnerDone is called when a block that waited has ended. It returns the result
// of the function that ran it, or Pending after it has run another block that
// waits.
type InnerDone func(c *Ctx, st State, err error) int32

// registers are what a run changes and the outer script needs again.
type registers struct {
	route           RouteKind
	sp, depth, base int
	live, ret, pos  int32
	state           State
	fault           bool
}

// innerRun is the block that runs inside a function, or waits.
type innerRun struct {
	outer  registers
	resume Op // where the outer script goes on
	done   InnerDone
	on     bool // the block runs or waits
	waits  bool
}

// RunInner runs a block as a block of a kind. Suspended: it waits, and the calling
// function returns Pending; done goes on for it then. Only one block can run so at
// a time; inside of it, and of RunNested, it is RunNested.
func (c *Ctx) RunInner(kind RouteKind, entry Op, done InnerDone) (State, error) {
	if c.inner.on || c.nested != 0 {
		route := c.Route
		c.Route = kind
		st, err := c.RunNested(entry)
		c.Route = route
		return st, err
	}
	r := &c.inner.outer
	*r = registers{c.Route, c.sp, c.depth, c.base, c.live, c.ret, c.Pos, c.state, c.fault}
	c.inner.on, c.inner.done = true, done
	if c.resume != nil { // the function has waited, and so has the outer script
		c.inner.resume, c.resume = c.resume, nil
	}
	c.Route = kind
	c.base, c.ret = c.depth, 0
	c.sp += int(c.live)
	c.live = 0
	st, err := c.loop(entry)
	return c.innerEnded(st, err)
}

// innerEnded restores the outer script's registers unless the block waits.
func (c *Ctx) innerEnded(st State, err error) (State, error) {
	if st == Suspended {
		c.inner.waits = true
		return st, nil
	}
	r := &c.inner.outer
	clear(c.calls[r.depth:max(c.depth, r.depth)])
	c.Route, c.sp, c.depth, c.base, c.live = r.route, r.sp, r.depth, r.base, r.live
	c.ret, c.state, c.Pos, c.fault = r.ret, r.state, r.pos, r.fault
	c.inner.on = false
	return st, err
}

// resumeInner goes on with a block that waited. ok is true when the outer script
// goes on too, with the result.
func (c *Ctx) resumeInner(result int32) (r int32, ok bool) {
	c.inner.waits = false
	op := c.resume
	c.resume, c.ret = nil, result
	st, err := c.innerEnded(c.loop(op))
	if st == Suspended {
		return 0, false
	}
	if r = c.inner.done(c, st, err); r == Pending {
		return 0, false
	}
	c.resume = c.inner.resume
	c.inner.resume = nil
	return r, true
}
