package htable

import "time"

const (
	// defaultSize is the exponent of a table that does not say size, and minSize and
	// maxSize are those that are taken as they stand; as in Kamailio, a smaller one
	// becomes defaultSize and a larger one maxSize.
	defaultSize, minSize, maxSize = 3, 2, 14
	// maxShards is the largest number of parts of a table with a lock each.
	maxShards = 32
	// fill is the number of items per slot at which a shard doubles its slots.
	fill = 2

	// defaultTimerInterval is timer_interval in seconds, as in Kamailio.
	defaultTimerInterval = 20
	// defaultMaxItems and defaultMaxBytes bound one table (max_items, max_bytes).
	defaultMaxItems = 1 << 20
	defaultMaxBytes = 256 << 20
	// maxItem is the longest key and value of an item together, in bytes.
	maxItem = 1 << 16
	// maxSeconds bounds times in definitions and assignments: 100 years.
	maxSeconds = 100 * 365 * 24 * 3600

	// block is the memory that a shard takes at once for items of one size, bytes.
	block = 8 << 10
	// minPiece is the smallest piece of it.
	minPiece = 16

	// scanStep is the number of items that are looked at under one lock.
	scanStep = 64
	// sweepStep is the number of items that the timer looks at in one turn of the loop,
	// sweepLock those of them under one lock, expiredStep the number of blocks that it
	// runs for expired ones.
	sweepStep   = 20_000
	sweepLock   = 256
	expiredStep = 256
	// sweepPause is the pause between two such turns.
	sweepPause = time.Millisecond

	// maxIterators is the number of iterators of one message, as in Kamailio.
	maxIterators = 4
	// maxIteratorName is the longest name of one, in bytes.
	maxIteratorName = 64
	// maxPrinted is the number of items that sht_print() writes.
	maxPrinted = 1000

	// lockPatience is how long sht_lock() waits: just below the 32 s after which the
	// sender of a request gives up (RFC 3261 §17, 64*T1).
	lockPatience = 30 * time.Second

	// Log levels (cookbook "debug").
	levelErr  = -1
	levelWarn = 0
	levelInfo = 2
)
