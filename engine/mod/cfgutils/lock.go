package cfgutils

import (
	"time"

	"sipedge/engine/core"
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

func locksOf(b registry.Build) *table {
	h, _ := b.Host().(host)
	return live(b, "locks", func() *table { return newTable(h) })
}

func compileLock(name string, wait bool) func(registry.Build, []registry.Actual) (rt.Func, error) {
	return func(b registry.Build, args []registry.Actual) (rt.Func, error) {
		t, eval := locksOf(b), args[0].Eval
		most := int(time.Duration(b.Config("cfgutils").(*Config).LockTimeout) * time.Second / sweepEvery)
		return func(c *rt.Ctx) int32 {
			p, key := core.Of(c), c.Text(eval(c))
			if len(key) > maxKey {
				p.Logf(levelErr, "%s: the key is longer than %d bytes", name, maxKey)
				return -1
			}
			o, wanted, err := t.acquire(p, key, wait && c.CanWait(), most)
			switch o {
			case taken:
				return 1
			case waits:
				t.arm(p.LoopID())
				return rt.Pending
			}
			return refused(p, name, key, o, wanted, err)
		}, nil
	}
}

// refused says why a lock was not taken. That somebody else holds it is no error
// of trylock().
func refused(p *core.Proc, name string, key []byte, o outcome, wanted string, err error) int32 {
	switch o {
	case busy:
		if name == "lock" {
			p.Logf(levelErr, "lock: \"%s\" is held by another message, and the script cannot wait in this block", key)
		}
	case ownLock:
		p.Logf(levelErr, "%s: the message holds \"%s\" already; waiting for it would never end", name, key)
	case deadlock:
		p.Logf(levelErr, "%s: deadlock: \"%s\" is held by a message that waits for \"%s\", which this message holds; "+
			"lock keys in the same order everywhere", name, key, wanted)
	case full:
		p.Logf(levelErr, "%s: no place for \"%s\": %d locks are held", name, key, maxLocks)
	case noSuspend:
		p.Logf(levelErr, "%s: cannot wait for \"%s\": %v", name, key, err)
	}
	return -1
}

func compileUnlock(b registry.Build, args []registry.Actual) (rt.Func, error) {
	t, eval := locksOf(b), args[0].Eval
	return func(c *rt.Ctx) int32 {
		p, key := core.Of(c), c.Text(eval(c))
		if !t.release(p, key) {
			p.Logf(levelWarn, "unlock: the message does not hold \"%s\"", key)
			return -1
		}
		return 1
	}, nil
}
