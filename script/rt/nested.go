package rt

// RunNested runs a block to its end in the middle of a function call: the
// onsend_route while forward() sends. The running script's own place,
// temporaries, result, position and kind of route are left as they were. The
// block cannot suspend: a function that would have to wait ends it with
// ErrNestedWait.
func (c *Ctx) RunNested(entry Op) (State, error) {
	if c.nested == MaxNested {
		return Exited, ErrCallDepth
	}
	route, sp, depth, base, live := c.Route, c.sp, c.depth, c.base, c.live
	ret, state, pos, fault := c.ret, c.state, c.Pos, c.fault
	c.nested++
	c.base, c.ret = c.depth, 0
	c.sp += int(c.live)
	c.live = 0
	st, err := c.loop(entry)
	clear(c.calls[depth:c.depth])
	c.nested--
	c.Route, c.sp, c.depth, c.base, c.live = route, sp, depth, base, live
	c.ret, c.state, c.Pos, c.fault = ret, state, pos, fault
	return st, err
}

// CanWait reports whether the running block may suspend. A function that would
// reserve something before it waits asks first.
func (c *Ctx) CanWait() bool { return c.nested == 0 }
