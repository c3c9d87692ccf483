package params

// Compat are parameters of other releases that scripts still set, without
// anything here that they could change.
type Compat struct {
	LoopChecks   bool
	Fifo         string
	VersionTable string
	WaitWorker   int64
	WaitTime     int64
	WaitUsleep   int64
}

func compatRows() []row {
	const timers = "timers run on the loops"
	return []row{
		yesNo("loop_checks", func(c *Core) *bool { return &c.LoopChecks }, false).never("loops are found by Max-Forwards").
			doc("Loop detection of SER 0.8.").from("SER 0.8: loop_checks"),
		text("fifo", func(c *Core) *string { return &c.Fifo }, "").never("control channels are modules' parameters").
			doc("Control FIFO of SER 0.8.").from("SER 0.8: fifo"),
		text("version_table", func(c *Core) *string { return &c.VersionTable }, "version").later().
			doc("Name of the table with the versions of the other tables.").from("Kamailio 5.x: version_table"),
		number("wait_worker1_mode", func(c *Core) *int64 { return &c.WaitWorker }, 0, 0, 1).never(timers).
			doc("Pause before Kamailio's first worker starts.").from("Kamailio 5.x: wait_worker1_mode"),
		number("wait_worker1_time", func(c *Core) *int64 { return &c.WaitTime }, 4000000, 0, maxInt).never(timers).
			doc("Length of that pause, µs.").from("Kamailio 5.x: wait_worker1_time"),
		number("wait_worker1_usleep", func(c *Core) *int64 { return &c.WaitUsleep }, 100000, 0, maxInt).never(timers).
			doc("Step of that pause, µs.").from("Kamailio 5.x: wait_worker1_usleep"),
	}
}
