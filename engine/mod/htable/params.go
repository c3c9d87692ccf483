package htable

import (
	"fmt"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	// Tables are the definitions as written.
	Tables []string
	// TimerInterval is how often expired items are taken out, in seconds.
	TimerInterval int64
	// MaxItems and MaxBytes bound each table.
	MaxItems, MaxBytes int64

	unused unused
	defs   []*definition // of Tables, in their order
	byName map[string]*definition
	live   *live           // set by Prepare
	fresh  map[string]bool // tables that this configuration has brought, set by Commit
}

// unused are the parameters that are accepted and do nothing here.
type unused struct {
	text   [7]string
	number [5]int64
}

func newConfig() any {
	return &Config{
		TimerInterval: defaultTimerInterval, MaxItems: defaultMaxItems, MaxBytes: defaultMaxBytes,
		byName: map[string]*definition{},
	}
}

const source = "Kamailio module htable"

var params = append([]registry.Param{
	{
		Name: "htable", Type: registry.ParamList, Reloadable: true,
		Doc: "Defines a table: name=>size=8;autoexpire=7200;updateexpire=1;initval=0. May be given several times. " +
			"What a table holds survives a reload.",
		Source: `cookbook "event_route", htable:mod-init; ` + source,
		Field:  func(cfg any) any { return &cfg.(*Config).Tables },
		Check:  func(cfg any) error { return cfg.(*Config).define() },
	},
	{
		Name: "timer_interval", Type: registry.ParamInt, Min: 1, Max: 3600, Default: "20", Reloadable: true,
		Doc:    "How often expired items are taken out, in seconds. An expired item cannot be read from the moment that its time is over.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).TimerInterval },
	},
	{
		Name: "max_items", Type: registry.ParamInt, Min: 1, Max: 1 << 30, Default: "1048576", Reloadable: true,
		Doc:    "The largest number of items of one table. Beyond it a new item is refused, logged and counted.",
		Source: "sipedge",
		Field:  func(cfg any) any { return &cfg.(*Config).MaxItems },
	},
	{
		Name: "max_bytes", Type: registry.ParamInt, Min: 1 << 16, Max: 1 << 40, Default: "268435456", Reloadable: true,
		Doc:    "The memory of one table for keys and texts, in bytes. Beyond it a write that needs more is refused, logged and counted.",
		Source: "sipedge",
		Field:  func(cfg any) any { return &cfg.(*Config).MaxBytes },
	},
	{
		Name: "db_url", Type: registry.ParamString, Reloadable: true,
		Doc:    "Refused: tables are not loaded from a database by this version.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).unused.text[0] },
		Check: func(cfg any) error {
			if cfg.(*Config).unused.text[0] == "" {
				return nil
			}
			return fmt.Errorf("tables are not loaded from a database by this version; take db_url out and fill the tables in event_route[htable:mod-init]")
		},
	},
	{
		Name: "event_callback", Type: registry.ParamString, Reloadable: true,
		Doc:    "Refused where it names a function: events are event_routes here.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).unused.text[1] },
		Check: func(cfg any) error {
			if f := cfg.(*Config).unused.text[1]; f != "" {
				return fmt.Errorf("there is no function %q: scripts of other languages are not run; use event_route[htable:…]", f)
			}
			return nil
		},
	},
}, withoutEffect()...)

// withoutEffect are parameters of the database and of replication: they mean
// nothing until there are tables that come from there.
func withoutEffect() []registry.Param {
	var ps []registry.Param
	for i, name := range []string{"key_name_column", "key_type_column", "value_type_column", "key_value_column", "expires_column"} {
		ps = append(ps, registry.Param{
			Name: name, Type: registry.ParamString, Reloadable: true, Source: source,
			Doc:   "Accepted without effect: tables are not loaded from a database by this version.",
			Note:  "htable: " + name + " has no effect: tables are not loaded from a database by this version",
			Field: func(cfg any) any { return &cfg.(*Config).unused.text[2+i] },
		})
	}
	for i, p := range []struct{ name, why string }{
		{"fetch_rows", "tables are not loaded from a database by this version"},
		{"db_expires", "tables are not loaded from a database by this version"},
		{"enable_dmq", "tables are not replicated by this version"},
		{"dmq_init_sync", "tables are not replicated by this version"},
		{"timer_procs", "expired items are taken out by the event loops"},
	} {
		ps = append(ps, registry.Param{
			Name: p.name, Type: registry.ParamInt, Reloadable: true, Source: source,
			Doc:   "Accepted without effect: " + p.why + ".",
			Note:  "htable: " + p.name + " has no effect: " + p.why,
			Field: func(cfg any) any { return &cfg.(*Config).unused.number[i] },
		})
	}
	return ps
}

// define reads the definition that was added last.
func (c *Config) define() error {
	d, err := parseDefinition(c.Tables[len(c.Tables)-1])
	if err != nil {
		return err
	}
	if c.byName[d.name] != nil {
		return fmt.Errorf("table %q is defined twice", d.name)
	}
	c.defs = append(c.defs, d)
	c.byName[d.name] = d
	return nil
}

// check gives the definitions their bounds, when all parameters are known.
func check(cfg any) error {
	c := cfg.(*Config)
	for _, d := range c.defs {
		d.maxItems, d.maxBytes = c.MaxItems, c.MaxBytes
	}
	return nil
}
