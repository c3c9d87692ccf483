package uac_redirect

import (
	"fmt"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	DefaultFilter, DenyFilter, AcceptFilter string
	AccFunction, AccTable                   string
	BranchFlags, QValue, FlagsHeader        int64

	filters [2]filters
	next    arg.State // number of the first branch whose reply has not been looked at
}

func newConfig() any {
	return &Config{DefaultFilter: "accept", AccFunction: "acc_log_request", AccTable: "acc", QValue: 10}
}

func text(name, def, doc, note string, field func(*Config) *string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamString, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

func number(name string, min, max int64, def, doc, note string, field func(*Config) *int64) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamInt, Min: min, Max: max, Default: def, Reloadable: true,
		Doc: doc, Source: source, Note: note, Field: func(cfg any) any { return field(cfg.(*Config)) }}
}

// params are the parameters in the order of Kamailio's documentation.
var params = []registry.Param{
	text("default_filter", "accept", "What becomes of a Contact that no filter matches: accept or deny.", "", func(c *Config) *string { return &c.DefaultFilter }),
	text("deny_filter", "", "The default deny filter, a regular expression.", "", func(c *Config) *string { return &c.DenyFilter }),
	text("accept_filter", "", "The default accept filter, a regular expression.", "", func(c *Config) *string { return &c.AcceptFilter }),
	text("acc_function", "acc_log_request", "How followed Contacts are accounted.", "", func(c *Config) *string { return &c.AccFunction }),
	text("acc_db_table", "acc", "Accepted: the table that they are accounted to.", "accepted; nothing is written to a database by this version",
		func(c *Config) *string { return &c.AccTable }),
	number("bflags", 0, 1<<32-1, "0", "The branch flags of the new destinations.", "", func(c *Config) *int64 { return &c.BranchFlags }),
	number("flags_hdr_mode", 0, 2, "0", "Accepted.", "accepted; flags are not written to a header", func(c *Config) *int64 { return &c.FlagsHeader }),
	number("q_value", 0, 1000, "10", "The q, in thousandths, of Contacts that have none.", "", func(c *Config) *int64 { return &c.QValue }),
}

// check looks at what the rows cannot see alone.
func check(cfg any) error {
	c := cfg.(*Config)
	if c.DefaultFilter != "accept" && c.DefaultFilter != "deny" {
		return fmt.Errorf("default_filter is accept or deny, not %q", c.DefaultFilter)
	}
	switch c.AccFunction {
	case "acc_log_request", "acc_request", "acc_db_request":
		return nil
	}
	return fmt.Errorf("acc_function is acc_log_request, acc_db_request or acc_request, not %q", c.AccFunction)
}

// program compiles the default filters.
func program(b registry.Build, cfg any) error {
	c := cfg.(*Config)
	c.next = arg.NewState(b, "uac_redirect", "next")
	for kind, p := range []struct{ name, text string }{deny: {"deny_filter", c.DenyFilter}, accept: {"accept_filter", c.AcceptFilter}} {
		f := &c.filters[kind]
		f.state = arg.NewState(b, "uac_redirect", p.name)
		if p.text == "" {
			continue
		}
		re, err := b.Regex(p.text, true)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		f.def = re
	}
	return nil
}
