package params

// Limits are parameters of sipedge's own: bounds of what one message may use,
// and how messages are spread over the loops.
type Limits struct {
	Home              string // auto, always or off
	SuspendMax        int64  // scripts
	MaxWhileLoops     int64  // rounds
	MaxRecursiveLevel int64  // calls
}

func limitRows() []row {
	return []row{
		words("home", func(c *Core) *string { return &c.Home }, "auto", "auto", "always", "off").live().
			doc("When a message is handed to the loop on which its call lives: auto where the script uses a stateful function and there is more than one loop, always, or off.").from("sipedge"),
		number("suspend_max", func(c *Core) *int64 { return &c.SuspendMax }, defaultSuspendMax, 1, 1<<20).live().
			doc("Scripts that may wait at the same time on one loop; one more ends with an error.").from("sipedge"),
		number("max_while_loops", func(c *Core) *int64 { return &c.MaxWhileLoops }, defaultMaxWhile, 1, 1_000_000).live().
			doc("Rounds of one while; the script goes on behind the loop, and an error is logged."),
		number("max_recursive_level", func(c *Core) *int64 { return &c.MaxRecursiveLevel }, defaultRecursive, 1, defaultRecursive).later().
			doc("Nesting of blocks and routes in Kamailio 5.x; here route() calls may nest 100 deep.").from("Kamailio 5.x: max_recursive_level"),
	}
}
