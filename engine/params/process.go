package params

// Process are the parameters about the process itself.
type Process struct {
	Children        int64
	Fork            bool
	User, Group     string // name or number
	Chroot          string
	Workdir         string
	RunDir          string
	DisableCoreDump bool
	OpenFilesLimit  int64 // -1: leave
	ExitTimeout     int64 // s
	ServerID        int64
	Statistics      string
	LoadPath        []string
	AsyncWorkers    int64
	AsyncUsleep     int64 // µs
	AsyncNonblock   int64
}

func processRows() []row {
	return []row{
		number("children", func(c *Core) *int64 { return &c.Children }, defaultChildren, 1, maxLoops).
			note("the number of event loops, at most one per CPU; Kamailio starts that many processes per UDP address").
			doc("Upper bound of the event loops; there is never more than one per CPU that the process may use."),
		yesNo("fork", func(c *Core) *bool { return &c.Fork }, true).
			doc("Go to the background after the start; no stays in the foreground, as -D, -DD, -DDD and -E do."),
		text("user", func(c *Core) *string { return &c.User }, "").alias("uid").
			doc("User, name or number, to run as once the addresses are bound."),
		text("group", func(c *Core) *string { return &c.Group }, "").alias("gid").
			doc("Group, name or number, to run as once the addresses are bound."),
		text("chroot", func(c *Core) *string { return &c.Chroot }, "").
			doc("Directory that becomes the root directory once the addresses are bound."),
		text("workdir", func(c *Core) *string { return &c.Workdir }, "").alias("wdir").shown("/ in the background, unchanged in the foreground").
			doc("Working directory at run time."),
		text("rundir", func(c *Core) *string { return &c.RunDir }, "").alias("run_dir").later().
			doc("Directory of run-time files such as control sockets.").from("Kamailio 5.x: rundir"),
		yesNo("disable_core_dump", func(c *Core) *bool { return &c.DisableCoreDump }, false).
			doc("Set the core-file limit of the process to 0."),
		number("open_files_limit", func(c *Core) *int64 { return &c.OpenFilesLimit }, -1, -1, maxInt).
			doc("Raise the limit of open files to this where it is lower; -1 leaves it."),
		number("exit_timeout", func(c *Core) *int64 { return &c.ExitTimeout }, defaultExitTimeout, 0, maxSeconds).alias("ser_kill_timeout").live().
			doc("Seconds that a stop may take before the process ends at once; 0 sets no bound."),
		number("server_id", func(c *Core) *int64 { return &c.ServerID }, 0, 0, maxInt).live().
			doc("Number of this instance in a cluster."),
		text("statistics", func(c *Core) *string { return &c.Statistics }, "").later().shown("off").
			doc("File to which statistics are written.").from("Kamailio 3.1: statistics"),
		list("loadpath", func(c *Core) *[]string { return &c.LoadPath }).alias("mpath").
			never("modules are part of the program, loadmodule goes by their name alone").
			doc("Directories in which Kamailio looks for modules."),
		number("async_workers", func(c *Core) *int64 { return &c.AsyncWorkers }, 0, 0, maxLoops).
			never("every function may suspend a script, no worker processes are needed").
			doc("Kamailio's processes for asynchronous tasks.").from("Kamailio 5.x: async_workers"),
		number("async_usleep", func(c *Core) *int64 { return &c.AsyncUsleep }, 0, 0, maxInt).
			never("there are no worker processes for asynchronous tasks").
			doc("Pause of Kamailio's asynchronous workers, µs.").from("Kamailio 5.x: async_usleep"),
		number("async_nonblock", func(c *Core) *int64 { return &c.AsyncNonblock }, 0, 0, 1).
			never("there are no worker processes for asynchronous tasks").
			doc("Non-blocking sockets to Kamailio's asynchronous workers.").from("Kamailio 5.x: async_nonblock"),
	}
}
