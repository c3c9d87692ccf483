package cfgutils

import (
	"errors"

	"sipedge/script/registry"
)

// Config is the module's configuration in one snapshot.
type Config struct {
	// LockSetSize is accepted: every key has a lock of its own.
	LockSetSize int64
	// LockTimeout is the longest wait for a lock in seconds, 0 for no end.
	LockTimeout int64
	// Probability is the initial probability of rand_event() in percent.
	Probability int64
	// GFlags are the initial global flags.
	GFlags int64
	// HashFile is accepted.
	HashFile string
	// AllowAbort lets abort() end the server.
	AllowAbort bool
	// LoadAttrs is refused where it is set.
	LoadAttrs bool
	// DBURL is accepted.
	DBURL string
}

func newConfig() any {
	return &Config{LockTimeout: defaultLockTimeout, Probability: defaultProbability}
}

var params = []registry.Param{
	{
		Name: "lock_set_size", Type: registry.ParamInt, Min: 0, Max: maxLockSetSize, Default: "0", Reloadable: true,
		Doc:    "Accepted. Every key has a lock of its own, so there is no set of locks that keys would have to share.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).LockSetSize },
		Note:   "accepted; every key of lock() has a lock of its own here",
	},
	{
		Name: "lock_timeout", Type: registry.ParamInt, Min: 0, Max: maxLockTimeout, Default: "30", Reloadable: true,
		Doc:    "The longest wait for a lock in seconds; lock() says false then and an error is logged. 0: no end.",
		Source: "sipedge",
		Field:  func(cfg any) any { return &cfg.(*Config).LockTimeout },
	},
	{
		Name: "initial_probability", Type: registry.ParamInt, Min: 0, Max: 100, Default: "10", Reloadable: true,
		Doc:    "The probability of rand_event() in percent until rand_set_prob() sets another.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).Probability },
	},
	{
		Name: "initial_gflags", Aliases: []string{"initial"}, Type: registry.ParamInt, Min: 0, Max: 1<<flagBits - 1, Default: "0",
		Doc:    "The global flags at start, as a bitmap.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).GFlags },
	},
	{
		Name: "hash_file", Type: registry.ParamString, Reloadable: true,
		Doc:    "Accepted. A file whose hash Kamailio's commands compare with the one at start.",
		Source: source,
		Field:  func(cfg any) any { return &cfg.(*Config).HashFile },
		Note:   "accepted; there is no command that asks for the file's hash",
	},
	{
		Name: "allow_abort", Type: registry.ParamBool, Default: "no", Reloadable: true,
		Doc:    "Whether abort() ends the server. Without it abort() ends the message's script.",
		Source: "sipedge",
		Field:  func(cfg any) any { return &cfg.(*Config).AllowAbort },
	},
	{
		Name: "load_global_attrs", Type: registry.ParamBool, Default: "no", Reloadable: true,
		Doc:    "Of gflags: whether global attributes are loaded from a database. There is none for them, so yes is refused.",
		Source: "SIP-Router module gflags",
		Field:  func(cfg any) any { return &cfg.(*Config).LoadAttrs },
	},
	{
		Name: "db_url", Type: registry.ParamString, Reloadable: true,
		Doc:    "Of gflags: the database of the global attributes.",
		Source: "SIP-Router module gflags",
		Field:  func(cfg any) any { return &cfg.(*Config).DBURL },
		Note:   "accepted; no global attributes are loaded",
	},
}

var errAttrs = errors.New("load_global_attrs: global attributes cannot be loaded from a database; set it to 0")

// check refuses what the module cannot do.
func check(cfg any) error {
	if cfg.(*Config).LoadAttrs {
		return errAttrs
	}
	return nil
}
