package scriptlock

import (
	"time"

	"sipedge/engine/core"
	"sipedge/script/rt"
)

// liveKey names the table among a server's live state.
const liveKey = "scriptlock.table"

// Of is the table of a server. It outlives configurations.
func Of(s *core.Server) *Table {
	return s.Live(liveKey, func() any { return New(s) }).(*Table)
}

// How says how a lock is taken.
type How struct {
	// Function is the script's function, for the log.
	Function string
	// Wait: where another message holds the lock, the script is suspended;
	// otherwise the function is false at once, without an error.
	Wait bool
	// Again lets a message lock what it holds already; it has to unlock it as
	// often. Otherwise that is an error.
	Again bool
	// Patience bounds the wait, in steps of SweepEvery; 0 for no end.
	Patience time.Duration
}

// Lock takes a lock for the message and returns what the script function has to
// return: 1, -1 where it did not get it (the log says why), or rt.Pending.
func (t *Table) Lock(p *core.Proc, key []byte, how *How) int32 {
	if len(key) > MaxKey {
		p.Logf(levelErr, "%s: the key is longer than %d bytes", how.Function, MaxKey)
		return -1
	}
	o, wanted, err := t.acquire(p, key, how.Wait && p.CanWait(), how.Again, int(how.Patience/SweepEvery))
	switch o {
	case taken:
		return 1
	case waits:
		t.arm(p.LoopID())
		return rt.Pending
	}
	return refused(p, how, key, o, wanted, err)
}

// refused says why a lock was not taken. That somebody else holds it is no error
// where the caller did not want to wait.
func refused(p *core.Proc, how *How, key []byte, o outcome, wanted string, err error) int32 {
	name := how.Function
	switch o {
	case busy:
		if how.Wait {
			p.Logf(levelErr, "%s: \"%s\" is held by another message, and the script cannot wait in this block", name, key)
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

// Unlock gives a lock back; -1 where the message does not hold it.
func (t *Table) Unlock(p *core.Proc, function string, key []byte) int32 {
	if !t.release(p, key) {
		p.Logf(levelWarn, "%s: the message does not hold \"%s\"", function, key)
		return -1
	}
	return 1
}
