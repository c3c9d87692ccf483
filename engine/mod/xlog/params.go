package xlog

import (
	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	BufSize       int64
	Prefix        string
	PrefixMode    int64
	LongFormat    bool
	MethodsFilter int64

	ForceColor  bool
	LogFacility string
	LogColors   []string
}

func newConfig() any {
	return &Config{BufSize: maxLine, Prefix: defaultPrefix, MethodsFilter: -1}
}

var params = []registry.Param{
	{
		Name: "buf_size", Type: registry.ParamInt, Min: minLine, Max: maxBufSize, Default: "4096", Reloadable: true,
		Doc: "The longest line in bytes; the rest of a longer one is cut off.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).BufSize },
	},
	{
		Name: "prefix", Type: registry.ParamString, Default: defaultPrefix, Reloadable: true,
		Doc: "What stands before each line.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).Prefix },
	},
	{
		Name: "prefix_mode", Type: registry.ParamInt, Min: 0, Max: 1, Default: "0", Reloadable: true,
		Doc: "1: pseudo-variables in prefix are replaced.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).PrefixMode },
	},
	{
		Name: "long_format", Type: registry.ParamBool, Default: "no", Reloadable: true,
		Doc: "xlogl() and xdbgl() name the file before the line.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).LongFormat },
	},
	{
		Name: "methods_filter", Type: registry.ParamInt, Default: "-1", Reloadable: true,
		Doc: "A mask of methods for which xlogm() is silent, numbered as in Kamailio: 1 INVITE, 2 CANCEL, 4 ACK, 8 BYE, " +
			"16 INFO, 32 REGISTER, 64 SUBSCRIBE, 128 NOTIFY, 256 MESSAGE, 512 OPTIONS, 1024 PRACK, 2048 UPDATE, 4096 REFER, 8192 PUBLISH.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).MethodsFilter },
	},
	{
		Name: "force_color", Type: registry.ParamBool, Default: "no", Reloadable: true,
		Doc: "Accepted for old scripts.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).ForceColor },
		Note:  "accepted; control bytes in lines are escaped, so $C() never colours them",
	},
	{
		Name: "log_facility", Type: registry.ParamString, Reloadable: true,
		Doc: "Accepted for old scripts.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).LogFacility },
		Note:  "accepted; all lines go to the facility of the core parameter log_facility",
	},
	{
		Name: "log_colors", Type: registry.ParamList, Reloadable: true,
		Doc: "Accepted for old scripts.", Source: source,
		Field: func(cfg any) any { return &cfg.(*Config).LogColors },
		Note:  "accepted; the colours of levels are fixed",
	},
}
