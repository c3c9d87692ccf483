package params

// RealTimeGroup are the parameters about real-time scheduling.
type RealTimeGroup struct {
	RealTime       int64 // bits
	RtPolicy       int64
	RtPrio         int64
	RtTimer1Policy int64
	RtTimer1Prio   int64
	RtTimer2Policy int64
	RtTimer2Prio   int64
}

// onLoops is the note of the timers' priorities, which have no process of their
// own to apply to.
const onLoops = "timers run on the loops: the higher of the loops' and the timers' priority applies to the loops"

func realTimeRows() []row {
	return []row{
		number("real_time", func(c *Core) *int64 { return &c.RealTime }, 0, 0, 7).
			doc("What runs in a real-time class, a sum of 1 the fast timer, 2 the slow timer, 4 everything else; any bit sets the loops, on which timers run."),
		number("rt_policy", func(c *Core) *int64 { return &c.RtPolicy }, 0, 0, 3).
			doc("Scheduling class with real_time: 0 SCHED_OTHER, 1 SCHED_RR, 2 SCHED_FIFO."),
		number("rt_prio", func(c *Core) *int64 { return &c.RtPrio }, 0, 0, 99).
			doc("Real-time priority with real_time, 1 to 99."),
		number("rt_timer1_policy", func(c *Core) *int64 { return &c.RtTimer1Policy }, 0, 0, 3).alias("rt_ftimer_policy").note(onLoops).
			doc("rt_policy of the fast timer."),
		number("rt_timer1_prio", func(c *Core) *int64 { return &c.RtTimer1Prio }, 0, 0, 99).alias("rt_fast_timer_prio", "rt_ftimer_prio").note(onLoops).
			doc("rt_prio of the fast timer."),
		number("rt_timer2_policy", func(c *Core) *int64 { return &c.RtTimer2Policy }, 0, 0, 3).alias("rt_stimer_policy").note(onLoops).
			doc("rt_policy of the slow timer."),
		number("rt_timer2_prio", func(c *Core) *int64 { return &c.RtTimer2Prio }, 0, 0, 99).alias("rt_stimer_prio").note(onLoops).
			doc("rt_prio of the slow timer."),
	}
}

// Scheduling is the class (numbered as rt_policy) and priority of the loops:
// the highest of those that the bits of real_time select, since loops run the
// timers too; 0, 0 for the ordinary class.
func (c *Core) Scheduling() (policy, prio int) {
	for _, s := range [...]struct{ bit, policy, prio int64 }{
		{1, c.RtTimer1Policy, c.RtTimer1Prio}, {2, c.RtTimer2Policy, c.RtTimer2Prio}, {4, c.RtPolicy, c.RtPrio},
	} {
		if c.RealTime&s.bit != 0 && s.policy != 0 && int(s.prio) >= prio {
			policy, prio = int(s.policy), int(s.prio)
		}
	}
	return policy, prio
}
