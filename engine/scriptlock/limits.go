package scriptlock

import "time"

const (
	// MaxKey is the longest name of a lock in bytes.
	MaxKey = 1024
	// maxLocks bounds the locks that are held at one time on a server.
	maxLocks = 1 << 16
	// buckets is the number of chains of the table of locks.
	buckets = 1 << 10
	// SweepEvery is how often waiting scripts are looked at for the end of their
	// patience.
	SweepEvery = 100 * time.Millisecond

	// Log levels (cookbook "debug").
	levelErr  = -1
	levelWarn = 0
)
