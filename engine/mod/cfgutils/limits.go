package cfgutils

import "time"

const (
	// defaultLockTimeout is lock_timeout in seconds: just below the 32 s after
	// which the sender of a request gives up (RFC 3261 §17, 64*T1).
	defaultLockTimeout = 30
	maxLockTimeout     = 3600
	// maxLockSetSize is the largest exponent that Kamailio takes.
	maxLockSetSize = 31

	// maxPause bounds sleep() and usleep(): one day.
	maxPauseSeconds      = 24 * 3600
	maxPauseMicroseconds = maxPauseSeconds * 1_000_000

	// defaultProbability is initial_probability in percent, as in Kamailio.
	defaultProbability = 10
	// maxHashSize is the largest exponent of core_hash, so that its result plus
	// one fits a script's integer.
	maxHashSize = 30
	// flagBits is the number of global flags.
	flagBits = 32

	// Log levels (cookbook "debug").
	levelErr  = -1
	levelCrit = -2
	levelWarn = 0
	// logMemoryWithin bounds the time for reading the memory statistics.
	logMemoryWithin = 5 * time.Second
)
