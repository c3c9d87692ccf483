package cfgutils

import (
	"time"

	"sipedge/engine/core"
	"sipedge/engine/scriptlock"
	"sipedge/script/registry"
	"sipedge/script/rt"
)

func lockFunctions() []registry.Function {
	key := []registry.Arg{{Name: "key", Kind: registry.ArgFormat}}
	return []registry.Function{
		{
			Name: "lock", Routes: messageRoutes, Args: key,
			Doc: "Locks the key. Where another message holds it, the script waits for its turn and the server goes on with " +
				"others. False, with an error in the log, where the wait would never end or lasts longer than lock_timeout.",
			Source:  source,
			Compile: compileLock("lock", true),
		},
		{
			Name: "trylock", Routes: messageRoutes, Args: key,
			Doc:     "Locks the key where nobody holds it; false where somebody does.",
			Source:  source,
			Compile: compileLock("trylock", false),
		},
		{
			Name: "unlock", Routes: messageRoutes, Args: key,
			Doc:     "Gives a key back that this message has locked; false where it has not.",
			Source:  source,
			Compile: compileUnlock,
		},
	}
}

// compileLock makes a function that takes a lock of the server's table, which
// sht_lock() of htable uses as well.
func compileLock(name string, wait bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		t, eval := locksOf(b), args[0].Eval
		how := &scriptlock.How{Function: name, Wait: wait,
			Patience: time.Duration(b.Config("cfgutils").(*Config).LockTimeout) * time.Second}
		return func(c *rt.Ctx) int32 { return t.Lock(core.Of(c), c.Text(eval(c)), how) }, nil
	}
}

func compileUnlock(b registry.Build, args []registry.Actual) (rt.Func, error) {
	t, eval := locksOf(b), args[0].Eval
	return func(c *rt.Ctx) int32 { return t.Unlock(core.Of(c), "unlock", c.Text(eval(c))) }, nil
}

// locksOf is the server's table of locks; nil for a bare check, where nothing runs.
func locksOf(b registry.Build) *scriptlock.Table {
	if s, ok := b.Host().(*core.Server); ok {
		return scriptlock.Of(s)
	}
	return nil
}
