package sl

import (
	"fmt"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	// DefaultCode and DefaultReason answer where a computed code or reason is none.
	DefaultCode   int64
	DefaultReason string
	// BindTM is accepted for the scripts that set it.
	BindTM bool
	// RichRedirect is what a Contact of a 3xx reply carries: richFlags, richPath.
	RichRedirect int64
}

func newConfig() any {
	return &Config{DefaultCode: defaultCode, DefaultReason: defaultReason, BindTM: true}
}

var params = []registry.Param{
	{
		Name: "default_code", Type: registry.ParamInt, Min: minCode, Max: maxCode, Default: "500", Reloadable: true,
		Doc:    "The status code where a code computed at run time is none.",
		Source: "Kamailio module sl",
		Field:  func(cfg any) any { return &cfg.(*Config).DefaultCode },
	},
	{
		Name: "default_reason", Type: registry.ParamString, Default: defaultReason, Reloadable: true,
		Doc:    "The reason phrase where one computed at run time is undefined.",
		Source: "Kamailio module sl",
		Field:  func(cfg any) any { return &cfg.(*Config).DefaultReason },
		Check: func(cfg any) error {
			if r := cfg.(*Config).DefaultReason; !validReason([]byte(r)) {
				return fmt.Errorf("must be one line of text, not %q", r)
			}
			return nil
		},
	},
	{
		Name: "bind_tm", Type: registry.ParamBool, Default: "yes", Reloadable: true,
		Doc:    "Whether send_reply() answers through the request's transaction.",
		Source: "Kamailio module sl",
		Field:  func(cfg any) any { return &cfg.(*Config).BindTM },
	},
	{
		Name: "rich_redirect", Type: registry.ParamInt, Min: 0, Max: 3, Default: "0", Reloadable: true,
		Doc:    "1: branch flags as the parameter flags of each Contact of a 3xx reply; 2: the path as its Route header; 3: both.",
		Source: "Kamailio module sl",
		Field:  func(cfg any) any { return &cfg.(*Config).RichRedirect },
	},
}
