package acc

import (
	"fmt"
	"strconv"
	"strings"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	LogFlag, LogMissedFlag, FailedFlag, PrepareFlag, LogLevel, TimeMode     int64
	DBFlag, DBMissedFlag, DBInsertMode                                      int64
	ExtraSize, ExtraNullable, CDRExtraSize                                  int64
	EarlyMedia, ReportACK, ReportCancels, DetectDirection, ReasonFromHF     bool
	PrepareAlways, CloneMsg                                                 bool
	CDREnable, CDRLog, CDRConfirmed, CDRExpired, CDRNullable, CDROnFailed   bool
	LogExtra, MultiLegInfo, LogFacility, FailedFilter                       string
	TimeAttr, TimeExten, TimeFormat                                         string
	DBURL, DBExtra, DBTable, DBMissedTable, Columns                         string
	CDRFacility, CDRExtra, CDRStart, CDREnd, CDRDuration, CDRTable, CDRSkip string

	// What program has made of these.
	extra  []item
	legs   []leg
	moment item // time_mode 3 and 4
	filter []int
	usesDB bool // a function of the script wants a database
	direction
}

func newConfig() any {
	return &Config{
		LogFlag: noFlag, LogMissedFlag: noFlag, FailedFlag: noFlag, PrepareFlag: noFlag, LogLevel: levelNotice,
		DBFlag: noFlag, DBMissedFlag: noFlag,
		TimeAttr: "time_attr", TimeExten: "time_exten", TimeFormat: "%Y-%m-%d %H:%M:%S",
		CloneMsg: true, CDROnFailed: true, ExtraSize: 64, CDRExtraSize: 64,
	}
}

func (c *Config) wantsDatabase() bool { return c.DBFlag >= 0 || c.DBMissedFlag >= 0 || c.usesDB }

const (
	noDatabase = "accepted; nothing is written to a database by this version"
	noCDR      = "accepted; no call detail records are written by this version"
)

func flagParam(name, doc, note string, field func(*Config) *int64) registry.Param {
	return intParam(name, noFlag, maxFlag, "-1", doc, note, field)
}

func intParam(name string, min, max int64, def, doc, note string, field func(*Config) *int64) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamInt, Min: min, Max: max, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func boolParam(name, def, doc, note string, field func(*Config) *bool) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamBool, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func textParam(name, def, doc, note string, field func(*Config) *string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamString, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

// column is a parameter that names a column of the database.
func column(name, def string) registry.Param {
	return textParam(name, def, "Accepted: a column of the database.", noDatabase, func(c *Config) *string { return &c.Columns })
}

// params are the parameters in the order of Kamailio's documentation.
var params = []registry.Param{
	boolParam("early_media", "no", "Whether a provisional reply with a body is accounted, too.", "",
		func(c *Config) *bool { return &c.EarlyMedia }),
	textParam("failed_filter", "", "Codes, separated by commas, that are not accounted as failures.", "",
		func(c *Config) *string { return &c.FailedFilter }),
	flagParam("failed_transaction_flag", "The flag of requests that are accounted even if they fail (300 and above).", "",
		func(c *Config) *int64 { return &c.FailedFlag }),
	boolParam("report_ack", "no", "Whether the ACK of a 2xx that t_relay() sends on is accounted, where it has the flag.", "",
		func(c *Config) *bool { return &c.ReportACK }),
	boolParam("report_cancels", "no", "Whether a CANCEL is accounted, where it has the flag.", "",
		func(c *Config) *bool { return &c.ReportCancels }),
	boolParam("detect_direction", "no", "Whether the tags of From and To are exchanged in requests from callee to caller; needs module rr.", "",
		func(c *Config) *bool { return &c.DetectDirection }),
	textParam("multi_leg_info", "", `The legs of a call, "name=$avp(x);…": each value of the AVPs is a leg.`, "",
		func(c *Config) *string { return &c.MultiLegInfo }),
	flagParam("log_flag", "The flag of requests that are accounted.", "", func(c *Config) *int64 { return &c.LogFlag }),
	flagParam("log_missed_flag", "The flag of INVITEs that are accounted when they fail. It is taken off then: a failure_route that tries another destination sets it again.", "",
		func(c *Config) *int64 { return &c.LogMissedFlag }),
	intParam("log_level", -5, 9, "1", "The level of the lines (L_NOTICE).", "", func(c *Config) *int64 { return &c.LogLevel }),
	textParam("log_facility", "LOG_DAEMON", "Accepted.", "accepted; all lines go to the facility of the core parameter log_facility",
		func(c *Config) *string { return &c.LogFacility }),
	textParam("log_extra", "", `What stands behind the usual fields, "name=$pv;…".`, "", func(c *Config) *string { return &c.LogExtra }),
	intParam("time_mode", 0, 4, "0", "What is written about the time beside the seconds: 0 nothing, 1 the microseconds as time_exten, "+
		"2 seconds and milliseconds as time_attr, 3 (UTC) and 4 (local time) the time in time_format as time_attr.", "",
		func(c *Config) *int64 { return &c.TimeMode }),
	intParam("acc_extra_size", 1, maxFields, "64", "Accepted.", "accepted; log_extra has room for 256 fields", func(c *Config) *int64 { return &c.ExtraSize }),
	textParam("time_attr", "time_attr", "The name of that field.", "", func(c *Config) *string { return &c.TimeAttr }),
	textParam("time_exten", "time_exten", "The name of that field.", "", func(c *Config) *string { return &c.TimeExten }),
	textParam("time_format", "%Y-%m-%d %H:%M:%S", "How the time is written, as strftime(3) has it.", "", func(c *Config) *string { return &c.TimeFormat }),
	boolParam("reason_from_hf", "no", "Whether the reason is taken from the reply's Reason header, where it has one.", "",
		func(c *Config) *bool { return &c.ReasonFromHF }),
	boolParam("acc_prepare_always", "no", "Whether flags may also be set after the request has got its transaction.", "",
		func(c *Config) *bool { return &c.PrepareAlways }),
	flagParam("acc_prepare_flag", "The flag of requests for which they may.", "", func(c *Config) *int64 { return &c.PrepareFlag }),
	boolParam("clone_msg", "yes", "Nothing: a request is never changed by being accounted.", "accepted; a request is never changed by being accounted",
		func(c *Config) *bool { return &c.CloneMsg }),

	flagParam("db_flag", "Accepted: the flag of requests that are accounted to a database.", noDatabase, func(c *Config) *int64 { return &c.DBFlag }),
	flagParam("db_missed_flag", "Accepted: the flag of missed calls that are accounted to a database.", noDatabase, func(c *Config) *int64 { return &c.DBMissedFlag }),
	textParam("db_url", "", "Accepted: the database.", noDatabase, func(c *Config) *string { return &c.DBURL }),
	textParam("db_table_acc", "acc", "Accepted: its table of requests.", noDatabase, func(c *Config) *string { return &c.DBTable }),
	textParam("db_table_missed_calls", "missed_calls", "Accepted: its table of missed calls.", noDatabase, func(c *Config) *string { return &c.DBMissedTable }),
	textParam("db_extra", "", "Accepted: further columns.", noDatabase, func(c *Config) *string { return &c.DBExtra }),
	intParam("acc_extra_nullable", 0, 1, "0", "Accepted: whether a column may be null.", noDatabase, func(c *Config) *int64 { return &c.ExtraNullable }),
	intParam("db_insert_mode", 0, 2, "0", "Accepted: how rows are written.", noDatabase, func(c *Config) *int64 { return &c.DBInsertMode }),
	column("acc_method_column", "method"), column("acc_from_tag_column", "from_tag"), column("acc_to_tag_column", "to_tag"),
	column("acc_callid_column", "callid"), column("acc_sip_code_column", "sip_code"), column("acc_sip_reason_column", "sip_reason"),
	column("acc_time_column", "time"),

	boolParam("cdr_enable", "no", "Accepted: call detail records of dialogs.", noCDR, func(c *Config) *bool { return &c.CDREnable }),
	boolParam("cdr_log_enable", "yes", "Accepted.", noCDR, func(c *Config) *bool { return &c.CDRLog }),
	boolParam("cdr_start_on_confirmed", "no", "Accepted.", noCDR, func(c *Config) *bool { return &c.CDRConfirmed }),
	boolParam("cdr_expired_dlg_enable", "no", "Accepted.", noCDR, func(c *Config) *bool { return &c.CDRExpired }),
	boolParam("cdr_extra_nullable", "no", "Accepted.", noCDR, func(c *Config) *bool { return &c.CDRNullable }),
	boolParam("cdr_on_failed", "yes", "Accepted.", noCDR, func(c *Config) *bool { return &c.CDROnFailed }),
	textParam("cdr_facility", "LOG_DAEMON", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRFacility }),
	intParam("cdr_extra_size", 1, maxFields, "64", "Accepted.", noCDR, func(c *Config) *int64 { return &c.CDRExtraSize }),
	textParam("cdr_extra", "", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRExtra }),
	textParam("cdr_start_id", "start_time", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRStart }),
	textParam("cdr_end_id", "end_time", "Accepted.", noCDR, func(c *Config) *string { return &c.CDREnd }),
	textParam("cdr_duration_id", "duration", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRDuration }),
	textParam("cdr_skip", "", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRSkip }),
	textParam("cdrs_table", "", "Accepted.", noCDR, func(c *Config) *string { return &c.CDRTable }),
}

// check looks at what the rows cannot see alone.
func check(cfg any) error {
	c := cfg.(*Config)
	c.filter = nil
	for _, s := range strings.Split(c.FailedFilter, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 300 || n > 699 {
			return fmt.Errorf("failed_filter takes codes from 300 to 699 separated by commas, not %q", s)
		}
		c.filter = append(c.filter, n)
	}
	for _, n := range []string{c.TimeAttr, c.TimeExten} {
		if !isName(n) {
			return fmt.Errorf("time_attr and time_exten must be names, not %q", n)
		}
	}
	return nil
}

// isName reports whether a text can be the name of a field.
func isName(s string) bool {
	for _, ch := range []byte(s) {
		if ch <= ' ' || ch >= 0x7f || ch == '=' || ch == ';' || ch == '$' {
			return false
		}
	}
	return s != ""
}
