package dialog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sipedge/engine/mod/rr"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot. Times are in seconds.
type Config struct {
	DlgFlag, DefaultTimeout, EarlyTimeout, NoAckTimeout         int64
	MatchMode, DBMode, MaxDialogs, KAInterval, KAFailedLimit    int64
	SpiralDetect, SendBye, TimeoutNoReset, EnableDMQ, TrackCSeq bool
	RRParam, TimeoutAVP, ExtraHeaders, LReqCalleeHeaders        string
	XAVP                                                        string
	ProfilesWithValue, ProfilesNoValue                          []string

	without string // takes what has no effect
	// names are the profiles by name, with values or without; numbers are these in
	// the live table.
	names   map[string]bool
	numbers map[string]int
	live    *live
	rr      *rr.API // of the script

	timeoutVars []*registry.Var // xavp_cfg and timeout_avp, bound with the script's functions
}

// How a request finds its dialog (dlg_match_mode).
const (
	matchID       = 0 // by the Record-Route parameter alone
	matchFallback = 1 // by that, else by Call-ID and tags
	matchNoID     = 2 // by Call-ID and tags
)

func newConfig() any {
	return &Config{
		DlgFlag: -1, DefaultTimeout: defaultTimeout, EarlyTimeout: defaultEarlyTimeout, NoAckTimeout: defaultNoAckTimeout,
		MatchMode: matchFallback, MaxDialogs: defaultMaxDialogs, KAInterval: defaultKAInterval, KAFailedLimit: 1,
		SpiralDetect: true, RRParam: "did",
	}
}

const source = "Kamailio module dialog"

var params = slices.Concat([]registry.Param{
	number("dlg_flag", -1, 31, "-1", "The message flag that has a call tracked, as dlg_manage() does; -1 for none.", func(c *Config) *int64 { return &c.DlgFlag }),
	number("default_timeout", 1, mostTimeout, "43200", "Seconds that an answered call may last without a request within it; see timeout_noreset.", func(c *Config) *int64 { return &c.DefaultTimeout }),
	number("early_timeout", 1, mostTimeout, "300", "Seconds after which a call that nobody has answered is given up.", func(c *Config) *int64 { return &c.EarlyTimeout }),
	number("noack_timeout", 1, mostTimeout, "60", "Seconds after which an answered call without an ACK is ended.", func(c *Config) *int64 { return &c.NoAckTimeout }),
	text("timeout_avp", "", "The variable that holds a call's timeout in seconds instead of default_timeout.", func(c *Config) *string { return &c.TimeoutAVP }),
	checked(text("xavp_cfg", "", "The XAVP with attributes of calls; with the name dlg, $xavp(dlg=>timeout) is a call's timeout in seconds. It goes before timeout_avp.",
		func(c *Config) *string { return &c.XAVP }), checkXAVP),
	checked(text("rr_param", "did", "Name of the Record-Route parameter that names the dialog.", func(c *Config) *string { return &c.RRParam }), checkRRParam),
	number("dlg_match_mode", matchID, matchNoID, "1", "How a request finds its dialog. 0: by rr_param; 1: by that, else by Call-ID and tags; 2: by these.", func(c *Config) *int64 { return &c.MatchMode }),
	list("profiles_with_value", "Profiles that count calls by a value, separated by \";\".", func(c *Config) *[]string { return &c.ProfilesWithValue }),
	list("profiles_no_value", "Profiles that count calls, separated by \";\".", func(c *Config) *[]string { return &c.ProfilesNoValue }),
	boolean("detect_spirals", "yes", "Whether an INVITE that comes round again is taken for the same call.", func(c *Config) *bool { return &c.SpiralDetect }),
	boolean("send_bye", "no", "Whether a call that has had its time is ended with a BYE to both sides.", func(c *Config) *bool { return &c.SendBye }),
	boolean("timeout_noreset", "no", "Whether a request within the call leaves the timeout as it runs.", func(c *Config) *bool { return &c.TimeoutNoReset }),
	checked(text("dlg_extra_hdrs", "", "Header lines, with their ends, for the requests that the module sends.", func(c *Config) *string { return &c.ExtraHeaders }), checkHeaders),
	checked(text("lreq_callee_headers", "", "Header lines, with their ends, for the requests that the module sends to the callee.", func(c *Config) *string { return &c.LReqCalleeHeaders }), checkHeaders),
	number("ka_interval", leastKAInterval, mostTimeout, "30", "Seconds between the OPTIONS to a side whose property ka-src or ka-dst is set.", func(c *Config) *int64 { return &c.KAInterval }),
	number("ka_failed_limit", 1, 1000, "1", "Number of OPTIONS without an answer after which the call is ended; a 481 ends it at once.", func(c *Config) *int64 { return &c.KAFailedLimit }),
	fixed(number("max_dialogs", 1, mostDialogs, "1048576", "Dialogs of one event loop at most; a call beyond is relayed without being tracked.", func(c *Config) *int64 { return &c.MaxDialogs })),
	checked(number("db_mode", 0, 3, "0", "0: dialogs are kept in memory. Other modes are refused.", func(c *Config) *int64 { return &c.DBMode }), func(cfg any) error {
		if cfg.(*Config).DBMode != 0 {
			return errors.New("dialogs are kept in memory only, and survive a reload; take out db_mode and the db_ parameters, or set 0")
		}
		return nil
	}),
	checked(boolean("enable_dmq", "no", "Accepted when off.", func(c *Config) *bool { return &c.EnableDMQ }), func(cfg any) error {
		if cfg.(*Config).EnableDMQ {
			return errors.New("dialogs are not shared between servers; take out enable_dmq")
		}
		return nil
	}),
	checked(boolean("track_cseq_updates", "no", "Accepted when off.", func(c *Config) *bool { return &c.TrackCSeq }), func(cfg any) error {
		if cfg.(*Config).TrackCSeq {
			return errors.New("CSeq numbers of a caller are not rewritten; take out track_cseq_updates")
		}
		return nil
	}),
}, accepted("the counters are always kept", "enable_stats"),
	accepted("an ended dialog can be found for 5 s", "wait_ack", "end_timeout"),
	accepted("variables and profiles may be set before dlg_manage()", "initial_cbs_inscript"),
	accepted("each dialog has its own timer", "ka_timer", "timer_procs"),
	accepted("the tables grow with their entries", "hash_size", "log_profile_hash_size"),
	accepted("entries and ids are made here, and name the event loop", "h_id_start", "h_id_step"),
	accepted("there are no embedded scripting languages", "event_callback"),
	accepted("requests go to the Contact of their side", "ruri_pvar"),
	accepted("this server's own Record-Route is in no Route set", "keep_proxy_rr"),
	accepted("neither ACK nor BYE is filtered", "dlg_filter_mode"),
	accepted("there is no dlg_bridge()", "bridge_controller", "bridge_contact"),
	accepted("dialogs are kept in memory only", "db_url", "db_update_period", "db_fetch_rows", "db_skip_load", "table_name", "vars_table_name",
		"call_id_column", "from_uri_column", "from_tag_column", "to_uri_column", "to_tag_column", "h_id_column", "h_entry_column", "state_column",
		"start_time_column", "timeout_column", "to_cseq_column", "from_cseq_column", "to_route_column", "from_route_column", "to_contact_column",
		"from_contact_column", "to_sock_column", "from_sock_column", "profiles_column", "sflags_column", "iflags_column", "toroute_name_column",
		"req_uri_column", "xdata_column", "vars_h_id_column", "vars_h_entry_column", "vars_key_column", "vars_value_column"))

// accepted are parameters that have no effect here, with the reason.
func accepted(note string, names ...string) []registry.Param {
	var all []registry.Param
	for _, name := range names {
		all = append(all, registry.Param{Name: name, Type: registry.ParamString, Reloadable: true, Source: source,
			Doc: "Accepted: " + note + ".", Note: "accepted; " + note,
			Field: func(cfg any) any { return &cfg.(*Config).without }})
	}
	return all
}

func param(name, def, doc string, typ registry.ParamType, field func(*Config) any) registry.Param {
	return registry.Param{Name: name, Type: typ, Default: def, Doc: doc, Source: source, Reloadable: true,
		Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func number(name string, min, max int64, def, doc string, f func(*Config) *int64) registry.Param {
	p := param(name, def, doc, registry.ParamInt, func(c *Config) any { return f(c) })
	p.Min, p.Max = min, max
	return p
}

func boolean(name, def, doc string, f func(*Config) *bool) registry.Param {
	return param(name, def, doc, registry.ParamBool, func(c *Config) any { return f(c) })
}

func text(name, def, doc string, f func(*Config) *string) registry.Param {
	return param(name, def, doc, registry.ParamString, func(c *Config) any { return f(c) })
}

func list(name, doc string, f func(*Config) *[]string) registry.Param {
	return param(name, "", doc, registry.ParamList, func(c *Config) any { return f(c) })
}

func checked(p registry.Param, check func(any) error) registry.Param { p.Check = check; return p }

func fixed(p registry.Param) registry.Param { p.Reloadable = false; return p }

func checkRRParam(cfg any) error {
	name := cfg.(*Config).RRParam
	if name == "" || strings.ContainsAny(name, " ;=<>\"?@,\t\r\n") || strings.ToLower(name) != name {
		return fmt.Errorf("takes the name of a URI parameter in lower case, not %q", name)
	}
	return nil
}

func checkXAVP(cfg any) error {
	if name := cfg.(*Config).XAVP; strings.ContainsAny(name, "$()[]=> ") {
		return fmt.Errorf("takes the name of an XAVP, not %q", name)
	}
	return nil
}

func checkHeaders(cfg any) error {
	c := cfg.(*Config)
	for _, h := range [...]string{c.ExtraHeaders, c.LReqCalleeHeaders} {
		if h == "" {
			continue
		}
		if !strings.HasSuffix(h, "\r\n") {
			return fmt.Errorf("takes header lines that end with \\r\\n, not %q", h)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(h, "\r\n"), "\r\n") {
			if name, _, ok := strings.Cut(line, ":"); !ok || name == "" || strings.ContainsAny(line, "\r\n\x00") {
				return fmt.Errorf("takes header lines, not %q", line)
			}
		}
	}
	return nil
}

// check reads the names of the profiles.
func check(cfg any) error {
	c := cfg.(*Config)
	c.names = map[string]bool{}
	for _, l := range [...]struct {
		lists []string
		value bool
	}{{c.ProfilesNoValue, false}, {c.ProfilesWithValue, true}} {
		for _, s := range l.lists {
			for name := range strings.SplitSeq(s, ";") {
				name, _, _ = strings.Cut(strings.TrimSpace(name), "/") // "/s": kept on one server
				if name == "" {
					continue
				}
				if strings.ContainsFunc(name, func(r rune) bool {
					return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-' || r == '.')
				}) {
					return fmt.Errorf("profile %q: a name has letters, digits, '_', '-' and '.'", name)
				}
				if with, ok := c.names[name]; ok && with != l.value {
					return fmt.Errorf("profile %q is named both with and without values", name)
				}
				c.names[name] = l.value
			}
		}
	}
	if len(c.names) > maxProfiles {
		return fmt.Errorf("%d profiles; at most %d", len(c.names), maxProfiles)
	}
	return nil
}
