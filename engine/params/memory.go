package params

// Memory are the parameters about memory. The Go runtime manages it, so most of
// Kamailio's have nothing to act on.
type Memory struct {
	MemDbg        int64 // log level
	MemLog        int64 // log level
	MemSummary    int64 // bits
	MemJoin       int64
	MemSafety     int64
	MemStatusMode int64
	ShmMem        int64 // MB
	ShmForceAlloc bool
	MlockPages    bool
	PVBufferSize  int64 // bytes
	PVBufferSlots int64
	PVCacheLimit  int64
	PVCacheAction int64
	SQLBufferSize int64 // bytes
}

const (
	byRuntime  = "memory is managed by the Go runtime"
	growsItems = "buffers grow as they are needed, within the limits of a message"
)

func memoryRows() []row {
	return []row{
		number("memdbg", func(c *Core) *int64 { return &c.MemDbg }, 3, -6, maxInt).alias("mem_dbg").never("single allocations cannot be logged, " + byRuntime).
			doc("Log level of the messages about each allocation."),
		number("memlog", func(c *Core) *int64 { return &c.MemLog }, 3, -6, maxInt).alias("mem_log").live().
			note("logs the Go runtime's memory statistics at this level, on SIGUSR1 and at the end").
			doc("Log level of the memory statistics, logged on SIGUSR1 and at the end."),
		number("mem_summary", func(c *Core) *int64 { return &c.MemSummary }, 3, 0, 15).live().
			note("any bit logs the Go runtime's memory statistics, 0 none; there are no separate pools").
			doc("What the memory statistics show: 1 private and 2 shared memory in use, 4 and 8 sums of the same; 0 shows nothing."),
		number("mem_join", func(c *Core) *int64 { return &c.MemJoin }, 1, 0, 1).never(byRuntime).
			doc("Join free fragments.").from("Kamailio 5.x: mem_join"),
		number("mem_safety", func(c *Core) *int64 { return &c.MemSafety }, 1, 0, 1).never(byRuntime).
			doc("Detect double frees.").from("Kamailio 5.x: mem_safety"),
		number("mem_status_mode", func(c *Core) *int64 { return &c.MemStatusMode }, 0, 0, 1).never(byRuntime).
			doc("List all fragments in the memory status.").from("Kamailio 5.x: mem_status_mode"),
		number("shm", func(c *Core) *int64 { return &c.ShmMem }, 0, 0, maxInt).alias("shm_mem", "shm_mem_size").shown("").never("there is one heap and " + byRuntime).
			doc("Size of the shared memory, MB; as -m.").from("Kamailio 3.1: shm_mem"),
		yesNo("shm_force_alloc", func(c *Core) *bool { return &c.ShmForceAlloc }, false).later().
			doc("Touch all memory at start."),
		yesNo("mlock_pages", func(c *Core) *bool { return &c.MlockPages }, false).
			doc("Lock the process's pages in memory, so that they are never swapped out."),
		number("pv_buffer_size", func(c *Core) *int64 { return &c.PVBufferSize }, 8192, 0, maxInt).never(growsItems).
			doc("Bytes of a buffer in which pseudo-variables are printed.").from("Kamailio 5.x: pv_buffer_size"),
		number("pv_buffer_slots", func(c *Core) *int64 { return &c.PVBufferSlots }, 10, 0, maxInt).never(growsItems).
			doc("Number of those buffers.").from("Kamailio 5.x: pv_buffer_slots"),
		number("pv_cache_limit", func(c *Core) *int64 { return &c.PVCacheLimit }, 2048, 0, maxInt).never("pseudo-variables are bound when the script is compiled").
			doc("Number of cached pseudo-variable names.").from("Kamailio 5.x: pv_cache_limit"),
		number("pv_cache_action", func(c *Core) *int64 { return &c.PVCacheAction }, 0, 0, 1).never("pseudo-variables are bound when the script is compiled").
			doc("What happens when that cache is full.").from("Kamailio 5.x: pv_cache_action"),
		number("sql_buffer_size", func(c *Core) *int64 { return &c.SQLBufferSize }, maxPort, 0, maxInt).later().
			doc("Largest SQL query, bytes.").from("Kamailio 5.x: sql_buffer_size"),
	}
}
