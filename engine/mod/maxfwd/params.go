package maxfwd

import "sipedge/script/registry"

// Config is the module's configuration in one snapshot.
type Config struct {
	// MaxLimit is the largest Max-Forwards that leaves, 1 to 256.
	MaxLimit int64
}

func newConfig() any { return &Config{MaxLimit: defaultMaxLimit} }

var params = []registry.Param{{
	Name: "max_limit", Type: registry.ParamInt, Min: 1, Max: maxMaxLimit, Default: "70", Reloadable: true,
	Doc:    "The largest Max-Forwards that leaves; a larger one is lowered to it.",
	Source: "RFC 3261 §20.22",
	Field:  func(cfg any) any { return &cfg.(*Config).MaxLimit },
}}
