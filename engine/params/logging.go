package params

// Logging are the parameters about log lines.
type Logging struct {
	Debug            int64 // log level, -6 none to 3 debug
	LogStderror      bool
	LogFacility      string // see Facility
	LogName          string // empty: the program's name
	LogPrefix        string
	LogPrefixMode    int64
	LogColor         int64
	LogEngineType    string
	LogEngineData    string
	CoreLog          int64 // log level
	LatencyLog       int64
	LatencyCfgLog    int64
	LatencyLimitAct  int64
	LatencyLimitCfg  int64
	LatencyLimitDB   int64
	SIPParserLog     int64
	SIPParserOneline int64
	SIPParserMode    int64
	LogLines         int64 // lines/s per class and source
	LogBytes         int64 // bytes/s in all
	StatsNameSep     string
}

func loggingRows() []row {
	return []row{
		number("debug", func(c *Core) *int64 { return &c.Debug }, 0, -6, maxInt).live().
			doc("Log threshold: lines of this level and below are logged. -5 alert, -4 bug, -2 critical, -1 error, 0 warning, 1 notice, 2 info, 3 debug; -6 logs nothing."),
		yesNo("log_stderror", func(c *Core) *bool { return &c.LogStderror }, false).live().
			doc("Log to standard error instead of syslog, as -E."),
		text("log_facility", func(c *Core) *string { return &c.LogFacility }, "LOG_DAEMON").live().
			check(func(c *Core) error { return CheckFacility(c.LogFacility) }).
			doc("Syslog facility: LOG_DAEMON, LOG_USER, LOG_LOCAL0 to LOG_LOCAL7 and the others of syslog(3)."),
		text("log_name", func(c *Core) *string { return &c.LogName }, "").live().shown("program name").
			doc("Name under which lines go to syslog."),
		text("log_prefix", func(c *Core) *string { return &c.LogPrefix }, "").later().
			doc("Text with pseudo-variables that is put before each line about a message.").from("Kamailio 5.x: log_prefix"),
		number("log_prefix_mode", func(c *Core) *int64 { return &c.LogPrefixMode }, 0, 0, 1).later().
			doc("1 computes log_prefix for every line, 0 once for a message.").from("Kamailio 5.x: log_prefix_mode"),
		number("log_color", func(c *Core) *int64 { return &c.LogColor }, 0, 0, 1).live().
			doc("Colours by level on standard error, as -e.").from("Kamailio 5.x: log_color"),
		text("log_engine_type", func(c *Core) *string { return &c.LogEngineType }, "").later().
			doc("Another way of logging than syslog and standard error.").from("Kamailio 5.x: log_engine_type"),
		text("log_engine_data", func(c *Core) *string { return &c.LogEngineData }, "").later().
			doc("Data for log_engine_type.").from("Kamailio 5.x: log_engine_data"),
		number("corelog", func(c *Core) *int64 { return &c.CoreLog }, -1, -6, maxInt).alias("core_log").later().
			doc("Log level of certain of the core's messages.").from("Kamailio 5.x: corelog"),
		number("latency_log", func(c *Core) *int64 { return &c.LatencyLog }, -1, -6, maxInt).later().
			doc("Log level of the messages about slow actions.").from("Kamailio 5.x: latency_log"),
		number("latency_cfg_log", func(c *Core) *int64 { return &c.LatencyCfgLog }, 3, -6, maxInt).later().
			doc("Log level of the time that a script took.").from("Kamailio 5.x: latency_cfg_log"),
		number("latency_limit_action", func(c *Core) *int64 { return &c.LatencyLimitAct }, 0, 0, maxInt).later().
			doc("Actions that take longer, ms, are logged; 0 is off.").from("Kamailio 5.x: latency_limit_action"),
		number("latency_limit_cfg", func(c *Core) *int64 { return &c.LatencyLimitCfg }, 0, 0, maxInt).later().
			doc("Scripts that take longer, ms, are logged; 0 is off.").from("Kamailio 5.x: latency_limit_cfg"),
		number("latency_limit_db", func(c *Core) *int64 { return &c.LatencyLimitDB }, 0, 0, maxInt).later().
			doc("Database operations that take longer, ms, are logged; 0 is off.").from("Kamailio 5.x: latency_limit_db"),
		number("sip_parser_log", func(c *Core) *int64 { return &c.SIPParserLog }, 0, -6, maxInt).later().
			doc("Log level of the parser's messages.").from("Kamailio 5.x: sip_parser_log"),
		number("sip_parser_log_oneline", func(c *Core) *int64 { return &c.SIPParserOneline }, 0, 0, 1).later().
			doc("Print an unreadable message in one line.").from("Kamailio 5.x: sip_parser_log_oneline"),
		number("sip_parser_mode", func(c *Core) *int64 { return &c.SIPParserMode }, 0, 0, maxInt).later().
			doc("How strict Kamailio's parser is.").from("Kamailio 5.x: sip_parser_mode"),
		number("log_lines_max", func(c *Core) *int64 { return &c.LogLines }, defaultLogLines, 0, 1_000_000).live().
			doc("Lines a second that one class of message about one peer may log; the rest is counted and summed up. 0 sets no bound.").from("sipedge"),
		number("log_bytes_max", func(c *Core) *int64 { return &c.LogBytes }, defaultLogBytes, 0, 1<<30).live().
			doc("Bytes a second that all lines together may take; the rest is counted and summed up. 0 sets no bound.").from("sipedge"),
		text("stats_name_separator", func(c *Core) *string { return &c.StatsNameSep }, "_").later().
			doc("Separator in the names of statistics.").from("Kamailio 5.x: stats_name_separator"),
	}
}
