package regex

import (
	"regexp"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	File         string
	MaxGroups    int64 // 1 to maxMaxGroups
	GroupMaxSize int64 // bytes, 1 to maxGroupMaxSize
	options

	loaded bool
	groups []*regexp.Regexp // nil for one without patterns
}

// options are how patterns are read.
type options struct {
	Caseless, Multiline, DotAll, Extended bool
}

func newConfig() any {
	return &Config{MaxGroups: defaultMaxGroups, GroupMaxSize: defaultGroupMaxSize}
}

var params = []registry.Param{
	{
		Name: "file", Type: registry.ParamString, Reloadable: true, Source: source,
		Doc:   "The file with groups of patterns, read when the script is loaded.",
		Field: func(cfg any) any { return &cfg.(*Config).File },
	},
	{
		Name: "max_groups", Type: registry.ParamInt, Min: 1, Max: maxMaxGroups, Default: "20", Reloadable: true, Source: source,
		Doc:   "The largest number of groups in the file.",
		Field: func(cfg any) any { return &cfg.(*Config).MaxGroups },
	},
	{
		Name: "group_max_size", Type: registry.ParamInt, Min: 1, Max: maxGroupMaxSize, Default: "8192", Reloadable: true, Source: source,
		Doc:   "The largest size of a group's patterns in bytes.",
		Field: func(cfg any) any { return &cfg.(*Config).GroupMaxSize },
	},
	flag("pcre_caseless", "Match in any case, as (?i) in a pattern.", func(c *Config) *bool { return &c.Caseless }),
	flag("pcre_multiline", "^ and $ match at every line end, as (?m) in a pattern.", func(c *Config) *bool { return &c.Multiline }),
	flag("pcre_dotall", "A point matches line ends too, as (?s) in a pattern.", func(c *Config) *bool { return &c.DotAll }),
	flag("pcre_extended", "White space and # comments in patterns mean nothing.", func(c *Config) *bool { return &c.Extended }),
}

func flag(name, doc string, field func(*Config) *bool) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamBool, Default: "no", Reloadable: true, Doc: doc, Source: source,
		Field: func(cfg any) any { return field(cfg.(*Config)) },
	}
}
